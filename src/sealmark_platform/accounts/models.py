"""How often in a row signing in failed."""

from __future__ import annotations

from django.db import models

__all__ = ["FailedTries"]


class FailedTries(models.Model):
    """Failed tries of one account since somebody last signed in to it."""

    person = models.OneToOneField("parties.Person", on_delete=models.CASCADE, primary_key=True, related_name="tries")
    count = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.person}: {self.count}"
