"""The operating characteristic of a case: spread and errors by the textbook, agreement with the possible truths."""

import datetime as dt
import math
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from scipy import stats
from tests.library.builders import book_of, edition_of

from sealmark.assess.assessment import assess
from sealmark.assess.evidence import Changed, Evidence, Mark, Measured
from sealmark.assess.probability import grade_probabilities
from sealmark.core.estimates import Estimate
from sealmark.evaluation.certainty.grade_risk import Cut, compared_designs, grade_risks, score_range
from sealmark.evaluation.certainty.uncertainty import possible_truths
from sealmark.evaluation.document import Concluded, build_document
from sealmark.measure import GradeDesign

D = Decimal
DAY = dt.date(2026, 6, 30)
MARKS = {"a": (7, 8, 9, 5, 6), "b": (9, 9, 6, 7, 10)}
POINTS = {"a": 60, "b": 40}
TREE = {"id": "all", "roll_up": "sum-of-points", "children": ["a", "b"]}
CUTS = (Cut("bronze", D(50)), Cut("silver", D(70)), Cut("gold", D(90)))


def sites(number):
    return tuple(f"s{place:02d}" for place in range(number))


def judged(marks, **others):
    found = {
        name: tuple(Mark(D(value), site=site) for site, value in zip(sites(len(row)), row, strict=True))
        for name, row in marks.items()
    }
    return {name: (*item, *others.get(name, ())) for name, item in found.items()}


def evidence(marks=MARKS, listed=40, *, extra=None, **others):
    return Evidence(DAY, sites=sites(listed), judgements=judged(marks, **(extra or {})), **others)


def book(requirements=None, tree=TREE, grading=None, **others):
    given = requirements or {name: {"points": points} for name, points in POINTS.items()}
    return book_of(edition_of(given, tree, grading, **others))


def risks(given=None, figures=None):
    given, figures = given or evidence(), figures or book()
    return grade_risks(assess(given, figures), given, figures)


def test_the_spread_is_that_of_the_scores_of_the_visited_sites():
    scores = 6 * np.array(MARKS["a"]) + 4 * np.array(MARKS["b"])

    (found,) = risks()

    assert (found.ladder, found.score, found.cuts) == ("stars", "score", CUTS)
    assert float(found.found) == pytest.approx(scores.mean())
    assert (found.design.sites, found.design.visited) == (40, 5)
    assert found.design.spread == pytest.approx(scores.std(ddof=1), rel=1e-8)
    assert (found.design.survey_error, found.design.other_error) == (0, 0)
    assert found.design.error == pytest.approx(math.sqrt((1 - 5 / 40) * scores.var(ddof=1) / 5), rel=1e-8)


def test_the_chances_are_those_of_a_normal_score_around_each_truth():
    (found,) = risks()

    for score, chances in zip(found.scores, found.chances, strict=True):
        reached = [1.0, *(stats.norm.cdf((float(score) - cut) / found.design.error) for cut in (50, 70, 90)), 0.0]
        assert [float(chance) for chance in chances] == pytest.approx(-np.diff(reached), abs=2e-6)


def test_the_error_agrees_with_the_possible_truths():
    given, figures = evidence(), book()
    drawn = grade_probabilities(
        assess(given, figures), given, figures, possible_truths(given, figures, seed=1, draws=2000)
    )

    (found,) = risks(given, figures)

    low, _, high = drawn.scores["score"]
    assert float(high - low) == pytest.approx(2 * stats.t.ppf(0.95, 4) * found.design.error, rel=0.08)


def test_more_sites_raise_the_chance_of_the_right_grade_and_without_interviews_none_are_bought():
    (found,) = risks()

    assert list(found.right) == ["now", "more_sites"]
    assert 0 < found.right["now"] < found.right["more_sites"] < 1


