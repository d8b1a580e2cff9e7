"""Made-up answers for tables of statistics: nine organizations, three strata, five clusters, some answers missing."""

import numpy as np
import pyarrow as pa

from sealmark.measure import Design, Index, Item, Promoter, RescaledMean, RespondentMean, WeightedMean
from sealmark.measure.tables.questions import Questions

ITEMS = (Item("q1", 1, 10), Item("q2", 1, 10, reversed=True))

DESIGNS = {
    "rows alike": Design(),
    "weights and strata": Design(weight="w", strata=("o", "s")),
    "strata across cells": Design(strata=("s",), population={0: 5000, 1: 6000, 2: 7000}),
    "population in a column": Design(weight="w", strata=("s",), population="N"),
    "clusters": Design(weight="w", strata=("o", "s"), cluster="k", nested=True),
    "clusters of a finite population": Design(strata=("o", "s"), cluster="k", nested=True, population=9),
    "clusters across cells": Design(strata=("s",), cluster="k", nested=True, weight="w"),
}

INDICES = {
    "rescaled": RescaledMean(),
    "two answers at least": RespondentMean(10, 2),
    "weighted": WeightedMean([2, 1]),
    "weighted, complete": WeightedMean([2, 1], rescaled=False, factor=10, missing="complete"),
}


def answers(size=1500, seed=1):
    """A table; the key columns are sorted, as in a store."""
    random = np.random.default_rng(seed)

    def ratings(low, high, missing):
        return pa.array(random.integers(low, high + 1, size), mask=random.random(size) < missing)

    stratum = random.integers(0, 3, size)
    table = pa.table({
        "o": random.integers(0, 9, size), "s": stratum, "k": random.integers(0, 5, size),
        "w": random.gamma(4, 0.25, size), "N": np.array([5000, 6000, 7000])[stratum],
        "q1": ratings(1, 10, 0.1), "q2": ratings(1, 10, 0.2), "r": ratings(0, 10, 0.05),
    })  # fmt: skip
    return table.sort_by([("o", "ascending"), ("s", "ascending")])


def questions(formula=None):
    """Two items, one of them turned, an index and the promoter score."""
    return Questions(ITEMS, index=Index(ITEMS, formula or RescaledMean()), promoter=Promoter("r"))
