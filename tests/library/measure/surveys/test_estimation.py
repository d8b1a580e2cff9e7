"""Estimates against textbook formulas written out row by row, and properties that must hold."""

from decimal import Decimal

import ibis
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import csv

from sealmark.core.errors import SealmarkError
from sealmark.measure import (
    CompanyMeans,
    Contrast,
    Design,
    Effort,
    Gap,
    Index,
    Item,
    Mean,
    Promoter,
    Quantile,
    Ratio,
    RescaledMean,
    RespondentMean,
    Share,
    TopBox,
    Total,
    WeightedMean,
    estimate,
    open_table,
)
from sealmark.measure.surveys.estimation import NO_ANSWERS, NO_DEGREES, ONE_UNIT


def one(table, measure, **parts):
    (cell,) = estimate(table, {"m": measure}, **{"design": Design(), **parts})
    return cell


def value(table, measure, **parts):
    return one(table, measure, **parts).estimate.value


def textbook_variance(u, stratum, cluster, populations, *, second=None, populations2=None):
    """Variance of a linearised sum: Cochran (1977), chapters 5 and 11, with loops."""
    total = 0.0
    for h in sorted(set(stratum)):
        units = sorted(set(cluster[stratum == h]))
        n, size = len(units), populations.get(h, np.inf)
        sums = [u[(stratum == h) & (cluster == i)].sum() for i in units]
        total += (1 - n / size) * n / (n - 1) * sum((s - np.mean(sums)) ** 2 for s in sums)
        for i in units if second is not None else ():
            inside = (stratum == h) & (cluster == i)
            subs = sorted(set(second[inside]))
            m, size2 = len(subs), populations2[i]
            parts = [u[inside & (second == k)].sum() for k in subs]
            spread = sum((p - np.mean(parts)) ** 2 for p in parts)
            total += n / size * (1 - m / size2) * m / (m - 1) * spread if m > 1 else 0.0
    return total


