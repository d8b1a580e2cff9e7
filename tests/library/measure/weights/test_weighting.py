"""Weights adjusted to known totals: invariants, and what cannot be done."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sealmark.core.errors import SealmarkError
from sealmark.measure import Design, fetch, open_table
from sealmark.measure.weights.calibration import Bounds
from sealmark.measure.weights.margins import KnownTotal, Margin
from sealmark.measure.weights.weighting import base_weights, calibrate, post_stratify, rake, trim, weighted_table

SEX, AGE = Margin("sex", {"f": 520, "m": 480}), Margin("age", {"young": 300, "old": 700})


def rows(seed=1, size=80):
    random = np.random.default_rng(seed)
    sex, age = np.array(["f", "m"] * (size // 2)), np.repeat(["young", "old"], size // 2)
    return pa.table(
        {
            "id": np.arange(size),
            "sex": random.permutation(sex),
            "age": random.permutation(age),
            "spend": random.uniform(1, 9, size),
            "w": random.integers(1, 4, size),
        }
    )


def start(table=None, **parts):
    return base_weights(rows() if table is None else table, design=Design(**({"weight": "w"} | parts)))


def sums(weighting, column):
    table = weighted_table(weighting)
    found = fetch(table.group_by(column).aggregate(total=table.weight.sum())).to_pylist()
    return {row[column]: row["total"] for row in found}


def codes(action):
    with pytest.raises(SealmarkError) as caught:
        action()
    return caught.value.codes


def test_base_weights_are_the_designs():
    weighting = start()

    table = fetch(weighted_table(weighting))

    assert table["weight"].to_pylist() == table["w"].to_pylist()
    assert weighting.total == sum(table["w"].to_pylist())


def test_post_stratification_meets_its_categories():
    assert sums(post_stratify(start(), SEX), "sex") == pytest.approx({"f": 520, "m": 480})


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_raking_meets_every_margin_by_one_factor_per_category(seed):
    weighting = rake(start(rows(seed)), [SEX, AGE])

    assert sums(weighting, "sex") == pytest.approx({"f": 520, "m": 480}, rel=1e-9)
    assert sums(weighting, "age") == pytest.approx({"young": 300, "old": 700}, rel=1e-9)
    factor = dict(zip(weighting.patterns, weighting.factors, strict=True))
    odds = factor["f", "young"] * factor["m", "old"] / (factor["f", "old"] * factor["m", "young"])
    assert odds == pytest.approx(1, rel=1e-9)


def test_raking_is_what_proportional_fitting_converges_to():
    weighting = rake(start(), [SEX, AGE])
    table = weighted_table(weighting)
    found = fetch(table.order_by("id"))["weight"].to_numpy()

    plain = rows().to_pydict()
    weights = np.array(plain["w"], dtype=float)
    for _ in range(200):
        for margin in (SEX, AGE):
            column = np.array(plain[margin.columns[0]])
            for (category,), count in margin.cells.items():
                weights[column == category] *= count / weights[column == category].sum()

    assert found == pytest.approx(weights, rel=1e-10)


def test_scaling_the_base_weights_changes_nothing():
    table = rows()
    tenfold = table.set_column(4, "w", pa.array(np.array(table["w"]) * 10.0))

    one, ten = (fetch(weighted_table(rake(start(t), [SEX, AGE])).order_by("id"))["weight"] for t in (table, tenfold))

    assert one.to_numpy() == pytest.approx(ten.to_numpy(), rel=1e-10)


def test_numbers_and_categories_together():
    weighting = calibrate(start(), [SEX, KnownTotal(5200, "spend")])

    table = weighted_table(weighting)
    total = fetch(table.aggregate(x=(table.weight * table.spend).sum()))["x"][0].as_py()
    assert total == pytest.approx(5200)
    assert sums(weighting, "sex") == pytest.approx({"f": 520, "m": 480})


def test_calibrations_follow_one_another():
    weighting = post_stratify(post_stratify(start(), AGE), SEX)

    assert sums(weighting, "sex") == pytest.approx({"f": 520, "m": 480})
    assert len(weighting.adjustments) == 2
    assert weighting.adjustments[1].before.tolist() == weighting.adjustments[0].after.tolist()


def test_the_known_size_alone_scales_all_weights():
    weighting = calibrate(start(), [KnownTotal(1000)])

    assert weighting.total == pytest.approx(1000)
    assert weighting.columns == ()
    table = fetch(weighted_table(weighting))
    assert np.ptp(table["weight"].to_numpy() / table["w"].to_numpy()) == pytest.approx(0, abs=1e-12)


def test_effective_base_is_kishs():
    weighting = rake(start(), [SEX, AGE])

    weights = fetch(weighted_table(weighting))["weight"].to_numpy()

    assert weighting.effective_base == pytest.approx(weights.sum() ** 2 / (weights**2).sum())


def test_trimming_keeps_the_sum_and_the_limits():
    raked = rake(start(), [SEX, AGE])

    trimmed = trim(raked, lowest=6, highest=20)

    weights = fetch(weighted_table(trimmed))["weight"].to_numpy()
    assert weights.sum() == pytest.approx(1000)
    assert weights.min() >= 6 - 1e-9
    assert weights.max() <= 20 + 1e-9
    assert trimmed.adjustments[0].after.tolist() != trimmed.factors.tolist()


def test_trimming_once_may_push_others_over():
    table = pa.table({"w": [1.0, 9.0, 9.5, 20.0]})

    once = trim(start(table), highest=10, until_inside=False)
    again = trim(start(table), highest=10)

    assert sorted(fetch(weighted_table(once))["weight"].to_pylist()) == pytest.approx([13 / 3, 10, 37 / 3, 77 / 6])
    assert sorted(fetch(weighted_table(again))["weight"].to_pylist()) == pytest.approx([9.5, 10, 10, 10])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(0.05, 50), min_size=2, max_size=12), st.floats(0.001, 0.9))
def test_trimming_comes_to_an_end_however_narrow_the_limits(weights, room):
    mean = sum(weights) / len(weights)

    trimmed = trim(start(pa.table({"w": weights})), lowest=mean * (1 - room), highest=mean * (1 + room))

    found = fetch(weighted_table(trimmed))["weight"].to_numpy()
    assert found.sum() == pytest.approx(sum(weights))
    assert found.min() >= mean * (1 - room) - 1e-9
    assert found.max() <= mean * (1 + room) + 1e-9


@pytest.mark.parametrize(
    ("weights", "limits", "expected"),
    [
        ([1.0, 1.0, 100.0], (10, 60), [21, 21, 60]),
        ([1.0, 100.0, 100.0, 100.0], (60, 80), [61, 80, 80, 80]),
        ([2.0, 3.0], (1, 9), [2, 3]),
    ],
)
def test_trimming_when_all_weights_lie_outside(weights, limits, expected):
    table = pa.table({"w": weights})
    lowest, highest = limits

    found = fetch(weighted_table(trim(start(table), lowest=lowest, highest=highest, until_inside=False)))

    assert sorted(found["weight"].to_pylist()) == pytest.approx(expected)


def test_rows_of_weight_zero_stay_at_zero():
    found = trim(start(pa.table({"w": [0.0, 1.0, 9.0]})), lowest=2, highest=8)

    assert sorted(fetch(weighted_table(found))["weight"].to_pylist()) == pytest.approx([0, 2, 8])


@pytest.mark.parametrize(("lowest", "highest"), [(5.0, 4.0), (0.0, 1.0), (3.0, 9.0), (-1.0, 9.0)])
def test_limits_that_no_weights_can_keep(lowest, highest):
    assert codes(lambda: trim(start(), lowest=lowest, highest=highest)) == ("SM437",)


def test_columns_that_do_not_serve():
    assert codes(lambda: post_stratify(start(), Margin("sexx", {"f": 1}))) == ("SM403",)
    assert codes(lambda: calibrate(start(), [KnownTotal(5, "sex")])) == ("SM404",)


def test_a_weight_below_zero_is_refused():
    table = pa.table({"x": [1.0, 2.0, 3.0, 10.0], "w": [1, 1, 1, 1]})
    controls = [KnownTotal(4), KnownTotal(5.5, "x")]

    with pytest.raises(SealmarkError, match="1 rows would get a weight below zero") as caught:
        calibrate(start(table), controls)

    assert caught.value.codes == ("SM436",)
    assert calibrate(start(table), controls, distance="raking").factors.min() > 0
    assert calibrate(start(table), controls, bounds=Bounds(0, 3)).factors.min() >= 0


def test_two_stages_are_refused():
    design = {"cluster": "age", "population": 50, "population2": 900}

    assert codes(lambda: start(weight=None, **design)) == ("SM438",)


def test_a_taken_column_name_is_refused():
    assert codes(lambda: weighted_table(start(), "sex")) == ("SM405",)


def test_the_table_stays_where_it_is():
    source = open_table(rows())

    assert fetch(weighted_table(start(source))).column_names == ["id", "sex", "age", "spend", "w", "weight"]
