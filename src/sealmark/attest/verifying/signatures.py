"""Every proof of a document against its issuer's keys: none may be wrong, and one at least must be right."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sealmark.attest.contexts import Contexts
from sealmark.attest.documents import canonical_form
from sealmark.attest.envelopes import open_jwt
from sealmark.attest.identifiers import did_of, key_for
from sealmark.attest.keys import VerificationKey
from sealmark.attest.moments import read_moment
from sealmark.attest.proofs import JCS, RDFC, check_proof, proofs_of
from sealmark.attest.verifying.material import Material
from sealmark.core.errors import Problem, SealmarkError

__all__ = ["Signed", "check_envelope", "check_proofs"]

_MOST_PROOFS = 4
_FIX = "Get the certificate again from its issuer."

Document = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Signed:
    """How a document is to be checked.

    Attributes:
        did: Of the issuer, who alone may sign.
        keys: Its DID document.
        contexts: For proofs of ``eddsa-rdfc-2022``.
        on: The point of time in question.
        logged_at: When the document entered the log, if that is proved.
    """

    did: str
    keys: Document
    contexts: Contexts | None
    on: dt.datetime
    logged_at: dt.datetime | None = None

    def key(self, method: object, signed_at: dt.datetime | None) -> VerificationKey:
        """Return the key of the issuer that a proof names.

        Raises:
            SealmarkError: SM781 it is a key of somebody else; else as ``key_for``.
        """
        if did_of(method) != self.did:
            what = f"The key {str(method)[:100]!r} is not one of the issuer {self.did[:100]!r}."
            raise SealmarkError(Problem("SM781", what, fix=_FIX))
        return key_for(self.keys, method, signed_at=signed_at, logged_at=self.logged_at)


def check_proofs(document: Document, signed: Signed) -> tuple[str, ...]:
    """Return the suites whose proofs are right.

    Proofs of ``eddsa-rdfc-2022`` are passed over without contexts, but what they say of themselves is not.

    Raises:
        SealmarkError: SM756 and SM757 a proof is wrong or has run out, SM770 to SM773 its key does not count.
    """
    proofs = proofs_of(document)
    if len(proofs) > _MOST_PROOFS:
        raise SealmarkError(Problem("SM756", f"{len(proofs)} proofs are not checked.", "proof", _FIX))
    suites = []
    # The cheap suite first: nothing is put into canonical RDF for a signature that is wrong anyway.
    for proof in sorted(proofs, key=lambda item: item.get("cryptosuite") != JCS):
        key = signed.key(proof.get("verificationMethod"), read_moment(proof.get("created")))
        if proof.get("cryptosuite") == RDFC and signed.contexts is None:
            continue
        checked = check_proof(document, proof, key, contexts=signed.contexts)
        if checked.expires is not None and checked.expires <= signed.on:
            raise SealmarkError(Problem("SM756", f"The proof has run out, {proof['expires']}.", "proof", _FIX))
        suites.append(checked.suite)
    return tuple(suites)


def check_envelope(material: Material, signed: Signed) -> None:
    """Return when a VC-JWT is signed by the issuer and says what the credential says.

    Raises:
        SealmarkError: SM757, SM758 the envelope is wrong; SM781 it says something else.
    """
    opened = open_jwt(material.jwt, lambda method: signed.key(method, None))
    bare = {name: value for name, value in material.credential.items() if name != "proof"}
    if canonical_form(opened.credential) != canonical_form(bare):
        raise SealmarkError(Problem("SM781", "The VC-JWT says something else than the credential.", "jwt", _FIX))
