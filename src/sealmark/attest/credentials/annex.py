"""Digests as credentials write them, and the annex that lists the sites of a certificate."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sealmark.attest.credentials.statements import Site
from sealmark.attest.multibase import to_base64url
from sealmark.core.canonical import canonical_bytes, digest_bytes

__all__ = ["annex_digest", "digest_multibase", "is_digest", "named_by_digest", "sites_annex"]

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}", re.ASCII)
_MULTIHASH = b"\x12\x20"  # sha2-256, 32 bytes


def is_digest(text: str) -> bool:
    """Tell whether a text is ``sha256:`` and 64 small hexadecimal digits."""
    return _DIGEST.fullmatch(text) is not None


def digest_multibase(digest: str) -> str:
    """Return a digest as the ``digestMultibase`` of Verifiable Credentials: a multihash in base64url.

    Example:
        >>> digest_multibase("sha256:" + "00" * 32)
        'uEiAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'
    """
    return "u" + to_base64url(_MULTIHASH + bytes.fromhex(digest.removeprefix("sha256:")))


def named_by_digest(digest: str) -> str:
    """Return the URI that names a file by its digest (RFC 6920), for files without an address."""
    return "ni:///sha-256;" + to_base64url(bytes.fromhex(digest.removeprefix("sha256:")))


def sites_annex(sites: Sequence[Site]) -> bytes:
    """Return the file that lists the sites: canonical JSON, an array of code, name and place."""
    return canonical_bytes([{"code": site.code, "name": site.name, "place": site.place} for site in sites])


def annex_digest(sites: Sequence[Site]) -> str:
    """Return the digest of the file of :func:`sites_annex`."""
    return digest_bytes(sites_annex(sites))
