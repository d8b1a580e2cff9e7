"""Which organizations a body looks after before they have a file there."""

from __future__ import annotations

from django.db import models

__all__ = ["Client"]


class Client(models.Model):
    """An organization that a body has taken down; with its first file it would be one anyway."""

    body = models.ForeignKey("parties.Body", on_delete=models.CASCADE, related_name="clients")
    organization = models.ForeignKey("parties.Organization", on_delete=models.CASCADE, related_name="clients")
    since = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["body", "organization"], name="one_client_each")]

    def __str__(self) -> str:
        return f"{self.organization} ({self.body})"
