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
    from sealmark.measure.comparisons.contrasts import JointEstimate, contrast, contrast_weighted, joint_estimates
    from sealmark.measure.comparisons.differences import Between, Change, compare, difference_of
    from sealmark.measure.comparisons.drivers import DriverAnalysis, DriverRules, driver_analysis
    from sealmark.measure.comparisons.improvement import Improvement, ImprovementRule, improvement, wave_improvements
    from sealmark.measure.comparisons.independence import independence_of
    from sealmark.measure.comparisons.path_effects import PathEffect, path_effects
    from sealmark.measure.comparisons.waves import WaveChange, WavePair, wave_changes
    from sealmark.measure.engine import connect, fetch, open_table, use_engine
    from sealmark.measure.imports.importing import ImportResult, import_table
    from sealmark.measure.imports.mapping import ImportMapping, read_mapping
    from sealmark.measure.process.charts import (
        Charting,
        ControlChart,
        IndividualsChart,
        chart_counts,
        chart_individuals,
    )
    from sealmark.measure.process.cusum import CusumChart, CusumSettings, chart_cusum
    from sealmark.measure.process.periods import Periods, dated_periods, plain_periods
    from sealmark.measure.process.rules import Signal, find_signals
    from sealmark.measure.process.seasonality import Seasonality, seasonality
    from sealmark.measure.process.series import Counts, Timeline, Values, count_periods, value_periods, values_of
    from sealmark.measure.process.trend import Trend, trend
    from sealmark.measure.records.calendars import Calendar, read_calendar
    from sealmark.measure.records.estimation import RecordEstimate, estimate_records
    from sealmark.measure.records.measures import (
        Clock,
        DurationMean,
        DurationPercentile,
        FirstTimeFix,
        OpenShare,
        RecordRatio,
        RecordShare,
        RepeatRate,
        ReturnRate,
        ShareWithin,
    )
    from sealmark.measure.records.rows import role_counts, rows_behind
    from sealmark.measure.records.survival import SurvivalCurve, product_limit
    from sealmark.measure.records.tables import record_table
    from sealmark.measure.replicates.estimation import Derived, Replication, estimate_replicated
    from sealmark.measure.replicates.factors import replicate_factors
    from sealmark.measure.sampling.acceptance import (
        AcceptancePlan,
        acceptance_plan,
        operating_curve,
        records_for_limit,
        sample_to_detect,
    )
    from sealmark.measure.sampling.allocation import allocate
    from sealmark.measure.sampling.draws import Draw, DrawnUnit, DrawRule, SamplingUnit, draw, order_number
    from sealmark.measure.sampling.grade_risk import (
        GradeDesign,
        OperatingCharacteristic,
        chance_of_right_grade,
        operating_characteristic,
        possible_scores,
    )
    from sealmark.measure.sampling.ledgers import Replay, ledger_document, replay
    from sealmark.measure.sampling.proportional import inclusion_probabilities, joint_probabilities
    from sealmark.measure.sampling.respondents import (
        Setting,
        Waves,
        half_width_of_mean,
        half_width_of_share,
        invitations_for,
        power_of_difference,
        respondents_for_difference,
        respondents_for_mean,
        respondents_for_share,
        respondents_for_share_difference,
        visits_for_margin,
    )
    from sealmark.measure.storage.filling import Filled, Roles, Work, fill_store
    from sealmark.measure.storage.opening import names_of, open_store
    from sealmark.measure.surveys.design import Design
    from sealmark.measure.surveys.directions import opposed_items
    from sealmark.measure.surveys.dispersion import estimate_deviations, estimate_variances
    from sealmark.measure.surveys.effective_sizes import kish_design_effect, kish_effective_base, weight_summaries
    from sealmark.measure.surveys.estimation import CellEstimate, estimate
    from sealmark.measure.surveys.formulas import (
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
    from sealmark.measure.surveys.nonresponse import BaseRule, answer_rates, apply_base_rule, response_rates
    from sealmark.measure.surveys.pls import PlsBootstrap, PlsFit, bootstrap_pls, fit_pls
    from sealmark.measure.surveys.reliability import Reliability, scale_reliability
    from sealmark.measure.tables.fastcopy import FastCopy, open_fast_copy, write_fast_copy
    from sealmark.measure.tables.questions import Questions
    from sealmark.measure.tables.store import StatisticsStore, open_statistics, write_statistics
    from sealmark.measure.tables.table import EstimateTable, estimate_table
    from sealmark.measure.weights.calibration import Bounds
    from sealmark.measure.weights.margins import KnownTotal, Margin
    from sealmark.measure.weights.weighted import estimate_weighted
    from sealmark.measure.weights.weighting import (
        Weighting,
        base_weights,
        calibrate,
        post_stratify,
        rake,
        trim,
        weighted_table,
    )

__all__ = [
    "AcceptancePlan", "BaseRule", "Between", "Bounds", "Calendar", "CellEstimate", "Change", "Charting",
    "Clock", "CompanyMeans", "Contrast", "ControlChart", "Counts", "CusumChart", "CusumSettings", "Derived",
    "Design", "Draw", "DrawRule", "DrawnUnit", "DriverAnalysis", "DriverRules", "DurationMean",
    "DurationPercentile", "Effort", "EstimateTable", "FastCopy", "Filled", "FirstTimeFix", "Gap", "GradeDesign",
    "ImportMapping", "ImportResult", "Improvement", "ImprovementRule", "Index", "IndividualsChart", "Item",
    "JointEstimate", "KnownTotal", "Margin", "Mean", "OpenShare", "OperatingCharacteristic", "PathEffect",
    "PathModel", "Periods", "PlsBootstrap", "PlsFit", "PlsScore", "Promoter", "Quantile", "Questions", "Ratio",
    "RecordEstimate", "RecordRatio", "RecordShare", "Reliability", "RepeatRate", "Replay", "Replication",
    "RescaledMean", "RespondentMean", "ReturnRate", "Roles", "SamplingUnit", "Seasonality", "Setting", "Share",
    "ShareWithin", "Signal", "StatisticsStore", "SurvivalCurve", "Timeline", "TopBox", "Total", "Trend",
    "Values", "WaveChange", "WavePair", "Waves", "WeightedMean", "Weighting", "Work", "acceptance_plan",
    "allocate", "answer_rates", "apply_base_rule", "base_weights", "bootstrap_pls", "calibrate",
    "chance_of_right_grade", "chart_counts", "chart_cusum", "chart_individuals", "compare", "connect",
    "contrast", "contrast_weighted", "count_periods", "dated_periods", "difference_of", "draw",
    "driver_analysis", "estimate", "estimate_deviations", "estimate_records", "estimate_replicated",
    "estimate_table", "estimate_variances", "estimate_weighted", "fetch", "fill_store", "find_signals",
    "fit_pls", "half_width_of_mean", "half_width_of_share", "import_table", "improvement",
    "inclusion_probabilities", "independence_of", "invitations_for", "joint_estimates", "joint_probabilities",
    "kish_design_effect", "kish_effective_base", "ledger_document", "names_of", "open_fast_copy",
    "open_statistics", "open_store", "open_table", "operating_characteristic", "operating_curve",
    "opposed_items", "order_number", "path_effects", "plain_periods", "possible_scores", "post_stratify",
    "power_of_difference", "product_limit", "rake", "read_calendar", "read_mapping", "record_table",
    "records_for_limit", "replay", "replicate_factors", "respondents_for_difference", "respondents_for_mean",
    "respondents_for_share", "respondents_for_share_difference", "response_rates", "role_counts", "rows_behind",
    "sample_to_detect", "scale_reliability", "seasonality", "trend", "trim", "use_engine", "value_periods",
    "values_of", "visits_for_margin", "wave_changes", "wave_improvements", "weight_summaries", "weighted_table",
    "write_fast_copy", "write_statistics",
]  # fmt: skip

# One row per module that this package offers names of; modules load when a name is used.
_NAMES = {
    "records.calendars": "Calendar read_calendar",
    "weights.calibration": "Bounds",
    "comparisons.contrasts": "JointEstimate contrast contrast_weighted joint_estimates",
    "storage.filling": "Filled Roles Work fill_store",
    "storage.opening": "names_of open_store",
    "surveys.design": "Design",
    "surveys.directions": "opposed_items",
    "comparisons.differences": "Between Change compare difference_of",
    "surveys.dispersion": "estimate_deviations estimate_variances",
    "surveys.effective_sizes": "kish_design_effect kish_effective_base weight_summaries",
    "engine": "connect fetch open_table use_engine",
    "surveys.formulas": (
        "CompanyMeans Contrast Effort Gap Index Item Mean PathModel PlsScore Promoter Quantile Ratio "
        "RescaledMean RespondentMean Share TopBox Total WeightedMean "
    ),
    "imports.importing": "ImportResult import_table",
    "comparisons.independence": "independence_of",
    "imports.mapping": "ImportMapping read_mapping",
    "weights.margins": "KnownTotal Margin",
    "surveys.nonresponse": "BaseRule answer_rates apply_base_rule response_rates",
    "surveys.pls": "PlsBootstrap PlsFit bootstrap_pls fit_pls",
    "records.estimation": "RecordEstimate estimate_records",
    "records.measures": (
        "Clock DurationMean DurationPercentile FirstTimeFix OpenShare RecordRatio RecordShare RepeatRate ReturnRate "
        "ShareWithin"
    ),
    "records.rows": "role_counts rows_behind",
    "records.survival": "SurvivalCurve product_limit",
    "records.tables": "record_table",
    "surveys.reliability": "Reliability scale_reliability",
    "replicates.factors": "replicate_factors",
    "replicates.estimation": "Replication Derived estimate_replicated",
    "sampling.acceptance": "AcceptancePlan acceptance_plan operating_curve records_for_limit sample_to_detect",
    "sampling.allocation": "allocate",
    "sampling.draws": "Draw DrawRule DrawnUnit SamplingUnit draw order_number",
    "sampling.grade_risk": (
        "GradeDesign OperatingCharacteristic chance_of_right_grade operating_characteristic possible_scores"
    ),
    "sampling.ledgers": "Replay ledger_document replay",
    "sampling.proportional": "inclusion_probabilities joint_probabilities",
    "sampling.respondents": (
        "Setting Waves half_width_of_mean half_width_of_share invitations_for power_of_difference "
        "respondents_for_difference respondents_for_mean respondents_for_share respondents_for_share_difference "
        "visits_for_margin"
    ),
    "surveys.estimation": "CellEstimate estimate",
    "tables.fastcopy": "FastCopy open_fast_copy write_fast_copy",
    "tables.questions": "Questions",
    "tables.store": "StatisticsStore open_statistics write_statistics",
    "tables.table": "EstimateTable estimate_table",
    "weights.weighted": "estimate_weighted",
    "weights.weighting": "Weighting base_weights calibrate post_stratify rake trim weighted_table",
    "comparisons.drivers": "DriverAnalysis DriverRules driver_analysis",
    "comparisons.improvement": "Improvement ImprovementRule improvement wave_improvements",
    "comparisons.path_effects": "PathEffect path_effects",
    "comparisons.waves": "WaveChange WavePair wave_changes",
    "process.charts": "Charting ControlChart IndividualsChart chart_counts chart_individuals",
    "process.cusum": "CusumChart CusumSettings chart_cusum",
    "process.periods": "Periods dated_periods plain_periods",
    "process.rules": "Signal find_signals",
    "process.seasonality": "Seasonality seasonality",
    "process.series": "Counts Timeline Values count_periods value_periods values_of",
    "process.trend": "Trend trend",
}
_HOMES = {name: module for module, names in _NAMES.items() for name in names.split()}


def __getattr__(name: str) -> object:
    """Load a public name's module when the name is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
