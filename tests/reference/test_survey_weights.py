"""Replicates, adjusted weights, joint estimates and tests against R 4.2.2 with survey 4.1.1.

The data are apistrat and apiclus1 of that package; its documentation has the
commands. Tolerance 1e-9 relative, 1e-6 where R iterates. In the commands
``d`` is one of

    strat        svydesign(id=~1, strata=~stype, weights=~pw, fpc=~fpc, data=apistrat)
    strat_nofpc  svydesign(id=~1, strata=~stype, weights=~pw, data=apistrat)
    clus1        svydesign(id=~dnum, weights=~pw, fpc=~fpc, data=apiclus1)
    clus1_nofpc  svydesign(id=~dnum, weights=~pw, data=apiclus1)

and ``pop.types`` has 4421 E, 755 H, 1018 M, ``pop.schwide`` 1072 No, 5122 Yes.
"""

import fnmatch
import re
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from sealmark.measure import Design, Mean, Quantile, Ratio, TopBox, Total, estimate, fetch, open_table
from sealmark.measure.comparisons.contrasts import contrast, joint_estimates
from sealmark.measure.comparisons.independence import independence_of
from sealmark.measure.replicates.estimation import Replication, estimate_replicated
from sealmark.measure.surveys.dispersion import estimate_deviations, estimate_variances
from sealmark.measure.weights.calibration import Bounds
from sealmark.measure.weights.margins import KnownTotal, Margin
from sealmark.measure.weights.weighted import estimate_weighted
from sealmark.measure.weights.weighting import base_weights, calibrate, post_stratify, rake, trim, weighted_table

DESIGNS = {
    "strat": ("apistrat.csv", Design("pw", "stype", population="fpc")),
    "strat_nofpc": ("apistrat.csv", Design("pw", "stype")),
    "clus1": ("apiclus1.csv", Design("pw", cluster="dnum", population="fpc")),
    "clus1_nofpc": ("apiclus1.csv", Design("pw", cluster="dnum")),
}
TYPES = Margin("stype", {"E": 4421, "H": 755, "M": 1018})
SCHOOL_WIDE = Margin("sch.wide", {False: 1072, True: 5122})
API99 = KnownTotal(3914069, "api99")
ITERATIVE = 1e-6


@pytest.fixture(params=list(DESIGNS))
def case(request, reference_data):
    file, design = DESIGNS[request.param]
    return request.param, open_table(reference_data / file), design


@pytest.fixture
def clusters(reference_data):
    file, design = DESIGNS["clus1"]
    return base_weights(reference_data / file, design=design)


def same(found, expected, rel=1e-9):
    assert [float(one) for one in found] == pytest.approx(np.atleast_1d(expected).tolist(), rel=rel)


def agree(cell, expected, rel=1e-9):
    same([cell.estimate.value, cell.estimate.standard_error], [expected["est"], expected["se"]], rel)


def weighted(weighting, measure):
    (cell,) = estimate_weighted(weighting, {"m": measure})
    return cell


def weights_by_school(weighting, expected):
    """Return the weights in the order of the file, which the reference has."""
    rows = fetch(weighted_table(weighting)).to_pydict()
    found = dict(zip(rows["cds"], rows["weight"], strict=True))
    order = fetch(weighting.sample.table.select("cds"))["cds"].to_pylist()
    assert len(order) == len(expected)
    return [found[school] for school in order]


# --- replicate weights ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "measure"),
    [
        ("clus1.JK1.mean.api00", Mean("api00")),
        ("clus1.JK1.total.enroll", Total("enroll")),
        ("clus1.JK1.ratio", Ratio("api.stu", "enroll")),
        ("clus1_nofpc.JK1.mean.api00", Mean("api00")),
        ("strat.JKn.mean.api00", Mean("api00")),
        ("strat.JKn.total.enroll", Total("enroll")),
        ("strat_nofpc.JKn.mean.api00", Mean("api00")),
    ],
)
def test_jackknife(reference_data, survey, key, measure):
    """svymean(~api00, as.svrepdesign(d, type="JK1")), svytotal(~enroll, ...), svyratio(~api.stu, ~enroll, ...)."""
    name, method, *_ = key.split(".")
    file, design = DESIGNS[name]

    (cell,) = estimate_replicated(
        reference_data / file, {"m": measure}, design=design, replication=Replication(method.lower())
    )

    agree(cell, survey[key])