@pytest.fixture
def clustered():
    random = np.random.default_rng(7)
    rows = 120
    stratum = np.repeat(["a", "b", "c"], rows // 3)
    cluster = np.concatenate([np.repeat(np.arange(8), 5) for _ in range(3)]) + np.repeat([0, 100, 200], 40)
    return {
        "stratum": stratum,
        "cluster": cluster,
        "room": np.tile(np.arange(5), 24),
        "w": random.uniform(0.5, 3.0, rows).round(3),
        "y": random.integers(1, 11, rows) + (cluster % 3),
        "x": random.integers(1, 11, rows),
        "segment": random.choice(["p", "q"], rows),
    }


@pytest.mark.parametrize("measure", ["mean", "total", "ratio"])
@pytest.mark.parametrize("domain", [None, {"segment": ["p"]}])
def test_one_stage_variance_is_the_textbooks(clustered, measure, domain):
    d = clustered
    inside = (d["segment"] == "p") if domain else np.ones(120, bool)
    w, y, x = d["w"] * inside, d["y"].astype(float), d["x"].astype(float)
    populations = {"a": 20, "b": 40, "c": 9}
    point, u = {
        "mean": (np.average(y, weights=w), w * (y - np.average(y, weights=w)) / w.sum()),
        "total": ((w * y).sum(), w * y),
        "ratio": ((w * y).sum() / (w * x).sum(), w * (y - (w * y).sum() / (w * x).sum() * x) / (w * x).sum()),
    }[measure]
    measures = {"mean": Mean("y"), "total": Total("y"), "ratio": Ratio("y", "x")}
    design = Design(weight="w", strata="stratum", cluster="cluster", population=populations)

    found = one(pa.table(d), measures[measure], design=design, domain=domain).estimate

    expected = np.sqrt(textbook_variance(u, d["stratum"], d["cluster"], populations))
    assert float(found.value) == pytest.approx(point, rel=1e-11)
    assert float(found.standard_error) == pytest.approx(expected, rel=1e-11)
    assert found.base == inside.sum()
    assert found.degrees_of_freedom == 21


@pytest.mark.parametrize("second", ["room", None])
def test_two_stage_variance_is_the_textbooks(clustered, second):
    d = clustered
    y, w = d["y"].astype(float), d["w"]
    u = w * (y - np.average(y, weights=w)) / w.sum()
    populations = {"a": 20, "b": 40, "c": 9}
    inner = d["room"] if second else np.arange(120)
    design = Design("w", "stratum", "cluster", populations, cluster2=second, population2=12)

    found = one(pa.table(d), Mean("y"), design=design).estimate

    expected = textbook_variance(
        u,
        d["stratum"],
        d["cluster"],
        populations,
        second=inner,
        populations2=dict.fromkeys(set(d["cluster"]), 12),
    )
    assert float(found.standard_error) == pytest.approx(np.sqrt(expected), rel=1e-11)


def test_second_stage_unit_of_several_rows_counts_once(clustered):
    d = clustered | {"room": np.tile([0, 0, 1, 1, 2], 24)}
    y, w = d["y"].astype(float), d["w"]
    u = w * (y - np.average(y, weights=w)) / w.sum()
    populations = {"a": 20, "b": 40, "c": 9}
    design = Design("w", "stratum", "cluster", populations, cluster2="room", population2=12)

    found = one(pa.table(d), Mean("y"), design=design).estimate

    sizes = dict.fromkeys(set(d["cluster"]), 12)
    expected = textbook_variance(u, d["stratum"], d["cluster"], populations, second=d["room"], populations2=sizes)
    assert float(found.standard_error) == pytest.approx(np.sqrt(expected), rel=1e-11)


def test_sample_size_counts_rows_that_did_not_answer():
    answered = pa.table({"q": [1.0, 2.0, 3.0, None]})
    u = np.array([-1, 0, 1, 0]) / 3

    found = one(answered, Mean("q")).estimate

    assert found.base == 3
    assert float(found.standard_error) == pytest.approx(np.sqrt(4 / 3 * (u**2).sum()))


def test_weights_follow_from_the_population_when_no_column_holds_them():
    table = pa.table({"site": ["a", "a", "b", "b", "b"], "q": [1, 3, 5, 6, 7]})
    design = Design(strata="site", population={"a": 10, "b": 30})

    assert value(table, Mean("q"), design=design) == Decimal(10 * 2 + 30 * 6) / 40
    assert value(table, Total("q"), design=design) == 200


def test_nested_clusters_of_one_name_in_two_strata_are_two():
    table = pa.table({"s": ["a"] * 4 + ["b"] * 4, "c": [1, 1, 2, 2] * 2, "q": [1, 2, 3, 4, 5, 6, 7, 8]})

    assert one(table, Mean("q"), design=Design(strata="s", cluster="c", nested=True)).estimate.degrees_of_freedom == 2


def test_a_domain_in_one_cluster_has_no_standard_error_and_says_why():
    table = pa.table({"c": [1, 1, 2, 2], "g": ["x", "x", "y", "x"], "q": [1, 2, 3, 4]})

    cells = estimate(table, {"m": Mean("q")}, design=Design(cluster="c"), by="g")

    assert [c.cell for c in cells] == [{"g": "x"}, {"g": "y"}]
    assert cells[0].estimate.standard_error is not None
    assert (cells[1].estimate.value, cells[1].estimate.note) == (3, ONE_UNIT)
    assert (cells[1].estimate.standard_error, cells[1].estimate.lower) == (None, None)


def test_one_unit_per_stratum_in_the_domain_leaves_no_interval():
    table = pa.table({"s": ["a", "a", "b", "b"], "g": [1, 0, 1, 0], "q": [1, 2, 3, 4]})

    found = one(table, Mean("q"), design=Design(strata="s"), domain={"g": [1]}).estimate

    assert (found.value, found.note, found.lower) == (2, NO_DEGREES, None)
    assert found.standard_error is not None


@pytest.mark.parametrize("rows", [{"q": []}, {"q": [None, None]}])
def test_no_answers_give_an_unknown_estimate(rows):
    table = pa.table({"q": pa.array(rows["q"], pa.float64())})

    found = one(table, Mean("q")).estimate

    assert (found.value, found.base, found.note) == (None, 0, NO_ANSWERS)


def test_rows_without_a_segment_keep_a_cell_of_their_own():
    table = pa.table({"g": ["b", None, "a", "b"], "q": [1, 2, 3, 4]})

    cells = estimate(table, {"m": Mean("q")}, design=Design(), by=["g"])

    assert [(c.cell["g"], c.estimate.base) for c in cells] == [("a", 1), ("b", 2), (None, 1)]


def test_equal_answers_of_everybody_are_certain():
    table = pa.table({"q": [7] * 30})

    found = one(table, Mean("q"), design=Design(population=30)).estimate

    assert (found.value, found.lower, found.upper, found.standard_error) == (7, 7, 7, 0)


@pytest.mark.parametrize("interval", ["logit", "wilson", "adjusted-wald", "beta"])
def test_a_share_of_one_keeps_an_honest_lower_limit(interval):
    table = pa.table({"q": [5] * 20})

    found = one(table, TopBox("q", at_least=4, interval=interval)).estimate

    assert found.value == 1
    assert 0.75 < found.lower < 0.9
    assert found.upper == pytest.approx(Decimal(1), abs=Decimal("0.05"))


def test_a_share_of_one_from_few_clusters_is_judged_by_the_clusters():
    table = pa.table({"q": [5] * 100, "shop": [i % 4 for i in range(100)]})

    found = one(table, TopBox("q", at_least=4), design=Design(cluster="shop")).estimate

    # Exact binomial for 4 of 4 units, their number cut by (t_99 / t_3)^2.
    assert float(found.lower) == pytest.approx(0.025 ** (1 / (4 * (1.9842169516 / 3.1824463053) ** 2)), rel=1e-8)


SCALE = {"a": [1, 5, None, 10], "b": [3, None, None, 9]}


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        (Index(["a", "b"], RespondentMean(10)), (20 + 50 + 95) / 3),
        (Index(["a", "b"], RespondentMean(10, minimum_answered=2)), (20 + 95) / 2),
        (Index([Item("a", 1, 10), Item("b", 1, 10)], RescaledMean()), (100 / 9 + 400 / 9 + 850 / 9) / 3),
        (
            Index([Item("a", 1, 10), Item("b", 1, 10)], WeightedMean([3, 1])),
            ((0.75 * 0 + 0.25 * 2) + 4 + (0.75 * 9 + 0.25 * 8)) / 9 * 100 / 3,
        ),
        (
            Index(["a", "b"], WeightedMean([3, 1], rescaled=False, missing="complete")),
            ((0.75 + 0.75) + (7.5 + 2.25)) / 2,
        ),
        (Index([Item("a", 1, 10), Item("b", 1, 10)], CompanyMeans()), ((16 / 3 - 1) / 9 + (6 - 1) / 9) * 50),
        (Gap(["a"], ["b"]), (-2 + 1) / 2),
        (Mean(Item("a", 1, 10, reversed=True)), (10 + 6 + 1) / 3),
        (Mean(Item("a", 2, 9)), 5),
        (Effort(Item("a", 1, 10)), 16 / 3),
        (TopBox("a", at_least=5), 2 / 3),
        (TopBox("a", at_least=2, at_most=9), 1 / 3),
        (Share("a", [10, 99]), 1 / 3),
        (Promoter("a"), 100 * (1 - 2) / 3),
        (Contrast(Mean("a"), Mean("b")), 16 / 3 - 6),
        (Ratio("a", "b"), 11 / 12),
        (Quantile("a"), 5),
    ],
    ids=lambda part: type(getattr(part, "formula", part)).__name__,
)
def test_formulas_follow_their_definition(measure, expected):
    table = pa.table({name: pa.array(column, pa.int16()) for name, column in SCALE.items()})

    assert float(value(table, measure)) == pytest.approx(expected, rel=1e-11)


