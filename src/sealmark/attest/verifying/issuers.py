"""Whose keys count: a DID document that the caller vouches for, or that the issuer's own host gives.

A document that only came along with the certificate proves nothing about who issued it: everybody can write one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sealmark.attest.identifiers import key_document
from sealmark.attest.verifying.asking import Asking
from sealmark.attest.verifying.material import Material, Means
from sealmark.attest.verifying.verdict import Check, printable
from sealmark.attest.web import web_address
from sealmark.core.errors import Problem, SealmarkError

__all__ = ["KnownIssuer", "find_issuer"]


@dataclass(frozen=True, slots=True)
class KnownIssuer:
    """An issuer with the document that its keys are taken from.

    Attributes:
        did: Its identifier.
        document: Its DID document, if there is any.
        check: What is known about where the document comes from.
    """

    did: str
    document: Mapping[str, object] | None
    check: Check


def find_issuer(did: str, material: Material, means: Means, asking: Asking) -> KnownIssuer:
    """Return the issuer of a credential with the best document that is to be had.

    Args:
        did: As the credential names its issuer.
        material: What came along.
        means: Documents that the caller vouches for.
        asking: The issuer's host.
    """
    values = {"issuer": printable(did)}
    if did in means.trust:
        return KnownIssuer(did, means.trust[did], Check("issuer", "passed", "issuer.pinned", values))
    if did.startswith("did:key:"):
        return _nameless(did, values)
    problem = None
    if asking.is_possible:
        try:
            document = asking.document(web_address(did))
        except SealmarkError as error:
            problem = error.problems[0]
        else:
            return KnownIssuer(did, document, Check("issuer", "passed", "issuer.online", values))
    key = "issuer.unreachable" if problem else "issuer.bundled" if material.issuer else "issuer.absent"
    return KnownIssuer(did, material.issuer, Check("issuer", "not-checked", key, values, problem))


def _nameless(did: str, values: Mapping[str, str]) -> KnownIssuer:
    """An identifier that is the key itself: it always fits, and says nothing about who has it."""
    try:
        document = key_document(did)
    except SealmarkError as error:
        return KnownIssuer(did, None, Check("issuer", "failed", "issuer.failed", values, error.problems[0]))
    problem = Problem("SM770", "A did:key names no organization.", did[:100], "Pin it if you know whose key it is.")
    return KnownIssuer(did, document, Check("issuer", "not-checked", "issuer.nameless", values, problem))
