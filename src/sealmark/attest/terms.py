"""Which types the contexts of a document define, as far as that can be told without a network."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from sealmark.attest.contexts import Contexts

__all__ = ["TermTable", "is_address"]

_ADDRESS = re.compile(r'[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>"{}|\\^`]+')
_CREDENTIALS = "https://www.w3.org/2018/credentials#"
_BASE = {
    name: _CREDENTIALS + name
    for name in ("VerifiableCredential", "VerifiablePresentation", "EnvelopedVerifiableCredential")
} | {"DataIntegrityProof": "https://w3id.org/security#DataIntegrityProof"}


def is_address(value: object) -> bool:
    """Tell whether a value is one absolute address (URL, URN or DID).

    Example:
        >>> is_address("did:web:body.example"), is_address("body.example")
        (True, False)
    """
    return isinstance(value, str) and _ADDRESS.fullmatch(value) is not None


class TermTable:
    """The terms of a list of contexts."""

    def __init__(self, contexts: Contexts | None) -> None:
        self._contexts = contexts
        self._terms: dict[str, object] = dict(_BASE)
        self._protected: set[str] = set(_BASE)
        self._open = False

    def read(self, listed: Sequence[object]) -> Iterator[str]:
        """Take in contexts one after the other; what comes back says what is wrong with one."""
        for context in listed:
            if isinstance(context, dict):
                yield from self._define(context)
            elif not is_address(context):
                yield f"holds {str(context)[:80]!r} instead of an address"
            else:
                yield from self._read_known(str(context))

    def take_any(self) -> None:
        """Let every type pass: the contexts are wrong, and that is told already."""
        self._open = True

    def names_type(self, name: str) -> bool:
        """Tell whether a type is an address or a defined term; yes, too, where an unknown context may define it."""
        if is_address(name):
            return True
        return is_address(self._terms[name]) if name in self._terms else self._open

    def _read_known(self, url: str) -> Iterator[str]:
        if self._contexts is None or url not in self._contexts.urls:
            self._open = True
            return
        document = self._contexts.load(url)
        inner = document.get("@context") if isinstance(document, dict) else None
        for part in inner if isinstance(inner, list) else [inner]:
            if isinstance(part, dict):
                yield from self._define(part)

    def _define(self, context: Mapping[str, object]) -> Iterator[str]:
        if "@vocab" in context:
            self._open = context["@vocab"] is not None
        for name, meaning in context.items():
            if name.startswith("@"):
                continue
            address = _address_of(meaning)
            if name in self._protected and self._terms[name] != address:
                yield f"gives the protected term {name[:60]!r} another meaning"
            self._terms[name] = address
            if context.get("@protected") is True:
                self._protected.add(name)


def _address_of(meaning: object) -> object:
    return meaning.get("@id") if isinstance(meaning, dict) else meaning
