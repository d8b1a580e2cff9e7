"""One evaluation: its team, its sites, its evidence and its frozen result."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from sealmark.certify import EvaluationKind, EvaluationStatus
from sealmark_platform.casework.models.file import CertificationFile
from sealmark_platform.casework.models.stateful import Stateful, choices_of

__all__ = ["RUNNING", "Evaluation", "Evidence", "Participation", "PlannedSite"]

RUNNING = tuple(
    word.value for word in EvaluationStatus if word not in {EvaluationStatus.DECIDED, EvaluationStatus.CANCELLED}
)
"""The statuses of an evaluation that is not over, as the index of what falls due has them."""


class Evaluation(Stateful):
    """Selection and determination, with the review and the decision that follow."""

    file = models.ForeignKey(CertificationFile, on_delete=models.CASCADE, related_name="evaluations")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20, choices=choices_of(EvaluationKind))
    status = models.CharField(max_length=20, choices=choices_of(EvaluationStatus), default=EvaluationStatus.PLANNING)
    opened_on = models.DateField()
    due_on = models.DateField(null=True, blank=True)
    starts_on = models.DateField(_("first day"), null=True, blank=True)
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    days = models.DecimalField(_("assessor days"), max_digits=6, decimal_places=2, null=True, blank=True)
    seed = models.BigIntegerField(null=True, blank=True)
    ledger = models.JSONField(default=dict, blank=True)
    result = models.JSONField(null=True, blank=True)
    """evaluation.json as the library sealed it."""
    result_digest = models.CharField(max_length=80, blank=True)
    grade = models.CharField(max_length=100, blank=True)
    is_certifiable = models.BooleanField(null=True)
    recommendation = models.TextField(blank=True)
    review = models.TextField(blank=True)
    purpose = models.TextField(_("why"), blank=True)

    class Meta:
        indexes = [
            # Without those that are over: of these there are ever more, all of them due before today.
            models.Index(
                fields=["due_on", "opened_on", "status"], name="evaluation_running",
                condition=models.Q(status__in=RUNNING),
            ),
        ]  # fmt: skip
        constraints = [
            models.UniqueConstraint(fields=["file", "number"], name="one_evaluation_of_a_number"),
            models.CheckConstraint(
                condition=models.Q(status__in=[word.value for word in EvaluationStatus]), name="evaluation_status_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file} / {self.number}"


class Participation(models.Model):
    """Whom an evaluation was given to, on which side.

    One person stands on one side of an evaluation: the database refuses a second row,
    and with it the separation of evaluating, reviewing, deciding and judging appeals.
    """

    class Side(models.TextChoices):
        """The sides that exclude each other."""

        EVALUATION = "evaluation", _("evaluation")
        REVIEW = "review", _("review")
        DECISION = "decision", _("decision")
        REVIEW_AND_DECISION = "review-and-decision", _("review and decision")
        PANEL = "panel", _("complaints and appeals")

    evaluation = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="participations")
    person = models.ForeignKey("parties.Person", on_delete=models.PROTECT, related_name="participations")
    side = models.CharField(max_length=20, choices=Side.choices)
    is_lead = models.BooleanField(default=False)
    role = models.CharField(max_length=60, blank=True)
    assigned_on = models.DateField()
    has_acted = models.BooleanField(default=False)
    stepped_aside = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["evaluation", "person"], name="one_side_per_person"),
            models.UniqueConstraint(
                fields=["evaluation"], condition=models.Q(is_lead=True), name="one_lead_per_evaluation"
            ),
            models.CheckConstraint(
                condition=models.Q(is_lead=False) | models.Q(side="evaluation"), name="lead_evaluates"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.side}"


class PlannedSite(models.Model):
    """A site of the plan: drawn, and why, or left out, and why."""

    evaluation = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="planned_sites")
    site = models.ForeignKey("parties.Site", on_delete=models.PROTECT, related_name="+")
    why = models.CharField(max_length=20)
    excluded = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["evaluation", "site"], name="one_plan_per_site")]

    def __str__(self) -> str:
        return f"{self.site} ({self.why})"


class Evidence(models.Model):
    """A file of evidence, or a whole case folder as one archive."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    evaluation = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="evidence")
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    is_case_folder = models.BooleanField(default=False)
    content = models.FileField(upload_to="evidence/%Y/%m/")
    size = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=80)
    added_by = models.ForeignKey("parties.Person", on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
