"""Keys of the record formulas: how open cases count, the time between updates, promises."""

import pytest
from tests.library.scheme.conftest import change

from sealmark.scheme.checking import check_pack


def problems(pack, formula):
    text = (pack / "editions/2026/measures/calls-in-time.yaml").read_text()
    (line,) = [line for line in text.splitlines() if line.startswith("formula:")]
    change(pack, "measures/calls-in-time.yaml", line, f"formula: {formula}")
    return [(problem.code, problem.what) for problem in check_pack(pack) if "calls-in-time" in problem.where]


@pytest.mark.parametrize(
    "formula",
    [
        "{kind: share-within, target_hours: 4, open_cases: kaplan-meier}",
        "{kind: share-within, target: promised, open_cases: kaplan-meier}",
        "{kind: share-within, target_hours: 4, open_cases: bound, between: updates}",
        "{kind: duration-percentile, quantile: 0.9, open_cases: kaplan-meier, time: business}",
        "{kind: duration-percentile, quantile: 0.9, between: updates}",
        "{kind: duration-mean, between: updates}",
    ],
)
def test_formulas_that_make_sense_have_no_problem(pack, formula):
    assert problems(pack, formula) == []


@pytest.mark.parametrize(
    ("formula", "what"),
    [
        ("{kind: duration-mean, open_cases: kaplan-meier}", 'The formula "duration-mean" does not take the key "open_cases".'),
        ("{kind: open-share, between: updates}", 'The formula "open-share" does not take the key "between".'),
        ("{kind: share-within, target_hours: 4, open_cases: kaplan-meier, between: updates}",
         '"open_cases: kaplan-meier" does not go with "between: updates".'),
        ("{kind: share-within, target: promised, between: updates}",
         '"target: promised" does not go with "between: updates".'),
    ],
)  # fmt: skip
def test_formulas_that_contradict_themselves_are_told(pack, formula, what):
    assert problems(pack, formula) == [("SM241", what)]


def test_other_ways_to_count_open_cases_are_refused(pack):
    found = problems(pack, "{kind: share-within, target_hours: 4, open_cases: ignore}")

    assert [code for code, _ in found] == ["SM202"]
