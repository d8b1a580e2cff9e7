"""Mails to people who want to be told: one that asks, and one for all that happened since the last."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import F, Max
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sealmark_platform.casework import phrases
from sealmark_platform.casework.models import CertificateEvent
from sealmark_platform.letters import letter
from sealmark_platform.register.models import Subscription
from sealmark_platform.register.subscriptions import erase_idle, secret_for

__all__ = ["subscription_address", "tell_subscribers"]


def subscription_address(subscription: Subscription) -> str:
    """Return the page by which a subscription is confirmed and ended."""
    return reverse("subscription", args=[subscription.pk, secret_for(subscription.pk)])


def tell_subscribers(at: dt.datetime) -> tuple[int, int]:
    """Send what waits, and erase what is over; what was sent is marked and never sent again.

    Returns:
        Mails sent, and mails that could not be sent: these wait for the next time.
    """
    sent = failed = 0
    channel = get_connection()
    for one, message, told in _waiting(channel):
        try:
            message.send()
        except OSError:
            failed += 1
            continue
        known = Subscription.objects.filter(pk=one.pk)
        if one.confirmed_at is None:
            known.update(invited_at=at)
        else:
            known.update(told=told)
        sent += 1
    erase_idle(at)
    return sent, failed


def _waiting(channel: BaseEmailBackend) -> Iterator[tuple[Subscription, EmailMessage, int]]:
    related = Subscription.objects.select_related("certificate").order_by("asked_at", "pk")
    for one in related.filter(confirmed_at=None, invited_at=None):
        yield one, _question(one, channel), one.told
    behind = related.filter(confirmed_at__isnull=False).annotate(last=Max("certificate__events__pk"))
    for one in behind.filter(told__lt=F("last")):
        events = list(CertificateEvent.objects.filter(certificate=one.certificate_id, pk__gt=one.told).order_by("pk"))
        yield one, _news(one, events, channel), events[-1].pk


def _question(one: Subscription, channel: BaseEmailBackend) -> EmailMessage:
    with translation.override(one.language):
        said = _said(one)
        subject = _("Certificate %(number)s: do you want to be told?") % said
        lines = [
            _("Somebody gave this address to be told when the status of the certificate %(number)s changes.") % said,
            "", _("If it was you, confirm it here: %(address)s") % said,
            _("If it was not, do nothing: in two days the address is erased."),
        ]  # fmt: skip
        return letter(one.email, subject, lines, channel)


def _news(one: Subscription, events: list[CertificateEvent], channel: BaseEmailBackend) -> EmailMessage:
    with translation.override(one.language):
        said = _said(one)
        subject = _("Certificate %(number)s: %(status)s") % said
        happened = [f"{date_format(event.on)}: {phrases.EVENTS.get(event.what, event.what)}" for event in events]
        lines = [
            _("The certificate %(number)s is now: %(status)s.") % said, "", *happened, "",
            _("Its page: %(page)s") % said, _("To be told no more, and to be erased: %(address)s") % said,
        ]  # fmt: skip
        message = letter(one.email, subject, lines, channel)
    message.extra_headers |= {
        "List-Unsubscribe": f"<{said['address']}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }  # fmt: skip
    return message


def _said(one: Subscription) -> dict[str, str]:
    place, status, number = settings.ADDRESS.rstrip("/"), one.certificate.status, one.certificate.number
    return {
        "number": number, "status": str(phrases.STATUSES.get(status, status)),
        "address": place + subscription_address(one), "page": place + reverse("certificate", args=[number]),
    }  # fmt: skip
