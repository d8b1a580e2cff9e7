"""Published numbers of sites, and draws that can be replayed."""

import hashlib
import math

import pytest
from tests.library.evaluation.planning.plans import AT_RANDOM, PUBLISHED, ROOT, SITES, D, book, needed, plan

from sealmark.assess.figures import Missing
from sealmark.evaluation.evidence.tables import Site
from sealmark.evaluation.planning import (
    draw_sites,
    sites_needed,
)


@pytest.mark.parametrize("event", PUBLISHED)
def test_the_root_rule_gives_the_published_table(event):
    assert tuple(needed(ROOT, event, listed) for listed in SITES) == PUBLISHED[event]


def test_the_root_rule_is_exact_for_every_number_of_sites_up_to_five_thousand():
    found = book()
    rule = found.edition.procedure.site_sampling
    exact = {
        "initial": lambda x: math.isqrt(x - 1) + 1,
        "surveillance": lambda x: math.isqrt((9 * x - 1) // 25) + 1,
        "recertification": lambda x: math.isqrt((16 * x - 1) // 25) + 1,
    }
    for event, formula in exact.items():
        assert [sites_needed(rule, event, x, found) for x in range(1, 5001)] == [formula(x) for x in range(1, 5001)]


@pytest.mark.parametrize(("listed", "expected"), list(zip(SITES, AT_RANDOM, strict=True)))
def test_a_quarter_of_the_initial_sites_is_drawn_at_random(listed, expected):
    plan = draw_sites([Site(f"s{number}") for number in range(listed)], book(), event="initial", seed=1)

    assert plan.random == expected


RULES = [
    ({"rule": "all"}, "initial", 7, 7),
    ({"rule": "all", "share": {"surveillance": D("0.3")}}, "initial", 7, 7),
    ({"rule": "all", "share": {"surveillance": D("0.3")}}, "surveillance", 7, 3),  # 30 % of the sites, rounded up
    ({"rule": "all", "share": {"surveillance": D("0.3")}}, "recertification", 7, 7),
    ({"rule": "all"}, "surveillance", 7, 7),
    ({"rule": "share", "share": {"initial": D("0.3")}}, "initial", 10, 3),
    ({"rule": "share", "share": {"initial": D("0.31")}}, "initial", 10, 4),
    ({"rule": "count", "count": {"initial": 3}}, "initial", 10, 3),
    ({"rule": "count", "count": {"initial": 3}}, "initial", 2, 2),
    ({"rule": "count", "count": {"initial": 3}}, "surveillance", 10, None),
    ({"rule": "not-published"}, "initial", 10, None),
]


@pytest.mark.parametrize(("sampling", "event", "listed", "expected"), RULES)
def test_other_rules(sampling, event, listed, expected):
    assert needed(sampling, event, listed) == expected


def test_an_unknown_factor_stays_unknown():
    sampling = {"rule": "root", "root": {"factor": {"initial": {"parameter": "k"}}}}

    assert needed(sampling, "initial", 26, parameters={"k": None}) == Missing("parameter", "k")
    assert needed(sampling, "initial", 26, parameters={"k": 1}) == 6


def test_the_draw_can_be_replayed_from_the_seed_alone():
    sites = [Site(f"s{number:02d}") for number in range(26)]

    found = plan(sites, {**ROOT, "at_least_random": 1})

    digests = {site.id: hashlib.sha256(f"5|initial|{site.id}".encode()).hexdigest()[:16] for site in sites}
    assert found.ledger == digests
    assert [item.site for item in found.drawn] == sorted(digests, key=digests.__getitem__)[:6]
    assert {item.reason for item in found.drawn} == {"random"}


def test_the_draw_does_not_depend_on_the_order_of_the_list_but_on_seed_and_event():
    sites = [Site(f"s{number:02d}", stratum="ab"[number % 2]) for number in range(26)]

    first = plan(sites)

    assert plan(sites[::-1]).drawn == first.drawn
    assert plan(sites, seed=6).drawn != first.drawn
    assert [item.site for item in plan(sites, event="recertification").drawn] != [item.site for item in first.drawn]


def test_the_part_that_is_not_random_is_spread_over_the_strata():
    sites = [Site(f"s{number:02d}", stratum="abc"[number % 3]) for number in range(27)]

    strata = [item.stratum for item in plan(sites).drawn]

    assert {name: strata.count(name) for name in "abc"} == {"a": 2, "b": 2, "c": 2}


def test_sites_visited_before_come_last_in_the_part_that_is_spread():
    sites = [Site(f"s{number:02d}", visited=number < 20) for number in range(26)]

    found = plan(sites)

    assert [item.reason for item in found.drawn] == ["random", "random", "spread", "spread", "spread", "spread"]
    spread = {item.site for item in found.drawn if item.reason == "spread"}
    assert {site.id for site in sites if not site.visited} - {item.site for item in found.drawn} | spread >= spread
    assert all(not site.visited for site in sites if site.id in spread)


def test_the_central_function_comes_on_top_and_is_no_site():
    sites = [Site("office", central=True), *(Site(f"s{number}") for number in range(9))]

    with_office, without = plan(sites), plan(sites, {**ROOT, "central_function": False})

    assert (with_office.listed, with_office.needed) == (9, 3)
    assert [(item.site, item.reason) for item in with_office.drawn][3:] == [("office", "central")]
    assert len(without.drawn) == 3


def test_few_sites_are_all_visited():
    found = plan([Site("a"), Site("b", stratum="x")])

    assert [(item.site, item.reason, item.stratum) for item in found.drawn] == [("a", "all", ""), ("b", "all", "x")]


@pytest.mark.parametrize(
    ("sites", "sampling", "note"),
    [
        ([], ROOT, "no list of sites"),
        ([Site("office", central=True)], ROOT, "no list of sites"),
        ([Site("a")], {"rule": "not-published"}, "the scheme publishes no rule"),
        ([Site("a")], {"rule": "count", "count": {"initial": {"parameter": "k"}}}, "unknown figure: k"),
    ],
)
def test_without_a_rule_or_sites_there_is_no_number_but_a_reason(sites, sampling, note):
    found = plan(sites, sampling, parameters={"k": None})

    assert (found.needed, found.drawn, found.note) == (None, (), note)


def test_an_unknown_random_share_means_that_all_are_drawn_at_random():
    found = plan(
        [Site(f"s{number}") for number in range(9)],
        {**ROOT, "at_least_random": {"parameter": "k"}},
        parameters={"k": None},
    )

    assert (found.needed, found.random) == (3, 3)