def test_nan_is_no_answer():
    assert value(pa.table({"q": [1.0, float("nan"), 3.0]}), Mean("q")) == 2


def test_text_shares_and_ibis_domains_work():
    table = pa.table({"answer": ["yes", "no", "yes", None], "age": [20, 30, 40, 50]})

    assert value(table, Share("answer", ["yes"]), domain=ibis._.age > 25) == Decimal("0.5")


def test_company_means_carry_the_covariance_of_their_items(clustered):
    d = clustered
    items = [Item("y", 1, 13), Item("x", 1, 13)]
    design = Design(weight="w", strata="stratum", cluster="cluster")

    joint = one(pa.table(d), Index(items, CompanyMeans([0.7, 0.3])), design=design)
    by_row = one(pa.table(d), Index(items, WeightedMean([0.7, 0.3])), design=design)

    # Everyone answered everything: the mean of row indices is the index of means.
    assert joint.estimate == by_row.estimate
    assert joint.effective_base == by_row.effective_base


@pytest.mark.parametrize("rule", ["adjust", "average", "certainty", "remove"])
def test_lonely_strata_follow_their_rule(rule):
    table = pa.table({"s": ["a", "a", "a", "b"], "q": [1.0, 2.0, 6.0, 11.0]})
    u = (np.array([1, 2, 6, 11]) - 5) / 4
    inside = 3 / 2 * ((u[:3] - u[:3].mean()) ** 2).sum()
    expected = {"adjust": inside + u[3] ** 2, "average": 2 * inside}.get(rule, inside)

    found = one(table, Mean("q"), design=Design(strata="s", lonely=rule)).estimate

    assert float(found.standard_error) == pytest.approx(np.sqrt(expected), rel=1e-11)


