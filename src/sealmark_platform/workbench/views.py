"""Pages of a certification file: today's list, the list of files, one file, one act."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRefresh

from sealmark.certify import ACTS, ApplicationStatus
from sealmark.core.errors import SealmarkError
from sealmark_platform.casework import phrases
from sealmark_platform.casework.forms import begin_empty, form_of
from sealmark_platform.casework.models import Certificate, CertificationFile, Document, Evaluation
from sealmark_platform.casework.models.subjects import file_of
from sealmark_platform.casework.performing import BY_HAND, is_open, open_acts, perform, subject_kind
from sealmark_platform.casework.queries.access import (
    fetch_evidence,
    fetch_file_as,
    fetch_result,
    fetch_subject,
    visible_files,
)
from sealmark_platform.casework.queries.actors import standing_of
from sealmark_platform.casework.queries.applications import answers_given
from sealmark_platform.casework.queries.evaluations import is_keeping_unknown
from sealmark_platform.casework.queries.listing import first_files
from sealmark_platform.casework.queries.parts import documents_of
from sealmark_platform.casework.queries.results import grade_words
from sealmark_platform.casework.queries.summary import result_sheet
from sealmark_platform.catalogue.queries import edition_of, edition_of_result
from sealmark_platform.language import reader_tag
from sealmark_platform.paging import slice_of
from sealmark_platform.parties.models import Person
from sealmark_platform.records.queries import newest_of_file
from sealmark_platform.security import INERT, inert_page
from sealmark_platform.workbench.sheets import (
    due_of,
    evaluation_parts,
    news_of,
    objection_parts,
    trail_lines,
    waiting_for,
)
from sealmark_platform.workbench.stages import columns_of

__all__ = ["act", "document", "evidence", "file", "files", "report", "result", "run", "today"]

_PER_PAGE, _WAITING = 50, 20
_WITHHOLDING = ("coordinator", "decider")
_YEAR = 366
_KEPT = {
    "finding.answer": ("correction", "cause", "corrective_action"),
    "evaluation.settle-plan": ("starts_on", "ends_on", "days"),
}
"""What was written before, and is there again when the same act is done once more."""


def _on() -> dt.date:
    return timezone.now().date()


@login_required
def today(request: HttpRequest) -> HttpResponse:
    """What waits for the reader, what falls due, what is new."""
    person, on = _person(request), _on()
    standing = standing_of(person, on)
    is_year = request.GET.get("due") == "year"
    due = due_of(person, on, within=_YEAR) if is_year else due_of(person, on)
    page = slice_of(request, lambda limit: waiting_for(standing, on, limit), per_page=_WAITING)
    lists = {
        "page": page, "waiting": page.object_list, "due": due, "is_year": is_year, "notices": news_of(person),
        "carried": "due=year&" if is_year else "",
    }  # fmt: skip
    return render(request, "workbench/today.html", lists)


def _person(request: HttpRequest) -> Person:
    assert isinstance(request.user, Person)
    return request.user


@login_required
def files(request: HttpRequest) -> HttpResponse:
    """The files the reader may see: as a list, or in columns by where they stand."""
    if request.GET.get("by") == "status":
        return _stages(request)
    query, chosen = request.GET.get("q", "").strip(), request.GET.get("status", "")
    condition = Q(number__icontains=query) | Q(organization__name__icontains=query) if query else Q()
    if chosen:
        condition &= Q(status=chosen)
    standing = standing_of(_person(request), _on())
    page = slice_of(request, lambda limit: first_files(standing, condition, limit), per_page=_PER_PAGE)
    shown = _with_newest(CertificationFile.objects.filter(pk__in=page.object_list)).order_by("-number")
    carried = urlencode({"q": query, "status": chosen}) + "&" if query or chosen else ""
    statuses = [status.value for status in ApplicationStatus]
    context = {
        "page": page,
        "files": shown,
        "query": query,
        "chosen": chosen,
        "carried": carried,
        "statuses": statuses,
        "may_apply": bool(standing.speaks_for),
    }
    return render(request, "workbench/files.html", context)


def _stages(request: HttpRequest) -> HttpResponse:
    rows: Any = _with_newest(visible_files(_person(request), _on())).order_by("number")
    told = rows.values_list("pk", "status", "newest_status", "certificate_status", named=True)
    columns = columns_of(told.iterator())
    found = [column for part in columns.values() for column in part]
    shown = CertificationFile.objects.select_related("organization").in_bulk(
        [row.pk for column in found for row in column.shown]
    )
    for column in found:
        column.shown = [shown[row.pk] for row in column.shown]
    context = {"columns": columns, "is_empty": not any(columns.values())}
    return render(request, "workbench/stages.html", context)


def _with_newest(found: QuerySet[CertificationFile]) -> QuerySet[CertificationFile]:
    newest = Evaluation.objects.filter(file=OuterRef("pk")).order_by("-number").values("status")[:1]
    status = Certificate.objects.filter(file=OuterRef("pk")).values("status")[:1]
    return found.select_related("organization", "edition").annotate(
        newest_status=Subquery(newest), certificate_status=Subquery(status)
    )


@login_required
def file(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One file with everything in it."""
    person, on = _person(request), _on()
    standing = standing_of(person, on, file=pk)
    found, is_insider = fetch_file_as(standing, pk)
    certificate = getattr(found, "certificate", None)
    offered = open_acts(found, person, on, standing=standing)
    context = {
        "file": found, "answers": answers_given(found, reader_tag()), "documents": documents_of(found.pk),
        "agreement": getattr(found, "agreement", None),
        "file_acts": [one for one in offered if one.id != "evaluation.open" or found.status == "agreed"],
        "may_write": any(one.id == "application.submit" for one in offered),
        "evaluations": evaluation_parts(found, standing, on, reader_tag(), is_insider=is_insider),
        "objections": objection_parts(found, standing, on), "certificate": certificate,
        "certificate_grade": "" if certificate is None else _grade_of(certificate, reader_tag()),
        "certificate_acts": () if certificate is None else open_acts(certificate, person, on, standing=standing),
        "entries": trail_lines(newest_of_file(str(found.pk)), is_insider=is_insider),
        "may_withhold": not standing.functions.isdisjoint((found.body_id, name) for name in _WITHHOLDING),
    }  # fmt: skip
    return render(request, "workbench/file.html", context)


