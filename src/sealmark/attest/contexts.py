"""JSON-LD contexts by the digest of their bytes: known ones from a folder, never from the network.

A context says what the terms of a credential mean, so whoever can change it can
change what was signed. Each known address is bound to the SHA-256 of one file.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sealmark.core.errors import Problem, SealmarkError, did_you_mean

__all__ = ["KNOWN_CONTEXTS", "OPEN_BADGES", "VC_V2", "Contexts", "KnownContext", "find_contexts"]

VC_V2 = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"


_MODULE = re.compile(rb"^module\.exports = \{", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class KnownContext:
    """An address, the only bytes that may stand there, and the name of the file that holds them.

    Attributes:
        url: The address as it stands in ``@context``.
        sha256: Digest of the file, hexadecimal.
        file: Its name in a folder of contexts.
    """

    url: str
    sha256: str
    file: str


KNOWN_CONTEXTS = (
    KnownContext(VC_V2, "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734", "credentials-v2.jsonld"),
    KnownContext(
        OPEN_BADGES, "ef2fa9c7846dce233cc166b43639027278be4ee44f00bb1d45c75de2dd0cd761", "open-badges-3.0.3.jsonld"
    ),
)


class Contexts:
    """A set of contexts to read JSON-LD with, and no way to get any other.

    Example:
        >>> Contexts({}).load("https://example.org/context")
        Traceback (most recent call last):
        ...
        sealmark.core.errors.SealmarkError: SM754 The context https://example.org/context is not known.
          fix: Legal: none.
    """

    def __init__(self, documents: Mapping[str, object]) -> None:
        self._documents = dict(documents)
        self.prepared: dict[object, object] = {}

    @classmethod
    def from_folder(cls, folder: Path, *, known: Iterable[KnownContext] = KNOWN_CONTEXTS) -> Contexts:
        """Return the known contexts that lie in ``folder``, each checked against its digest.

        A file that is missing makes its context unknown; a file with other bytes is an error.

        Raises:
            SealmarkError: SM754, a file is not what its digest says.
        """
        found = {item: folder / item.file for item in known}
        return cls.of({item: path.read_bytes() for item, path in found.items() if path.is_file()})

    @classmethod
    def of(cls, files: Mapping[KnownContext, bytes]) -> Contexts:
        """Return the contexts with these bytes, each checked against its digest.

        Raises:
            SealmarkError: SM754, bytes are not what their digest says.
        """
        for item, content in files.items():
            _check_digest(item, content)
        return cls({item.url: json.loads(content) for item, content in files.items()})

    @property
    def urls(self) -> tuple[str, ...]:
        """The addresses of the contexts, sorted."""
        return tuple(sorted(self._documents))

    def load(self, url: object) -> object:
        """Return the context document of ``url``.

        Raises:
            SealmarkError: SM754, it is not one of these; it is never fetched.
        """
        if not isinstance(url, str) or url not in self._documents:
            shown = url if isinstance(url, str) else "that is written out in the document"
            fix = did_you_mean(str(url)[:200], self._documents)
            raise SealmarkError(Problem("SM754", f"The context {shown[:200]} is not known.", fix=fix))
        return self._documents[url]


def find_contexts(content: bytes, *, known: Iterable[KnownContext] = KNOWN_CONTEXTS) -> dict[KnownContext, bytes]:
    """Return the known context that a file holds, with its bytes; none when it holds no such thing.

    The file is the context itself, or a JavaScript module around it, as packages carry contexts.

    Example:
        >>> empty = KnownContext("urn:x", hashlib.sha256(b"{}").hexdigest(), "x.jsonld")
        >>> list(find_contexts(b"module.exports = {};", known=[empty]).values())
        [b'{}']
    """
    by_digest = {item.sha256: item for item in known}
    found = {hashlib.sha256(text).hexdigest(): text for text in (content, *_wrapped(content))}
    return {by_digest[digest]: text for digest, text in found.items() if digest in by_digest}


def _wrapped(content: bytes) -> tuple[bytes, ...]:
    """The object that a module exports, as a file with and without an end of line."""
    if not _MODULE.search(content) or b"}" not in content:
        return ()
    inner = content[content.index(b"{", content.index(b"module.exports")) : content.rindex(b"}") + 1]
    return inner, inner + b"\n"


def _check_digest(item: KnownContext, content: bytes) -> None:
    digest = hashlib.sha256(content).hexdigest()
    if digest != item.sha256:
        what = f"The file {item.file} is not the context {item.url}: its SHA-256 is {digest}."
        raise SealmarkError(Problem("SM754", what, item.file, f"Expected is {item.sha256}; fetch it again."))
