import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sealmark.core.errors import SealmarkError
from sealmark.measure import (
    half_width_of_mean,
    half_width_of_share,
    records_for_limit,
    respondents_for_mean,
    respondents_for_share,
)


def test_half_width_of_a_mean_is_the_t_interval():
    expected = stats.t.ppf(0.975, 249) * 14.35 / math.sqrt(250)

    assert half_width_of_mean(250, 14.35) == pytest.approx(expected, rel=1e-12)
    assert half_width_of_mean(250, 14.35, population=250) == 0


@given(
    st.floats(0.5, 5), st.floats(5, 30), st.sampled_from([None, 50, 2000]), st.sampled_from([1.0, 2.5]),
)  # fmt: skip
def test_one_respondent_fewer_is_too_few(width, spread, population, effect):
    parts = {"population": population, "design_effect": effect}

    base = respondents_for_mean(width, spread, **parts)

    assert half_width_of_mean(base, spread, **parts) <= width
    assert base == 2 or half_width_of_mean(base - 1, spread, **parts) > width


def test_shares_need_most_at_one_half():
    assert respondents_for_share(0.05) == 388
    assert respondents_for_share(0.05, 0.1) < respondents_for_share(0.05, 0.3) < 388
    assert half_width_of_share(388) <= 0.05 < half_width_of_share(387)


@pytest.mark.parametrize(("population", "allowed", "found"), [(60, 2, 0), (60, 5, 1), (40, 0, 0), (35, 3, 3)])
def test_records_are_exact(population, allowed, found):
    def chance(base):
        """Exact chance to find no more than ``found`` when one more than allowed fail."""
        bad = allowed + 1
        ways = sum(math.comb(bad, k) * math.comb(population - bad, base - k) for k in range(found + 1) if k <= base)
        return Fraction(ways, math.comb(population, base))

    base = records_for_limit(population, allowed, found=found)

    assert chance(base) <= Fraction(5, 100) < chance(base - 1)


@pytest.mark.parametrize(
    "call",
    [
        lambda: respondents_for_mean(0, 1),
        lambda: respondents_for_mean(1, -1),
        lambda: respondents_for_mean(1, 1, confidence=95),
        lambda: respondents_for_mean(1, 1, population=0),
        lambda: respondents_for_mean(1, 1, design_effect=0),
        lambda: respondents_for_share(5),
        lambda: respondents_for_share(0.05, 50),
        lambda: records_for_limit(10, 10),
        lambda: records_for_limit(10, 2, found=3),
    ],
)
def test_numbers_outside_their_range_are_refused(call):
    with pytest.raises(SealmarkError) as caught:
        call()

    assert caught.value.codes == ("SM419",)
