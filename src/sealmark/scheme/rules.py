"""How evidence becomes a share between 0 (does not conform) and 1 (conforms).

A rule names its kind by its first key: ``judgement``, ``sample``, ``measure``,
``change``, ``fact``, ``document``, ``persons`` or ``actions``.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Tag, model_validator

from sealmark.scheme.figures import Flag, Id, Number, Part

__all__ = [
    "VERDICTS", "ActionsRule", "Applies", "ChangeRule", "DocumentRule", "FactRule", "JudgementRule", "MeasureRule",
    "PersonsRule", "Rule", "SampleRule", "Scores",
]  # fmt: skip

RULE_KINDS = ("judgement", "sample", "measure", "change", "fact", "document", "persons", "actions")
VERDICTS = ("improved", "not-shown", "not-improved")
"""What a change rule with ``relevant`` can conclude, the best first; its table scores these words."""


class Scores(Part):
    """Turns a value into a share. Exactly one way is given. Limits are inclusive."""

    at_least: Number | None = None
    """1 from this value up, 0 below."""
    at_most: Number | None = None
    """1 up to this value, 0 above."""
    curve: tuple[tuple[Number, Number], ...] | None = None
    """Points [value, share], values rising; straight lines between, constant outside."""
    steps: tuple[tuple[Number, Number], ...] | None = None
    """Points [value, share], values rising: the share of the highest value reached; 0 below the first."""
    steps_at_most: tuple[tuple[Number, Number], ...] | None = None
    """Points [value, share], values rising, shares falling: the share of the lowest value not exceeded;
    0 above the last."""
    table: dict[str, Number] | None = None
    """Share for each choice: {"yes": 1, "no": 0}. A choice not listed is not determined."""

    @model_validator(mode="after")
    def _one_way(self) -> Scores:
        given = [name for name in type(self).model_fields if getattr(self, name) is not None]
        if len(given) != 1:
            found = ", ".join(given) or "none"
            raise ValueError(
                f"a value is scored in exactly one way; found: {found}\n"
                "Keep one of at_least, at_most, curve, steps, steps_at_most, table."
            )
        return self


class JudgementRule(Part):
    """Assessors' marks on a scale."""

    judgement: Id
    """The scale (scales.yaml)."""
    marks: tuple[Id, ...] = ()
    """Several marks per requirement, for example [intent, implementation, integration]."""
    mark_roll_up: Literal["mean", "minimum"] = "mean"
    """How several marks become one share."""
    assessors: Literal["mean", "lowest"] = "mean"
    """When several assessors marked the same site."""
    sites: Literal["mean", "worst"] = "mean"
    """When several sites were marked."""
    minimum_sites: Number | None = None
    """Fewer sites marked: not determined."""
    every_site: Flag = False
    """true: a visited site without a mark leaves the requirement not determined; otherwise it is only named."""


class SampleRule(Part):
    """A judged sample: the share lost is the non-conforming share of what was drawn."""

    sample: Id
    """The scale each drawn unit is marked on (scales.yaml)."""
    of: Literal["staff", "records", "outlets", "contacts", "documents", "units"]
    minimum: Number | None = None
    """Fewer units drawn: not determined."""
    sites: Literal["pooled", "mean", "worst"] = "pooled"
    """All units together, or each site's share first."""
    every_site: Flag = False
    """true: a visited site without a mark leaves the requirement not determined; otherwise it is only named."""


class MeasureRule(Part):
    """A survey estimate or a measure from service records."""

    measure: Id
    counts: Literal["estimate", "lower-limit", "upper-limit"] = "estimate"
    """Which number is compared: a confidence limit lets nobody pass on luck."""
    minimum_base: Number | None = None
    """Fewer answers or records: not determined. The measure's own minimum applies as well."""
    sites: Literal["overall", "worst", "mean", "share"] = "overall"
    """overall: one number; worst: the worst site's share; mean: mean of the sites' shares;
    share: share of sites that reach 1.
    A site without an estimate counts as 0 in mean and share, and makes worst not determined."""
    minimum_site_base: Number | None = None
    """A site with fewer answers or records has no estimate."""
    scores: Scores

    @property
    def tells_of_sites(self) -> bool:
        """Whether the rule's share is a number made of the sites' values, more than a count of those that pass."""
        is_count = self.sites == "share" or self.scores.at_least is not None or self.scores.at_most is not None
        return self.sites != "overall" and not is_count


