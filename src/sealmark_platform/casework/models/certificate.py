"""Certificates and their history."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from sealmark.certify import CertificateStatus
from sealmark_platform.casework.models.file import CertificationFile
from sealmark_platform.casework.models.stateful import Stateful, choices_of
from sealmark_platform.catalogue.models import AdoptedEdition

__all__ = ["LIVE", "Certificate", "CertificateEvent"]

LIVE = (CertificateStatus.ACTIVE.value, CertificateStatus.SUSPENDED.value)
"""The statuses of a certificate that has an end to come, as the index of what ends has them."""


class Certificate(Stateful):
    """A certificate of conformity; its number is never given twice."""

    file = models.OneToOneField(CertificationFile, on_delete=models.PROTECT, related_name="certificate")
    number = models.CharField(_("number"), max_length=30, unique=True)
    status = models.CharField(max_length=20, choices=choices_of(CertificateStatus), default=CertificateStatus.ACTIVE)
    edition = models.ForeignKey(AdoptedEdition, null=True, on_delete=models.PROTECT, related_name="certificates")
    """See :attr:`granted_by`."""
    grade = models.CharField(max_length=100, blank=True)
    scope = models.TextField()
    sites = models.JSONField(default=list)
    first_issued_on = models.DateField()
    valid_from = models.DateField()
    valid_until = models.DateField()
    conditions = models.JSONField(default=list, blank=True)
    suspended_on = models.DateField(null=True, blank=True)
    suspended_until = models.DateField(null=True, blank=True)
    suspension_trigger = models.CharField(max_length=60, blank=True)
    way_back = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["valid_until"], name="certificate_live", condition=models.Q(status__in=LIVE)),
            models.Index(
                fields=["suspended_until"], name="certificate_held",
                condition=models.Q(suspended_until__isnull=False),
            ),
        ]  # fmt: skip
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=[word.value for word in CertificateStatus]),
                name="certificate_status_known",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_until__gte=models.F("valid_from")), name="term_runs_forward"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def granted_by(self) -> AdoptedEdition:
        """The edition by which the grade was given; the file may have moved on to a later one since."""
        return self.edition or self.file.edition

    def open_conditions(self) -> list[tuple[int, dict[str, str]]]:
        """Return the conditions that are not met yet, each with its place."""
        return [(place, one) for place, one in enumerate(self.conditions) if not one.get("met")]


class CertificateEvent(models.Model):
    """One line of the public history of a certificate."""

    certificate = models.ForeignKey(Certificate, on_delete=models.CASCADE, related_name="events")
    on = models.DateField()
    what = models.CharField(max_length=40)
    status = models.CharField(max_length=20)
    grade = models.CharField(max_length=100, blank=True)

    def __str__(self) -> str:
        return f"{self.on} {self.what}"
