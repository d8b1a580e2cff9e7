"""Estimates with adjusted weights against the same residuals taken row by row."""

import ibis
import numpy as np
import pyarrow as pa
import pytest

from sealmark.core.errors import SealmarkError
from sealmark.measure import (
    CompanyMeans,
    Contrast,
    Design,
    Gap,
    Index,
    Item,
    Mean,
    PathModel,
    PlsScore,
    Promoter,
    Quantile,
    Ratio,
    Share,
    TopBox,
    Total,
    estimate,
)
from sealmark.measure.weights import weighted as module
from sealmark.measure.weights.margins import KnownTotal, Margin
from sealmark.measure.weights.weighted import estimate_weighted, figures_weighted
from sealmark.measure.weights.weighting import base_weights, calibrate, post_stratify, rake, trim

SEX = Margin("sex", {"f": 5200, "m": 4800})
AGE = Margin("age", {"young": 3000, "old": 7000})
SPEND = KnownTotal(52_000, "spend")
BY_ROW = {"weight": "w", "strata": "stratum", "population": "size"}
BY_CLUSTER = {"weight": "w", "strata": "stratum", "cluster": "shop", "population": {"a": 40, "b": 60}}


@pytest.fixture
def rows():
    random = np.random.default_rng(11)
    size = 120
    y = random.integers(1, 11, size).astype(float)
    x = random.uniform(1, 5, size)
    y[::9] = np.nan
    x[::7] = np.nan
    return {
        "stratum": np.repeat(["a", "b"], size // 2),
        "shop": np.repeat(np.arange(24), 5),
        "size": np.repeat([900, 2100], size // 2),
        "sex": random.choice(["f", "m"], size),
        "age": random.choice(["young", "old"], size),
        "spend": random.integers(1, 9, size).astype(float),
        "region": random.choice(["n", "s", "w"], size),
        "w": random.uniform(10, 40, size),
        "y": y,
        "x": x,
    }


def table_of(rows):
    return pa.table({name: pa.array(column, from_pandas=True) for name, column in rows.items()})


def start(rows, design):
    return base_weights(table_of(rows), design=Design(**design))


def flags(rows, column, categories):
    return np.stack([rows[column] == category for category in categories], axis=1).astype(float)


class RowByRow:
    """The estimator written out over rows: weights and regressions by plain least squares."""

    def __init__(self, rows, clustered):
        self.rows, self.clustered = rows, clustered
        self.weights = rows["w"].copy()
        self.steps = []

    def linear(self, x, totals):
        before = self.weights.copy()
        inverse = np.linalg.pinv((x.T * before) @ x)
        self.weights = before * (1 + x @ inverse @ (totals - before @ x))
        self.steps.append((x, before, self.weights.copy()))

    def trim(self, lowest, highest):
        cut = np.clip(self.weights, lowest, highest)
        inside = self.weights == cut
        excess = (self.weights - cut).sum()
        self.weights = np.where(inside, cut + excess / inside.sum(), cut)

    def mean(self, value, base, inside):
        """Return a ratio of totals and its standard error."""
        known = inside & ~np.isnan(value) & ~np.isnan(base)
        above, below = np.where(known, value, 0.0), np.where(known, base, 0.0)
        estimate = (self.weights @ above) / (self.weights @ below)
        u = self.weights * (above - estimate * below) / (self.weights @ below)
        return estimate, np.sqrt(self.variance(u))

    def variance(self, u):
        for x, before, after in self.steps:
            root = np.sqrt(before)
            slopes = np.linalg.lstsq(x * root[:, None], u / after * root, rcond=None)[0]
            u = u - after * (x @ slopes)
        total = 0.0
        for stratum, size in (("a", 40 if self.clustered else 900), ("b", 60 if self.clustered else 2100)):
            here = self.rows["stratum"] == stratum
            parts = [u[here & (self.rows["shop"] == s)].sum() for s in np.unique(self.rows["shop"][here])]
            units = np.array(parts) if self.clustered else u[here]
            total += (1 - len(units) / size) * len(units) * np.var(units, ddof=1)
        return total


def three_adjustments(rows, design):
    weighting = calibrate(post_stratify(start(rows, design), AGE), [SEX, SPEND])
    oracle = RowByRow(rows, "cluster" in design)
    oracle.linear(flags(rows, "age", ["young", "old"]), np.array([3000, 7000]))
    oracle.linear(np.c_[flags(rows, "sex", ["f", "m"]), rows["spend"]], np.array([5200, 4800, 52_000]))
    return weighting, oracle


@pytest.mark.parametrize("design", [BY_ROW, BY_CLUSTER], ids=["rows", "clusters"])
@pytest.mark.parametrize("trimmed", [False, True])
@pytest.mark.parametrize("block", [4_000_000, 1])
def test_cells_match_the_row_by_row_calculation(rows, design, trimmed, block, monkeypatch):
    monkeypatch.setattr(module, "_MOST_NUMBERS", block)
    weighting, oracle = three_adjustments(rows, design)
    if trimmed:
        weighting = trim(weighting, lowest=50, highest=130, until_inside=False)
        oracle.trim(50, 130)

    cells = estimate_weighted(weighting, {"mean": Mean("y"), "ratio": Ratio("y", "x")}, by="region")

    ones = np.ones(120)
    expected = [
        oracle.mean(rows["y"], base, rows["region"] == region) for region in "nsw" for base in (ones, rows["x"])
    ]
    found = [(float(cell.estimate.value), float(cell.estimate.standard_error)) for cell in cells]
    assert np.array(found) == pytest.approx(np.array(expected), rel=1e-9)


@pytest.mark.parametrize("design", [BY_ROW, BY_CLUSTER], ids=["rows", "clusters"])
@pytest.mark.parametrize("domain", [{"region": ["n", "s"]}, ibis._.region != "w"])
def test_domains_match_the_row_by_row_calculation(rows, design, domain):
    weighting, oracle = three_adjustments(rows, design)

    (cell,) = estimate_weighted(weighting, {"m": Mean("y")}, domain=domain)

    expected = oracle.mean(rows["y"], np.ones(120), rows["region"] != "w")
    found = [float(cell.estimate.value), float(cell.estimate.standard_error)]
    assert found == pytest.approx(expected, rel=1e-9)
    known = (rows["region"] != "w") & ~np.isnan(rows["y"])
    assert cell.estimate.base == known.sum()
    units = len(np.unique(rows["shop"][known])) if "cluster" in design else known.sum()
    assert cell.estimate.degrees_of_freedom == int(units) - 2


MEASURES = {
    "mean": Mean("y"),
    "total": Total("y"),
    "share": Share("region", ["n"]),
    "box": TopBox("y", at_least=9),
    "promoter": Promoter("y", interval="adjusted-wald"),
    "ratio": Ratio("y", "spend"),
    "gap": Gap(["y"], ["spend"]),
    "company": Index([Item("y", 1, 10), Item("spend", 1, 10)], CompanyMeans()),
    "contrast": Contrast(Ratio("y", "spend"), Ratio("spend", "x")),
}


@pytest.mark.parametrize(
    "design", [{}, {"weight": "w"}, BY_ROW, BY_CLUSTER], ids=["simple", "weights", "rows", "clusters"]
)
@pytest.mark.parametrize("by", [(), ("region", "sex")])
def test_without_adjustment_nothing_differs_from_plain_estimates(rows, design, by):
    plain = estimate(table_of(rows), MEASURES, design=Design(**design), by=by)

    found = estimate_weighted(start(rows, design), MEASURES, by=by)

    assert found == plain


def test_scaling_to_the_known_size_leaves_means_alone(rows):
    plain = estimate(table_of(rows), {"m": Mean("y")}, design=Design(**BY_CLUSTER))

    found = estimate_weighted(calibrate(start(rows, BY_CLUSTER), [KnownTotal(10_000)]), {"m": Mean("y")})

    assert found == plain


@pytest.mark.parametrize("design", [BY_ROW, BY_CLUSTER], ids=["rows", "clusters"])
def test_what_is_known_has_no_error(rows, design):
    flagged = rows | {"women": (rows["sex"] == "f").astype(float)}
    weighting = calibrate(start(flagged, design), [SEX, AGE, SPEND], distance="raking")

    cells = estimate_weighted(weighting, {"women": Total("women"), "spend": Total("spend"), "share": Mean("women")})

    assert [float(cell.estimate.value) for cell in cells] == pytest.approx([5200, 52_000, 0.52])
    errors = [float(cell.estimate.standard_error / cell.estimate.value) for cell in cells]
    assert errors == pytest.approx([0, 0, 0], abs=1e-7)


def test_a_strong_control_shrinks_the_error(rows):
    copied = rows | {"y": rows["spend"] + np.random.default_rng(1).normal(size=120) / 10}
    plain, raked = start(copied, BY_ROW), calibrate(start(copied, BY_ROW), [SEX, SPEND])

    errors = [estimate_weighted(one, {"m": Mean("y")})[0].estimate.standard_error for one in (plain, raked)]

    assert errors[1] < errors[0] / 5


def test_permuted_rows_give_the_same(rows):
    order = np.random.default_rng(2).permutation(120)
    shuffled = {name: column[order] for name, column in rows.items()}

    one, two = (
        estimate_weighted(rake(start(r, BY_CLUSTER), [SEX, AGE]), MEASURES, by="region") for r in (rows, shuffled)
    )

    for first, second in zip(one, two, strict=True):
        assert float(first.estimate.value) == pytest.approx(float(second.estimate.value), rel=1e-10)
        assert float(first.estimate.standard_error) == pytest.approx(float(second.estimate.standard_error), rel=1e-9)


def test_intervals_cover_the_truth():
    random = np.random.default_rng(5)
    size = 4000
    population = {"sex": random.choice(["f", "m"], size), "x": random.uniform(0, 10, size)}
    population["y"] = population["x"] + 3 * (population["sex"] == "f") + random.normal(size=size)
    counts = dict(zip(*np.unique(population["sex"], return_counts=True), strict=True))
    controls = [Margin("sex", {str(k): int(v) for k, v in counts.items()}), KnownTotal(population["x"].sum(), "x")]
    truth, hits, runs = population["y"].mean(), 0, 120
    for _ in range(runs):
        drawn = random.choice(size, 60, replace=False)
        sample = pa.table({name: column[drawn] for name, column in population.items()})
        weighting = calibrate(base_weights(sample, design=Design(population=size)), controls)
        (cell,) = estimate_weighted(weighting, {"m": Mean("y")})
        hits += float(cell.estimate.lower) <= truth <= float(cell.estimate.upper)

    # 95 % of 120 is 114, with a standard deviation of 2.4.
    assert hits >= 106


def test_a_factor_of_zero_leaves_rows_out(rows):
    from sealmark.measure.weights.calibration import Bounds

    weighting = calibrate(start(rows, BY_ROW), [KnownTotal(2900), KnownTotal(4000, "spend")], bounds=Bounds(0, 9))

    (cell,) = estimate_weighted(weighting, {"spend": Total("spend")})

    assert (weighting.factors == 0).any()
    assert float(cell.estimate.value) == pytest.approx(4000)
    assert float(cell.estimate.standard_error) > 0


def test_model_scores_keep_their_weights(rows):
    level = np.nan_to_num(rows["y"], nan=5.0)
    whole = rows | {"a": level, "b": np.clip(level + rows["spend"] / 4, 1, 10), "c": 1 + level / 3}
    items = [Item("a", 1, 10), Item("b", 1, 10)]
    model = PathModel({"one": items, "two": [Item("c", 1, 5)]}, [("one", "two")])
    score = Index(items, PlsScore(model, "one"))

    found = estimate_weighted(start(whole, BY_ROW), {"score": score})

    assert found == estimate(table_of(whole), {"score": score}, design=Design(**BY_ROW))


def test_an_empty_domain_has_no_cells(rows):
    weighting = post_stratify(start(rows, BY_CLUSTER), SEX)

    assert estimate_weighted(weighting, {"m": Mean("y")}, domain={"region": ["x"]}) == ()
    assert figures_weighted(weighting, {}, domain={"region": ["x"]}) == ((), {})


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"measures": {"m": Quantile("y")}}, "SM439"),
        ({"measures": {"m": Mean("yy")}}, "SM403"),
        ({"by": "nowhere"}, "SM403"),
        ({"domain": {"nowhere": [1]}}, "SM403"),
        ({"confidence": 1.0}, "SM413"),
    ],
)
def test_refusals(rows, parts, code):
    with pytest.raises(SealmarkError) as caught:
        estimate_weighted(start(rows, BY_ROW), **({"measures": {"m": Mean("y")}} | parts))

    assert caught.value.codes == (code,)
