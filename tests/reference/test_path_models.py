"""Path models: seminr 2.3.1 and the published worked numbers of the ECSI mobile-phone data."""

import json

import numpy as np
import pytest

from sealmark.measure import (
    CompanyMeans,
    Design,
    Index,
    Item,
    PathModel,
    PlsScore,
    RescaledMean,
    RespondentMean,
    TopBox,
    bootstrap_pls,
    estimate,
    fit_pls,
    scale_reliability,
)

SIZES = {
    "Image": ("IMAG", 5), "Expectation": ("CUEX", 3), "Quality": ("PERQ", 7), "Value": ("PERV", 2),
    "Satisfaction": ("CUSA", 3), "Complaints": ("CUSCO", 0), "Loyalty": ("CUSL", 3),
}  # fmt: skip
BLOCKS = {
    name: [Item(f"{stem}{i}", 1, 10) for i in range(1, size + 1)] or [Item(stem, 1, 10)]
    for name, (stem, size) in SIZES.items()
}
PATHS = [
    ("Image", "Expectation"), ("Image", "Satisfaction"), ("Image", "Loyalty"),
    ("Expectation", "Quality"), ("Expectation", "Value"), ("Expectation", "Satisfaction"),
    ("Quality", "Value"), ("Quality", "Satisfaction"), ("Value", "Satisfaction"),
    ("Satisfaction", "Complaints"), ("Satisfaction", "Loyalty"), ("Complaints", "Loyalty"),
]  # fmt: skip

# SmartPLS 2.0 on the standardised items, centroid scheme, 8 digits; in the order of PATHS.
CENTROID = [
    0.50470564, 0.17883348, 0.19535971, 0.55724786, 0.05078755, 0.06442534,
    0.55721686, 0.51254524, 0.19181566, 0.52609731, 0.48347472, 0.07123241,
]  # fmt: skip
# An independent implementation on unstandardised items, centroid scheme, 6 digits.
UNSTANDARDISED = [
    0.493052, 0.152689, 0.212259, 0.545108, 0.065901, 0.037086,
    0.540291, 0.544404, 0.199708, 0.540028, 0.465496, 0.049996,
]  # fmt: skip
# Bootstrap standard errors of the centroid solution, B = 500, 3 digits, another random generator.
ERRORS = [0.058, 0.054, 0.079, 0.054, 0.081, 0.048, 0.084, 0.066, 0.058, 0.054, 0.081, 0.062]
INDICES = [73.5209, 72.4714, 74.9853, 62.2979, 72.5428, 67.4222, 70.6107]
ALPHAS = {
    "Image": 0.72283, "Expectation": 0.45190, "Quality": 0.87701, "Value": 0.82363,
    "Satisfaction": 0.77920, "Loyalty": 0.47240,
}  # fmt: skip


@pytest.fixture(scope="module")
def mobi(real_data):
    return real_data / "ecsi_mobile" / "mobi.csv"


@pytest.mark.parametrize("scheme", ["path", "factorial"])
def test_seminr_to_twelve_digits(mobi, reference_data, scheme):
    text = (reference_data / "pls_mobi_seminr.json").read_text(encoding="utf-8")
    expected = json.loads(text)[scheme]

    fit = fit_pls(mobi, PathModel(BLOCKS, PATHS, scheme))

    assert [item.column for item in fit.model.items] == expected["items"]
    assert list(fit.model.constructs) == expected["constructs"]
    assert np.allclose(fit.solution.paths, expected["path_coef"], rtol=1e-11, atol=1e-13)
    assert np.allclose(fit.solution.weights, expected["outer_weights"], rtol=1e-11, atol=1e-13)
    assert np.allclose(fit.solution.loadings, expected["outer_loadings"], rtol=1e-11, atol=1e-13)
    assert np.allclose(sorted(fit.r_squared.values()), sorted(expected["rSquared"][0]), rtol=1e-11)


def test_smartpls_centroid(mobi):
    fit = fit_pls(mobi, PathModel(BLOCKS, PATHS, "centroid"))

    assert list(fit.paths.values()) == pytest.approx(CENTROID, abs=2e-8)
    assert fit.outer_weights("Loyalty").tolist() == pytest.approx([0.45046794, 0.13133992, 0.65948149], abs=2e-8)
    assert [fit.index(name) for name in BLOCKS] == pytest.approx(INDICES, abs=5.1e-5)


def test_unstandardised_items(mobi):
    fit = fit_pls(mobi, PathModel(BLOCKS, PATHS, "centroid", standardised=False))

    assert list(fit.paths.values()) == pytest.approx(UNSTANDARDISED, abs=5.1e-7)
    weights = fit.outer_weights("Image")
    assert (weights / weights.sum()).tolist() == pytest.approx(
        [0.199044, 0.173805, 0.187333, 0.242339, 0.197479], abs=5.1e-7
    )


def test_bootstrap_errors_are_those_of_another_generator(mobi):
    found = bootstrap_pls(mobi, PathModel(BLOCKS, PATHS, "centroid"), seed=1)

    # The spread of a standard error from 500 draws is 1/sqrt(1000) = 3 %; four times that, two samples.
    assert list(found.paths.values()) == pytest.approx(ERRORS, rel=0.18)


@pytest.mark.parametrize("block", ALPHAS)
def test_alpha(mobi, block):
    found = scale_reliability(mobi, BLOCKS[block])

    assert float(found.standardised_alpha) == pytest.approx(ALPHAS[block], abs=5.1e-6)


SATISFACTION = BLOCKS["Satisfaction"]


def score(scheme="centroid", *, standardised=True):
    model = PathModel(BLOCKS, PATHS, scheme, standardised=standardised)
    return Index(SATISFACTION, PlsScore(model, "Satisfaction"))


@pytest.mark.parametrize(
    ("measure", "expected", "digits"),
    [
        (Index(SATISFACTION, RespondentMean(10)), 74.773, 3),
        (score(), 72.543, 3),
        (Index(SATISFACTION, CompanyMeans([0.3885, 0.3190, 0.2925])), 72.412, 3),
        (Index(SATISFACTION, CompanyMeans()), 71.970, 3),
        (Index(SATISFACTION, RescaledMean()), 71.970, 3),
        (score(standardised=False), 71.248, 3),
        (TopBox("CUSA1", at_least=9), 0.268, 3),
    ],
    ids=["ukcsi", "ecsi", "acsi-ohio", "acsi-equal", "rescaled", "ecsi-raw", "top-two"],
)
def test_the_same_answers_by_six_formulas(mobi, measure, expected, digits):
    (cell,) = estimate(mobi, {"m": measure}, design=Design())

    assert float(cell.estimate.value) == pytest.approx(expected, abs=0.51 * 10**-digits)
    assert cell.estimate.base == 250


def test_weights_not_divided_by_the_deviation(mobi):
    """The sixth formula of the comparison: what some programs call rescaling."""
    weights = fit_pls(mobi, PathModel(BLOCKS, PATHS, "centroid")).outer_weights("Satisfaction")

    (cell,) = estimate(mobi, {"m": Index(SATISFACTION, CompanyMeans(list(weights)))}, design=Design())

    assert float(cell.estimate.value) == pytest.approx(71.861, abs=5.1e-4)


def test_the_precision_quoted_for_250_customers(mobi):
    # SD 14.35, n = 250: a half-width of 1.78 with the normal quantile.
    (cell,) = estimate(mobi, {"m": score()}, design=Design())

    assert float(cell.estimate.standard_error) * 1.959964 == pytest.approx(1.78, abs=5.1e-3)
