"""Total effects of a small model by hand; the published ECSI figures stand in tests/reference."""

import numpy as np
import pyarrow as pa
import pytest

from sealmark.core.errors import SealmarkError
from sealmark.measure import Item, PathModel, fit_pls
from sealmark.measure.comparisons.path_effects import path_effects

PATHS = [("care", "speed"), ("care", "trust"), ("speed", "trust")]


@pytest.fixture
def answers():
    rng = np.random.default_rng(1)
    care = rng.integers(1, 11, 200)
    speed = np.clip(np.round(0.6 * care + rng.normal(2, 1.5, 200)), 1, 10)
    trust = np.clip(np.round(0.3 * care + 0.5 * speed + rng.normal(1, 1, 200)), 1, 10)
    return pa.table({"care": care, "speed": speed, "trust": trust})


def fit(answers, ends=(1, 10)):
    blocks = {name: [Item(name, *ends)] for name in ("care", "speed", "trust")}
    return fit_pls(answers, PathModel(blocks, PATHS))


def test_an_effect_is_the_sum_over_all_ways(answers):
    fitted = fit(answers)
    paths = fitted.paths

    care, speed = path_effects(fitted, "trust")

    assert (care.construct, speed.construct) == ("care", "speed")
    through = paths["care", "trust"] + paths["care", "speed"] * paths["speed", "trust"]
    assert care.standardised == pytest.approx(through, rel=1e-12)
    assert speed.standardised == pytest.approx(paths["speed", "trust"], rel=1e-12)
    # One item per construct, all on one scale: points are the effect times the ratio of standard deviations.
    deviation = {name: np.std(answers[name].to_numpy()) for name in ("care", "trust")}
    assert care.points == pytest.approx(through * deviation["trust"] / deviation["care"], rel=1e-9)
    assert care.performance == pytest.approx((answers["care"].to_numpy().mean() - 1) * 100 / 9, rel=1e-9)


@pytest.mark.parametrize("target", ["care", "truth"])
def test_a_target_without_a_way_to_it_is_refused(answers, target):
    with pytest.raises(SealmarkError) as caught:
        path_effects(fit(answers), target)

    assert caught.value.codes == ("SM467",)
    assert "trust" in caught.value.problems[0].fix


def test_items_without_a_scale_have_no_points(answers):
    with pytest.raises(SealmarkError) as caught:
        path_effects(fit(answers, (None, None)), "trust")

    assert caught.value.codes == ("SM416",)
