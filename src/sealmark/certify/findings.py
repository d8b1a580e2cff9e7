"""What findings owe before somebody may recommend or decide.

Classes and deadlines are the scheme's (ISO/IEC 17065 defines none). A class
that blocks must be verified before the decision; of any other with a deadline
the plan must be accepted (ISO/IEC 17021-1, 9.5.2, as practice).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sealmark.certify.states import FindingStatus

__all__ = ["ANSWER_PARTS", "FindingFacts", "blocking", "unanswered"]

ANSWER_PARTS = ("correction", "cause", "corrective-action")
"""Three parts, each accepted on its own."""

_DONE = frozenset({
    FindingStatus.VERIFIED, FindingStatus.EFFECTIVE, FindingStatus.NOTED, FindingStatus.TAKEN_BACK,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class FindingFacts:
    """One finding.

    Attributes:
        label: What people call it.
        status: Where it stands.
        is_owed: Its class asks for an answer.
        blocks: Its class blocks the decision until it is verified.
    """

    label: str
    status: FindingStatus
    is_owed: bool
    blocks: bool


def unanswered(findings: Iterable[FindingFacts]) -> tuple[str, ...]:
    """Return the findings the client still has to answer."""
    return tuple(one.label for one in findings if one.is_owed and one.status is FindingStatus.RAISED)


def blocking(findings: Iterable[FindingFacts]) -> tuple[str, ...]:
    """Return the findings that stand in the way of a favourable decision.

    Example:
        >>> minor = FindingFacts("minor 1", FindingStatus.ACCEPTED, is_owed=True, blocks=False)
        >>> major = FindingFacts("major 1", FindingStatus.ACCEPTED, is_owed=True, blocks=True)
        >>> blocking([minor, major])
        ('major 1',)
    """
    return tuple(
        one.label
        for one in findings
        if one.status not in _DONE and (one.blocks or (one.is_owed and one.status is not FindingStatus.ACCEPTED))
    )
