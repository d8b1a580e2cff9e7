"""Adopted editions and overlays of figures that only the holder of a licence has."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

__all__ = ["AdoptedEdition", "Trial"]


class AdoptedEdition(models.Model):
    """An edition that a body certifies by.

    The digest is that of the pack when it was adopted: a pack that changed since is refused.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    body = models.ForeignKey("parties.Body", on_delete=models.PROTECT, related_name="editions")
    edition = models.CharField(_("edition"), max_length=120)
    digest = models.CharField(max_length=80)
    adopted_on = models.DateField()
    first_applications_on = models.DateField(null=True, blank=True)
    """Until then it only waits to succeed another one; nothing: from the day it was adopted."""
    last_applications_on = models.DateField(null=True, blank=True)
    successor = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="predecessors")
    files_until = models.DateField(null=True, blank=True)
    """The last day on which files stay with it once it is succeeded; nothing: each until its recertification."""
    succeeded_on = models.DateField(null=True, blank=True)
    """When the planned succession was put into force."""
    overlay = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["body", "edition"], name="one_adoption_of_an_edition")]

    def __str__(self) -> str:
        return self.edition


class Trial(models.Model):
    """What stored evidence would be worth under another edition: tried, not certified."""

    edition = models.ForeignKey(AdoptedEdition, on_delete=models.CASCADE, related_name="trials")
    evidence = models.CharField(max_length=80)
    """Digest of the case folder."""
    grade = models.CharField(max_length=100, blank=True)
    is_certifiable = models.BooleanField(null=True)
    """Nothing: not determined."""
    reason = models.TextField(blank=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition", "evidence"], name="one_trial_of_a_case")]

    def __str__(self) -> str:
        return f"{self.edition}: {self.grade}"
