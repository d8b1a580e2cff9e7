"""Endorsements of the issuer: who stands behind it, if the caller knows who that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sealmark.attest.datamodel import check_credential
from sealmark.attest.moments import read_moment
from sealmark.attest.verifying.badges import issuer_of, subject_of
from sealmark.attest.verifying.material import Means
from sealmark.attest.verifying.signatures import Signed, check_proofs
from sealmark.attest.verifying.verdict import Check, printable
from sealmark.core.errors import Problem, SealmarkError

__all__ = ["check_endorsements"]

_MOST = 16

Document = Mapping[str, object]


def check_endorsements(
    credential: Document, carried: Sequence[Document], *, means: Means, signed: Signed
) -> Check | None:
    """Return what is known about the endorsements, ``None`` when there are none.

    An endorsement counts only when the caller vouches for the document of who endorses: nobody is asked.

    Args:
        credential: The certificate; endorsements may stand inside it.
        carried: Those that came along.
        means: Documents that the caller vouches for.
        signed: How the certificate itself is checked.
    """
    inside = credential.get("endorsement", [])
    items = [*(inside if isinstance(inside, list) else [inside]), *carried]
    if not items:
        return None
    try:
        if len(items) > _MOST or not all(isinstance(item, dict) for item in items):
            raise _wrong("The endorsements are no list of at most 16 credentials.")
        names = [name for item in items if (name := _endorser(item, means, signed))]
    except SealmarkError as error:
        return Check("endorsement", "failed", "endorsement.failed", problem=error.problems[0])
    if not names:
        return Check("endorsement", "not-checked", "endorsement.unknown")
    return Check("endorsement", "passed", "endorsement.passed", {"endorser": printable(", ".join(names))})


def _endorser(item: Document, means: Means, signed: Signed) -> str:
    """Return who endorses the issuer, empty when that is nobody known or not about this issuer or day."""
    check_credential(item, contexts=means.contexts)
    if "EndorsementCredential" not in _texts(item.get("type")):
        raise _wrong("What came as an endorsement is none.")
    if subject_of(item).get("id") != signed.did:
        raise _wrong("The endorsement is about somebody else.")
    did = issuer_of(item)
    if did not in means.trust:
        return ""
    suites = check_proofs(item, replace(signed, did=did, keys=means.trust[did], logged_at=None))
    since, until = (read_moment(item.get(name)) for name in ("validFrom", "validUntil"))
    is_now = (since is None or since <= signed.on) and (until is None or signed.on < until)
    return did if suites and is_now else ""


def _texts(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _wrong(what: str) -> SealmarkError:
    return SealmarkError(Problem("SM785", what, "endorsement", "Get the certificate again from its issuer."))
