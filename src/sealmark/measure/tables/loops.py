"""Loops over the bytes of a fast copy. Ordinary functions, fast when compiled (see ``kernel``).

Shapes: n rows, J items, G groups, K codes. Code 0 is a missing answer, code c + 1 is the answer c.
``B`` rows at a time are looked at, so that what an index needs of them stays in the cache.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["BLOCK", "add_histograms", "add_index", "add_totals", "sum_histograms"]

Array = npt.NDArray[Any]
BLOCK = 4096


def add_histograms(group: Array, weight: Array, answers: Array, columns: Array, histograms: Array) -> None:
    """Add rows to weighted histograms.

    Args:
        group: Group of each row; (n).
        weight: Weight of each row; (n), or empty: each counts one.
        answers: Bytes; (columns, n).
        columns: Which rows of the answers are the J items.
        histograms: (J, G, K, 3): sum of weights, of their squares, and count. Changed in place.
    """
    is_weighted = len(weight) > 0
    for start in range(0, len(group), BLOCK):
        end = min(start + BLOCK, len(group))
        for item in range(len(columns)):
            table, row = histograms[item], answers[columns[item]]
            if is_weighted:
                for place in range(start, end):
                    into, code, w = group[place], row[place] + 1, weight[place]
                    table[into, code, 0] += w
                    table[into, code, 1] += w * w
                    table[into, code, 2] += 1.0
            else:
                for place in range(start, end):
                    table[group[place], row[place] + 1, 2] += 1.0


def add_index(
    group: Array, weight: Array, answers: Array, columns: Array, scores: tuple[Array, Array, Array, float], sums: Array
) -> None:
    """Add rows' index values to the sums of their groups.

    Args:
        group: Group of each row.
        weight: Weight of each row, or empty.
        answers: Bytes; (columns, n).
        columns: Which rows of the answers are the J items.
        scores: By item and code, what an answer adds above, below, and to the answers counted, each (J, K);
            then the fewest answers.
        sums: (6, G): rows, A, A squared, B, AB, B squared of rows with an index. Changed in place.
    """
    above, below, given, fewest = scores
    is_weighted = len(weight) > 0
    top, bottom, count = np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK)
    for start in range(0, len(group), BLOCK):
        end = min(start + BLOCK, len(group))
        top[:], bottom[:], count[:] = 0.0, 0.0, 0.0
        for item in range(len(columns)):
            row, up, down, one = answers[columns[item]], above[item], below[item], given[item]
            for place in range(start, end):
                code = row[place] + 1
                top[place - start] += up[code]
                bottom[place - start] += down[code]
                count[place - start] += one[code]
        for place in range(start, end):
            if count[place - start] < fewest or bottom[place - start] == 0.0:
                continue
            w = weight[place] if is_weighted else 1.0
            value = w * (top[place - start] / bottom[place - start])
            into = group[place]
            sums[0, into] += 1.0
            sums[1, into] += w
            sums[2, into] += w * w
            sums[3, into] += value
            sums[4, into] += w * value
            sums[5, into] += value * value


def add_totals(
    group: Array, weight: Array, answers: Array, columns: Array, scores: tuple[Array, Array, Array], totals: Array
) -> None:
    """Add rows to the totals of their clusters.

    Args:
        group: Cluster of each row.
        weight: Weight of each row, or empty.
        answers: Bytes; (columns, n).
        columns: Which rows of the answers are the J items.
        scores: By item and code: one where it counts, its value, one where it is in the box; each (J, K).
        totals: (J, G, 4): answers, A, B, and A in the box. Changed in place.
    """
    given, values, box = scores
    is_weighted = len(weight) > 0
    for start in range(0, len(group), BLOCK):
        end = min(start + BLOCK, len(group))
        for item in range(len(columns)):
            table, row = totals[item], answers[columns[item]]
            one, value, high = given[item], values[item], box[item]
            for place in range(start, end):
                target, code = table[group[place]], row[place] + 1
                w = weight[place] if is_weighted else 1.0
                target[0] += one[code]
                target[1] += w * one[code]
                target[2] += w * value[code]
                target[3] += w * high[code]


def sum_histograms(histograms: Array, scores: tuple[Array, Array, Array], sums: Array) -> None:
    """Reduce histograms to the sums of the first stage.

    Args:
        histograms: (J, G, K, 3), as :func:`add_histograms` makes them.
        scores: As for :func:`add_totals`.
        sums: (J, 8, G): answers, A, A squared, B, AB, B squared, A in the box, its square. Changed in place.
    """
    given, values, box = scores
    for item in range(histograms.shape[0]):
        for group in range(histograms.shape[1]):
            for code in range(histograms.shape[2]):
                if given[item, code] == 0.0:
                    continue
                weight, square, count = histograms[item, group, code]
                value, high = values[item, code], box[item, code]
                sums[item, 0, group] += count
                sums[item, 1, group] += weight
                sums[item, 2, group] += square
                sums[item, 3, group] += value * weight
                sums[item, 4, group] += value * square
                sums[item, 5, group] += value * value * square
                sums[item, 6, group] += high * weight
                sums[item, 7, group] += high * square
