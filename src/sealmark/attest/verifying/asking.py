"""Asking the issuer, and nobody else: every address is that of its host, and there are not many questions."""

from __future__ import annotations

from urllib.parse import urlsplit

from sealmark.attest.documents import Limits, read_json
from sealmark.attest.verifying.material import Fetch
from sealmark.attest.web import web_address
from sealmark.core.errors import Problem, SealmarkError

__all__ = ["Asking", "host_of"]

_MOST_QUESTIONS = 80


def host_of(did: str) -> str:
    """Return host and port behind a ``did:web``, empty for any other identifier.

    Example:
        >>> host_of("did:web:certs.example.org:bodies:acme"), host_of("did:key:z6Mk")
        ('certs.example.org', '')
    """
    try:
        return urlsplit(web_address(did)).netloc if did.startswith("did:web:") else ""
    except SealmarkError:
        return ""


class Asking:
    """Reads addresses of one host.

    Args:
        fetch: How to read an address; nothing can be asked without it.
        host: The only host, with its port if it is not the usual one.
    """

    def __init__(self, fetch: Fetch | None, host: str) -> None:
        self._fetch, self._host, self._left = fetch, host, _MOST_QUESTIONS

    @property
    def is_possible(self) -> bool:
        """Whether anything can be asked."""
        return self._fetch is not None and bool(self._host)

    def may(self, address: object) -> bool:
        """Tell whether an address is one of the issuer's host."""
        return self.is_possible and isinstance(address, str) and address.startswith(f"https://{self._host}/")

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
