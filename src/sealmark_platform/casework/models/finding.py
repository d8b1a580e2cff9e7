"""Findings, with the three parts of an answer."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from sealmark.certify import FindingStatus
from sealmark_platform.casework.models.evaluation import Evaluation
from sealmark_platform.casework.models.stateful import Stateful, choices_of

__all__ = ["Finding"]


class Finding(Stateful):
    """What an evaluation found: a nonconformity of a class of the scheme, an observation or a strength."""

    evaluation = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="findings")
    number = models.PositiveSmallIntegerField()
    grade = models.CharField(max_length=60)
    is_owed = models.BooleanField(default=True)
    blocks = models.BooleanField(default=False)
    requirement = models.CharField(max_length=100, blank=True)
    site = models.ForeignKey("parties.Site", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    statement = models.TextField(_("what was found"))
    status = models.CharField(max_length=20, choices=choices_of(FindingStatus), default=FindingStatus.RAISED)
    told_on = models.DateField()
    plan_until = models.DateField(null=True, blank=True)
    correction_until = models.DateField(null=True, blank=True)
    verified_until = models.DateField(null=True, blank=True)
    correction = models.TextField(_("correction"), blank=True)
    cause = models.TextField(_("cause"), blank=True)
    corrective_action = models.TextField(_("corrective action"), blank=True)
    verification = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["evaluation", "number"], name="one_finding_of_a_number"),
            models.CheckConstraint(
                condition=models.Q(status__in=[word.value for word in FindingStatus]), name="finding_status_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.grade} {self.number}"
