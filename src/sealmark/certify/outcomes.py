"""Which decisions an evaluation can end in, and what each does to the certificate."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sealmark.certify.states import CertificateStatus, EvaluationKind, Outcome

__all__ = ["ACT_OF_OUTCOME", "outcomes_possible"]

_BY_KIND: Mapping[EvaluationKind, frozenset[Outcome]] = MappingProxyType({
    EvaluationKind.INITIAL: frozenset({Outcome.GRANT, Outcome.GRANT_WITH_CONDITIONS, Outcome.REFUSE}),
    EvaluationKind.SURVEILLANCE: frozenset({
        Outcome.MAINTAIN, Outcome.CHANGE_GRADE, Outcome.REDUCE, Outcome.SUSPEND, Outcome.WITHDRAW,
    }),
    EvaluationKind.SPECIAL: frozenset({
        Outcome.MAINTAIN, Outcome.CHANGE_GRADE, Outcome.REDUCE, Outcome.SUSPEND, Outcome.RESTORE, Outcome.WITHDRAW,
    }),
    EvaluationKind.SCOPE: frozenset({Outcome.EXTEND, Outcome.REDUCE, Outcome.REFUSE}),
    EvaluationKind.UPGRADE: frozenset({Outcome.CHANGE_GRADE, Outcome.REFUSE}),
    EvaluationKind.RECERTIFICATION: frozenset({Outcome.RENEW, Outcome.REFUSE}),
})  # fmt: skip

_BY_STATUS: Mapping[CertificateStatus, frozenset[Outcome]] = MappingProxyType(
    {
        CertificateStatus.ACTIVE: frozenset(Outcome) - {Outcome.RESTORE, Outcome.GRANT, Outcome.GRANT_WITH_CONDITIONS},
        CertificateStatus.SUSPENDED: frozenset({Outcome.RESTORE, Outcome.WITHDRAW, Outcome.REFUSE}),
        CertificateStatus.EXPIRED: frozenset({Outcome.RENEW, Outcome.REFUSE}),
        CertificateStatus.WITHDRAWN: frozenset(),
    }
)

ACT_OF_OUTCOME: Mapping[Outcome, str | None] = MappingProxyType(
    {
        Outcome.GRANT: "certificate.issue",
        Outcome.GRANT_WITH_CONDITIONS: "certificate.issue",
        Outcome.REFUSE: None,
        Outcome.DEFER: None,
        Outcome.MAINTAIN: "certificate.maintain",
        Outcome.EXTEND: "certificate.change-scope",
        Outcome.REDUCE: "certificate.change-scope",
        Outcome.CHANGE_GRADE: "certificate.change-grade",
        Outcome.RENEW: "certificate.renew",
        Outcome.SUSPEND: "certificate.suspend",
        Outcome.RESTORE: "certificate.restore",
        Outcome.WITHDRAW: "certificate.withdraw",
    }
)
"""The act on the certificate that carries out a decision; None: it changes no certificate."""


def outcomes_possible(
    kind: EvaluationKind, certificate: CertificateStatus | None, *, is_certifiable: bool, is_kept: bool = True
) -> frozenset[Outcome]:
    """Return what can be decided.

    Args:
        kind: Why the evaluation was made.
        certificate: Status of the certificate; None: there is none yet.
        is_certifiable: The result reaches a grade that is certified. What is not determined does not.
        is_kept: The evidence is there for which the scheme lets a certificate be kept.

    Example:
        >>> sorted(outcomes_possible(EvaluationKind.INITIAL, None, is_certifiable=False))
        [<Outcome.REFUSE: 'refuse'>]
    """
    found = _BY_KIND[kind]
    if certificate is not None:
        found &= _BY_STATUS[certificate]
    elif kind is not EvaluationKind.INITIAL:
        return frozenset()
    if not is_kept and kind in {EvaluationKind.SURVEILLANCE, EvaluationKind.RECERTIFICATION}:
        found -= {Outcome.MAINTAIN, Outcome.RENEW, Outcome.CHANGE_GRADE}
    if not is_certifiable:
        found -= {Outcome.GRANT, Outcome.GRANT_WITH_CONDITIONS, Outcome.RENEW, Outcome.RESTORE, Outcome.CHANGE_GRADE,
                  Outcome.EXTEND, Outcome.MAINTAIN}  # fmt: skip
    return found
