"""What a verification works on: a certificate and everything that came with it, read but not believed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sealmark.attest.contexts import Contexts
from sealmark.attest.documents import Limits, read_json
from sealmark.attest.multibase import from_base64url
from sealmark.core.errors import Problem, SealmarkError

__all__ = ["BUNDLE", "Fetch", "Material", "Means", "read_bundle", "read_jwt"]

BUNDLE = "sealmark-bundle/1"
_BUNDLE_LIMITS = Limits(size=2 << 20)
_CREDENTIAL_LIMITS = Limits(size=1 << 20)
_MEMBERS = {"format", "credential", "jwt", "issuer", "status", "log", "endorsements"}
_MOST_LISTS = 8
_MOST_ENDORSEMENTS = 16
_JWT_PARTS = 3

Document = Mapping[str, object]
Fetch = Callable[[str], bytes]
"""Gives what stands at an https address; raises FileNotFoundError when nothing does, else SealmarkError."""


@dataclass(frozen=True, slots=True)
class Material:
    """A certificate and what came with it.

    Attributes:
        credential: The credential, with or without proofs.
        jwt: The same as VC-JWT.
        issuer: The DID document of the issuer as it was.
        status: Signed status lists as they were.
        log: Where the certificate stands in the log.
        endorsements: Signed endorsements of the issuer.
    """

    credential: Document
    jwt: str = ""
    issuer: Document | None = None
    status: tuple[Document, ...] = ()
    log: Document | None = None
    endorsements: tuple[Document, ...] = ()


@dataclass(frozen=True, slots=True)
class Means:
    """What a verification may use.

    Attributes:
        trust: DID documents that the caller vouches for, by their identifier.
        contexts: JSON-LD contexts; without them proofs of ``eddsa-rdfc-2022`` are not checked.
        fetch: How to read an address; without it nothing is asked.
        memory: Key and newest checkpoint of each log as seen before, by origin; from ``Verdict.seen``.
        editions: Digest of each edition that is installed, by its code.
    """

    trust: Mapping[str, Document] = field(default_factory=dict)
    contexts: Contexts | None = None
    fetch: Fetch | None = None
    memory: Mapping[str, tuple[str, bytes]] = field(default_factory=dict)
    editions: Mapping[str, str] = field(default_factory=dict)


def read_bundle(content: bytes, *, where: str = "") -> Material:
    """Return the material in a JSON file: a bundle, or a credential alone.

    Raises:
        SealmarkError: SM753 the text is no such JSON, SM781 a bundle lacks something or says something unknown.
    """
    document = read_json(content, _BUNDLE_LIMITS, where=where)
    if "format" not in document:
        if len(content) > _CREDENTIAL_LIMITS.size:
            raise _broken(f"A credential of {len(content):,} bytes is not read.", where)
        return Material(document)
    strange = sorted(document.keys() - _MEMBERS)
    if document["format"] != BUNDLE or strange:
        found = strange[0] if strange else document["format"]
        raise _broken(f"{str(found)[:60]!r} is not known in a bundle.", where)
    jwt, log = document.get("jwt", ""), document.get("log")
    issuer, credential = document.get("issuer"), document.get("credential")
    if not isinstance(credential, dict) or not isinstance(jwt, str):
        raise _broken("The bundle has no credential, or a jwt that is no text.", where)
    if not all(part is None or isinstance(part, dict) for part in (issuer, log)):
        raise _broken("The issuer or the log of the bundle is no object.", where)
    return Material(
        credential,
        jwt,
        issuer if isinstance(issuer, dict) else None,
        _documents(document, "status", _MOST_LISTS, where),
        log if isinstance(log, dict) else None,
        _documents(document, "endorsements", _MOST_ENDORSEMENTS, where),
    )


def read_jwt(text: str, *, where: str = "") -> Material:
    """Return the material in a VC-JWT; its signature is checked later.

    Raises:
        SealmarkError: SM753 or SM750 it holds no JSON, SM781 it has not three parts.
    """
    parts = text.split(".")
    if len(parts) != _JWT_PARTS or len(text) > _CREDENTIAL_LIMITS.size * 2:
        raise _broken("The text is no VC-JWT: it has three parts with dots between them.", where)
    return Material(read_json(from_base64url(parts[1], where="payload"), _CREDENTIAL_LIMITS, where=where), text)


def _documents(bundle: Document, name: str, most: int, where: str) -> tuple[Document, ...]:
    listed = bundle.get(name, [])
    if not isinstance(listed, list) or len(listed) > most or not all(isinstance(item, dict) for item in listed):
        raise _broken(f"The member {name} of the bundle is no list of at most {most} documents.", where)
    return tuple(listed)


def _broken(what: str, where: str) -> SealmarkError:
    return SealmarkError(Problem("SM781", what, where, "Get the certificate again from its issuer."))