def test_bootstrap_agrees_within_its_own_noise(reference_data, survey):
    """set.seed(20240101); svymean(~api00, as.svrepdesign(d, type="subbootstrap", replicates=500)).

    R's random numbers cannot be drawn here. A standard error from 500 replicates
    has itself a relative error of 1 / sqrt(1000) = 3.2 %; two differ by 4.5 %, so 13 % is three times that.
    R's subbootstrap leaves the finite population out, hence the design without one.
    """
    expected = survey["strat.subbootstrap.seed20240101.B500.mean.api00"]
    file, design = DESIGNS["strat_nofpc"]
    replication = Replication("bootstrap", count=500, seed=20240101)

    (cell,) = estimate_replicated(reference_data / file, {"m": Mean("api00")}, design=design, replication=replication)

    same([cell.estimate.value], [expected["est"]])
    same([cell.estimate.standard_error], [expected["se"]], rel=0.13)


# --- adjusted weights ----------------------------------------------------------------------------


@pytest.mark.parametrize(("key", "measure"), [("total.enroll", Total("enroll")), ("mean.api00", Mean("api00"))])
def test_post_stratification(clusters, survey, key, measure):
    """svytotal(~enroll, postStratify(d, ~stype, pop.types))."""
    agree(weighted(post_stratify(clusters, TYPES), measure), survey[f"clus1.poststrat.stype.{key}"])


@pytest.mark.parametrize(("key", "measure"), [("total.enroll", Total("enroll")), ("mean.api00", Mean("api00"))])
def test_raking(clusters, survey, key, measure):
    """svytotal(~enroll, rake(d, list(~stype, ~sch.wide), list(pop.types, pop.schwide), control=...))."""
    found = weighted(rake(clusters, [TYPES, SCHOOL_WIDE]), measure)

    agree(found, survey[f"clus1.rake.stype_schwide.{key}"], ITERATIVE)


def test_raked_weights(clusters, survey):
    """weights(rake(d, list(~stype, ~sch.wide), list(pop.types, pop.schwide), control=...))."""
    expected = survey["clus1.rake.weights"]

    same(weights_by_school(rake(clusters, [TYPES, SCHOOL_WIDE]), expected), expected, ITERATIVE)


def test_calibration_on_one_factor_is_post_stratification(clusters, survey):
    """svytotal(~enroll, calibrate(d, ~stype, c(`(Intercept)`=6194, stypeH=755, stypeM=1018)))."""
    found = weighted(calibrate(clusters, [TYPES]), Total("enroll"))

    agree(found, survey["clus1.calib_linear.stype.total.enroll"])


@pytest.mark.parametrize(("key", "measure"), [("mean.api00", Mean("api00")), ("total.enroll", Total("enroll"))])
def test_regression_estimator(clusters, survey, key, measure):
    """svymean(~api00, calibrate(d, ~stype+api99, c(6194, 755, 1018, api99=3914069)))."""
    agree(weighted(calibrate(clusters, [TYPES, API99]), measure), survey[f"clus1.calib_linear.stype_api99.{key}"])


def test_regression_weights(clusters, survey):
    """weights(calibrate(d, ~stype+api99, c(6194, 755, 1018, api99=3914069)))."""
    expected = survey["clus1.calib_linear.weights"]

    same(weights_by_school(calibrate(clusters, [TYPES, API99]), expected), expected)


def test_calibration_by_raking(clusters, survey):
    """svymean(~api00, calibrate(d, ~stype+api99, pop, calfun="raking"))."""
    found = weighted(calibrate(clusters, [TYPES, API99], distance="raking"), Mean("api00"))

    agree(found, survey["clus1.calib_raking.stype_api99.mean.api00"], ITERATIVE)


