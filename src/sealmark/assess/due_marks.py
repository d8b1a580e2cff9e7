"""Marks that are due and not there: what was judged at one visited site is due at every other.

Taking a mark away can raise a mean. So that nobody profits from it unseen,
every site without a mark is named; and a scheme can ask for all of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from sealmark.assess.evidence import Evidence
from sealmark.assess.findings import Reason
from sealmark.scheme.rules import JudgementRule, SampleRule

__all__ = ["lacks_marks", "reasons_of_marks", "sites_without_mark"]

_NAMED = 10


def sites_without_mark(
    rule: JudgementRule | SampleRule, requirement: str, evidence: Evidence
) -> Mapping[str | None, tuple[str, ...]]:
    """Return the visited sites at which a mark is due and missing, by mark (None: the single one).

    Nothing is due at sites where the requirement was judged at none of them: it is then a matter of the head office.
    """
    marks = evidence.judgements.get(requirement, ())
    if not {mark.site for mark in marks} & set(evidence.visited):
        return {}
    asked = (rule.marks if isinstance(rule, JudgementRule) else ()) or (None,)
    found = {
        name: tuple(
            site for site in evidence.visited if site not in {mark.site for mark in marks if mark.dimension == name}
        )
        for name in asked
    }
    return {name: sites for name, sites in found.items() if sites}


def lacks_marks(rule: JudgementRule | SampleRule, requirement: str, evidence: Evidence) -> bool:
    """Tell whether the scheme asks for a mark at every visited site and one is not there."""
    return rule.every_site and bool(sites_without_mark(rule, requirement, evidence))


def reasons_of_marks(rule: JudgementRule | SampleRule, requirement: str, evidence: Evidence) -> tuple[Reason, ...]:
    """Return what is uneven about the marks: visited sites without one, and sites with more of them than others."""
    if evidence.draw.shares:
        return ()  # possible truths are counted, not told
    result = [
        _missing(requirement, name, sites) for name, sites in sites_without_mark(rule, requirement, evidence).items()
    ]
    counts: Counter[str] = Counter()
    for mark in evidence.judgements.get(requirement, ()):
        counts[mark.site] += mark.units
    if len(set(counts.values())) > 1:
        told = [f"{site}: {number}" for site, number in sorted(counts.items())]
        result.append(Reason("marks-uneven", requirement, {"places": _told(told)}))
    return tuple(result)


def _missing(requirement: str, mark: str | None, sites: Sequence[str]) -> Reason:
    figures: dict[str, str | int] = {"number": len(sites), "places": _told(sites)}
    return (
        Reason("marks-missing", requirement, figures)
        if mark is None
        else Reason("mark-missing", requirement, {**figures, "mark": mark})
    )


def _told(places: Sequence[str]) -> str:
    return ", ".join([*places[:_NAMED], *(["\u2026"] if len(places) > _NAMED else [])])
