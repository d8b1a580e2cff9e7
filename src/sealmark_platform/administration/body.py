"""The first page of the administration, and the settings of a body."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sealmark_platform.administration.access import ADMINISTRATORS, Desk, bodies_run, desk_of, person_of
from sealmark_platform.administration.people import TAGS
from sealmark_platform.administration.tasks import DeskForm, Place, Task, run_task
from sealmark_platform.administration.words import history_of
from sealmark_platform.parties.actions.bodies import SETTINGS, change_settings
from sealmark_platform.parties.models import Body
from sealmark_platform.parties.queries import body_stamp, current

__all__ = ["TASK", "administration", "settings"]


@login_required
def administration(request: HttpRequest) -> HttpResponseBase:
    """The bodies the reader administers; who administers one goes there."""
    person, on = person_of(request), timezone.now().date()
    run = list(bodies_run(person, on))
    if not run:
        if person.memberships.filter(current(on)).exists():
            raise PermissionDenied
        raise Http404
    administered = set(bodies_run(person, on, ADMINISTRATORS).values_list("pk", flat=True))
    ways = [(body, reverse("people" if body.pk in administered else "organizations", args=[body.code])) for body in run]
    if len(ways) == 1:
        return redirect(ways[0][1])
    return render(request, "administration/bodies.html", {"ways": ways})


class _SettingsForm(DeskForm):
    name = forms.CharField(label=_("Name"), max_length=200, help_text=_("As certificates show it."))
    country = forms.CharField(label=_("Country"), min_length=2, max_length=2, help_text=_("Two letters, such as GB."))
    address = forms.CharField(
        label=_("Address"), max_length=1_000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages in which it evaluates"), choices=TAGS, widget=forms.CheckboxSelectMultiple,
        required=False, help_text=_("None chosen: all of them."),
    )  # fmt: skip
    cooling_off_days = forms.IntegerField(
        label=_("Cooling-off period in days"), min_value=0, max_value=3_660,
        help_text=_("So long nobody handles the files of an organization they worked for or advised."),
    )  # fmt: skip
    reviewer_may_decide = forms.BooleanField(label=_("The same person may review and decide"), required=False)
    votes_needed = forms.IntegerField(label=_("Votes needed for a decision"), min_value=1, max_value=25)
    rotation_evaluations = forms.IntegerField(
        label=_("Evaluations in a row that one person may lead"), min_value=0, max_value=50,
        help_text=_("0: no limit."),
    )  # fmt: skip


def _change(desk: Desk, body: Body, said: Mapping[str, Any]) -> None:
    change_settings(body, {**said, "languages": said["languages"] or None}, by=desk.by, at=desk.at, seen=said["seen"])


TASK = Task(
    _("Change the settings"), _SettingsForm, _change, lambda body: {name: getattr(body, name) for name in SETTINGS}
)


@login_required
def settings(request: HttpRequest, code: str) -> HttpResponseBase:
    """The settings of a body."""
    desk = desk_of(request, code)
    back = reverse("body-settings", args=[code])
    more = {"entries": history_of(desk.body, f"body:{desk.body.pk}")}
    place = Place(back, desk.body.name, "settings", body_stamp(desk.body), more)
    return run_task(request, desk, TASK, desk.body, place)
