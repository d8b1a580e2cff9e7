"""Columns of whole numbers in parts that are worked off one after the other.

Many rows are sorted into parts on disk as they come, so that no more than one part lies in memory. The files
have no name: they are gone when they are closed, and when the process ends, however it ends.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self, TypeAlias

import numpy as np
import numpy.typing as npt

from sealmark.core.errors import Problem, SealmarkError
from sealmark.measure.surveys.keys import Integers

__all__ = ["Parts", "part_count"]

Whole: TypeAlias = npt.NDArray[np.signedinteger[Any]]

# Few enough for the processor's cache, many enough for one look at the disk.
ROWS_OF_A_PART, ROWS_OF_A_BATCH = 400_000, 500_000
# A number of parts fits into a byte, which is sorted by counting.
_MOST = 251


def part_count(rows: int) -> int:
    """Return how many parts keep each of them small; an odd number, since keys are often round.

    Example:
        >>> part_count(700_000), part_count(10_000_000), part_count(10**10)
        (1, 25, 251)
    """
    return min(rows // ROWS_OF_A_PART | 1, _MOST)


class Parts:
    """Rows sorted into parts: a single part lies in memory, several lie on disk.

    Args:
        count: How many parts, at most 251.
        folder: Where to keep them.
        size: About how many bytes there will be.

    Raises:
        SealmarkError: SM482 the disk has no room for them.
    """

    def __init__(self, count: int, *, folder: Path, size: int) -> None:
        self._count, self._folder = count, folder
        self._files: dict[str, IO[bytes]] = {}
        self._kinds: dict[str, np.dtype[Any]] = {}
        self._scratch: dict[np.dtype[Any], Whole] = {}
        # Rows that are not sorted yet: their parts, and their columns.
        self._waiting: list[tuple[Whole, Mapping[str, Whole]]] = []
        # Where the parts of each batch begin and end, in rows from the beginning of the files.
        self._ends: list[Integers] = []
        if count > 1 and shutil.disk_usage(folder).free < size:
            raise _no_room(folder, f"{size / 1e9:.1f} GB are needed")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for file in self._files.values():
            file.close()

    def add(self, part: Whole, columns: Mapping[str, Whole]) -> None:
        """Add rows.

        Args:
            part: The part of each row.
            columns: Always the same ones, of the same kinds.
        """
        self._waiting.append((part, columns))
        if self._count > 1 and self._unsorted() >= ROWS_OF_A_BATCH:
            self._write()

    def _write(self) -> None:
        """Sort the rows that wait into parts, and write them at the end of the files."""
        part = np.concatenate([one for one, _ in self._waiting])
        order = np.argsort(part.astype(np.uint8), kind="stable")
        ends = np.concatenate([[0], np.cumsum(np.bincount(part, minlength=self._count))])
        self._ends.append(ends + (self._ends[-1][-1] if self._ends else 0))
        for name in self._waiting[0][1]:
            values = self._joined(name, order)
            self._kinds[name] = values.dtype
            if name not in self._files:
                self._files[name] = tempfile.TemporaryFile(prefix="sealmark-", dir=self._folder)  # noqa: SIM115
            with self._room():
                self._files[name].write(values.data)
        self._waiting = []

    def _joined(self, name: str, order: Integers) -> Whole:
        """Return a column of the rows that wait, in an order, until the next call: new memory costs time."""
        values = [columns[name] for _, columns in self._waiting]
        kind, rows = values[0].dtype, len(order)
        if kind not in self._scratch or self._scratch[kind].shape[1] < rows:
            self._scratch[kind] = np.empty((2, rows), kind)
        joined, found = self._scratch[kind][:, :rows]
        np.concatenate(values, out=joined)
        return np.take(joined, order, out=found, mode="clip")

    def rows(self, part: int) -> int:
        """Return how many rows a part has."""
        self._settle()
        return sum(stop - start for start, stop in self._stretches(part)) if self._ends else self._unsorted()

    def column(self, part: int, name: str) -> Whole:
        """Return a column of a part, its rows in an order that is the same for all columns; empty without rows."""
        self._settle()
        if not self._ends:
            kept = [columns[name] for _, columns in self._waiting]
            return np.concatenate(kept) if kept else np.zeros(0, np.int64)
        found, filled = np.empty(self.rows(part), self._kinds[name]), 0
        for start, stop in self._stretches(part):
            self._read(name, start, found[filled : filled + stop - start])
            filled += stop - start
        return found

    def chunks(self, part: int, names: Sequence[str]) -> Iterator[list[Whole]]:
        """Yield some columns of a part piece by piece, in the order of :meth:`column`."""
        self._settle()
        if not self._ends:
            yield from ([columns[name] for name in names] for _, columns in self._waiting)
        for start, stop in self._stretches(part):
            found = [np.empty(stop - start, self._kinds[name]) for name in names]
            for name, values in zip(names, found, strict=True):
                self._read(name, start, values)
            yield found

    def _settle(self) -> None:
        if self._count > 1 and self._waiting:
            self._write()

    def _unsorted(self) -> int:
        return sum(len(one) for one, _ in self._waiting)

    def _stretches(self, part: int) -> list[tuple[int, int]]:
        return [(int(ends[part]), int(ends[part + 1])) for ends in self._ends]

    def _read(self, name: str, start: int, into: Whole) -> None:
        file = self._files[name]
        with self._room():
            file.seek(start * into.itemsize)
            file.readinto(into.data)  # type: ignore[attr-defined]

    @contextlib.contextmanager
    def _room(self) -> Iterator[None]:
        """Tell in a sentence that the disk does not suffice."""
        try:
            yield
        except OSError as error:
            raise _no_room(self._folder, str(error.strerror)) from error


def _no_room(folder: Path, reason: str) -> SealmarkError:
    what = f"The disk to spill to does not suffice: {reason}."
    fix = "Free space there, or let the temporary folder be another."
    return SealmarkError(Problem("SM482", what, str(folder), fix))
