"""Files by where they stand: one column for each status that has files, in the order of their life."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sealmark.certify import ApplicationStatus, CertificateStatus, EvaluationStatus

__all__ = ["Column", "columns_of"]

_PER_COLUMN = 10
_RUNNING = tuple(word.value for word in EvaluationStatus if word not in {"decided", "cancelled"})
_ORDER: Mapping[str, tuple[str, ...]] = {
    "application": tuple(word.value for word in ApplicationStatus),
    "evaluation": _RUNNING,
    "certificate": tuple(word.value for word in CertificateStatus),
}


@dataclass(slots=True)
class Column:
    """The files of one status.

    Attributes:
        part: What the status is one of: application, evaluation or certificate.
        status: The word of the library.
        count: Of all its files.
        shown: The first of them.
    """

    part: str
    status: str
    count: int = 0
    shown: list[Any] = field(default_factory=list)

    @property
    def more(self) -> int:
        """How many files are not shown."""
        return self.count - len(self.shown)


def columns_of(files: Iterable[Any]) -> dict[str, list[Column]]:
    """Return the columns that have files, by part.

    An evaluation that runs says where a file stands; without one the certificate does, and before both the
    application.

    Args:
        files: With ``status``, ``newest_status`` and ``certificate_status``, the last two None where there is none.
    """
    columns = {(part, status): Column(part, status) for part, words in _ORDER.items() for status in words}
    for file in files:
        column = columns[_place(file)]
        column.count += 1
        if column.count <= _PER_COLUMN:
            column.shown.append(file)
    return {part: [one for one in columns.values() if one.part == part and one.count] for part in _ORDER}


def _place(file: Any) -> tuple[str, str]:
    newest, certificate = file.newest_status, file.certificate_status
    if newest in _RUNNING:
        return "evaluation", newest
    return ("certificate", certificate) if certificate else ("application", file.status)
