"""What every subject of an act has: a status, a revision that every act raises, the number of its last record."""

from __future__ import annotations

import uuid
from enum import StrEnum

from django.db import models

__all__ = ["Stateful", "choices_of"]


def choices_of(words: type[StrEnum]) -> list[tuple[str, str]]:
    """Return the choices of a status field."""
    return [(word.value, word.value) for word in words]


class Stateful(models.Model):
    """A subject of acts."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    revision = models.PositiveIntegerField(default=0)
    last_entry = models.BigIntegerField(default=0)
    """Number of its newest entry in the trail: an entry that was taken away from the end is missed here."""
    status: models.CharField[str, str]

    class Meta:
        abstract = True

    @property
    def is_new(self) -> bool:
        """Whether it has not been saved yet."""
        return self._state.adding
