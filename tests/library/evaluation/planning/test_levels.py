"""Hierarchies of sites, and sites that do different things."""

from dataclasses import replace

import pytest
from tests.library.evaluation.planning.plans import ROOT, D, plan

from sealmark.evaluation.evidence.tables import Site
from sealmark.evaluation.planning import (
    LevelPlan,
    levels_of,
)
from sealmark.measure import (
    ledger_document,
    replay,
)


def hierarchy():
    """One head office, 4 national and 27 regional offices, 1,700 branches."""
    numbers = {"national": 4, "regional": 27, "branch": 1700}
    places = [Site(f"{level}-{at}", level=level) for level, number in numbers.items() for at in range(number)]
    return [Site("hq", central=True), *places]


def test_every_level_of_a_hierarchy_is_sampled_by_itself():
    found = plan(hierarchy())

    # ceil(sqrt(4)), ceil(sqrt(27)), ceil(sqrt(1700)), and a quarter of each at random, rounded up.
    assert found.levels == (
        LevelPlan("branch", 1700, 42, 11), LevelPlan("national", 4, 2, 1), LevelPlan("regional", 27, 6, 2)
    )  # fmt: skip
    assert (found.listed, found.needed, found.random) == (1731, 50, 14)
    drawn = [item.level for item in found.drawn if item.reason != "central"]
    assert {level: drawn.count(level) for level in set(drawn)} == {"branch": 42, "national": 2, "regional": 6}
    assert found.drawn[-1].reason == "central"


def test_the_ledger_of_all_levels_gives_the_draw_again():
    found = plan(hierarchy()[:40], seed=9)

    outcome = replay(ledger_document(found.draws))

    assert (outcome.same, outcome.drawn) == (True, found.needed)
    assert [item.label for item in found.draws] == ["initial, branch", "initial, national", "initial, regional"]


def test_levels_without_names_are_counted_by_parents():
    sites = [
        Site("hq", central=True), Site("north", parent="hq"), Site("shop", parent="north"), Site("lone"),
        Site("depot", parent="shop"), Site("called", parent="north", level="branch"),
    ]  # fmt: skip

    assert levels_of(sites) == {"hq": "0", "north": "1", "shop": "2", "lone": "1", "depot": "3", "called": "branch"}
    assert set(levels_of([Site("a"), Site("b")]).values()) == {""}


def test_a_fixed_number_of_sites_is_for_all_levels_together():
    found = plan([Site(f"s{at}", level="ab"[at % 2]) for at in range(8)], {"rule": "count", "count": {"initial": 3}})

    assert found.levels == (LevelPlan("", 8, 3, 3),)


def test_an_unknown_level_number_leaves_the_whole_plan_open():
    sampling = {**ROOT, "root": {"factor": {"initial": {"parameter": "k"}}}}

    found = plan([Site("a", level="x"), Site("b", level="y")], sampling, parameters={"k": None})

    assert (found.needed, found.note, found.levels) == (None, "unknown figure: k", ())


def test_a_rule_that_asks_for_no_site_draws_none():
    found = plan([Site("a"), Site("b")], {"rule": "count", "count": {"initial": 0}, "central_function": False})

    assert (found.needed, found.drawn, found.draws) == (0, (), ())


def unlike(number=10, repairing=4):
    sales, both = frozenset({"sales"}), frozenset({"sales", "repair"})
    return [Site(f"s{at}", activities=both if at < repairing else sales) for at in range(number)]


REASON = "declared activities differ: repair not at 6 of 10 sites"


@pytest.mark.parametrize(
    ("event", "shares", "needed"),
    [
        ("initial", {}, 10),
        ("surveillance", {}, 10),
        ("surveillance", {"surveillance": D("0.3")}, 3),  # 30 % per calendar year, rounded up (IAF MD1)
        ("surveillance", {"surveillance": D("0.31")}, 4),
        ("recertification", {"surveillance": D("0.3")}, 10),
    ],
)
def test_sites_that_do_different_things_are_not_sampled_by_the_root(event, shares, needed):
    found = plan(unlike(), {**ROOT, "unlike_sites": shares}, event=event)

    (level,) = found.levels
    assert (found.needed, level.fits, level.reason) == (needed, False, REASON)


def test_sites_that_do_the_same_or_say_nothing_are_sampled():
    same = [Site(f"s{at}", activities=frozenset({"sales"})) for at in range(10)]

    assert [plan(sites).levels for sites in (same, [Site(f"s{at}") for at in range(10)])] == [
        (LevelPlan("", 10, 4, 1),), (LevelPlan("", 10, 4, 1),)
    ]  # fmt: skip


def test_unlike_sites_matter_by_level_and_not_where_all_are_visited_anyway():
    levels = [replace(site, level="branch") for site in unlike()] + [Site(f"o{at}", level="office") for at in range(9)]

    by_level = plan(levels).levels
    every = plan(unlike(), {"rule": "all", "share": {"surveillance": D("0.3")}}, event="surveillance").levels

    assert [(item.level, item.needed, item.fits) for item in by_level] == [("branch", 10, False), ("office", 3, True)]
    assert [(item.needed, item.fits) for item in every] == [(3, True)]


def test_an_unknown_share_of_unlike_sites_leaves_the_plan_open():
    sampling = {**ROOT, "unlike_sites": {"initial": {"parameter": "k"}}}

    assert plan(unlike(), sampling, parameters={"k": None}).note == "unknown figure: k"
