"""One way to ask for what a change needs and to make it: form, refusal, done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise

from sealmark.core.errors import Problem, SealmarkError
from sealmark_platform.administration.access import Desk

__all__ = ["NO_FILE", "DeskForm", "Place", "Task", "day_field", "paged", "run_task", "status_of"]

PER_PAGE = 50
NO_FILE = {"file": {"edition": None}}
"""Where no certification file is, problems are told without the words of its scheme."""


def day_field(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateField:
    """Return a field for a day."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, widget=widget, help_text=help_text)


class DeskForm(forms.Form):
    """A form that knows who fills it in, about whom, and what the page showed."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *said: Any, desk: Desk, subject: Any = None, **more: Any) -> None:
        super().__init__(*said, **more)
        self.desk, self.subject = desk, subject
        self.settle()

    def settle(self) -> None:
        """Fill in what can be chosen."""

    def offer(self, name: str, choices: list[tuple[str, Any]]) -> None:
        """Let a field choose among these."""
        chosen = self.fields[name]
        assert isinstance(chosen, forms.ChoiceField)
        chosen.choices = choices


@dataclass(frozen=True)
class Task:
    """Something that can be done with a subject.

    Attributes:
        title: Of the page and of its button.
        form: What is asked for.
        do: Makes the change: desk, subject, what was said.
        initial: What the form shows at first.
        intro: A sentence before the form.
        is_final: Whether the page warns.
    """

    title: str | Promise
    form: type[DeskForm]
    do: Callable[[Desk, Any, Mapping[str, Any]], object]
    initial: Callable[[Any], Mapping[str, Any]] = lambda _subject: {}
    intro: str | Promise = ""
    is_final: bool = False


@dataclass(frozen=True)
class Place:
    """Where a task is done, and where one goes afterwards.

    Attributes:
        back: Address of the page it belongs to.
        name: Of the subject.
        tab: Part of the administration.
        stamp: Of what the page shows.
    """

    back: str
    name: str
    tab: str
    stamp: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)


def status_of(problems: tuple[Problem, ...]) -> int:
    """Return the status of the answer that tells problems."""
    return 409 if any(one.code == "SM801" for one in problems) else 422


def run_task(request: HttpRequest, desk: Desk, task: Task, subject: Any, place: Place) -> HttpResponse:
    """Ask for what a task needs, or do it and go back."""
    said = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    start = {"seen": place.stamp, **task.initial(subject)}
    form = task.form(*said, initial=start, desk=desk, subject=subject)
    problems: tuple[Problem, ...] = ()
    if request.method == "POST" and form.is_valid():
        try:
            told = task.do(desk, subject, form.cleaned_data)
        except SealmarkError as error:
            problems = error.problems
        else:
            messages.success(request, str(told) if isinstance(told, str | Promise) else str(_done(task)))
            return redirect(place.back)
    status = status_of(problems) if problems or form.errors else 200
    shown = {
        **NO_FILE,
        "desk": desk,
        "task": task,
        "form": form,
        "problems": problems,
        "place": place,
        "tab": place.tab,
    }
    return render(request, "administration/task.html", {**shown, **place.more}, status=status)


def _done(task: Task) -> str:
    from django.utils.translation import gettext as _

    return _("Done: %(act)s.") % {"act": task.title}


def paged(request: HttpRequest, found: QuerySet[Any]) -> Page[Any]:
    """Return the page of a list that is asked for."""
    return Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
