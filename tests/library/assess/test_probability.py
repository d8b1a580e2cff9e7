import time
from decimal import Decimal

import pytest
from tests.library.builders import book_of, edition_of, evidence_of

from sealmark.assess.assessment import assess
from sealmark.assess.evidence import Draw, Measured
from sealmark.assess.probability import grade_probabilities
from sealmark.core.estimates import Estimate

D = Decimal
WAITING = {"measure": "waiting", "counts": "lower-limit", "scores": {"at_least": 80}}
EDITION = edition_of(
    {"a": None, "b": WAITING, "c": {"applies": {"facts": {"on": True}}, "evidence": [WAITING]}},
    measures={"waiting": {}},
)
EVIDENCE = evidence_of(
    {"a": 8}, measures={"waiting": Measured(Estimate(D(82), D(78), D(86), base=50))}, facts={"on": False}
)


def probabilities(draws, evidence=EVIDENCE, edition=EDITION):
    book = book_of(edition)
    return grade_probabilities(assess(evidence, book), evidence, book, draws)


def waiting(value):
    return Draw({("waiting", None): D(value)})


def test_probabilities_count_grades_under_each_possible_truth():
    result = probabilities([waiting(value) for value in (79, 81, 85, 90)])

    assert (result.draws, dict(result.ladders)) == (4, {"stars": {"gold": D("0.75"), "none": D("0.25")}})
    assert result.scores["score"] == (40, 90, 90)


def test_grades_come_likeliest_first_then_by_name():
    result = probabilities([Draw(shares={("a", 0, None): D(share)}) for share in ("0.4", "0.41", "1.8", "1.0")])

    assert list(result.ladders["stars"].items()) == [("none", D("0.5")), ("bronze", D("0.25")), ("gold", D("0.25"))]


def test_draws_without_a_grade_count_as_not_determined_and_have_no_score():
    result = probabilities([Draw()], evidence_of({}))

    assert dict(result.ladders["stars"]) == {"not-determined": 1}
    assert result.scores == {"score": None}


def test_no_draws_no_probabilities():
    assert probabilities([]).ladders == {"stars": {}}


def test_spread_is_the_fifth_fiftieth_and_ninety_fifth_percentile():
    result = probabilities([Draw(shares={("a", 0, None): D(share) / 50}) for share in range(101)])

    assert result.scores["score"] == (5, 50, 95)


def test_draws_reach_gates_outside_the_tree():
    grading = {"source": "own", "scores": [{"id": "score", "node": "all"}], "gates": [{"id": "g", "evidence": WAITING}],
               "ladders": [{"id": "l", "below": "none", "grades": [{"id": "one", "gates": ["g"]}]}]}  # fmt: skip
    edition = edition_of(["a"], None, grading, measures={"waiting": {}})

    result = probabilities([waiting(79), waiting(81)], edition=edition)

    assert dict(result.ladders["l"]) == {"none": D("0.5"), "one": D("0.5")}


def test_a_thousand_draws_on_sixty_requirements_are_quick():
    names = [f"r{number}" for number in range(60)]
    groups = [{"id": f"g{n}", "roll_up": "sum-of-points", "children": names[n * 10 : n * 10 + 10]} for n in range(6)]
    tree = {"id": "all", "roll_up": "sum-of-points", "children": groups}
    edition = edition_of({name: {"points": 1} for name in names}, tree)
    draws = [Draw(shares={(name, 0, None): D(k % 97) / 100 for name in names}) for k in range(1000)]

    evidence, book = evidence_of(dict.fromkeys(names, 7)), book_of(edition)

    started = time.process_time()
    assessment = assess(evidence, book)
    once = time.process_time()
    result = grade_probabilities(assessment, evidence, book, draws)
    every = time.process_time()

    assert every - once < 5 * len(draws) * (once - started)
    assert sum(result.ladders["stars"].values()) == 1


@pytest.mark.parametrize("on", [True, None])
def test_draws_respect_applicability(on):
    evidence = evidence_of({"a": 10}, measures=EVIDENCE.measures, facts={} if on is None else {"on": on})

    result = probabilities([waiting(79)], evidence)

    assert dict(result.ladders["stars"]) == ({"none": 1} if on else {"not-determined": 1})
