"""The periods of a series: plain labels, or calendar periods with their place in the year."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from sealmark.core.errors import Problem, SealmarkError
from sealmark.core.periods import add_months

__all__ = ["Periods", "Step", "dated_periods", "period_start", "plain_periods"]

Step: TypeAlias = Literal["day", "week", "month", "quarter", "year"]

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_QUARTERS = ("Q1", "Q2", "Q3", "Q4")
_SEASONS: dict[Step, tuple[str, ...]] = {"day": _WEEKDAYS, "month": _MONTHS, "quarter": _QUARTERS}
_DAYS_IN_YEAR = 365.2425
_IN_MONTHS: dict[Step, int] = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True)
class Periods:
    """The periods of a series in order of time.

    Attributes:
        labels: What each is called; all different.
        years: Where the middle of each lies on a scale of years; empty when unknown.
        starts: The first day of each; empty when they are no calendar periods.
        step: How long each is; None when they are no calendar periods.

    Raises:
        SealmarkError: SM463 a label stands twice, or the places in time do not rise.
    """

    labels: tuple[str, ...]
    years: tuple[float, ...] = ()
    starts: tuple[dt.date, ...] = ()
    step: Step | None = None

    def __post_init__(self) -> None:
        """Refuse periods that are not in order."""
        twice = [label for label, number in Counter(self.labels).items() if number > 1]
        if twice:
            what = f"Periods stand twice: {', '.join(twice[:5])}."
            raise SealmarkError(Problem("SM463", what, fix="Add up the rows of one period first."))
        pairs = zip(self.years, self.years[1:], strict=False)
        if self.years and (len(self.years) != len(self.labels) or any(later <= first for first, later in pairs)):
            what = "The periods' places in time do not rise from one to the next."
            raise SealmarkError(Problem("SM463", what, fix="Give one number of years per period, in order of time."))

    @property
    def cycle(self) -> tuple[str, ...]:
        """The seasons of one cycle: weekdays, months or quarters; empty for other periods."""
        return _SEASONS.get(self.step, ()) if self.step else ()

    @property
    def seasons(self) -> tuple[int, ...]:
        """The place of each period in the cycle, from 0; empty without a cycle."""
        if self.step == "day":
            return tuple(start.weekday() for start in self.starts)
        if self.step in {"month", "quarter"}:
            return tuple((start.month - 1) // _IN_MONTHS[self.step] for start in self.starts)
        return ()


def plain_periods(labels: Sequence[object], *, years: Sequence[float] = ()) -> Periods:
    """Return periods that are only named, in the order given.

    Args:
        labels: Their names.
        years: Where each lies on a scale of years, when a trend per year is wanted.

    Raises:
        SealmarkError: SM463 as :class:`Periods`.

    Example:
        >>> plain_periods([2017, 2018], years=[2017, 2018]).labels
        ('2017', '2018')
    """
    return Periods(tuple(str(label) for label in labels), tuple(float(year) for year in years))


def dated_periods(first: dt.date, last: dt.date, step: Step) -> Periods:
    """Return every calendar period from that of the first day to that of the last.

    Weeks begin on Monday and are named by their first day.

    Raises:
        SealmarkError: SM463 the last day lies before the first.

    Example:
        >>> dated_periods(dt.date(2026, 1, 15), dt.date(2026, 3, 1), "month").labels
        ('2026-01', '2026-02', '2026-03')
    """
    if last < first:
        what = f"The span ends on {last}, before it begins on {first}."
        raise SealmarkError(Problem("SM463", what, fix="Give the first day, then the last."))
    starts = [period_start(first, step)]
    while (following := _next(starts[-1], step)) <= last:
        starts.append(following)
    labels = tuple(_label(start, step) for start in starts)
    return Periods(labels, tuple(_middle(start, step) for start in starts), tuple(starts), step)


def period_start(day: dt.date, step: Step) -> dt.date:
    """Return the first day of the period that a day lies in.

    Example:
        >>> period_start(dt.date(2026, 5, 20), "quarter")
        datetime.date(2026, 4, 1)
    """
    if step == "day":
        return day
    if step == "week":
        return day - dt.timedelta(days=day.weekday())
    length = _IN_MONTHS[step]
    return dt.date(day.year, (day.month - 1) // length * length + 1, 1)


def _next(start: dt.date, step: Step) -> dt.date:
    if step in _IN_MONTHS:
        return add_months(start, _IN_MONTHS[step])
    return start + dt.timedelta(days=7 if step == "week" else 1)


def _label(start: dt.date, step: Step) -> str:
    if step == "month":
        return f"{start:%Y-%m}"
    if step == "quarter":
        return f"{start.year}-{_QUARTERS[(start.month - 1) // 3]}"
    return str(start.year) if step == "year" else start.isoformat()


def _middle(start: dt.date, step: Step) -> float:
    if step in _IN_MONTHS:
        # Months count alike: a twelfth of a year each.
        return start.year + (start.month - 1 + _IN_MONTHS[step] / 2) / 12
    return (start.toordinal() + (3.5 if step == "week" else 0.5)) / _DAYS_IN_YEAR
