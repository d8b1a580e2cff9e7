"""Pages of the organizations a body looks after: particulars, sites, who speaks for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from sealmark_platform.administration.access import ORGANIZERS, Desk, desk_of
from sealmark_platform.administration.people import carried, invited
from sealmark_platform.administration.tasks import DeskForm, Place, Task, day_field, paged, run_task
from sealmark_platform.administration.words import history_of
from sealmark_platform.api.exports import exported
from sealmark_platform.parties.actions import organizations as keep
from sealmark_platform.parties.actions.people import account_of
from sealmark_platform.parties.models import Organization, Representation, Site
from sealmark_platform.parties.queries import clients_of, is_kept_alone, organization_stamp
from sealmark_platform.parties.sitelist import COLUMNS, NewSite, read_sites

__all__ = ["ADD", "CLOSE", "END", "TASKS", "add", "end_representation", "one", "organizations", "site_close", "task"]


@login_required
def organizations(request: HttpRequest, code: str) -> HttpResponseBase:
    """The clients of the body."""
    desk = desk_of(request, code, ORGANIZERS)
    query = request.GET.get("q", "").strip()
    found = clients_of(desk.body)
    if query:
        words = Q(name__icontains=query) | Q(register_number__icontains=query) | Q(city__icontains=query)
        found = found.filter(words)
    if request.GET.get("as") in {"csv", "xlsx"}:
        return exported(request.GET["as"], "organizations", [*keep.PARTICULARS, "sites"], _rows(found))
    counted = found.annotate(
        open_sites=Count("sites", filter=Q(sites__closed_on=None), distinct=True),
        our_files=Count("files", filter=Q(files__body=desk.body), distinct=True),
    ).order_by("name", "pk")
    shown = {"desk": desk, "tab": "organizations", "page": paged(request, counted), "query": query,
             "carried": carried(request)}  # fmt: skip
    return render(request, "administration/organizations.html", shown)


def _rows(found: QuerySet[Organization]) -> Iterator[list[Any]]:
    counted = found.annotate(open_sites=Count("sites", filter=Q(sites__closed_on=None))).order_by("name", "pk")
    for one in counted.iterator(chunk_size=500):
        yield [*(getattr(one, name) for name in keep.PARTICULARS), one.open_sites]


def _client(desk: Desk, pk: str) -> Organization:
    return get_object_or_404(clients_of(desk.body), pk=pk)


@login_required
def one(request: HttpRequest, code: str, pk: str) -> HttpResponseBase:
    """One client of the body."""
    desk = desk_of(request, code, ORGANIZERS)
    found = _client(desk, pk)
    shown = {
        "desk": desk, "tab": "organizations", "organization": found, "may_change": is_kept_alone(found, desk.body),
        "sites": paged(request, found.sites.order_by("closed_on", "code")), "columns": ",".join(COLUMNS),
        "representatives": found.representations.select_related("person").order_by("person__name"),
        "files": found.files.filter(body=desk.body).select_related("edition").order_by("-number")[:50],
        "entries": history_of(desk.body, f"organization:{found.pk}"),
    }  # fmt: skip
    return render(request, "administration/organization.html", shown)


# Tasks -----------------------------------------------------------------------------------------------------------


class _OrganizationForm(DeskForm):
    name = forms.CharField(label=_("Name"), max_length=300)
    register_number = forms.CharField(label=_("Number in the commercial register"), max_length=60, required=False)
    country = forms.CharField(label=_("Country"), min_length=2, max_length=2, help_text=_("Two letters, such as GB."))
    city = forms.CharField(label=_("City"), max_length=100, required=False)
    address = forms.CharField(
        label=_("Address"), max_length=1_000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    sector = forms.CharField(label=_("Sector"), max_length=60, required=False)
    employees = forms.IntegerField(label=_("Employees"), min_value=0, max_value=10_000_000, required=False)


class _SiteForm(DeskForm):
    code = forms.SlugField(label=_("Code"), max_length=60, help_text=_("Letters, digits and hyphens."))
    name = forms.CharField(label=_("Name"), max_length=200)
    city = forms.CharField(label=_("City"), max_length=100, required=False)
    group = forms.CharField(label=_("Group"), max_length=60, required=False)
    is_central = forms.BooleanField(label=_("Central function"), required=False)


class _SitesForm(DeskForm):
    file = forms.FileField(label=_("List of sites (CSV)"), max_length=200)


class _CloseForm(DeskForm):
    on = day_field(_("Last day"))


class _RepresentativeForm(DeskForm):
    email = forms.EmailField(label=_("E-mail"), help_text=_("The invitation goes there."))
    name = forms.CharField(label=_("Name"), max_length=200)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    may_sign = forms.BooleanField(label=_("May sign for the organization"), required=False)


def _how(desk: Desk, said: Mapping[str, Any]) -> dict[str, Any]:
    return {"by": desk.by, "at": desk.at, "seen": said["seen"]}


def _change(desk: Desk, found: Organization, said: Mapping[str, Any]) -> None:
    keep.change_organization(desk.body, found, said, **_how(desk, said))


def _add(desk: Desk, _subject: object, said: Mapping[str, Any]) -> None:
    keep.add_organization(desk.body, said, by=desk.by, at=desk.at)


def _site(desk: Desk, found: Organization, said: Mapping[str, Any]) -> None:
    new = NewSite(said["code"], said["name"], said["city"], said["group"], said["is_central"])
    keep.add_sites(desk.body, found, [new], **_how(desk, said))


def _sites(desk: Desk, found: Organization, said: Mapping[str, Any]) -> None:
    taken = list(found.sites.values_list("code", flat=True))
    listed = read_sites(said["file"].read(), "sites.csv", taken=taken)
    keep.add_sites(desk.body, found, listed, **_how(desk, said))


def _representative(desk: Desk, found: Organization, said: Mapping[str, Any]) -> str:
    account = account_of(said["email"], said["name"], language=said["language"])
    keep.add_representative(desk.body, found, account, may_sign=said["may_sign"], **_how(desk, said))
    account.refresh_from_db()
    return invited(desk, account)


def _close(desk: Desk, site: Site, said: Mapping[str, Any]) -> None:
    keep.close_site(desk.body, site.organization, site, on=said["on"], **_how(desk, said))


def _end(desk: Desk, seat: Representation, said: Mapping[str, Any]) -> None:
    keep.end_representation(desk.body, seat, **_how(desk, said))


def _particulars(found: Organization) -> dict[str, Any]:
    return {name: getattr(found, name) for name in keep.PARTICULARS}


ADD = Task(_("Take an organization down"), _OrganizationForm, _add)
CLOSE = Task(_("Close the site"), _CloseForm, _close, intro=_("A closed site is drawn no more; what was found stays."))
END = Task(
    _("Remove the representative"), DeskForm, _end,
    intro=_("The person sees the files of the organization no more. That they worked there stays known."),
)  # fmt: skip
TASKS: dict[str, Task] = {
    "change": Task(_("Change the particulars"), _OrganizationForm, _change, _particulars),
    "site": Task(_("Add a site"), _SiteForm, _site),
    "sites": Task(
        _("Add a list of sites"), _SitesForm, _sites,
        intro=_("The first row names the columns: code, name, city, central, group. All rows are added, or none."),
    ),
    "representative": Task(_("Add a representative"), _RepresentativeForm, _representative),
}  # fmt: skip


@login_required
def add(request: HttpRequest, code: str) -> HttpResponseBase:
    """Take an organization down."""
    desk = desk_of(request, code, ORGANIZERS)
    back = reverse("organizations", args=[code])
    return run_task(request, desk, ADD, None, Place(back, str(_("Organizations")), "organizations"))


def _place(desk: Desk, found: Organization) -> Place:
    back = reverse("organization", args=[desk.body.code, found.pk])
    return Place(back, found.name, "organizations", organization_stamp(found.pk))


@login_required
def task(request: HttpRequest, code: str, pk: str, task: str) -> HttpResponseBase:
    """Do something about an organization."""
    desk = desk_of(request, code, ORGANIZERS)
    found = _client(desk, pk)
    if task not in TASKS:
        raise Http404
    return run_task(request, desk, TASKS[task], found, _place(desk, found))


@login_required
def site_close(request: HttpRequest, code: str, pk: str, site: str) -> HttpResponseBase:
    """Close a site."""
    desk = desk_of(request, code, ORGANIZERS)
    found = _client(desk, pk)
    place = found.sites.filter(pk=site, closed_on=None).first()
    if place is None:
        raise Http404
    return run_task(request, desk, CLOSE, place, _place(desk, found))


@login_required
def end_representation(request: HttpRequest, code: str, pk: str, seat: int) -> HttpResponseBase:
    """Let somebody speak for an organization no more."""
    desk = desk_of(request, code, ORGANIZERS)
    found = _client(desk, pk)
    held = found.representations.filter(pk=seat).first()
    if held is None:
        raise Http404
    return run_task(request, desk, END, held, _place(desk, found))
