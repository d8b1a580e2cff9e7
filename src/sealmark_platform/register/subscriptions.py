"""Who is told by mail when a certificate changes: asked twice, known to nobody, erased when they like.

Nothing of this is in the trail: it is no act on a certificate, and who watches whom is nobody's business.
"""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction
from django.db.models import F, Max, Q
from django.utils.crypto import constant_time_compare, salted_hmac

from sealmark.core.errors import Problem, SealmarkError
from sealmark_platform.casework.models import Certificate
from sealmark_platform.casework.models.certificate import LIVE
from sealmark_platform.register.models import Subscription
from sealmark_platform.register.origins import one_after_another, origin_of

__all__ = [
    "AN_HOUR", "confirm_subscription", "end_subscription", "erase_idle", "is_secret", "secret_for", "subscribe",
]  # fmt: skip

AN_HOUR = 5
"""So many are taken in an hour from one network address."""
_AT_ALL = 200
_UNCONFIRMED = dt.timedelta(days=2)


def secret_for(subscription: uuid.UUID) -> str:
    """Return what only the links in the mails have."""
    return salted_hmac("sealmark.subscription", str(subscription), algorithm="sha256").hexdigest()[:40]


def is_secret(subscription: uuid.UUID, said: str) -> bool:
    """Tell whether a link came by mail."""
    return constant_time_compare(said, secret_for(subscription))


def subscribe(certificate: Certificate, email: str, *, language: str, address: str, at: dt.datetime) -> None:
    """Note that somebody wants to be told; a mail asks them to confirm it.

    Whether they were noted before cannot be told from outside: the answer is the same.

    Args:
        certificate: Of which.
        email: Where to.
        language: Of their page.
        address: Network address it comes from; only a digest of it is kept.
        at: When.

    Raises:
        SealmarkError: SM879 too many came from there, or at all, within an hour; or the certificate has ended.
    """
    if certificate.status not in LIVE:
        raise _refusal("The certificate has ended: its status changes no more.", "Look at its page.")
    origin = origin_of(address)
    with transaction.atomic():
        one_after_another()
        recent = Subscription.objects.filter(asked_at__gt=at - dt.timedelta(hours=1))
        if recent.filter(origin=origin).count() >= AN_HOUR or recent.count() >= _AT_ALL:
            raise _refusal("Too many have asked from here within an hour.", "Try again in an hour.")
        known = Subscription.objects.filter(certificate=certificate, email__iexact=email).first()
        if known is None:
            Subscription.objects.create(
                certificate=certificate, email=email, language=language, origin=origin, asked_at=at,
                told=_newest_event(certificate),
            )  # fmt: skip
        elif known.confirmed_at is None:
            # Asked again, it counts against the limit again, and the mail goes out again.
            Subscription.objects.filter(pk=known.pk).update(
                asked_at=at, invited_at=None, origin=origin, language=language
            )  # fmt: skip


def _refusal(what: str, fix: str) -> SealmarkError:
    return SealmarkError(Problem("SM879", what, fix=fix))


def _newest_event(certificate: Certificate) -> int:
    return certificate.events.aggregate(last=Max("pk"))["last"] or 0


def confirm_subscription(subscription: Subscription, *, at: dt.datetime) -> None:
    """Note that whoever reads the mail wants to be told; what happened before is not told any more."""
    if subscription.confirmed_at is None:
        told = _newest_event(subscription.certificate)
        Subscription.objects.filter(pk=subscription.pk, confirmed_at=None).update(confirmed_at=at, told=told)


def end_subscription(subscription: Subscription) -> None:
    """Erase it: nothing about who it was stays."""
    Subscription.objects.filter(pk=subscription.pk).delete()


def erase_idle(at: dt.datetime) -> int:
    """Erase what nobody confirmed in two days, and what has been told the end of its certificate; return how many."""
    unconfirmed = Q(confirmed_at=None, asked_at__lt=at - _UNCONFIRMED)
    newest = Subscription.objects.annotate(last=Max("certificate__events__pk"))
    over = newest.exclude(certificate__status__in=LIVE).filter(Q(told__gte=F("last")) | Q(confirmed_at=None))
    gone = Subscription.objects.filter(unconfirmed | Q(pk__in=over.values("pk")))
    return gone.delete()[0]
