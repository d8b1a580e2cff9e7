"""Setting an installation up: the first body, its first person, the editions it certifies by."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from sealmark.core.errors import Problem, SealmarkError, did_you_mean
from sealmark.scheme.discovery import pack_folders
from sealmark_platform.catalogue.actions import adopting
from sealmark_platform.catalogue.models import AdoptedEdition
from sealmark_platform.parties.actions import bodies, people
from sealmark_platform.parties.actions.competence import Ability, add_competence
from sealmark_platform.parties.models import Body, Person

__all__ = ["adopt_edition", "begin_body", "body_of_code", "make_person"]


def begin_body(code: str, name: str, country: str) -> Body:
    """Return a new certification body.

    Raises:
        SealmarkError: SM837 the code is taken or no short word, or there is no such country; SM890 there
            is no name.
    """
    if not name.strip():
        raise SealmarkError(Problem("SM890", "A body has a name.", fix="Write it as certificates shall show it."))
    return bodies.begin_body(code, name, country, at=timezone.now())


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


@transaction.atomic
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
        SealmarkError: SM838 there is no name, the address is none or is taken, the password too weak, or a function
            is not known; SM882 a scheme is not installed.
    """
    if not name.strip():
        raise SealmarkError(Problem("SM838", "A person has a name.", fix="Write it as others shall see it."))
    address, at = people.checked_address(email, password), timezone.now()
    if Person.objects.filter(email=address).exists():
        raise SealmarkError(Problem("SM838", f"{email} has an account already.", fix="Take another address."))
    person = people.account_of(email, name, password=password)
    people.add_person(body, person, list(functions), by=None, at=at)
    for scheme in dict.fromkeys(_installed(one) for one in competences):
        # The operator may name a scheme before it is adopted.
        add_competence(body, person, Ability(scheme), schemes={scheme}, by=None, at=at)
    return person


def _installed(name: str) -> str:
    scheme, known = name.partition("/")[0], pack_folders()
    if scheme not in known:
        raise SealmarkError(Problem("SM882", f'There is no scheme "{name}".', fix=did_you_mean(scheme, known)))
    return scheme


def adopt_edition(body: Body, edition: str, *, at: dt.datetime, overlay: str = "") -> AdoptedEdition:
    """Return the adoption of an installed edition, pinned by its digest.

    Args:
        body: Who certifies by it.
        edition: Such as ``sealmark-charter/2026``.
        at: When it was adopted.
        overlay: Text of an overlay with the figures of the licence holder.

    Raises:
        SealmarkError: SM208 no such edition is installed, SM839 it is adopted already, SM1xx, SM202 or SM887 the
            overlay does not fit.
    """
    return adopting.adopt_edition(body.pk, edition, at=at, overlay=overlay)
