"""Made-up responses of one survey with many domains, for comparison with programs for survey statistics."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pyarrow as pa

from sealmark.measure import Design
from sealmark.measure.tables.questions import Questions
from sealmark.measure.tables.table import estimate_table

__all__ = ["ITEMS", "domain_responses", "domain_seconds"]

ITEMS = tuple(f"i{number:02}" for number in range(1, 29))


def domain_responses(rows: int, domains: int, *, seed: int = 20261122) -> pa.Table:
    """Return responses with ``domain``, ``stratum`` (4), ``weight`` and 28 items from 1 to 10, none missing.

    Domains cut across strata; every domain has responses in every stratum if there are enough of them.
    """
    random = np.random.default_rng(seed)
    place = np.arange(rows)
    level = random.normal(7.0, 0.8, domains)[place % domains]
    columns = {
        "domain": (place % domains + 1).astype(np.int32),
        "stratum": (place // domains % 4 + 1).astype(np.int32),
        "weight": random.gamma(4.0, 0.25, rows) + 0.1,
    }
    for name in ITEMS:
        columns[name] = np.clip(np.round(random.normal(level, 1.6)), 1, 10).astype(np.int32)
    return pa.table(columns)


def domain_seconds(path: str, shown: int) -> dict[str, object]:
    """Return means and errors of the first domains, item by item, and the CPU seconds of the best of three tables."""
    seconds = []
    for _ in range(3):
        start = time.process_time()
        found = estimate_table(
            Path(path), Questions(ITEMS), design=Design(strata="stratum", weight="weight"), by=["domain"]
        )
        seconds.append(time.process_time() - start)
    means, errors = (
        np.stack([read("mean", item)[:shown] for item in ITEMS], axis=1).ravel().tolist()
        for read in (found.value, found.standard_error)
    )
    return {"seconds": min(seconds), "means": means, "errors": errors}
