"""Who works for a body today, which organizations it looks after, and what a page showed of them."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import uuid
from typing import Any

from django.db.models import Model, Q, QuerySet

from sealmark_platform.parties.models import (
    Body,
    Competence,
    Leave,
    Membership,
    Organization,
    Person,
    PersonTie,
    Representation,
)

__all__ = [
    "body_stamp", "clients_of", "current", "evaluates_in", "is_kept_alone", "organization_stamp", "people_of",
    "person_stamp", "stamp_of", "tied_clients",
]  # fmt: skip


def current(on: dt.date) -> Q:
    """Return what finds memberships that are held on a day."""
    return Q(until=None) | Q(until__gte=on)


def evaluates_in(body: Body, language: str) -> bool:
    """Tell whether a body evaluates in a language; one that has chosen none does in all."""
    return not body.languages or language in body.languages


def people_of(body: Body) -> QuerySet[Person]:
    """Return everybody who works or worked for a body."""
    return Person.objects.filter(pk__in=Membership.objects.filter(body=body).values("person"))


def clients_of(body: Body) -> QuerySet[Organization]:
    """Return the organizations a body has taken down or has a file of."""
    ours = Q(clients__body=body) | Q(files__body=body)
    return Organization.objects.filter(pk__in=Organization.objects.filter(ours).values("pk"))


def is_kept_alone(organization: Organization, body: Body) -> bool:
    """Tell whether no other body looks after an organization: only then may this one change what is told of it."""
    taken_down = Q(clients__organization=organization)
    return not Body.objects.filter(taken_down | Q(files__organization=organization)).exclude(pk=body.pk).exists()


def tied_clients(person: Person, body: Body) -> QuerySet[PersonTie]:
    """Return the ties of a person that concern the clients of a body: of others a body learns nothing."""
    return PersonTie.objects.filter(person=person, organization__in=clients_of(body)).select_related("organization")


def stamp_of(*rows: Any) -> str:
    """Return a short digest of what is shown: another one means that somebody changed it in between.

    Example:
        >>> stamp_of(["a", None]) == stamp_of(["a", None])
        True
    """
    return hashlib.sha256(json.dumps(rows, default=str).encode()).hexdigest()[:16]


def _values(row: Model) -> list[Any]:
    return [getattr(row, field.attname) for field in row._meta.concrete_fields]


def body_stamp(body: Body) -> str:
    """Return the stamp of the settings of a body."""
    return stamp_of(_values(Body.objects.get(pk=body.pk)))


def person_stamp(person: Person, body: Body) -> str:
    """Return the stamp of a person's functions, competences, ties and leave in a body."""
    own = {"person": person, "body": body}
    found: list[Any] = [
        list(Membership.objects.filter(**own).order_by("pk").values_list("pk", "function", "until")),
        list(Competence.objects.filter(**own).order_by("pk").values_list()),
        list(tied_clients(person, body).order_by("pk").values_list("pk", "kind", "until")),
        list(Leave.objects.filter(**own).order_by("pk").values_list("pk", "first", "last")),
    ]
    return stamp_of(found, list(Person.objects.filter(pk=person.pk).values_list("is_active", "name")))


def organization_stamp(organization: uuid.UUID) -> str:
    """Return the stamp of an organization with its sites and who speaks for it."""
    found = Organization.objects.get(pk=organization)
    speaks = Representation.objects.filter(organization=found).order_by("pk").values_list("pk", "may_sign")
    return stamp_of(_values(found), list(found.sites.order_by("pk").values_list()), list(speaks))
