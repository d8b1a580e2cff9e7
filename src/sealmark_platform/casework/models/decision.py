"""Decisions, and the votes of a committee."""

from __future__ import annotations

from django.db import models

from sealmark.certify import Outcome
from sealmark_platform.casework.models.evaluation import Evaluation, Participation
from sealmark_platform.casework.models.stateful import choices_of

__all__ = ["Decision", "Vote"]


class Vote(models.Model):
    """What one member of the deciding side says; stepping aside is kept as well."""

    evaluation = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="votes")
    participation = models.OneToOneField(Participation, on_delete=models.PROTECT, related_name="vote")
    outcome = models.CharField(max_length=30, choices=choices_of(Outcome))
    reason = models.TextField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.participation}: {self.outcome}"


class Decision(models.Model):
    """Every decision is kept, refusals and suspensions too (17065, 7.6)."""

    evaluation = models.ForeignKey(
        Evaluation, null=True, blank=True, on_delete=models.PROTECT, related_name="decisions"
    )
    certificate = models.ForeignKey(
        "casework.Certificate", null=True, blank=True, on_delete=models.PROTECT, related_name="decisions"
    )
    outcome = models.CharField(max_length=30, choices=choices_of(Outcome))
    grade = models.CharField(max_length=100, blank=True)
    conditions = models.JSONField(default=list, blank=True)
    reason = models.TextField()
    decided_on = models.DateField()
    decided_by = models.ForeignKey("parties.Person", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(evaluation__isnull=False) | models.Q(certificate__isnull=False),
                name="decision_has_a_subject",
            )
        ]

    def __str__(self) -> str:
        return f"{self.outcome} {self.decided_on}"
