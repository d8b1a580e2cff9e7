"""The bundle inside a PDF: its attachment ``certificate.json``, and nothing else of the file."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator

from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, PdfObject, StreamObject

from sealmark.core.errors import Problem, SealmarkError

__all__ = ["bundle_of"]

_NAME = "certificate.json"
_LARGEST = 2 << 20
_MOST_NODES = 200
_MOST_NAMES = 1_000
# Whatever a damaged file makes the reader stumble over.
_STUMBLES = (PyPdfError, ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError, OverflowError,
             ArithmeticError, AssertionError, NotImplementedError, zlib.error)  # fmt: skip


def bundle_of(content: bytes, *, where: str = "") -> bytes:
    """Return the attachment ``certificate.json`` of a PDF.

    Raises:
        SealmarkError: SM777 it has none or several, SM778 the PDF is encrypted, damaged or too large inside.
    """
    try:
        found = list(_named(content, where))
        if len(found) == 1:
            return _inflated(found[0], where)
    except _STUMBLES as error:
        what = f"The PDF cannot be read: {type(error).__name__}."
        raise _unreadable(what, where, "Get the file again; printing or editing may have damaged it.") from None
    count = "no attachment" if not found else f"{len(found)} attachments"
    what = f'The PDF has {count} named "{_NAME}".'
    fix = "Get the PDF from the register; a printed, scanned or edited one has lost it. The QR code still works."
    raise SealmarkError(Problem("SM777", what, where, fix))


def _named(content: bytes, where: str) -> Iterator[StreamObject]:
    """Give the files of that name."""
    reader = PdfReader(io.BytesIO(content), strict=False)
    if reader.is_encrypted:
        raise _unreadable("The PDF is encrypted.", where, "Get it from the register, without a password.")
    root = reader.trailer["/Root"].get_object()
    names = _part(_part(root, "/Names"), "/EmbeddedFiles")
    for name, entry in _pairs(names, where):
        files = _part(entry, "/EF")
        stream = files.get("/UF", files.get("/F"))
        stream = stream.get_object() if stream is not None else None
        if str(name).removeprefix("/") == _NAME and isinstance(stream, StreamObject):
            yield stream


def _pairs(tree: DictionaryObject, where: str) -> Iterator[tuple[PdfObject, PdfObject]]:
    """Give names and entries of a name tree, each node once, a bounded number of them."""
    waiting: list[PdfObject] = [tree]
    nodes = names = 0
    while waiting:
        node = waiting.pop().get_object()
        nodes += 1
        kids, listed = (_list(node, key) for key in ("/Kids", "/Names"))
        names += len(listed) // 2
        if nodes + len(waiting) + len(kids) > _MOST_NODES or names > _MOST_NAMES:
            fix = f"At most {_MOST_NAMES:,} are looked through."
            raise _unreadable("The PDF has too many attachments.", where, fix)
        waiting.extend(kids)
        yield from zip(listed[::2], listed[1::2], strict=False)


def _part(owner: PdfObject | None, key: str) -> DictionaryObject:
    found = owner.get_object() if owner is not None else None
    part = found.get(key) if isinstance(found, DictionaryObject) else None
    part = part.get_object() if part is not None else None
    return part if isinstance(part, DictionaryObject) else DictionaryObject()


def _list(owner: PdfObject | None, key: str) -> list[PdfObject]:
    part = owner.get(key) if isinstance(owner, DictionaryObject) else None
    part = part.get_object() if part is not None else None
    return list(part) if isinstance(part, ArrayObject) else []


def _inflated(stream: StreamObject, where: str) -> bytes:
    """Return the bytes of a file that is stored plainly or deflated once; never more than a bundle may have."""
    filters = stream.get("/Filter")
    filters = filters.get_object() if filters is not None else []
    kinds = [filters] if isinstance(filters, NameObject) else [item.get_object() for item in filters]
    raw: bytes = stream._data  # noqa: SLF001  # as stored: unpacking is bounded here
    if kinds == ["/FlateDecode"]:
        raw = zlib.decompressobj().decompress(raw, _LARGEST + 1)
    elif kinds:
        raise _unreadable("The attachment is packed in an unusual way.", where, "Get the PDF from the register.")
    if len(raw) > _LARGEST:
        raise _unreadable("The attachment is too large.", where, f"A certificate has at most {_LARGEST:,} bytes.")
    return raw


def _unreadable(what: str, where: str, fix: str) -> SealmarkError:
    return SealmarkError(Problem("SM778", what, where, fix))
