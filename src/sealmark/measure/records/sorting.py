"""The order of records that are packed into whole numbers of one or two words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sealmark.measure.surveys.keys import Integers

__all__ = ["sort_words"]


# From one tie in so many records on, sorting by the whole word is quicker than sorting ties by themselves.
_TIES = 4


def sort_words(words: Sequence[Integers]) -> Integers:
    """Return the rows in the order of the first word, and of the others where it is the same.

    Args:
        words: Whole numbers from zero on.

    Example:
        >>> sort_words([np.array([5, 3, 5]), np.array([2, 9, 1])]).tolist()
        [1, 2, 0]
    """
    first = words[0]
    # The first bits of the word and the row in one number: one plain sort brings the rows along.
    bits = len(first).bit_length()
    numbers = (first >> bits << bits) | np.arange(len(first))
    numbers.sort()
    order, tied = numbers & ((1 << bits) - 1), _tied(numbers >> bits)
    if len(tied) * _TIES > len(first):
        order = np.argsort(first)
        tied = _tied(first[order])
    rows = order[tied]
    order[tied] = rows[np.lexsort([word[rows] for word in reversed(words)])]
    return order


def _tied(ranked: Integers) -> Integers:
    """Return the places of sorted numbers that are the same as a neighbour."""
    same = ranked[1:] == ranked[:-1]
    return np.flatnonzero(np.append(same, False) | np.append(False, same))[: len(ranked)]