def test_head_office_is_certain_and_a_site_not_judged_everywhere_counts_where_it_was():
    office = {"a": (Mark(D(10), site="head-office"),)}
    marks = {"a": (7, 8, 9, 5, 6), "b": (9, 9, 6)}
    # The five sites are five of six places behind a; three sites stand behind b.
    a, b = np.array([7, 8, 9, 5, 6]) / 10, np.array([9, 9, 6]) / 10
    scores = 60 * (a - a.mean()) * 5 / 6 + np.array([*(40 * (b - b.mean())), 0, 0])

    (found,) = risks(evidence(marks, extra=office))

    assert found.design.spread == pytest.approx(scores.std(ddof=1), rel=1e-8)


SURVEY = {
    "requirements": {
        "a": {"points": 60},
        "b": {
            "points": 20,
            "source": "own",
            "evidence": [{"measure": "index", "scores": {"curve": [[50, 0], [90, 1]]}}],
        },
        "c": {"points": 20, "source": "own", "evidence": [{"measure": "quick", "scores": {"curve": [[0, 0], [1, 1]]}}]},
    },
    "tree": {**TREE, "children": ["a", "b", "c"]},
    "measures": {
        "index": {"instrument": "people", "items": ["q1"], "formula": "respondent-mean"},
        "quick": {"unit": "share", "formula": "share-within"},
    },
    "instruments": {"people": {}},
}


def measured(*, quick="0.7", error=4, share_error="0.1", by_site=None):
    return {
        "index": Measured(Estimate(D(80), base=50, standard_error=D(error))),
        "quick": Measured(Estimate(D(quick), base=50, standard_error=D(share_error)), by_site or {}),
    }


def test_a_measure_puts_its_error_into_the_score_by_its_weight_surveys_apart_from_records():
    (found,) = risks(evidence({"a": MARKS["a"]}, measures=measured()), book(**SURVEY))

    # 4 points of the index are a tenth of 20 score points; a tenth of the share another tenth of 20.
    assert found.design.survey_error == pytest.approx(2.0)
    assert found.design.other_error == pytest.approx(2.0)
    assert list(found.right) == ["now", "more_sites", "more_interviews"]
    assert found.right["now"] < found.right["more_interviews"]


def test_shares_do_not_move_beyond_nothing_and_all():
    given = evidence({"a": MARKS["a"]}, measures=measured(quick="0.95", error=0))

    (found,) = risks(given, book(**SURVEY))

    assert (found.design.survey_error, found.design.other_error) == (0, pytest.approx(20 * 0.15 / 2))


def test_a_measure_judged_site_by_site_moves_site_by_site():
    by_site = {name: Estimate(D("0.7"), base=10, standard_error=D("0.1")) for name in sites(2)}
    by_site |= {name: Estimate(D("0.7"), base=10) for name in sites(4)[2:]}
    given = evidence({"a": (7, 8)}, 4, measures=measured(error=0, share_error=0, by_site=by_site))
    requirements = dict(SURVEY["requirements"])
    requirements["c"] = {**requirements["c"], "evidence": [
        {"measure": "quick", "sites": "mean", "scores": {"curve": [[0, 0], [1, 1]]}}]}  # fmt: skip

    (found,) = risks(given, book(**{**SURVEY, "requirements": requirements}))

    # Two of four sites have an error of a tenth each, and each is a quarter of 20 points.
    assert found.design.other_error == pytest.approx(math.hypot(20 * 0.1 / 4, 20 * 0.1 / 4))


GATED = {
    "source": "own",
    "scores": [{"id": "score", "node": "all"}],
    "gates": [{"id": "half", "score": "score", "at_least": 50}],
    "ladders": [{"id": "stars", "below": "none", "grades": [{"id": "bronze", "gates": ["half"]}]}],
}


