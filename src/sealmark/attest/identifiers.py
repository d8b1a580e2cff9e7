"""Who signed: ``did:key`` and ``did:web``, and the keys that such an identifier stands for.

A ``did:key`` is the key itself. A ``did:web`` is an address where its owner
publishes a DID document with every key it ever signed certificates with.

The rule for a key: while it is listed under ``assertionMethod`` its signatures
count, also after it was replaced, since its secret half was destroyed. A key
whose secret half got into wrong hands stays in the document with the time of
the compromise under ``revoked`` and leaves ``assertionMethod``. From then on
whoever has it can write any date into a proof: so a signature of it counts only
when its own date **and** the time at which it entered the transparency log are
both before the compromise.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sealmark.attest.keys import VerificationKey
from sealmark.attest.moments import moment_text, read_moment
from sealmark.attest.web import web_address, web_did
from sealmark.core.canonical import Json
from sealmark.core.errors import Problem, SealmarkError

__all__ = ["KeyTerm", "did_document", "did_of", "key_did", "key_document", "key_for", "web_address", "web_did"]

_DID_CONTEXT = "https://www.w3.org/ns/did/v1"
_MULTIKEY_CONTEXT = "https://w3id.org/security/multikey/v1"
_KEY_PREFIX = "did:key:"


@dataclass(frozen=True, slots=True)
class KeyTerm:
    """One key of an issuer, past or present.

    Attributes:
        name: What follows ``#`` in its verification method; never used twice.
        key: The public key.
        compromised: Since when somebody else may have its secret half, if so.
    """

    name: str
    key: VerificationKey
    compromised: dt.datetime | None = None


def key_did(key: VerificationKey) -> str:
    """Return the ``did:key`` of a key: for samples and tests, since it can never change its key."""
    return _KEY_PREFIX + key.multikey


def key_document(did: str) -> dict[str, Json]:
    """Return the DID document that a ``did:key`` stands for.

    Raises:
        SealmarkError: SM770, it is no ``did:key`` of an Ed25519 key; SM751, a published test key.
    """
    if not did.startswith(_KEY_PREFIX):
        raise SealmarkError(Problem("SM770", f"{did!r} is no did:key.", fix='It begins with "did:key:z6Mk".'))
    key = VerificationKey.from_multikey(did.removeprefix(_KEY_PREFIX), where=did[:80])
    return did_document(did, [KeyTerm(key.multikey, key)])


def did_of(method: object) -> str:
    """Return the identifier that a verification method belongs to.

    Raises:
        SealmarkError: SM770, the method is no ``did:key`` or ``did:web`` address with a fragment.

    Example:
        >>> did_of("did:web:certs.example.org#key-2")
        'did:web:certs.example.org'
    """
    did, mark, name = method.partition("#") if isinstance(method, str) else ("", "", "")
    if not (mark and name and "#" not in name and did.startswith((_KEY_PREFIX, "did:web:"))):
        fix = 'Expected is a did:key or did:web with the name of a key, "did:web:certs.example.org#key-1".'
        raise SealmarkError(Problem("SM770", f"{str(method)[:100]!r} names no key of a DID.", fix=fix))
    return did


def did_document(did: str, keys: Sequence[KeyTerm]) -> dict[str, Json]:
    """Return the DID document of an issuer; publish it at ``web_address(did)``.

    Args:
        did: The issuer's identifier.
        keys: Every key it ever signed with, the present one first.

    Raises:
        SealmarkError: SM771, there is no key, or two have one name or are the same.
    """
    _require_distinct(did, keys)
    methods: list[Json] = []
    for term in keys:
        method: dict[str, Json] = {
            "id": f"{did}#{term.name}",
            "type": "Multikey",
            "controller": did,
            "publicKeyMultibase": term.key.multikey,
        }
        if term.compromised is not None:
            method["revoked"] = moment_text(term.compromised)
        methods.append(method)
    sound: list[Json] = [f"{did}#{term.name}" for term in keys if term.compromised is None]
    return {
        "@context": [_DID_CONTEXT, _MULTIKEY_CONTEXT],
        "id": did,
        "verificationMethod": methods,
        "assertionMethod": sound,
    }


def key_for(
    document: object, method: object, *, signed_at: dt.datetime | None, logged_at: dt.datetime | None = None
) -> VerificationKey:
    """Return the key of a DID document that a proof names, when its signature may count.

    Args:
        document: The issuer's DID document as read, nothing of it trusted.
        method: The proof's ``verificationMethod``.
        signed_at: The proof's ``created``.
        logged_at: When the signature entered the transparency log, if that is proved.

    Raises:
        SealmarkError: SM771, the document is of another issuer or not usable; SM772, it has no such
            key for certificates; SM773, the key is compromised and nothing shows that the signature
            is older; SM750 or SM751, the key is none that can be trusted.
    """
    did, method = did_of(method), str(method)
    if not isinstance(document, Mapping) or document.get("id") != did:
        found = document.get("id") if isinstance(document, Mapping) else None
        raise _refusal("SM771", f"The document is of {str(found)[:100]!r}, not of {did!r}.", did)
    entry = _entry(document, method, did)
    key = VerificationKey.from_multikey(entry.get("publicKeyMultibase"), where=method[:100])
    if "revoked" in entry:
        _require_older(entry["revoked"], (signed_at, logged_at), method)
    elif not _is_for_certificates(document, method, did):
        raise _refusal("SM772", f"The key {method!r} may not sign certificates.", did)
    return key


def _entry(document: Mapping[str, object], method: str, did: str) -> Mapping[str, object]:
    entries = [entry for entry in _entries(document) if _absolute(entry.get("id"), did) == method]
    if len(entries) != 1:
        count = "no key" if not entries else f"{len(entries)} keys"
        raise _refusal("SM772", f"The document has {count} {method!r}.", did)
    entry = entries[0]
    if entry.get("type") != "Multikey" or entry.get("controller") != did:
        raise _refusal("SM772", f"The key {method!r} is no Multikey under the control of its issuer.", did)
    return entry


def _entries(document: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    """Give the keys listed, and those written straight into ``assertionMethod``."""
    for place in ("verificationMethod", "assertionMethod"):
        listed = document.get(place, [])
        if not isinstance(listed, list):
            raise _refusal("SM771", f"{place} is no list.", str(document.get("id")))
        yield from (entry for entry in listed if isinstance(entry, Mapping))


def _is_for_certificates(document: Mapping[str, object], method: str, did: str) -> bool:
    listed = document.get("assertionMethod", [])
    names = [entry.get("id") if isinstance(entry, Mapping) else entry for entry in listed]  # type: ignore[attr-defined]
    return method in [_absolute(name, did) for name in names]


def _absolute(name: object, did: str) -> object:
    return did + name if isinstance(name, str) and name.startswith("#") else name


def _require_older(revoked: object, times: tuple[dt.datetime | None, dt.datetime | None], method: str) -> None:
    since = read_moment(revoked)
    signed_at, logged_at = times
    if since is None:
        raise _refusal("SM773", f"The key {method!r} is revoked at an unknown time.", did_of(method))
    if signed_at is None or logged_at is None:
        what = f"The key {method!r} is compromised since {revoked}, and no log proves that it signed before."
        raise _refusal("SM773", what, did_of(method))
    if signed_at >= since or logged_at >= since:
        raise _refusal("SM773", f"The key {method!r} signed this after it was compromised, {revoked}.", did_of(method))


def _require_distinct(did: str, keys: Sequence[KeyTerm]) -> None:
    names = {term.name for term in keys}
    if not keys or len(names) != len(keys) or len({term.key.raw for term in keys}) != len(keys):
        raise _refusal("SM771", "The keys of a DID document must be there, and differ in name and value.", did)


_CURES = {
    "SM771": "Fetch the DID document of the issuer again; an issuer lists each key once.",
    "SM772": "Ask the issuer: it must list the key under verificationMethod and assertionMethod.",
    "SM773": "Ask the issuer for a certificate signed with its present key, or give the proof of log inclusion.",
}


def _refusal(code: str, what: str, where: str) -> SealmarkError:
    return SealmarkError(Problem(code, what, where[:100], _CURES[code]))
