"""Driver analysis: errors against derivatives by every row's weight, quadrants, flags and refusals."""

from decimal import Decimal
from itertools import permutations

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats

from sealmark.core.errors import SealmarkError
from sealmark.core.estimates import Estimate
from sealmark.measure import CompanyMeans, Design, Index, Item, Mean, RescaledMean, RespondentMean, estimate
from sealmark.measure.comparisons.drivers import DriverRules, driver_analysis, quadrant_of

ITEMS = {name: Item(name, 1, 10) for name in ("calls", "staff", "price")}


@pytest.fixture
def answers():
    rng = np.random.default_rng(1)
    shop = np.repeat(np.arange(15), 12)
    level = rng.normal(0, 1, 15)[shop]
    raw = rng.normal(0, 1.5, (180, 3)) + level[:, None]
    scores = np.clip(np.round(6 + raw), 1, 10)
    overall = scores @ [0.2, 0.6, 0.1] + rng.normal(0, 1, 180)
    return {
        "shop": shop, "region": shop % 2, "w": rng.uniform(0.5, 2, 180), "overall": overall,
        "calls": scores[:, 0], "staff": np.maximum(scores[:, 1] - 1, 1), "price": scores[:, 2],
    }  # fmt: skip


def lmg(x, y, w):
    """Mean gain over all orders, by weighted least squares on the rows."""
    size = x.shape[1]
    root = np.sqrt(w)[:, None]

    def explained(columns):
        whole = np.column_stack([np.ones(len(y)), *(x[:, one] for one in columns)])
        b = np.linalg.lstsq(whole * root, y * root[:, 0], rcond=None)[0]
        mean = (w * y).sum() / w.sum()
        return 1 - (w * (y - whole @ b) ** 2).sum() / (w * (y - mean) ** 2).sum()

    known = {subset: explained(subset) for n in range(size + 1) for subset in _subsets(size, n)}
    gains = np.zeros(size)
    for order in permutations(range(size)):
        for place, driver in enumerate(order):
            gains[driver] += known[tuple(sorted(order[: place + 1]))] - known[tuple(sorted(order[:place]))]
    return np.append(gains / len(list(permutations(range(size)))), known[tuple(range(size))])


def _subsets(size, n):
    return {tuple(sorted(order[:n])) for order in permutations(range(size))}


def influence(x, y, w):
    """Derivative of every share by every row's weight, times the weight; shape (rows, shares)."""
    step = 1e-4
    rows = np.empty((len(y), x.shape[1] + 1))
    for index in range(len(y)):
        up, down = w.copy(), w.copy()
        up[index] += step
        down[index] -= step
        rows[index] = (lmg(x, y, up) - lmg(x, y, down)) / (2 * step) * w[index]
    return rows


@pytest.mark.parametrize(
    ("design", "strata", "degrees"),
    [
        (Design(weight="w"), None, 179),
        (Design(weight="w", cluster="shop"), "one", 14),
        (Design(weight="w", cluster="shop", strata="region"), "region", 13),
    ],
)
def test_importances_and_errors_equal_derivatives_by_every_weight(answers, design, strata, degrees):
    x = np.column_stack([answers[name] for name in ITEMS])
    y, w = answers["overall"], answers["w"]

    found = driver_analysis(pa.table(answers), "overall", ITEMS, design=design)

    values = lmg(x, y, w)
    u = influence(x, y, w)
    if strata:
        u = np.stack([np.bincount(answers["shop"], column) for column in u.T], axis=1)
    groups = np.arange(len(u)) % 2 if strata == "region" else np.zeros(len(u), dtype=int)
    variance = sum(
        (groups == g).sum()
        / ((groups == g).sum() - 1)
        * ((u[groups == g] - u[groups == g].mean(axis=0)) ** 2).sum(axis=0)
        for g in np.unique(groups)
    )
    everything = [*(driver.importance for driver in found.drivers), found.r_squared]
    assert [float(one.value) for one in everything] == pytest.approx(values, rel=1e-9)
    assert [float(one.standard_error) for one in everything] == pytest.approx(np.sqrt(variance), rel=1e-5)
    assert {float(one.degrees_of_freedom) for one in everything} == {degrees}
    value, error = values[1], np.sqrt(variance[1])
    # Fisher's z of the root: for one driver alone the interval of its correlation.
    root = np.sqrt(value)
    half = stats.t.ppf(0.975, degrees) * error / (2 * root * (1 - value))
    assert float(everything[1].lower) == pytest.approx(np.tanh(np.arctanh(root) - half) ** 2, rel=1e-5)
    assert float(everything[1].upper) == pytest.approx(np.tanh(np.arctanh(root) + half) ** 2, rel=1e-5)


