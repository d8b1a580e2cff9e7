"""Severity by period: planted drift, no drift, and designs that cannot show it."""

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats

from sealmark.core.errors import SealmarkError
from sealmark.measure.raters import crossed_effects, ratings_from_matrix, read_ratings, severity_drift


def refused(act, *codes):
    with pytest.raises(SealmarkError) as caught:
        act()
    assert caught.value.codes == codes
    return str(caught.value)


def visits(*, drift=0.0, periods=4, seed=1, subjects=40):
    """Every period its subjects, each marked by two of six raters; rater C grows severe by ``drift`` a period."""
    random = np.random.default_rng(seed)
    lasting = random.normal(size=6)
    rows = []
    for period in range(periods):
        for subject in range(subjects):
            true = 80 + 2 * period + 3 * random.normal()
            for rater in random.choice(6, 2, replace=False):
                mark = true - lasting[rater] - drift * period * (rater == 2) + random.normal()
                rows.append((f"q{period}", f"s{subject}", "ABCDEF"[rater], mark))
    return pa.table(dict(zip(("wave", "shop", "who", "mark"), map(list, zip(*rows, strict=True)), strict=True)))


def read(table, **options):
    return read_ratings(table, "mark", subject="shop", rater="who", **({"period": "wave"} | options))


def test_a_rater_who_grows_severe_is_found():
    found = severity_drift(read(visits(drift=2.0)))

    changes = {name: float(one.value) for name, one in found.changes.items()}
    assert max(changes, key=changes.get) == "C"
    assert found.changes["C"].lower > 0
    # Six points over three steps, against colleagues of whom C is one of six; pulled towards zero.
    assert 3 < changes["C"] < 6.5
    assert found.p_value < 1e-6
    assert found.p_value == pytest.approx(stats.chi2.sf(found.likelihood_ratio, 1) / 2, rel=1e-9, abs=0)
    courses = [float(found.severities["C", f"q{period}"].value) for period in range(4)]
    assert courses == sorted(courses)


def test_without_drift_the_test_seldom_speaks():
    p_values = [severity_drift(read(visits(periods=3, seed=seed, subjects=25))).p_value for seed in range(40)]

    # 5 % of 40 are 2; more than 6 happens in 1 of 300.
    assert sum(p < 0.05 for p in p_values) <= 6


def test_where_drift_is_estimated_as_zero_there_is_no_interval():
    found = severity_drift(read(visits(periods=2, seed=3)))

    assert found.deviations["drift"].value == 0
    assert (found.likelihood_ratio, found.p_value) == (0, 1)
    assert {(one.value, one.lower) for one in found.changes.values()} == {(0, None)}
    assert "estimated as zero" in found.changes["A"].note
    first, second = found.severities["A", "q0"], found.severities["A", "q1"]
    assert first.value == second.value
    assert first.standard_error == second.standard_error > 0


def test_the_fit_without_drift_is_that_of_crossed_effects_when_periods_are_alike():
    """Periods with equal means and subjects of their own: the lasting severities must be nearly the same."""
    table = visits(periods=2, seed=3)
    table = table.set_column(
        1,
        "shop",
        pa.array(
            [f"{w}{s}" for w, s in zip(*map(list, (table["wave"].to_pylist(), table["shop"].to_pylist())), strict=True)]
        ),
    )
    marks = np.array(table["mark"]) - 2 * (np.array(table["wave"]) == "q1")
    table = table.set_column(3, "mark", pa.array(marks))

    plain = crossed_effects(read(table, period=None))
    found = severity_drift(read(table))

    for name in "ABCDEF":
        assert float(found.severities[name, "q0"].value) == pytest.approx(float(plain.severities[name].value), abs=0.05)


def test_the_periods_means_take_up_what_moves_all():
    found = severity_drift(read(visits(drift=0.0, seed=5)))

    means = list(found.period_means.values())
    assert list(found.period_means) == ["q0", "q1", "q2", "q3"]
    assert np.diff(means) == pytest.approx([2, 2, 2], abs=2)


def test_a_rater_of_one_period_has_a_severity_and_no_change():
    table = visits(periods=2, seed=6)
    keep = [
        not (who == "F" and wave == "q1")
        for who, wave in zip(table["who"].to_pylist(), table["wave"].to_pylist(), strict=True)
    ]

    found = severity_drift(read(table.filter(pa.array(keep))))

    assert sorted(found.changes) == list("ABCDE")
    assert ("F", "q0") in found.severities
    assert ("F", "q1") not in found.severities


def test_periods_whose_raters_are_not_linked_are_each_named():
    table = pa.table(
        {
            "wave": ["q1"] * 4 + ["q2"] * 4 + ["q3"] * 4,
            "shop": [1, 1, 2, 2, 1, 2, 3, 4, 1, 1, 2, 2],
            "who": list("ABABABABABAB"),
            "mark": [1, 2, 3, 5, 3, 4, 5, 6, 7, 7, 8, 9],
        }
    )

    text = refused(lambda: severity_drift(read(table)), "SM425")

    assert "period q2" in text


def test_two_unlinked_periods_are_two_problems():
    wave, shop, who = ["q1"] * 8 + ["q2"] * 8, [1, 1, 2, 2, 3, 3, 4, 4] * 2, list("ABABCDCD") * 2
    table = pa.table({"wave": wave, "shop": shop, "who": who, "mark": list(range(16))})

    refused(lambda: severity_drift(read(table)), "SM424", "SM424")


def test_what_drift_refuses():
    table = visits(periods=2)
    again = read_ratings(
        table.append_column("x", table["mark"]), ["mark", "x"], subject="shop", rater="who", period="wave"
    )

    refused(lambda: severity_drift(again), "SM422")
    refused(lambda: severity_drift(read(table), confidence=0), "SM413")
    assert "There are 0 periods" in refused(lambda: severity_drift(ratings_from_matrix([[1, 2], [2, 4]])), "SM421")
    apart = pa.table({"wave": [1, 1, 2, 2], "shop": [1, 1, 2, 2], "who": list("ABCD"), "mark": [1, 2, 3, 5]})
    assert "no rater marked in two" in refused(lambda: severity_drift(read(apart)), "SM421")
    words = table.set_column(3, "mark", pa.array(["good"] * table.num_rows))
    refused(lambda: severity_drift(read(words)), "SM423")
