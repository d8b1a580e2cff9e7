"""Plain CSV that is scanned where it lies: UTF-8, one heading line, one delimiter, and nothing guessed beyond.

Left to guess, an engine drops a heading that does not fit its rows or takes an
empty file for one with a column; here every such file is refused in a sentence.
"""

from __future__ import annotations

import contextlib
import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import duckdb

from sealmark.core.errors import Problem, SealmarkError

__all__ = ["readable", "text_reader"]

_DELIMITERS = ",;\t|"
_CURE = "Save it as CSV UTF-8 with one heading line, or read it through a mapping, which can say how it is written."
_LINE = re.compile(r"CSV Error on Line: (\d+)\s+(?:Original Line:.*\s+)?(.*)")
_FILE = re.compile(r"^\s*file\s*=\s*(\S.*?)\s*$", re.MULTILINE)
_UNFIT = re.compile(r'sniffing file "([^"]*)"')


def text_reader(path: Path) -> str:
    """Return DuckDB's call that reads a CSV file (``.csv``, ``.tsv``, also ``.gz``).

    Raises:
        SealmarkError: SM402 it is empty, not UTF-8 at its beginning, or packed wrongly.
    """
    heading = _heading(path)
    tabs = ".tsv" in {ending.lower() for ending in path.suffixes}
    delimiter = "\t" if tabs else max(_DELIMITERS, key=heading.count)
    literal = "'" + str(path).replace("'", "''") + "'"
    return f"read_csv({literal}, header = true, delim = '{delimiter}', quote = '\"', escape = '\"', skip = 0)"


def _heading(path: Path) -> str:
    try:
        with gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb") as stream:
            first = stream.readline(1_000_000)
    except (OSError, EOFError) as error:
        raise SealmarkError(Problem("SM402", f"The file cannot be read: {error}.", str(path), _CURE)) from error
    if not first.strip():
        raise SealmarkError(Problem("SM402", "The file is empty, or begins with an empty line.", str(path), _CURE))
    try:
        return first.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SealmarkError(Problem("SM402", "The file is not UTF-8.", f"{path}, line 1", _CURE)) from error


@contextlib.contextmanager
def readable() -> Iterator[None]:
    """Tell in a sentence what DuckDB could not read (SM402)."""
    try:
        yield
    except (duckdb.InvalidInputException, duckdb.ConversionException) as error:
        text = str(error)
        if "CSV" not in text and "sniffing" not in text:
            raise
        raise SealmarkError(_problem(text)) from error


def _problem(text: str) -> Problem:
    unfit = _UNFIT.search(text)
    if unfit is not None:
        what = "The rows do not fit the heading: they have more or fewer cells, or a quote is never closed."
        return Problem("SM402", what, unfit[1], _CURE)
    found, file = _LINE.search(text), _FILE.search(text)
    what = f"The file cannot be read: {found[2].strip() if found else text.splitlines()[0]}"
    place = ", ".join(filter(None, (file[1] if file else "", f"line {found[1]}" if found else "")))
    return Problem("SM402", what, place, _CURE)
