"""What acts ask for and leave behind."""

from __future__ import annotations

import uuid

from ninja import Schema

__all__ = [
    "ActForm", "Done", "FormField",
]  # fmt: skip


class FormField(Schema):
    """One thing that an act asks for."""

    name: str
    label: str
    kind: str
    is_required: bool
    choices: list[list[str]]


class ActForm(Schema):
    """What an act asks for, as things stand."""

    act: str
    subject: uuid.UUID
    status: str
    revision: int
    is_final: bool
    fields: list[FormField]


class Done(Schema):
    """What an act left behind."""

    act: str
    subject: uuid.UUID
    status: str
    revision: int
    record: int
    made: str | None
