"""Cells: codes for missing, numbers, value maps, and what is said of those that cannot be read."""

import pytest
from tests.library.measure.imports.exports import columns


def test_codes_for_missing_per_file_and_per_column(load):
    mapping = {
        "missing": ["-99", "?"],
        "columns": {
            "a": {"from": "a", "type": "whole", "missing": [0, "Blank"]},
            "b": {"from": "b", "type": "whole"},
        },
    }

    result = load("a,b\n0,0\nBlank,?\n-99,-99\n , 7 \n3,1\n", mapping)

    assert result.table.to_pydict() == {"a": [None, None, None, None, 3], "b": [0, None, None, 7, 1]}


def test_unreadable_cells_are_all_named_with_the_cure(refuse):
    mapping = {
        "columns": {
            "n": {"from": "n", "type": "whole"},
            "d": {"from": "d", "type": "date"},
            "b": {"from": "b", "type": "boolean"},
            "c": {"from": "c", "type": "code", "allowed": ["x", "y"]},
            "r": {"from": "r", "type": "whole", "required": True, "lowest": 1, "highest": 5},
        }
    }
    content = "n,d,b,c,r\n1.5,2026-02-30,yes,z,\nBlank,13/01/2026,true,x,6\n"

    problems = refuse(content, mapping)

    assert [(problem.code, problem.where) for problem in problems] == [
        ("SM336", "export.csv, column n, rows 2, 3"),
        ("SM336", "export.csv, column d, rows 2, 3"),
        ("SM336", "export.csv, column b, row 2"),
        ("SM336", "export.csv, column c, row 2"),
        ("SM336", "export.csv, column r, row 2"),
        ("SM336", "export.csv, column r, row 3"),
    ]
    assert problems[3].fix.startswith("Legal: x, y.")
    assert problems[5].fix.startswith("Legal: from 1 to 5.")


def test_many_wrong_cells_are_counted_not_listed(refuse):
    content = "n\n" + "x\n" * 1209

    (problem,) = refuse(content, columns(n="whole"))

    assert problem.what.startswith('1,209 cells of column "n" cannot be read as a whole number, for example "x"')
    assert problem.where == "export.csv, column n, rows 2, 3, 4, 5, 6 and 1,204 more rows"


def test_row_numbers_count_blank_lines(refuse):
    (problem,) = refuse("n,m\n1,1\n\n\nx,1\n", columns(n="whole", m="whole"))

    assert problem.where == "export.csv, column n, row 5"


def test_unreadable_and_out_of_range_may_be_declared_missing(load):
    rule = {
        "from": "n",
        "type": "whole",
        "lowest": 1,
        "highest": 10,
        "unreadable": "missing",
        "out_of_range": "missing",
    }

    result = load("n\n7\nnone\n11\n", {"columns": {"n": rule}})

    assert result.table.to_pydict() == {"n": [7, None, None]}
    assert result.profile.columns[0].dropped == {"unreadable": 1, "outside": 1}


def test_value_maps_and_booleans(load):
    mapping = {
        "columns": {
            "s": {"from": "s", "type": "code", "values": {"1": "prepaid", "2": "contract"}},
            "k": {"from": "k", "type": "text", "values": {"x": "ex"}, "other_values": "keep"},
            "b": {"from": "b", "type": "boolean", "values": {"да": "true", "нет": "false"}},
        }
    }

    result = load("s,k,b\n1,x,да\n2,free,нет\n,,TRUE\n", mapping)

    assert result.table.to_pydict() == {
        "s": ["prepaid", "contract", None],
        "k": ["ex", "free", None],
        "b": [True, False, True],
    }


def test_value_outside_the_map_is_refused(refuse):
    mapping = {"columns": {"s": {"from": "s", "type": "code", "values": {"1": "prepaid"}}}}

    (problem,) = refuse("s\n1\n3\n", mapping)

    assert (problem.code, problem.where) == ("SM336", "export.csv, column s, row 3")
    assert problem.fix.startswith("Legal: prepaid.")


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("12,5", 'If the comma is the decimal mark, add `numbers: {decimal: ","}`'),
        ("1.234,5", 'Add `numbers: {decimal: ",", thousands: "."}`.'),
        ("1,234.5", 'Add `numbers: {decimal: ".", thousands: ","}`.'),
        ("n/a", 'If the text means no answer, add `missing: ["n/a"]`'),
    ],
)
def test_unreadable_number_gets_its_cure(refuse, text, fix):
    (problem,) = refuse(f'a;b\n"{text}";1\n', columns(a="decimal") | {"file": {"delimiter": ";"}})

    assert problem.fix.startswith(fix)


def test_other_unreadable_cells_get_a_cure(refuse):
    days, flags = refuse("a,b\nsoon,maybe\n", columns(a="date", b="boolean"))

    assert days.fix.startswith("Dates are read year first")
    assert flags.fix.startswith('If the text means no answer, add `missing: ["maybe"]`')


@pytest.mark.parametrize("text", ["nan", "inf", "1_000", "0x10", "1e999", "--1", "9" * 400])
def test_odd_numbers_are_not_numbers(refuse, text):
    (problem,) = refuse(f"a\n{text}\n", columns(a="whole"))

    assert problem.code == "SM336"


@pytest.mark.parametrize("text", ["nan", "inf", "1e999", "9" * 400, "1.2.3"])
def test_what_is_no_finite_decimal_is_refused(refuse, text):
    (problem,) = refuse(f"a\n{text}\n", columns(a="decimal"))

    assert problem.code == "SM336"


def test_decimals_of_every_plain_form_are_read(load):
    result = load("a\n-1\n+2.5\n.5\n3.\n1e3\n-2.5E-1\n", columns(a="decimal"))

    assert result.table.to_pydict() == {"a": [-1.0, 2.5, 0.5, 3.0, 1000.0, -0.25]}
