"""Everybody's own: what ties them to organizations, when they are away, and how they want their mail."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings as project
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from sealmark_platform.administration.access import Desk, bodies_run, person_of
from sealmark_platform.administration.calendars import LeaveForm
from sealmark_platform.administration.people import EndForm, TieForm
from sealmark_platform.administration.tasks import NO_FILE, DeskForm, Place, Task, run_task
from sealmark_platform.parties.actions import calendars as keep
from sealmark_platform.parties.actions.competence import Bond, client_named, declare_tie, end_tie
from sealmark_platform.parties.actions.mailbox import change_mailbox
from sealmark_platform.parties.models import Body, Leave, Mailbox, Membership, Person, PersonTie
from sealmark_platform.parties.queries import clients_of, current

__all__ = [
    "bodies_worked_for", "body_for_end", "declarations", "end_declaration", "leave", "my_settings", "take_back_leave",
    "take_own_leave",
]  # fmt: skip


def bodies_worked_for(person: Person) -> list[Body]:
    """Return the bodies a person works for today."""
    held = Membership.objects.filter(current(timezone.now().date()), person=person)
    return list(Body.objects.filter(pk__in=held.values("body")).order_by("name"))


def _desk(person: Person, body: Body) -> Desk:
    return Desk(body, person, timezone.now(), is_administrator=False)


class _DeclareForm(TieForm):
    body = forms.ChoiceField(label=_("Certification body"))
    field_order = ("body", "organization", "kind", "until", "note")

    def settle(self) -> None:
        """Offer the bodies one works for."""
        self.offer("body", [(body.code, body.name) for body in bodies_worked_for(self.desk.by)])


def _declare(desk: Desk, person: Person, said: Mapping[str, Any]) -> None:
    body = next(one for one in bodies_worked_for(person) if one.code == said["body"])
    organization = client_named(said["organization"], body)
    declare_tie(body, person, organization, Bond(said["kind"], said["until"], said["note"]), by=person, at=desk.at)


_DECLARE = Task(
    _("Declare a tie"), _DeclareForm, _declare,
    intro=_("Employment, consultancy you gave, own interests: also those of people close to you."),
)  # fmt: skip


@login_required
def declarations(request: HttpRequest) -> HttpResponseBase:
    """What the reader has declared, and a form for more."""
    person = person_of(request)
    bodies = bodies_worked_for(person)
    if not bodies:
        raise Http404
    ties = person.person_ties.select_related("organization").order_by("organization__name", "pk")
    place = Place(reverse("my-declarations"), "", "", "", {"ties": ties, "is_own": True, "on": timezone.now().date()})
    return run_task(request, _desk(person, bodies[0]), _DECLARE, person, place)


def _end(desk: Desk, tie: PersonTie, said: Mapping[str, Any]) -> None:
    end_tie(desk.body, tie, until=said["until"], by=desk.by, at=desk.at)


_END = Task(_("End the tie"), EndForm, _end, intro=_("The cooling-off period begins after the last day."))


@login_required
def end_declaration(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Let an own tie end."""
    person = person_of(request)
    tie = person.person_ties.select_related("organization").filter(pk=pk).first()
    body = None if tie is None else body_for_end(person, tie)
    if tie is None or body is None:
        raise Http404
    desk = _desk(person, body)
    place = Place(reverse("my-declarations"), str(tie.organization), "", "", {"is_own": True})
    chosen = Task(_END.title, _END.form, _END.do, lambda _tie: {"until": desk.on}, _END.intro)
    return run_task(request, desk, chosen, tie, place)


def body_for_end(person: Person, tie: PersonTie) -> Body | None:
    """Return the body in whose trail the end of an own tie stands: one that it concerns, if there is one."""
    bodies = bodies_worked_for(person)
    return next((body for body in bodies if _concerns(tie, body)), bodies[0] if bodies else None)


def _concerns(tie: PersonTie, body: Body) -> bool:
    return clients_of(body).filter(pk=tie.organization_id).exists()


class _OwnLeaveForm(LeaveForm):
    body = forms.ChoiceField(label=_("Certification body"), required=False)
    field_order = ("body", "first", "last")

    def settle(self) -> None:
        """Offer the bodies one works for, or all of them at once."""
        known = [(body.code, body.name) for body in bodies_worked_for(self.desk.by)]
        self.offer("body", known if len(known) == 1 else [("", _("all that I work for")), *known])


def take_own_leave(person: Person, code: str, days: tuple[dt.date, dt.date], *, at: dt.datetime) -> list[Leave]:
    """Note that one is away: in one body, or in all that one works for when no code is given."""
    with transaction.atomic():
        return [
            keep.take_leave(body, person, days, by=person, at=at)
            for body in bodies_worked_for(person) if code in {"", body.code}
        ]  # fmt: skip


def _take_leave(desk: Desk, person: Person, said: Mapping[str, Any]) -> None:
    take_own_leave(person, said["body"], (said["first"], said["last"]), at=desk.at)


_LEAVE = Task(
    _("Note leave"), _OwnLeaveForm, _take_leave,
    intro=_("From when to when you are away. Why is not asked, and not kept."),
)  # fmt: skip


@login_required
def leave(request: HttpRequest) -> HttpResponseBase:
    """When the reader is away, and a form for more."""
    person = person_of(request)
    bodies = bodies_worked_for(person)
    if not bodies:
        raise Http404
    found = person.leaves.select_related("body").order_by("-last", "body__name")
    more = {"leave": found, "is_own": True, "on": timezone.now().date()}
    return run_task(request, _desk(person, bodies[0]), _LEAVE, person, Place(reverse("my-leave"), "", "", "", more))


def _take_back(desk: Desk, found: Leave, _said: object) -> None:
    keep.take_back_leave(found, by=desk.by, at=desk.at)


_TAKE_BACK = Task(_("Take the leave back"), DeskForm, _take_back)


@login_required
def take_back_leave(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take own leave back."""
    person = person_of(request)
    found = person.leaves.select_related("body", "person").filter(pk=pk).first()
    if found is None:
        raise Http404
    days = f"{date_format(found.first)} \N{EN DASH} {date_format(found.last)}"
    place = Place(reverse("my-leave"), days, "", "", {"is_own": True})
    return run_task(request, _desk(person, found.body), _TAKE_BACK, found, place)


class _MineForm(forms.Form):
    language = forms.ChoiceField(label=_("Language"), choices=project.LANGUAGES, help_text=_("Of pages and mails."))
    rhythm = forms.ChoiceField(label=_("When mail goes out"), choices=Mailbox.Rhythm.choices)


@login_required
def my_settings(request: HttpRequest) -> HttpResponseBase:
    """The reader's language and how they want their mail."""
    person = person_of(request)
    box = Mailbox.objects.filter(person=person).first()
    start = {"language": person.language, "rhythm": Mailbox.Rhythm.AT_ONCE if box is None else box.rhythm}
    form = _MineForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        change_mailbox(person, **form.cleaned_data, at=timezone.now())
        messages.success(request, _now("Your settings are kept."))
        response = redirect("my-settings")
        response.delete_cookie("language")
        return response
    runs = bodies_run(person, timezone.now().date()).exists()
    shown = {**NO_FILE, "form": form, "works": bool(bodies_worked_for(person)), "runs": runs}
    return render(request, "administration/mine.html", shown, status=422 if form.errors else 200)
