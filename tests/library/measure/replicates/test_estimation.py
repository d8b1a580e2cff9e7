"""Replication against replicates computed row by row with explicit weights."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sealmark.core.errors import SealmarkError
from sealmark.measure import Contrast, Design, Mean, Quantile, Ratio, TopBox, Total, estimate
from sealmark.measure.replicates import resampling as resampling_module
from sealmark.measure.replicates.estimation import Derived, Replication, estimate_replicated
from sealmark.measure.replicates.factors import replicate_factors

METHODS = {
    "jkn": Replication("jkn"),
    "bootstrap": Replication("bootstrap", count=60, seed=4),
    "bootstrap around the estimate": Replication("bootstrap", count=60, seed=4, around="estimate"),
    "jkn around the estimate": Replication("jkn", around="estimate"),
}


def clustered(strata=4, clusters=3, seed=3):
    random = np.random.default_rng(seed)
    size = strata * clusters * 6
    y = random.integers(1, 11, size).astype(float)
    y[::8] = np.nan
    return {
        "stratum": np.repeat(np.arange(strata), clusters * 6),
        "shop": np.tile(np.repeat(np.arange(clusters), 6), strata),
        "w": random.uniform(1, 3, size),
        "y": y,
        "x": random.uniform(1, 4, size),
        "region": random.choice(["n", "s"], size),
    }


def table_of(rows):
    return pa.table({name: pa.array(column, from_pandas=True) for name, column in rows.items()})


def by_rows(rows, design, replication, inside):
    """Return the standard error of a ratio from replicate weights multiplied out row by row."""
    made = replicate_factors(table_of(rows), design=design, replication=replication)
    place = {key: index for index, key in enumerate(made.clusters)}
    own = np.array([place[key] for key in zip(rows["stratum"].tolist(), rows["shop"].tolist(), strict=True)])
    known = inside & ~np.isnan(rows["y"])

    def ratio(weights):
        return (weights * rows["y"])[known].sum() / (weights * rows["x"])[known].sum()

    values = np.array([ratio(rows["w"] * factors[own]) for factors in made.factors])
    centre = values.mean() if replication.around == "mean" else ratio(rows["w"])
    return np.sqrt((made.scales * (values - centre) ** 2).sum())


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("population", [None, 9])
def test_clusters_match_replicates_by_rows(method, population):
    rows = clustered()
    design = Design("w", "stratum", nested=True, cluster="shop", population=population)

    cells = estimate_replicated(
        table_of(rows), {"r": Ratio("y", "x")}, design=design, replication=METHODS[method], by="region"
    )

    expected = [by_rows(rows, design, METHODS[method], rows["region"] == region) for region in "ns"]
    assert [float(cell.estimate.standard_error) for cell in cells] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("method", METHODS)
def test_cells_that_lie_in_some_strata_only(method):
    rows = clustered()
    rows["organization"] = rows["stratum"] // 3
    design = Design("w", "stratum", nested=True, cluster="shop", population=9)

    cells = estimate_replicated(
        table_of(rows), {"r": Ratio("y", "x")}, design=design, replication=METHODS[method], by="organization"
    )

    expected = [by_rows(rows, design, METHODS[method], rows["organization"] == number) for number in (0, 1)]
    assert [float(cell.estimate.standard_error) for cell in cells] == pytest.approx(expected, rel=1e-9)
    assert [cell.estimate.degrees_of_freedom for cell in cells] == [6, 2]


@pytest.mark.parametrize("replication", [Replication("brr"), Replication("fay", fay=0.3), Replication("fay", fay=0)])
@pytest.mark.parametrize("population", [None, 5])
def test_half_samples_match_replicates_by_rows(replication, population):
    rows = clustered(strata=5, clusters=2)
    design = Design("w", "stratum", nested=True, cluster="shop", population=population)

    (cell,) = estimate_replicated(table_of(rows), {"r": Ratio("y", "x")}, design=design, replication=replication)

    expected = by_rows(rows, design, replication, np.full(60, fill_value=True))
    assert float(cell.estimate.standard_error) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("method", ["jkn", "brr", "fay"])
@pytest.mark.parametrize("population", [None, 7])
def test_totals_have_the_linearised_error(method, population):
    """Exact for linear estimates: Wolter (2007), chapters 3 and 4."""
    rows = table_of(clustered(strata=6, clusters=2))
    design = Design("w", "stratum", nested=True, cluster="shop", population=population)
    (expected,) = estimate(rows, {"t": Total("y")}, design=design)

    (found,) = estimate_replicated(rows, {"t": Total("y")}, design=design, replication=Replication(method))

    assert float(found.estimate.standard_error) == pytest.approx(float(expected.estimate.standard_error), rel=1e-10)
    assert found.estimate.value == expected.estimate.value
    assert found.estimate.degrees_of_freedom == expected.estimate.degrees_of_freedom
    assert float(found.design_effect) == pytest.approx(float(expected.design_effect), rel=1e-9)


def test_rows_drawn_one_by_one_are_jackknifed_exactly():
    random = np.random.default_rng(8)
    rows = {
        "h": np.repeat(["a", "b"], 15),
        "y": random.integers(1, 5, 30).astype(float),
        "x": random.integers(1, 3, 30),
    }
    rows["y"][[3, 20]] = np.nan
    design = Design(strata="h", population={"a": 40, "b": 90})
    weights = np.where(rows["h"] == "a", 40 / 15, 6.0)
    known = ~np.isnan(rows["y"])

    def ratio(factors):
        used = (weights * factors)[known]
        return (used * rows["y"][known]).sum() / (used * rows["x"][known]).sum()

    replicates, scales = [], []
    for left in range(30):
        same = rows["h"] == rows["h"][left]
        factors = np.where(same, 15 / 14, 1.0)
        factors[left] = 0
        replicates.append(ratio(factors))
        scales.append((1 - 15 / (40 if rows["h"][left] == "a" else 90)) * 14 / 15)
    expected = np.sqrt((np.array(scales) * (np.array(replicates) - np.mean(replicates)) ** 2).sum())

    (cell,) = estimate_replicated(table_of(rows), {"r": Ratio("y", "x")}, design=design, replication=Replication("jkn"))

    assert float(cell.estimate.standard_error) == pytest.approx(expected, rel=1e-10)


def test_alike_rows_make_one_entry():
    from sealmark.measure.replicates.unit_totals import totals_of_rows
    from sealmark.measure.surveys.estimation import take_sample
    from sealmark.measure.surveys.rows import plan_of

    table = pa.table({"q": [1, 1, 2, None, 2, 2], "cell": ["a", "a", "a", "b", "b", "b"]})
    sample = take_sample(table, design=Design(), by=("cell",))

    found = totals_of_rows(sample, "m", plan_of(Mean("q"), sample.table), by=("cell",))

    assert found.copies.tolist() == [2, 1, 2]
    assert found.totals.tolist() == [[1, 2, 2], [1, 1, 1]]
    assert found.cell.tolist() == [0, 0, 1]


@pytest.mark.parametrize("population", [None, 400])
def test_bootstrap_of_rows_agrees_with_the_linearised_error(population):
    random = np.random.default_rng(2)
    rows = pa.table({"q": random.integers(1, 11, 300)})
    design = Design(population=population)
    asked = {"m": Mean("q"), "t": TopBox("q", at_least=9)}
    exact = [float(cell.estimate.standard_error) for cell in estimate(rows, asked, design=design)]

    cells = estimate_replicated(rows, asked, design=design, replication=Replication("bootstrap", count=4000, seed=1))

    # The error of an error from 4000 replicates is 1.1 %.
    assert [float(cell.estimate.standard_error) for cell in cells] == pytest.approx(exact, rel=0.045)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 1000))
def test_the_same_seed_gives_the_same_numbers(seed):
    rows = table_of(clustered())
    design = Design("w", "stratum", nested=True, cluster="shop")
    asked = {"m": Mean("y")}
    one, two, other = (
        estimate_replicated(rows, asked, design=design, replication=Replication("bootstrap", count=20, seed=number))
        for number in (seed, seed, seed + 1)
    )

    assert one == two
    assert one[0].estimate.standard_error != other[0].estimate.standard_error


@pytest.mark.parametrize("method", ["bootstrap", "jkn"])
def test_batches_of_cells_change_nothing(method, monkeypatch):
    rows = clustered(strata=6)
    rows["organization"] = rows["stratum"] // 2
    design = Design("w", "stratum", nested=True, cluster="shop")
    asked = {"m": Mean("y"), "x": Mean("x")}

    def found():
        replication = METHODS[method]
        return estimate_replicated(table_of(rows), asked, design=design, replication=replication, by="organization")

    whole = found()
    monkeypatch.setattr(resampling_module, "_MOST_NUMBERS", 1)

    assert found() == whole


def test_functions_of_measures():
    rows = table_of(clustered())
    design = Design("w", "stratum", nested=True, cluster="shop")
    parts = (Total("y"), Total("x"), Contrast(Mean("x"), Mean("y")))
    derived = Derived(parts, lambda y, x, gap: np.log(y / x) + 0 * gap, unit="log ratio")
    for replication in (Replication("jkn"), METHODS["bootstrap"]):
        cells = estimate_replicated(rows, {"log": derived}, design=design, replication=replication)

        (cell,) = cells
        (ratio,) = estimate_replicated(
            rows, {"r": Derived(parts[:2], lambda y, x: y / x)}, design=design, replication=replication
        )
        assert float(cell.estimate.value) == pytest.approx(np.log(float(ratio.estimate.value)))
        relative = float(ratio.estimate.standard_error / ratio.estimate.value)
        assert float(cell.estimate.standard_error) == pytest.approx(relative, rel=0.02)
        assert (cell.unit, cell.design_effect) == ("log ratio", None)


def test_offsets_of_indices_are_kept():
    from sealmark.measure import CompanyMeans, Index, Item

    index = Index([Item("y", 1, 10), Item("x", 1, 4)], CompanyMeans())
    rows = table_of(clustered())
    design = Design("w", "stratum", nested=True, cluster="shop")
    (expected,) = estimate(rows, {"i": index}, design=design)

    (found,) = estimate_replicated(rows, {"i": index}, design=design, replication=Replication("jkn"))

    assert found.estimate.value == expected.estimate.value
    assert float(found.estimate.standard_error) == pytest.approx(float(expected.estimate.standard_error), rel=0.02)


@pytest.mark.parametrize("method", ["jkn", "bootstrap"])
def test_strata_that_cannot_vary_add_nothing(method):
    rows = clustered(strata=3)
    first = rows["stratum"] == 0
    lone = {name: column[~first | (rows["shop"] == 0)] for name, column in rows.items()}
    taken = Design("w", "stratum", nested=True, cluster="shop", population={0: 3, 1: 9, 2: 9})
    alone = Design("w", "stratum", nested=True, cluster="shop", lonely="certainty")
    for table, design in ((rows, taken), (lone, alone)):
        (total,) = estimate(table_of(table), {"t": Total("x")}, design=design)

        replication = METHODS[method]
        (found,) = estimate_replicated(table_of(table), {"t": Total("x")}, design=design, replication=replication)
        made = replicate_factors(table_of(table), design=design, replication=replication)

        tolerance = 1e-9 if method == "jkn" else 0.4
        assert float(found.estimate.standard_error) == pytest.approx(
            float(total.estimate.standard_error), rel=tolerance
        )
        lonely = [index for index, key in enumerate(made.clusters) if key[0] == 0]
        assert (made.factors[:, lonely] == 1).all()


def test_lost_replicates_are_told():
    rows = pa.table({"shop": [1, 1, 2, 2, 3, 3, 4, 4], "q": [5, 6, 7, 8, None, None, None, None]})
    replication = Replication("bootstrap", count=200, seed=3)

    (cell,) = estimate_replicated(rows, {"m": Mean("q")}, design=Design(cluster="shop"), replication=replication)

    # Three draws of four: none of the first two shops with probability 1/8.
    lost = int(cell.estimate.note.split()[0])
    assert 10 <= lost <= 42
    assert cell.estimate.note == f"{lost} of 200 replicates have no answer in this cell and were left out."


def test_a_cell_with_one_unit_has_no_error():
    rows = pa.table({"shop": [1, 1, 2, 2], "cell": ["a", "b", "b", "b"], "q": [5, 6, 7, 8]})
    cells = estimate_replicated(
        rows, {"m": Mean("q")}, design=Design(cluster="shop"), replication=Replication("jk1"), by="cell"
    )

    assert [cell.estimate.standard_error is None for cell in cells] == [True, False]


@pytest.mark.parametrize("cluster", [None, "shop"])
@pytest.mark.parametrize("method", ["jk1", "bootstrap"])
def test_a_cell_without_answers_is_unknown(cluster, method):
    rows = pa.table(
        {"shop": [1, 2, 3, 4, 5, 6], "cell": ["a", "a", "a", "b", "b", "b"], "q": [5, 6, 9, None, None, None]}
    )
    replication = Replication(method, count=30, seed=1)

    cells = estimate_replicated(
        rows, {"m": Mean("q")}, design=Design(cluster=cluster), replication=replication, by=("cell",)
    )

    assert [cell.estimate.value is None for cell in cells] == [False, True]
    assert [dict(cell.cell) for cell in cells] == [{"cell": "a"}, {"cell": "b"}]


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"method": "bootstrap"}, "SM441"),
        ({"method": "bootstrap", "seed": 1, "count": 1}, "SM441"),
        ({"method": "fay", "fay": 1.0}, "SM441"),
    ],
)
def test_replications_that_make_no_sense(parts, code):
    with pytest.raises(SealmarkError) as caught:
        Replication(**parts)

    assert caught.value.codes == (code,)


@pytest.mark.parametrize(
    ("replication", "design", "words"),
    [
        (Replication("jk1"), {"strata": "stratum"}, "without strata; there are 4"),
        (Replication("brr"), {"strata": "stratum", "cluster": "shop", "nested": True}, "exactly two clusters"),
        (Replication("brr"), {"strata": "stratum"}, "exactly two clusters"),
        (Replication("jkn"), {"cluster": "shop", "population": 9, "population2": 900}, "second stage"),
    ],
)
def test_methods_that_the_design_does_not_allow(replication, design, words):
    with pytest.raises(SealmarkError, match=words) as caught:
        estimate_replicated(table_of(clustered()), {"m": Mean("y")}, design=Design(**design), replication=replication)

    assert caught.value.codes == ("SM440",)


def test_rules_for_lone_strata_without_replicates():
    rows = pa.table({"h": ["a", "b", "b"], "q": [1, 2, 3]})

    with pytest.raises(SealmarkError, match='"adjust" for 1 strata') as caught:
        estimate_replicated(
            rows, {"m": Mean("q")}, design=Design(strata="h", lonely="adjust"), replication=Replication("jkn")
        )

    assert caught.value.codes == ("SM440",)


def test_quantiles_are_refused():
    with pytest.raises(SealmarkError) as caught:
        estimate_replicated(
            table_of(clustered()), {"m": Quantile("y")}, design=Design(), replication=Replication("jk1")
        )

    assert caught.value.codes == ("SM439",)


def test_factors_are_for_clusters():
    with pytest.raises(SealmarkError) as caught:
        replicate_factors(table_of(clustered()), design=Design(), replication=Replication("jk1"))

    assert caught.value.codes == ("SM440",)
