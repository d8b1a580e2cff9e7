"""Respondents and records by independent formulas."""

import math

import pytest
from scipy import stats
from tests.library.builders import book_of, edition_of
from tests.library.evaluation.planning.plans import D, book

from sealmark.assess.evidence import Measured
from sealmark.core.errors import SealmarkError
from sealmark.core.estimates import Estimate
from sealmark.evaluation.planning import (
    plan_records,
    plan_respondents,
)


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


def test_invitations_follow_from_the_response_rate_and_the_scheme_s_minimum():
    few = survey_book(minimum_base=400)

    (found,) = plan_respondents(few, {}, points=D(90), share=D("0.3"), response_rate=D("0.25"))

    assert (found.minimum, found.invited) == (400, 1600)
    assert respondents(few).invited is None
