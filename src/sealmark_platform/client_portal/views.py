"""Pages for applicants: begin an application, write it, add documents."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sealmark.core.errors import SealmarkError
from sealmark_platform.casework.actions.application import begin_application, write_application
from sealmark_platform.casework.actions.evidence import add_document
from sealmark_platform.casework.forms import revision_field
from sealmark_platform.casework.models import CertificationFile
from sealmark_platform.casework.performing import open_acts
from sealmark_platform.casework.queries.access import fetch_file
from sealmark_platform.casework.queries.applications import (
    applicants_of,
    documents_asked,
    missing_parts,
    prerequisites_of,
)
from sealmark_platform.catalogue.queries import edition_of, edition_title, open_to_applications, word_of
from sealmark_platform.language import reader_tag
from sealmark_platform.parties.models import Organization, Person
from sealmark_platform.parties.queries import evaluates_in

__all__ = ["application", "apply"]

NOTHING = "\N{EN DASH}"


def _choice(form: forms.Form, name: str) -> forms.ChoiceField:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    return field


@login_required
def apply(request: HttpRequest) -> HttpResponse:
    """Choose organization and scheme, and open the file."""
    assert isinstance(request.user, Person)
    mine = Organization.objects.filter(representations__person=request.user)
    offered = open_to_applications(timezone.now().date()).select_related("body").order_by("edition")
    form = _ApplyForm(request.POST or None, initial={"language": reader_tag()})
    _choice(form, "organization").choices = [(str(one.pk), one.name) for one in mine]
    by_body: dict[str, list[tuple[str, str]]] = {}
    for one in offered:
        by_body.setdefault(one.body.name, []).append((str(one.pk), edition_title(one, reader_tag())))
    _choice(form, "edition").choices = list(by_body.items())
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        organization, edition = mine.get(pk=said["organization"]), offered.get(pk=said["edition"])
        language, at = said["language"], timezone.now()
        if evaluates_in(edition.body, language):
            file = begin_application(organization, edition, language=language, by=request.user, at=at)
            return redirect("application", pk=file.pk)
        form.add_error("language", gettext("The certification body does not evaluate in this language."))
    return render(request, "client_portal/apply.html", {"form": form}, status=422 if form.errors else 200)


class _ApplyForm(forms.Form):
    organization = forms.ChoiceField(label=_("Organization"))
    edition = forms.ChoiceField(label=_("Scheme and certification body"))
    language = forms.ChoiceField(
        label=_("Language of the evaluation"),
        choices=[("en", "English"), ("ru", "Русский"), ("zh-Hans", "简体中文"), ("zh-Hant", "繁體中文")],
    )


@login_required
def application(request: HttpRequest, pk: str) -> HttpResponse:
    """Write the application and add its documents."""
    assert isinstance(request.user, Person)
    file = fetch_file(request.user, pk, timezone.now().date())
    if not any(act.id == "application.submit" for act in open_acts(file, request.user, timezone.now().date())):
        # They know of the file: that they may not write it is no secret.
        raise PermissionDenied
    wording = edition_of(file.edition).wording
    words = (wording.get(reader_tag()) or wording["en"]).documents  # type: ignore[call-overload]
    form = _form_of(request, file)
    _choice(form, "kind").choices = [("", NOTHING), *((kind, words.get(kind, kind)) for kind in documents_asked(file))]
    problems: tuple[object, ...] = ()
    if request.method == "POST" and form.is_valid():
        try:
            _save(request.user, file, form.cleaned_data)
        except SealmarkError as error:
            problems = error.problems
        else:
            return redirect("application", pk=file.pk)
    missing = [words.get(part) or _PARTS.get(part, part) for part in missing_parts(file)]
    context = {"file": file, "form": form, "problems": problems, "missing": missing, "documents": file.documents.all()}
    return render(request, "client_portal/application.html", context, status=422 if problems or form.errors else 200)


_PARTS = {"scope": _("what shall be certified"), "applicant": _("who applies")}
_SHOWN = "shown-"


def _form_of(request: HttpRequest, file: CertificationFile) -> _WriteForm:
    """Return the application form of the scheme: who applies, and how each prerequisite is shown."""
    edition, tag = edition_of(file.edition), reader_tag()
    written = file.answers.get("prerequisites", {})
    initial = {"scope": file.scope, "revision": file.revision, "applicant": file.answers.get("applicant", "")}
    form = _WriteForm(request.POST or None, request.FILES or None, initial=initial)
    classes = [(name, word_of(edition, tag, "labels", name)) for name in applicants_of(edition)]
    if classes:
        form.fields["applicant"] = forms.ChoiceField(
            label=_("Who applies"), choices=[("", NOTHING), *classes], required=False
        )
    for name, refuses in prerequisites_of(edition):
        told = _("How this is shown. Without it the application is refused.") if refuses else _("How this is shown.")
        form.fields[_SHOWN + name] = forms.CharField(
            label=word_of(edition, tag, "labels", name), required=False, max_length=2_000, help_text=told,
            initial=written.get(name, ""), widget=forms.Textarea(attrs={"rows": 2}),
        )  # fmt: skip
    _mark_needed(form, file)
    form.order_fields(["revision", "scope", "applicant", *(name for name in form.fields if name.startswith(_SHOWN))])
    return form


def _mark_needed(form: forms.Form, file: CertificationFile) -> None:
    """Say on the fields without which the application cannot be submitted, or is refused, that they are no option."""
    refusing = {_SHOWN + name: "" for name, refuses in prerequisites_of(edition_of(file.edition)) if refuses}
    documents = {"kind", "content"} if {*missing_parts(file)} & {*documents_asked(file)} else set()
    needed = dict.fromkeys({"scope", "applicant", *documents}, _("(needed to submit)"))
    for name, need in {**refusing, **needed}.items():
        if name in form.fields:
            form.fields[name].need = need  # type: ignore[attr-defined]


def _answers(said: dict[str, Any]) -> dict[str, Any]:
    shown = {name.removeprefix(_SHOWN): text for name, text in said.items() if name.startswith(_SHOWN) and text}
    return {"applicant": said.get("applicant", ""), "prerequisites": shown}


class _WriteForm(forms.Form):
    revision = revision_field()
    scope = forms.CharField(label=_("What shall be certified"), max_length=5_000, required=False,
                            widget=forms.Textarea(attrs={"rows": 4}))  # fmt: skip
    kind = forms.ChoiceField(label=_("Kind of document"), required=False)
    content = forms.FileField(label=_("Document"), required=False)


def _save(person: Person, file: CertificationFile, said: dict[str, Any]) -> None:
    at = timezone.now()
    written = write_application(
        file, scope=str(said["scope"]), answers=_answers(said), by=person, at=at, revision=int(str(said["revision"]))
    )
    if said["content"]:
        add_document(written, str(said["kind"]), said["content"], by=person, at=at)