def test_a_stratum_taken_whole_is_never_lonely():
    table = pa.table({"s": ["a", "a", "b"], "q": [1.0, 2.0, 6.0]})
    design = Design(strata="s", population={"a": 100, "b": 1})

    assert one(table, Mean("q"), design=design).estimate.standard_error > 0


def test_a_census_has_no_sampling_error():
    table = pa.table({"q": [1, 5, 9]})

    assert one(table, Mean("q"), design=Design(population=3)).estimate.standard_error == 0


ROWS = st.lists(
    st.tuples(
        st.integers(1, 10),
        st.floats(0.25, 4, width=32),
        st.sampled_from("ab"),
        st.integers(0, 3),
        st.sampled_from("xy"),
    ),
    min_size=12,
    max_size=40,
)
MEASURES = {
    "mean": Mean("q"),
    "top": TopBox("q", at_least=9),
    "nps": Promoter("q", interval="adjusted-wald"),
    "median": Quantile("q"),
}


def as_table(rows):
    names = ("q", "w", "s", "c", "g")
    # Two rows per stratum from two clusters keep every drawn sample estimable.
    rows = [(5, 1.0, s, c, g) for s in "ab" for c in (8, 9) for g in "xy"] + list(rows)
    return pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))


DESIGN = Design(weight="w", strata="s", cluster="c", nested=True)


def nearly_equal(left, right):
    for a, b in zip(left, right, strict=True):
        assert (a.cell, a.measure, a.estimate.base) == (b.cell, b.measure, b.estimate.base)
        for name in ("value", "lower", "upper", "standard_error"):
            x, y = getattr(a.estimate, name), getattr(b.estimate, name)
            assert (x is None) == (y is None)
            assert x is None or float(x) == pytest.approx(float(y), rel=1e-8, abs=1e-8)


@settings(max_examples=25, deadline=None)
@given(ROWS, st.sampled_from([0.01, 3.0, 1000.0]))
def test_scaling_all_weights_changes_nothing(rows, factor):
    table = as_table(rows)
    scaled = table.set_column(1, "w", pa.array([w * factor for w in table["w"].to_pylist()]))

    nearly_equal(estimate(table, MEASURES, design=DESIGN, by="g"), estimate(scaled, MEASURES, design=DESIGN, by="g"))


@settings(max_examples=25, deadline=None)
@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(rows, random):
    table = as_table(rows)
    order = list(range(table.num_rows))
    random.shuffle(order)

    nearly_equal(
        estimate(table, MEASURES, design=DESIGN, by="g"),
        estimate(table.take(pa.array(order)), MEASURES, design=DESIGN, by="g"),
    )


