"""Text files as they come: encodings, compression, line ends, delimiters.

Everything is read once as a stream. A file that is plain UTF-8 stays where it
is; any other is written as UTF-8 into a folder that the caller owns.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import IO

from sealmark.core.errors import Problem, SealmarkError
from sealmark.measure.imports.mapping import FileRule

__all__ = ["DELIMITERS", "TextFile", "candidate_encodings", "open_text", "read_heading", "row_numbers"]

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
CANDIDATES = ("windows-1251", "gb18030", "big5", "windows-1252", "windows-1250", "koi8-r", "shift_jis")

_CHUNK = 1 << 20
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True)
class TextFile:
    """A text file that the engine can read.

    Attributes:
        name: How errors call the file.
        path: UTF-8 text with one kind of line end.
        encoding: What the bytes were read as.
        known_by: ``mapping``, ``byte order mark`` or ``default``.
        ends_whole: Whether the last line ends with a line end.
        has_blank_lines: Whether lines without content stand between others.
    """

    name: str
    path: Path
    encoding: str
    known_by: str
    ends_whole: bool
    has_blank_lines: bool


@dataclass(frozen=True)
class _Form:
    """What a pass over the file has shown."""

    line_ends: str | tuple[str, ...] | None
    ends_whole: bool
    has_blank_lines: bool


def open_text(path: Path, rule: FileRule, *, folder: Path) -> TextFile:
    """Return a text file in a form the engine can read.

    Args:
        path: Plain or gzip-compressed text.
        rule: What the mapping says about the file.
        folder: Where a decoded copy may be written; the caller removes it.

    Raises:
        SealmarkError: SM331 empty or unreadable, SM332 wrong or missing encoding, SM334 compressed file cut.
    """
    head = _head(path)
    encoding, known_by = _encoding(path, head, rule)
    is_packed = head[:2] == b"\x1f\x8b"
    is_utf8 = codecs.lookup(encoding).name == "utf-8"
    copy = folder / "decoded.csv"
    stays = is_utf8 and not is_packed
    form = _transcribe(path, encoding, known_by, sink=None if stays else copy)
    if stays and isinstance(form.line_ends, tuple):
        _transcribe(path, encoding, known_by, sink=copy)
        stays = False
    place = path if stays else copy
    return TextFile(path.name, place, encoding, known_by, form.ends_whole, form.has_blank_lines)


def _head(path: Path) -> bytes:
    with path.open("rb") as stream:
        head = stream.read(4)
    if not head:
        raise SealmarkError(Problem("SM331", "The file is empty.", path.name, "Export it again."))
    return head


def _open_bytes(path: Path) -> gzip.GzipFile | BufferedReader:
    with path.open("rb") as stream:
        packed = stream.read(2) == b"\x1f\x8b"
    return gzip.open(path, "rb") if packed else path.open("rb")


def _encoding(path: Path, head: bytes, rule: FileRule) -> tuple[str, str]:
    if head[:2] == b"\x1f\x8b":
        try:
            with _open_bytes(path) as stream:
                head = stream.read(4)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise _cut(path) from error
    marked = next((name for mark, name in _MARKS if head.startswith(mark)), None)
    if rule.encoding is None:
        return (marked, "byte order mark") if marked else ("utf-8", "default")
    declared = codecs.lookup(rule.encoding).name
    if marked and not declared.replace("_", "-").startswith((marked, "utf-8-sig")):
        what = f"The mapping says {rule.encoding}, but the file begins with the byte order mark of {marked}."
        raise SealmarkError(Problem("SM332", what, path.name, f"Write `encoding: {marked}` or remove the line."))
    return ("utf-8" if declared == "utf-8-sig" else declared), "mapping"


def _cut(path: Path) -> SealmarkError:
    what = "The compressed file ends before its end or is damaged."
    return SealmarkError(Problem("SM334", what, path.name, "Copy or export it again."))


def _transcribe(path: Path, encoding: str, known_by: str, *, sink: Path | None) -> _Form:
    """Decode the whole file, writing it to ``sink`` if given, and return its form."""
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(encoding)(), translate=True)
    last, blank, seen = "", False, False
    with _open_bytes(path) as stream, _sink(sink) as out:
        try:
            for chunk in _chunks(stream):
                text = decoder.decode(chunk, final=not chunk)
                out.write(text if last else text.removeprefix("\ufeff"))
                blank = blank or "\n\n" in last + text
                seen = seen or bool(text.strip("\ufeff \n"))
                last = text[-1:] or last
        except UnicodeDecodeError as error:
            raise _undecodable(path, encoding, known_by, _bad_line(path, encoding)) from error
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise _cut(path) from error
    if not seen:
        raise SealmarkError(Problem("SM331", "The file is empty.", path.name, "Export it again."))
    return _Form(decoder.newlines, last == "\n", blank)


def _sink(path: Path | None) -> IO[str]:
    return path.open("w", encoding="utf-8", newline="") if path else _Nowhere()


class _Nowhere(io.StringIO):
    """Takes text and forgets it."""

    def write(self, text: str, /) -> int:
        return len(text)


def _chunks(stream: gzip.GzipFile | BufferedReader) -> Iterator[bytes]:
    """Return the pieces of a stream, then an empty one so that a decoder can finish."""
    while chunk := stream.read(_CHUNK):
        yield chunk
    yield b""


def _bad_line(path: Path, encoding: str) -> tuple[int, bytes]:
    """Return the number and the bytes of the first line that does not decode."""
    with _open_bytes(path) as stream:
        for number, line in enumerate(stream, start=1):
            try:
                line.decode(encoding)
            except UnicodeDecodeError:
                return number, line
    return 0, b""


def _undecodable(path: Path, encoding: str, known_by: str, bad: tuple[int, bytes]) -> SealmarkError:
    number, line = bad
    readings = [f"{name}: {text}" for name, text in candidate_encodings(line)[:4]]
    if known_by == "default":
        what = "The mapping names no encoding and the file is not UTF-8."
    else:
        what = f"The file is not {encoding} text (known by {known_by})."
    shown = f" The line would read as {'; '.join(readings)}." if readings else ""
    fix = "Add the right one to the mapping under `file`, for example `encoding: windows-1251`."
    return SealmarkError(Problem("SM332", what + shown, f"{path.name}, line {number}", fix))


def candidate_encodings(sample: bytes) -> list[tuple[str, str]]:
    """Return the encodings in which ``sample`` is text, each with its first foreign words.

    Example:
        >>> candidate_encodings("Город".encode("windows-1251"))[0]
        ('windows-1251', 'Город')
    """
    found = []
    for name in CANDIDATES:
        try:
            text = sample.decode(name)
        except UnicodeDecodeError:
            continue
        words = [word for word in text.replace(";", " ").replace(",", " ").split() if not word.isascii()]
        if words and all(character.isprintable() for word in words for character in word):
            found.append((name, " ".join(words[:3])))
    return found


def read_heading(text: TextFile, rule: FileRule) -> tuple[str, list[str], int]:
    """Return the delimiter, the headings, and how many lines stand before the first record.

    Raises:
        SealmarkError: SM333 the delimiter is not declared and not plain, SM331 there is no row of headings.
    """
    with text.path.open(encoding="utf-8-sig", newline="") as stream:
        above = [stream.readline() for _ in range(rule.header_row - 1)]
        first = stream.readline()
        if not first.strip():
            what = f"Row {rule.header_row}, where the headings should be, is empty."
            fix = "Say in the mapping where they are: `header_row: N` under `file`."
            raise SealmarkError(Problem("SM331", what, text.name, fix))
        delimiter = rule.delimiter or _delimiter(text, first)
        taken = [first]
        headings = next(_records(_remembered(first, stream, taken), delimiter, rule.quote))
    return delimiter, [heading.strip(" \t\u00a0\ufeff\r\n") for heading in headings], len(above) + len(taken)


def _remembered(first: str, rest: Iterable[str], taken: list[str]) -> Iterator[str]:
    """Return the lines of a file again from ``first``, noting each further one: a heading may hold line ends."""
    yield first
    for line in rest:
        taken.append(line)
        yield line


def _records(lines: Iterable[str], delimiter: str, quote: str) -> Iterator[list[str]]:
    if quote:
        return csv.reader(lines, delimiter=delimiter, quotechar=quote)
    return csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE)


def _delimiter(text: TextFile, first: str) -> str:
    if text.name.lower().removesuffix(".gz").endswith(".tsv"):
        return "\t"
    counts = {mark: first.count(mark) for mark in DELIMITERS}
    others = {mark: count for mark, count in counts.items() if mark != "," and count >= max(counts[","], 1)}
    if not others:
        return ","
    mark = max(others, key=lambda item: others[item])
    what = f"The mapping names no delimiter, and the headings hold {others[mark]} times a {DELIMITERS[mark]}"
    what += f" and {counts[',']} times a comma: {first.strip()[:80]!r}."
    shown = "\\t" if mark == "\t" else mark
    fix = f'If the cells are parted by it, add `delimiter: "{shown}"` under `file`; otherwise `delimiter: ","`.'
    raise SealmarkError(Problem("SM333", what, f"{text.name}, row 1", fix))


def row_numbers(text: TextFile, rule: FileRule, *, skip: int, delimiter: str) -> list[int]:
    """Return for each record its row number as a spreadsheet shows it, blank lines counted.

    Only used to word an error: it reads row by row.
    """
    numbers = []
    with text.path.open(encoding="utf-8-sig", newline="") as stream:
        for _ in range(skip):
            stream.readline()
        records = _records(stream, delimiter, rule.quote)
        for number, record in enumerate(records, start=rule.header_row + 1):
            if record:
                numbers.append(number)
    return numbers
