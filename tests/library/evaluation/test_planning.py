"""Plans: published numbers of sites, replayable draws, respondents and records by independent formulas."""

import datetime as dt
import functools
import hashlib
import math
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from scipy import stats
from tests.library.builders import book_of, edition_of, evidence_of, rule_of
from tests.library.evaluation.small import edition as small_edition

from sealmark.assess.evidence import Changed, Document, Evidence, ImprovementAction, Measured
from sealmark.assess.figures import FigureBook, Missing
from sealmark.core.errors import SealmarkError
from sealmark.core.estimates import Estimate
from sealmark.evaluation.evidence.tables import Site
from sealmark.evaluation.planning import (
    Condition,
    FrameColumns,
    LevelPlan,
    check_conditions,
    draw_sites,
    levels_of,
    plan_records,
    plan_respondents,
    plan_risks,
    read_frame,
    sites_needed,
)
from sealmark.evaluation.planning.risks import even_scores
from sealmark.measure import (
    GradeDesign,
    SamplingUnit,
    chance_of_right_grade,
    ledger_document,
    possible_scores,
    replay,
)
from sealmark.scheme.procedure import Procedure

D = Decimal
ROOT = {
    "rule": "root",
    "root": {"factor": {"initial": 1, "surveillance": D("0.6"), "recertification": D("0.8")}},
    "at_least_random": D("0.25"),
}

# IAF MD1 as tabulated in the literature: number of sites to visit by number of sites.
SITES = (2, 3, 4, 5, 9, 10, 16, 25, 26, 50, 100, 200, 500, 1000)
PUBLISHED = {
    "initial": (2, 2, 2, 3, 3, 4, 4, 5, 6, 8, 10, 15, 23, 32),
    "surveillance": (1, 2, 2, 2, 2, 2, 3, 3, 4, 5, 6, 9, 14, 19),
    "recertification": (2, 2, 2, 2, 3, 3, 4, 4, 5, 6, 8, 12, 18, 26),
}
AT_RANDOM = (1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 3, 4, 6, 8)


def book(sampling=None, *, parameters=None, **procedure):
    keys = {"source": "own", "site_sampling": sampling or ROOT, **procedure}
    return book_of(replace(edition_of(["a"], parameters=parameters), procedure=Procedure.model_validate(keys)))


def needed(sampling, event, listed, **others):
    found = book(sampling, **others)
    return sites_needed(found.edition.procedure.site_sampling, event, listed, found)


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


def plan(sites, sampling=None, *, event="initial", seed=5, **others):
    return draw_sites(sites, book(sampling, **others), event=event, seed=seed)


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


def survey_book(**instrument):
    items = [{"id": "q1", "lowest": 1, "highest": 10}, {"id": "q2", "lowest": 0, "highest": 1}]
    measures = {
        "index": {"instrument": "people", "items": ["q1"], "formula": "respondent-mean"},
        "share": {"instrument": "people", "items": ["q2"], "formula": {"kind": "share", "codes": [1]}, "unit": "share"},
        "recommend": {"instrument": "people", "items": ["q1"], "formula": "promoter"},
        "few": {
            "instrument": "people",
            "items": ["q1"],
            "formula": "respondent-mean",
            "among": {"item": "q2", "equals": [1]},
        },
    }
    return book_of(
        edition_of(
            ["a"], measures=measures, instruments={"people": {"items": items, **instrument}}, parameters={"k": None}
        )
    )


def smallest(enough):
    return next(number for number in range(2, 10_000) if enough(number))


def half_width(number, spread, population=None):
    rest = 1 - number / population if population else 1
    return stats.t.ppf(0.975, number - 1) * spread * math.sqrt(rest / number)


def respondents(given, measured=None, *, points="2", share="0.05", population=None):
    (found,) = plan_respondents(given, measured or {}, points=D(points), share=D(share), population=population)
    return found


def test_respondents_for_the_widest_measure_by_the_textbook():
    # Promoter score: four times the spread of an index is assumed, and three times its width wanted.
    expected = smallest(lambda number: half_width(number, 72.0) <= 6)

    found = respondents(survey_book())

    assert (found.needed, found.measure, found.half_width, found.assumed) == (expected, "recommend", D(6), True)


def test_respondents_of_a_small_population_are_fewer():
    expected = smallest(lambda number: half_width(number, 72.0, 300) <= 6)

    assert respondents(survey_book(), population=300).needed == expected


def test_the_spread_of_an_earlier_survey_replaces_the_assumption():
    spread = {name: Measured(Estimate(D(80), base=100, standard_error=D("1.2"))) for name in ("index", "recommend")}
    share = {"share": Measured(Estimate(D("0.9"), base=100, standard_error=D("0.03")))}
    for_share = smallest(lambda number: half_width(number, math.sqrt(0.09 * number / (number - 1))) <= 0.05)
    for_index = smallest(lambda number: half_width(number, 12.0) <= 2)

    found = respondents(survey_book(), {**spread, **share})

    assert found.needed == max(for_share, for_index)
    assert (found.measure, found.assumed) == ("share" if for_share > for_index else "index", False)


