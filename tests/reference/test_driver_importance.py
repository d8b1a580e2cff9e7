"""Shares of explained variance against R, and total effects of the ECSI model against published ones.

R 4.4 with relaimpo 2.2-7, calc.relimp(lm(Fertility ~ ., swiss), type = "lmg"), also with
weights = 1 + (1:47 %% 3); Johnson's weights on the same data by the Python package
relativeImp 0.0.2, and on mtcars (mpg ~ cyl + disp + hp + gear) as R's rwa documents them. R's
data sets swiss and mtcars, in the order of R. Tolerances: the digits printed.
"""

import numpy as np
import pyarrow as pa
import pytest

from sealmark.measure import Design, Item, PathModel, fit_pls
from sealmark.measure.comparisons.drivers import DriverRules, driver_analysis
from sealmark.measure.comparisons.importance import (
    explained_variance,
    inflation_factors,
    relative_weights,
    shapley_shares,
)
from sealmark.measure.comparisons.path_effects import path_effects, total_effects

DRIVERS = ("Agriculture", "Examination", "Education", "Catholic", "Infant.Mortality")
# Fertility first, then the drivers.
SWISS = [
    (80.2, 17, 15, 12, 9.96, 22.2), (83.1, 45.1, 6, 9, 84.84, 22.2), (92.5, 39.7, 5, 5, 93.4, 20.2),
    (85.8, 36.5, 12, 7, 33.77, 20.3), (76.9, 43.5, 17, 15, 5.16, 20.6), (76.1, 35.3, 9, 7, 90.57, 26.6),
    (83.8, 70.2, 16, 7, 92.85, 23.6), (92.4, 67.8, 14, 8, 97.16, 24.9), (82.4, 53.3, 12, 7, 97.67, 21),
    (82.9, 45.2, 16, 13, 91.38, 24.4), (87.1, 64.5, 14, 6, 98.61, 24.5), (64.1, 62, 21, 12, 8.52, 16.5),
    (66.9, 67.5, 14, 7, 2.27, 19.1), (68.9, 60.7, 19, 12, 4.43, 22.7), (61.7, 69.3, 22, 5, 2.82, 18.7),
    (68.3, 72.6, 18, 2, 24.2, 21.2), (71.7, 34, 17, 8, 3.3, 20), (55.7, 19.4, 26, 28, 12.11, 20.2),
    (54.3, 15.2, 31, 20, 2.15, 10.8), (65.1, 73, 19, 9, 2.84, 20), (65.5, 59.8, 22, 10, 5.23, 18),
    (65, 55.1, 14, 3, 4.52, 22.4), (56.6, 50.9, 22, 12, 15.14, 16.7), (57.4, 54.1, 20, 6, 4.2, 15.3),
    (72.5, 71.2, 12, 1, 2.4, 21), (74.2, 58.1, 14, 8, 5.23, 23.8), (72, 63.5, 6, 3, 2.56, 18),
    (60.5, 60.8, 16, 10, 7.72, 16.3), (58.3, 26.8, 25, 19, 18.46, 20.9), (65.4, 49.5, 15, 8, 6.1, 22.5),
    (75.5, 85.9, 3, 2, 99.71, 15.1), (69.3, 84.9, 7, 6, 99.68, 19.8), (77.3, 89.7, 5, 2, 100, 18.3),
    (70.5, 78.2, 12, 6, 98.96, 19.4), (79.4, 64.9, 7, 3, 98.22, 20.2), (65, 75.9, 9, 9, 99.06, 17.8),
    (92.2, 84.6, 3, 3, 99.46, 16.3), (79.3, 63.1, 13, 13, 96.83, 18.1), (70.4, 38.4, 26, 12, 5.62, 20.3),
    (65.7, 7.7, 29, 11, 13.79, 20.5), (72.7, 16.7, 22, 13, 11.22, 18.9), (64.4, 17.6, 35, 32, 16.92, 23),
    (77.6, 37.6, 15, 7, 4.97, 20), (67.6, 18.7, 25, 7, 8.65, 19.5), (35, 1.2, 37, 53, 42.34, 18),
    (44.7, 46.6, 16, 29, 50.43, 18.2), (42.8, 27.7, 22, 29, 58.33, 19.3),
]  # fmt: skip
CARS = [  # mpg, cyl, disp, hp, gear
    (21, 6, 160, 110, 4), (21, 6, 160, 110, 4), (22.8, 4, 108, 93, 4), (21.4, 6, 258, 110, 3),
    (18.7, 8, 360, 175, 3), (18.1, 6, 225, 105, 3), (14.3, 8, 360, 245, 3), (24.4, 4, 146.7, 62, 4),
    (22.8, 4, 140.8, 95, 4), (19.2, 6, 167.6, 123, 4), (17.8, 6, 167.6, 123, 4), (16.4, 8, 275.8, 180, 3),
    (17.3, 8, 275.8, 180, 3), (15.2, 8, 275.8, 180, 3), (10.4, 8, 472, 205, 3), (10.4, 8, 460, 215, 3),
    (14.7, 8, 440, 230, 3), (32.4, 4, 78.7, 66, 4), (30.4, 4, 75.7, 52, 4), (33.9, 4, 71.1, 65, 4),
    (21.5, 4, 120.1, 97, 3), (15.5, 8, 318, 150, 3), (15.2, 8, 304, 150, 3), (13.3, 8, 350, 245, 3),
    (19.2, 8, 400, 175, 3), (27.3, 4, 79, 66, 4), (26, 4, 120.3, 91, 5), (30.4, 4, 95.1, 113, 5),
    (15.8, 8, 351, 264, 5), (19.7, 6, 145, 175, 5), (15, 8, 301, 335, 5), (21.4, 4, 121, 109, 4),
]  # fmt: skip
LMG = (0.0570912207681, 0.1711730289002, 0.2601346786244, 0.1055701503735, 0.1127659229265)
LMG_WEIGHTED = (0.0518208063017, 0.1549452302086, 0.2559770835712, 0.1019573530969, 0.1296324182449)
FIRST = (0.124664909906, 0.417164470501, 0.440615646724, 0.215003501619, 0.173518927325)
JOHNSON = (0.048416895812, 0.154708249806, 0.271964104646, 0.114680029948, 0.116965721381)
CARS_JOHNSON = (0.228479725928, 0.222146870540, 0.232174439299, 0.096388603215)
CARS_LMG = (0.2470520332352, 0.2434995947956, 0.2109128995443, 0.0777251114079)


