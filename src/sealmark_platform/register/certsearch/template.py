"""What a workbook of the template looks like: data, so that another edition of it is another file."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

__all__ = ["Column", "Sheet", "Template", "template"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        field: By which this code knows it.
        name: In the first row.
        needed: Whether it may be empty.
        longest: So many characters at most.
    """

    field: str
    name: str
    longest: int
    needed: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet."""

    name: str
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """The whole workbook.

    Attributes:
        version: Of the template.
        largest: Bytes of a file.
        sheets: Entities, certifications and sites.
        statuses: Words of the template by ours.
        hidden: Further words, of certificates that other registers do not show.
    """

    version: str
    largest: int
    sheets: Mapping[str, Sheet]
    statuses: Mapping[str, str]
    hidden: tuple[str, ...]


@functools.cache
def template() -> Template:
    """Return the template."""
    told = json.loads(resources.files(__package__).joinpath("template.json").read_text("utf-8"))
    sheets = {
        name: Sheet(one["name"], tuple(Column(**column) for column in one["columns"]))
        for name, one in told["sheets"].items()
    }
    return Template(told["version"], told["largest"], sheets, told["statuses"], tuple(told["hidden"]))
