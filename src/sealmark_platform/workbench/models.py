"""When the deciders of a body meet."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

__all__ = ["DecisionMeeting"]


class DecisionMeeting(models.Model):
    """A day on which a body decides; what waits for the decision on that day is its agenda."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    body = models.ForeignKey("parties.Body", on_delete=models.CASCADE, related_name="decision_meetings")
    on = models.DateField(_("day"))
    place = models.CharField(_("where and when"), max_length=200, blank=True)
    is_called_off = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["body", "on"], condition=models.Q(is_called_off=False), name="one_meeting_a_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.body} {self.on}"
