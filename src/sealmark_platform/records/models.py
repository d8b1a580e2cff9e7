"""One row per act. Rows are only ever added: the database refuses anything else."""

from __future__ import annotations

from django.db import models

__all__ = ["Checkpoint", "Commitment", "Entry", "Node"]


class Entry(models.Model):
    """One act: who did what to which subject and when, as canonical JSON.

    Who acted is kept as an id; their name at that time and the reason they gave stand
    behind commitments: the trail outlives the account and holds no text about people.
    """

    number = models.BigIntegerField(primary_key=True)
    kind = models.CharField(max_length=60)
    at = models.DateTimeField()
    actor = models.CharField(max_length=40)
    tenant = models.CharField(max_length=40, blank=True)
    subject = models.CharField(max_length=80)
    file = models.CharField(max_length=40, blank=True)
    event = models.TextField()
    leaf = models.CharField(max_length=64)
    chain = models.CharField(max_length=64)
    """Hash of the entry before and this leaf: whoever alters one entry must rewrite all that follow."""

    class Meta:
        indexes = [
            models.Index(fields=["file", "number"], name="entry_of_file"),
            models.Index(fields=["tenant", "number"], name="entry_of_tenant"),
            models.Index(fields=["subject", "number"], name="entry_of_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.kind}"


class Commitment(models.Model):
    """A personal value behind a digest that stands in the trail; erasing it here leaves the trail whole."""

    digest = models.CharField(max_length=64, primary_key=True)
    salt = models.CharField(max_length=64)
    value = models.TextField()
    about = models.CharField(max_length=40, blank=True, db_index=True)

    def __str__(self) -> str:
        return self.digest[:12]


class Node(models.Model):
    """A full subtree of the Merkle tree, kept so that a proof reads few rows; all of them follow from the entries."""

    id = models.BigIntegerField(primary_key=True)
    """As :attr:`sealmark.attest.log.tree.Place.id` counts; entries are the leaves themselves."""
    hash = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.id} {self.hash[:12]}"


class Checkpoint(models.Model):
    """A signed statement of how many entries there were and what their tree's root was."""

    size = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    root = models.CharField(max_length=64)
    chain = models.CharField(max_length=64)
    signature = models.CharField(max_length=128)

    def __str__(self) -> str:
        return f"{self.size} {self.root[:12]}"
