"""Changes of what a body keeps, each with an address and a named schema of its own: for programs that make clients."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from django import forms
from django.utils import translation

__all__ = ["Told", "schema_name", "schema_of", "spread"]

_FILE = "The content of the file, as text."
_STAMP = "As GET of the changes/{change}/{subject} told it: what is changed must be what was seen."


class Told(Protocol):
    """What is told of a change."""

    @property
    def form(self) -> type[forms.Form]:
        """What it asks for."""

    @property
    def title(self) -> str:
        """What it does, in words."""

    @property
    def subject(self) -> str:
        """What it is about."""

    @property
    def is_stamped(self) -> bool:
        """Whether it changes something that stands there already."""


def schema_name(change: str) -> str:
    """Return the name of the schema of a change.

    Example:
        >>> schema_name("organization.add-site")
        'OrganizationAddSite'
    """
    return "".join(part.capitalize() for part in change.replace(".", "-").split("-"))


def schema_of(form: type[forms.Form], *, is_stamped: bool) -> dict[str, Any]:
    """Return the JSON schema of what a form takes.

    Args:
        form: Its fields; choices that depend on what a body keeps are told by the form itself, not here.
        is_stamped: Whether the stamp of what was seen has to be sent.
    """
    fields = {name: field for name, field in form.base_fields.items() if name != "seen"}
    needed = [*(["seen"] if is_stamped else []), *(name for name, field in fields.items() if field.required)]
    seen = {"seen": {"type": "string", "maxLength": 64, "description": _STAMP}} if is_stamped else {}
    return {
        "type": "object", "additionalProperties": False, "properties": {
            **seen, **{name: {**_type_of(field), **_words_of(field)} for name, field in fields.items()},
        }, **({"required": needed} if needed else {}),
    }  # fmt: skip


def _words_of(field: forms.Field) -> dict[str, str]:
    said = " ".join(str(part).rstrip(".") + "." for part in (field.label, field.help_text) if part)
    return {"description": f"{said} {_FILE}" if isinstance(field, forms.FileField) else said}


def _type_of(field: forms.Field) -> dict[str, Any]:
    return next((tell(field) for kind, tell in _TYPES if isinstance(field, kind)), None) or _text(field)


def _flag(field: Any) -> dict[str, Any]:
    return {"type": "boolean", **({"const": True} if field.required else {"default": False})}


def _several(field: Any) -> dict[str, Any]:
    least = {"minItems": 1} if field.required else {}
    return {"type": "array", "items": {"type": "string", **_choices(field.choices)}, **least}


def _chosen(field: Any) -> dict[str, Any]:
    return {"type": "string", **_choices(field.choices, is_optional=not field.required)}


def _number(field: Any) -> dict[str, Any]:
    limits = {"minimum": field.min_value, "maximum": field.max_value}
    return {"type": "integer", **{name: value for name, value in limits.items() if value is not None}}


_TYPES: tuple[tuple[type[forms.Field], Callable[[Any], dict[str, Any]]], ...] = (
    (forms.BooleanField, _flag), (forms.MultipleChoiceField, _several), (forms.ChoiceField, _chosen),
    (forms.IntegerField, _number), (forms.DateField, lambda _field: {"type": "string", "format": "date"}),
    (forms.FileField, lambda _field: {"type": "string"}),
)  # fmt: skip
"""What JSON calls a field; the first that fits."""


def _text(field: forms.Field) -> dict[str, Any]:
    limits = {"minLength": getattr(field, "min_length", None), "maxLength": getattr(field, "max_length", None)}
    told = {name: value for name, value in limits.items() if value is not None}
    least = {"minLength": 1} if field.required and "minLength" not in told else {}
    kind = {"format": "email"} if isinstance(field, forms.EmailField) else {}
    return {"type": "string", **kind, **least, **told}


def _choices(choices: Iterable[Any], *, is_optional: bool = False) -> dict[str, Any]:
    known = [str(value) for value, _word in choices]
    return {"enum": [*([""] if is_optional and "" not in known else []), *known]} if known else {}


def spread(document: dict[str, Any], operation_id: str, changes: Mapping[str, Told]) -> None:
    """Give every change an address and a schema of its own in a document, in the place of the one they share.

    Args:
        document: Of the interface; it is changed.
        operation_id: Of what they share; its address has a part ``{change}``.
        changes: By their names.
    """
    address, shared = next(
        (path, item) for path, item in document["paths"].items()
        if any(one["operationId"] == operation_id for one in item.values())
    )  # fmt: skip
    method, pattern = next((how, one) for how, one in shared.items() if one["operationId"] == operation_id)
    del shared[method]
    for operation in shared.values():
        for parameter in operation["parameters"]:
            if parameter["name"] == "change":
                parameter["schema"]["enum"] = [*changes]
    with translation.override("en"):
        for name, change in changes.items():
            schema = {**schema_of(change.form, is_stamped=change.is_stamped), "title": schema_name(name)}
            document["components"]["schemas"][schema_name(name)] = schema
            document["paths"][address.replace("{change}", name)] = {method: _operation(pattern, name, change)}


def _operation(pattern: Mapping[str, Any], name: str, change: Told) -> dict[str, Any]:
    made = copy.deepcopy(dict(pattern))
    made["operationId"] = name.replace(".", "_").replace("-", "_")
    made["summary"] = change.title
    made["description"] = f"{change.title}. The subject is the id of the {change.subject}."
    made["parameters"] = [one for one in made["parameters"] if one["name"] != "change"]
    reference = {"$ref": f"#/components/schemas/{schema_name(name)}"}
    made["requestBody"]["content"]["application/json"]["schema"] = reference
    return made
