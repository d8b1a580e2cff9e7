"""How the sampling errors of one survey's measures go together.

Measures of one survey come from the same people: who is content says so in
every answer. Draws that move such measures one by one would make a score that
adds them up look surer than it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from sealmark.core.numbers import decimal_from_float
from sealmark.measure.comparisons.contrasts import joint_estimates
from sealmark.measure.surveys.formulas import Measure, Quantile

if TYPE_CHECKING:
    import pyarrow as pa

    from sealmark.measure.surveys.design import Design
    from sealmark.measure.surveys.estimation import Domain

__all__ = ["correlations"]


def correlations(
    table: pa.Table, measures: Mapping[str, tuple[Measure, Domain]], design: Design
) -> dict[str, dict[str, Decimal]]:
    """Return the correlation of every measure's sampling error with those of the others, six digits.

    Args:
        table: The answers.
        measures: Formula and subgroup by name. Quantiles have no linear form and stay out.
        design: How respondents were drawn.
    """
    known = {name: item for name, (item, _) in measures.items() if not isinstance(item, Quantile)}
    if len(known) < 2:  # noqa: PLR2004 - one measure goes with none
        return {}
    among = {name: domain for name, (_, domain) in measures.items() if name in known and domain is not None}
    joint = joint_estimates(table, known, design=design, among=among)
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
