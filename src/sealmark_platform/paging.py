"""Pages of a list that is never counted: a page knows whether another one follows, not how many there are.

Counting reads all that fits; a page reads no more than is shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

__all__ = ["Slice", "slice_of"]


@dataclass(frozen=True, slots=True)
class Slice:
    """One page.

    Attributes:
        object_list: What it shows.
        number: From 1.
        has_next: Another page follows.
    """

    object_list: Sequence[Any]
    number: int
    has_next: bool

    @property
    def has_previous(self) -> bool:
        """Whether a page goes before."""
        return self.number > 1

    @property
    def next_page_number(self) -> int:
        """Number of the page that follows."""
        return self.number + 1

    @property
    def previous_page_number(self) -> int:
        """Number of the page before."""
        return self.number - 1


def slice_of(request: HttpRequest, first: Callable[[int], Sequence[Any]], *, per_page: int) -> Slice:
    """Return the page that a request asks for; what is no number of a page is the first one.

    Args:
        request: Its ``page`` says which, up to 999.
        first: Gives the first so many rows of the list, in its order.
        per_page: How many a page shows.
    """
    asked = request.GET.get("page", "")
    number = int(asked) if re.fullmatch("[1-9][0-9]{0,2}", asked) else 1
    found = first(number * per_page + 1)
    shown = found[(number - 1) * per_page : number * per_page]
    if not shown and number > 1:
        return Slice(found[:per_page], 1, len(found) > per_page)
    return Slice(shown, number, len(found) > number * per_page)
