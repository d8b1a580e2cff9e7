"""Self-assessments: apart from every certification file, for the organization's own people alone."""

from __future__ import annotations

import uuid

from django.db import models

__all__ = ["SelfAssessment"]


class SelfAssessment(models.Model):
    """What an organization found about itself by the rules of an edition. It is no certification result.

    No certification file points here, and none is pointed to: a body learns nothing of it.
    """

    class Status(models.TextChoices):
        """How far it is."""

        WAITING = "waiting"
        DONE = "done"
        REFUSED = "refused"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey("parties.Organization", on_delete=models.CASCADE, related_name="self_assessments")
    edition = models.ForeignKey("catalogue.AdoptedEdition", on_delete=models.PROTECT, related_name="self_assessments")
    made_by = models.ForeignKey("parties.Person", null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField()
    name = models.CharField(max_length=200)
    is_example = models.BooleanField(default=False)
    content = models.FileField(upload_to="self-assessments/%Y/%m/", blank=True)
    digest = models.CharField(max_length=80, blank=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.WAITING)
    result = models.JSONField(null=True, blank=True)
    """evaluation.json as the library sealed it, with the label ``self-assessment``."""
    grade = models.CharField(max_length=100, blank=True)
    problems = models.JSONField(default=list, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=["waiting", "done", "refused"]), name="self_assessment_status_known"
            ),
            models.CheckConstraint(
                condition=models.Q(result=None) | models.Q(result__label="self-assessment"),
                name="self_assessment_says_so",
            ),
        ]

    def __str__(self) -> str:
        return self.name
