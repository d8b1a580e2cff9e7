"""Certification bodies and who works for them in which function."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

__all__ = ["Body", "Membership"]


class Body(models.Model):
    """A certification body: whatever it keeps, no other body sees."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=200)
    code = models.SlugField(_("code"), max_length=12, unique=True)
    country = models.CharField(_("country"), max_length=2)
    address = models.TextField(_("address"), blank=True)
    languages = models.JSONField(_("languages"), null=True, blank=True)
    """Tags of the languages it evaluates in; nothing: all."""
    working_days = models.JSONField(_("working days"), null=True, blank=True)
    """Names of the days of the week on which it works; nothing: Monday to Friday."""
    cooling_off_days = models.PositiveIntegerField(default=730)
    reviewer_may_decide = models.BooleanField(default=False)
    votes_needed = models.PositiveSmallIntegerField(default=1)
    rotation_evaluations = models.PositiveSmallIntegerField(default=3)

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """One function of one person in one body."""

    class Function(models.TextChoices):
        """What somebody may be called to do; in a file it needs an assignment as well."""

        ADMINISTRATOR = "administrator", _("administrator")
        COORDINATOR = "coordinator", _("coordinator")
        EVALUATOR = "evaluator", _("evaluator")
        REVIEWER = "reviewer", _("reviewer")
        DECIDER = "decider", _("decision maker")
        PANELLIST = "panellist", _("member of appeal panels")
        OBSERVER = "observer", _("impartiality committee")

    person = models.ForeignKey("parties.Person", on_delete=models.CASCADE, related_name="memberships")
    body = models.ForeignKey(Body, on_delete=models.CASCADE, related_name="memberships")
    function = models.CharField(max_length=20, choices=Function.choices)
    until = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "body", "function"], name="one_membership_of_a_function")
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.function} ({self.body})"
