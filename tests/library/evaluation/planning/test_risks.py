"""How likely a plan gives the right grade."""

from dataclasses import replace

import numpy as np
import pytest
from tests.library.builders import book_of, edition_of, evidence_of
from tests.library.evaluation.planning.plans import ROOT, plan

from sealmark.evaluation.evidence.tables import Site
from sealmark.evaluation.planning import (
    draw_sites,
    plan_risks,
)
from sealmark.evaluation.planning.risks import even_scores
from sealmark.measure import (
    GradeDesign,
    chance_of_right_grade,
    possible_scores,
)
from sealmark.scheme.procedure import Procedure


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
