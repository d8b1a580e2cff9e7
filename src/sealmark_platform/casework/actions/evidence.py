"""Taking evidence in, and evaluating what was gathered."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from sealmark.certify import EvaluationKind
from sealmark.core.canonical import Json
from sealmark.core.errors import Problem, SealmarkError
from sealmark.scheme.procedure import Event
from sealmark_platform.casework.actions.application import own_draft
from sealmark_platform.casework.actions.steps import Step
from sealmark_platform.casework.intake import checked_upload, labelled_case, unpack_case
from sealmark_platform.casework.models import CertificationFile, Document, Evaluation, Evidence
from sealmark_platform.casework.queries.applications import documents_asked
from sealmark_platform.casework.queries.evaluations import event_of
from sealmark_platform.catalogue.queries import edition_of
from sealmark_platform.parties.models import Person

__all__ = ["add_document", "add_evidence", "case_of", "evaluated"]


def add_evidence(
    evaluation: Evaluation, content: UploadedFile[Any], *, by: Person, at: dt.datetime, revision: int | None = None
) -> Evidence:
    """Take a file in: its type is told by its content, and it is kept under its digest.

    Raises:
        SealmarkError: SM820 to SM824 the file is refused.
    """
    upload = checked_upload(content)
    with Step("evaluation.add-evidence", evaluation, by=by, at=at, revision=revision) as step:
        kept = Evidence(
            evaluation=step.subject, name=upload.name, media_type=upload.media_type, size=upload.size,
            digest=upload.digest, is_case_folder=upload.is_case_folder, added_by=by, added_at=at,
        )  # fmt: skip
        kept.content.save(f"{kept.pk}.bin", content, save=False)
        kept.save()
        step.note(digest=upload.digest, size=upload.size)
    return kept


def case_of(evaluation: Evaluation) -> Evidence:
    """Return the newest case folder.

    Raises:
        SealmarkError: SM825 there is none.
    """
    case = evaluation.evidence.filter(is_case_folder=True).order_by("-added_at").first()
    if case is None:
        fix = "Add the case folder as a .zip file: see the manual, case folder."
        raise SealmarkError(Problem("SM825", "No case folder has been added.", fix=fix))
    return case


def evaluated(evaluation: Evaluation) -> Mapping[str, Json]:
    """Return the sealed result of the newest case folder by the adopted edition; nothing is written.

    Raises:
        SealmarkError: SM825 there is no case folder; every problem of the case.
    """
    from sealmark.evaluation.run import evaluate

    kept = case_of(evaluation)
    event: Event = "initial"
    if evaluation.kind in {EvaluationKind.SURVEILLANCE, EvaluationKind.RECERTIFICATION}:
        event = event_of(evaluation)
    with tempfile.TemporaryDirectory() as folder, kept.content.open("rb") as stream:
        place = unpack_case(stream, Path(folder))
        adopted = evaluation.file.edition
        case = labelled_case(place, "evaluation", figures=adopted.overlay, scheme=adopted.edition).of_event(event)
        return evaluate(edition_of(adopted), case).document


@transaction.atomic
def add_document(
    file: CertificationFile, kind: str, content: UploadedFile[Any], *, by: Person, at: dt.datetime
) -> Document:
    """Add a document to an application that is still the client's; it is kept under its digest.

    Raises:
        SealmarkError: SM820 to SM824 the file is refused, SM826 the scheme asks for no such document,
            SM702 it was submitted, SM703 the person does not speak for the client.
    """
    if kind not in documents_asked(file):
        raise SealmarkError(Problem("SM826", "Say which of the documents asked for this is.", fix="Choose its kind."))
    file = own_draft(file, by)
    upload = checked_upload(content)
    kept = Document(
        file=file, kind=kind, name=upload.name, media_type=upload.media_type, size=upload.size, digest=upload.digest,
        added_at=at,
    )  # fmt: skip
    kept.content.save(f"{upload.digest[7:39]}.bin", content, save=False)
    kept.save()
    return kept
