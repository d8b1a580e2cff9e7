"""Measure: estimates with uncertainty from survey answers and service records.

Two steps, always: the engine (Ibis on DuckDB) reads the rows once and returns
sums per cell; NumPy turns the sums into estimates. The package knows nothing
of schemes: a table and a design are enough.

Example:
    >>> import pyarrow as pa
    >>> from sealmark.measure import Design, Mean, TopBox, estimate
    >>> answers = pa.table({"shop": [1, 1, 2, 2, 3, 3], "q": [7, 9, 8, 10, 6, 8]})
    >>> cells = estimate(
    ...     answers,
    ...     {"mean": Mean("q"), "content": TopBox("q", at_least=8)},
    ...     design=Design(cluster="shop"),
    ... )
    >>> [(cell.measure, round(cell.estimate.value, 3)) for cell in cells]
    [('mean', Decimal('8.000')), ('content', Decimal('0.667'))]
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sealmark.measure.design import Design
    from sealmark.measure.differences import Between, Change, compare, difference_of
    from sealmark.measure.engine import connect, fetch, open_table
    from sealmark.measure.formulas import (
        CompanyMeans,
        Contrast,
        Effort,
        Gap,
        Index,
        Item,
        Mean,
        PathModel,
        PlsScore,
        Promoter,
        Quantile,
        Ratio,
        RescaledMean,
        RespondentMean,
        Share,
        TopBox,
        Total,
        WeightedMean,
    )
    from sealmark.measure.pls import PlsBootstrap, PlsFit, bootstrap_pls, fit_pls
    from sealmark.measure.reliability import Reliability, scale_reliability
    from sealmark.measure.samplesize import (
        half_width_of_mean,
        half_width_of_share,
        records_for_limit,
        respondents_for_mean,
        respondents_for_share,
    )
    from sealmark.measure.survey import CellEstimate, estimate

__all__ = [
    "Between", "CellEstimate", "Change", "CompanyMeans", "Contrast", "Design", "Effort", "Gap", "Index", "Item",
    "Mean", "PathModel", "PlsBootstrap", "PlsFit", "PlsScore", "Promoter", "Quantile", "Ratio", "Reliability",
    "RescaledMean", "RespondentMean", "Share", "TopBox", "Total", "WeightedMean", "bootstrap_pls", "compare",
    "connect", "difference_of", "estimate", "fetch", "fit_pls", "half_width_of_mean", "half_width_of_share",
    "open_table", "records_for_limit", "respondents_for_mean", "respondents_for_share",
    "scale_reliability",
]  # fmt: skip

# One row per module that this package offers names of; modules load when a name is used.
_NAMES = {
    "design": "Design",
    "differences": "Between Change compare difference_of",
    "engine": "connect fetch open_table",
    "formulas": (
        "CompanyMeans Contrast Effort Gap Index Item Mean PathModel PlsScore Promoter Quantile Ratio "
        "RescaledMean RespondentMean Share TopBox Total WeightedMean"
    ),
    "pls": "PlsBootstrap PlsFit bootstrap_pls fit_pls",
    "reliability": "Reliability scale_reliability",
    "samplesize": (
        "half_width_of_mean half_width_of_share records_for_limit respondents_for_mean respondents_for_share"
    ),
    "survey": "CellEstimate estimate",
}
_HOMES = {name: module for module, names in _NAMES.items() for name in names.split()}


def __getattr__(name: str) -> object:
    """Load a public name's module when the name is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
