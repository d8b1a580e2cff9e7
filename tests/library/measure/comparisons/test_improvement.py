from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats

from sealmark.core.errors import SealmarkError
from sealmark.core.estimates import Estimate
from sealmark.measure import Design, Mean, Share
from sealmark.measure.comparisons.improvement import ImprovementRule, improvement, wave_improvements
from sealmark.measure.comparisons.waves import WavePair


def make(value, error="1", degrees=80):
    return Estimate(Decimal(str(value)), standard_error=Decimal(error), degrees_of_freedom=Decimal(degrees), base=90)


def test_two_sides_compare_the_limits_of_the_usual_interval():
    found = improvement(make(70), make(75), ImprovementRule(Decimal(1)))

    half = stats.t.ppf(0.975, 160) * np.sqrt(2)
    assert (float(found.gain.lower), float(found.gain.upper)) == pytest.approx((5 - half, 5 + half), rel=1e-9)
    assert (found.verdict, found.gain.value, found.before.value) == ("improved", 5, 70)
    assert found.reason == f"The lower limit of the gain, {found.gain.lower}, is above 1."


def test_one_side_is_less_strict_at_the_same_confidence():
    one = improvement(make(70), make("72.6"), ImprovementRule(Decimal(0), sides="one"))
    two = improvement(make(70), make("72.6"), ImprovementRule(Decimal(0)))

    half = stats.t.ppf(0.95, 160) * np.sqrt(2)
    assert float(one.gain.lower) == pytest.approx(2.6 - half, rel=1e-9)
    assert (one.verdict, two.verdict) == ("improved", "not shown")
    assert (ImprovementRule(Decimal(0), sides="one").level, one.gain.confidence) == (0.9, Decimal("0.9"))


@pytest.mark.parametrize(
    ("after", "minimum", "better", "verdict"),
    [
        (80, "2", "higher", "improved"),
        (72, "2", "higher", "not shown"),
        (70, "5", "higher", "not improved"),
        (60, "0", "higher", "not improved"),
        (60, "2", "lower", "improved"),
        (80, "2", "lower", "not improved"),
        (68, "1", "lower", "not shown"),
    ],
)
def test_verdicts_in_both_directions(after, minimum, better, verdict):
    assert improvement(make(70), make(after), ImprovementRule(Decimal(minimum), better=better)).verdict == verdict


def test_a_gain_where_less_is_good_turns_the_interval_round():
    up = improvement(make(70), make(66), ImprovementRule(Decimal(0)))
    down = improvement(make(70), make(66), ImprovementRule(Decimal(0), better="lower"))

    assert (down.gain.value, down.gain.lower, down.gain.upper) == (4, -up.gain.upper, -up.gain.lower)


def test_thresholds_are_compared_before_display_rounding():
    exact = improvement(make(70, "0"), make(72, "0"), ImprovementRule(Decimal(2)))
    above = improvement(make(70, "0"), make("72.0000000001", "0"), ImprovementRule(Decimal(2)))
    below = improvement(make(70, "0"), make("71.9999999999", "0"), ImprovementRule(Decimal(2)))

    assert (exact.verdict, above.verdict, below.verdict) == ("not shown", "improved", "not improved")


def test_a_known_covariance_narrows_the_interval():
    found = improvement(make(70, degrees=40), make(72), ImprovementRule(Decimal(0)), covariance=Decimal("0.8"))

    # 1 + 1 - 2 * 0.8 = 0.4 on the fewer degrees.
    half = stats.t.ppf(0.975, 40) * np.sqrt(0.4)
    assert float(found.gain.standard_error) == pytest.approx(np.sqrt(0.4), rel=1e-9)
    assert float(found.gain.lower) == pytest.approx(2 - half, rel=1e-9)
    assert (found.gain.degrees_of_freedom, found.verdict) == (40, "improved")
    assert improvement(make(70), make(72), ImprovementRule(Decimal(0))).verdict == "not shown"


def test_a_covariance_without_degrees_gives_no_interval():
    lone = Estimate(Decimal(70), standard_error=Decimal(1))

    found = improvement(lone, make(72), ImprovementRule(Decimal(0)), covariance=Decimal("0.5"))

    assert (found.verdict, found.gain.lower, found.gain.degrees_of_freedom) == ("not determined", None, None)
    assert found.reason == "No degrees of freedom."


@pytest.mark.parametrize("better", ["higher", "lower"])
def test_what_is_unknown_is_never_an_improvement(better):
    rule = ImprovementRule(Decimal(0), better=better)

    unknown = improvement(Estimate.unknown("nobody answered"), make(75), rule, covariance=Decimal("0.1"))
    no_error = improvement(Estimate(Decimal(5), base=3, note="one shop"), make(75), rule)
    no_reason = improvement(Estimate(Decimal(5)), Estimate(Decimal(9)), rule)

    assert (unknown.verdict, unknown.reason) == ("not determined", "nobody answered")
    assert (no_error.verdict, no_error.reason) == ("not determined", "one shop")
    assert (no_reason.verdict, no_reason.reason) == ("not determined", "One of the two has no standard error.")


@pytest.mark.parametrize(
    ("make_it", "code"),
    [
        (lambda: ImprovementRule(Decimal(-1)), "SM468"),
        (lambda: ImprovementRule(Decimal(0), confidence=0.5, sides="one"), "SM468"),
        (lambda: ImprovementRule(Decimal(0), confidence=1), "SM413"),
        (lambda: improvement(make(1), make(2), ImprovementRule(Decimal(0)), covariance=Decimal(2)), "SM468"),
        (lambda: improvement(make(1), make(2), ImprovementRule(Decimal(0)), covariance=Decimal(-2)), "SM468"),
    ],
)
def test_rules_that_decide_nothing_are_refused(make_it, code):
    with pytest.raises(SealmarkError) as caught:
        make_it()

    assert caught.value.codes == (code,)


def test_waves_of_a_table_are_tested_cell_by_cell_with_their_covariance():
    rng = np.random.default_rng(1)
    person = rng.normal(6, 2, 40)
    rows = {
        "who": np.tile(np.arange(40), 2), "year": np.repeat([2025, 2026], 40), "site": np.tile(["a", "b"], 40),
        "q": np.concatenate([person, person + 0.6 + rng.normal(0, 0.3, 40)]),
    }  # fmt: skip
    rows["late"] = (rows["q"] < 6).astype(int)
    waves = WavePair("year", (2025,), (2026,), respondent="who")

    found = wave_improvements(
        pa.table(rows), {"m": Mean("q")}, design=Design(), waves=waves, rule=ImprovementRule(Decimal("0.3")), by="site"
    )
    (late,) = wave_improvements(
        pa.table(rows), {"late": Share("late", (1,))}, design=Design(), waves=waves,
        rule=ImprovementRule(Decimal(0), better="lower"),
    )  # fmt: skip

    assert [(one.cell, one.measure, one.unit, one.verdict) for one in found] == [
        ({"site": "a"}, "m", "scale", "improved"), ({"site": "b"}, "m", "scale", "improved"),
    ]  # fmt: skip
    paired = rows["q"][40:][::2] - rows["q"][:40][::2]
    # People are the units of the whole table: 40 of them, half in each site.
    u = np.zeros(40)
    u[::2] = (paired - paired.mean()) / 20
    error = np.sqrt(40 / 39 * (u**2).sum())
    assert float(found[0].gain.standard_error) == pytest.approx(error, rel=1e-9)
    assert float(late.gain.value) == pytest.approx(rows["late"][:40].mean() - rows["late"][40:].mean(), rel=1e-9)
