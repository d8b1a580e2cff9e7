"""Notices to people: what needs an answer, shown on the page and sent by mail."""

from __future__ import annotations

from django.db import models

from sealmark_platform.casework.models.file import CertificationFile

__all__ = ["Notice"]


class Notice(models.Model):
    """One notice to one person, in a language; the row is the outbox."""

    file = models.ForeignKey(CertificationFile, on_delete=models.CASCADE, related_name="notices")
    person = models.ForeignKey("parties.Person", on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=60)
    details = models.JSONField(default=dict, blank=True)
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["person", "seen_at"], name="notice_of_person"),
            models.Index(fields=["person", "made_at", "id"], name="notice_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} > {self.person}"
