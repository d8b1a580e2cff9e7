"""What is measured from service records.

One record is a *case*: something a customer asked for, with the moments at
which it was opened, first answered, resolved and closed. Measures are frozen
definitions; :func:`sealmark.measure.records.estimation.estimate_records` computes
them. The rule behind all of them: a case that is still open counts, because
leaving it out would make slow service look fast.

Columns of a case table: ``case`` and ``opened`` are required; ``first_response``,
``resolved``, ``closed``, ``promised``, ``status``, ``type``, ``channel``, ``site``,
``staff``, ``customer``, ``asset``, ``complaint``, ``reopened``, ``upheld``,
``paused_seconds``, ``pauses``, ``updates`` and any further columns are optional.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, TypeAlias

__all__ = [
    "STAMPS",
    "Clock",
    "DurationMean",
    "DurationPercentile",
    "FirstTimeFix",
    "OpenCases",
    "OpenShare",
    "RecordMeasure",
    "RecordRatio",
    "RecordShare",
    "RepeatRate",
    "ReturnRate",
    "ShareWithin",
    "Unit",
    "Where",
]

Unit = Literal["seconds", "minutes", "hours", "days"]
Where: TypeAlias = Mapping[str, tuple[object, ...]]
ShareInterval = Literal["wilson", "exact"]
OpenCases = Literal["bound", "kaplan-meier"]

# In the order in which they happen: a later one shows that an earlier one is over.
STAMPS = ("opened", "first_response", "resolved", "closed")
SECONDS: Mapping[Unit, int] = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86_400}


@dataclass(frozen=True)
class Clock:
    """A stretch of a case and the time that counts in it.

    Attributes:
        start: Column with the beginning.
        end: Column with the end; a case without it is open unless a later moment or ``done`` says otherwise.
        calendar: Name of a calendar for business time; None for calendar time.
        calendar_column: Column that names the calendar of each case instead.
        subtract_pauses: Whether recorded pauses are taken off.
        done: Cases that are over although the end is not recorded (column: values);
            they are left out and counted, never taken for open ones.
        between: Column with lists of moments, for example ``updates``: the length is then
            the longest piece into which they cut the stretch. The start and the end cut
            too, and an open case's last piece runs to the as-of moment.
    """

    start: str = "opened"
    end: str = "resolved"
    calendar: str | None = None
    calendar_column: str | None = None
    subtract_pauses: bool = True
    done: Where = field(default_factory=dict)
    between: str | None = None

    @property
    def in_business_time(self) -> bool:
        """Whether only opening hours count."""
        return self.calendar is not None or self.calendar_column is not None


@dataclass(frozen=True)
class _Measure:
    """What all measures share.

    Attributes:
        where: Column to legal values; every column given must match.
        complete_count: The records are all there is to know, and the interval
            shrinks to the value. By default they are taken as a sample of what
            the same service would produce (a superpopulation), as a promise
            about the future needs.
    """

    where: Where = field(default_factory=dict, kw_only=True)
    complete_count: bool = field(default=False, kw_only=True)


@dataclass(frozen=True)
class DurationMean(_Measure):
    """Mean length; open cases count with their age so far, which makes it a lower bound."""

    clock: Clock = Clock()
    unit: Unit = "hours"


@dataclass(frozen=True)
class DurationPercentile(_Measure):
    """Percentile of the length.

    Attributes:
        share: Between 0 and 1; 0.9 for the ninetieth percentile.
        open_cases: ``bound``: open cases count as longer than every finished one, so the
            figure is an upper bound, and unknown where too many are open (exact, linear
            interpolation, type 7 of Hyndman and Fan 1996). ``kaplan-meier``: open cases
            are longer than their age, and no more (:mod:`sealmark.measure.records.survival`).
    """

    share: Decimal
    clock: Clock = Clock()
    unit: Unit = "hours"
    open_cases: OpenCases = field(default="bound", kw_only=True)


@dataclass(frozen=True)
class ShareWithin(_Measure):
    """Share of cases that met a target; with ``promised``, of promises kept.

    Attributes:
        target_seconds: The target as a length, or
        promised: the column with the promised moment.
        interval: Wilson (1927) or exact (Clopper and Pearson 1934).
        open_cases: ``bound``: open cases beyond the target are late; those that may still
            meet it are undecided: they leave the base and are counted. ``kaplan-meier``:
            these count too, for as long as they were followed.
    """

    target_seconds: int | None = None
    promised: str | None = None
    clock: Clock = Clock()
    interval: ShareInterval = "wilson"
    open_cases: OpenCases = field(default="bound", kw_only=True)


@dataclass(frozen=True)
class _Recurrence(_Measure):
    """Whether the same asset or customer comes back within a number of days.

    The filter chooses the cases judged; what comes back is looked for among all
    cases. Cases with less than the window between them and the end of the data
    are left out, whatever is known of them, and counted.

    Attributes:
        days: Length of the window.
        same: Columns that must agree for a case to be the same trouble again.
    """

    days: int
    same: tuple[str, ...] = ("asset",)
    interval: ShareInterval = field(default="wilson", kw_only=True)


@dataclass(frozen=True)
class FirstTimeFix(_Recurrence):
    """Share of cases after whose opening no other of the same asset was opened within the window.

    Attributes:
        reopened: Whether a case that was itself reopened counts as not fixed.
    """

    reopened: bool = field(default=False, kw_only=True)


@dataclass(frozen=True)
class RepeatRate(_Recurrence):
    """Share of cases after whose opening another of the same asset was opened within the window."""


@dataclass(frozen=True)
class ReturnRate(_Recurrence):
    """Share of resolved cases after whose resolution the same asset came back within the window."""


@dataclass(frozen=True)
class RecordShare(_Measure):
    """Share of records whose column has one of the values; records without a value are left out and counted."""

    column: str
    values: tuple[object, ...]
    interval: ShareInterval = "wilson"


@dataclass(frozen=True)
class RecordRatio(_Measure):
    """Records of one kind per ``per`` records of another, for example complaints per 100 orders.

    The interval is the exact one for a Poisson count (Garwood 1936), the denominator taken as known.

    Attributes:
        numerator: Filter of the records counted.
        denominator: Filter of the records they are set against, or their number.
        per: How many of the denominator.
    """

    numerator: Where
    denominator: Where | int = field(default_factory=dict)
    per: int = 100


@dataclass(frozen=True)
class OpenShare(_Measure):
    """Share of cases open on the as-of day, or open beyond a limit.

    Attributes:
        overdue_seconds: Count only cases open for longer than this.
        promised: Count only cases open after the moment in this column.
    """

    clock: Clock = Clock()
    overdue_seconds: int | None = None
    promised: str | None = None
    interval: ShareInterval = "wilson"


RecordMeasure: TypeAlias = (
    DurationMean
    | DurationPercentile
    | ShareWithin
    | FirstTimeFix
    | RepeatRate
    | ReturnRate
    | RecordShare
    | RecordRatio
    | OpenShare
)
