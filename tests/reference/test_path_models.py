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
FACTORIAL = [
    0.50494314, 0.17859267, 0.19581962, 0.55675903, 0.05017810, 0.06494365,
    0.55776245, 0.51297470, 0.19144526, 0.52585655, 0.48305917, 0.07031057,
]  # fmt: skip
PATH_SCHEME = [
    0.50491393, 0.17873950, 0.19575534, 0.55674896, 0.04998839, 0.06252287,
    0.55830438, 0.51202394, 0.19476510, 0.52806625, 0.48547762, 0.06692607,
]  # fmt: skip
WEIGHTS = {
    "Image": [0.29813185, 0.26233656, 0.21987218, 0.32782296, 0.32492101],
    "Expectation": [0.52282271, 0.46806824, 0.44989729],
    "Quality": [0.21364542, 0.14346701, 0.19943921, 0.17811594, 0.18083905, 0.18050324, 0.21436270],
    "Value": [0.48582034, 0.59776530],
    "Satisfaction": [0.37718684, 0.38156707, 0.44105872],
    "Complaints": [1],
    "Loyalty": [0.45046794, 0.13133992, 0.65948149],
}
LOADINGS = {
    "Image": [0.74337, 0.60073, 0.57762, 0.76836, 0.74448],
    "Expectation": [0.77149, 0.68663, 0.61183],
    "Quality": [0.80334, 0.63739, 0.78354, 0.76912, 0.75577, 0.77516, 0.77940],
    "Value": [0.90434, 0.93791],
    "Satisfaction": [0.79903, 0.84621, 0.85189],
    "Complaints": [1],
    "Loyalty": [0.81381, 0.21914, 0.91681],
}
R_SQUARED = {
    "Expectation": 0.254728, "Quality": 0.310525, "Value": 0.344610, "Satisfaction": 0.680281,
    "Complaints": 0.276778, "Loyalty": 0.457286,
}  # fmt: skip
COMMUNALITY = [0.47835, 0.48033, 0.57666, 0.84876, 0.69341, 1, 0.51695]
COMPOSITE = [0.81893, 0.73321, 0.90469, 0.91817, 0.87146, 1, 0.72401]
DEVIATIONS = [13.5396, 13.9338, 13.9780, 20.3142, 14.3489, 25.2691, 21.6601]
TOTAL_EFFECTS = {
    ("Image", "Satisfaction"): 0.390478, ("Expectation", "Satisfaction"): 0.419342,
    ("Quality", "Satisfaction"): 0.619428, ("Value", "Satisfaction"): 0.191816,
    ("Satisfaction", "Loyalty"): 0.520950, ("Image", "Loyalty"): 0.398779, ("Quality", "Loyalty"): 0.322691,
    ("Expectation", "Loyalty"): 0.218456, ("Value", "Loyalty"): 0.099926, ("Complaints", "Loyalty"): 0.071232,
}  # fmt: skip
# An independent implementation on unstandardised items, centroid scheme, 6 digits.
UNSTANDARDISED = [
    0.493052, 0.152689, 0.212259, 0.545108, 0.065901, 0.037086,
    0.540291, 0.544404, 0.199708, 0.540028, 0.465496, 0.049996,
]  # fmt: skip
RAW_WEIGHTS = {
    "Image": [0.199044, 0.173805, 0.187333, 0.242339, 0.197479],
    "Expectation": [0.326266, 0.316873, 0.356861],
    "Quality": [0.139655, 0.121407, 0.167267, 0.134338, 0.119339, 0.135098, 0.182896],
    "Value": [0.491444, 0.508556],
    "Satisfaction": [0.242386, 0.353983, 0.403631],
    "Complaints": [1],
    "Loyalty": [0.393180, 0.129405, 0.477415],
}
RAW_INDICES = [72.683829, 72.323553, 74.582876, 61.583358, 71.248159, 67.422222, 69.291862]
RAW_DEVIATIONS = [13.766634, 14.154327, 14.255952, 20.598882, 15.345099, 25.269081, 21.266521]
RAW_R_SQUARED = [0.243100, 0.297142, 0.335076, 0.671746, 0.291631, 0.431840]
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
    for name, weights in WEIGHTS.items():
        assert fit.outer_weights(name).tolist() == pytest.approx(weights, abs=2e-8)
        assert fit.loadings(name).tolist() == pytest.approx(LOADINGS[name], abs=5.1e-6)
    assert fit.r_squared == pytest.approx(R_SQUARED, abs=5.1e-7)
    assert [fit.index(name) for name in BLOCKS] == pytest.approx(INDICES, abs=5.1e-5)
    assert [fit.index_deviation(name) for name in BLOCKS] == pytest.approx(DEVIATIONS, abs=5.1e-5)