def _grade_of(certificate: Certificate, language: str) -> str:
    return grade_words(edition_of(certificate.granted_by), language, certificate.grade)


@login_required
def act(request: HttpRequest, act: str, pk: str) -> HttpResponse:
    """Ask for what an act needs, and do it."""
    subject = _subject_of(request, act, pk)
    person, on = _person(request), _on()
    owner = file_of(subject)
    if not is_open(act, subject, person, on):
        return _not_now(request, owner)
    sent = request.method == "POST"
    form = _form(request, act, subject)
    problems: tuple[Any, ...] = ()
    status = 200
    if sent and form.is_valid():
        try:
            perform(act, subject, form.cleaned_data, by=person, at=timezone.now())
        except SealmarkError as error:
            problems, status = error.problems, 409 if "SM801" in error.codes else 422
        else:
            messages.success(request, _done(act))
            return redirect("file", pk=owner.pk)
    elif sent:
        status = 422
    text = owner.agreement.text if act == "application.sign-agreement" else ""
    context = {
        "act": ACTS[act], "file": owner, "subject": subject, "form": form, "problems": problems, "text": text,
    }  # fmt: skip
    return render(request, "workbench/act.html", context, status=status)


def _form(request: HttpRequest, act: str, subject: Any) -> Any:
    sent = request.method == "POST"
    kept = {name: getattr(subject, name) for name in _KEPT.get(act, ())}
    return begin_empty(
        form_of(act, subject)(
            request.POST if sent else None, request.FILES if sent else None,
            initial={"revision": subject.revision, **kept},
        )
    )  # fmt: skip


def _done(act: str) -> str:
    return str(phrases.DONE.get(act) or _("Done: %(act)s.") % {"act": phrases.ACTS[act]})


def _subject_of(request: HttpRequest, act: str, pk: str) -> Any:
    if act not in BY_HAND:
        raise Http404
    return fetch_subject(_person(request), subject_kind(act), pk, _on())


def _not_now(request: HttpRequest, owner: CertificationFile) -> HttpResponse:
    sentence = _("This act is not yours, or the file has moved on. Look at the file again.")
    return render(
        request, "problem.html", {"title": _("Not possible"), "sentence": sentence, "file": owner}, status=403
    )


@login_required
def run(request: HttpRequest, pk: str) -> HttpResponse:
    """How far the evaluation of the evidence is: asked again and again by the file's page until it is there."""
    found = fetch_subject(_person(request), Evaluation, pk, _on())
    newest = found.runs.order_by("-asked_at").first()
    if newest is None or not newest.is_open:
        return HttpResponseClientRefresh()
    return render(request, "parts/run.html", {"run": newest})


@login_required
def result(request: HttpRequest, pk: str) -> HttpResponse:
    """The frozen result in short."""
    found, document = fetch_result(_person(request), pk, _on())
    sheet = result_sheet(edition_of_result(document), document, reader_tag())
    shown = {"file": found.file, "evaluation": found, "is_keeping_unknown": is_keeping_unknown(found), **sheet}
    return render(request, "workbench/result.html", shown)


@login_required
def report(request: HttpRequest, pk: str) -> HttpResponse:
    """The whole report of the library, as one inert page."""
    from sealmark.reports.html import render_html

    _found, document = fetch_result(_person(request), pk, _on())
    return inert_page(render_html(document, edition_of_result(document), reader_tag()))


def _inert(content: Any, name: str) -> FileResponse:
    """Return a file from outside so that no browser runs anything in it."""
    response = FileResponse(
        content.open("rb"), as_attachment=True, filename=name, content_type="application/octet-stream"
    )
    response["Content-Security-Policy"] = INERT
    return response


@login_required
def evidence(request: HttpRequest, pk: str) -> FileResponse:
    """A file of evidence."""
    found = fetch_evidence(_person(request), pk, _on())
    return _inert(found.content, found.name)


@login_required
def document(request: HttpRequest, pk: int) -> FileResponse:
    """A document of an application."""
    found = Document.objects.filter(pk=pk, file__in=visible_files(_person(request), _on())).first()
    if found is None:
        raise Http404
    return _inert(found.content, found.name)
