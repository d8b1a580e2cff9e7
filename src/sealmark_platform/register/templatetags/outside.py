"""How many complaints from outside wait."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from django import template

from sealmark_platform.register.models import OutsideComplaint

register = template.Library()


@register.filter
def outside_waiting(bodies: Collection[uuid.UUID]) -> int:
    """Return how many complaints wait in some bodies."""
    waiting = OutsideComplaint.objects.filter(body__in=bodies, status=OutsideComplaint.Status.RECEIVED)
    return waiting.count() if bodies else 0