class ChangeRule(Part):
    """How far a measure moved between the two waves of the case: after less before, in the measure's unit."""

    change: Id
    """The measure (measures/), of a survey or of service records. Quantiles of answers have no change."""
    counts: Literal["estimate", "lower-limit", "upper-limit"] = "estimate"
    """Which number is compared: a confidence limit of the change lets nobody pass on luck."""
    minimum_base: Number | None = None
    """Fewer answers or records in either wave: not determined. The measure's own minimum applies as well."""
    relevant: Number | None = None
    """The smallest change for the better that matters, zero or more. The finding then says improved (the whole
    interval of the change lies beyond it), not-improved (the whole interval falls short of it) or not-shown;
    a table in `scores` scores these words. Better is what the measure says."""
    scores: Scores


class FactRule(Part):
    """A declared fact: a number, a ratio of two, a date's age, yes/no or a choice."""

    fact: Id
    per: Id | None = None
    """A second fact: the value compared is fact / per."""
    age_in: Literal["days", "months"] | None = None
    """For dates: the value compared is the whole days or months from the date to the as-of day."""
    scores: Scores


class DocumentRule(Part):
    """A document that is present and in date."""

    document: Id
    no_older_than_months: Number | None = None


class PersonsRule(Part):
    """Persons who hold a certificate on the as-of day."""

    persons: Id
    """The credential (declarations.yaml)."""
    obtained_within_months: Number | None = None
    """Only certificates obtained in the months before the as-of day."""
    per: Id | None = None
    """A fact with a number: the value compared is holders / fact."""
    scores: Scores


class ActionsRule(Part):
    """The holder's improvement actions: the share of due ones in a state."""

    actions: Literal["done", "effective"]
    """done: closed with evidence; effective: its effect was measured and met."""
    minimum: Number | None = None
    """Fewer actions due in the period: not determined."""
    scores: Scores


def rule_kind(value: Any) -> str | None:
    """Return the kind of a rule by the key it has."""
    keys = value if isinstance(value, dict) else getattr(value, "__dict__", {})
    return next((kind for kind in RULE_KINDS if kind in keys), None)


def _rule_tag(value: Any) -> str | None:
    """Return a tag that cannot be taken for a key, so that errors keep their exact place."""
    kind = rule_kind(value)
    return None if kind is None else f"{kind} rule"


Rule = Annotated[
    Annotated[JudgementRule, Tag("judgement rule")]
    | Annotated[SampleRule, Tag("sample rule")]
    | Annotated[MeasureRule, Tag("measure rule")]
    | Annotated[ChangeRule, Tag("change rule")]
    | Annotated[FactRule, Tag("fact rule")]
    | Annotated[DocumentRule, Tag("document rule")]
    | Annotated[PersonsRule, Tag("persons rule")]
    | Annotated[ActionsRule, Tag("actions rule")],
    Discriminator(
        _rule_tag,
        custom_error_type="rule_kind",
        custom_error_message="a rule needs a key that says its kind",
        custom_error_context={"keys": ", ".join(RULE_KINDS)},
    ),
]


class Applies(Part):
    """When a requirement or group counts. Every key given must hold; what does not apply leaves the denominator."""

    sizes: tuple[Id, ...] = ()
    sectors: tuple[Id, ...] = ()
    modules: tuple[Id, ...] = ()
    facts: dict[Id, Flag | str] = {}
    """Declared facts and the value each must have."""