@settings(max_examples=25, deadline=None)
@given(ROWS)
def test_domains_recombine_to_the_whole(rows):
    table = as_table(rows)
    measures = {"sum": Total("q"), "size": Total("one"), "mean": Mean("q")}
    table = table.append_column("one", pa.array([1] * table.num_rows))

    whole = {c.measure: c.estimate for c in estimate(table, measures, design=DESIGN)}
    parts = estimate(table, measures, design=DESIGN, by=["g", "s"])

    def added(name):
        return sum(float(c.estimate.value) for c in parts if c.measure == name)

    assert added("sum") == pytest.approx(float(whole["sum"].value), rel=1e-10)
    assert added("sum") / added("size") == pytest.approx(float(whole["mean"].value), rel=1e-10)
    assert sum(c.estimate.base for c in parts if c.measure == "mean") == whole["mean"].base


def test_a_domain_equals_its_cell(clustered):
    table, design = pa.table(clustered), Design(weight="w", strata="stratum", cluster="cluster")

    cells = {c.cell["segment"]: c.estimate for c in estimate(table, {"m": Mean("y")}, design=design, by="segment")}

    assert cells["p"] == one(table, Mean("y"), design=design, domain={"segment": ["p"]}).estimate


@pytest.mark.parametrize(
    ("call", "code"),
    [
        ({"measures": {"m": Mean("nope")}}, "SM403"),
        ({"measures": {"m": Mean("t")}}, "SM404"),
        ({"by": ["nope"]}, "SM403"),
        ({"domain": {"nope": [1]}}, "SM403"),
        ({"confidence": 95}, "SM413"),
        ({"design": Design(weight="nope")}, "SM403"),
    ],
)
def test_wrong_calls_are_named(call, code):
    table = pa.table({"q": [1, 2], "t": ["a", "b"]})

    with pytest.raises(SealmarkError) as caught:
        estimate(table, **{"measures": {"m": Mean("q")}, "design": Design(), **call})

    assert caught.value.codes == (code,)


def test_all_missing_columns_are_named_at_once():
    table = pa.table({"score": [1, 2]})

    with pytest.raises(SealmarkError) as caught:
        estimate(table, {"a": Mean("scor"), "b": Index(["x", "y"], RespondentMean())}, design=Design())

    assert [problem.what.split('"')[1] for problem in caught.value.problems] == ["scor", "x", "y"]
    assert caught.value.problems[0].fix == 'Did you mean "score"? Legal: score.'


def test_quantiles_in_cells_without_answers_or_degrees():
    table = pa.table({"g": ["a", "a", "b", "c"], "q": [1, 3, 7, None]})

    cells = estimate(table, {"m": Quantile("q"), "n": Mean("q")}, design=Design(), by="g")
    medians = {c.cell["g"]: c.estimate for c in cells if c.measure == "m"}

    assert (medians["a"].value, medians["a"].base) == (1, 2)
    assert (medians["b"].value, medians["b"].note) == (7, ONE_UNIT)
    assert (medians["c"].value, medians["c"].note) == (None, NO_ANSWERS)


def test_the_school_rule_takes_the_middle_of_two():
    table = pa.table({"q": [1, 2, 4, 9]})

    assert value(table, Quantile("q", 0.5)) == 2
    assert value(table, Quantile("q", 0.5, "school")) == 3


def test_strata_that_are_all_lonely_give_no_error_under_average():
    table = pa.table({"s": ["a", "b", "c"], "q": [1, 2, 3]})

    found = one(table, Mean("q"), design=Design(strata="s", lonely="average")).estimate

    assert (found.value, found.standard_error, found.note) == (2, None, NO_DEGREES)


def test_a_file_an_arrow_table_and_an_ibis_table_give_the_same(tmp_path, clustered):
    table = pa.table(clustered)
    path = tmp_path / "answers.csv"
    csv.write_csv(table, path)
    design = Design(weight="w", strata="stratum", cluster="cluster")

    results = [estimate(source, MEASURES_Y, design=design, by="segment") for source in (table, path, open_table(table))]

    assert results[0] == results[1] == results[2]


MEASURES_Y = {"mean": Mean("y"), "top": TopBox("y", at_least=9), "median": Quantile("y")}
