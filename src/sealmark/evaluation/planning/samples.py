"""How many respondents and records a wanted precision needs, under the scheme's own minimum numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from sealmark.assess.evidence import Measured
from sealmark.assess.figures import FigureBook
from sealmark.core.errors import Problem, SealmarkError
from sealmark.measure.sampling.acceptance import records_for_limit
from sealmark.measure.sampling.respondents import invitations_for, respondents_for_mean, respondents_for_share
from sealmark.scheme.measures import Measure
from sealmark.scheme.procedure import RecordSampling

__all__ = ["RecordPlan", "RespondentPlan", "plan_records", "plan_respondents"]

_ASSUMED_SPREAD = 18.0
"""Standard deviation of a respondent's 0-100 index assumed when the case has no survey yet."""


@dataclass(frozen=True, slots=True)
class RespondentPlan:
    """Respondents for one instrument.

    Attributes:
        minimum: The scheme's minimum base; None when it is an unknown figure.
        needed: For the wanted precision of its widest measure.
        measure: The measure that needs most.
        spread: Standard deviation used, from the case's own survey or assumed.
        invited: To be asked so that the larger of minimum and needed answer; None when no response rate is known.
    """

    instrument: str
    minimum: Decimal | None
    needed: int
    measure: str
    half_width: Decimal
    spread: Decimal
    assumed: bool
    invited: int | None = None


def plan_respondents(
    book: FigureBook,
    measured: Mapping[str, Measured],
    *,
    points: Decimal,
    share: Decimal,
    population: int | None = None,
    response_rate: Decimal | None = None,
) -> tuple[RespondentPlan, ...]:
    """Return the respondents needed so that every interval is at most this wide on each side.

    Args:
        book: The scheme's figures.
        measured: Measures of an earlier survey of the case, for the spread; may be empty.
        points: Wanted half-width of indices (0-100) and promoter scores.
        share: Wanted half-width of shares.
        population: How many there are to ask; None when many.
        response_rate: Share of those asked who answer, as far as it can be foreseen.

    Raises:
        SealmarkError: SM603 the precision means nothing, SM419 the response rate is no share.
    """
    if points <= 0 or not 0 < share < 1:
        what = f"A precision of {points} points or a share of {share} cannot be planned for."
        raise SealmarkError(Problem("SM603", what, "--precision", "Give points above 0 and a share between 0 and 1."))
    result = []
    for name, instrument in book.edition.instruments.items():
        plans = [
            _respondents(key, item, measured.get(key), (points, share), population)
            for key, item in book.edition.measures.items()
            if item.instrument == name and item.among is None and item.unit in {"points", "share"}
        ]
        if plans:
            needed, key, width, spread, assumed = max(plans)
            minimum = book.number(instrument.minimum_base)
            known = minimum if isinstance(minimum, Decimal) else None
            asked = max(needed, int(known or 0))
            invited = None if response_rate is None else invitations_for(asked, response_rate=float(response_rate))
            result.append(RespondentPlan(name, known, needed, key, width, spread, assumed, invited))
    return tuple(result)


def _respondents(
    name: str, measure: Measure, measured: Measured | None, wanted: tuple[Decimal, Decimal], population: int | None
) -> tuple[int, str, Decimal, Decimal, bool]:
    spread = _spread(measured)
    if measure.unit == "share":
        value = measured.overall.value if measured else None
        share = float(value) if value is not None and 0 < value < 1 else 0.5
        number = respondents_for_share(float(wanted[1]), share, population=population)
        return number, name, wanted[1], Decimal(str(round(share, 3))), value is None
    # A promoter score runs from -100 to 100: its answers spread about four times as wide as an index.
    default = _ASSUMED_SPREAD * (4 if measure.formula.kind == "promoter" else 1)
    used = spread or default
    width = wanted[0] * (3 if measure.formula.kind == "promoter" else 1)
    number = respondents_for_mean(float(width), used, population=population)
    return number, name, width, Decimal(str(round(used, 2))), spread is None


def _spread(measured: Measured | None) -> float | None:
    """Return the standard deviation that the survey showed, its design effect included."""
    if measured is None or not measured.overall.standard_error or not measured.overall.base:
        return None
    return float(measured.overall.standard_error) * math.sqrt(measured.overall.base)


@dataclass(frozen=True, slots=True)
class RecordPlan:
    """Units to draw at each visited site; ``proof`` is the number that shows the tolerated share, when asked for."""

    of: str
    lowest: Decimal | None
    proof: int | None
    population: int | None


def plan_records(book: FigureBook, *, population: int | None) -> tuple[RecordPlan, ...]:
    """Return how many records, contacts and so on the scheme wants drawn per site.

    Args:
        book: The scheme's figures.
        population: Records at the site; None when not known (then the proof is for a large number).
    """
    return tuple(_records(item, book, population) for item in book.edition.procedure.record_sampling)


def _records(item: RecordSampling, book: FigureBook, population: int | None) -> RecordPlan:
    lowest = book.number(item.lowest)
    proof = None
    if item.confidence is not None and item.tolerated_share is not None:
        confidence, tolerated = book.number(item.confidence), book.number(item.tolerated_share)
        if isinstance(confidence, Decimal) and isinstance(tolerated, Decimal):
            total = population or 100_000
            proof = records_for_limit(total, int(tolerated * total), confidence=float(confidence))
    return RecordPlan(item.of, lowest if isinstance(lowest, Decimal) else None, proof, population)
