"""Draws: same seed same sample, whatever the order of rows; probabilities as told, over many seeds."""

import hashlib
from collections import Counter
from decimal import Decimal
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from sealmark.core.errors import SealmarkError
from sealmark.measure import Draw, DrawRule, SamplingUnit, draw, joint_probabilities, order_number

D = Decimal
SIZES = (7, 17, 41, 61, 83, 91)
UNITS = [SamplingUnit(f"u{at}", "ab"[at % 2], D(size), at < 2) for at, size in enumerate(SIZES)]
RULES = {
    "simple": DrawRule("simple", 3),
    "stratified": DrawRule("stratified", 3, {"a": 2, "b": 1}),
    "proportional": DrawRule("proportional", 3),
    "systematic": DrawRule("systematic", 3),
    "spread": DrawRule("spread", 3, random=1),
}


def names(found: Draw):
    return [unit.id for unit in found.drawn]


@pytest.mark.parametrize("method", RULES)
def test_the_sample_depends_on_seed_and_label_and_not_on_the_order_of_rows(method):
    rule = RULES[method]

    first = draw(UNITS, rule, seed=3, label="visit")

    assert draw(UNITS[::-1], rule, seed=3, label="visit") == first
    assert len(set(names(first))) == 3
    others = {tuple(names(draw(UNITS, rule, seed=seed, label="visit"))) for seed in range(20)}
    assert len(others) > 3
    assert any(
        names(draw(UNITS, rule, seed=seed, label="other")) != names(draw(UNITS, rule, seed=seed, label="visit"))
        for seed in range(5)
    )


def test_the_order_number_is_a_digest_anyone_can_compute():
    expected = hashlib.sha256(b"3|visit|u0").hexdigest()[:16]

    assert order_number(3, "visit", "u0") == expected


SEEDS = 1200


@pytest.fixture(scope="module", params=["simple", "stratified", "proportional", "systematic"])
def samples(request):
    """The method and its samples under many seeds."""
    rule = RULES[request.param]
    return request.param, [draw(UNITS, rule, seed=seed, label="often").drawn for seed in range(SEEDS)]


def test_units_are_drawn_as_often_as_their_probability_says(samples):
    """Chi-squared over the units at the level of one in a million."""
    method, every = samples
    drawn = Counter(unit.id for sample in every for unit in sample)
    told = {unit.id: float(unit.probability) for sample in every for unit in sample}

    expected = {"simple": [0.5] * 6, "stratified": [2 / 3, 1 / 3] * 3}.get(method, [size / 100 for size in SIZES])
    assert [told[f"u{at}"] for at in range(6)] == pytest.approx(expected, abs=1e-12)
    surprise = sum((drawn[name] - SEEDS * share) ** 2 / (SEEDS * share * (1 - share)) for name, share in told.items())
    assert stats.chi2.sf(surprise, 6) > 1e-6


def test_pairs_are_drawn_as_often_as_joint_probabilities_say(samples):
    method, every = samples
    if method != "proportional":
        return
    pairs = Counter(pair for sample in every for pair in combinations(sorted(unit.id for unit in sample), 2))
    joint = joint_probabilities([size / 100 for size in SIZES])

    for one, other in combinations(range(6), 2):
        share, count = joint[one, other], pairs[f"u{one}", f"u{other}"]
        assert count == pytest.approx(SEEDS * share, abs=5 * (SEEDS * share * (1 - share)) ** 0.5 + 1)


@settings(deadline=None)
@given(
    st.lists(st.integers(1, 1000), min_size=1, max_size=12), st.integers(1, 12), st.integers(0, 99),
    st.sampled_from(["proportional", "systematic"]),
)  # fmt: skip
def test_draws_by_size_always_have_the_size_asked_for(sizes, sample, seed, method):
    units = [SamplingUnit(f"u{at:02d}", size=D(size)) for at, size in enumerate(sizes)]
    sample = min(sample, len(units))

    found = draw(units, DrawRule(method, sample), seed=seed, label="x")

    assert len(set(names(found))) == sample
    certain = {unit.id for unit in found.drawn if unit.probability == 1}
    assert certain == {unit.id for unit in found.drawn if unit.reason == "all"}


def test_a_unit_too_large_for_its_share_is_taken_for_certain():
    units = [SamplingUnit(name, size=D(size)) for name, size in {"a": 1, "b": 1, "c": 98}.items()]

    every = [
        draw(units, DrawRule(method, 2), seed=seed, label="x").drawn
        for seed in range(5)
        for method in ("proportional", "systematic")
    ]

    assert all(("c", "all", 1) in [(unit.id, unit.reason, unit.probability) for unit in drawn] for drawn in every)
    assert {unit.probability for drawn in every for unit in drawn if unit.id != "c"} == {D("0.5")}


def test_units_that_fill_the_sample_by_certainty_leave_nothing_to_draw():
    units = [SamplingUnit(name, size=D(size)) for name, size in {"a": D("1e-12"), "b": 50, "c": 50}.items()]

    for method in ("proportional", "systematic"):
        assert sorted(names(draw(units, DrawRule(method, 2), seed=1, label="x"))) == ["b", "c"]


def test_whoever_asks_for_all_gets_all():
    found = draw(UNITS, DrawRule("proportional", 9), seed=1, label="x")

    assert [(unit.id, unit.reason, unit.probability) for unit in found.drawn] == [
        (f"u{at}", "all", 1) for at in range(6)
    ]


def test_a_stratum_drawn_whole_says_so_and_one_left_out_is_not_drawn():
    whole = draw(UNITS, DrawRule("stratified", 3, {"a": 3}), seed=1, label="x")

    assert sorted((unit.id, unit.reason, unit.probability) for unit in whole.drawn) == [
        ("u0", "all", 1), ("u2", "all", 1), ("u4", "all", 1)
    ]  # fmt: skip


def test_the_part_by_choice_has_no_probability():
    found = draw(UNITS, RULES["spread"], seed=1, label="x")

    assert [unit.reason for unit in found.drawn] == ["random", "spread", "spread"]
    assert {unit.probability for unit in found.drawn} == {None}


@pytest.mark.parametrize(
    ("units", "rule", "number"),
    [
        ([], DrawRule("simple", 1), 1),
        ([*UNITS, UNITS[0]], DrawRule("simple", 1), 1),
        ([SamplingUnit("")], DrawRule("simple", 1), 1),
        (UNITS, DrawRule("simple", 0), 1),
        ([SamplingUnit("a", size=D(0)), SamplingUnit("b", size=D("NaN"))], DrawRule("proportional", 1), 2),
        (UNITS, DrawRule("stratified", 3, {"a": 4, "c": 1}), 3),
        (UNITS, DrawRule("stratified", 3, {"a": 1, "b": 1}), 1),
    ],
)
def test_what_cannot_be_drawn_from_is_refused_all_at_once(units, rule, number):
    with pytest.raises(SealmarkError) as caught:
        draw(units, rule, seed=1, label="x")

    assert caught.value.codes == ("SM469",) * number
