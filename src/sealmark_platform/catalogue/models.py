"""Adopted editions and overlays of figures that only the holder of a licence has."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

__all__ = ["AdoptedEdition"]


class AdoptedEdition(models.Model):
    """An edition that a body certifies by.

    The digest is that of the pack when it was adopted: a pack that changed since is refused.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    body = models.ForeignKey("parties.Body", on_delete=models.PROTECT, related_name="editions")
    edition = models.CharField(_("edition"), max_length=120)
    digest = models.CharField(max_length=80)
    adopted_on = models.DateField()
    last_applications_on = models.DateField(null=True, blank=True)
    successor = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="predecessors")
    overlay = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["body", "edition"], name="one_adoption_of_an_edition")]

    def __str__(self) -> str:
        return self.edition