def test_linearised_errors_are_close_to_a_jackknife_of_clusters(answers):
    x = np.column_stack([answers[name] for name in ITEMS])
    ones = np.ones(180)
    without = np.stack([lmg(x, answers["overall"], ones * (answers["shop"] != shop)) for shop in range(15)])

    found = driver_analysis(pa.table(answers), "overall", ITEMS, design=Design(cluster="shop"))

    jackknife = np.sqrt(14 / 15 * ((without - without.mean(axis=0)) ** 2).sum(axis=0))
    errors = [float(driver.importance.standard_error) for driver in found.drivers]
    assert errors == pytest.approx(jackknife[:3], rel=0.25)


def test_performance_is_the_design_based_mean_on_0_100(answers):
    design = Design(weight="w", cluster="shop")

    found = driver_analysis(pa.table(answers), "overall", ITEMS, design=design)

    plain = estimate(pa.table(answers), {name: Mean(item) for name, item in ITEMS.items()}, design=design)
    for driver, cell in zip(found.drivers, plain, strict=True):
        assert float(driver.performance.value) == pytest.approx((float(cell.estimate.value) - 1) * 100 / 9, rel=1e-10)
        assert float(driver.performance.standard_error) == pytest.approx(
            float(cell.estimate.standard_error) * 100 / 9, rel=1e-9
        )
        assert float(driver.performance.lower) == pytest.approx((float(cell.estimate.lower) - 1) * 100 / 9, rel=1e-9)


def test_only_complete_rows_count(answers):
    holed = {name: [None if index < 30 and name == "price" else float(value) for index, value in enumerate(column)]
             for name, column in answers.items()}  # fmt: skip
    kept = {name: column[30:] for name, column in answers.items()}

    found = driver_analysis(pa.table(holed), "overall", ITEMS, design=Design(weight="w"))

    whole = driver_analysis(pa.table(kept), "overall", ITEMS, design=Design(weight="w"))
    assert (found.base, whole.base) == (150, 150)
    assert [one.importance.value for one in found.drivers] == [one.importance.value for one in whole.drivers]


def test_a_dimension_of_several_items_is_a_driver(answers):
    both = Index((ITEMS["calls"], ITEMS["staff"]), RescaledMean())
    answers["both"] = ((answers["calls"] - 1) + (answers["staff"] - 1)) / 2 * 100 / 9

    found = driver_analysis(
        pa.table(answers), "overall", {"both": both, "price": ITEMS["price"]}, design=Design(cluster="shop")
    )

    same = driver_analysis(
        pa.table(answers), "overall", {"both": Item("both", 0, 100), "price": ITEMS["price"]},
        design=Design(cluster="shop"),
    )  # fmt: skip
    assert [float(one.importance.value) for one in found.drivers] == pytest.approx(
        [float(one.importance.value) for one in same.drivers], rel=1e-10
    )
    assert float(found.drivers[0].performance.value) == pytest.approx(answers["both"].mean(), rel=1e-10)


def test_an_index_can_be_the_outcome(answers):
    outcome = Index(("calls", "staff"), RespondentMean(10))

    found = driver_analysis(
        pa.table(answers), outcome, {name: ITEMS[name] for name in ("calls", "price")}, design=Design()
    )

    assert (found.outcome, found.drivers[0].importance.value > found.drivers[1].importance.value) == ("outcome", True)


def test_drivers_off_the_0_100_scale_have_no_performance_and_no_advice(answers):
    drivers = {
        "calls": Item("calls"), "staff": ITEMS["staff"], "price": Index(("price",), RespondentMean(10)),
    }  # fmt: skip

    found = driver_analysis(pa.table(answers), "overall", drivers, design=Design())

    assert [driver.quadrant for driver in found.drivers] == ["not determined", "keep up", "not determined"]
    assert [driver.performance.note for driver in found.drivers] == [
        "The item has no scale.", "", "The index is not on 0-100.",
    ]  # fmt: skip
    assert found.limitations[-1] == "No performance on 0-100, because the scale is not given: calls, price."


def test_without_any_scale_there_is_no_cut_of_performance(answers):
    found = driver_analysis(
        pa.table(answers), "overall", {"calls": Item("calls"), "staff": Item("staff")}, design=Design()
    )

    assert found.performance_cut is None
    assert not any(driver.clear for driver in found.drivers)


def test_cuts_are_the_means_unless_stated(answers):
    found = driver_analysis(pa.table(answers), "overall", ITEMS, design=Design())
    rules = DriverRules(importance_cut=0.05, performance_cut=20.0)
    stated = driver_analysis(pa.table(answers), "overall", ITEMS, design=Design(), rules=rules)

    assert float(found.importance_cut) == pytest.approx(float(found.r_squared.value) / 3, rel=1e-9)
    assert float(found.performance_cut) == pytest.approx(
        np.mean([float(driver.performance.value) for driver in found.drivers]), rel=1e-9
    )
    assert (stated.importance_cut, stated.performance_cut) == (Decimal("0.05"), 20)
    assert stated.drivers[1].quadrant == "keep up"
    assert stated.drivers[1].clear


