"""The outbox of a body: what was sent about its files and what waits."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, F, Min, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from sealmark_platform.administration.access import Desk, desk_of
from sealmark_platform.administration.people import carried
from sealmark_platform.administration.tasks import paged
from sealmark_platform.api.exports import exported
from sealmark_platform.casework.models import Notice
from sealmark_platform.mail import send_mails, written_mail
from sealmark_platform.parties.models import Person

__all__ = ["WAITING", "mail", "mails"]

WAITING = "waiting"
_STATES = (WAITING, "failed", "sent")


def _notices(desk: Desk) -> QuerySet[Notice]:
    """Return what belongs to a mail: what somebody saw on their page before was never sent."""
    return Notice.objects.filter(file__body=desk.body).exclude(sent_at=None, seen_at__isnull=False)


@login_required
def mails(request: HttpRequest, code: str) -> HttpResponseBase:
    """The mails about files of the body, what waits first."""
    desk = desk_of(request, code)
    query, state = request.GET.get("q", "").strip(), request.GET.get("state", "")
    found = _notices(desk)
    if query:
        found = found.filter(Q(person__name__icontains=query) | Q(person__email__icontains=query))
    if state == "sent":
        found = found.exclude(sent_at=None)
    elif state in _STATES:
        found = found.filter(sent_at=None, person__mailbox__failed_at__isnull=state == WAITING)
    rows = found.values(
        "person_id", "person__name", "person__email", "person__is_active", "person__mailbox__failed_at", "sent_at"
    ).annotate(count=Count("pk"), since=Min("made_at"))
    rows = rows.order_by(F("sent_at").desc(nulls_first=True), "person__email")
    if request.GET.get("as") in {"csv", "xlsx"}:
        names = ["recipient", "email", "notices", "since", "sent_at", "failed_at"]
        lines = ([row["person__name"], row["person__email"], row["count"], row["since"], row["sent_at"],
                  None if row["sent_at"] else row["person__mailbox__failed_at"]] for row in rows)  # fmt: skip
        return exported(request.GET["as"], "mails", names, lines)
    shown = {"desk": desk, "tab": "mails", "page": paged(request, rows), "query": query, "state": state,
             "states": _STATES, "carried": carried(request)}  # fmt: skip
    return render(request, "administration/mails.html", shown)


@login_required
def mail(request: HttpRequest, code: str, person: str, moment: str) -> HttpResponseBase:
    """One mail, as far as it is about files of the body; what waits can be sent at once."""
    desk = desk_of(request, code)
    to = Person.objects.filter(pk=person).first()
    found = _notices(desk).filter(person=to, **_sent_at(moment)).select_related("file__organization")
    notices = list(found.order_by("made_at", "pk"))
    if to is None or not notices:
        raise Http404
    if request.method == "POST" and moment == WAITING:
        _send(request, desk, to)
        return redirect("mails", code=code)
    box = getattr(to, "mailbox", None)
    shown = {"desk": desk, "tab": "mails", "to": to, "letter": written_mail(to, notices), "box": box,
             "sent_at": notices[0].sent_at, "is_waiting": moment == WAITING}  # fmt: skip
    return render(request, "administration/mail.html", shown)


def _sent_at(moment: str) -> dict[str, Any]:
    if moment == WAITING:
        return {"sent_at": None}
    try:
        return {"sent_at": dt.datetime.fromisoformat(moment)}
    except ValueError:
        raise Http404 from None


def _send(request: HttpRequest, desk: Desk, to: Person) -> None:
    sent, _failed = send_mails(desk.at, only=to)
    if sent:
        messages.success(request, _("The mail to %(person)s was sent.") % {"person": to.name})
    else:
        messages.warning(request, _("The mail to %(person)s could not be sent.") % {"person": to.name})
