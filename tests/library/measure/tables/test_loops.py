"""The loops as ordinary functions against sums written by hand; compiled ones are tested against the query."""

import numpy as np
import pytest

from sealmark.measure.tables import loops

GROUP = np.array([0, 0, 1, 1, 1], dtype=np.uint16)
WEIGHT = np.array([1.0, 2.0, 0.5, 1.5, 3.0])
NONE = np.zeros(0)
# Answers 0 to 2, -1 is missing; three items.
ANSWERS = np.array([[0, 2, 1, -1, 2], [1, -1, 2, 2, 0], [2, 2, 2, -1, 1]], dtype=np.int8)
GIVEN = np.tile(np.array([0.0, 1.0, 1.0, 1.0]), (3, 1))
VALUES = np.tile(np.array([0.0, 0.0, 1.0, 2.0]), (3, 1))
BOX = np.tile(np.array([0.0, 0.0, 0.0, 1.0]), (3, 1))


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    """Rows of one group fall into several blocks."""
    monkeypatch.setattr(loops, "BLOCK", 2)


def by_hand(columns, weight):
    found = np.zeros((len(columns), 2, 4, 3))
    for number, column in enumerate(columns):
        for place, answer in enumerate(ANSWERS[column]):
            found[number, GROUP[place], answer + 1] += [weight[place], weight[place] ** 2, 1.0]
    return found


@pytest.mark.parametrize("columns", [[0, 1], [2, 0, 1], [1]])
def test_histograms_of_weighted_rows(columns):
    found = np.zeros((len(columns), 2 * 4 * 3))

    loops.add_histograms(GROUP, WEIGHT, ANSWERS, np.array(columns), 4, found)

    assert found.reshape(-1, 2, 4, 3).tolist() == by_hand(columns, WEIGHT).tolist()


def test_histograms_of_rows_that_weigh_one():
    found = np.zeros((3, 2 * 4 * 3))

    loops.add_counts(GROUP, ANSWERS, np.arange(3), 4, found)

    assert found.reshape(-1, 2, 4, 3).tolist() == by_hand([0, 1, 2], np.ones(5)).tolist()


def test_sums_of_histograms():
    sums = np.zeros((3, 8, 2))

    loops.sum_histograms(by_hand([0, 1, 2], WEIGHT), (GIVEN, VALUES, BOX), sums)

    # First item, second group: answers 1 and 2 with weights 0.5 and 3, one missing.
    assert sums[0, :, 1].tolist() == [2, 3.5, 9.25, 0.5 + 6, 0.25 + 18, 0.25 + 36, 3, 9]
    assert sums[1, :, 0].tolist() == [1, 1, 1, 1, 1, 1, 0, 0]


@pytest.mark.parametrize("weight", [WEIGHT, NONE])
def test_totals_of_clusters(weight):
    totals = np.zeros((3, 2, 4))
    used = weight if len(weight) else np.ones(5)

    loops.add_totals(GROUP, weight, ANSWERS, np.arange(3), (GIVEN, VALUES, BOX), totals)

    assert totals[0, 1].tolist() == [2, used[2] + used[4], used[2] + 2 * used[4], used[4]]
    assert totals[2, 0].tolist() == [2, used[0] + used[1], 2 * (used[0] + used[1]), used[0] + used[1]]


@pytest.mark.parametrize("weight", [WEIGHT, NONE])
def test_an_index_by_codes_and_by_whole_numbers_is_the_mean_of_what_was_answered(weight):
    used = weight if len(weight) else np.ones(5)
    by_codes, by_numbers, expected = np.zeros((8, 2)), np.zeros((8, 2)), np.zeros((8, 2))
    for place, group in enumerate(GROUP):
        own = ANSWERS[:, place][ANSWERS[:, place] >= 0]
        if len(own) >= 2:
            w, value = used[place], used[place] * (10 * own.mean() + 1)
            expected[:6, group] += [1, w, w * w, value, w * value, value * value]

    loops.add_index(GROUP, weight, ANSWERS, np.arange(3), (GIVEN * (10 * VALUES + 1), GIVEN, GIVEN, 2.0), by_codes)
    loops.add_even_index(GROUP, weight, ANSWERS, np.arange(3), (10.0, 1.0, 2), by_numbers)

    assert expected[0].tolist() == [2, 2]
    assert by_codes == pytest.approx(expected, rel=1e-14)
    assert by_numbers == pytest.approx(expected, rel=1e-14)
