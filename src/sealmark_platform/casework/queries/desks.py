"""Who may open a page of the whole body: its people with the right function; others do not learn that it is there."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone

from sealmark_platform.casework.queries.actors import functions_held, organizations_of
from sealmark_platform.parties.models import Body, Person

__all__ = ["CLIENT", "bodies_of", "functions_of", "parts_of"]

CLIENT = "client"
"""What somebody is who speaks for an organization, beside the functions in bodies."""


def functions_of(person: Person) -> set[tuple[uuid.UUID, str]]:
    """Return what a person is today: body and function."""
    return set(functions_held(person, timezone.now().date()))


def parts_of(person: Person) -> set[tuple[uuid.UUID, str]]:
    """Return what :func:`functions_of` returns, and each organization a person speaks for."""
    return functions_of(person) | {(organization, CLIENT) for organization in organizations_of(person)}


def bodies_of(person: Person, functions: Collection[str]) -> QuerySet[Body]:
    """Return the bodies in which a person has one of some functions.

    Raises:
        Http404: The person belongs to no body.
        PermissionDenied: They belong to one, and have none of these functions.
    """
    held = functions_of(person)
    if not held:
        raise Http404
    found = {body for body, function in held if function in functions}
    if not found:
        raise PermissionDenied
    return Body.objects.filter(pk__in=found)
