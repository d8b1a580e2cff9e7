"""What happens to an account leaves an entry in the trail, in the same transaction."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from allauth.account.signals import password_changed, password_reset, password_set
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authentication_failed
from django.contrib.auth.signals import user_logged_in
from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from sealmark_platform.accounts.letters import tell_happened
from sealmark_platform.accounts.sessions import begin_session
from sealmark_platform.accounts.tries import count_try, forget_tries
from sealmark_platform.parties.models import Person
from sealmark_platform.records.actions import append_record

__all__ = ["connect", "in_one", "record_happening"]

View = Callable[..., HttpResponse]
_DONE = 302


def record_happening(kind: str, person: Person, **details: str) -> None:
    """Add an entry about an account to the trail; accounts belong to no body, so it stands under none."""
    append_record(
        kind, actor=str(person.pk), at=timezone.now(), subject=f"person:{person.pk}", details=details
    )  # fmt: skip


def in_one(view: View, kind: str = "") -> View:
    """Return the view with what it changes and its entry in one transaction.

    Args:
        view: Writes when it is posted to.
        kind: Of the entry, where nothing else writes it.
    """

    @functools.wraps(view)
    def whole(request: HttpRequest, *places: Any, **named: Any) -> HttpResponse:
        if request.method != "POST":
            return view(request, *places, **named)
        with transaction.atomic():
            response = view(request, *places, **named)
            if kind and response.status_code == _DONE and isinstance(request.user, Person):
                record_happening(kind, request.user)
        return response

    return whole


def _password(kind: str) -> Callable[..., None]:
    def told(user: Person, **more: object) -> None:
        forget_tries(user)
        record_happening(kind, user)

    return told


def _factor_added(instance: Authenticator, *, created: bool, **more: object) -> None:
    # Recovery codes come along with the first factor: one act, one entry.
    if created and instance.type != Authenticator.Type.RECOVERY_CODES:
        with transaction.atomic():
            record_happening("account.factor-add", instance.user, type=instance.type)


def _factor_removed(instance: Authenticator, origin: object, **more: object) -> None:
    # Whoever goes takes their factors along, recovery codes go with the last, and the operator removes all in one act.
    if instance.type != Authenticator.Type.RECOVERY_CODES and isinstance(origin, Authenticator):
        with transaction.atomic():
            record_happening("account.factor-remove", instance.user, type=instance.type)


def _code_failed(user: Person, **more: object) -> None:
    if count_try(user):
        tell_happened(user, "closed")


def _signed_in(request: HttpRequest, user: Person, **more: object) -> None:
    forget_tries(user)
    begin_session(request)


_RECEIVERS = {
    "changed": _password("account.password-change"),
    "set": _password("account.password-set"),
    "reset": _password("account.password-reset"),
}


def connect() -> None:
    """Listen to what happens to accounts."""
    password_changed.connect(_RECEIVERS["changed"])
    password_set.connect(_RECEIVERS["set"])
    password_reset.connect(_RECEIVERS["reset"])
    post_save.connect(_factor_added, sender=Authenticator)
    post_delete.connect(_factor_removed, sender=Authenticator)
    authentication_failed.connect(_code_failed)
    user_logged_in.connect(_signed_in)
