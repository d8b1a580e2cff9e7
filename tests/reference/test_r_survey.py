"""R 4.2.2, survey 4.1.1, on apistrat and apiclus1; relative tolerance 1e-9.

The commands are those of the package's documentation, for example
svymean(~api00, svydesign(id=~1, strata=~stype, weights=~pw, fpc=~fpc, data=apistrat)).
"""

import numpy as np
import pytest
from scipy import stats

from sealmark.measure import (
    Between,
    Contrast,
    Design,
    Mean,
    Promoter,
    Quantile,
    Ratio,
    Share,
    TopBox,
    Total,
    compare,
    estimate,
    fetch,
    open_table,
)

DESIGNS = {
    "strat": ("apistrat.csv", Design("pw", "stype", population="fpc")),
    "strat_nofpc": ("apistrat.csv", Design("pw", "stype")),
    "clus1": ("apiclus1.csv", Design("pw", cluster="dnum", population="fpc")),
    "clus1_nofpc": ("apiclus1.csv", Design("pw", cluster="dnum")),
}
SHARES = [0.1, 0.25, 0.5, 0.75, 0.9]


@pytest.fixture(params=list(DESIGNS))
def case(request, reference_data):
    file, design = DESIGNS[request.param]
    return request.param, open_table(reference_data / file), design


def ask(case, measure, **parts):
    _, table, design = case
    return [cell.estimate for cell in estimate(table, {"m": measure}, design=design, **parts)]


def same(found, expected):
    assert [float(one) for one in found] == pytest.approx(np.atleast_1d(expected).tolist(), rel=1e-9)


def agree(found, expected):
    same([one.value for one in found], expected["est"])
    same([one.standard_error for one in found], expected["se"])


@pytest.mark.parametrize(
    ("key", "measure"),
    [
        ("mean.api00", Mean("api00")),
        ("total.enroll", Total("enroll")),
        ("total.api00", Total("api00")),
        ("ratio.apistu_enroll", Ratio("api.stu", "enroll")),
        ("contrast.api00_minus_api99", Contrast(Mean("api00"), Mean("api99"))),
        # The reference counts detractors below, not at, 600.
        ("nps_like.api00.750.600", Promoter("api00", 750, 599)),
    ],
)
def test_estimates_and_standard_errors(case, survey, key, measure):
    agree(ask(case, measure), survey[f"{case[0]}.{key}"])


def test_shares_of_categories(case, survey):
    expected = survey[f"{case[0]}.mean.schwide"]

    # The engine reads Yes and No as true and false.
    found = [ask(case, Share("sch.wide", [level]))[0] for level in (False, True)]

    agree(found, expected)


def test_degrees_of_freedom(case, survey):
    (found,) = ask(case, Mean("api00"))

    assert found.degrees_of_freedom == survey[f"{case[0]}.degf"]


def test_means_intervals_are_t_intervals(case, survey):
    (found,) = ask(case, Mean("api00"))
    expected = survey[f"{case[0]}.mean.api00"]
    half = stats.t.ppf(0.975, survey[f"{case[0]}.degf"]) * expected["se"]

    same([found.lower, found.upper], [expected["est"] - half, expected["est"] + half])


def test_design_effects(case, survey):
    name, table, design = case
    cells = estimate(table, {"a": Mean("api00"), "b": Mean("api99")}, design=design)
    expected = np.array(survey[f"{name}.mean.api00_api99"]["deff"])
    if name != "strat":
        # R takes the sum of weights for the population even when none is declared; ours does not.
        rows = fetch(table.aggregate(n=table.count(), w=table.pw.sum())).to_pylist()[0]
        expected = expected * (1 - rows["n"] / rows["w"])

    same([cell.design_effect for cell in cells], expected)


@pytest.mark.parametrize("split", [("stype",), ("sch.wide", "stype")])
def test_domains_by_cell(case, survey, split):
    key = "by.stype" if len(split) == 1 else "by.stype_schwide"

    agree(ask(case, Mean("api00"), by=split), survey[f"{case[0]}.{key}.mean.api00"])


def test_totals_by_cell(case, survey):
    agree(ask(case, Total("enroll"), by="stype"), survey[f"{case[0]}.by.stype.total.enroll"])


def test_a_subset(case, survey):
    expected = survey[f"{case[0]}.domain.compimp.mean.api00"]

    found = ask(case, Mean("api00"), domain={"comp.imp": [True]})

    agree(found, expected)
    assert found[0].degrees_of_freedom == expected["degf"]
    agree(ask(case, Total("enroll"), domain={"comp.imp": [True]}), survey[f"{case[0]}.domain.compimp.total.enroll"])


@pytest.mark.parametrize("interval", ["logit", "beta", "arcsine", "mean"])
def test_intervals_of_a_share(case, survey, interval):
    expected = survey[f"{case[0]}.ciprop.api00ge700.{interval.replace('arcsine', 'asin')}"]

    (found,) = ask(case, TopBox("api00", at_least=700, interval=interval))

    same([found.value, found.lower, found.upper], [expected["est"], *expected["ci"]])


@pytest.mark.parametrize("place", range(5))
def test_quantiles_and_woodruff_intervals(case, survey, place):
    expected = survey[f"{case[0]}.quantile.api00.math.mean_ci"]

    (found,) = ask(case, Quantile("api00", SHARES[place]))

    same(
        [found.value, found.lower, found.upper, found.standard_error],
        [expected[name][place] for name in ("q", "lo", "hi", "se")],
    )


def test_quantiles_by_the_school_rule(case, survey):
    found = [ask(case, Quantile("api00", share, "school"))[0].value for share in SHARES]

    same(found, survey[f"{case[0]}.quantile.api00.school"])


def test_difference_of_two_groups(case, survey):
    name, table, design = case
    expected = survey[f"{name}.ttest.api00.compimp"]

    (change,) = compare(table, {"m": Mean("api00")}, design=design, between=Between("comp.imp", False, True))

    same([change.t, change.difference.value], [expected["t"], expected["est"]])
    # svyttest takes one degree of freedom less than the design has; ours takes the design's.
    degrees = float(change.difference.degrees_of_freedom)
    assert degrees - 1 == expected["df"]
    same([change.p], [2 * stats.t.sf(abs(expected["t"]), degrees)])


@pytest.mark.parametrize("rule", ["remove", "adjust", "average", "certainty"])
def test_lonely_strata(reference_data, survey, rule):
    rows = fetch(open_table(reference_data / "apistrat.csv"))
    kinds = rows["stype"].to_pylist()
    # The reference keeps the first high school only.
    keep = [place for place, kind in enumerate(kinds) if kind != "H" or place == kinds.index("H")]
    design = Design("pw", "stype", population="fpc", lonely=rule)

    (found,) = estimate(rows.take(keep), {"m": Mean("api00")}, design=design)

    agree([found.estimate], survey[f"strat_lonelyH.{rule}.mean.api00"])
