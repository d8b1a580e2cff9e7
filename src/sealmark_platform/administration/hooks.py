"""Pages of the webhooks of a body: which other systems are told of its acts, and what came of it."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from sealmark.certify import ACTS
from sealmark.core.errors import Problem, SealmarkError
from sealmark_platform.administration.access import Desk, desk_of
from sealmark_platform.administration.people import carried
from sealmark_platform.administration.tasks import NO_FILE, DeskForm, paged, status_of
from sealmark_platform.administration.words import history_of
from sealmark_platform.api.models import Webhook
from sealmark_platform.api.webhooks import end_webhook, make_webhook, pause_webhook, resume_webhook

__all__ = ["hook", "hooks"]

_SUBJECTS = {
    "application": _("applications"),
    "evaluation": _("evaluations"),
    "finding": _("findings"),
    "certificate": _("certificates"),
    "objection": _("complaints and appeals"),
}


class _HookForm(DeskForm):
    address = forms.URLField(
        label=_("Address"), max_length=500, assume_scheme="https",
        help_text=_("https, a public host. It hears of what happens from now on."),
    )  # fmt: skip
    kinds = forms.MultipleChoiceField(
        label=_("What it is told of"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: everything."),
    )  # fmt: skip

    def settle(self) -> None:
        """Offer the subjects of acts."""
        known = dict.fromkeys(act.partition(".")[0] for act in ACTS)
        self.offer("kinds", [(name, _SUBJECTS.get(name, name)) for name in known])


@never_cache
@login_required
def hooks(request: HttpRequest, code: str) -> HttpResponseBase:
    """The webhooks of the body; the secret of a new one is shown once."""
    desk = desk_of(request, code)
    form = _HookForm(request.POST or None, desk=desk)
    problems: tuple[Problem, ...] = ()
    secret = ""
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            _made, secret = make_webhook(desk.body, said["address"], said["kinds"], by=desk.by, at=desk.at)
            form = _HookForm(desk=desk)
        except SealmarkError as error:
            problems = error.problems
    found = desk.body.webhooks.order_by("ended_at", "-made_at")
    shown = {**NO_FILE, "desk": desk, "tab": "webhooks", "form": form, "problems": problems, "secret": secret,
             "page": paged(request, found), "carried": carried(request)}  # fmt: skip
    return render(request, "administration/webhooks.html", shown, status=_status(form, problems))


def _status(form: DeskForm, problems: tuple[Problem, ...]) -> int:
    return status_of(problems) if problems or form.errors else 200


def _hook(desk: Desk, pk: str) -> Webhook:
    return get_object_or_404(desk.body.webhooks, pk=pk)


@login_required
def hook(request: HttpRequest, code: str, pk: str) -> HttpResponseBase:
    """One webhook with what was sent to it; by its buttons it pauses, goes on, or is told nothing any more."""
    desk = desk_of(request, code)
    found = _hook(desk, pk)
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        try:
            return _pressed(request, desk, found)
        except SealmarkError as error:
            problems = error.problems
    shown = {
        **NO_FILE, "desk": desk, "tab": "webhooks", "hook": found, "problems": problems,
        "page": paged(request, found.deliveries.order_by("-entry")),
        "kinds": [_SUBJECTS.get(kind, kind) for kind in found.kinds],
        "entries": history_of(desk.body, f"webhook:{found.pk}"),
    }  # fmt: skip
    return render(request, "administration/webhook.html", shown, status=status_of(problems) if problems else 200)


def _pressed(request: HttpRequest, desk: Desk, found: Webhook) -> HttpResponseBase:
    """Do what the pressed button says."""
    did = request.POST.get("do", "end")
    if did == "end":
        end_webhook(found, desk.at, by=desk.by)
        messages.success(request, _now("It is told nothing any more."))
        return redirect("webhooks", code=desk.body.code)
    if did == "pause":
        pause_webhook(found, desk.at, by=desk.by)
        messages.success(request, _now("It is told nothing until it goes on."))
    else:
        resume_webhook(found, desk.at, by=desk.by)
        messages.success(request, _now("It goes on, with what happened meanwhile first."))
    return redirect("webhook", code=desk.body.code, pk=found.pk)
