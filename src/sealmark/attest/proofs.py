"""Data Integrity proofs of the two Ed25519 suites of W3C: made, and checked without mercy.

``eddsa-jcs-2022`` signs the text of a document (RFC 8785), ``eddsa-rdfc-2022``
what it means as RDF. Both sign the hash of the proof's own options too. A proof
with an option that is not known here is refused: it might mean a restriction.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from sealmark.attest.contexts import VC_V2, Contexts
from sealmark.attest.documents import canonical_form
from sealmark.attest.keys import Signer, VerificationKey
from sealmark.attest.moments import moment_text, read_moment
from sealmark.attest.multibase import from_base58, to_base58
from sealmark.attest.terms import is_address
from sealmark.core.errors import Problem, SealmarkError, did_you_mean

__all__ = ["JCS", "RDFC", "CheckedProof", "ProofOptions", "add_proof", "check_proof", "proofs_of", "signed_bytes"]

JCS = "eddsa-jcs-2022"
RDFC = "eddsa-rdfc-2022"

_SUITES = {JCS, RDFC}
_SIGNATURE_SIZE = 64
_MOST_PROOFS = 16
_NEEDED = ("cryptosuite", "verificationMethod", "proofPurpose", "proofValue")
_KNOWN = {"type", "id", "created", "expires", "@context", *_NEEDED}
_PURPOSES = {"assertionMethod", "authentication"}


@dataclass(frozen=True, slots=True)
class ProofOptions:
    """What a proof says of itself.

    Attributes:
        suite: ``eddsa-jcs-2022`` or ``eddsa-rdfc-2022``.
        method: Address of the key in the issuer's DID document, such as ``did:web:body.example#key-1``.
        created: When, with a time zone.
        purpose: What the key is used for.
        id: Address of the proof, where others refer to it.
        expires: From when on the proof does not count.
    """

    suite: str
    method: str
    created: dt.datetime | None = None
    purpose: str = "assertionMethod"
    id: str | None = None
    expires: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class CheckedProof:
    """What was found out about a proof whose signature is right.

    Attributes:
        suite: The cryptographic suite.
        method: Address of the key.
        purpose: What the key was used for.
        created: When the proof was made, as its maker says.
        expires: From when on it does not count.
    """

    suite: str
    method: str
    purpose: str
    created: dt.datetime | None
    expires: dt.datetime | None


def add_proof(
    document: Mapping[str, object], signer: Signer, options: ProofOptions, *, contexts: Contexts | None = None
) -> dict[str, object]:
    """Return the document with one more proof; what it had before is not signed anew.

    Args:
        document: Plain JSON.
        signer: The key.
        options: What the proof says of itself.
        contexts: What the addresses in ``@context`` mean; needed by ``eddsa-rdfc-2022`` alone.

    Raises:
        SealmarkError: SM756, the options do not fit; SM753 to SM755, the document cannot be signed.
    """
    proof = _proof_without_value(document, options)
    _check_method_is_key(options.method, signer.key)
    message = signed_bytes(document, proof, contexts)
    proof["proofValue"] = to_base58(signer.sign(message))
    before = list(proofs_of(document)) if "proof" in document else []
    return {**document, "proof": [*before, proof] if before else proof}


def check_proof(
    document: Mapping[str, object],
    proof: Mapping[str, object],
    key: VerificationKey,
    *,
    contexts: Contexts | None = None,
    purpose: str = "assertionMethod",
) -> CheckedProof:
    """Return what a proof says when its signature is right.

    Args:
        document: The document; its proofs are left out of what is signed.
        proof: One of its proofs.
        key: The key that the proof's ``verificationMethod`` stands for.
        contexts: What the addresses in ``@context`` mean; needed by ``eddsa-rdfc-2022`` alone.
        purpose: What the key must have been used for.

    Raises:
        SealmarkError: SM757, the signature does not fit document and key; SM756, the proof is not of
            a kind that is known; SM753 to SM755, the document cannot be read in one way only.
    """
    checked = _read_options(document, proof, purpose)
    signature = from_base58(proof["proofValue"], size=_SIGNATURE_SIZE, where="proofValue")
    _check_method_is_key(checked.method, key)
    if not key.verify(signed_bytes(document, proof, contexts), signature):
        what = f"The signature is not that of the key {key.multikey} over this document."
        fix = "The document was changed, or another key signed it; get it again from its issuer."
        raise SealmarkError(Problem("SM757", what, "proof", fix))
    return checked


def proofs_of(document: Mapping[str, object]) -> tuple[dict[str, object], ...]:
    """Return the proofs of a document, at least one and at most sixteen.

    Raises:
        SealmarkError: SM756, it has none, too many, or one that is no object.
    """
    given = document.get("proof")
    proofs = given if isinstance(given, list) else [given]
    if not proofs or not all(isinstance(item, dict) for item in proofs):
        raise _refusal("The document has no proof that can be read.", "A signed document has a proof.")
    if len(proofs) > _MOST_PROOFS:
        raise _refusal(f"The document has {len(proofs)} proofs.", f"At most {_MOST_PROOFS} are checked.")
    return tuple(proofs)


def signed_bytes(document: Mapping[str, object], proof: Mapping[str, object], contexts: Contexts | None) -> bytes:
    """Return the 64 bytes that a proof signs: the hash of its options, then that of the document.

    Raises:
        SealmarkError: SM753 to SM755, one of the two cannot be brought into canonical form.
    """
    unsigned = {name: value for name, value in document.items() if name != "proof"}
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    if "@context" in document:
        options["@context"] = document["@context"]
    if proof.get("cryptosuite") == JCS:
        forms = canonical_form(options), canonical_form(unsigned)
    else:
        forms = _rdf_forms(options, unsigned, contexts)
    return b"".join(hashlib.sha256(form).digest() for form in forms)


def _rdf_forms(
    options: Mapping[str, object], unsigned: Mapping[str, object], contexts: Contexts | None
) -> tuple[bytes, bytes]:
    from sealmark.attest.rdf import canonical_rdf  # slow import, of one suite only

    if contexts is None:
        raise _refusal("The suite eddsa-rdfc-2022 needs contexts.", "Give a Contexts.")
    return _short_proof_rdf(options) or canonical_rdf(options, contexts), canonical_rdf(unsigned, contexts)


def _short_proof_rdf(options: Mapping[str, object]) -> bytes | None:
    """The RDF of a plain proof, written without the processor; ``None`` for any other proof.

    The first context protects its terms, so that no later one can change what these names mean.
    """
    context = options.get("@context")
    known = options.keys() <= _PLAIN and options["proofPurpose"] == "assertionMethod"
    if not known or not isinstance(context, list) or context[:1] != [VC_V2]:
        return None
    lines = [
        f'_:c14n0 <http://purl.org/dc/terms/created> "{options["created"]}"'
        "^^<http://www.w3.org/2001/XMLSchema#dateTime> .\n"
        if "created" in options
        else "",
        "_:c14n0 <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://w3id.org/security#DataIntegrityProof> .\n",
        f'_:c14n0 <https://w3id.org/security#cryptosuite> "{RDFC}"^^<https://w3id.org/security#cryptosuiteString> .\n',
        "_:c14n0 <https://w3id.org/security#proofPurpose> <https://w3id.org/security#assertionMethod> .\n",
        f"_:c14n0 <https://w3id.org/security#verificationMethod> <{options['verificationMethod']}> .\n",
    ]
    return "".join(lines).encode("utf-8")


_PLAIN = {"@context", "type", "cryptosuite", "created", "proofPurpose", "verificationMethod"}


def _proof_without_value(document: Mapping[str, object], options: ProofOptions) -> dict[str, object]:
    proof: dict[str, object] = {"type": "DataIntegrityProof"}
    if options.id is not None:
        proof["id"] = options.id
    proof["cryptosuite"] = options.suite
    if options.created is not None:
        proof["created"] = moment_text(options.created)
    if options.expires is not None:
        proof["expires"] = moment_text(options.expires)
    proof |= {"verificationMethod": options.method, "proofPurpose": options.purpose}
    if options.suite == JCS and "@context" in document:
        proof["@context"] = document["@context"]
    _read_options(document, {**proof, "proofValue": ""}, options.purpose)
    return proof


def _read_options(document: Mapping[str, object], proof: Mapping[str, object], purpose: str) -> CheckedProof:
    """What a proof says of itself, where every word of it is one that is known here."""
    _check_names(document, proof)
    suite, method = proof["cryptosuite"], proof["verificationMethod"]
    if not isinstance(suite, str) or suite not in _SUITES:
        raise _refusal(f"The suite {str(suite)[:60]!r} is not known.", did_you_mean(str(suite)[:60], _SUITES))
    if proof["proofPurpose"] != purpose or purpose not in _PURPOSES:
        raise _refusal(
            f"The proof is made for {str(proof['proofPurpose'])[:60]!r}.",
            f"Expected is {purpose!r}; known are {', '.join(sorted(_PURPOSES))}.",
        )
    for name in ("id", "verificationMethod"):
        if name in proof and not is_address(proof[name]):
            raise _refusal(f"The {name} {str(proof[name])[:80]!r} is no address.", "Give an absolute address.")
    created, expires = (_moment(proof, name) for name in ("created", "expires"))
    return CheckedProof(suite, str(method), purpose, created, expires)


def _check_names(document: Mapping[str, object], proof: Mapping[str, object]) -> None:
    if proof.get("type") != "DataIntegrityProof":
        raise _refusal(f"A proof of type {str(proof.get('type'))[:60]!r} is not known.", "Known is DataIntegrityProof.")
    missing = [name for name in _NEEDED if name not in proof]
    if missing:
        raise _refusal(f"The proof lacks {', '.join(missing)}.", "A proof has all of them.")
    strange = sorted(proof.keys() - _KNOWN)
    if strange:
        raise _refusal(f"The proof says {strange[0][:60]!r}, which is not known here.", f"Known: {sorted(_KNOWN)}.")
    if "@context" in proof and proof["@context"] != document.get("@context"):
        raise _refusal(
            "The contexts of proof and document differ.", "They are the same when the document is unchanged."
        )


def _moment(proof: Mapping[str, object], name: str) -> dt.datetime | None:
    if name not in proof:
        return None
    moment = read_moment(proof[name])
    if moment is None:
        shown = str(proof[name])[:60]
        raise _refusal(f"The time {name} of the proof is {shown!r}.", "Write it as 2026-03-01T12:00:00Z.")
    return moment


def _check_method_is_key(method: str, key: VerificationKey) -> None:
    """A ``did:key`` names its key itself: it must be this one."""
    if method.startswith("did:key:") and method != f"did:key:{key.multikey}#{key.multikey}":
        raise _refusal(
            f"The method {method[:120]} is not the key {key.multikey}.", "Use the key that the method names."
        )


def _refusal(what: str, fix: str) -> SealmarkError:
    return SealmarkError(Problem("SM756", what, "proof", fix))
