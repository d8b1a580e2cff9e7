"""Scores of sites and types of sites agree with plain arithmetic."""

import datetime as dt
from decimal import Decimal

import numpy as np
import pytest
from scipy import stats
from tests.library.builders import book_of, edition_of

from sealmark.assess.evidence import Evidence, Mark
from sealmark.evaluation.certainty.site_scores import mean_of_sites, score_sites
from sealmark.evaluation.evidence.tables import Site

D = Decimal
MARKS = {"s1": (8, 6), "s2": (4, 8), "s3": (10, 10), "s4": (6, 2)}
STRATA = {"s1": "shop", "s2": "shop", "s3": "office", "s4": "office"}


def sites(more=6):
    named = [Site(name, stratum=stratum) for name, stratum in STRATA.items()]
    return [*named, *(Site(f"x{number}", stratum="shop") for number in range(more)), Site("centre", central=True)]


def evidence(given=MARKS):
    judged = {
        name: tuple(Mark(D(pair[place]), site=site) for site, pair in given.items() if pair[place] is not None)
        for place, name in enumerate("ab")
    }
    return Evidence(
        dt.date(2026, 6, 30), sites=tuple(site.id for site in sites() if not site.central), judgements=judged
    )


def book(**requirement):
    return book_of(
        edition_of(
            {"a": {"points": 60, **requirement}, "b": {"points": 40}},
            {"id": "all", "roll_up": "sum-of-points", "children": ["a", "b"]},
        )
    )


def score(pair):
    return (60 * pair[0] + 40 * pair[1]) / 1000


def test_each_site_is_rolled_up_by_the_tree_of_the_scheme():
    found = score_sites(evidence(), sites(), book())

    assert found.scores == {"all": {site: D(str(round(score(pair), 3))) for site, pair in MARKS.items()}}


def test_types_of_sites_have_t_intervals_of_a_finite_population():
    found = score_sites(evidence(), sites(), book()).strata["all"]

    values = np.array([score(MARKS["s1"]), score(MARKS["s2"])])
    error = np.sqrt((1 - 2 / 8) / 2) * values.std(ddof=1)
    shop = found["shop"]
    assert float(shop.value) == pytest.approx(values.mean(), abs=1e-9)
    assert float(shop.standard_error) == pytest.approx(error, rel=1e-9)
    assert float(shop.lower) == pytest.approx(max(0, values.mean() - stats.t.ppf(0.975, 1) * error), abs=1e-9)
    assert (shop.base, shop.degrees_of_freedom) == (2, 1)
    # Both offices were visited: nothing is left to vary.
    assert (found["office"].standard_error, found["office"].lower) == (D(0), found["office"].value)


def test_all_sites_together_weigh_each_type_by_its_number():
    given = {**MARKS, "s4": (6, 2)}
    found = score_sites(evidence(given), [*sites(), Site("y", stratum="office"), Site("z", stratum="office")], book())

    shop, office = found.strata["all"]["shop"], found.strata["all"]["office"]
    weights = np.array([8, 4]) / 12
    parts = weights**2 * np.array([float(shop.standard_error), float(office.standard_error)]) ** 2
    overall = found.overall["all"]
    assert float(overall.value) == pytest.approx(weights @ [float(shop.value), float(office.value)], abs=1e-9)
    assert float(overall.standard_error) == pytest.approx(np.sqrt(parts.sum()), rel=1e-9)
    # Satterthwaite, as for any stratified mean of few units.
    assert float(overall.degrees_of_freedom) == pytest.approx(parts.sum() ** 2 / (parts**2).sum(), rel=1e-9)


def test_a_type_visited_once_has_no_interval_and_neither_has_the_whole():
    found = score_sites(evidence({name: MARKS[name] for name in ("s1", "s2", "s3")}), sites(), book())

    assert (found.strata["all"]["office"].note, found.strata["all"]["office"].lower) == ("one site: no interval", None)
    assert (found.overall["all"].note, found.overall["all"].lower) == (
        "a type of site was visited only once: no interval",
        None,
    )


def test_when_all_was_seen_the_whole_is_exact():
    found = score_sites(evidence(), list(sites(0)), book()).overall["all"]

    assert (found.standard_error, found.lower, found.upper) == (D(0), found.value, found.value)


def test_a_requirement_not_judged_at_a_site_leaves_its_denominator():
    found = score_sites(evidence({**MARKS, "s1": (8, None)}), sites(), book())

    assert found.scores["all"]["s1"] == D("0.8")


def test_what_sites_cannot_show_is_left_out():
    mixed = {"evidence": [{"judgement": "ten"}, {"document": "plan"}]}

    assert score_sites(evidence(), sites(), book(**mixed)).scores["all"]["s1"] == D("0.6")


def test_minimum_numbers_of_the_sample_do_not_count_at_one_site():
    found = score_sites(evidence(), sites(), book(evidence=[{"judgement": "ten", "minimum_sites": 3}]))

    assert found.scores["all"]["s1"] == D("0.72")


@pytest.mark.parametrize("given", [{}, {"s1": (8, 6)}, {"elsewhere": (8, 6), "s1": (8, 6)}])
def test_fewer_than_two_sites_have_no_scores(given):
    assert score_sites(evidence(given), sites(), book()) is None


def test_limits_stay_between_nothing_and_all():
    assert mean_of_sites([0.99, 1.0, 0.5], 100).upper == D(1)
    assert mean_of_sites([0.01, 0.0, 0.5], 100).lower == D(0)
