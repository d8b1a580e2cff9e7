"""What the register keeps beside certificates: complaints from outside, names to search by, who wants to be told."""

from __future__ import annotations

import uuid

from django.db import models

__all__ = [
    "Complainant", "KnownCertificate", "NamePart", "OutsideComplaint", "OutsideMail", "SearchedName", "Subscription",
    "Withholding",
]  # fmt: skip


class OutsideComplaint(models.Model):
    """What came in. It holds nothing personal: that is all in :class:`Complainant` and can be erased."""

    class Status(models.TextChoices):
        """Where it stands; once it is filed, the complaint of the file tells the rest."""

        RECEIVED = "received"
        FILED = "filed"
        OUT_OF_SCOPE = "out-of-scope"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=30, unique=True)
    body = models.ForeignKey("parties.Body", on_delete=models.PROTECT, related_name="outside_complaints")
    certificate = models.ForeignKey(
        "casework.Certificate", null=True, blank=True, on_delete=models.PROTECT, related_name="outside_complaints"
    )
    objection = models.OneToOneField(
        "casework.Objection", null=True, blank=True, on_delete=models.PROTECT, related_name="outside_complaint"
    )
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.RECEIVED)
    revision = models.PositiveIntegerField(default=0)
    received_at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey("parties.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["body", "status"], name="outside_complaint_of_body")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=["received", "filed", "out-of-scope"]),
                name="outside_complaint_status_known",
            ),
            models.CheckConstraint(
                condition=models.Q(status="filed", objection__isnull=False)
                | (~models.Q(status="filed") & models.Q(objection=None)),
                name="outside_complaint_filed_or_not",
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class Complainant(models.Model):
    """Who complained and what they wrote; erasing this row erases all that is personal."""

    complaint = models.OneToOneField(OutsideComplaint, on_delete=models.CASCADE, related_name="complainant")
    name = models.CharField(max_length=200)
    email = models.EmailField()
    statement = models.TextField()
    language = models.CharField(max_length=10, default="en")
    origin = models.CharField(max_length=64, db_index=True)
    """Stands for the address of the network it came from, for the limit of an hour; the address itself is not kept."""

    def __str__(self) -> str:
        return f"{self.complaint}"


class OutsideMail(models.Model):
    """A mail to somebody who complained; the row is the outbox."""

    complainant = models.ForeignKey(Complainant, on_delete=models.CASCADE, related_name="mails")
    kind = models.CharField(max_length=20)
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.kind} > {self.complainant}"


class SearchedName(models.Model):
    """Under which name a certificate is found: see ``register/names.py``."""

    certificate = models.OneToOneField("casework.Certificate", on_delete=models.CASCADE, related_name="searched")
    number = models.CharField(max_length=30, unique=True)
    folded = models.TextField()

    def __str__(self) -> str:
        return self.number


class NamePart(models.Model):
    """How the rest of a name begins at one of its letters."""

    name = models.ForeignKey(SearchedName, on_delete=models.CASCADE, related_name="parts")
    part = models.BinaryField()

    class Meta:
        indexes = [models.Index(fields=["part", "name"], name="name_by_part")]

    def __str__(self) -> str:
        return bytes(self.part).decode(errors="ignore")


class Withholding(models.Model):
    """The details of a certificate are not shown, because its holder asks for that; in force once it is approved."""

    certificate = models.OneToOneField("casework.Certificate", on_delete=models.CASCADE, related_name="withholding")
    reason = models.TextField()
    asked_by = models.ForeignKey("parties.Person", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    approved_by = models.ForeignKey("parties.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(approved_by=None, approved_at=None)
                | models.Q(approved_by__isnull=False, approved_at__isnull=False),
                name="withholding_approved_or_not",
            ),
            models.CheckConstraint(
                condition=models.Q(approved_by=None) | ~models.Q(approved_by=models.F("asked_by")),
                name="withholding_by_two_people",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.certificate}"


class Subscription(models.Model):
    """Somebody who is told when the status of a certificate changes; erased when they ask, or with its end."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    certificate = models.ForeignKey("casework.Certificate", on_delete=models.CASCADE, related_name="subscriptions")
    email = models.EmailField()
    language = models.CharField(max_length=10, default="en")
    origin = models.CharField(max_length=64, db_index=True)
    """As :attr:`Complainant.origin`."""
    asked_at = models.DateTimeField()
    invited_at = models.DateTimeField(null=True, blank=True)
    """When the mail went out that asks them to confirm."""
    confirmed_at = models.DateTimeField(null=True, blank=True)
    told = models.BigIntegerField()
    """The newest event of the certificate they know of."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["certificate", "email"], name="one_subscription_of_an_address")]

    def __str__(self) -> str:
        return f"{self.certificate}"


class KnownCertificate(models.Model):
    """A certificate that another system told of: known to the body, never part of the public register."""

    body = models.ForeignKey("parties.Body", on_delete=models.CASCADE, related_name="known_certificates")
    organization = models.ForeignKey(
        "parties.Organization", on_delete=models.CASCADE, related_name="known_certificates"
    )
    identity = models.CharField(max_length=60)
    number = models.CharField(max_length=60)
    status = models.CharField(max_length=20)
    type = models.CharField(max_length=200, blank=True)
    scope = models.TextField(blank=True)
    standards = models.TextField(blank=True)
    sectors = models.TextField(blank=True)
    accreditation = models.CharField(max_length=200, blank=True)
    sites = models.JSONField(default=list)
    taken_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["body", "identity"], name="one_known_certificate_of_an_identity")
        ]

    def __str__(self) -> str:
        return self.number
