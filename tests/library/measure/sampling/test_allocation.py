"""Shares of a sample among strata: every other share has a larger variance."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealmark.core.errors import SealmarkError
from sealmark.measure import allocate


def variance(sizes, allocation, spreads):
    return sum((sizes[name] * spreads[name]) ** 2 / allocation[name] for name in sizes)


@given(
    st.lists(st.tuples(st.integers(1, 8), st.integers(0, 9)), min_size=1, max_size=4),
    st.integers(0, 20),
    st.integers(1, 2),
)
def test_no_other_allocation_has_a_smaller_variance(strata, extra, at_least):
    sizes = {f"s{at}": size for at, (size, _) in enumerate(strata)}
    spreads = {f"s{at}": spread for at, (_, spread) in enumerate(strata)}
    lowest = {name: min(size, at_least) for name, size in sizes.items()}
    sample = min(sum(lowest.values()) + extra, sum(sizes.values()))

    found = allocate(sizes, sample, spreads=spreads, at_least=at_least)

    every = itertools.product(*(range(lowest[name], sizes[name] + 1) for name in sizes))
    best = min(variance(sizes, dict(zip(sizes, item, strict=True)), spreads) for item in every if sum(item) == sample)
    assert sum(found.values()) == sample
    assert all(lowest[name] <= number <= sizes[name] for name, number in found.items())
    assert variance(sizes, found, spreads) == pytest.approx(best, rel=1e-12)


def test_without_spreads_the_sample_is_shared_out_in_proportion():
    assert allocate({"a": 600, "b": 300, "c": 100}, 100) == {"a": 60, "b": 30, "c": 10}


def test_a_stratum_may_be_left_out_only_when_that_is_allowed():
    assert allocate({"a": 1000, "b": 1}, 3, at_least=0) == {"a": 2, "b": 1}
    assert allocate({"a": 1000, "b": 1}, 1, at_least=0) == {"a": 1, "b": 0}
    assert allocate({"b": 1000, "a": 1000}, 1, at_least=0) == {"b": 0, "a": 1}


@pytest.mark.parametrize(
    ("sizes", "sample", "spreads"),
    [
        ({"a": 5, "b": 5}, 11, None),
        ({"a": 5, "b": 5}, 1, None),
        ({"a": 5, "b": 5}, 4, {"a": 1}),
        ({"a": 5, "b": 5}, 4, {"a": 1, "b": -1}),
        ({"a": 5, "b": 5}, 4, {"a": 1, "b": float("nan")}),
    ],
)
def test_what_does_not_fit_is_refused(sizes, sample, spreads):
    with pytest.raises(SealmarkError) as caught:
        allocate(sizes, sample, spreads=spreads)

    assert caught.value.codes == ("SM475",)
