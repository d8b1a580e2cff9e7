"""Kish's effective sample size."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealmark.core.errors import SealmarkError
from sealmark.measure.surveys.effective_sizes import (
    WeightSummary,
    kish_design_effect,
    kish_effective_base,
    weight_summaries,
)

WEIGHTS = st.lists(st.floats(0.01, 100), min_size=1, max_size=30)


@given(WEIGHTS, st.floats(0.1, 10))
def test_the_effective_base_lies_between_one_and_the_base(weights, factor):
    found = kish_effective_base(weights)

    assert 1 - 1e-9 <= found <= len(weights) + 1e-9
    assert kish_effective_base([factor * weight for weight in weights]) == pytest.approx(found)
    assert kish_design_effect(weights) == pytest.approx(len(weights) / found)


def test_weights_of_zero_do_not_count():
    assert kish_effective_base([0, 2, 2]) == 2
    assert kish_design_effect([0, 2, 2]) == 1


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1, 3], [1, float("nan")], [1, float("inf")]])
def test_weights_that_are_none(weights):
    with pytest.raises(SealmarkError) as caught:
        kish_effective_base(weights)

    assert caught.value.codes == ("SM445",)


def test_summaries_by_cell():
    table = pa.table({"w": [4.0, 1.0, 1.0, 0.0, 2.0], "cell": ["a", "a", "a", "a", None]})

    found = weight_summaries(table, "w", by="cell")

    assert found == (
        WeightSummary({"cell": "a"}, 3, 6.0, 1.0, 4.0, 2.0, 1.5),
        WeightSummary({"cell": None}, 1, 2.0, 2.0, 2.0, 1.0, 1.0),
    )


def test_a_summary_agrees_with_the_plain_functions():
    weights = np.random.default_rng(1).uniform(0.1, 9, 200)

    (found,) = weight_summaries(pa.table({"w": weights}), "w")

    assert found.effective_base == pytest.approx(kish_effective_base(weights))
    assert found.design_effect == pytest.approx(kish_design_effect(weights))


@pytest.mark.parametrize(
    ("columns", "parts", "code"),
    [
        ({"w": [1.0]}, {"weight": "ww"}, "SM403"),
        ({"w": ["x"]}, {}, "SM404"),
        ({"w": [1.0]}, {"by": "cell"}, "SM403"),
        ({"w": [1.0, None]}, {}, "SM445"),
        ({"w": [1.0, -1.0]}, {}, "SM445"),
        ({"w": [1.0, 0.0], "cell": ["a", "b"]}, {"by": "cell"}, "SM445"),
    ],
)
def test_refusals(columns, parts, code):
    with pytest.raises(SealmarkError) as caught:
        weight_summaries(pa.table(columns), **({"weight": "w"} | parts))

    assert caught.value.codes == (code,)
