"""The list of a person's files, the newest number first, by index however many there are."""

from __future__ import annotations

from django.db.models import Q

from sealmark_platform.casework.models import CertificationFile
from sealmark_platform.casework.queries.access import bodies_seen, seen_in
from sealmark_platform.casework.queries.actors import Standing

__all__ = ["first_files"]


def first_files(standing: Standing, condition: Q, limit: int) -> list[object]:
    """Return the ids of the first files that a person sees and that fit, by number, the newest first.

    The files of each body are read in their order and merged: one question for all would have to sort them all.
    """
    bodies = bodies_seen(standing)
    sources = [Q(body=body) for body in bodies] + [seen_in(standing) & ~Q(body__in=bodies)]
    found = []
    for source in sources:
        fitting = CertificationFile.objects.filter(source, condition).order_by("-number")
        found += list(fitting.values_list("number", "pk")[:limit])
    return [pk for _number, pk in sorted(found, reverse=True)[:limit]]
