"""Complaints from outside, for the coordinators of the body: read, file, answer, erase."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sealmark.core.errors import SealmarkError
from sealmark_platform.casework.forms import revision_field
from sealmark_platform.casework.models import CertificationFile
from sealmark_platform.casework.queries.desks import bodies_of, functions_of
from sealmark_platform.parties.models import Person
from sealmark_platform.register.complaints import answer_out_of_scope, erase_complainant, file_complaint
from sealmark_platform.register.letters import send_letters
from sealmark_platform.register.models import Complainant, OutsideComplaint

__all__ = ["READERS", "fetch_complaint", "files_offered", "outside_complaint", "outside_complaints"]

_PER_PAGE = 50
READERS = ("coordinator", "administrator", "observer")


def _visible(person: Person) -> QuerySet[OutsideComplaint]:
    """Return the complaints of the bodies in which a person may read them; refuses as :func:`bodies_of`."""
    related = OutsideComplaint.objects.select_related("body", "certificate__file__organization", "objection__file")
    return related.filter(body__in=bodies_of(person, READERS))


@login_required
def outside_complaints(request: HttpRequest) -> HttpResponse:
    """What came in from outside, what waits first."""
    assert isinstance(request.user, Person)
    found = _visible(request.user)
    is_all = request.GET.get("show") == "all"
    found = found if is_all else found.filter(status=OutsideComplaint.Status.RECEIVED)
    page = Paginator(found.order_by("-received_at", "pk"), _PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "is_all": is_all, "carried": "show=all&" if is_all else "",
               "bodies": bodies_of(request.user, READERS).order_by("name")}  # fmt: skip
    return render(request, "register/outside_complaints.html", context)


class _FileField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Offers files by number and organization."""

    def label_from_instance(self, obj: Any) -> str:
        """Return what a file is called."""
        return f"{obj.number} {obj.organization.name}"


class _FileForm(forms.Form):
    revision = revision_field()
    file = _FileField(CertificationFile.objects.none(), label=gettext_lazy("File"), empty_label="\N{EN DASH}")
    statement = forms.CharField(
        label=gettext_lazy("What it is about, as the people of the file shall read it"), max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("Leave out names and whatever tells who complained, unless they agreed."),
    )  # fmt: skip


class _AnswerForm(forms.Form):
    revision = revision_field()
    reason = forms.CharField(
        label=gettext_lazy("Why this body cannot decide on it"), max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 4}), help_text=gettext_lazy("Who complained reads this by mail."),
    )  # fmt: skip


@login_required
def outside_complaint(request: HttpRequest, pk: str) -> HttpResponse:
    """One complaint; a coordinator files or answers it, and erases who it was."""
    assert isinstance(request.user, Person)
    found = fetch_complaint(request.user, pk)
    may_act = (found.body_id, "coordinator") in functions_of(request.user)
    writer = Complainant.objects.filter(complaint=found).first()
    forms_shown = _forms(found, writer)
    problems: tuple[Any, ...] = ()
    did = request.POST.get("do", "")
    if request.method == "POST":
        if not may_act:
            raise PermissionDenied
        try:
            if _done(request, did, found, forms_shown):
                return redirect("outside-complaint", pk=found.pk)
        except SealmarkError as error:
            problems = error.problems
    status = 422 if request.method == "POST" else 200
    context = {"complaint": found, "writer": writer, "may_act": may_act, "problems": problems,
               **{f"{name}_form": form for name, form in forms_shown.items()}}  # fmt: skip
    return render(request, "register/outside_complaint.html", context, status=status)


def fetch_complaint(person: Person, pk: Any) -> OutsideComplaint:
    """Return a complaint that a person may read.

    Raises:
        Http404: It belongs to no body of theirs.
        PermissionDenied: They belong to the body in other functions.
    """
    try:
        found = _visible(person).filter(pk=pk).first()
    except PermissionDenied:
        # Whether there is such a complaint in their body is told; of others nothing is.
        bodies = {body for body, _function in functions_of(person)}
        if OutsideComplaint.objects.filter(pk=pk, body__in=bodies).exists():
            raise
        raise Http404 from None
    if found is None:
        raise Http404
    return found


def _forms(complaint: OutsideComplaint, writer: Complainant | None) -> dict[str, forms.Form]:
    """Return the forms as they are first shown."""
    initial = {
        "revision": complaint.revision, "statement": "" if writer is None else writer.statement,
        "file": None if complaint.certificate is None else complaint.certificate.file_id,
    }  # fmt: skip
    filing = _FileForm(initial=initial, auto_id="file-%s")
    _offer_files(filing, complaint)
    return {"file": filing, "answer": _AnswerForm(initial=initial, auto_id="answer-%s")}


def _offer_files(form: forms.Form, complaint: OutsideComplaint) -> None:
    field = form.fields["file"]
    assert isinstance(field, _FileField)
    field.queryset = files_offered(complaint)


def files_offered(complaint: OutsideComplaint) -> QuerySet[CertificationFile]:
    """Return the files with which a complaint can be filed."""
    certified = CertificationFile.objects.filter(body=complaint.body_id, certificate__isnull=False)
    return certified.select_related("organization").order_by("number")


def _done(request: HttpRequest, did: str, found: OutsideComplaint, shown: dict[str, forms.Form]) -> bool:
    """Do what the pressed button says and tell whether it was done; a form that does not fit is shown again."""
    person, at = request.user, timezone.now()
    assert isinstance(person, Person)
    if did == "erase":
        erase_complainant(found, by=person, at=at)
        messages.success(request, _("The personal data are erased."))
        return True
    if did not in shown:
        raise Http404
    form: forms.Form = type(shown[did])(request.POST, auto_id=f"{did}-%s")
    shown[did] = form
    if did == "file":
        _offer_files(form, found)
    if not form.is_valid():
        return False
    said = form.cleaned_data
    if did == "file":
        file_complaint(found, said["file"], said["statement"], by=person, at=at, revision=said["revision"])
        messages.success(request, _("The complaint is filed."))
    else:
        answer_out_of_scope(found, said["reason"], by=person, at=at, revision=said["revision"])
        messages.success(request, _("The answer is on its way."))
    transaction.on_commit(lambda: send_letters(at))
    return True
