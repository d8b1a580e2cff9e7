"""The people of a body: taken in, given functions, and let go. Nobody is ever deleted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from sealmark_platform.parties.actions.holding import Change, changing, committed, refused
from sealmark_platform.parties.models import Body, Membership, Person
from sealmark_platform.parties.queries import current, person_stamp

__all__ = ["account_of", "add_person", "checked_address", "let_go", "set_functions"]

_DAY = dt.timedelta(days=1)
_ADMINISTRATOR = str(Membership.Function.ADMINISTRATOR)


def checked_address(email: str, password: str | None = None) -> str:
    """Return an address as accounts keep it.

    Raises:
        SealmarkError: SM838 it is none, or the password is too weak.
    """
    try:
        validate_email(email.strip())
        if password is not None:
            validate_password(password)
    except ValidationError as error:
        raise refused("SM838", " ".join(error.messages), fix=email) from None
    return email.strip().lower()


def account_of(email: str, name: str, *, language: str = "en", password: str | None = None) -> Person:
    """Return the account of an address, made anew when there is none; one that is there stays as it is."""
    address = checked_address(email, password)
    known = Person.objects.filter(email=address).first()
    return known or Person.objects.create_user(address, name, password, language=language)


def _known(functions: Iterable[str]) -> list[str]:
    wanted = list(dict.fromkeys(functions))
    unknown = sorted(set(wanted) - set(Membership.Function.values))
    if unknown:
        fix = f"One of {', '.join(Membership.Function.values)}."
        raise refused("SM838", f"There is no function {', '.join(unknown)}.", fix=fix)
    return wanted


def add_person(
    body: Body,
    account: Person,
    functions: Collection[str],
    *,
    by: Person | None,
    at: dt.datetime,
) -> Person:
    """Let somebody work for a body in some functions.

    Raises:
        SealmarkError: SM838 a function is not known, or none is given; SM880 the person works there already.
    """
    wanted = _known(functions)
    if not wanted:
        raise refused("SM838", "No function is given.", fix="Choose at least one.")
    with changing("person.add", body, by=by, at=at) as change:
        if Membership.objects.filter(current(at.date()), body=body, person=account).exists():
            raise refused("SM880", f"{account.name} works for this body already.", fix="Change the functions.")
        for function in wanted:
            _give(body, account, function)
        Person.objects.filter(pk=account.pk).update(is_active=True)
        change.note(f"person:{account.pk}", functions=[*wanted], **committed(account, person_name=account.name))
    account.is_active = True
    return account


def _give(body: Body, person: Person, function: str) -> None:
    Membership.objects.update_or_create(body=body, person=person, function=function, defaults={"until": None})


def set_functions(
    body: Body, person: Person, functions: Iterable[str], *, by: Person | None, at: dt.datetime, seen: str = ""
) -> None:
    """Give and end functions, so that a person has these; without a difference nothing happens.

    Raises:
        SealmarkError: SM838 a function is not known, SM881 nobody would administer the body any more, SM801 somebody
            changed it in between.
    """
    wanted, on = set(_known(functions)), at.date()
    held = set(_held(body, person, on))
    if held == wanted:
        return
    with changing(
        "person.set-functions", body, by=by, at=at, seen=seen, stamp=lambda: person_stamp(person, body)
    ) as change:
        if _ADMINISTRATOR in held - wanted:
            _keep_an_administrator(body, person, on)
        for function in sorted(wanted - held):
            _give(body, person, function)
        _end(body, person, held - wanted, on)
        change.note(f"person:{person.pk}", given=[*sorted(wanted - held)], ended=[*sorted(held - wanted)])


def _held(body: Body, person: Person, on: dt.date) -> list[str]:
    now = Membership.objects.filter(current(on), body=body, person=person)
    return list(now.values_list("function", flat=True))


def _end(body: Body, person: Person, functions: Collection[str], on: dt.date) -> None:
    held = Membership.objects.filter(body=body, person=person, function__in=functions)
    held.update(until=on - _DAY)


def _keep_an_administrator(body: Body, leaving: Person, on: dt.date) -> None:
    others = Membership.objects.filter(current(on), body=body, function=_ADMINISTRATOR, person__is_active=True)
    if not others.exclude(person=leaving).exists():
        what = "Nobody would administer this body any more."
        raise refused("SM881", what, fix="Make somebody else an administrator first.")


def let_go(body: Body, person: Person, *, reason: str, by: Person, at: dt.datetime, seen: str = "") -> None:
    """End everything a person does in a body; the account sleeps when nothing else needs it.

    Raises:
        SealmarkError: SM881 nobody would administer the body any more, SM801 somebody changed it in between.
    """
    on = at.date()
    with changing("person.let-go", body, by=by, at=at, seen=seen, stamp=lambda: person_stamp(person, body)) as change:
        held = _held(body, person, on)
        if _ADMINISTRATOR in held:
            _keep_an_administrator(body, person, on)
        _end(body, person, held, on)
        _put_to_sleep(person, on, change)
        change.note(f"person:{person.pk}", ended=[*sorted(held)], **committed(person, reason=reason.strip()))


def _put_to_sleep(person: Person, on: dt.date, change: Change) -> None:
    is_needed = person.memberships.filter(current(on)).exists() or person.representations.exists()
    if not is_needed and not person.is_superuser:
        Person.objects.filter(pk=person.pk).update(is_active=False)
    change.details["account"] = "active" if is_needed else "asleep"
