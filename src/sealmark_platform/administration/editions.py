"""Pages of the editions a body certifies by: adopt, fill open figures, plan a succession, see what it means."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from sealmark.core.errors import Problem, SealmarkError
from sealmark.scheme.comparing import Change
from sealmark.scheme.discovery import editions as installed
from sealmark_platform.administration.access import ORGANIZERS, Desk, desk_of
from sealmark_platform.administration.impact import NO_CASE, Affected, affected, changes_between, try_pending
from sealmark_platform.administration.moving import live_files
from sealmark_platform.administration.people import carried
from sealmark_platform.administration.tasks import NO_FILE, DeskForm, Place, Task, day_field, paged, run_task, status_of
from sealmark_platform.administration.words import AREAS, history_of
from sealmark_platform.api.exports import exported
from sealmark_platform.catalogue.actions.adopting import adopt_edition, give_figures
from sealmark_platform.catalogue.actions.succession import Plan, call_off_succession, plan_succession
from sealmark_platform.catalogue.figures import checked_figures, figures_in_force
from sealmark_platform.catalogue.models import AdoptedEdition
from sealmark_platform.catalogue.queries import edition_of, edition_stamp, figures_supplied, loaded
from sealmark_platform.language import reader_tag

__all__ = ["ADOPT", "FIGURES", "TASKS", "adopt", "editions", "impact", "impact_row", "one", "task"]

_LARGEST = 200_000
_SECONDS = 5.0
"""So long one press of the button may work; the next one goes on."""
_FILES_AT_ONCE = 50


@login_required
def editions(request: HttpRequest, code: str) -> HttpResponseBase:
    """The editions the body certifies by."""
    desk = desk_of(request, code, ORGANIZERS)
    found = desk.body.editions.select_related("successor").annotate(held=Count("files")).order_by("edition")
    shown = {"desk": desk, "tab": "editions", "page": paged(request, found), "on": desk.on}
    return render(request, "administration/editions.html", shown)


def _edition(desk: Desk, pk: str) -> AdoptedEdition:
    return get_object_or_404(desk.body.editions.select_related("successor", "body"), pk=pk)


@login_required
def one(request: HttpRequest, code: str, pk: str) -> HttpResponseBase:
    """One adopted edition with the figures in force."""
    desk = desk_of(request, code, ORGANIZERS)
    adopted = _edition(desk, pk)
    problems: tuple[Problem, ...] = ()
    try:
        figures = figures_in_force(edition_of(adopted), figures_supplied(adopted), desk.on)
    except SealmarkError as error:
        figures, problems = [], error.problems
    shown = {
        "desk": desk, "tab": "editions", "adopted": adopted, "figures": figures, "problems": problems,
        "live": live_files(adopted).count(), "predecessors": adopted.predecessors.all(),
        "entries": history_of(desk.body, f"edition:{adopted.pk}"),
    }  # fmt: skip
    return render(request, "administration/edition.html", shown)


# Adopting and figures --------------------------------------------------------------------------------------------


class _FiguresForm(DeskForm):
    file = forms.FileField(
        label=_("File with the figures of the licence holder (YAML)"), required=False, max_length=200
    )
    overlay = forms.CharField(
        label=_("The figures"), required=False, max_length=_LARGEST, strip=False,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false", "class": "code"}),
        help_text=_("A file that is chosen takes the place of what stands here."),
    )  # fmt: skip

    def clean_file(self) -> str:
        """Return the text of the file."""
        chosen: UploadedFile[Any] | None = self.cleaned_data.get("file")
        if chosen is None:
            return ""
        if (chosen.size or 0) > _LARGEST:
            raise forms.ValidationError(_("The file is too large for a list of figures."))
        try:
            return str(chosen.read(), "utf-8-sig")
        except UnicodeDecodeError:
            raise forms.ValidationError(_("The file is no text in UTF-8.")) from None

    def text(self) -> str:
        """Return the figures that were given."""
        return str(self.cleaned_data["file"] or self.cleaned_data["overlay"])


class _AdoptForm(_FiguresForm):
    edition = forms.ChoiceField(label=_("Edition"))
    field_order = ("edition", "file", "overlay")

    def settle(self) -> None:
        """Offer what is installed and not adopted yet."""
        known = set(self.desk.body.editions.values_list("edition", flat=True))
        self.offer("edition", [(name, _titled(name)) for name, _folder in installed() if name not in known])


def _titled(name: str) -> str:
    wording = loaded(name).wording
    words = wording.get(reader_tag()) or wording["en"]  # type: ignore[call-overload]
    return f"{words.title} ({name})"


def _adopt(desk: Desk, _subject: object, said: Mapping[str, Any]) -> AdoptedEdition:
    text = said["file"] or said["overlay"]
    return adopt_edition(desk.body.pk, said["edition"], at=desk.at, by=desk.by, overlay=text)


def _fill(desk: Desk, adopted: AdoptedEdition, said: Mapping[str, Any]) -> AdoptedEdition:
    return give_figures(adopted, said["file"] or said["overlay"], at=desk.at, by=desk.by, seen=said["seen"])


ADOPT = Task(_("Adopt an edition"), _AdoptForm, _adopt)
FIGURES = Task(
    _("Give the figures"), _FiguresForm, _fill, lambda adopted: {"overlay": adopted.overlay}
)  # fmt: skip


@login_required
def adopt(request: HttpRequest, code: str) -> HttpResponseBase:
    """Adopt an installed edition; before that, see what would be in force."""
    desk = desk_of(request, code)

    def keep(form: _FiguresForm) -> AdoptedEdition:
        return _adopt(desk, None, form.cleaned_data)

    said = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = _AdoptForm(*said, desk=desk)
    place = Place(reverse("editions", args=[code]), str(_("Editions")), "editions")
    return _figures_page(request, desk, form, place, keep=keep, title=_now("Adopt an edition"))


def _give(request: HttpRequest, desk: Desk, adopted: AdoptedEdition) -> HttpResponseBase:
    def keep(form: _FiguresForm) -> AdoptedEdition:
        return _fill(desk, adopted, form.cleaned_data)

    said = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = _FiguresForm(*said, initial={"seen": edition_stamp(adopted), "overlay": adopted.overlay}, desk=desk)
    place = _place(desk, adopted)
    return _figures_page(request, desk, form, place, keep=keep, title=_now("Give the figures"), edition=adopted.edition)


def _figures_page(request: HttpRequest, desk: Desk, form: _FiguresForm, place: Place, **how: Any) -> HttpResponseBase:
    problems: tuple[Problem, ...] = ()
    figures = None
    if request.method == "POST" and form.is_valid():
        try:
            if "look" not in request.POST:
                made = how["keep"](form)
                messages.success(request, _now("Done: %(act)s.") % {"act": how["title"]})
                return redirect("edition", code=desk.body.code, pk=made.pk)
            pack = loaded(how.get("edition") or form.cleaned_data["edition"])
            figures = figures_in_force(pack, checked_figures(pack, form.text(), desk.on), desk.on)
        except SealmarkError as error:
            problems = error.problems
        # The file is not sent again by itself: what was read stands in the field now.
        form.data = {**{name: form.data[name] for name in form.data}, "overlay": form.text()}
    shown = {
        **NO_FILE, "desk": desk, "tab": "editions", "form": form, "problems": problems, "place": place,
        "figures": figures, "title": how["title"], "with_places": True,
    }  # fmt: skip
    status = status_of(problems) if problems or form.errors else 200
    return render(request, "administration/figures.html", shown, status=status)


# Succession ------------------------------------------------------------------------------------------------------


class _SuccessionForm(DeskForm):
    successor = forms.ChoiceField(label=_("Successor"))
    begins_on = day_field(_("First day for new applications"))
    files_until = day_field(
        _("Last day of the old edition"), required=False,
        help_text=_("On this day files move. Left empty: each file moves with its recertification."),
    )  # fmt: skip

    def settle(self) -> None:
        """Offer the other adopted editions of the scheme."""
        scheme = self.subject.edition.partition("/")[0]
        others = self.desk.body.editions.filter(edition__startswith=f"{scheme}/").exclude(pk=self.subject.pk)
        self.offer("successor", [(str(one.pk), one.edition) for one in others.order_by("edition")])


def _plan(desk: Desk, adopted: AdoptedEdition, said: Mapping[str, Any]) -> None:
    successor = desk.body.editions.get(pk=said["successor"])
    plan = Plan(successor, said["begins_on"], said["files_until"])
    plan_succession(adopted, plan, at=desk.at, by=desk.by, seen=said["seen"])


def _call_off(desk: Desk, adopted: AdoptedEdition, said: Mapping[str, Any]) -> None:
    call_off_succession(adopted, at=desk.at, by=desk.by, seen=said["seen"])


TASKS = {
    "succession": Task(_("Plan the succession"), _SuccessionForm, _plan,
                       intro=_("Evaluations that have begun end by the edition they began with.")),
    "call-off": Task(_("Call the succession off"), DeskForm, _call_off),
}  # fmt: skip


def _place(desk: Desk, adopted: AdoptedEdition) -> Place:
    back = reverse("edition", args=[desk.body.code, adopted.pk])
    return Place(back, adopted.edition, "editions", edition_stamp(adopted))


@login_required
def task(request: HttpRequest, code: str, pk: str, task: str) -> HttpResponseBase:
    """Do something about an adopted edition."""
    desk = desk_of(request, code)
    adopted = _edition(desk, pk)
    if task == "figures":
        return _give(request, desk, adopted)
    if task not in TASKS:
        raise Http404
    return run_task(request, desk, TASKS[task], adopted, _place(desk, adopted))


# Impact ----------------------------------------------------------------------------------------------------------

_REASONS = {NO_CASE: _("No case folder is kept with its newest result.")}


@login_required
def impact(request: HttpRequest, code: str, pk: str, successor: str) -> HttpResponseBase:
    """What it would mean that one edition succeeds another: differences, files, grades."""
    desk = desk_of(request, code, ORGANIZERS)
    old, new = _edition(desk, pk), _edition(desk, successor)
    if old.pk == new.pk or old.edition.partition("/")[0] != new.edition.partition("/")[0]:
        raise Http404
    if request.method == "POST":
        left = try_pending(old, new, desk.at, seconds=_SECONDS)
        done = _now("All evidence that is kept was evaluated by the new edition.")
        more = _now("Still to be evaluated: %(count)s. Press again to go on.") % {"count": left}
        messages.success(request, more if left else done)
        return redirect("edition-impact", code=code, pk=old.pk, successor=new.pk)
    files = live_files(old).select_related("organization").order_by("number")
    if request.GET.get("as") in {"csv", "xlsx"}:
        return exported(request.GET["as"], "impact", _COLUMNS, _impact_rows(old, new, list(files)))
    page = paged(request, files)
    changes = changes_between(old, new)
    shown = {
        "desk": desk, "tab": "editions", "old": old, "new": new, "page": page, "carried": carried(request),
        "rows": [{"row": row, "told": _told(row)} for row in affected(old, new, page.object_list, reader_tag())],
        "grading": _named(changes, "affects-grading"), "procedure": _named(changes, "procedure"),
        "others": sum(1 for one in changes if one.affects not in {"affects-grading", "procedure"}),
    }  # fmt: skip
    return render(request, "administration/impact.html", shown)


def _named(changes: Iterable[Change], affects: str) -> list[tuple[Change, object]]:
    """Return the changes of one weight, each with the word for what it changes."""
    return [(one, AREAS.get(one.area, one.area)) for one in changes if one.affects == affects]


_COLUMNS = ["number", "organization", "status", "certificate", "moves_on", "grade", "new_grade", "reason"]


def _told(row: Affected) -> str:
    """Return why the grade under the new edition is not known, if it is not."""
    if not row.grade and not row.has_case:
        return _now("It has no result yet.")
    if not row.has_case:
        return str(_REASONS[NO_CASE])
    if row.trial is None:
        return _now("Not evaluated yet.")
    return "" if row.trial.is_certifiable is not None else row.trial.reason


def _impact_rows(old: AdoptedEdition, new: AdoptedEdition, files: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(files), _FILES_AT_ONCE):
        for row in affected(old, new, files[start : start + _FILES_AT_ONCE], reader_tag()):
            yield list(impact_row(row).values())


def impact_row(row: Affected) -> dict[str, Any]:
    """Return what a succession means for one file, by the names of the columns."""
    file, certificate = row.file, row.certificate
    known = row.trial is not None and row.trial.is_certifiable is not None
    grade = (row.new_grade or _now("no grade")) if known else _now("not determined")
    values = (
        file.number, file.organization.name, file.status, "" if certificate is None else certificate.status,
        row.moves_on, row.grade, grade, _told(row),
    )  # fmt: skip
    return dict(zip(_COLUMNS, values, strict=True))
