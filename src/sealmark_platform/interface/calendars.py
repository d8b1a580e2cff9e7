"""Working days, holidays and leave: read by planners, and everybody's own leave."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from sealmark_platform.administration.access import ORGANIZERS, desk_for
from sealmark_platform.administration.own import bodies_worked_for, take_own_leave
from sealmark_platform.api.filling import KEY, require_text
from sealmark_platform.api.identity import ACTING, READING, person_of
from sealmark_platform.api.listing import Asked, Listing, Page, filtered, listed
from sealmark_platform.api.problems import refuse
from sealmark_platform.api.replays import once
from sealmark_platform.parties.actions.calendars import take_back_leave
from sealmark_platform.parties.calendars import WORKING_WEEK
from sealmark_platform.parties.models import Body, Holiday, Leave

__all__ = ["router"]

router = Router(auth=READING, tags=["desk"])
_LARGEST_KEY = 2**63 - 1


class WorkingDays(Schema):
    """On which days of the week a body works."""

    working_days: list[str]


class HolidayRow(Schema):
    """One day on which a body does not work."""

    id: int
    on: dt.date
    name: str


class LeaveRow(Schema):
    """Days on which somebody does not work for a body."""

    id: int
    person: uuid.UUID
    person_name: str
    first: dt.date
    last: dt.date


class OwnLeaveRow(Schema):
    """Days on which the reader does not work for a body."""

    id: int
    body: str
    first: dt.date
    last: dt.date


class TakeLeave(Schema):
    """From when to when one is away."""

    body: str = Field("", max_length=12, description="Code of the body; empty: all that one works for.")
    first: dt.date
    last: dt.date


_HOLIDAYS = Listing("holidays", HolidayRow, ("on", "id"))
_LEAVE = Listing("leave", LeaveRow, ("first", "id"), {"person": "person_id", "person_name": "person__name"})
_OWN = Listing("my-leave", OwnLeaveRow, ("first", "id"), {"body": "body__code"})


class _AskedHolidays(Asked):
    year: int | None = Field(None, ge=1, le=9999)


class _AskedLeave(Asked):
    person: uuid.UUID | None = None
    first: dt.date | None = Field(None, description="Leave that ends on this day or later.")
    last: dt.date | None = Field(None, description="Leave that begins on this day or earlier.")


def _body(request: HttpRequest, code: str) -> Body:
    return desk_for(person_of(request), code, ORGANIZERS).body


@router.get("/bodies/{slug:code}/working-days", response=WorkingDays, operation_id="get_working_days")
def get_working_days(request: HttpRequest, code: str) -> Any:
    """On which days of the week the body works."""
    return {"working_days": _body(request, code).working_days or list(WORKING_WEEK)}


@router.get("/bodies/{slug:code}/holidays", response=Page[HolidayRow], operation_id="list_holidays")
def list_holidays(request: HttpRequest, code: str, asked: Query[_AskedHolidays]) -> Any:
    """The days on which the body does not work."""
    found = Holiday.objects.filter(body=_body(request, code))
    return listed(_HOLIDAYS, filtered(request, found, asked, {"year": "on__year"}), asked)


@router.get("/bodies/{slug:code}/leave", response=Page[LeaveRow], operation_id="list_leave")
def list_leave(request: HttpRequest, code: str, asked: Query[_AskedLeave]) -> Any:
    """Who of the body is and was away, and when; why is not kept."""
    found = Leave.objects.filter(body=_body(request, code))
    paths = {"person": "person", "first": "last__gte", "last": "first__lte"}
    return listed(_LEAVE, filtered(request, found, asked, paths), asked)


@router.get("/me/leave", response=Page[OwnLeaveRow], operation_id="list_own_leave")
def list_own_leave(request: HttpRequest, asked: Query[Asked]) -> Any:
    """When the reader is and was away."""
    return listed(_OWN, filtered(request, Leave.objects.filter(person=person_of(request)), asked, {}), asked)


@router.post("/me/leave", response={201: list[OwnLeaveRow]}, auth=ACTING, operation_id="take_own_leave")
def take(request: HttpRequest, said: TakeLeave, key: str | None = KEY) -> Any:
    """Note that one is away: for one body, or for all that one works for."""
    require_text(said.model_dump(mode="json"))

    def work() -> HttpResponse:
        person = person_of(request)
        known = {body.code for body in bodies_worked_for(person)}
        if not known or said.body not in {"", *known}:
            raise refuse("SM863", "You work for no such body.", fix="GET /api/v1/bodies lists them.", where="body.body")
        made = take_own_leave(person, said.body, (said.first, said.last), at=timezone.now())
        told = [OwnLeaveRow(id=one.pk, body=one.body.code, first=one.first, last=one.last) for one in made]
        return JsonResponse([one.model_dump(mode="json") for one in told], safe=False, status=201)

    return once(request, said.model_dump(mode="json"), work)


@router.delete("/me/leave/{int:pk}", response={204: None}, auth=ACTING, operation_id="take_back_own_leave")
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Take own leave back."""
    person = person_of(request)
    found = person.leaves.select_related("body", "person").filter(pk=min(pk, _LARGEST_KEY)).first()
    if found is None:
        raise Http404
    take_back_leave(found, by=person, at=timezone.now())
    return HttpResponse(status=204)