def test_a_share_of_all_or_nothing_is_planned_for_the_worst_case():
    measured = {name: Measured(Estimate(D(1), base=9, standard_error=D(0))) for name in ("index", "recommend", "share")}
    worst = smallest(lambda number: half_width(number, math.sqrt(0.25 * number / (number - 1))) <= 0.05)

    found = respondents(survey_book(), measured, points="90")

    assert (found.needed, found.measure) == (worst, "share")


def test_the_minimum_base_of_the_scheme_is_shown_when_known():
    assert respondents(survey_book(minimum_base=400)).minimum == 400
    assert respondents(survey_book(minimum_base={"parameter": "k"})).minimum is None


@pytest.mark.parametrize(("points", "share"), [("0", "0.05"), ("-1", "0.05"), ("2", "0"), ("2", "1")])
def test_an_impossible_precision_is_refused(points, share):
    with pytest.raises(SealmarkError) as caught:
        respondents(survey_book(), points=points, share=share)

    assert caught.value.codes == ("SM603",)


def test_an_instrument_without_plannable_measures_needs_no_plan():
    given = book_of(edition_of(["a"], instruments={"people": {}}))

    assert plan_respondents(given, {}, points=D(2), share=D("0.05")) == ()


def test_records_that_prove_the_tolerated_share_by_the_hypergeometric_distribution():
    sampling = [
        {"of": "records", "lowest": 10, "confidence": D("0.95"), "tolerated_share": D("0.1")},
        {"of": "staff", "lowest": {"parameter": "k"}},
    ]
    given = book(record_sampling=sampling, parameters={"k": None})

    records, staff = plan_records(given, population=400)

    # So many that, were 41 of 400 bad, none in the draw would have a chance of 5 % at most.
    expected = smallest(lambda number: stats.hypergeom.cdf(0, 400, 41, number) <= 0.05)
    assert (records.lowest, records.proof, records.population) == (10, expected, 400)
    assert (staff.lowest, staff.proof) == (None, None)


def test_records_of_an_unknown_population_are_planned_for_a_large_one():
    sampling = [{"of": "records", "lowest": 1, "confidence": D("0.95"), "tolerated_share": D("0.1")}]

    (found,) = plan_records(book(record_sampling=sampling), population=None)

    assert found.proof == smallest(lambda number: 0.9**number <= 0.05)


def test_a_proof_with_unknown_figures_is_not_planned():
    sampling = [{"of": "records", "lowest": 1, "confidence": {"parameter": "k"}, "tolerated_share": D("0.1")}]

    (found,) = plan_records(book(record_sampling=sampling, parameters={"k": None}), population=50)

    assert found.proof is None


@functools.cache
def small_book():
    return FigureBook(small_edition(), dt.date(2026, 6, 30))


def test_prerequisites_hold_do_not_hold_or_are_not_determined():
    facts = Evidence(dt.date(2026, 6, 30), facts={"has-hotline": True}, documents={"register": Document(None)})

    known, unknown = (
        check_conditions(small_book(), item, event="initial") for item in (facts, Evidence(dt.date(2026, 6, 30)))
    )

    assert known == (
        Condition("prerequisite", "has-hotline", holds=True, refuses=True),
        Condition("prerequisite", "has-register", holds=False, refuses=False),
    )
    assert unknown == (
        Condition("prerequisite", "has-hotline", None, refuses=True, missing=("fact has-hotline",)),
        Condition("prerequisite", "has-register", None, refuses=False, missing=("document register",)),
    )


def test_surveillance_and_renewal_ask_for_more():
    day = dt.date(2026, 6, 30)
    evidence = Evidence(
        day,
        documents={"manual": Document(day)},
        actions=(ImprovementAction(day, "planned"), ImprovementAction(day, "effective")),
    )

    surveillance = check_conditions(small_book(), evidence, event="surveillance")[2:]
    renewal = check_conditions(small_book(), evidence, event="recertification")[2:]

    assert surveillance == (Condition("surveillance", "document manual", holds=True, refuses=True),)
    assert renewal == (Condition("retention", "actions", holds=True, refuses=True),)


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


def test_invitations_follow_from_the_response_rate_and_the_scheme_s_minimum():
    few = survey_book(minimum_base=400)

    (found,) = plan_respondents(few, {}, points=D(90), share=D("0.3"), response_rate=D("0.25"))

    assert (found.minimum, found.invited) == (400, 1600)
    assert respondents(few).invited is None


def risk_of(marks, listed=40, *, spread=8.0, grading=None):
    edition = replace(edition_of(["a"], grading=grading), procedure=Procedure.model_validate(
        {"source": "own", "site_sampling": ROOT}))  # fmt: skip
    figures = book_of(edition)
    sites = [Site(f"s{at:02d}") for at in range(listed)]
    judged = {"a": [(f"s{at:02d}", mark) for at, mark in enumerate(marks)]} if marks else {}
    evidence = evidence_of(judged, sites=tuple(site.id for site in sites))
    return plan_risks(figures, evidence, draw_sites(sites, figures, event="initial", seed=1), spread=spread)