@pytest.mark.parametrize(("scheme", "expected"), [("factorial", FACTORIAL), ("path", PATH_SCHEME)])
def test_smartpls_other_schemes(mobi, scheme, expected):
    assert list(fit_pls(mobi, PathModel(BLOCKS, PATHS, scheme)).paths.values()) == pytest.approx(expected, abs=2e-8)


def test_quality_of_the_blocks_and_total_effects(mobi):
    fit = fit_pls(mobi, PathModel(BLOCKS, PATHS, "centroid"))

    assert list(fit.communality.values()) == pytest.approx(COMMUNALITY, abs=5.1e-6)
    assert list(fit.composite_reliability.values()) == pytest.approx(COMPOSITE, abs=5.1e-6)
    assert fit.goodness_of_fit == pytest.approx(0.47147, abs=5.1e-6)
    assert {pair: fit.total_effects[pair] for pair in TOTAL_EFFECTS} == pytest.approx(TOTAL_EFFECTS, abs=5.1e-7)
    # No way leads back.
    assert ("Loyalty", "Image") not in fit.total_effects
    assert len(fit.total_effects) == 21


def test_blocks_of_one_item_have_no_goodness_of_fit(mobi):
    fit = fit_pls(mobi, PathModel({"a": ["IMAG1"], "b": ["CUSA1"]}, [("a", "b")]))

    assert np.isnan(fit.goodness_of_fit)
    assert fit.total_effects == fit.paths


def test_four_constructs_by_the_path_scheme(mobi):
    """seminr 2.3.1 on mobi: Image, Expectation, Value -> Satisfaction; six digits."""
    names = ("Image", "Expectation", "Value")
    model = PathModel(
        {name: BLOCKS[name] for name in (*names, "Satisfaction")}, [(name, "Satisfaction") for name in names]
    )

    assert list(fit_pls(mobi, model).paths.values()) == pytest.approx([0.447004, 0.171830, 0.316425], abs=5.1e-7)
    # Bootstrap with another generator: 3 % noise in each of the two.
    found = bootstrap_pls(mobi, model, seed=3)
    assert list(found.paths.values()) == pytest.approx([0.0572, 0.0623, 0.0741], rel=0.15)


def test_unstandardised_items(mobi):
    fit = fit_pls(mobi, PathModel(BLOCKS, PATHS, "centroid", standardised=False))

    assert list(fit.paths.values()) == pytest.approx(UNSTANDARDISED, abs=5.1e-7)
    for name, expected in RAW_WEIGHTS.items():
        weights = fit.outer_weights(name)
        assert (weights / weights.sum()).tolist() == pytest.approx(expected, abs=5.1e-7)
    assert [fit.index(name) for name in BLOCKS] == pytest.approx(RAW_INDICES, abs=5.1e-7)
    assert [fit.index_deviation(name) for name in BLOCKS] == pytest.approx(RAW_DEVIATIONS, abs=5.1e-7)
    assert list(fit.r_squared.values()) == pytest.approx(RAW_R_SQUARED, abs=5.1e-7)


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
