"""Acts on decision meetings: name a day, call it off."""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction

from sealmark.core.errors import Problem, SealmarkError
from sealmark_platform.parties.models import Body, Person
from sealmark_platform.records.actions import append_record, commit_to
from sealmark_platform.workbench.models import DecisionMeeting

__all__ = ["CALLERS", "call_meeting", "call_off"]

CALLERS = frozenset({"coordinator", "administrator"})


def call_meeting(body: Body, on: dt.date, place: str, *, by: Person, at: dt.datetime) -> DecisionMeeting:
    """Name a day on which the body decides.

    Raises:
        SealmarkError: SM857 who calls is no coordinator or administrator of the body, the day is over, or there is a
            meeting on it already.
    """
    _require_caller(body, by, at)
    if on < at.date():
        raise SealmarkError(Problem("SM857", "The day of the meeting is over.", fix="Give today or a later day."))
    try:
        with transaction.atomic():
            meeting = DecisionMeeting.objects.create(body=body, on=on, place=place.strip())
            _note(meeting, "call", by, at)
    except IntegrityError:
        raise SealmarkError(Problem("SM857", "There is a meeting on this day already.")) from None
    return meeting


def call_off(meeting: DecisionMeeting, *, by: Person, at: dt.datetime) -> DecisionMeeting:
    """Call a meeting off; calling it off again changes nothing.

    Raises:
        SealmarkError: SM857 who calls it off is no coordinator or administrator of the body.
    """
    _require_caller(meeting.body, by, at)
    with transaction.atomic():
        locked = DecisionMeeting.objects.select_for_update().get(pk=meeting.pk)
        if not locked.is_called_off:
            locked.is_called_off = True
            locked.save(update_fields=["is_called_off"])
            _note(locked, "call-off", by, at)
    return locked


def _require_caller(body: Body, by: Person, at: dt.datetime) -> None:
    held = by.memberships.filter(body=body, function__in=CALLERS)
    if not any(seat.until is None or seat.until >= at.date() for seat in held):
        raise SealmarkError(Problem("SM857", "Meetings are called by a coordinator or administrator of the body."))


def _note(meeting: DecisionMeeting, verb: str, by: Person, at: dt.datetime) -> None:
    append_record(
        f"decision-meeting.{verb}", actor=str(by.pk), at=at, tenant=str(meeting.body_id),
        subject=f"decision-meeting:{meeting.pk}",
        details={"on": meeting.on.isoformat(), "name": commit_to(by.name, about=str(by.pk))},
    )  # fmt: skip