def test_before_the_first_visit_the_spread_is_assumed_and_all_scores_over_the_grades_count_alike():
    (found,) = risk_of([])

    truths = np.linspace(30, 100, 20_001)
    expected = chance_of_right_grade([50, 70, 90], {"now": GradeDesign(40, 7, 8.0)}, truths)["now"]
    assert (found.ladder, found.sites, found.visited, found.spread, found.assumed) == ("stars", 40, 7, 8, True)
    assert float(found.right["now"]) == pytest.approx(expected, abs=0.001)
    assert list(found.right) == ["now", "more_sites"]


def test_after_visits_their_spread_and_score_count():
    marks = [7, 8, 9, 6]
    now = GradeDesign(40, 4, float(np.std(np.array(marks) * 10, ddof=1)))

    (found,) = risk_of(marks)

    planned = replace(now, visited=7)
    expected = chance_of_right_grade([50, 70, 90], {"now": planned}, possible_scores(75, now))["now"]
    assert (found.visited, found.assumed) == (7, False)
    assert float(found.right["now"]) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(
    "grading",
    [
        {"ladders": [{"id": "stars", "below": "none", "grades": [{"id": "bronze"}]}]},
        {"scores": [{"id": "score", "node": "all"}],
         "ladders": [{"id": "stars", "score": "score", "below": "none", "grades": [{"id": "bronze"}]}]},
    ],
)  # fmt: skip
def test_ladders_that_no_score_decides_have_no_risk(grading):
    assert risk_of([], grading={"source": "own", **grading}) == ()


def test_an_unknown_limit_or_an_empty_plan_has_no_risk():
    limit = {
        "scores": [{"id": "score", "node": "all"}],
        "ladders": [
            {
                "id": "stars",
                "score": "score",
                "below": "none",
                "grades": [{"id": "bronze", "at_least": {"parameter": "k"}}],
            }
        ],
    }
    figures = book_of(edition_of(["a"], grading={"source": "own", **limit}, parameters={"k": None}))
    visits = plan([Site(f"s{at}") for at in range(9)])

    assert plan_risks(figures, evidence_of(), visits) == ()
    assert plan_risks(book_of(edition_of(["a"])), evidence_of(), plan([])) == ()


def test_one_limit_alone_has_the_room_up_to_the_scale_below_it_too():
    assert (even_scores([80], 100)[0], even_scores([80], 100)[-1]) == pytest.approx((60.01, 99.99))
    assert even_scores([10, 90], 100)[0] == pytest.approx(0.025)


def frame(tmp_path, text, **columns):
    path = tmp_path / "shops.csv"
    path.write_text(text)
    return read_frame(path, FrameColumns("shop", **columns))


def test_a_sampling_frame_is_read_with_strata_and_sizes(tmp_path):
    text = "shop;region;kind;staff\n007;north;own;2.5\nb;;own;3\nc;south;;4\n"

    found = frame(tmp_path, text, strata=("region", "kind"), size="staff")

    assert found == (
        SamplingUnit("007", "north, own", D("2.5")), SamplingUnit("b", "own", D(3)), SamplingUnit("c", "south", D(4))
    )  # fmt: skip
    assert frame(tmp_path, text) == (SamplingUnit("007"), SamplingUnit("b"), SamplingUnit("c"))


def test_every_wrong_size_is_told_with_its_row(tmp_path):
    with pytest.raises(SealmarkError) as caught:
        frame(tmp_path, "shop,staff\na,many\nb,0\nc,NaN\nd,1\n", size="staff")

    assert [(item.code, item.where) for item in caught.value.problems] == [
        ("SM469", f"shops.csv, row {row}, column staff") for row in (2, 3, 4)
    ]


def test_every_missing_column_is_told(tmp_path):
    with pytest.raises(SealmarkError) as caught:
        frame(tmp_path, "store,staff\na,1\n", strata=("region",))

    assert [(item.code, item.what) for item in caught.value.problems] == [
        ("SM305", 'The column "shop" is missing.'),
        ("SM305", 'The column "region" is missing.'),
    ]


@pytest.mark.parametrize(
    ("value", "holds", "missing"), [("1", True, ()), ("0.99", False, ()), (None, None, ("change index",))]
)
def test_renewal_may_ask_for_a_change(value, holds, missing):
    book = small_book()
    rule = rule_of({"change": "index", "minimum_base": 20, "scores": {"at_least": 1}})
    procedure = book.edition.procedure.model_copy(update={"retention": (rule,)})
    wave = Estimate(D(70), base=20)
    change = None if value is None else Changed(wave, wave, Estimate(D(value), base=40))
    evidence = Evidence(dt.date(2026, 6, 30), measures={"index": Measured(wave, change=change)})

    found = check_conditions(
        replace(book, edition=replace(book.edition, procedure=procedure)), evidence, event="recertification"
    )

    assert found[2:] == (Condition("retention", "change index", holds, refuses=True, missing=missing),)
