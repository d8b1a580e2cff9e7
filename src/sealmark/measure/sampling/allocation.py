"""How a sample is shared out among strata."""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping

from sealmark.core.errors import Problem, SealmarkError

__all__ = ["allocate"]


def allocate(
    sizes: Mapping[str, int], sample: int, *, spreads: Mapping[str, float] | None = None, at_least: int = 1
) -> dict[str, int]:
    """Return how many units to draw in each stratum so that the variance of the mean is smallest.

    Exact in whole numbers (Wright, *The American Statistician* 66, 2012): the next unit goes to the stratum
    where N S / sqrt(n (n + 1)) is largest. With spreads this is Neyman's allocation; without, it is the
    proportional one.

    Args:
        sizes: Units in each stratum.
        sample: Units to draw in all.
        spreads: Standard deviation within each stratum; alike everywhere when None.
        at_least: Units per stratum, as far as it has them; two are needed for a variance.

    Raises:
        SealmarkError: SM475 the sample does not fit the strata.

    Example:
        >>> allocate({"north": 60, "south": 30, "islands": 10}, 10)
        {'north': 6, 'south': 3, 'islands': 1}
        >>> allocate({"north": 60, "south": 30, "islands": 10}, 10, spreads={"north": 5, "south": 10, "islands": 15})
        {'north': 4, 'south': 4, 'islands': 2}
    """
    _check(sizes, sample, spreads, at_least)
    result = {name: min(size, at_least) for name, size in sizes.items()}
    weights = {name: size * (1.0 if spreads is None else spreads[name]) for name, size in sizes.items()}
    # Ties go by the stratum's name, never by the order of the list.
    queue = [(-_worth(weights[name], result[name]), name) for name in sizes if result[name] < sizes[name]]
    heapq.heapify(queue)
    for _ in range(sample - sum(result.values())):
        _, name = heapq.heappop(queue)
        result[name] += 1
        if result[name] < sizes[name]:
            heapq.heappush(queue, (-_worth(weights[name], result[name]), name))
    return result


def _worth(weight: float, number: int) -> float:
    return weight / math.sqrt(number * (number + 1)) if number else math.inf


def _check(sizes: Mapping[str, int], sample: int, spreads: Mapping[str, float] | None, at_least: int) -> None:
    lowest, highest = sum(min(size, at_least) for size in sizes.values()), sum(sizes.values())
    if not lowest <= sample <= highest:
        what = f"A sample of {sample} does not fit {len(sizes)} strata with {highest} units."
        raise SealmarkError(Problem("SM475", what, fix=f"Draw from {lowest} to {highest}."))
    lacking = [name for name in sizes if spreads is not None and not spreads.get(name, -1) >= 0]
    if lacking:
        what = f"There is no standard deviation for: {', '.join(lacking)}."
        raise SealmarkError(Problem("SM475", what, fix="Give one number from 0 up for every stratum."))