@pytest.mark.parametrize(
    ("given", "figures"),
    [
        (evidence(listed=0), book()),
        (evidence({"a": (7,), "b": (9,)}), book()),
        (evidence(listed=5), book()),
        (evidence({"a": (7, 8, 9)}), book()),
        (evidence({"a": (7, 7, 7), "b": (9, 9, 9)}), book()),
        (evidence(), book(grading=GATED)),
    ],
    ids=["no sites", "one visited", "all visited", "score not determined", "sites alike", "no score decides"],
)
def test_where_no_sampled_site_moves_a_score_there_is_no_operating_characteristic(given, figures):
    assert risks(given, figures) == ()


def test_limits_that_do_not_rise_are_not_told():
    ladder = {"id": "stars", "score": "score", "below": "none",
              "grades": [{"id": "bronze", "at_least": 70}, {"id": "silver", "at_least": 70}]}  # fmt: skip

    assert risks(figures=book(grading={**GATED, "gates": [], "ladders": [ladder]})) == ()


def test_a_grade_without_a_limit_on_the_score_is_left_out():
    ladder = {"id": "stars", "score": "score", "below": "none",
              "grades": [{"id": "bronze", "at_least": 50}, {"id": "silver", "gates": ["half"]}]}  # fmt: skip

    (found,) = risks(figures=book(grading={**GATED, "ladders": [ladder]}))

    assert found.cuts == CUTS[:1]


def test_scores_to_look_at_lie_around_limits_and_score_and_on_the_scale():
    found = score_range([60, 90], [95.0], 4.0, 100)

    assert {48, 60, 64, 90, 95, 100} <= set(found)
    assert (min(found), max(found), found == sorted(found)) == (48, 100, True)
    assert score_range([2, 90], [], 4.0, 100)[0] == 0


def test_more_interviews_are_compared_where_there_are_any():
    assert list(compared_designs(GradeDesign(10, 5, 8.0))) == ["now", "more_sites"]
    assert compared_designs(GradeDesign(10, 5, 8.0, 2.0))["more_interviews"].survey_error == pytest.approx(math.sqrt(2))


def test_the_document_carries_every_number_as_text():
    given, figures = evidence({"a": MARKS["a"]}, measures=measured()), book(**SURVEY)
    assessment = assess(given, figures)

    document = build_document({}, Concluded(assessment, given, figures, risks=grade_risks(assessment, given, figures)))

    (told,) = document["grade_risk"]
    (found,) = risks(given, figures)
    assert (told["ladder"], told["score"], told["sites"]) == ("stars", "score", {"listed": 40, "visited": 5})
    assert (told["survey_error"], told["other_error"]) == ("2", "2")
    assert told["cuts"] == [
        {"grade": "bronze", "at_least": "50"}, {"grade": "silver", "at_least": "70"}, {"grade": "gold", "at_least": "90"}
    ]  # fmt: skip
    assert [D(point["truth"]) for point in told["curve"]] == list(found.scores)
    assert [D(chance) for chance in told["curve"][7]["chances"]] == list(found.chances[7])
    assert {name: D(chance) for name, chance in told["right"].items()} == found.right


def test_a_document_without_sampled_sites_carries_none():
    given, figures = evidence(listed=5), book()

    assert build_document({}, Concluded(assess(given, figures), given, figures))["grade_risk"] == []


def test_a_change_puts_its_error_into_the_score_too():
    change = Estimate(D(2), base=100, standard_error=D(1))
    rules = {
        "a": {"points": 60},
        "b": {"points": 40, "evidence": [{"change": "index", "scores": {"curve": [[0, 0], [4, 1]]}}]},
    }
    index = {"instrument": "people", "unit": "points"}
    item = Measured(
        Estimate(D(80), base=50), change=Changed(Estimate(D(78), base=50), Estimate(D(80), base=50), change)
    )

    (found,) = risks(
        evidence({"a": MARKS["a"]}, measures={"index": item, "still": replace(item, change=None)}),
        book(rules, measures={"index": index, "still": index}, instruments={"people": {}}),
    )

    # One point of change is a quarter of 40 score points.
    assert (found.design.survey_error, found.design.other_error) == (pytest.approx(10.0), 0)
