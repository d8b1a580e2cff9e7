"""``did:web`` and the address of its DID document, both ways, read strictly.

One address has one identifier: host names in small letters, no percent encoding
but that of a port, no user names, no queries, no numbers in place of a host.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from sealmark.core.errors import Problem, SealmarkError

__all__ = ["web_address", "web_did"]

_PREFIX = "did:web:"
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?:{_LABEL}\.)*{_LABEL}", re.ASCII)
# A last label that browsers read as a number makes the host an IP address.
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)
_PORT = re.compile(r"[1-9][0-9]{0,4}", re.ASCII)
_SEGMENT = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9._-]{1,64}", re.ASCII)
_LONGEST = 253
_HTTPS_PORT = "443"
_LAST_PORT = 65_535
# Readers of addresses drop these without a word.
_INVISIBLE = re.compile(r"[\x00-\x20\x7f\\]")


def web_did(address: str) -> str:
    """Return the ``did:web`` of a web address such as the one of the register.

    Raises:
        SealmarkError: SM770, the address is none that can be an identifier.

    Example:
        >>> web_did("https://certs.example.org:8443/bodies/acme/")
        'did:web:certs.example.org%3A8443:bodies:acme'
    """
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", _HTTPS_PORT if parts.port is None else str(parts.port)
    except ValueError:
        raise _refusal(address, "an address") from None
    if parts.scheme != "https" or parts.query or parts.fragment or "@" in parts.netloc or _INVISIBLE.search(address):
        raise _refusal(address, "an https address without user name, query and fragment")
    if ":" in parts.path:
        raise _refusal(address, "a path without colons, which separate the parts of an identifier")
    place = host if port == _HTTPS_PORT else f"{host}%3A{port}"
    segments = parts.path.removesuffix("/").split("/")[1:]
    did = ":".join([_PREFIX.removesuffix(":"), place, *segments])
    _read(did, address)
    return did


def web_address(did: str) -> str:
    """Return the address of the DID document of a ``did:web``.

    Raises:
        SealmarkError: SM770, it is no ``did:web``, or one that leads astray.

    Example:
        >>> web_address("did:web:certs.example.org")
        'https://certs.example.org/.well-known/did.json'
        >>> web_address("did:web:certs.example.org%3A8443:bodies:acme")
        'https://certs.example.org:8443/bodies/acme/did.json'
    """
    place, segments = _read(did, did)
    return f"https://{place}/" + "/".join([*(segments or [".well-known"]), "did.json"])


def _read(did: str, shown: str) -> tuple[str, list[str]]:
    if not did.startswith(_PREFIX):
        raise _refusal(shown, 'an identifier that begins with "did:web:"')
    place, *segments = did.removeprefix(_PREFIX).split(":")
    host, encoded, port = place.partition("%3A")
    if len(host) > _LONGEST or not _HOST.fullmatch(host) or _NUMBER.fullmatch(host.rpartition(".")[2]):
        raise _refusal(shown, "a host name in small Latin letters (others in their xn-- form), no IP address")
    if encoded and (not _PORT.fullmatch(port) or int(port) > _LAST_PORT or port == _HTTPS_PORT):
        raise _refusal(shown, "a port between 1 and 65535, 443 left out")
    if segments == [".well-known"] or not all(_SEGMENT.fullmatch(segment) for segment in segments):
        raise _refusal(shown, 'a path of plain letters, digits, ".", "_" and "-"')
    return (f"{host}:{port}" if encoded else host), segments


def _refusal(shown: str, wanted: str) -> SealmarkError:
    return SealmarkError(Problem("SM770", f"{shown[:100]!r} makes no did:web.", fix=f"Expected is {wanted}."))
