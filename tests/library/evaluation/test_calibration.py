"""Grade probabilities: the fast form of the benchmark is the library's own, and it is calibrated."""

import datetime as dt
import math
from decimal import Decimal

import numpy as np
import pytest
from tests.benchmarks.calibration import CUTS, OUTLETS, normal_chances, simulate, summarize, t_chances
from tests.library.builders import book_of, edition_of

from sealmark.assess.assessment import assess
from sealmark.assess.evidence import Evidence, Mark
from sealmark.assess.probability import grade_probabilities
from sealmark.evaluation.site_scores import mean_of_sites
from sealmark.evaluation.uncertainty import possible_truths

NAMES = ("below", *(f"from-{int(cut)}" for cut in CUTS))
GRADING = {
    "source": "own",
    "scores": [{"id": "score", "node": "all"}],
    "ladders": [{"id": "stars", "score": "score", "below": NAMES[0],
                 "grades": [{"id": name, "at_least": int(cut)} for name, cut in zip(NAMES[1:], CUTS, strict=True)]}],
}  # fmt: skip
DRAWS = 4000


def by_the_library(scores, listed, seed):
    """Probability of each grade by possible truths that the grading function grades."""
    book = book_of(
        edition_of({"a": {"judgement": "fine"}}, grading=GRADING, scales={"fine": {"lowest": 0, "highest": 1000}})
    )
    marks = tuple(Mark(Decimal(round(score * 10)), site=f"s{place:03d}") for place, score in enumerate(scores))
    given = Evidence(
        dt.date(2026, 6, 30), sites=tuple(f"s{place:03d}" for place in range(listed)), judgements={"a": marks}
    )
    found = grade_probabilities(assess(given, book), given, book, possible_truths(given, book, seed=seed, draws=DRAWS))
    return [float(found.ladders["stars"].get(name, 0)) for name in NAMES]


@pytest.mark.parametrize(
    ("scores", "listed"),
    [
        ((81.2, 77.5, 90.1), 20),
        ((62, 71, 66, 58, 69), 100),
        ((91, 88.5, 93, 95, 90.5, 89, 94, 92, 90, 91.5), 500),
        ((80, 80.5, 79.5), 500),
        ((70, 90), 3),
    ],
)
def test_the_fast_form_agrees_with_possible_truths_graded_one_by_one(scores, listed):
    cell = mean_of_sites([score / 100 for score in scores], listed)
    (expected,) = t_chances(
        np.array([100 * float(cell.value)]),
        np.array([100 * float(cell.standard_error)]),
        float(cell.degrees_of_freedom),
    )

    found = by_the_library(scores, listed, seed=len(scores))

    for chance, share in zip(expected, found, strict=True):
        assert share == pytest.approx(chance, abs=4 * math.sqrt(max(chance * (1 - chance), 1e-4) / DRAWS))


def cells(visited, listed=100, organizations=250):
    return [simulate(kind, listed=listed, visited=visited, organizations=organizations, seed=3) for kind in OUTLETS]


@pytest.mark.parametrize("visited", [3, 5, 10])
def test_intervals_hold_the_truth_about_as_often_as_they_say(visited):
    found = summarize(cells(visited), method="t")

    # 1,000 organizations: two standard errors are 0.02; a few very bad outlets cost up to 0.03.
    assert 0.85 < found.coverage < 0.93
    assert found.coverage > summarize(cells(visited), method="normal").coverage


def test_more_visits_are_narrower_better_calibrated_and_more_often_right_when_sure():
    three, five, ten = (summarize(cells(visited), method="t") for visited in (3, 5, 10))

    assert three.width > five.width > ten.width
    assert three.brier > five.brier > ten.brier
    assert three.calibration_error > ten.calibration_error
    assert three.right_when_sure < five.right_when_sure < ten.right_when_sure
    assert ten.calibration_error < 0.05
    assert ten.right_when_sure > 0.9


def test_when_all_outlets_agree_or_all_were_seen_the_grade_is_certain():
    assert t_chances(np.array([75.0]), np.array([0.0]), 2).tolist() == [[0, 0, 1, 0, 0]]
    assert normal_chances(np.array([75.0]), np.array([0.0])).tolist() == [[0, 0, 1, 0, 0]]
