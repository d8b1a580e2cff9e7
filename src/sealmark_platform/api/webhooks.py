"""Telling other systems of acts: signed, repeated until they arrive, never to an internal address."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import http.client
import json
import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import F, Max

from sealmark.certify import ACTS
from sealmark.core.errors import SealmarkError
from sealmark_platform.api.addresses import Caller, target_of
from sealmark_platform.api.models import Delivery, Webhook
from sealmark_platform.api.problems import refuse
from sealmark_platform.api.replays import forget_answers
from sealmark_platform.parties.models import Body, Person
from sealmark_platform.records.actions import append_record, commit_to
from sealmark_platform.records.models import Entry

__all__ = [
    "SIGNATURE", "Delivered", "deliver", "end_webhook", "make_webhook", "pause_webhook", "resume_webhook", "secret_of",
    "signature_of",
]  # fmt: skip

SIGNATURE = "Sealmark-Signature"
_MOST = 10
_KINDS = frozenset(ACTS) | {act.partition(".")[0] for act in ACTS}
_WAITS = tuple(dt.timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360, 720, 1_440))
_AT_ONCE = 200
_CLAIMED = dt.timedelta(minutes=2)


def make_webhook(
    body: Body, address: str, kinds: Collection[str], *, by: Person, at: dt.datetime, caller: Caller | None = None
) -> tuple[Webhook, str]:
    """Return a new webhook and the secret that signs what is sent; it hears of what happens from now on.

    Raises:
        SealmarkError: SM872 the address is not taken, SM873 there is no such act, or the body has ten already.
    """
    unknown = sorted(set(kinds) - _KINDS)
    if unknown:
        raise refuse("SM873", f'There is no act "{unknown[0][:60]}".', fix="See the table of acts.", where="body.kinds")
    if Webhook.objects.filter(body=body, ended_at=None).count() >= _MOST:
        raise refuse("SM873", f"A body has at most {_MOST} webhooks.", fix="End one that is not needed.")
    (caller or Caller()).checked(target_of(address))
    with transaction.atomic():
        hook = Webhook(
            body=body, address=address, kinds=sorted(set(kinds)), salt=secrets.token_hex(16), made_by=by, made_at=at
        )
        _recorded("webhook.make", hook, by, at)
        hook.last_entry = Entry.objects.aggregate(last=Max("number"))["last"] or 0
        hook.save()
    return hook, secret_of(hook)


def _recorded(kind: str, hook: Webhook, by: Person | None, at: dt.datetime) -> None:
    who = {} if by is None else {"name": commit_to(by.name, about=str(by.pk))}
    append_record(
        kind, actor="operator" if by is None else str(by.pk), at=at, tenant=str(hook.body_id),
        subject=f"webhook:{hook.pk}",
        details={"kinds": [*hook.kinds], "address": commit_to(hook.address), **who},
    )  # fmt: skip


@transaction.atomic
def end_webhook(hook: Webhook, at: dt.datetime, *, by: Person | None = None) -> None:
    """Tell it nothing any more; what was sent stays in the log."""
    if Webhook.objects.filter(pk=hook.pk, ended_at=None).update(ended_at=at):
        _recorded("webhook.end", hook, by, at)
    Delivery.objects.filter(webhook=hook).exclude(next_at=None).update(next_at=None, outcome="ended")


@transaction.atomic
def pause_webhook(hook: Webhook, at: dt.datetime, *, by: Person) -> None:
    """Tell it nothing for a while; what happens meanwhile is kept for it. Pausing again changes nothing.

    Raises:
        SealmarkError: SM892 it has ended.
    """
    _require_open(hook)
    if Webhook.objects.filter(pk=hook.pk, paused_at=None, ended_at=None).update(paused_at=at):
        _recorded("webhook.pause", hook, by, at)


@transaction.atomic
def resume_webhook(hook: Webhook, at: dt.datetime, *, by: Person) -> None:
    """Go on, with what happened meanwhile first. Going on again changes nothing.

    Raises:
        SealmarkError: SM892 it has ended.
    """
    _require_open(hook)
    if Webhook.objects.filter(pk=hook.pk, ended_at=None).exclude(paused_at=None).update(paused_at=None):
        _recorded("webhook.resume", hook, by, at)


def _require_open(hook: Webhook) -> None:
    if not Webhook.objects.filter(pk=hook.pk, ended_at=None).exists():
        raise refuse("SM892", "The webhook has ended.", fix="Make a new one.")


def secret_of(hook: Webhook) -> str:
    """Return the secret of a webhook: worked out from the installation's own, so that no copy lies in the database."""
    key = hashlib.sha256(f"sealmark.webhook:{settings.SECRET_KEY}".encode()).digest()
    return "whs_" + hmac.new(key, f"{hook.pk}:{hook.salt}".encode(), hashlib.sha256).hexdigest()