def test_weights_calibrated_by_raking(clusters, survey):
    """weights(calibrate(d, ~stype+api99, pop, calfun="raking"))."""
    expected = survey["clus1.calib_raking.weights"]

    same(weights_by_school(calibrate(clusters, [TYPES, API99], distance="raking"), expected), expected, ITERATIVE)


def test_logit_calibration(clusters, survey):
    """svymean(~api00, calibrate(d, ~stype+api99, pop, calfun="logit", bounds=c(0.6, 2.5)))."""
    found = calibrate(clusters, [TYPES, API99], distance="logit", bounds=Bounds(0.6, 2.5))

    agree(weighted(found, Mean("api00")), survey["clus1.calib_logit_0.6_2.5.mean.api00"], ITERATIVE)


def test_truncated_linear_calibration(clusters, survey):
    """svymean(~api00, calibrate(d, ~stype+api99, pop, bounds=c(0.7, 2)))."""
    found = calibrate(clusters, [TYPES, API99], bounds=Bounds(0.7, 2))

    agree(weighted(found, Mean("api00")), survey["clus1.calib_linbounded_0.7_2.mean.api00"], ITERATIVE)


@pytest.mark.parametrize("until_inside", [True, False])
def test_trimming(clusters, survey, until_inside):
    """svymean(~api00, trimWeights(rake(d, ...), lower=10, upper=60))."""
    found = trim(rake(clusters, [TYPES, SCHOOL_WIDE]), lowest=10, highest=60, until_inside=until_inside)

    agree(weighted(found, Mean("api00")), survey["clus1.rake.trim_10_60.mean.api00"], ITERATIVE)


# --- joint estimates, tests, dispersion ----------------------------------------------------------


def test_covariance_of_two_means(case, survey):
    """vcov(svymean(~api00+api99, d))."""
    name, table, design = case
    expected = survey[f"{name}.mean.api00_api99"]

    joint = joint_estimates(table, {"a": Mean("api00"), "b": Mean("api99")}, design=design)

    same(joint.values, expected["est"])
    assert joint.covariance == pytest.approx(np.array(expected["vcov"]), rel=1e-9)


def test_two_means_with_t_intervals(case, survey):
    """confint(svymean(~api00+api99, d), df=degf(d))."""
    name, table, design = case
    expected = survey[f"{name}.mean.api00_api99"]

    cells = [cell.estimate for cell in estimate(table, {"a": Mean("api00"), "b": Mean("api99")}, design=design)]

    same([cell.standard_error for cell in cells], expected["se"])
    same([limit for cell in cells for limit in (cell.lower, cell.upper)], np.ravel(expected["ci_t"]))


def test_covariance_of_cells(case, survey):
    """vcov(svyby(~api00, ~stype, d, svymean, covmat=TRUE)); 0 in R is 0 here to a billionth of the variances."""
    name, table, design = case
    expected = np.array(survey[f"{name}.by.stype.mean.api00"]["vcov"])

    joint = joint_estimates(table, {"m": Mean("api00")}, design=design, by="stype")

    assert [cell for _, (cell,) in joint.labels] == survey[f"{name}.by.stype.mean.api00"]["level"]
    assert joint.covariance == pytest.approx(expected, rel=1e-9, abs=1e-9 * expected.max())


def test_contrast_of_cells(case, survey):
    """svycontrast(svyby(~api00, ~stype, d, svymean, covmat=TRUE), c(E=1, H=-0.5, M=-0.5))."""
    name, table, design = case
    expected = survey[f"{name}.by.stype.mean.api00"]
    factors = np.array([1, -0.5, -0.5])
    error = np.sqrt(factors @ np.array(expected["vcov"]) @ factors)

    found = contrast(table, Mean("api00"), {"E": 1, "H": -0.5, "M": -0.5}, design=design, by="stype").estimate

    same([found.value, found.standard_error], [factors @ np.array(expected["est"]), error])


def test_population_variance(case, survey):
    """svyvar(~api00, d)."""
    name, table, design = case
    expected = survey[f"{name}.var.api00"]

    (variance,) = estimate_variances(table, {"m": "api00"}, design=design)
    (deviation,) = estimate_deviations(table, {"m": "api00"}, design=design)

    agree(variance, expected)
    root = np.sqrt(expected["est"])
    agree(deviation, {"est": root, "se": expected["se"] / (2 * root)})


