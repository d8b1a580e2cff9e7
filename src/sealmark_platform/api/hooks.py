"""Webhooks of a certification body: made, looked at and ended by its administrators."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from sealmark_platform.api.identity import ACTING, READING, person_of
from sealmark_platform.api.listing import Asked, Listing, Page, filtered, listed
from sealmark_platform.api.models import Delivery, Webhook
from sealmark_platform.api.problems import refuse
from sealmark_platform.api.webhooks import end_webhook, make_webhook, pause_webhook, resume_webhook
from sealmark_platform.parties.models import Body

__all__ = ["router"]

router = Router(tags=["webhooks"])


class HookRow(Schema):
    """One webhook."""

    id: uuid.UUID
    body: uuid.UUID
    address: str
    kinds: list[str]
    made_at: dt.datetime
    paused_at: dt.datetime | None
    ended_at: dt.datetime | None


class MadeHook(HookRow):
    """A new webhook with its secret, which is shown here alone."""

    secret: str


class DeliveryRow(Schema):
    """What was sent, or will be."""

    id: uuid.UUID
    entry: int
    attempts: int
    next_at: dt.datetime | None
    arrived_at: dt.datetime | None
    outcome: str


class MakeHook(Schema):
    """Where to, and of what."""

    body: uuid.UUID
    address: str = Field(max_length=500)
    kinds: list[str] = Field([], max_length=60, description="Acts such as finding.raise, or subjects such as finding.")


_HOOKS = Listing("webhooks", HookRow, ("-made_at", "id"), {"body": "body_id"})
_DELIVERIES = Listing("deliveries", DeliveryRow, ("-entry",))


def _bodies(request: HttpRequest, *functions: str) -> QuerySet[Body]:
    now = person_of(request).memberships.filter(Q(until=None) | Q(until__gte=timezone.now().date()))
    held = now.filter(function__in=functions) if functions else now
    return Body.objects.filter(pk__in=held.values("body"))


def _require_administrator(request: HttpRequest, body: uuid.UUID) -> Body:
    if not _bodies(request).filter(pk=body).exists():
        raise Http404
    found = _bodies(request, "administrator").filter(pk=body).first()
    if found is None:
        raise refuse("SM870", "Webhooks are the work of an administrator of the body.", fix="Ask one of them.")
    return found


def _one(request: HttpRequest, pk: uuid.UUID) -> Webhook:
    found = Webhook.objects.filter(pk=pk).first()
    if found is None:
        raise Http404
    _require_administrator(request, found.body_id)
    return found


@router.get("/webhooks", response=Page[HookRow], auth=READING, operation_id="list_webhooks")
def list_webhooks(request: HttpRequest, asked: Query[Asked]) -> Any:
    """The webhooks of the bodies that the reader administers, the newest first."""
    found = Webhook.objects.filter(body__in=_bodies(request, "administrator"))
    return listed(_HOOKS, filtered(request, found, asked, {}), asked)


@router.post("/webhooks", response={201: MadeHook}, auth=ACTING, operation_id="make_webhook")
def make(request: HttpRequest, said: MakeHook) -> HttpResponse:
    """Make a webhook; the secret that signs what is sent is answered once."""
    body = _require_administrator(request, said.body)
    hook, secret = make_webhook(body, said.address, said.kinds, by=person_of(request), at=timezone.now())
    told = MadeHook(
        id=hook.pk, body=body.pk, address=hook.address, kinds=hook.kinds, made_at=hook.made_at, paused_at=None,
        ended_at=None, secret=secret,
    )  # fmt: skip
    return JsonResponse(told.model_dump(mode="json"), status=201)


@router.post("/webhooks/{uuid:pk}/end", response=HookRow, auth=ACTING, operation_id="end_webhook")
def end(request: HttpRequest, pk: uuid.UUID) -> Any:
    """Tell it nothing any more."""
    hook = _one(request, pk)
    end_webhook(hook, timezone.now(), by=person_of(request))
    return _told(hook)


@router.post("/webhooks/{uuid:pk}/pause", response=HookRow, auth=ACTING, operation_id="pause_webhook")
def pause(request: HttpRequest, pk: uuid.UUID) -> Any:
    """Tell it nothing for a while; what happens meanwhile is told when it goes on."""
    hook = _one(request, pk)
    pause_webhook(hook, timezone.now(), by=person_of(request))
    return _told(hook)


@router.post("/webhooks/{uuid:pk}/resume", response=HookRow, auth=ACTING, operation_id="resume_webhook")
def resume(request: HttpRequest, pk: uuid.UUID) -> Any:
    """Let a paused one go on, with what happened meanwhile first."""
    hook = _one(request, pk)
    resume_webhook(hook, timezone.now(), by=person_of(request))
    return _told(hook)


def _told(hook: Webhook) -> dict[str, Any]:
    hook.refresh_from_db()
    names = ("id", "address", "kinds", "made_at", "paused_at", "ended_at")
    return {"body": hook.body_id, **{name: getattr(hook, name) for name in names}}


@router.get("/webhooks/{uuid:pk}/deliveries", response=Page[DeliveryRow], auth=READING, operation_id="list_deliveries")
def list_deliveries(request: HttpRequest, pk: uuid.UUID, asked: Query[Asked]) -> Any:
    """What was sent to a webhook and what came of it, the newest first."""
    found = Delivery.objects.filter(webhook=_one(request, pk))
    return listed(_DELIVERIES, filtered(request, found, asked, {}), asked)
