"""What the interface keeps: tokens, answers to repeated requests, webhooks and what was sent to them."""

from __future__ import annotations

import uuid

from django.db import models

__all__ = ["Delivery", "KeptAnswer", "Token", "Webhook"]


class Token(models.Model):
    """A key of a person for programs; only its digest is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey("parties.Person", on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    begins = models.CharField(max_length=12)
    """Its first characters, by which its owner knows it again."""
    scopes = models.JSONField(default=list)
    made_at = models.DateTimeField()
    expires_on = models.DateField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.begins})"


class KeptAnswer(models.Model):
    """The answer to a request with an idempotency key."""

    person = models.ForeignKey("parties.Person", on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    content_type = models.CharField(max_length=100, blank=True)
    location = models.CharField(max_length=300, blank=True)
    body = models.TextField(blank=True)
    made_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="one_answer_of_a_key")]

    def __str__(self) -> str:
        return self.key


class Webhook(models.Model):
    """An address that is told of the acts in the files of a body."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    body = models.ForeignKey("parties.Body", on_delete=models.CASCADE, related_name="webhooks")
    address = models.CharField(max_length=500)
    kinds = models.JSONField(default=list, blank=True)
    """Acts or subjects it wants, such as ``certificate`` or ``finding.raise``; empty: all."""
    salt = models.CharField(max_length=64)
    last_entry = models.BigIntegerField(default=0)
    made_by = models.ForeignKey("parties.Person", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True, blank=True)
    """Since then it is told nothing; what happens meanwhile is told when it goes on."""
    ended_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.address


class Delivery(models.Model):
    """One entry of the trail on its way to one address, with what came of it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    entry = models.BigIntegerField()
    payload = models.TextField()
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True, blank=True)
    """When it is tried next; nothing: it arrived, or was given up."""
    arrived_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["webhook", "entry"], name="one_delivery_of_an_entry")]
        indexes = [models.Index(fields=["next_at"], name="delivery_due")]

    def __str__(self) -> str:
        return f"{self.entry} > {self.webhook}"
