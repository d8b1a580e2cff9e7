"""Waves that share rounds, respondents or clusters: errors against NumPy and against simulation."""

import numpy as np
import pyarrow as pa
import pytest

from sealmark.core.errors import SealmarkError
from sealmark.measure import Between, Design, Mean, Quantile, Ratio, TopBox, compare, difference_of
from sealmark.measure.comparisons.waves import WavePair, wave_changes

ROLLING = WavePair("half", (1, 2), (2, 3), independent_rounds=True)


def make_panel(rng, *, people=60, change=0.5, respondents=True):
    """Two rounds with the same people, or with fresh ones in the same shops."""
    shop = np.repeat(np.arange(people // 5), 5)
    level = rng.normal(0, 1, people // 5)[shop]
    person = rng.normal(0, 1, people)
    rounds = []
    for number in (1, 2):
        own = person if respondents else rng.normal(0, 1, people)
        y = 7 + level + own + change * (number == 2) + rng.normal(0, 0.5, people)
        who = np.arange(people) + (0 if respondents else 1000 * number)
        rounds.append({"half": np.full(people, number), "who": who, "shop": shop, "q": y})
    return {name: np.concatenate([one[name] for one in rounds]) for name in rounds[0]}


def cluster_error(rows, key, old, new):
    """Taylor linearisation of a difference of means, summed by cluster."""
    u = np.zeros(len(rows["q"]))
    for inside, sign in ((new, 1), (old, -1)):
        u += sign * np.where(inside, rows["q"] - rows["q"][inside].mean(), 0) / inside.sum()
    sums = np.bincount(np.unique(rows[key], return_inverse=True)[1], u)
    return np.sqrt(len(sums) / (len(sums) - 1) * ((sums - sums.mean()) ** 2).sum())


def test_rounds_in_both_waves_bring_their_covariance():
    rng = np.random.default_rng(1)
    half = np.repeat([1, 2, 3], 50)
    q = rng.normal(7, 1, 150) + 0.3 * half
    old, new = half <= 2, half >= 2

    (found,) = wave_changes(pa.table({"half": half, "q": q}), {"m": Mean("q")}, design=Design(), waves=ROLLING)

    u = np.where(new, q - q[new].mean(), 0) / 100 - np.where(old, q - q[old].mean(), 0) / 100
    variance = sum(50 / 49 * ((u[half == h] - u[half == h].mean()) ** 2).sum() for h in (1, 2, 3))
    assert float(found.change.value) == pytest.approx(q[new].mean() - q[old].mean(), rel=1e-10)
    assert float(found.change.standard_error) == pytest.approx(np.sqrt(variance), rel=1e-9)
    assert (float(found.before.value), float(found.after.value)) == pytest.approx((q[old].mean(), q[new].mean()))
    assert (found.change.degrees_of_freedom, found.unit) == (147, "scale")


@pytest.mark.parametrize(("design", "key"), [(Design(), "who"), (Design(cluster="shop"), "shop")])
def test_people_asked_again_are_the_sampling_units_or_stay_in_their_cluster(design, key):
    rows = make_panel(np.random.default_rng(2))
    waves = WavePair("half", (1,), (2,), respondent="who")

    (found,) = wave_changes(pa.table(rows), {"m": Mean("q")}, design=design, waves=waves)

    expected = cluster_error(rows, key, rows["half"] == 1, rows["half"] == 2)
    assert float(found.change.standard_error) == pytest.approx(expected, rel=1e-9)


def test_without_overlap_it_is_the_comparison_of_groups():
    rows = make_panel(np.random.default_rng(3), respondents=False)
    table, design = pa.table(rows), Design(cluster="shop")
    measures = {"m": Mean("q"), "top": TopBox("q", at_least=8), "ratio": Ratio("q", "half")}

    found = wave_changes(table, measures, design=design, waves=WavePair("half", (1,), (2,)))

    plain = compare(table, measures, design=design, between=Between("half", 1, 2))
    for one, other in zip(found, plain, strict=True):
        assert one.measure == other.measure
        assert float(one.change.value) == pytest.approx(float(other.difference.value), rel=1e-10)
        assert float(one.change.standard_error) == pytest.approx(float(other.difference.standard_error), rel=1e-10)


def test_cells_without_one_of_the_waves_stay_unknown():
    table = pa.table({"half": [1, 1, 2, 2, 1, 1], "site": ["a", "a", "a", "a", "b", "b"], "q": [5, 6, 7, 9, 4, 5]})

    a, b = wave_changes(table, {"m": Mean("q")}, design=Design(), waves=WavePair("half", (1,), (2,)), by="site")

    assert (a.cell, a.change.value) == ({"site": "a"}, 2.5)
    assert (b.cell, b.change.value, b.after.value) == ({"site": "b"}, None, None)
    assert b.change.note == "One of the waves has no answer here."


def test_shared_rounds_are_named():
    assert ROLLING.shared == (2,)
    assert WavePair("half", (1,), (2,)).shared == ()


OVERLAPS = {
    "rounds": (WavePair("half", (1, 2), (2, 3), independent_rounds=True), Design(strata="sample")),
    "respondents": (WavePair("half", (1,), (2,), respondent="who"), Design(strata="sample")),
    "clusters": (WavePair("half", (1,), (2,)), Design(strata="sample", cluster="shop")),
}
SAMPLES = 400


def draw(kind, rng):
    if kind == "rounds":
        half = np.repeat([1, 2, 3], 40)
        return {"half": half, "q": rng.normal(7, 1, 120)}
    return make_panel(rng, change=0.0, respondents=kind == "respondents")


def draw_samples(kind):
    """Samples side by side, each a stratum: people and shops are numbered on."""
    rng = np.random.default_rng(4)
    drawn = [draw(kind, rng) for _ in range(SAMPLES)]
    for number, rows in enumerate(drawn):
        rows["sample"] = np.full(len(rows["q"]), number)
        for key in {"who", "shop"} & set(rows):
            rows[key] = rows[key] + 10_000 * number
    return pa.table({name: np.concatenate([rows[name] for rows in drawn]) for name in drawn[0]})


@pytest.mark.parametrize("kind", list(OVERLAPS))
def test_ignoring_what_waves_share_gives_a_wrong_error(kind):
    waves, design = OVERLAPS[kind]

    found = wave_changes(draw_samples(kind), {"m": Mean("q")}, design=design, waves=waves, by="sample")

    changes = [float(one.change.value) for one in found]
    errors = [float(one.change.standard_error) for one in found]
    naive = [float(difference_of(one.before, one.after)[0].standard_error) for one in found]
    covered = sum(one.change.lower <= 0 <= one.change.upper for one in found)
    # The spread of 400 changes is known to 3.5 %; half or more of the variance is shared.
    assert np.mean(errors) == pytest.approx(np.std(changes, ddof=1), rel=0.1)
    assert np.mean(naive) > 1.3 * np.mean(errors)
    # 95 % of 400: 380, standard deviation 4.4. Ignoring the overlap covers nearly always.
    assert 366 <= covered <= 393


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda _: WavePair("half", (), (2,)), "SM468"),
        (lambda _: WavePair("half", (1, 2), (2, 1)), "SM468"),
        (lambda _: WavePair("half", (1,), (2,), "who", independent_rounds=True), "SM468"),
        (lambda t: run(t, WavePair("half", (1,), (9,))), "SM468"),
        (lambda t: run(t, WavePair("halves", (1,), (2,))), "SM403"),
        (lambda t: run(t, WavePair("half", (1,), (2,), "person")), "SM403"),
        (lambda t: run(t, WavePair("half", (1,), (2,), "who"), Design(cluster="moved")), "SM468"),
        (lambda t: run(t, WavePair("half", (1,), (2,), "who"), Design(strata="moved")), "SM468"),
        (lambda t: run(t, WavePair("half", (1,), (2,), "who"), Design(cluster="clinic")), "SM403"),
        (lambda t: run(t, WavePair("half", (1,), (2,)), Design(), Quantile("q")), "SM412"),
    ],
)
def test_waves_that_cannot_be_compared_are_refused(make, code):
    rows = make_panel(np.random.default_rng(5))
    rows["moved"] = (rows["shop"] + rows["half"]) % 4

    with pytest.raises(SealmarkError) as caught:
        make(pa.table(rows))

    assert caught.value.codes == (code,)


def run(table, waves, design=None, measure=None):
    return wave_changes(table, {"m": measure or Mean("q")}, design=design or Design(), waves=waves)


def test_a_stratum_of_its_own_is_not_added_twice():
    rng = np.random.default_rng(6)
    table = pa.table({"half": np.repeat([1, 2, 3], 20), "q": rng.normal(7, 1, 60)})

    (given,) = wave_changes(table, {"m": Mean("q")}, design=Design(strata="half"), waves=ROLLING)
    (added,) = wave_changes(table, {"m": Mean("q")}, design=Design(), waves=ROLLING)

    assert given == added
