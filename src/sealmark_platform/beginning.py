"""Setting an installation up: the first body, its first person, the editions it certifies by."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email, validate_slug
from django.db import transaction

from sealmark.core.errors import Problem, SealmarkError
from sealmark_platform.catalogue.models import AdoptedEdition
from sealmark_platform.catalogue.queries import loaded
from sealmark_platform.parties.models import Body, Competence, Membership, Person
from sealmark_platform.records.actions import append_record

__all__ = ["adopt_edition", "begin_body", "body_of_code", "make_person"]

_COUNTRY_LETTERS = 2


def begin_body(code: str, name: str, country: str) -> Body:
    """Return a new certification body.

    Raises:
        SealmarkError: SM837 the code is taken or no short word, or the country is no code of two letters.
    """
    try:
        validate_slug(code)
    except ValidationError:
        raise SealmarkError(Problem("SM837", f'"{code}" is no code.', fix="Letters, digits and hyphens.")) from None
    if len(country) != _COUNTRY_LETTERS or not country.isalpha():
        fix = "Two letters of ISO 3166-1, such as GB or CN."
        raise SealmarkError(Problem("SM837", f'"{country}" is no country code.', fix=fix))
    longest = Body._meta.get_field("code").max_length or 0
    if len(code) > longest or Body.objects.filter(code=code.lower()).exists():
        what = f'The code "{code}" is taken, or longer than {longest} characters.'
        raise SealmarkError(Problem("SM837", what, fix="It begins the numbers of files: choose a short word."))
    return Body.objects.create(code=code.lower(), name=name.strip(), country=country.upper())


def body_of_code(code: str) -> Body:
    """Return the certification body of a code.

    Raises:
        SealmarkError: SM837 there is none.
    """
    found = Body.objects.filter(code=code.lower()).first()
    if found is None:
        known = ", ".join(Body.objects.values_list("code", flat=True)) or "none: run sealmark-platform setup"
        raise SealmarkError(Problem("SM837", f'There is no body "{code}".', fix=f"Codes: {known}."))
    return found


def make_person(
    email: str,
    name: str,
    password: str | None,
    functions: Iterable[str],
    body: Body,
    *,
    competences: Iterable[str] = (),
) -> Person:
    """Return a new account with functions in a body, and with the schemes the person may evaluate by.

    Raises:
        SealmarkError: SM838 the address is none or is taken, the password too weak, or a function is not known.
    """
    functions = list(functions)
    unknown = sorted(set(functions) - set(Membership.Function.values))
    if unknown:
        known = ", ".join(Membership.Function.values)
        raise SealmarkError(Problem("SM838", f"There is no function {', '.join(unknown)}.", fix=f"One of {known}."))
    try:
        validate_email(email)
        if password is not None:
            validate_password(password)
    except ValidationError as error:
        raise SealmarkError(Problem("SM838", " ".join(error.messages), email)) from None
    if Person.objects.filter(email=email.strip().lower()).exists():
        raise SealmarkError(Problem("SM838", f"{email} has an account already.", fix="Take another address."))
    with transaction.atomic():
        person = Person.objects.create_user(email, name, password)
        for function in functions:
            Membership.objects.create(person=person, body=body, function=function)
        for scheme in competences:
            Competence.objects.create(person=person, body=body, scheme=scheme.partition("/")[0])
    return person


def adopt_edition(body: Body, edition: str, *, at: dt.datetime, overlay: str = "") -> AdoptedEdition:
    """Return the adoption of an installed edition, pinned by its digest.

    Args:
        body: Who certifies by it.
        edition: Such as ``sealmark-charter/2026``.
        at: When it was adopted.
        overlay: Text of an overlay with the figures of the licence holder.

    Raises:
        SealmarkError: SM208 no such edition is installed, SM839 it is adopted already.
    """
    pack = loaded(edition)
    if body.editions.filter(edition=pack.id).exists():
        raise SealmarkError(Problem("SM839", f"{body.name} has adopted {pack.id} already."))
    with transaction.atomic():
        adopted = AdoptedEdition.objects.create(
            body=body, edition=pack.id, digest=pack.digest, adopted_on=at.date(), overlay=overlay
        )
        append_record(
            "edition.adopt", actor="operator", at=at, tenant=str(body.pk), subject=f"edition:{adopted.pk}",
            details={"edition": pack.id, "digest": pack.digest},
        )  # fmt: skip
    return adopted
