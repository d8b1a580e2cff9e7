"""How somebody wants their mail, and how the last one fared."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

__all__ = ["Mailbox"]


class Mailbox(models.Model):
    """The mailbox of a person; without a row mail goes out at once."""

    class Rhythm(models.TextChoices):
        """How often mail goes out."""

        AT_ONCE = "at-once", _("at once")
        DAILY = "daily", _("one mail a day with everything")

    person = models.OneToOneField("parties.Person", on_delete=models.CASCADE, related_name="mailbox")
    rhythm = models.CharField(max_length=10, choices=Rhythm.choices, default=Rhythm.AT_ONCE)
    last_sent_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    """When a mail was last refused; nothing once one has gone out."""
    fault = models.CharField(max_length=100, blank=True)

    def __str__(self) -> str:
        return f"{self.person}: {self.rhythm}"
