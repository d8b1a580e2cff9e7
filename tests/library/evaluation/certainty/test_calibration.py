"""Grade probabilities: the fast form of the benchmark is the library's own, and it is calibrated."""

import datetime as dt
import math
from decimal import Decimal

import numpy as np
import pytest
from tests.benchmarks.calibration import CUTS, OUTLETS, simulate, summarize
from tests.library.builders import book_of, edition_of

from sealmark.assess.assessment import assess
from sealmark.assess.evidence import Evidence, Mark
from sealmark.assess.probability import grade_probabilities
from sealmark.evaluation.certainty.borrowing import borrow
from sealmark.evaluation.certainty.site_scores import score_sites
from sealmark.evaluation.certainty.uncertainty import possible_truths
from sealmark.evaluation.evidence.prior_group import PriorGroup, RootPrior
from sealmark.evaluation.evidence.tables import Site
from sealmark.measure.smallarea import class_chances, outlook

NAMES = ("below", *(f"from-{int(cut)}" for cut in CUTS))
GRADING = {
    "source": "own",
    "scores": [{"id": "score", "node": "all"}],
    "ladders": [{"id": "stars", "score": "score", "below": NAMES[0],
                 "grades": [{"id": name, "at_least": int(cut)} for name, cut in zip(NAMES[1:], CUTS, strict=True)]}],
}  # fmt: skip
DRAWS = 4000


PRIORS = {
    None: None,
    "spread alike": RootPrior(mean=Decimal("0.8"), between=Decimal("0.08"), within=Decimal("0.07"), members=40),
    "spread differs": RootPrior(
        mean=Decimal("0.75"), between=Decimal("0.05"), within=Decimal("0.1"), freedom=Decimal(6), members=40
    ),
}


def by_the_library(scores, listed, seed, prior):
    """Probability of each grade by possible truths that the grading function grades."""
    book = book_of(
        edition_of({"a": {"judgement": "fine"}}, grading=GRADING, scales={"fine": {"lowest": 0, "highest": 1000}})
    )
    sites = tuple(Site(f"s{place:03d}", stratum="all") for place in range(listed))
    marks = tuple(Mark(Decimal(round(score * 10)), site=site.id) for score, site in zip(scores, sites, strict=False))
    given = Evidence(dt.date(2026, 6, 30), sites=tuple(site.id for site in sites), judgements={"a": marks})
    found = assess(given, book)
    group = prior and PriorGroup(
        id="others", name="Others", edition="x/1", until=dt.date(2026, 1, 1), roots={"all": prior}
    )
    borrowed = borrow(group, score_sites(given, sites, book, fewest=1), assessment=found, evidence=given, book=book)
    truths = possible_truths(given, book, seed=seed, draws=DRAWS, borrowed=borrowed)
    chances = grade_probabilities(found, given, book, truths)
    return [float(chances.ladders["stars"].get(name, 0)) for name in NAMES]


SAMPLES = [
    ((81.2, 77.5, 90.1), 20),
    ((62, 71, 66, 58, 69), 100),
    ((91, 88.5, 93, 95, 90.5, 89, 94, 92, 90, 91.5), 500),
    ((80, 80.5, 79.5), 500),
    ((70, 90), 3),
]


@pytest.mark.parametrize(
    ("scores", "listed", "prior"),
    [
        *(pytest.param(*sample, prior) for sample in SAMPLES for prior in PRIORS),
        ((80, 80, 80), 50, "spread differs"),
        ((85,), 50, "spread differs"),
    ],
)
def test_the_closed_form_agrees_with_possible_truths_graded_one_by_one(scores, listed, prior):
    group = PRIORS[prior]
    seen = outlook(
        [np.mean(scores) / 100], [np.var(scores, ddof=1) / 1e4 if len(scores) > 1 else 0], visited=[len(scores)],
        listed=[listed], prior=group and group.prior(),
    )  # fmt: skip
    (expected,) = class_chances(seen, CUTS / 100)

    found = by_the_library(scores, listed, seed=len(scores), prior=group)

    for chance, share in zip(expected, found, strict=True):
        assert share == pytest.approx(chance, abs=4 * math.sqrt(max(chance * (1 - chance), 1e-4) / DRAWS))


def cells(visited, listed=100, organizations=500):
    return [simulate(kind, listed=listed, visited=visited, organizations=organizations, seed=3) for kind in OUTLETS]


@pytest.mark.parametrize("visited", [3, 5, 10])
@pytest.mark.parametrize("method", ["group", "t"])
def test_intervals_hold_the_truth_about_as_often_as_they_say(visited, method):
    found = summarize(cells(visited), method=method)

    # 2,000 organizations: two standard errors are 0.013; a few very bad outlets cost up to 0.03.
    assert 0.85 < found.coverage < 0.93
    assert found.coverage > summarize(cells(visited), method="normal").coverage


@pytest.mark.parametrize(("visited", "error"), [(3, 0.05), (5, 0.04), (10, 0.03)])
@pytest.mark.parametrize("listed", [20, 100, 500])
def test_with_a_prior_group_stated_probabilities_are_calibrated(visited, listed, error):
    group, alone = (summarize(cells(visited, listed), method=method) for method in ("group", "t"))

    assert group.calibration_error < error
    assert group.brier < alone.brier
    assert group.width < alone.width
    if visited >= 5:  # from three visits, so few are ever sure that their share says nothing here
        assert group.right_when_sure > 0.85


def test_more_visits_are_narrower_better_calibrated_and_more_often_right_when_sure():
    three, five, ten = (summarize(cells(visited), method="t") for visited in (3, 5, 10))

    assert three.width > five.width > ten.width
    assert three.brier > five.brier > ten.brier
    assert three.calibration_error > ten.calibration_error
    assert three.right_when_sure < five.right_when_sure < ten.right_when_sure
    assert ten.calibration_error < 0.05
    assert ten.right_when_sure > 0.9
