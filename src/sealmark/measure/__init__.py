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
    from sealmark.measure.calendars import Calendar, read_calendar
    from sealmark.measure.calibration import Bounds
    from sealmark.measure.contrasts import JointEstimate, contrast, contrast_weighted, joint_estimates
    from sealmark.measure.design import Design
    from sealmark.measure.differences import Between, Change, compare, difference_of
    from sealmark.measure.dispersion import estimate_deviations, estimate_variances
    from sealmark.measure.effective_sizes import kish_design_effect, kish_effective_base, weight_summaries
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
    from sealmark.measure.imports import ImportResult, import_table
    from sealmark.measure.independence import independence_of
    from sealmark.measure.mapping import ImportMapping, read_mapping
    from sealmark.measure.margins import KnownTotal, Margin
    from sealmark.measure.nonresponse import BaseRule, answer_rates, apply_base_rule, response_rates
    from sealmark.measure.pls import PlsBootstrap, PlsFit, bootstrap_pls, fit_pls
    from sealmark.measure.record_estimates import RecordEstimate, estimate_records
    from sealmark.measure.reliability import Reliability, scale_reliability
    from sealmark.measure.replicate_weights import replicate_factors
    from sealmark.measure.replicates import Derived, Replication, estimate_replicated
    from sealmark.measure.samplesize import (
        half_width_of_mean,
        half_width_of_share,
        records_for_limit,
        respondents_for_mean,
        respondents_for_share,
    )
    from sealmark.measure.survey import CellEstimate, estimate
    from sealmark.measure.weighted import estimate_weighted
    from sealmark.measure.weighting import Weighting, base_weights, calibrate, post_stratify, rake, trim, weighted_table

__all__ = [
    "BaseRule", "Between", "Bounds", "Calendar", "CellEstimate", "Change", "CompanyMeans", "Contrast",
    "Derived", "Design", "Effort", "Gap", "ImportMapping", "ImportResult", "Index", "Item", "JointEstimate",
    "KnownTotal", "Margin", "Mean", "PathModel", "PlsBootstrap", "PlsFit", "PlsScore", "Promoter", "Quantile",
    "Ratio", "RecordEstimate", "Reliability", "Replication", "RescaledMean", "RespondentMean", "Share",
    "TopBox", "Total", "WeightedMean", "Weighting", "answer_rates", "apply_base_rule", "base_weights",
    "bootstrap_pls", "calibrate", "compare", "connect", "contrast", "contrast_weighted", "difference_of",
    "estimate", "estimate_deviations", "estimate_records", "estimate_replicated", "estimate_variances",
    "estimate_weighted", "fetch", "fit_pls", "half_width_of_mean", "half_width_of_share", "import_table",
    "independence_of", "joint_estimates", "kish_design_effect", "kish_effective_base", "open_table",
    "post_stratify", "rake", "read_calendar", "read_mapping", "records_for_limit", "replicate_factors",
    "respondents_for_mean", "respondents_for_share", "response_rates", "scale_reliability", "trim",
    "weight_summaries", "weighted_table",
]  # fmt: skip

# One row per module that this package offers names of; modules load when a name is used.
_NAMES = {
    "calendars": "Calendar read_calendar",
    "calibration": "Bounds",
    "contrasts": "JointEstimate contrast contrast_weighted joint_estimates",
    "design": "Design",
    "differences": "Between Change compare difference_of",
    "dispersion": "estimate_deviations estimate_variances",
    "effective_sizes": "kish_design_effect kish_effective_base weight_summaries",
    "engine": "connect fetch open_table",
    "formulas": (
        "CompanyMeans Contrast Effort Gap Index Item Mean PathModel PlsScore Promoter Quantile Ratio "
        "RescaledMean RespondentMean Share TopBox Total WeightedMean "
    ),
    "imports": "ImportResult import_table",
    "independence": "independence_of",
    "mapping": "ImportMapping read_mapping",
    "margins": "KnownTotal Margin",
    "nonresponse": "BaseRule answer_rates apply_base_rule response_rates",
    "pls": "PlsBootstrap PlsFit bootstrap_pls fit_pls",
    "record_estimates": "RecordEstimate estimate_records",
    "reliability": "Reliability scale_reliability",
    "replicate_weights": "replicate_factors",
    "replicates": "Replication Derived estimate_replicated",
    "samplesize": (
        "half_width_of_mean half_width_of_share records_for_limit respondents_for_mean respondents_for_share "
    ),
    "survey": "CellEstimate estimate",
    "weighted": "estimate_weighted",
    "weighting": "Weighting base_weights calibrate post_stratify rake trim weighted_table",
}
_HOMES = {name: module for module, names in _NAMES.items() for name in names.split()}


def __getattr__(name: str) -> object:
    """Load a public name's module when the name is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