def test_rao_and_scott(case, survey):
    """svychisq(~sch.wide+stype, d, statistic="F")."""
    name, table, design = case
    expected = survey[f"{name}.chisq.schwide_stype.F"]

    found = independence_of(table, "sch.wide", "stype", design=design)

    same(
        [found.statistic, found.numerator_degrees, found.denominator_degrees, found.p],
        [expected[part] for part in ("F", "ndf", "ddf", "p")],
    )


# --- keys of the plain estimators that no other test reads ---------------------------------------


@pytest.mark.parametrize("kind", ["mean", "total"])
def test_categories(case, survey, kind):
    """svymean(~stype, d) and svytotal(~stype, d)."""
    name, table, design = case
    expected = survey[f"{name}.{kind}.stype"]
    flags = {level: (table.stype == level).cast("int32") for level in "EHM"}
    measure = Mean if kind == "mean" else Total

    cells = estimate(table.mutate(**flags), {level: measure(level) for level in flags}, design=design)

    same([cell.estimate.value for cell in cells], expected["est"])
    same([cell.estimate.standard_error for cell in cells], expected["se"])


def test_xlogit_is_the_logit_interval(case, survey):
    """svyciprop(~I(api00>=700), d, method="xlogit")."""
    name, table, design = case
    expected = survey[f"{name}.ciprop.api00ge700.xlogit"]

    (cell,) = estimate(table, {"m": TopBox("api00", at_least=700)}, design=design)

    same([cell.estimate.lower, cell.estimate.upper], expected["ci"])


@pytest.mark.parametrize(("rule", "ours"), [("hf1", "math"), ("hf2", "school")])
def test_quantile_rules_by_their_other_names(case, survey, rule, ours):
    """svyquantile(~api00, d, c(.1, .25, .5, .75, .9), qrule="hf1")."""
    name, table, design = case
    asked = {str(share): Quantile("api00", share, ours) for share in (0.1, 0.25, 0.5, 0.75, 0.9)}

    same(
        [cell.estimate.value for cell in estimate(table, asked, design=design)],
        survey[f"{name}.quantile.api00.{rule}"],
    )


def test_normal_intervals_are_ours_with_another_quantile(case, survey):
    """confint(svymean(~api00+api99, d)), confint(svyby(~api00, ~stype, d, svymean)).

    Not offered, but each follows from estimate and standard error.
    """
    name, table, design = case
    expected = survey[f"{name}.by.stype.mean.api00"]
    both = estimate(table, {"a": Mean("api00"), "b": Mean("api99")}, design=design)

    cells = [*both, *estimate(table, {"m": Mean("api00")}, design=design, by="stype")]

    half = [stats.norm.ppf(0.975) * float(cell.estimate.standard_error) for cell in cells]
    value = [float(cell.estimate.value) for cell in cells]
    low, high = np.transpose(survey[f"{name}.mean.api00_api99"]["ci_normal"])
    same(np.subtract(value, half), [*low, *expected["ci_l"]])
    same(np.add(value, half), [*high, *expected["ci_u"]])


# --- the list of what is offered -----------------------------------------------------------------


def test_the_manual_says_of_every_key_whether_it_is_offered(survey):
    page = Path(__file__).parents[2] / "docs/reference/estimators.md"
    rows = re.findall(r"^\| `([^`]+)` \| (yes|no) \|", page.read_text(encoding="utf-8"), re.MULTILINE)
    patterns = [(pattern.replace("DESIGN", design), pattern) for pattern, _ in rows for design in DESIGNS]

    keys = [key for key in survey if key != "_meta"]
    hits = {key: {pattern for glob, pattern in patterns if fnmatch.fnmatchcase(key, glob)} for key in keys}

    assert {key: found for key, found in hits.items() if len(found) != 1} == {}
    assert {pattern for pattern, _ in rows} == {pattern for found in hits.values() for pattern in found}
