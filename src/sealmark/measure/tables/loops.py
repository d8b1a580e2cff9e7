"""Loops over the bytes of a fast copy. Ordinary functions, fast when compiled (see ``kernel``).

Shapes: n rows, J items, G groups, K codes. Code 0 is a missing answer, code c + 1 is the answer c.
``B`` rows at a time are looked at, so that what an index needs of them stays in the cache.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = [
    "BLOCK", "add_counts", "add_even_index", "add_histograms", "add_index", "add_totals", "sum_histograms",
]  # fmt: skip

Array = npt.NDArray[Any]
BLOCK = 4096


def add_histograms(group: Array, weight: Array, answers: Array, columns: Array, codes: int, histograms: Array) -> None:
    """Add weighted rows to histograms.

    Two items at a time: while one sum waits for the one before it, the other goes on.

    Args:
        group: Group of each row; (n).
        weight: Weight of each row; (n).
        answers: Bytes; (columns, n).
        columns: Which rows of the answers are the J items.
        codes: K.
        histograms: (J, G * K * 3): sum of weights, of their squares, and count. Changed in place.
    """
    base, square = np.empty(BLOCK, np.uint64), np.empty(BLOCK)
    one, two, three = np.uint64(1), np.uint64(2), np.uint64(3)
    last = len(columns) - 1
    for start in range(0, len(group), BLOCK):
        rows = min(BLOCK, len(group) - start)
        for place in range(rows):
            base[place] = np.uint64(group[start + place]) * np.uint64(codes * 3)
            square[place] = weight[start + place] * weight[start + place]
        for item in range(0, last + 1, 2):
            # An odd item out is paired with itself at no weight.
            other, even = (item + 1, 1.0) if item < last else (item, 0.0)
            left, right = histograms[item], histograms[other]
            first, second = answers[columns[item]], answers[columns[other]]
            for place in range(rows):
                w, ww = weight[start + place], square[place]
                at = base[place] + np.uint64(np.uint8(first[start + place] + 1)) * three
                left[at] += w
                left[at + one] += ww
                left[at + two] += 1.0
                at = base[place] + np.uint64(np.uint8(second[start + place] + 1)) * three
                right[at] += w * even
                right[at + one] += ww * even
                right[at + two] += even


def add_counts(group: Array, answers: Array, columns: Array, codes: int, histograms: Array) -> None:
    """Add rows that all weigh one; arguments as for :func:`add_histograms`."""
    for item in range(len(columns)):
        table, row = histograms[item], answers[columns[item]]
        for place in range(len(group)):
            at = (np.uint64(group[place]) * np.uint64(codes) + np.uint64(np.uint8(row[place] + 1))) * np.uint64(3)
            table[at] += 1.0
            table[at + np.uint64(1)] += 1.0
            table[at + np.uint64(2)] += 1.0


def add_even_index(
    group: Array, weight: Array, answers: Array, columns: Array, line: tuple[float, float, int], sums: Array
) -> None:
    """Add rows' index values where all answers count alike: whole numbers are added, which is quick.

    Args:
        group: Group of each row.
        weight: Weight of each row, or empty.
        answers: Bytes; (columns, n).
        columns: Which rows of the answers are the J items.
        line: The index is slope times the mean answer plus offset; slope, offset, fewest answers.
        sums: As for :func:`add_index`. Changed in place.
    """
    slope, offset, fewest = line
    is_weighted = len(weight) > 0
    total, count = np.empty(BLOCK, np.int32), np.empty(BLOCK, np.int32)
    for start in range(0, len(group), BLOCK):
        rows = min(BLOCK, len(group) - start)
        total[:], count[:] = 0, 0
        for item in range(len(columns)):
            row = answers[columns[item]][start : start + rows]
            for place in range(rows):
                total[place] += max(row[place], 0)
                count[place] += row[place] >= 0
        for place in range(rows):
            if count[place] < fewest:
                continue
            w = weight[start + place] if is_weighted else 1.0
            value = w * (total[place] / count[place] * slope + offset)
            into = group[start + place]
            sums[0, into] += 1.0
            sums[1, into] += w
            sums[2, into] += w * w
            sums[3, into] += value
            sums[4, into] += w * value
            sums[5, into] += value * value


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
