"""Acts, applications and uploads: the same functions that the pages call."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, Literal

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from ninja import Body, File, Form, Router, Schema
from ninja.files import UploadedFile as Upload
from pydantic import Field

from sealmark.certify import ACTS
from sealmark.certify.acts import require_act
from sealmark_platform.api import schemas, sheets
from sealmark_platform.api.filling import KEY, cleaned, require_text, told_field
from sealmark_platform.api.identity import ACTING, READING, person_of
from sealmark_platform.api.problems import refuse
from sealmark_platform.api.replays import content_digest, once
from sealmark_platform.casework.actions.application import begin_application, write_application
from sealmark_platform.casework.actions.evidence import add_document, add_evidence
from sealmark_platform.casework.forms import form_of
from sealmark_platform.casework.intake import LARGEST
from sealmark_platform.casework.models import CertificationFile, Evaluation
from sealmark_platform.casework.models.stateful import Stateful
from sealmark_platform.casework.models.subjects import status_of
from sealmark_platform.casework.performing import BY_HAND, is_open, perform, subject_kind
from sealmark_platform.casework.queries.access import fetch_file, fetch_subject
from sealmark_platform.catalogue.queries import open_to_applications
from sealmark_platform.parties.models import Organization
from sealmark_platform.parties.queries import evaluates_in

__all__ = ["ACT_BODY", "router"]

router = Router(auth=ACTING, tags=["acts"])
_UPLOADS = "evaluation.add-evidence"

ACT_BODY = {
    "type": "object", "title": "ActBody", "required": ["revision"], "additionalProperties": True,
    "description": "The fields of the act's form, and the revision of the subject that one has seen.",
    "properties": {"revision": {"type": "integer", "minimum": 0, "maximum": 2**31 - 1}},
}  # fmt: skip


class Begin(Schema):
    """For whom, by which edition, in which language."""

    organization: uuid.UUID
    edition: uuid.UUID
    language: Literal["en", "ru", "zh-Hans", "zh-Hant"] = "en"


class Write(Schema):
    """What the applicant has written so far."""

    revision: int = Field(ge=0, le=2**31 - 1)
    scope: str = Field(max_length=5_000)
    answers: dict[str, Any] | None = Field(None, description="Answers of the application form; null: as they are.")


def _subject(request: HttpRequest, act: str, pk: uuid.UUID) -> Stateful:
    if act not in BY_HAND:
        raise Http404
    found = fetch_subject(person_of(request), subject_kind(act), pk, timezone.now().date())
    _permit(request, act, found)
    return found


def _permit(request: HttpRequest, act: str, subject: Stateful) -> None:
    """Refuse an act before its fields are looked at, as the pages do.

    Raises:
        SealmarkError: SM702 it is not possible from the status, SM870 it is not the person's.
    """
    if is_open(act, subject, person_of(request), timezone.now().date()):
        return
    if not ACTS[act].makes_subject:
        require_act(act, status_of(subject))
    fix = "See acts of the subject for those that are open to you."
    raise refuse("SM870", f'"{act}" is not yours to do here.', fix=fix)


@router.get("/acts/{act}/{uuid:pk}", response=schemas.ActForm, auth=READING, operation_id="get_act")
def get_act(request: HttpRequest, act: str, pk: uuid.UUID) -> Any:
    """What an act asks for, with its choices as things stand. Acts that make their subject take what it belongs to."""
    subject = _subject(request, act, pk)
    form = form_of(act, subject)()
    return {
        "act": act, "subject": pk, "status": subject.status, "revision": subject.revision,
        "is_final": ACTS[act].is_final,
        "fields": [told_field(name, field) for name, field in form.fields.items() if name != "revision"],
    }  # fmt: skip


@router.post("/acts/{act}/{uuid:pk}", response=schemas.Done, operation_id="do_act")
def do_act(request: HttpRequest, act: str, pk: uuid.UUID, said: Body[dict[str, Any]], key: str | None = KEY) -> Any:
    """Do an act. Its fields are those that GET of the same address tells; days are written 2027-03-15.

    What takes long is done afterwards: `run` of the evaluation tells how far `evaluation.record-result` is.
    """
    require_text(said)
    return once(request, said, lambda: _perform(request, act, pk, said))


def _perform(request: HttpRequest, act: str, pk: uuid.UUID, sent: Mapping[str, Any]) -> HttpResponse:
    subject = _subject(request, act, pk)
    if act == _UPLOADS:
        raise refuse("SM863", "Evidence is a file.", fix=f"POST it to /api/v1/evaluations/{pk}/evidence.")
    revision = sent.get("revision")
    if not isinstance(revision, int) or isinstance(revision, bool):
        raise refuse("SM863", "The revision that you have seen is missing.", where="body.revision")
    _require_revision(subject, revision)
    made = perform(act, subject, cleaned(form_of(act, subject), sent), by=person_of(request), at=timezone.now())
    return _done(act, subject, made)


def _require_revision(subject: Stateful, revision: int) -> None:
    if subject.revision != revision:
        fix = "Read it again and repeat the act if it still fits."
        raise refuse("SM801", "Somebody else acted here in the meantime.", fix=fix, where="body.revision")


def _done(act: str, subject: Stateful, made: Any) -> HttpResponse:
    subject.refresh_from_db()
    new = str(made.pk) if isinstance(made, Stateful) and made.pk != subject.pk else None
    done = schemas.Done(
        act=act, subject=subject.pk, status=subject.status, revision=subject.revision, made=new,
        record=made.last_entry if new else subject.last_entry,
    )  # fmt: skip
    return JsonResponse(done.model_dump(mode="json"))


@router.post("/applications", response={201: schemas.File}, operation_id="begin_application")
def begin(request: HttpRequest, said: Begin, key: str | None = KEY) -> Any:
    """Open a file with an empty application, for an organization that one speaks for."""
    return once(request, said.model_dump(mode="json"), lambda: _begin(request, said))


def _begin(request: HttpRequest, said: Begin) -> HttpResponse:
    person = person_of(request)
    organization = Organization.objects.filter(representations__person=person, pk=said.organization).first()
    edition = open_to_applications(timezone.now().date()).filter(pk=said.edition).first()
    if organization is None or edition is None:
        name = "organization" if organization is None else "edition"
        what = f"There is no such {name} that you could apply with."
        raise refuse("SM863", what, fix=f"GET /api/v1/{name}s lists them.", where=f"body.{name}")
    if not evaluates_in(edition.body, said.language):
        fix = f"One of {', '.join(edition.body.languages or ())}."
        raise refuse("SM863", "The body does not evaluate in this language.", fix=fix, where="body.language")
    file = begin_application(organization, edition, language=said.language, by=person, at=timezone.now())
    return _file(request, file, status=201)


def _file(request: HttpRequest, file: CertificationFile, *, status: int = 200) -> HttpResponse:
    sheet = sheets.file_sheet(file, person_of(request), timezone.now().date())
    answer = JsonResponse(schemas.File(**sheet).model_dump(mode="json"), status=status)
    if status == 201:  # noqa: PLR2004 - Created
        answer["Location"] = reverse("api-v1:get_file", args=[file.pk])
    return answer


@router.put("/files/{uuid:pk}/application", response=schemas.File, operation_id="write_application")
def write(request: HttpRequest, pk: uuid.UUID, said: Write) -> Any:
    """Save what the applicant has written so far."""
    require_text(said.model_dump())
    file = fetch_file(person_of(request), pk, timezone.now().date())
    answers = file.answers if said.answers is None else said.answers
    written = write_application(
        file, scope=said.scope, answers=answers, by=person_of(request), at=timezone.now(), revision=said.revision
    )
    return _file(request, written)


def _require_size(content: UploadedFile[Any]) -> None:
    if (content.size or 0) > LARGEST:
        raise refuse("SM868", f"The file has {content.size:,} bytes.", fix=f"At most {LARGEST:,} bytes are taken.")


@router.post("/files/{uuid:pk}/documents", response={201: schemas.Upload}, operation_id="add_document")
def document(request: HttpRequest, pk: uuid.UUID, kind: Form[str], content: File[Upload], key: str | None = KEY) -> Any:
    """Add a document of a kind that the scheme asks applicants for; documents_missing of the file names them."""
    _require_size(content)

    def work() -> HttpResponse:
        file = fetch_file(person_of(request), pk, timezone.now().date())
        kept = add_document(file, kind, content, by=person_of(request), at=timezone.now())
        return _uploaded(sheets.document_sheet(kept), reverse("api-v1:get_document", args=[kept.pk]))

    return once(request, [kind, content.name, content_digest(content)], work)


@router.post("/evaluations/{uuid:pk}/evidence", response={201: schemas.Upload}, operation_id="add_evidence")
def evidence(
    request: HttpRequest, pk: uuid.UUID, revision: Form[int], content: File[Upload], key: str | None = KEY
) -> Any:
    """Add a file of evidence, or a whole case folder as .zip; its kind is told by its content."""
    _require_size(content)

    def work() -> HttpResponse:
        person, at = person_of(request), timezone.now()
        found = fetch_subject(person, Evaluation, pk, at.date())
        _permit(request, _UPLOADS, found)
        _require_revision(found, revision)
        kept = add_evidence(found, content, by=person, at=at, revision=revision)
        return _uploaded(sheets.evidence_sheet(kept), reverse("api-v1:get_evidence", args=[kept.pk]))

    return once(request, [revision, content.name, content_digest(content)], work)


def _uploaded(sheet: dict[str, Any], address: str) -> HttpResponse:
    answer = JsonResponse(schemas.Upload(**sheet).model_dump(mode="json"), status=201)
    answer["Location"] = address
    return answer
