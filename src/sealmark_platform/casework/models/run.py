"""Evaluations of evidence that were asked for: they take seconds or minutes and run outside the request."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from sealmark.core.errors import Problem
from sealmark_platform.casework.kept_runs import faults_told
from sealmark_platform.casework.models.evaluation import Evaluation

__all__ = ["EvaluationRun"]


class EvaluationRun(models.Model):
    """One run of the evaluation of the gathered evidence."""

    class Status(models.TextChoices):
        """How far it is; the first two are open."""

        QUEUED = "queued", _("waits for its turn")
        RUNNING = "running", _("is being evaluated")
        DONE = "done", _("evaluated")
        REFUSED = "refused", _("not evaluated")

    OPEN = (Status.QUEUED, Status.RUNNING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    evaluation = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="runs")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    revision = models.PositiveIntegerField()
    """Of the evaluation when it was asked for: a result of other evidence is not recorded."""
    asked_by = models.ForeignKey("parties.Person", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    problems = models.JSONField(default=list, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["evaluation"], condition=models.Q(status__in=["queued", "running"]), name="one_open_run_each"
            )
        ]

    def __str__(self) -> str:
        return f"{self.evaluation}: {self.status}"

    @property
    def is_open(self) -> bool:
        """Whether a result is still to come."""
        return self.status in self.OPEN

    def faults(self) -> list[Problem]:
        """Return what refused it."""
        return faults_told(self.problems)
