"""Conditional Poisson sampling against the enumeration of every sample, and published working probabilities."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sealmark.core.errors import SealmarkError
from sealmark.measure import inclusion_probabilities, joint_probabilities
from sealmark.measure.sampling.proportional import sequential_draw, working_probabilities

# As UPMEpiktildefrompik of the R package sampling gives them in public example code; four decimals.
WANTED = (0.07, 0.17, 0.41, 0.61, 0.83, 0.91)
WORKING = (0.1021, 0.2238, 0.4417, 0.5796, 0.7794, 0.8734)


def enumerated(working, sample):
    """Joint inclusion probabilities by enumeration of every sample."""
    odds = [share / (1 - share) for share in working]
    joint, total = np.zeros((len(odds), len(odds))), 0.0
    for chosen in itertools.combinations(range(len(odds)), sample):
        weight = math.prod(odds[at] for at in chosen)
        total += weight
        joint[np.ix_(chosen, chosen)] += weight
    return joint / total


def test_working_probabilities_are_those_published():
    assert tuple(working_probabilities(WANTED).round(4)) == WORKING


sizes_of_units = st.lists(st.integers(1, 60), min_size=2, max_size=7)


@settings(deadline=None)
@given(sizes_of_units, st.integers(1, 6))
def test_inclusion_and_joint_probabilities_are_those_of_all_samples(sizes, sample):
    sample = min(sample, len(sizes) - 1)
    wanted = inclusion_probabilities([Fraction(size) for size in sizes], sample)
    certain = [at for at, share in enumerate(wanted) if share == 1]
    open_ones = [at for at, share in enumerate(wanted) if share < 1]
    expected = np.outer(np.array(wanted, float), np.array(wanted, float))
    if open_ones:
        working = working_probabilities([float(wanted[at]) for at in open_ones])
        expected[np.ix_(open_ones, open_ones)] = enumerated(working, sample - len(certain))

    found = joint_probabilities([float(share) for share in wanted])

    assert np.diag(found) == pytest.approx([float(share) for share in wanted], abs=1e-12)
    assert found == pytest.approx(expected, abs=1e-10)
    # Every sample has the same size: joint probabilities of a unit add up to n - 1 times its own.
    assert found.sum(axis=1) - np.diag(found) == pytest.approx((sample - 1) * np.diag(found), abs=1e-9)


@given(sizes_of_units, st.integers(1, 7))
def test_inclusion_probabilities_add_up_and_grow_with_size(sizes, sample):
    sample = min(sample, len(sizes))

    found = inclusion_probabilities([Fraction(size) for size in sizes], sample)

    assert sum(found) == sample
    assert all(0 < share <= 1 for share in found)
    order = sorted(zip(sizes, found, strict=True))
    assert [share for _, share in order] == sorted(found)
    free = {share / size for size, share in zip(sizes, found, strict=True) if share < 1}
    assert len(free) <= 1


def test_joint_probabilities_of_some_units_are_a_part_of_all():
    every = joint_probabilities(WANTED)

    assert joint_probabilities(WANTED, [4, 1]) == pytest.approx(every[np.ix_([4, 1], [4, 1])], abs=1e-14)


def test_units_taken_for_certain_are_always_together():
    assert joint_probabilities([1.0, 1.0]).tolist() == [[1, 1], [1, 1]]


def test_one_unit_is_drawn_by_its_own_probability():
    working = working_probabilities([0.2, 0.3, 0.5])

    assert sequential_draw(working, 1, [0.19, 0.9, 0.9]) == (0,)
    assert sequential_draw(working, 1, [0.21, 0.374, 0.0]) == (1,)
    assert sequential_draw(working, 1, [0.21, 0.376, 0.999]) == (2,)
    assert joint_probabilities([0.2, 0.3, 0.5])[0].tolist() == [0.2, 0, 0]


def test_the_variance_estimator_of_sen_yates_and_grundy_is_unbiased_over_all_samples():
    working, values = working_probabilities(WANTED), np.array([3.0, 1.0, 4.0, 1.0, 5.0, 9.0])
    shares, joint = np.array(WANTED), joint_probabilities(WANTED)
    odds = working / (1 - working)
    weights, totals, variances = [], [], []
    for chosen in itertools.combinations(range(6), 3):
        weights.append(math.prod(odds[list(chosen)]))
        totals.append(sum(values[at] / shares[at] for at in chosen))
        variances.append(
            sum(
                (shares[k] * shares[j] - joint[k, j])
                / joint[k, j]
                * (values[k] / shares[k] - values[j] / shares[j]) ** 2
                for k, j in itertools.combinations(chosen, 2)
            )
        )
    weights = np.array(weights) / sum(weights)

    mean = weights @ np.array(totals)

    assert mean == pytest.approx(values.sum(), rel=1e-9)
    assert weights @ np.array(variances) == pytest.approx(weights @ (np.array(totals) - mean) ** 2, rel=1e-8)


def test_probabilities_that_do_not_settle_are_refused():
    with pytest.raises(SealmarkError) as caught:
        working_probabilities([0.5, 0.4])

    assert caught.value.codes == ("SM469",)
