"""Asking the issuer, and nobody else: every address is that of its host, and there are not many questions."""

from __future__ import annotations

from urllib.parse import urlsplit

from sealmark.attest.documents import Limits, read_json
from sealmark.attest.verifying.material import Fetch
from sealmark.attest.web import web_address
from sealmark.core.errors import Problem, SealmarkError

__all__ = ["Asking", "installation_of"]

_MOST_QUESTIONS = 80
_PARTS = 3  # did:web:host: before there can be a path


def installation_of(did: str) -> str:
    """Return the identifier of the installation that an issuer is one of the bodies of; empty when it has no address.

    Example:
        >>> installation_of("did:web:certs.example.org:bodies:acme")
        'did:web:certs.example.org'
        >>> installation_of("did:web:acme.example"), installation_of("did:key:z6Mk")
        ('did:web:acme.example', '')
    """
    *parts, kind, _ = did.split(":") if did.count(":") > _PARTS else (did, "", "")
    found = ":".join(parts) if kind == "bodies" else did
    try:
        return found if found.startswith("did:web:") and web_address(did) and web_address(found) else ""
    except SealmarkError:
        return ""


class Asking:
    """Reads addresses of the host of an issuer.

    Args:
        fetch: How to read an address; nothing can be asked without it.
        did: Of the issuer.

    Attributes:
        installation: Identifier of the installation that the issuer belongs to.
        root: Its address, empty when it has none; ends with a slash.
        host: Its host, with the port if it is not the usual one.
    """

    def __init__(self, fetch: Fetch | None, did: str) -> None:
        self._fetch, self._left = fetch, _MOST_QUESTIONS
        self.installation = installation_of(did)
        address = web_address(self.installation) if self.installation else ""
        self.root = address.removesuffix("did.json").removesuffix(".well-known/")
        self.host = urlsplit(address).netloc

    @property
    def is_possible(self) -> bool:
        """Whether anything can be asked."""
        return self._fetch is not None and bool(self.host)

    def may(self, address: object) -> bool:
        """Tell whether an address is one of the issuer's host."""
        return self.is_possible and isinstance(address, str) and address.startswith(f"https://{self.host}/")

    def read(self, address: str) -> bytes:
        """Return what stands at an address.

        Raises:
            FileNotFoundError: Nothing does.
            SealmarkError: SM779 it is not an address of the issuer, or cannot be had.
        """
        if self._fetch is None or not self.may(address) or self._left == 0:
            what = "Too many questions." if self.may(address) else f"{address[:120]!r} is not asked."
            raise SealmarkError(Problem("SM779", what, fix="Only the host of the issuer is asked."))
        self._left -= 1
        return self._fetch(address)

    def document(self, address: str, limits: Limits | None = None) -> dict[str, object]:
        """Return the JSON object at an address.

        Raises:
            SealmarkError: SM779 there is none to be had, SM753 it is no JSON that is taken.
        """
        try:
            return read_json(self.read(address), limits, where=address[:120])
        except FileNotFoundError:
            what = f"There is nothing at {address[:120]}."
            raise SealmarkError(Problem("SM779", what, fix="Ask the issuer.")) from None
