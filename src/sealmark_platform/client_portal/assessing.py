"""Pages of self-assessment: make one, read it, erase it. Only who speaks for the organization gets here."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sealmark.core.errors import Problem, SealmarkError
from sealmark_platform.casework.kept_runs import PATIENCE, faults_told
from sealmark_platform.casework.queries.results import grade_words
from sealmark_platform.casework.queries.summary import result_sheet
from sealmark_platform.catalogue.models import AdoptedEdition
from sealmark_platform.catalogue.queries import edition_of, edition_title
from sealmark_platform.client_portal.assessment import begin_assessment, erase_assessment, has_example
from sealmark_platform.client_portal.models import SelfAssessment
from sealmark_platform.language import reader_tag
from sealmark_platform.parties.models import Organization, Person
from sealmark_platform.security import inert_page

__all__ = [
    "assessment", "assessment_erase", "assessment_record", "assessment_report", "assessments", "assessments_of",
    "offered_editions",
]  # fmt: skip

_PER_PAGE = 20


class _AssessForm(forms.Form):
    organization = forms.ChoiceField(label=gettext_lazy("Organization"))
    edition = forms.ChoiceField(label=gettext_lazy("Scheme, as this certification body applies it"))
    source = forms.ChoiceField(
        label=gettext_lazy("What shall be evaluated"),
        choices=[("own", gettext_lazy("my own case folder")), ("example", gettext_lazy("the example, to look at it"))],
    )
    content = forms.FileField(label=gettext_lazy("Case folder as .zip"), required=False)

    def clean(self) -> dict[str, Any]:
        """Ask for the folder where it is needed."""
        said = super().clean() or {}
        if said.get("source") == "own" and not said.get("content") and "content" not in self.errors:
            self.add_error("content", _("Choose the .zip file of your case folder."))
        return said


def _choices(form: forms.Form, name: str, found: list[tuple[str, str]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = found


def offered_editions() -> QuerySet[AdoptedEdition]:
    """Return the editions by which one can assess oneself."""
    return AdoptedEdition.objects.filter(last_applications_on=None).select_related("body").order_by("edition", "pk")


def assessments_of(person: Person) -> QuerySet[SelfAssessment]:
    """Return the self-assessments of the organizations a person speaks for, the newest first."""
    mine = SelfAssessment.objects.filter(organization__representations__person=person)
    return mine.select_related("organization", "edition__body").order_by("-made_at", "pk")


def _fetch(request: HttpRequest, pk: str) -> SelfAssessment:
    """Return a self-assessment of the reader's own organization; to everybody else there is none."""
    assert isinstance(request.user, Person)
    found: SelfAssessment | None = assessments_of(request.user).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


@login_required
def assessments(request: HttpRequest) -> HttpResponse:
    """What was made so far, and the form for another one."""
    assert isinstance(request.user, Person)
    mine = Organization.objects.filter(representations__person=request.user).order_by("name")
    offered = offered_editions()
    form = _AssessForm(request.POST or None, request.FILES or None)
    problems: tuple[Problem, ...] = ()
    _choices(form, "organization", [(str(one.pk), one.name) for one in mine])
    titles = [(str(one.pk), f"{edition_title(one, reader_tag())} ({one.body.name})") for one in offered]
    _choices(form, "edition", titles)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            made = _made(request.user, mine.get(pk=said["organization"]), offered.get(pk=said["edition"]), said)
        except SealmarkError as error:
            problems = error.problems
        else:
            return redirect("self-assessment", pk=made.pk)
    page = Paginator(assessments_of(request.user), _PER_PAGE).get_page(request.GET.get("page"))
    for one in page.object_list:
        words = grade_words(edition_of(one.edition), reader_tag(), one.grade) if one.grade else ""
        one.words = words  # type: ignore[attr-defined]
    context = {
        "form": form, "problems": problems, "page": page, "carried": "", "may_make": mine.exists(),
        "without_example": [edition_title(one, reader_tag()) for one in offered if not has_example(one)],
    }  # fmt: skip
    return render(request, "client_portal/assessments.html", context, status=422 if problems or form.errors else 200)


def _made(person: Person, organization: Organization, edition: AdoptedEdition, said: Any) -> SelfAssessment:
    content = said["content"] if said["source"] == "own" else None
    return begin_assessment(organization, edition, content, by=person, at=timezone.now())


@login_required
def assessment(request: HttpRequest, pk: str) -> HttpResponse:
    """The result in short, or what refuses the case folder."""
    found = _fetch(request, pk)
    sheet = {} if found.result is None else result_sheet(edition_of(found.edition), found.result, reader_tag())
    is_lost = found.status == SelfAssessment.Status.WAITING and found.made_at < timezone.now() - PATIENCE
    context = {"assessment": found, "problems": faults_told(found.problems), "is_lost": is_lost, **sheet}
    return render(request, "client_portal/assessment.html", context)


@login_required
def assessment_report(request: HttpRequest, pk: str) -> HttpResponse:
    """The whole report of the library, labelled on every page, as one inert page."""
    from sealmark.reports.html import render_html

    found = _fetch(request, pk)
    if found.result is None:
        raise Http404
    return inert_page(render_html(found.result, edition_of(found.edition), reader_tag()))


@login_required
def assessment_record(request: HttpRequest, pk: str) -> HttpResponse:
    """The sealed result as a file; it says itself that it is a self-assessment."""
    found = _fetch(request, pk)
    if found.result is None:
        raise Http404
    response = JsonResponse(found.result)
    response["Content-Disposition"] = 'attachment; filename="self-assessment.json"'
    return response


@login_required
def assessment_erase(request: HttpRequest, pk: str) -> HttpResponse:
    """Ask, and erase."""
    assert isinstance(request.user, Person)
    found = _fetch(request, pk)
    if request.method == "POST":
        erase_assessment(found, by=request.user, at=timezone.now())
        messages.success(request, _("The self-assessment is erased."))
        return redirect("self-assessments")
    return render(request, "client_portal/assessment_erase.html", {"assessment": found})
