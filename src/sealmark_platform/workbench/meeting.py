"""The decision meeting: what waits for the decision, with the vote of who sits there; and the minutes of a day."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from sealmark.certify import Act
from sealmark.core.errors import Problem, SealmarkError
from sealmark_platform.casework.forms import begin_empty, form_of
from sealmark_platform.casework.models import Decision, Evaluation, Participation
from sealmark_platform.casework.performing import is_open, open_acts, perform
from sealmark_platform.casework.queries.access import fetch_subject
from sealmark_platform.casework.queries.desks import bodies_of
from sealmark_platform.casework.queries.meetings import (
    Seen,
    days_decided,
    decided_on,
    findings_left,
    to_be_decided,
)
from sealmark_platform.casework.queries.results import grade_words
from sealmark_platform.casework.queries.summary import ladder_chances
from sealmark_platform.catalogue.queries import edition_of
from sealmark_platform.language import reader_tag
from sealmark_platform.parties.models import Person
from sealmark_platform.workbench.convene import may_call
from sealmark_platform.workbench.models import DecisionMeeting

__all__ = ["meeting", "minutes"]

_AT_THE_TABLE = ("decider", "coordinator", "administrator", "observer")
_VOTE = "evaluation.vote"
_OFFERED = ("evaluation.decide", "evaluation.defer", "evaluation.send-back", "evaluation.step-aside")


@login_required
def meeting(request: HttpRequest) -> HttpResponse:
    """Everything that waits for the decision; a vote is cast here, the decision on its own form."""
    assert isinstance(request.user, Person)
    bodies = list(bodies_of(request.user, _AT_THE_TABLE).values_list("pk", flat=True))
    on, asked = timezone.now().date(), request.POST.get("evaluation", "")
    form: Any = None
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        form, problems = _voted(request, asked)
        if form is None:
            messages.success(request, _("Your vote is cast."))
            return redirect("meeting")
    parts = [_part(seen, request.user, on) for seen in to_be_decided(request.user, on, bodies)]
    for part in parts:
        if str(part["evaluation"].pk) == asked:
            part["form"], part["problems"] = form, problems
    coming = DecisionMeeting.objects.filter(body__in=bodies, on__gte=on, is_called_off=False)
    context = {
        "parts": parts, "today": on, "days": days_decided(request.user, on, bodies),
        "meetings": coming.select_related("body").order_by("on", "body__name"), "may_call": may_call(request.user),
    }  # fmt: skip
    return render(request, "workbench/meeting.html", context, status=422 if asked else 200)


def _voted(request: HttpRequest, pk: str) -> tuple[Any, tuple[Problem, ...]]:
    """Return nothing once the vote is cast; otherwise its form with what is wrong."""
    assert isinstance(request.user, Person)
    try:
        evaluation = fetch_subject(request.user, Evaluation, pk, timezone.now().date())
    except ValidationError:
        raise Http404 from None
    if not is_open(_VOTE, evaluation, request.user, timezone.now().date()):
        raise PermissionDenied
    form = begin_empty(form_of(_VOTE, evaluation)(request.POST, auto_id=f"vote-{evaluation.pk}-%s"))
    if not form.is_valid():
        return form, ()
    try:
        perform(_VOTE, evaluation, form.cleaned_data, by=request.user, at=timezone.now())
    except SealmarkError as error:
        return form, error.problems
    return None, ()


def _part(seen: Seen, person: Person, on: dt.date) -> dict[str, Any]:
    """Return what the agenda shows of one evaluation."""
    one = seen.evaluation
    edition, tag = edition_of(one.file.edition), reader_tag()
    offered = sorted((act for act in open_acts(one, person, on) if act.id in _OFFERED), key=_in_order)
    sits = seen.place == "sits"
    votes = [vote for vote in one.votes.all() if not vote.participation.stepped_aside]
    return {
        "evaluation": one, "file": one.file, "place": seen.place,
        "side": Participation.Side(seen.side).label if seen.side else "",
        "grade": grade_words(edition, tag, one.grade), "findings": findings_left(one), "votes": votes,
        "needed": one.file.body.votes_needed, "acts": offered if sits else [], "problems": (),
        "ladders": [] if one.result is None else ladder_chances(edition, one.result, tag),
        "form": _vote_form(one) if sits else None, "has_voted": any(_is_of(vote, person) for vote in votes),
        "deciders": [seat for seat in one.participations.all() if seat.side.endswith("decision")],
    }  # fmt: skip


def _in_order(act: Act) -> int:
    return _OFFERED.index(act.id)


def _is_of(vote: Any, person: Person) -> bool:
    return bool(vote.participation.person_id == person.pk)


def _vote_form(evaluation: Evaluation) -> Any:
    kind = form_of(_VOTE, evaluation)
    return begin_empty(kind(initial={"revision": evaluation.revision}, auto_id=f"vote-{evaluation.pk}-%s"))


@login_required
def minutes(request: HttpRequest, day: str) -> HttpResponse:
    """What was decided on a day, by whom, with the votes and who stepped aside."""
    assert isinstance(request.user, Person)
    try:
        asked = dt.date.fromisoformat(day)
    except ValueError:
        raise Http404 from None
    bodies = list(bodies_of(request.user, _AT_THE_TABLE).values_list("pk", flat=True))
    parts = [_decided(one) for one in decided_on(request.user, timezone.now().date(), asked, bodies)]
    return render(request, "workbench/minutes.html", {"day": asked, "parts": parts})


def _decided(one: Decision) -> dict[str, Any]:
    subject = one.evaluation or one.certificate
    assert subject is not None
    votes = [] if one.evaluation is None else list(one.evaluation.votes.all())
    seats = [] if one.evaluation is None else one.evaluation.participations.all()
    grade = grade_words(
        edition_of(subject.file.edition if one.certificate is None else one.certificate.granted_by),
        reader_tag(),
        one.grade,
    )
    return {
        "decision": one, "file": subject.file, "evaluation": one.evaluation, "grade": grade, "votes": votes,
        "aside": [seat for seat in seats if seat.stepped_aside],
    }  # fmt: skip
