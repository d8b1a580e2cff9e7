"""Acts on self-assessments: begin one, evaluate it, erase it."""

from __future__ import annotations

import datetime as dt
import tempfile
from importlib import resources
from pathlib import Path
from typing import Any, Final

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django_tasks import task

from sealmark.core.errors import Problem, SealmarkError
from sealmark_platform.casework.intake import checked_upload, labelled_case, unpack_case
from sealmark_platform.casework.kept_runs import STOPPED, faults_kept
from sealmark_platform.casework.queries.results import grade_of
from sealmark_platform.catalogue.models import AdoptedEdition
from sealmark_platform.catalogue.queries import edition_of
from sealmark_platform.client_portal.models import SelfAssessment
from sealmark_platform.parties.models import Organization, Person
from sealmark_platform.records.actions import append_record

__all__ = [
    "KEPT_AT_MOST", "LABEL", "assess_later", "begin_assessment", "erase_assessment", "evaluate", "has_example",
]  # fmt: skip

LABEL: Final = "self-assessment"
"""Under this label the library writes on every page and into the sealed result that it is no certificate."""
KEPT_AT_MOST = 20


def has_example(edition: AdoptedEdition) -> bool:
    """Tell whether there is an example case of an edition to look at."""
    return _profile(edition).is_file()


def _profile(edition: AdoptedEdition) -> Path:
    scheme = edition.edition.partition("/")[0]
    return Path(str(resources.files("sealmark.cli"))) / "examples" / f"{scheme}.yaml"


def begin_assessment(
    organization: Organization, edition: AdoptedEdition, content: UploadedFile[Any] | None, *, by: Person,
    at: dt.datetime,
) -> SelfAssessment:  # fmt: skip
    """Keep a case folder, to be evaluated outside the request; without one, the example of the edition.

    Raises:
        SealmarkError: SM820 to SM824 the file is refused, SM851 the person does not speak for the organization,
            SM852 there is no example, SM853 too many are kept.
    """
    if not organization.representations.filter(person=by).exists():
        raise SealmarkError(Problem("SM851", "A self-assessment is made by who speaks for the organization."))
    if content is None and not has_example(edition):
        fix = "Upload a case folder of your own."
        raise SealmarkError(Problem("SM852", "There is no example case of this scheme.", fix=fix))
    upload = None if content is None else checked_upload(content)
    if upload is not None and not upload.is_case_folder:
        raise SealmarkError(Problem("SM824", "The archive has no case.yaml.", fix="Pack the whole case folder."))
    with transaction.atomic():
        # Who asks twice at once waits here.
        Organization.objects.select_for_update().get(pk=organization.pk)
        if organization.self_assessments.count() >= KEPT_AT_MOST:
            what = f"{KEPT_AT_MOST} self-assessments are kept already."
            raise SealmarkError(Problem("SM853", what, fix="Erase one that is no longer needed."))
        kept = SelfAssessment(
            organization=organization, edition=edition, made_by=by, made_at=at, is_example=upload is None,
            name="" if upload is None else upload.name, digest="" if upload is None else upload.digest,
        )  # fmt: skip
        if content is not None:
            kept.content.save(f"{kept.pk}.bin", content, save=False)
        kept.save()
        _note(kept, "begin", str(by.pk), at)
        assess_later.enqueue(str(kept.pk))
    return kept


@task()
def assess_later(assessment: str) -> None:
    """Evaluate a self-assessment that may be erased or done meanwhile: done by ``sealmark-platform work``."""
    found = SelfAssessment.objects.filter(pk=assessment, status=SelfAssessment.Status.WAITING).first()
    if found is not None:
        evaluate(found, at=timezone.now())


def evaluate(assessment: SelfAssessment, *, at: dt.datetime) -> SelfAssessment:
    """Evaluate a self-assessment that waits, and keep the sealed result or what refuses it.

    It takes seconds and locks nothing meanwhile: a queue calls it. Evaluating again changes nothing.

    Args:
        assessment: As :func:`begin_assessment` returned it.
        at: When the result is kept.
    """
    try:
        return _concluded(assessment, _evaluated(assessment), (), at)
    except SealmarkError as error:
        return _concluded(assessment, None, error.problems, at)
    except Exception:
        _concluded(assessment, None, (STOPPED,), at)
        raise


def _concluded(
    assessment: SelfAssessment, document: dict[str, Any] | None, problems: tuple[Problem, ...], at: dt.datetime
) -> SelfAssessment:
    with transaction.atomic():
        row = SelfAssessment.objects.select_for_update().filter(pk=assessment.pk).first()
        if row is None or row.status != SelfAssessment.Status.WAITING:
            return row or assessment
        row.result, row.problems = document, faults_kept(problems)
        row.status = SelfAssessment.Status.REFUSED if document is None else SelfAssessment.Status.DONE
        row.grade = "" if document is None else grade_of(edition_of(row.edition), document).label
        row.save()
        _note(row, "record-result", "clock", at)
    return row


def _evaluated(assessment: SelfAssessment) -> dict[str, Any]:
    from sealmark.evaluation.example import make_example, read_profile
    from sealmark.evaluation.run import evaluate as evaluate_case

    edition = edition_of(assessment.edition)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "case"
        if assessment.is_example:
            make_example(read_profile(_profile(assessment.edition)), edition, folder)
        else:
            with assessment.content.open("rb") as stream:
                folder = unpack_case(stream, folder)
        case = labelled_case(folder, LABEL, figures=assessment.edition.overlay, scheme=edition.id)
        return evaluate_case(edition, case).document


def erase_assessment(assessment: SelfAssessment, *, by: Person, at: dt.datetime) -> None:
    """Erase a self-assessment with its file; the trail keeps that there was one, not what it said."""
    with transaction.atomic():
        _note(assessment, "erase", str(by.pk), at)
        storage, name = assessment.content.storage, assessment.content.name
        assessment.delete()
        if name:
            transaction.on_commit(lambda: storage.delete(name))


def _note(assessment: SelfAssessment, verb: str, actor: str, at: dt.datetime) -> None:
    """Record it under no body: what a body may read of the trail does not tell of it."""
    digest = "" if assessment.result is None else assessment.result["digest"]
    append_record(
        f"self-assessment.{verb}", actor=actor, at=at, subject=f"self-assessment:{assessment.pk}",
        details={"edition": assessment.edition.edition, "content": assessment.digest, "result": digest,
                 "status": assessment.status},
    )  # fmt: skip
