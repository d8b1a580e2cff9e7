"""One way to list: filters, pages by cursor, or all of it as a file."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from ninja import Schema
from pydantic import Field

from sealmark.core.errors import SealmarkError
from sealmark_platform.api.exports import exported
from sealmark_platform.api.problems import refuse

__all__ = ["Asked", "Listing", "Page", "choice", "filtered", "listed", "require_known", "require_word", "worked_out"]

Row = TypeVar("Row", bound=Schema)


class Page(Schema, Generic[Row]):
    """Some rows of a list."""

    items: list[Row]
    next: str | None = Field(description="Cursor of the next page; null: this is the last.")


class Asked(Schema):
    """How a list is wanted."""

    limit: int = Field(50, ge=1, le=200, description="Rows of a page.")
    cursor: str = Field("", max_length=500, description="As the page before gave it in `next`.")
    format: Literal["json", "csv", "xlsx"] = Field(
        "json", description="csv and xlsx give every row of the list as a file, whatever limit and cursor."
    )


def choice(words: Iterable[str]) -> Any:
    """Return the field of a filter that is one of some words, or empty; the document of the interface names them."""
    return Field("", json_schema_extra={"enum": ["", *map(str, words)]})


@dataclass(frozen=True, slots=True)
class Listing:
    """A list.

    Attributes:
        name: Of the exported file.
        row: Schema of a row; its fields are the columns of an export.
        order: Paths that give every row its place; the last one is unique.
        paths: Where a field lies in the database, if not under its own name.
    """

    name: str
    row: type[Schema]
    order: tuple[str, ...]
    paths: Mapping[str, str] = field(default_factory=dict)

    @property
    def columns(self) -> list[str]:
        """Names of the fields."""
        return list(self.row.model_fields)

    def values(self, found: QuerySet[Any]) -> QuerySet[Any, Any]:
        """Return the columns of rows in their order, with the values they are ordered by behind."""
        paths = [self.paths.get(name, name) for name in self.columns]
        return found.order_by(*self.order).values_list(*paths, *(path.lstrip("-") for path in self.order))


def filtered(request: HttpRequest, found: QuerySet[Any], asked: Asked, paths: Mapping[str, str]) -> QuerySet[Any]:
    """Return the rows that fit the filters that were given.

    Args:
        request: Whose query must hold nothing else.
        found: What the reader may see.
        asked: The query.
        paths: From a filter to what it compares.

    Raises:
        SealmarkError: SM863 as :func:`require_known`.
    """
    require_known(request, asked)
    given = {name: getattr(asked, name) for name in paths}
    return found.filter(**{paths[name]: value for name, value in given.items() if value not in {None, ""}})


def require_known(request: HttpRequest, asked: Asked) -> None:
    """Refuse what the list has no filter for, and a word that no row could have.

    Raises:
        SealmarkError: SM863 there is no such filter, or a :func:`choice` is none of its words.
    """
    names = [field.alias or name for name, field in type(asked).model_fields.items()]
    unknown = sorted(set(request.GET) - set(names))
    if unknown:
        fix = f"There are: {', '.join(names)}."
        raise refuse("SM863", f'The list has no filter "{unknown[0][:40]}".', fix=fix, where="query")
    for name, known in type(asked).model_fields.items():
        more: Any = known.json_schema_extra
        if more:
            require_word(name, getattr(asked, name), more["enum"])


def require_word(name: str, said: str, words: Iterable[str]) -> None:
    """Refuse a filter that no row could meet; nothing said is no filter.

    Args:
        name: Of the filter.
        said: What is asked for.
        words: What there is.

    Raises:
        SealmarkError: SM863 it is none of the words.
    """
    known = [word for word in words if word]
    if said and said not in known:
        what = f'The filter "{name}" knows no "{said[:40]}".'
        raise refuse("SM863", what, fix=f"There are: {', '.join(known)}.", where=f"query.{name}")


def listed(listing: Listing, found: QuerySet[Any], asked: Asked) -> dict[str, Any] | HttpResponseBase:
    """Return a page of a list, or all of it as a file.

    Raises:
        SealmarkError: SM863 the cursor is none of this list.
    """
    names = listing.columns
    if asked.format != "json":
        rows = (row[: len(names)] for row in listing.values(found).iterator(chunk_size=2_000))
        return exported(asked.format, listing.name, names, rows)
    page = list(_after(listing, found, asked.cursor)[: asked.limit + 1])
    more = page[asked.limit - 1][len(names) :] if len(page) > asked.limit else None
    return {
        "items": [dict(zip(names, row[: len(names)], strict=True)) for row in page[: asked.limit]],
        "next": None if more is None else _written(more),
    }


def worked_out(
    listing: Listing, found: Iterable[Any], asked: Asked, *, key: Callable[[Any], str],
    tell: Callable[[Sequence[Any]], Iterable[Mapping[str, Any]]],
) -> dict[str, Any] | HttpResponseBase:  # fmt: skip
    """Return a page of a list that is worked out and not read from one table, or all of it as a file.

    Args:
        listing: Its name and its row.
        found: What it is about.
        asked: The query.
        key: Of one of them, by which they are ordered; no two have the same.
        tell: Rows of some of them, which are worked out only when they are shown.

    Raises:
        SealmarkError: SM863 the cursor is none of this list.
    """
    held = sorted(found, key=key)
    if asked.format != "json":
        rows = ([row[name] for name in listing.columns] for row in tell(held))
        return exported(asked.format, listing.name, listing.columns, rows)
    left = [one for one in held if key(one) > _said(asked.cursor)] if asked.cursor else held
    shown = left[: asked.limit]
    return {"items": list(tell(shown)), "next": _written([key(shown[-1])]) if len(left) > asked.limit else None}


def _said(cursor: str) -> str:
    return _places(("",), cursor)[""]


def _places(order: Sequence[str], cursor: str) -> dict[str, str]:
    """Return where a cursor stands, by what the list is ordered by.

    Raises:
        SealmarkError: SM863 it is none that a page of the list gave.
    """
    try:
        values = json.loads(base64.b64decode(cursor, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        raise _strange_cursor() from None
    if not isinstance(values, list) or len(values) != len(order) or not all(isinstance(one, str) for one in values):
        raise _strange_cursor()
    return dict(zip(order, values, strict=True))


def _strange_cursor() -> SealmarkError:
    return refuse("SM863", "The cursor is none of this list.", fix="Take it from `next`.", where="query.cursor")


def _after(listing: Listing, found: QuerySet[Any], cursor: str) -> QuerySet[Any, Any]:
    if not cursor:
        return listing.values(found)
    places = _places(listing.order, cursor)
    try:
        return listing.values(found.filter(_beyond(places)))
    except (ValueError, TypeError, ValidationError):
        raise _strange_cursor() from None


def _beyond(places: Mapping[str, str]) -> Q:
    found, equal = Q(), Q()
    for path, value in places.items():
        name, way = path.lstrip("-"), "lt" if path.startswith("-") else "gt"
        found |= equal & Q(**{f"{name}__{way}": value})
        equal &= Q(**{name: value})
    return found


def _written(values: Iterable[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps([str(value) for value in values]).encode()).decode()
