"""Changes of records: what open cases may hide in either wave, and waves without records of a kind."""

from decimal import Decimal

import pytest

from sealmark.assess.evidence import Measured
from sealmark.core.estimates import Estimate
from sealmark.evaluation.evidence.record_waves import WAVE, fair, in_later_wave, with_changes
from sealmark.measure.records.cells import RecordEstimate

D = Decimal


def cell(value, wave="before", bound=""):
    estimate = Estimate(D(value), D(value) - 1, D(value) + 1, 50, D("0.5"))
    return RecordEstimate({WAVE: wave}, "m", estimate, None, "hours", {}, bound)


LATER = Measured(cell(6, "after").estimate, pointer="t.csv")


@pytest.mark.parametrize(
    ("bound", "better", "known"),
    [
        ("", "lower", True),
        ("lower", "lower", True),  # the earlier wave was at least as bad: the gain is at least this
        ("upper", "lower", False),
        ("lower", "higher", False),
        ("upper", "higher", True),
    ],
)
def test_an_earlier_wave_that_may_have_been_better_makes_no_gain(bound, better, known):
    change = with_changes({"m": LATER}, [cell(8, bound=bound)], {"m": better}, {"m"})["m"].change

    assert change.change.value == (D(-2) if known else None)
    assert change.change.note == ("" if known else "open cases: the true change can only be worse")


@pytest.mark.parametrize(("bound", "known"), [("lower", False), ("upper", True), ("", True)])
def test_a_later_wave_that_open_cases_flatter_is_not_known(bound, known):
    assert (fair(cell(6, "after", bound), "lower").value is not None) is known


def test_a_wave_without_records_of_the_kind_leaves_the_change_open():
    found = with_changes({"m": LATER}, [cell(6, "after")], {"m": "lower"}, {"m"})["m"]

    assert (found.change.before.base, found.change.change.value, found.change.change.note) == (
        0,
        None,
        "no record to judge",
    )


def test_only_what_is_asked_for_gets_a_change():
    assert with_changes({"m": LATER}, [cell(8)], {"m": "lower"}, set()) == {"m": LATER}


def test_without_waves_every_estimate_is_of_the_later_one():
    assert [in_later_wave(item) for item in (cell(1), cell(1, "after"), cell(1, None), RecordEstimate({}, "m", LATER.overall, None, "hours", {}))] == [
        False, True, False, True,
    ]  # fmt: skip
