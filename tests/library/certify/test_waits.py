"""Waiting times: what a scheme states as a gate, held against the certificate as it was."""

import datetime as dt
from dataclasses import replace

import pytest

from sealmark.certify import grade_waits, waits_unmet
from sealmark.scheme.discovery import editions, load

ON = dt.date(2027, 11, 22)
PACK = load("gbt27922/2011")


def unmet(grade, certified, on=ON, length=12):
    return waits_unmet(PACK, {"stars": grade}, certified, on, length_of=lambda _: length)


def test_the_one_year_rule_is_read_from_the_gate_of_the_lowest_star():
    (wait,) = grade_waits(PACK)

    assert (wait.ladder, wait.grade, wait.after, wait.gate, wait.unit) == (
        "stars", "three-stars", "up-to-standard", "one-year-rule", "months",
    )  # fmt: skip
    assert wait.length.parameter == "wait-months"


def test_the_installed_schemes_that_let_grades_wait():
    found = {name: [wait.grade for wait in grade_waits(load(name))] for name, _ in editions()}

    assert {name: grades for name, grades in found.items() if grades} == {
        "gbt27922/2011": ["three-stars"], "sealmark-charter/2026": ["five-stars"],
    }  # fmt: skip


def test_the_lower_grade_itself_never_waits():
    assert unmet("up-to-standard", {}) == ()
    assert unmet("fail", {}) == ()


@pytest.mark.parametrize("grade", ["three-stars", "five-stars"])
def test_stars_need_a_certificate_without_them_that_is_old_enough(grade):
    assert unmet(grade, {}) == (f'The grade "{grade}" needs a certificate of "up-to-standard" that is old enough.',)
    assert unmet(grade, {"up-to-standard": dt.date(2026, 11, 23)}) == (
        f'The grade "{grade}" can be given from 2027-11-23.',
    )
    assert unmet(grade, {"up-to-standard": dt.date(2026, 11, 22)}) == ()


def test_a_higher_grade_that_was_certified_counts_as_the_lower_one():
    assert unmet("four-stars", {"three-stars": dt.date(2025, 1, 1)}) == ()
    assert unmet("four-stars", {"another-grade": dt.date(2025, 1, 1)}) != ()


def test_a_waiting_time_that_is_not_known_is_not_over():
    assert unmet("three-stars", {"up-to-standard": dt.date(2000, 1, 1)}, length=None) != ()


def test_days_are_counted_as_days():
    (wait,) = grade_waits(PACK)

    assert wait.open_on(dt.date(2026, 1, 31), 1) == dt.date(2026, 2, 28)
    assert replace(wait, unit="days").open_on(dt.date(2026, 1, 31), 1) == dt.date(2026, 2, 1)
