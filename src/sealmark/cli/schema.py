"""``sealmark schema``: the JSON Schema of every file format."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING

import click

from sealmark.cli.output import json_option, result, table
from sealmark.core.errors import Problem, SealmarkError, did_you_mean

if TYPE_CHECKING:
    from sealmark.scheme.schemas import FileFormat

__all__ = ["REGISTRIES", "formats", "schema"]

REGISTRIES: tuple[tuple[str, str], ...] = (
    ("sealmark.scheme.schemas", "PACK_FORMATS"),
    ("sealmark.evaluation.schemas", "CASE_FORMATS"),
    ("sealmark.reports.certificates.design", "DESIGN_FORMATS"),
)
"""Where file formats are listed: a module and its mapping from name to ``FileFormat``."""


def formats() -> Mapping[str, FileFormat]:
    """Return every file format with a schema, by name."""
    return {
        name: item
        for module, attribute in REGISTRIES
        for name, item in getattr(import_module(module), attribute).items()
    }


@click.command(epilog="Example: sealmark schema requirement")
@click.argument("name", required=False)
@json_option
def schema(name: str | None) -> None:
    """Print the JSON Schema of a file format.

    Without NAME: the list of formats. Editors complete and check files with it.
    """
    known = formats()
    if name is None:
        value = [{"name": item.name, "file": item.file, "title": item.title} for item in known.values()]
        result(value, table([[item.name, item.file, item.title] for item in known.values()]))
        return
    if name not in known:
        fix = did_you_mean(name, known)
        raise SealmarkError(Problem("SM903", f'There is no file format "{name}".', "", fix))
    from sealmark.scheme.schemas import schema_of

    made = schema_of(known[name])
    result(made, [json.dumps(made, ensure_ascii=False, indent=2)])
