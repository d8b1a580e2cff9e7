"""How many complaints from outside wait."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from django import template
from django.db.models import Count

from sealmark_platform.prepared import Prepared
from sealmark_platform.register.models import OutsideComplaint

register = template.Library()

_WAITING = Prepared(
    lambda: (
        OutsideComplaint.objects.filter(status=OutsideComplaint.Status.RECEIVED)
        .values_list("body_id")
        .annotate(number=Count("pk"))
    )
)


@register.filter
def outside_waiting(bodies: Collection[uuid.UUID]) -> int:
    """Return how many complaints wait in some bodies."""
    return sum(number for body, number in _WAITING.rows() if body in bodies) if bodies else 0
