"""Complaints and appeals, with the people who decide them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from sealmark.certify import ObjectionKind, ObjectionStatus
from sealmark_platform.casework.models.decision import Decision
from sealmark_platform.casework.models.file import CertificationFile
from sealmark_platform.casework.models.stateful import Stateful, choices_of

__all__ = ["Objection", "Panellist"]


class Objection(Stateful):
    """A complaint about anybody's conduct, or an appeal against a decision."""

    file = models.ForeignKey(CertificationFile, on_delete=models.PROTECT, related_name="objections")
    kind = models.CharField(max_length=20, choices=choices_of(ObjectionKind))
    against = models.ForeignKey(Decision, null=True, blank=True, on_delete=models.PROTECT, related_name="appeals")
    status = models.CharField(max_length=20, choices=choices_of(ObjectionStatus), default=ObjectionStatus.RECEIVED)
    statement = models.TextField(_("what it is about"))
    filed_by = models.ForeignKey("parties.Person", on_delete=models.PROTECT, related_name="+")
    filed_on = models.DateField()
    decide_until = models.DateField(null=True, blank=True)
    investigation = models.TextField(blank=True)
    is_upheld = models.BooleanField(null=True)
    answer = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.filed_on}"


class Panellist(models.Model):
    """A member of the panel; who took part in what is objected to is refused by the act and by the database."""

    objection = models.ForeignKey(Objection, on_delete=models.CASCADE, related_name="panel")
    person = models.ForeignKey("parties.Person", on_delete=models.PROTECT, related_name="+")
    assigned_on = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["objection", "person"], name="one_seat_per_person")]

    def __str__(self) -> str:
        return str(self.person)
