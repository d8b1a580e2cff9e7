"""What a program sends for a form: the fields told, and what was sent checked by the form that the pages show."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from ninja.params.functions import Header

from sealmark.core.errors import Problem, SealmarkError
from sealmark_platform.api.problems import refuse

__all__ = ["KEY", "cleaned", "require_text", "told_field"]

_HALVES = re.compile("[\ud800-\udfff]")
KEY: Any = Header(
    None, alias="Idempotency-Key", max_length=200,
    description="The same key and content give the same answer for 24 hours, and the act is done once.",
)  # fmt: skip


def told_field(name: str, field: forms.Field) -> dict[str, Any]:
    """Return what a form asks for in one field."""
    choices = [[str(value), str(word)] for value, word in getattr(field, "choices", ())]
    kind = type(field).__name__.removesuffix("Field").lower()
    return {"name": name, "label": str(field.label), "kind": kind, "is_required": field.required, "choices": choices}


def require_text(sent: object) -> None:
    """Refuse what no database keeps: zero characters and halves of characters.

    Raises:
        SealmarkError: SM863 there is one.
    """
    if any("\0" in text or _HALVES.search(text) for text in _texts(sent)):
        raise refuse("SM863", "The text has a character that cannot be kept.", where="body")


def _texts(sent: object) -> Iterator[str]:
    if isinstance(sent, str):
        yield sent
    elif isinstance(sent, dict):
        yield from (text for pair in sent.items() for part in pair for text in _texts(part))
    elif isinstance(sent, list):
        yield from (text for part in sent for text in _texts(part))


def cleaned(make_form: Callable[..., forms.Form], sent: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was sent as the form reads it; the content of a file is sent as its text.

    Args:
        make_form: Makes the form, of nothing or of what was entered and the files.
        sent: Values by the names of the fields.

    Raises:
        SealmarkError: SM863 there is no such field, or a value does not fit; all of it.
    """
    given = {name: value for name, value in sent.items() if value is not None}
    known = make_form().fields
    faults = [
        Problem("SM863", "There is no such field.", where=f"body.{name[:60]}")
        for name in sorted(set(given) - set(known))
    ]
    faults += [
        Problem("SM863", "The value has not the type of the field.", where=f"body.{name}")
        for name, field in known.items() if name in given and not _fits(field, given[name])
    ]  # fmt: skip
    if faults:
        raise SealmarkError(*faults)
    files = {name: value for name, value in given.items() if isinstance(known[name], forms.FileField)}
    entered = {name: _entered(value) for name, value in given.items() if name not in files}
    form = make_form(
        entered, {name: SimpleUploadedFile(f"{name}.txt", str(text).encode()) for name, text in files.items()}
    )
    if not form.is_valid():
        raise SealmarkError(*(
            Problem("SM863", str(message), where=f"body.{name}")
            for name, messages in form.errors.items() for message in messages
        ))  # fmt: skip
    return form.cleaned_data


def _fits(field: forms.Field, value: object) -> bool:
    if isinstance(field, forms.BooleanField):
        return isinstance(value, bool)
    if isinstance(field, forms.MultipleChoiceField):
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    if isinstance(field, forms.FileField):
        return isinstance(value, str)
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def _entered(value: Any) -> Any:
    """Return a value as a browser would send it."""
    return value if isinstance(value, bool | list) else str(value)
