"""Combinations of cells and covariances against linearised values written out unit by unit."""

from functools import partial

import numpy as np
import pyarrow as pa
import pytest

from sealmark.core.errors import SealmarkError
from sealmark.measure import Between, CompanyMeans, Design, Index, Item, Mean, Quantile, Ratio, Total, compare, estimate
from sealmark.measure.comparisons.contrasts import contrast, contrast_weighted, joint_estimates
from sealmark.measure.weights.margins import Margin
from sealmark.measure.weights.weighting import base_weights, post_stratify

DESIGNS = {
    "rows": Design("w", "h", population=900),
    "clusters": Design("w", "h", cluster="shop", population=60),
}


@pytest.fixture
def rows():
    random = np.random.default_rng(21)
    size = 120
    y = random.integers(1, 11, size).astype(float)
    y[::10] = np.nan
    return {
        "h": np.repeat(["a", "b"], size // 2),
        "shop": np.repeat(np.arange(24), 5),
        "w": random.uniform(1, 4, size),
        "y": y,
        "x": random.uniform(1, 5, size),
        "region": random.choice(["n", "s", "w"], size),
    }


def table_of(rows):
    return pa.table({name: pa.array(column, from_pandas=True) for name, column in rows.items()})


def moved(rows, region, name="y"):
    """Return each row's linearised value of a cell's mean."""
    known = (rows["region"] == region) & ~np.isnan(rows[name])
    value = np.where(known, rows[name], 0.0)
    total = rows["w"][known].sum()
    mean = (rows["w"] @ value) / total
    return mean, rows["w"] * np.where(known, value - mean, 0.0) / total


def covariance(rows, one, other, *, clustered):
    total = 0.0
    for stratum in "ab":
        here = rows["h"] == stratum
        shops = np.unique(rows["shop"][here])
        sums = [
            np.array([u[here & (rows["shop"] == s)].sum() for s in shops]) if clustered else u[here]
            for u in (one, other)
        ]
        count = len(sums[0])
        rest = 1 - count / (60 if clustered else 900)
        total += rest * count / (count - 1) * (sums[0] - sums[0].mean()) @ (sums[1] - sums[1].mean())
    return total


@pytest.mark.parametrize("name", DESIGNS)
def test_covariances_match_the_unit_by_unit_calculation(rows, name):
    found = joint_estimates(table_of(rows), {"y": Mean("y"), "x": Mean("x")}, design=DESIGNS[name], by="region")

    pairs = [moved(rows, region, column) for region in "nsw" for column in "yx"]
    expected = [[covariance(rows, u, v, clustered=name == "clusters") for _, v in pairs] for _, u in pairs]
    assert found.labels == tuple((column, (region,)) for region in "nsw" for column in "yx")
    assert found.values == pytest.approx([mean for mean, _ in pairs])
    assert found.covariance == pytest.approx(np.array(expected), rel=1e-9, abs=1e-12)
    assert found.degrees == (22 if name == "clusters" else 118)


def test_joint_estimates_without_cells(rows):
    index = Index([Item("y", 1, 10), Item("x", 1, 5)], CompanyMeans())
    asked = {"r": Ratio("y", "x"), "t": Total("x"), "i": index}
    expected = estimate(table_of(rows), asked, design=DESIGNS["clusters"], domain={"region": ["n"]})

    found = joint_estimates(table_of(rows), asked, design=DESIGNS["clusters"], domain={"region": ["n"]})

    assert found.values == pytest.approx([float(cell.estimate.value) for cell in expected])
    errors = np.sqrt(np.diag(found.covariance))
    assert errors == pytest.approx([float(cell.estimate.standard_error) for cell in expected])


@pytest.mark.parametrize("name", DESIGNS)
def test_a_contrast_uses_every_covariance(rows, name):
    factors = {"n": 1, "s": -0.5, "w": -0.5}
    means, values = zip(*(moved(rows, region) for region in factors), strict=True)
    weights = np.array(list(factors.values()))
    u = weights @ np.array(values)

    found = contrast(table_of(rows), Mean("y"), factors, design=DESIGNS[name], by="region")

    assert float(found.estimate.value) == pytest.approx(weights @ np.array(means))
    error = np.sqrt(covariance(rows, u, u, clustered=name == "clusters"))
    assert float(found.estimate.standard_error) == pytest.approx(error, rel=1e-9)
    assert found.unit == "scale"


def test_a_contrast_of_two_is_a_comparison(rows):
    table = table_of(rows)
    for measure in (Mean("y"), Ratio("y", "x")):
        (change,) = compare(table, {"m": measure}, design=DESIGNS["clusters"], between=Between("region", "n", "s"))

        found = contrast(table, measure, {"n": -1, "s": 1}, design=DESIGNS["clusters"], by=("region",))

        assert found.estimate == change.difference
        step = float(change.second.value) - float(change.first.value)
        assert float(change.difference.value) == pytest.approx(step)


def test_cells_of_several_columns_and_missing_values():
    table = pa.table({"a": ["x", "x", None, None], "b": [1, 1, 2, 2], "q": [1.0, 3.0, 6.0, 8.0]})

    found = contrast(table, Mean("q"), {("x", 1): -1, (None, 2): 1}, design=Design(), by=("a", "b"))

    assert found.estimate.value == 5


def test_a_contrast_with_adjusted_weights(rows):
    margin = Margin("region", {"n": 300, "s": 300, "w": 400})
    weighting = base_weights(table_of(rows), design=DESIGNS["clusters"])
    factors = {"n": 1, "s": -1}
    plain = contrast(table_of(rows), Mean("y"), factors, design=DESIGNS["clusters"], by="region")

    same = contrast_weighted(weighting, Mean("y"), factors, by="region")
    adjusted = contrast_weighted(post_stratify(weighting, margin), Mean("y"), factors, by="region")

    assert same == plain
    # Cells are post-strata: their means stay, and so does what they vary inside.
    assert adjusted.estimate.value == plain.estimate.value
    assert float(adjusted.estimate.standard_error) == pytest.approx(float(plain.estimate.standard_error), rel=1e-9)


@pytest.mark.parametrize("adjusted", [False, True])
@pytest.mark.parametrize(("factors", "words"), [({"n": 1, "q": -1}, "without rows: q"), ({}, "needs cells")])
def test_cells_that_are_not_there(rows, adjusted, factors, words):
    design, table = DESIGNS["rows"], table_of(rows)
    plain = partial(contrast, table, design=design)
    with_weights = partial(contrast_weighted, base_weights(table, design=design))

    with pytest.raises(SealmarkError, match=words) as caught:
        (with_weights if adjusted else plain)(measure=Mean("y"), coefficients=factors, by="region")

    assert caught.value.codes == ("SM442",)
    assert caught.value.problems[0].fix == "There are: n, s, w."


def test_cells_outside_the_domain_are_not_there(rows):
    weighting = base_weights(table_of(rows), design=DESIGNS["rows"])

    with pytest.raises(SealmarkError, match="without rows: w"):
        contrast_weighted(weighting, Mean("y"), {"n": 1, "w": -1}, by="region", domain={"region": ["n", "s"]})


def test_long_lists_of_cells_are_cut():
    table = pa.table({"cell": list(range(14)), "q": list(range(14))})

    with pytest.raises(SealmarkError) as caught:
        contrast(table, Mean("q"), {99: 1}, design=Design(), by="cell")

    assert caught.value.problems[0].fix.endswith("8, 9 and 4 more.")


def test_quantiles_have_no_contrast(rows):
    with pytest.raises(SealmarkError) as caught:
        contrast(table_of(rows), Quantile("y"), {"n": 1}, design=Design(), by="region")

    assert caught.value.codes == ("SM412",)


def test_a_ratio_leaves_out_rows_without_a_numerator():
    table = pa.table({"a": [1.0, 2.0, None], "b": [2.0, 2.0, 2.0]})

    (cell,) = estimate(table, {"r": Ratio("a", "b")}, design=Design())

    assert float(cell.estimate.value) == 0.75
