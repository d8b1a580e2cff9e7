"""What one rule and one requirement conclude from the evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from sealmark.assess.figures import Missing
from sealmark.core.estimates import Estimate
from sealmark.scheme.requirements import Statement

__all__ = ["Finding", "Reason", "ReasonValue", "RuleResult", "mean", "reason_for", "statement_of"]

ReasonValue = str | int | Decimal | None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is as it is: a code that reports put into words, what it is about, and its figures."""

    code: str
    about: str
    figures: Mapping[str, ReasonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RuleResult:
    """The outcome of one rule.

    Attributes:
        kind: judgement, sample, measure, change, fact, document, persons or actions.
        about: The id of what was looked at (scale, measure, fact ...).
        share: None when not determined.
        value: What was compared, for people.
        marks: Share per mark where there are several.
        codes: Scale codes given, worst first.
        estimate: For measures; for changes, that of the change.
        sites: Share per site where the rule looked at sites.
        verdict: For changes with a smallest relevant one: improved, not-improved or not-shown; empty otherwise.
        withheld: The evidence is there, but its result would give respondents away.
    """

    kind: str
    about: str
    share: Decimal | None
    value: Decimal | str | None = None
    marks: Mapping[str, Decimal | None] = field(default_factory=dict)
    codes: tuple[str, ...] = ()
    estimate: Estimate | None = None
    sites: Mapping[str, Decimal | None] = field(default_factory=dict)
    base: int | None = None
    reasons: tuple[Reason, ...] = ()
    missing: tuple[Missing, ...] = ()
    pointers: tuple[str, ...] = ()
    withheld: bool = False
    verdict: str = ""

    @property
    def is_nought(self) -> bool:
        """Whether it was seen that nothing conforms; sites that were not measured do not show that."""
        return self.share is not None and self.share <= 0 and None not in self.sites.values()

    @property
    def only_evidence_missing(self) -> bool:
        """Whether it is undetermined for want of evidence alone, not of a figure of the scheme."""
        unknown = any(item.kind in {"parameter", "size"} for item in self.missing)
        return self.share is None and not (unknown or self.withheld)


@dataclass(frozen=True, slots=True)
class Finding:
    """The conformity statement of one requirement.

    Attributes:
        share: 0 to 1; None when not determined or not applicable.
        points: Points possible; None when unknown or when the scheme gives none.
        code: The scale code, where one single judgement was made; the worst one of several.
    """

    requirement: str
    statement: Statement
    share: Decimal | None
    points: Decimal | None = None
    marks: Mapping[str, Decimal | None] = field(default_factory=dict)
    code: str | None = None
    results: tuple[RuleResult, ...] = ()
    reasons: tuple[Reason, ...] = ()
    missing: tuple[Missing, ...] = ()

    @property
    def earned(self) -> Decimal | None:
        """Points earned; None when share or points are unknown."""
        return None if self.share is None or self.points is None else self.share * self.points


def reason_for(missing: Missing, **figures: ReasonValue) -> Reason:
    """Return the reason that says what is missing.

    Example:
        >>> reason_for(Missing("parameter", "T1")).code, reason_for(Missing("size", "employees")).code
        ('unknown-parameter', 'missing-size')
    """
    code = "unknown-parameter" if missing.kind == "parameter" else f"missing-{missing.kind}"
    return Reason(code, missing.id, figures)


def statement_of(share: Decimal | None) -> Statement:
    """Return the conformity statement that a share makes.

    Example:
        >>> statement_of(Decimal("0.5")), statement_of(None)
        ('partial', 'not-determined')
    """
    if share is None:
        return "not-determined"
    if share >= 1:
        return "conforms"
    return "does-not-conform" if share <= 0 else "partial"


def mean(values: Sequence[Decimal]) -> Decimal:
    """Return the plain mean of at least one value.

    Example:
        >>> mean([Decimal(1), Decimal(0)])
        Decimal('0.5')
    """
    return sum(values, Decimal(0)) / len(values)
