"""How the sampling errors of one survey's measures go together.

Measures of one survey come from the same people: who is content says so in
every answer. Draws that move such measures one by one would make a score that
adds them up look surer than it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import numpy as np

from sealmark.core.numbers import decimal_from_float
from sealmark.measure.comparisons.contrasts import JointEstimate, joint_of_plans
from sealmark.measure.surveys.estimation import Domain, Sample, condition_of, fix_weights
from sealmark.measure.surveys.formulas import Measure, Quantile
from sealmark.measure.surveys.keys import Key
from sealmark.measure.surveys.rows import Plan, plan_of

__all__ = ["correlated", "correlations", "within"]


def within(sample: Sample, domain: Domain) -> Sample:
    """Return the sample restricted to a subgroup; the design's counts stay those of all rows."""
    return replace(sample, table=sample.table.filter(condition_of(sample.table, domain)))


def correlations(sample: Sample, measures: Mapping[str, tuple[Measure, Domain]]) -> dict[str, dict[str, Decimal]]:
    """Return the correlation of every measure's sampling error with those of the others, six digits.

    Args:
        sample: The answers and how respondents were drawn.
        measures: Formula and subgroup by name. Quantiles have no linear form and stay out.
    """
    plans: dict[tuple[str, Key], Plan] = {}
    for name, (measure, domain) in measures.items():
        if not isinstance(measure, Quantile):
            plan = plan_of(fix_weights(measure, sample), sample.table)
            plans[name, ()] = plan if domain is None else plan.where(condition_of(sample.table, domain))
    # One measure goes with none.
    return correlated(joint_of_plans(sample, plans)) if len(plans) > 1 else {}


def correlated(joint: JointEstimate) -> dict[str, dict[str, Decimal]]:
    """Return the correlations of estimates taken together, six digits, for those that have an error."""
    names = [name for name, _ in joint.labels]
    errors = np.sqrt(np.diag(joint.covariance))
    varies = np.isfinite(errors) & (errors > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.clip(joint.covariance / np.outer(errors, errors), -1, 1)
    return {
        name: {
            other: decimal_from_float(float(found[row, column]), 6)
            for column, other in enumerate(names)
            if column != row and varies[column]
        }
        for row, name in enumerate(names)
        if varies[row]
    }