def covariance_of(rows):
    """The outcome stands first in R's formula and last here."""
    return np.cov(np.roll(np.array(rows), -1, axis=1), rowvar=False)


def test_lmg_equals_relaimpo():
    covariance = covariance_of(SWISS)

    assert shapley_shares(covariance) == pytest.approx(LMG, abs=1e-12)
    assert float(explained_variance(covariance)) == pytest.approx(0.706735001593, abs=1e-11)
    assert shapley_shares(covariance_of(CARS)) == pytest.approx(CARS_LMG, abs=1e-12)


def test_relative_weights_equal_johnsons():
    assert relative_weights(covariance_of(SWISS)) == pytest.approx(JOHNSON, abs=1e-11)
    assert relative_weights(covariance_of(CARS)) == pytest.approx(CARS_JOHNSON, abs=1e-11)


@pytest.mark.parametrize(
    ("weight", "expected", "explained"), [(None, LMG, 0.706735001593), ("w", LMG_WEIGHTED, 0.694332891423)]
)
def test_an_analysis_with_weights_equals_relaimpo(weight, expected, explained):
    # Every province three times: the smallest base is met and no share moves.
    rows = np.tile(np.array(SWISS), (3, 1))
    columns = {"Fertility": rows[:, 0]} | {name: rows[:, 1 + index] for index, name in enumerate(DRIVERS)}
    table = pa.table(columns | {"w": np.tile(1.0 + np.arange(1, 48) % 3, 3)})

    found = driver_analysis(
        table, "Fertility", {name: Item(name, 0, 100) for name in DRIVERS}, design=Design(weight=weight),
        rules=DriverRules(minimum_base=100),
    )  # fmt: skip

    assert [float(driver.importance.value) for driver in found.drivers] == pytest.approx(expected, abs=1e-11)
    assert float(found.r_squared.value) == pytest.approx(explained, abs=1e-11)
    if weight is None:
        assert [float(driver.correlation) ** 2 for driver in found.drivers] == pytest.approx(FIRST, abs=1e-11)
        assert [float(driver.inflation) for driver in found.drivers] == pytest.approx(
            inflation_factors(covariance_of(SWISS)), rel=1e-10
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
# Total effects, standardised items, centroid scheme: SmartPLS 2.0 as kept with R's semPLS; six digits.
ON_SATISFACTION = {"Image": 0.390478, "Expectation": 0.419342, "Quality": 0.619428, "Value": 0.191816}
ON_LOYALTY = {"Satisfaction": 0.520950, "Image": 0.398779, "Quality": 0.322691, "Expectation": 0.218456,
              "Value": 0.099926, "Complaints": 0.071232}  # fmt: skip


@pytest.fixture(scope="module")
def fit(real_data):
    return fit_pls(real_data / "ecsi_mobile" / "mobi.csv", PathModel(BLOCKS, PATHS, scheme="centroid"))


@pytest.mark.parametrize(("target", "published"), [("Satisfaction", ON_SATISFACTION), ("Loyalty", ON_LOYALTY)])
def test_total_effects_equal_the_published_ones(fit, target, published):
    found = {effect.construct: effect for effect in path_effects(fit, target)}

    assert set(found) == set(published)
    for name, value in published.items():
        assert found[name].standardised == pytest.approx(value, abs=1.5e-6)
        assert found[name].performance == fit.index(name)


def test_points_are_the_regression_of_indices_on_the_0_100_scale(fit, real_data):
    # Of one predecessor the total effect is a plain regression slope: expectation on image, on 0-100.
    rows = np.genfromtxt(real_data / "ecsi_mobile" / "mobi.csv", delimiter=",", names=True)
    index = {}
    for name in ("Image", "Expectation"):
        items = np.column_stack([rows[item.column] for item in BLOCKS[name]])
        weights = fit.item_weights(name)
        index[name] = 100 * ((items - 1) @ weights) / (9 * weights.sum())

    (effect,) = path_effects(fit, "Expectation")

    covariance = np.cov(index["Image"], index["Expectation"])
    assert effect.points == pytest.approx(covariance[0, 1] / covariance[0, 0], rel=1e-9)
    assert effect.performance == pytest.approx(index["Image"].mean(), rel=1e-9)


def test_total_effects_add_up_all_ways(fit):
    paths = fit.solution.paths

    assert total_effects(fit) == pytest.approx(np.linalg.inv(np.eye(7) - paths) - np.eye(7), abs=1e-12)
