"""Complaints by people without an account, with who complained kept apart; names by which the register is searched."""

from __future__ import annotations

import uuid

from django.db import models

__all__ = ["Complainant", "NamePart", "OutsideComplaint", "OutsideMail", "SearchedName"]


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
