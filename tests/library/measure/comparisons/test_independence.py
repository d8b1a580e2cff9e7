"""Rao and Scott's test: Pearson's for simple samples, corrected for others."""

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats

from sealmark.core.errors import SealmarkError
from sealmark.measure import Design
from sealmark.measure.comparisons.independence import independence_of


def table_of(counts):
    pairs = [
        (row, column) for row, line in enumerate(counts) for column, count in enumerate(line) for _ in range(count)
    ]
    return pa.table({"a": [row for row, _ in pairs], "b": [column for _, column in pairs]})


def test_a_simple_sample_has_pearsons_statistic():
    counts = np.array([[20, 30, 25], [30, 20, 40]])

    found = independence_of(table_of(counts), "a", "b", design=Design())

    plain = stats.chi2_contingency(counts, correction=False)
    assert found.pearson == pytest.approx(plain.statistic)
    assert found.base == 165
    assert found.shares == pytest.approx(counts / 165)
    # Under a simple sample design effects are n / (n - 1), not of one's own making.
    assert found.statistic * found.design_effect * 2 == pytest.approx(plain.statistic)
    assert found.design_effect == pytest.approx(1, abs=0.03)
    assert found.p == pytest.approx(plain.pvalue, abs=0.01)


def test_doubling_every_row_as_clusters_changes_nothing_but_the_design_effect():
    counts = np.array([[20, 30], [30, 20]])
    single = table_of(counts)
    numbered = single.append_column("id", pa.array(range(100)))
    twice = pa.concat_tables([numbered, numbered])

    one = independence_of(single, "a", "b", design=Design())
    two = independence_of(twice, "a", "b", design=Design(cluster="id"))

    assert (two.statistic, two.p) == pytest.approx((one.statistic, one.p))
    assert two.pearson == pytest.approx(2 * one.pearson)
    assert two.design_effect == pytest.approx(2 * one.design_effect)


def test_the_level_is_kept_under_clustering():
    random = np.random.default_rng(9)
    rejected, runs = 0, 150
    for _ in range(runs):
        kind = np.repeat(random.random(30) < 0.5, 8)
        other = (random.random(240) < np.repeat(random.beta(2, 2, 30), 8)).astype(int)
        table = pa.table({"shop": np.repeat(np.arange(30), 8), "a": kind, "b": other})
        rejected += independence_of(table, "a", "b", design=Design(cluster="shop")).p < 0.05

    # 7.5 expected, standard deviation 2.7; Pearson's own test would reject some 35.
    assert rejected <= 16


def test_empty_crossings_and_missing_answers():
    table = pa.table({"a": ["x", "x", "y", "y", "z", "z", None, "x"] * 5, "b": [1, 2, 1, 2, 1, 1, 1, None] * 5})

    found = independence_of(table, "a", "b", design=Design(), domain={"a": ["x", "y", "z"]})

    assert (found.first, found.second, found.base) == (("x", "y", "z"), (1, 2), 30)
    assert found.shares[2, 1] == 0
    assert 0 < found.p < 1


def test_unknown_columns_are_named():
    with pytest.raises(SealmarkError, match='no column "aa"') as caught:
        independence_of(table_of([[1, 2], [3, 4]]), "aa", "b", design=Design())

    assert caught.value.codes == ("SM403",)


@pytest.mark.parametrize(
    ("columns", "design", "words"),
    [
        ({"a": [1, 1, 1], "b": [1, 2, 1]}, Design(), '"a" has 1 distinct answers'),
        ({"a": [None, 1], "b": [1, None]}, Design(), '"a" has 0 distinct answers'),
        ({"a": [1, 2, 1, 2], "b": [1, 2, 2, 1], "c": [1, 1, 1, 1]}, Design(cluster="c"), "No degrees of freedom"),
    ],
)
def test_tables_that_cannot_be_tested(columns, design, words):
    with pytest.raises(SealmarkError, match=words) as caught:
        independence_of(pa.table(columns), "a", "b", design=design)

    assert caught.value.codes == ("SM443",)


def test_a_census_has_nothing_to_test():
    found = independence_of(table_of([[2, 3], [4, 1]]), "a", "b", design=Design(population=10))

    assert np.isnan(found.statistic)
    assert np.isnan(found.p)
