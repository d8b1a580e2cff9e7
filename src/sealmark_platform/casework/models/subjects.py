"""The five subjects of acts: which model each word of the library means, and the file it belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sealmark.certify import (
    ApplicationStatus,
    CertificateStatus,
    EvaluationStatus,
    FindingStatus,
    ObjectionStatus,
    Status,
    Subject,
)
from sealmark_platform.casework.models.certificate import Certificate
from sealmark_platform.casework.models.evaluation import Evaluation
from sealmark_platform.casework.models.file import CertificationFile
from sealmark_platform.casework.models.finding import Finding
from sealmark_platform.casework.models.objection import Objection
from sealmark_platform.casework.models.stateful import Stateful

__all__ = ["SUBJECTS", "evaluation_of", "file_of", "kind_of", "status_of"]

SUBJECTS: Mapping[Subject, type[Stateful]] = MappingProxyType(
    {
        Subject.APPLICATION: CertificationFile,
        Subject.EVALUATION: Evaluation,
        Subject.FINDING: Finding,
        Subject.CERTIFICATE: Certificate,
        Subject.OBJECTION: Objection,
    }
)
"""The model of each subject; an application is its file."""

_KINDS = {model: subject for subject, model in SUBJECTS.items()}
_STATUSES: Mapping[Subject, type[Status]] = {
    Subject.APPLICATION: ApplicationStatus,
    Subject.EVALUATION: EvaluationStatus,
    Subject.FINDING: FindingStatus,
    Subject.CERTIFICATE: CertificateStatus,
    Subject.OBJECTION: ObjectionStatus,
}


def kind_of(row: Stateful) -> Subject:
    """Return what the library calls a row."""
    return _KINDS[type(row)]


def status_of(row: Stateful) -> Status:
    """Return the status of a row as a word of the library."""
    return _STATUSES[kind_of(row)](row.status)


def file_of(row: Stateful) -> CertificationFile:
    """Return the certification file that a row belongs to."""
    if isinstance(row, CertificationFile):
        return row
    if isinstance(row, Finding):
        return row.evaluation.file
    assert isinstance(row, (Evaluation, Certificate, Objection))
    return row.file


def evaluation_of(row: Stateful) -> Evaluation | None:
    """Return the evaluation in which an act on a row is done, if it is done in one."""
    if isinstance(row, Finding):
        return row.evaluation
    return row if isinstance(row, Evaluation) else None
