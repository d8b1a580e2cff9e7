"""JSON Schema (draft 2020-12) of every file of a pack, made from the models that read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from sealmark.scheme.loading import FILE_MODELS

__all__ = ["DIALECT", "PACK_FORMATS", "FileFormat", "schema_of"]

DIALECT = "https://json-schema.org/draft/2020-12/schema"


@dataclass(frozen=True, slots=True)
class FileFormat:
    """A file format with a published schema.

    Attributes:
        name: How ``sealmark schema`` calls it.
        model: The model that reads it.
        file: Where such a file stands, as a pattern.
        title: What it holds, in a few words.
    """

    name: str
    model: type[BaseModel]
    file: str
    title: str


def _pack_format(name: str, file: str, title: str) -> FileFormat:
    place = file.removeprefix("editions/*/")
    return FileFormat(name, FILE_MODELS[place], file, title)


PACK_FORMATS: Mapping[str, FileFormat] = {
    item.name: item
    for item in (
        _pack_format("scheme", "scheme.yaml", "A scheme pack: owner, licence, editions"),
        _pack_format("edition", "editions/*/edition.yaml", "An edition: state, days, languages, size classes"),
        _pack_format("tree", "editions/*/tree.yaml", "The tree of requirements with points and roll-up"),
        _pack_format("requirement", "editions/*/requirements/*.yaml", "One requirement and its evidence rules"),
        _pack_format("scales", "editions/*/scales.yaml", "The scales assessors mark on"),
        _pack_format("grading", "editions/*/grading.yaml", "Scores, adjustments, gates and grades"),
        _pack_format("procedure", "editions/*/procedure.yaml", "How a certification runs"),
        _pack_format("declarations", "editions/*/declarations.yaml", "Facts, documents, credentials, record classes"),
        _pack_format("sources", "editions/*/sources.yaml", "Where figures come from, and their status"),
        _pack_format("parameters", "editions/*/parameters.yaml", "Named figures with dated values"),
        _pack_format("relations", "editions/*/relations.yaml", "Cross-walk to other schemes and laws"),
        _pack_format("instrument", "editions/*/instruments/*.yaml", "A questionnaire"),
        _pack_format("measure", "editions/*/measures/*.yaml", "A number from answers or service records"),
        _pack_format("text", "editions/*/text/*.yaml", "The wording in one language"),
        _pack_format("cases", "editions/*/cases/*.yaml", "Golden cases"),
        _pack_format("overlay", "editions/*/overlays/*.yaml", "Figures that fill empty parameters"),
    )
}
"""Every file format of a pack by name."""


class _Generator(GenerateJsonSchema):
    """Decimals are numbers in our files; field titles that only repeat the key are left out."""

    def decimal_schema(self, schema: core_schema.DecimalSchema) -> JsonSchemaValue:
        del schema
        return {"type": "number"}

    def field_title_should_be_set(self, schema: Any) -> bool:
        del schema
        return False


def schema_of(file_format: FileFormat) -> dict[str, Any]:
    """Return the JSON Schema of a file format.

    Example:
        >>> schema_of(PACK_FORMATS["requirement"])["title"]
        'One requirement and its evidence rules'
    """
    made = _tidy(file_format.model.model_json_schema(schema_generator=_Generator))
    description = f"{made.get('description', '')}\n\nFile: {file_format.file}".strip()
    heading = {
        "$schema": DIALECT,
        "$id": f"urn:sealmark:schema:{file_format.name}",
        "title": file_format.title,
        "description": description,
    }
    return {**heading, **{key: value for key, value in made.items() if key not in heading}}


def _tidy(value: Any) -> Any:
    """Return a schema with exact defaults, closed mappings, and plain text instead of markup."""
    if isinstance(value, list):
        return [_tidy(item) for item in value]
    if isinstance(value, str):
        return value.replace("``", "`")
    if not isinstance(value, dict):
        return value
    tidy = {key: _tidy(item) for key, item in value.items()}
    if "patternProperties" in tidy:
        tidy.setdefault("additionalProperties", False)
    if isinstance(tidy.get("default"), str) and tidy.get("type") == "number":
        tidy["default"] = float(tidy["default"])
    # A file's own as_of holds for its cases, so a case need not say it.
    if tidy.get("title") == "GoldenCase":
        tidy["required"] = [name for name in tidy["required"] if name != "as_of"]
    return tidy