def signature_of(secret: str, content: bytes, at: dt.datetime) -> str:
    """Return the header that proves sender and moment: HMAC-SHA256 over the seconds, a full stop and the content."""
    seconds = int(at.timestamp())
    proof = hmac.new(secret.encode(), f"{seconds}.".encode() + content, hashlib.sha256).hexdigest()
    return f"t={seconds},v1={proof}"


@dataclass(frozen=True)
class Delivered:
    """What one round did.

    Attributes:
        queued: Entries that somebody wants to hear of.
        arrived: Were taken.
        failed: Will be tried again, or were given up.
    """

    queued: int
    arrived: int
    failed: int


def deliver(at: dt.datetime, caller: Caller | None = None) -> Delivered:
    """Queue what is new and send what is due; calling it twice sends nothing twice.

    Args:
        at: Now.
        caller: How addresses are called.
    """
    forget_answers(at)
    queued = sum(_queue(hook, at) for hook in Webhook.objects.filter(ended_at=None, paused_at=None).order_by("made_at"))
    due = Delivery.objects.filter(next_at__lte=at, webhook__ended_at=None, webhook__paused_at=None)
    sent = _round(due.select_related("webhook").order_by("next_at", "entry")[:_AT_ONCE], at, caller or Caller())
    return Delivered(queued, sent.count(True), sent.count(False))


def _round(due: Iterable[Delivery], at: dt.datetime, caller: Caller) -> list[bool | None]:
    sent: list[bool | None] = []
    silent = set()
    for one in due:
        # One that does not answer costs the round ten seconds, not ten for each of its entries.
        if one.webhook_id not in silent:
            sent.append(_send(one, at, caller))
            silent |= {one.webhook_id} if sent[-1] is False else set()
    return sent


@transaction.atomic
def _queue(hook: Webhook, at: dt.datetime) -> int:
    locked = Webhook.objects.select_for_update().get(pk=hook.pk)
    news = Entry.objects.filter(tenant=str(hook.body_id), number__gt=locked.last_entry).order_by("number")[:10_000]
    found = list(news)
    wanted = [one for one in found if _is_wanted(hook, one.kind)]
    Delivery.objects.bulk_create(
        Delivery(webhook=hook, entry=one.number, payload=_payload(one), next_at=at) for one in wanted
    )
    if found:
        Webhook.objects.filter(pk=hook.pk).update(last_entry=found[-1].number)
    return len(wanted)


def _is_wanted(hook: Webhook, kind: str) -> bool:
    return not hook.kinds or kind in hook.kinds or kind.partition(".")[0] in hook.kinds


def _payload(entry: Entry) -> str:
    """Return what is told: ids alone, no word that somebody wrote and no name."""
    told = {"record": entry.number, "kind": entry.kind, "at": entry.at.isoformat(), "subject": entry.subject,
            "file": entry.file}  # fmt: skip
    return json.dumps(told, sort_keys=True)


def _send(one: Delivery, at: dt.datetime, caller: Caller) -> bool | None:
    """Return whether it arrived; nothing when somebody else is sending it."""
    mine = Delivery.objects.filter(pk=one.pk, attempts=one.attempts, next_at=one.next_at)
    if not mine.update(attempts=F("attempts") + 1, next_at=at + _CLAIMED):
        return None
    status, outcome = _tried(one, at, caller)
    has_arrived = 200 <= status < 300  # noqa: PLR2004 - the statuses of success
    wait = None if has_arrived or one.attempts >= len(_WAITS) else at + _WAITS[one.attempts]
    Delivery.objects.filter(pk=one.pk).update(next_at=wait, arrived_at=at if has_arrived else None, outcome=outcome)
    return has_arrived


def _tried(one: Delivery, at: dt.datetime, caller: Caller) -> tuple[int, str]:
    content = one.payload.encode()
    headers = {
        "Content-Type": "application/json", "User-Agent": "Sealmark", "Sealmark-Delivery": str(one.pk),
        SIGNATURE: signature_of(secret_of(one.webhook), content, at),
    }  # fmt: skip
    try:
        status = caller.post(target_of(one.webhook.address), content, headers)
    except SealmarkError as error:
        return 0, f"{error.codes[0]}: {error.problems[0].what}"[:200]
    except (OSError, http.client.HTTPException) as error:
        return 0, type(error).__name__
    return status, f"HTTP {status}"
