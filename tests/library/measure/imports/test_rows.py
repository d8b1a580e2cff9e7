"""Rows set aside, duplicates, periods, and the reconciliation that adds them up."""

import datetime as dt

import pytest
from tests.library.measure.imports.exports import CASES, columns

from sealmark.core.errors import SealmarkError
from sealmark.core.periods import Period
from sealmark.measure.imports.profile import Reconciliation, SetAside


def test_totals_and_conditions_are_set_aside_with_reasons(load):
    mapping = columns(name="text", n="whole") | {
        "totals": [{"column": "name", "one_of": ["Total", "Итого"]}],
        "set_aside": [
            {"when": [{"column": "name", "starts_with": "test"}, {"column": "n", "none_of": ["9"]}], "reason": "trial"}
        ],
    }

    result = load("name,n\na,1\ntest1,2\ntest2,9\n,\nИтого,12\n", mapping)  # noqa: RUF001

    assert result.table.to_pydict() == {"name": ["a", "test2"], "n": [1, 9]}
    reconciliation = result.reconciliation
    assert (reconciliation.rows_in, reconciliation.rows_used) == (5, 2)
    assert {(part.kind, part.reason, part.rows, part.first_rows) for part in reconciliation.set_aside} == {
        ("total", "totals row", 1, (6,)),
        ("condition", "trial", 1, (3,)),
        ("blank", "row without content", 1, (5,)),
    }


def test_rows_set_aside_do_not_stop_the_import(load):
    mapping = columns(name="text", n="whole") | {"totals": [{"column": "n", "contains": "sum"}]}

    assert load("name,n\na,1\nb,sum of all\n", mapping).table.to_pydict() == {"name": ["a"], "n": [1]}


TWICE = "id,day,n\nA,2026-01-01,1\nB,2026-01-02,2\nA,2026-01-01,1\nB,2026-01-02,3\n"


def test_exact_duplicates_are_set_aside_and_contradictory_refused(refuse):
    (problem,) = refuse(TWICE, CASES)

    assert (problem.code, problem.where) == ("SM337", "export.csv, row 5")
    assert problem.what == "1 rows repeat the case of another row with other content, for example 'B'."


@pytest.mark.parametrize(("choice", "kept"), [("first", [1, 2]), ("last", [1, 3])])
def test_contradictory_duplicates_are_resolved_as_declared(load, choice, kept):
    result = load(TWICE, CASES | {"duplicates": {"key": ["case"], "contradictory": choice}})

    assert result.table.column("n").to_pylist() == kept
    assert (result.reconciliation.rows_in, result.reconciliation.rows_used) == (4, 2)
    assert sum(part.rows for part in result.reconciliation.set_aside) == 2


def test_equal_answers_without_identity_are_kept_and_pointed_out(load):
    result = load("q\n5\n5\n4\n", columns(q="whole") | {"layout": "responses"})

    assert result.table.num_rows == 3
    assert result.profile.warnings == ("1 rows are exact copies of earlier rows and were kept.",)


def test_rows_outside_the_period_are_refused_or_set_aside(load, refuse):
    content = "id,day,n\nA,2025-12-31,1\nB,2026-01-02,2\nC,2026-02-01,3\n"
    january = Period(dt.date(2026, 1, 1), dt.date(2026, 1, 31))

    (problem,) = refuse(content, CASES, period=january)
    aside = CASES | {"period": {"column": "opened", "outside": "set-aside"}}

    assert (problem.code, problem.where) == ("SM341", "export.csv, rows 2, 4")
    assert load(content, aside, period=january).table.column("case").to_pylist() == ["B"]


def test_as_of_before_the_evidence_is_refused(refuse):
    (problem,) = refuse("id,day,n\nA,2026-01-05,1\n", CASES, as_of=dt.date(2026, 1, 4))

    assert (problem.code, problem.what) == ("SM341", "1 rows have opened later than 2026-01-04.")


def test_nothing_left_is_refused(refuse):
    mapping = columns(n="text") | {"set_aside": [{"when": [{"column": "n", "empty": False}], "reason": "all"}]}

    (problem,) = refuse("n\na\nb\n", mapping)

    assert problem.what == "Every row was set aside."


def test_reconciliation_that_does_not_add_up_is_an_error():
    with pytest.raises(SealmarkError) as caught:
        Reconciliation("x.csv", {}, 10, 8, (SetAside("total", "totals row", 1, (11,)),), 8)

    assert caught.value.codes == ("SM340",)


def test_order_of_a_large_file_is_kept(load):
    numbers = [(n * 7919) % 1_000_003 for n in range(400_000)]
    content = "n,filler\n" + "".join(f"{n},{'x' * 30}\n" for n in numbers)

    assert load(content, columns(n="whole")).table.column("n").to_pylist() == numbers
