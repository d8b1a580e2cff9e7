"""When a body is closed, and when its people are away."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

__all__ = ["Holiday", "Leave"]


class Holiday(models.Model):
    """A day on which a body does not work, whatever day of the week it is."""

    body = models.ForeignKey("parties.Body", on_delete=models.CASCADE, related_name="holidays")
    on = models.DateField(_("day"))
    name = models.CharField(_("name"), max_length=100)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["body", "on"], name="one_holiday_a_day")]

    def __str__(self) -> str:
        return f"{self.on}: {self.name}"


class Leave(models.Model):
    """Days on which somebody does not work for a body; why is nobody's business and is not kept."""

    person = models.ForeignKey("parties.Person", on_delete=models.CASCADE, related_name="leaves")
    body = models.ForeignKey("parties.Body", on_delete=models.CASCADE, related_name="leaves")
    first = models.DateField(_("first day"))
    last = models.DateField(_("last day"))

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(last__gte=F("first")), name="leave_ends_after_it_begins")]
        indexes = [models.Index(fields=["body", "last"], name="leave_of_a_body")]

    def __str__(self) -> str:
        return f"{self.person}: {self.first} to {self.last}"
