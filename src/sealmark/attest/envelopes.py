"""The VC-JWT envelope (W3C VC-JOSE-COSE, RFC 7515): a credential inside a signature, in one line of text.

One algorithm, one text per value: header fields that are not known here, idle
bits in base64url and claims that contradict the credential are refused.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sealmark.attest.documents import Limits, canonical_form, read_json
from sealmark.attest.keys import Signer, VerificationKey
from sealmark.attest.moments import read_moment
from sealmark.attest.multibase import from_base64url, to_base64url
from sealmark.core.errors import Problem, SealmarkError

__all__ = ["OpenedEnvelope", "open_jwt", "seal_jwt"]

_ALGORITHMS = ("Ed25519", "EdDSA")  # the second name is the old one (RFC 9864)
_FIELDS = {"alg", "typ", "cty", "kid", "iss"}
_SIGNATURE_SIZE = 64
_LONGEST = 3 << 19  # base64url of 1 MiB, and the rest
_HEADER = Limits(size=4096, depth=2)


@dataclass(frozen=True, slots=True)
class OpenedEnvelope:
    """What was in an envelope whose signature is right.

    Attributes:
        credential: The credential.
        method: Address of the key, ``kid``.
    """

    credential: dict[str, object]
    method: str


def seal_jwt(credential: Mapping[str, object], signer: Signer, method: str) -> str:
    """Return a credential as VC-JWT, ``typ`` ``vc+jwt`` and ``alg`` ``Ed25519``.

    Args:
        credential: Plain JSON without a proof of its own.
        signer: The key.
        method: Address of the key in the issuer's DID document.

    Raises:
        SealmarkError: SM758, the credential has a proof; SM753, it cannot be written.
    """
    if "proof" in credential:
        raise _refusal("The credential has a proof already.", "Seal it without; one proof is enough.")
    header = {"alg": _ALGORITHMS[0], "typ": "vc+jwt", "cty": "vc", "kid": method}
    text = f"{to_base64url(canonical_form(header))}.{to_base64url(canonical_form(credential))}"
    return f"{text}.{to_base64url(signer.sign(text.encode('ascii')))}"


def open_jwt(text: str, key_of: Callable[[str], VerificationKey]) -> OpenedEnvelope:
    """Return what is in a VC-JWT whose signature is right.

    Args:
        text: Three base64url texts with dots between them.
        key_of: Gives the key that a ``kid`` stands for, or raises.

    Raises:
        SealmarkError: SM757, the signature does not fit; SM758, it is no VC-JWT of a known kind;
            SM750 and SM753, a part of it cannot be read in one way only.
    """
    parts = text.split(".") if len(text) <= _LONGEST else []
    if len(parts) != 3:  # noqa: PLR2004  # header, payload, signature
        raise _refusal("The text is not a VC-JWT, or is too long.", "It has three parts with dots between them.")
    method = _method_of(read_json(from_base64url(parts[0], where="header"), _HEADER, where="header"))
    signature = from_base64url(parts[2], size=_SIGNATURE_SIZE, where="signature")
    payload = from_base64url(parts[1], where="payload")
    if not key_of(method).verify(f"{parts[0]}.{parts[1]}".encode("ascii"), signature):
        fix = "The text was changed, or another key signed it; get it again from its issuer."
        raise SealmarkError(Problem("SM757", f"The signature is not that of {method[:120]}.", "signature", fix))
    credential = read_json(payload, where="payload")
    _check_claims(credential)
    return OpenedEnvelope(credential, method)


def _method_of(header: Mapping[str, object]) -> str:
    strange = sorted(header.keys() - _FIELDS)
    if strange:
        raise _refusal(f"The header says {strange[0][:60]!r}, which is not known here.", f"Known: {sorted(_FIELDS)}.")
    if header.get("alg") not in _ALGORITHMS:
        raise _refusal(f"The algorithm {str(header.get('alg'))[:40]!r} is not taken.", f"Taken: {_ALGORITHMS}.")
    if header.get("typ") != "vc+jwt" or header.get("cty", "vc") != "vc":
        raise _refusal(f"The text is of type {str(header.get('typ'))[:40]!r}.", "A credential has the type vc+jwt.")
    method = header.get("kid")
    if not isinstance(method, str) or not method:
        raise _refusal("The header does not name the key.", "It names it as kid.")
    return method


def _check_claims(credential: Mapping[str, object]) -> None:
    """Claims of JWT may repeat what the credential says; they may not say anything else."""
    wrapped = sorted({"vc", "vp", "aud", "proof"} & credential.keys())
    if wrapped:
        raise _refusal(f"The payload has the member {wrapped[0]!r}.", "The payload is the credential itself.")
    issuer, subject = credential.get("issuer"), credential.get("credentialSubject")
    said = {
        "iss": issuer.get("id") if isinstance(issuer, dict) else issuer,
        "sub": subject.get("id") if isinstance(subject, dict) else None,
        "jti": credential.get("id"),
        "nbf": _seconds(credential.get("validFrom")),
        "exp": _seconds(credential.get("validUntil")),
    }
    for claim, value in said.items():
        if claim in credential and credential[claim] != value:
            raise _refusal(
                f"The claim {claim!r} contradicts the credential.", "Both say the same, or the claim is absent."
            )


def _seconds(text: object) -> int | None:
    moment = read_moment(text)
    return None if moment is None else int((moment - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)).total_seconds())


def _refusal(what: str, fix: str) -> SealmarkError:
    return SealmarkError(Problem("SM758", what, fix=fix))
