from decimal import Decimal

import pytest
from tests.library.builders import book_of, edition_of, evidence_of, rule_of

from sealmark.assess.assessment import assess
from sealmark.assess.changes import judge_change
from sealmark.assess.evidence import Changed, Draw, Measured
from sealmark.assess.figures import Missing
from sealmark.assess.probability import reassess
from sealmark.assess.reliance import ladders_moved
from sealmark.core.estimates import Estimate

D = Decimal
HALF = D("0.5")
OPEN = {"parameter": "open"}
VERDICTS = {"table": {"improved": 1, "not-shown": HALF, "not-improved": 0}}
MEASURES = {"index": {"minimum_base": 30}, "waiting": {"better": "lower"}}
RISE = {"change": "index", "scores": {"at_least": 2}}
EDITION = edition_of({"a": RISE, "b": {"fact": "x", "scores": {"at_least": 1}}}, parameters={"open": None, "two": 2},
                     measures=MEASURES)  # fmt: skip
BOOK = book_of(EDITION)
UNKNOWN = Estimate.unknown("no answers")


def moved(value, lower=None, upper=None, *, before=100, after=100, note=""):
    number = [None if item is None else D(item) for item in (value, lower, upper)]
    waves = [Estimate(D(70), base=base) for base in (before, after)]
    return Measured(UNKNOWN, pointer="s.csv", change=Changed(*waves, Estimate(*number, base=before + after, note=note)))


def judged(rule, measured):
    rule = rule_of({"change": "index", **rule})
    return judge_change(rule, evidence_of(measures={} if measured is None else {rule.change: measured}), BOOK)


@pytest.mark.parametrize(
    ("counts", "scores", "value", "share"),
    [
        ("estimate", {"at_least": 3}, D(3), D(1)),
        ("lower-limit", {"at_least": 3}, D(1), D(0)),
        ("upper-limit", {"at_most": 4}, D(5), D(0)),
        ("estimate", {"curve": [[2, 0], [4, 1]]}, D(3), HALF),
    ],
)
def test_a_change_or_its_limit_is_scored(counts, scores, value, share):
    result = judged({"counts": counts, "scores": scores}, moved(3, 1, 5))

    assert (result.kind, result.about, result.value, result.share, result.verdict) == (
        "change",
        "index",
        value,
        share,
        "",
    )
    assert (result.base, result.pointers, result.reasons) == (100, ("s.csv",), ())


@pytest.mark.parametrize(
    ("measure", "change", "verdict", "share"),
    [
        ("index", moved(4, "2.1", 6), "improved", D(1)),
        ("index", moved(4, 2, 6), "not-shown", HALF),
        ("index", moved(0, -1, "1.9"), "not-improved", D(0)),
        ("waiting", moved(-4, -6, "-2.1"), "improved", D(1)),
        ("waiting", moved(4, "2.1", 6), "not-improved", D(0)),
    ],
)
def test_a_table_scores_the_verdict_in_the_measures_own_direction(measure, change, verdict, share):
    result = judged({"change": measure, "relevant": {"parameter": "two"}, "scores": VERDICTS}, change)

    assert (result.verdict, result.value, result.share) == (verdict, verdict, share)


def test_a_verdict_stands_beside_a_scored_change():
    result = judged({"relevant": 2, "scores": {"at_least": 2}}, moved(3, 1, 5))

    assert (result.value, result.share, result.verdict) == (D(3), D(1), "not-shown")


CASES = [
    (None, {"scores": {"at_least": 2}}, "missing-change", Missing("change", "index")),
    (Measured(Estimate(D(99), base=900)), {"scores": {"at_least": 2}}, "missing-change", Missing("change", "index")),
    (moved(None, note="why"), {"scores": {"at_least": 2}}, "no-change", Missing("change", "index")),
    (moved(9, 8, 10, before=29), {"scores": {"at_least": 2}}, "wave-too-small", Missing("change", "index")),
    (moved(9, 8, 10, after=49), {"minimum_base": 50, "scores": {"at_least": 2}}, "wave-too-small", Missing("change", "index")),
    (moved(9), {"counts": "lower-limit", "scores": {"at_least": 2}}, "no-change-interval", Missing("change", "index")),
    (moved(9), {"relevant": 1, "scores": {"at_least": 2}}, "no-change-interval", Missing("change", "index")),
    (moved(9, 8, 10), {"scores": {"at_least": OPEN}}, "unknown-parameter", Missing("parameter", "open")),
    (moved(9, 8, 10), {"relevant": OPEN, "scores": {"at_least": 2}}, "unknown-parameter", Missing("parameter", "open")),
    (moved(9, 8, 10), {"minimum_base": OPEN, "scores": {"at_least": 2}}, "unknown-parameter", Missing("parameter", "open")),
    (moved(9, 8, 10), {"relevant": 1, "scores": {"table": {"not-improved": 0}}}, "verdict-not-listed", Missing("change", "index")),
]  # fmt: skip


@pytest.mark.parametrize(("measured", "rule", "code", "missing"), CASES)
def test_what_is_not_known_is_never_a_pass(measured, rule, code, missing):
    result = judged(rule, measured)

    assert (result.share, [reason.code for reason in result.reasons], result.missing) == (None, [code], (missing,))


def test_a_base_exactly_as_large_as_needed_is_enough():
    assert judged({"minimum_base": 50, "scores": {"at_least": 2}}, moved(9, 8, 10, after=50)).share == 1


def test_possible_truths_move_what_rests_on_a_change_and_only_that():
    evidence = evidence_of(measures={"index": moved(3, 1, 5)}, facts={"x": D(1)})
    assessment = assess(evidence, BOOK)
    low = Draw(changes={"index": D(1)})

    again = reassess(assessment, evidence, BOOK, low)

    assert [item.findings["a"].share for item in (assessment, again)] == [1, 0]
    assert ladders_moved(low, assessment, BOOK) == {"stars"}
    assert ladders_moved(Draw(changes={"waiting": D(1)}), assessment, BOOK) == frozenset()


def test_a_truth_about_a_change_that_is_not_there_moves_nothing():
    evidence = evidence_of(measures={"index": Measured(UNKNOWN)})

    assert evidence.under(Draw(changes={"index": D(1)})).measures == evidence.measures


def test_missing_evidence_counts_as_none_only_where_every_figure_is_known():
    rules = {"known": RISE, "unknown": {"change": "index", "scores": {"at_least": OPEN}}}
    given = {name: {"missing": "does-not-conform", "evidence": [rule]} for name, rule in rules.items()}
    edition = edition_of(given, measures=MEASURES, parameters={"open": None})

    findings = assess(evidence_of(), book_of(edition)).findings

    assert {name: item.statement for name, item in findings.items()} == {
        "known": "does-not-conform", "unknown": "not-determined"
    }  # fmt: skip
