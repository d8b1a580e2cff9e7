"""The file itself: who applies for what, at which body."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from sealmark.certify import ApplicationStatus
from sealmark_platform.casework.models.stateful import Stateful, choices_of

__all__ = ["Agreement", "CertificationFile", "Document"]


class CertificationFile(Stateful):
    """One organization, one scheme, one body: from the application to the last certificate.

    Its own status is that of the application; evaluations and the certificate have theirs.
    """

    body = models.ForeignKey("parties.Body", on_delete=models.PROTECT, related_name="files")
    organization = models.ForeignKey("parties.Organization", on_delete=models.PROTECT, related_name="files")
    edition = models.ForeignKey("catalogue.AdoptedEdition", on_delete=models.PROTECT, related_name="files")
    number = models.CharField(_("number"), max_length=30, unique=True)
    status = models.CharField(max_length=20, choices=choices_of(ApplicationStatus), default=ApplicationStatus.DRAFT)
    scope = models.TextField(_("what shall be certified"), blank=True)
    answers = models.JSONField(default=dict, blank=True)
    prerequisites_shown = models.JSONField(default=list, blank=True)
    opened_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    language = models.CharField(_("language of the evaluation"), max_length=10, default="en")

    class Meta:
        indexes = [
            models.Index(fields=["body", "status", "number"], name="file_of_body"),
            models.Index(fields=["body", "number"], name="file_of_body_by_number"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=[word.value for word in ApplicationStatus]), name="file_status_known"
            )
        ]

    def __str__(self) -> str:
        return self.number


class Document(models.Model):
    """A document the applicant gave: kept under the digest of its content."""

    file = models.ForeignKey(CertificationFile, on_delete=models.CASCADE, related_name="documents")
    kind = models.CharField(max_length=100)
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    content = models.FileField(upload_to="documents/%Y/%m/")
    size = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=80)
    added_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Agreement(models.Model):
    """The enforceable agreement (17065, 4.1.2): the version that was offered, and who signed it when."""

    file = models.OneToOneField(CertificationFile, on_delete=models.CASCADE, related_name="agreement")
    text = models.TextField()
    digest = models.CharField(max_length=80)
    offered_on = models.DateField()
    signed_on = models.DateField(null=True, blank=True)
    signed_by = models.ForeignKey("parties.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.file}: {self.digest[:19]}"
