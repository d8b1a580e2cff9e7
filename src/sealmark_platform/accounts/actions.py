"""What is done to accounts by others than their person: inviting."""

from __future__ import annotations

import datetime as dt
import hashlib

from allauth.mfa.models import Authenticator
from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from sealmark.core.errors import Problem, SealmarkError
from sealmark_platform.accounts.happenings import record_happening
from sealmark_platform.accounts.letters import address, send_letter, tell_happened
from sealmark_platform.accounts.tries import forget_tries
from sealmark_platform.parties.models import Body, Person
from sealmark_platform.records.actions import append_record

__all__ = ["DAYS_OF_AN_INVITATION", "invite", "invited", "remove_factors", "take_invitation"]

DAYS_OF_AN_INVITATION = 7
_SALT = "sealmark.invitation"


@transaction.atomic
def invite(person: Person, by: Person, at: dt.datetime, *, body: Body | None = None) -> None:
    """Mail a person the link by which they set their first password; who has one is told where to sign in.

    The link opens once, within seven days, and not after another one was taken.

    Args:
        person: Has an account already.
        by: Who invites.
        at: When.
        body: In whose trail it stands; none when the operator invites.

    Raises:
        SealmarkError: SM874 the account is closed.
        OSError: The mail server refuses; the entry stands.
    """
    if not person.is_active:
        raise SealmarkError(Problem("SM874", f"The account of {person} is closed.", fix="Open it again first."))
    with translation.override(person.language):
        lines = [_("Good day, %(name)s,") % {"name": person.name}, "", *_invitation(person, by), ""]
        send_letter(person.email, _("Sealmark: you are invited"), lines, is_awaited=True)
    tenant = "" if body is None else str(body.pk)
    append_record("account.invite", actor=str(by.pk), at=at, subject=f"person:{person.pk}", tenant=tenant)


def _invitation(person: Person, by: Person) -> list[str]:
    if person.has_usable_password():
        told = _("%(inviter)s has given you something to do. Sign in with your password: %(address)s")
        return [told % {"inviter": by.name, "address": address(reverse("sign-in"))}]
    told = _("%(inviter)s has made an account for you. Set your password here, within %(days)s days: %(address)s")
    key = signing.dumps([str(person.pk), _state(person)], salt=_SALT, compress=True)
    link = address(reverse("account-invitation", args=[key]))
    return [told % {"inviter": by.name, "days": DAYS_OF_AN_INVITATION, "address": link}]


@transaction.atomic
def remove_factors(person: Person, at: dt.datetime) -> int:
    """Remove every factor of somebody who lost them, on behalf of the operator; return how many there were."""
    held = Authenticator.objects.filter(user=person)
    count: int = held.exclude(type=Authenticator.Type.RECOVERY_CODES).count()
    held.delete()
    append_record("account.factors-remove", actor="operator", at=at, subject=f"person:{person.pk}")
    tell_happened(person, "factors_removed")
    return count


def invited(key: str) -> Person | None:
    """Return whose invitation a key is; nobody's when it is too old, was used, or never was one."""
    try:
        pk, state = signing.loads(key, salt=_SALT, max_age=dt.timedelta(days=DAYS_OF_AN_INVITATION))
    except (signing.BadSignature, ValueError):
        return None
    person = Person.objects.filter(pk=pk, is_active=True).first()
    return person if person is not None and state == _state(person) else None


@transaction.atomic
def take_invitation(key: str, password: str) -> Person:
    """Return the person of an invitation with their password set.

    Raises:
        SealmarkError: SM874 the invitation is too old or was used.
    """
    person = invited(key)
    held = Person.objects.select_for_update().filter(pk=person.pk).first() if person else None
    if person is None or held is None or _state(held) != _state(person):
        raise SealmarkError(Problem("SM874", "The invitation is too old, or was used.", fix="Ask for another one."))
    held.set_password(password)
    held.save(update_fields=["password"])
    forget_tries(held)
    record_happening("account.password-set", held)
    tell_happened(held, "password_set")
    return held


def _state(person: Person) -> str:
    """Return what changes once a password is set or the address is another."""
    return hashlib.sha256(f"{person.password}\0{person.email}".encode()).hexdigest()[:16]
