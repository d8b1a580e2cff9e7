"""What every subject of an act has: a status from the library's table, and a revision that every act raises."""

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
    status: models.CharField[str, str]

    class Meta:
        abstract = True

    @property
    def is_new(self) -> bool:
        """Whether it has not been saved yet."""
        return self._state.adding