@pytest.mark.parametrize(
    ("importance", "performance", "quadrant"),
    [
        ("0.3", "60", "improve first"), ("0.3", "80", "keep up"), ("0.1", "60", "watch"), ("0.1", "80", "ease"),
        ("0.2", "75", "keep up"),
    ],
)  # fmt: skip
def test_quadrants_by_the_cuts(importance, performance, quadrant):
    assert quadrant_of(Estimate(Decimal(importance)), Estimate(Decimal(performance)), 0.2, 75) == quadrant


def test_likeness_of_drivers_and_drivers_that_run_backwards_are_flagged(answers):
    rng = np.random.default_rng(2)
    answers["echo"] = answers["staff"] + rng.normal(0, 0.3, 180)
    answers["waiting"] = 11 - answers["staff"] + rng.normal(0, 3, 180)
    drivers = {"staff": ITEMS["staff"], "echo": Item("echo"), "waiting": Item("waiting")}

    found = driver_analysis(pa.table(answers), "overall", drivers, design=Design())

    assert found.limitations[1].startswith("Hard to tell apart (variance inflation from 5): staff, echo.")
    assert found.limitations[2].startswith("Runs against the outcome: waiting.")
    assert found.drivers[0].inflation > 5 > found.drivers[2].inflation


def test_more_than_twelve_drivers_are_weighed_by_johnson():
    rng = np.random.default_rng(3)
    x = rng.normal(size=(200, 13))
    table = pa.table({f"x{i}": x[:, i] for i in range(13)} | {"y": x.sum(axis=1) + rng.normal(size=200)})
    drivers = {f"x{i}": Item(f"x{i}") for i in range(13)}

    found = driver_analysis(table, "y", drivers, design=Design())

    assert found.method == "relative-weights"
    assert float(sum(driver.importance.value for driver in found.drivers)) == pytest.approx(
        float(found.r_squared.value), rel=1e-9
    )
    with pytest.raises(SealmarkError) as caught:
        driver_analysis(table, "y", drivers, design=Design(), rules=DriverRules(method="lmg"))
    assert caught.value.codes == ("SM467",)
    assert "8,192" in caught.value.problems[0].what


def test_one_cluster_leaves_importances_without_an_interval(answers):
    answers["shop"] = np.zeros(180)

    found = driver_analysis(pa.table(answers), "overall", ITEMS, design=Design(cluster="shop"))

    assert found.drivers[0].importance.value > 0
    assert (found.drivers[0].importance.lower, found.drivers[0].clear) == (None, False)
    assert found.drivers[0].importance.note != ""


def test_an_outcome_that_is_fully_explained_has_no_interval(answers):
    answers["overall"] = answers["calls"] + answers["staff"]

    found = driver_analysis(
        pa.table(answers), "overall", {name: ITEMS[name] for name in ("calls", "staff")}, design=Design()
    )

    assert found.r_squared.value == 1
    assert found.r_squared.lower is None


def run(answers, drivers=ITEMS, outcome="overall", rules=None, domain=None):
    return driver_analysis(
        pa.table(answers), outcome, drivers, design=Design(), rules=rules or DriverRules(), domain=domain
    )


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"drivers": {"calls": ITEMS["calls"]}}, "1 drivers leave nothing"),
        ({"rules": DriverRules(minimum_base=181)}, "180 complete answers are fewer than the 181"),
        (
            {"rules": DriverRules(minimum_base=1), "domain": {"shop": [0, 1]}},
            "24 complete answers are fewer than the 30",
        ),
        ({"domain": {"shop": [99]}}, "0 complete answers"),
        ({"drivers": {"calls": ITEMS["calls"], "same": Item("same")}}, "All answers are equal in same"),
        ({"outcome": "same"}, "All answers are equal in same"),
        ({"drivers": ITEMS | {"sum": Item("sum")}}, "determine each other exactly"),
        ({"outcome": Index(tuple(ITEMS.values()), CompanyMeans())}, "no value per respondent"),
    ],
)
def test_what_cannot_be_told_is_refused(answers, options, told):
    answers |= {"same": np.ones(180), "sum": answers["calls"] + answers["staff"]}

    with pytest.raises(SealmarkError) as caught:
        run(answers, **options)

    assert caught.value.codes == ("SM467",)
    assert told in caught.value.problems[0].what


def test_a_missing_column_and_a_wrong_confidence_are_named(answers):
    for options, code in (({"outcome": "over"}, "SM403"), ({"rules": DriverRules(confidence=1.5)}, "SM413")):
        with pytest.raises(SealmarkError) as caught:
            run(answers, **options)
        assert caught.value.codes == (code,)


def test_a_driver_that_hardly_matters_has_a_lower_limit_of_zero():
    rng = np.random.default_rng(4)
    table = pa.table({"x": rng.normal(size=400), "z": rng.normal(size=400), "y": rng.normal(size=400)})

    found = driver_analysis(table, "y", {"x": Item("x"), "z": Item("z")}, design=Design())

    # A correlation of 400 pairs is known to about 0.1: its square stays below 0.05.
    assert [driver.importance.lower for driver in found.drivers] == [0, 0]
    assert all(driver.importance.upper < Decimal("0.05") for driver in found.drivers)
