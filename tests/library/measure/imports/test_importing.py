"""Each messy feature of real exports, in a file written by the test."""

import datetime as dt
import gzip

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from sealmark.core.errors import SealmarkError
from sealmark.core.periods import Period
from sealmark.measure.imports.importing import import_table
from sealmark.measure.imports.mapping import mapping_from
from sealmark.measure.imports.profile import Reconciliation, SetAside


@pytest.fixture
def load(tmp_path):
    """Return a function that writes a file and imports it."""

    def run(content, mapping, name="export.csv", **options):
        file = tmp_path / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return import_table(file, mapping_from(mapping), **options)

    return run


@pytest.fixture
def refuse(load):
    """Return a function that imports a bad file and returns its problems."""

    def run(content, mapping, name="export.csv", **options):
        with pytest.raises(SealmarkError) as caught:
            load(content, mapping, name, **options)
        return caught.value.problems

    return run


def columns(**rules):
    return {"columns": {name: {"from": name, "type": kind} for name, kind in rules.items()}}


# How the file is written


def test_byte_order_mark_is_read(load):
    result = load("\ufeffcity,q\nRoma,1\n".encode(), columns(city="text", q="whole"))

    assert result.table.to_pydict() == {"city": ["Roma"], "q": [1]}
    assert result.reconciliation.facts["encoding"] == "utf-8"
    assert result.reconciliation.facts["encoding_known_by"] == "byte order mark"


@pytest.mark.parametrize(
    ("encoding", "word"),
    [
        ("windows-1251", "Жалоба клиента"),
        ("gb18030", "客户投诉"),
        ("big5", "客戶投訴"),
        ("utf-16", "Жалоба"),
        ("utf-8", "客户"),
    ],
)
def test_declared_encoding_is_read(load, encoding, word):
    mapping = columns(q="whole") | {"file": {"encoding": encoding}}
    mapping["columns"][word] = {"from": word, "type": "text"}

    result = load(f"{word},q\n{word} 1,5\n".encode(encoding), mapping)

    assert result.table.to_pydict() == {"q": [5], word: [f"{word} 1"]}


def test_utf16_with_mark_needs_no_declaration(load):
    assert load("a\nЖ\n".encode("utf-16"), columns(a="text")).table.to_pydict() == {"a": ["Ж"]}


def test_undeclared_encoding_is_refused_with_candidates(refuse):
    content = "city,q\nRoma,1\nМосква,2\n".encode("windows-1251")  # noqa: RUF001

    (problem,) = refuse(content, columns(city="text", q="whole"))

    assert problem.code == "SM332"
    assert "windows-1251: Москва" in problem.what
    assert problem.where == "export.csv, line 3"
    assert "`encoding: windows-1251`" in problem.fix


def test_wrong_encoding_and_contradicted_mark_are_refused(refuse):
    utf8 = {"file": {"encoding": "utf-8"}}
    cyrillic = {"file": {"encoding": "windows-1251"}}

    (wrong,) = refuse("a\nЖ\n".encode("windows-1251"), columns(a="text") | utf8)
    (contradicted,) = refuse("\ufeffa\nЖ\n".encode(), columns(a="text") | cyrillic)

    assert (wrong.code, contradicted.code) == ("SM332", "SM332")
    assert contradicted.what.startswith("The mapping says windows-1251, but the file begins with")


@pytest.mark.parametrize(("mark", "shown"), [(";", ";"), ("\t", "\\t"), ("|", "|")])
def test_undeclared_delimiter_is_refused_and_declared_read(load, refuse, mark, shown):
    content = f"a{mark}b\n1{mark}2\n"

    (problem,) = refuse(content, columns(a="whole", b="whole"))

    assert problem.code == "SM333"
    assert f'`delimiter: "{shown}"`' in problem.fix
    declared = columns(a="whole", b="whole") | {"file": {"delimiter": mark}}
    assert load(content, declared).table.to_pydict() == {"a": [1], "b": [2]}


def test_semicolon_with_decimal_comma_and_thousands(load):
    mapping = columns(a="decimal", b="whole", c="text")
    mapping |= {"file": {"delimiter": ";"}, "numbers": {"decimal": ",", "thousands": "."}}

    result = load('a;b;c\n1.234,5;1.000;"x;y"\n-0,25;12;z\n', mapping)

    assert result.table.to_pydict() == {"a": [1234.5, -0.25], "b": [1000, 12], "c": ["x;y", "z"]}


def test_misplaced_thousands_separator_is_not_a_number(refuse):
    mapping = columns(a="decimal") | {"numbers": {"decimal": ",", "thousands": "."}}

    (problem,) = refuse("a\n12.34\n", mapping)

    assert (problem.code, problem.where) == ("SM336", "export.csv, column a, row 2")


def test_spaces_as_thousands_separator(load):
    mapping = columns(a="decimal") | {"file": {"delimiter": ";"}, "numbers": {"decimal": ",", "thousands": " "}}

    assert load("a\n1\u00a0234,5\n12 345\n", mapping).table.to_pydict() == {"a": [1234.5, 12345.0]}


def test_titles_above_and_units_below_the_headings(load):
    mapping = columns(a="whole", b="whole") | {"file": {"header_row": 4, "skip_rows": [5]}}

    result = load("Report;of\nMay\n\na,b\nmin,min\n1,2\n3,4\n", mapping)

    assert result.table.to_pydict() == {"a": [1, 3], "b": [2, 4]}
    assert [(part.reason, part.rows, part.first_rows) for part in result.reconciliation.set_aside] == [
        ("row to skip", 1, (5,))
    ]


def test_line_ends_of_every_kind_and_inside_cells(load):
    for content in ("a,b\r\n1,x\r\n2,y\r\n", "a,b\r1,x\r2,y\r", 'a,b\r\n1,x\n2,"y"\r\n'):
        assert load(content, columns(a="whole", b="text")).table.to_pydict() == {"a": [1, 2], "b": ["x", "y"]}
    inside = load(
        '"a\nx",b\n1,"two\nlines"\n',
        {"columns": {"a": {"from": "a\nx", "type": "whole"}, "b": {"from": "b", "type": "text"}}},
    )
    assert inside.table.to_pydict() == {"a": [1], "b": ["two\nlines"]}


def test_gzip_is_read_and_a_cut_one_refused(load, refuse):
    packed = gzip.compress(("a\n" + "".join(f"{n * n}\n" for n in range(5000))).encode())

    assert load(packed, columns(a="whole"), "x.csv.gz").table.num_rows == 5000
    assert [problem.code for problem in refuse(packed[: len(packed) // 2], columns(a="whole"), "x.csv.gz")] == ["SM334"]


# Files that are broken


def test_ragged_rows_are_named(refuse):
    content = "a,b\n" + "1,2\n1\n1,2,3\n" * 7

    problems = refuse(content, columns(a="whole", b="whole"))

    assert [(problem.code, problem.where) for problem in problems] == [
        ("SM339", "export.csv, rows 3, 6, 9, 12, 15 and 2 more rows"),
        ("SM339", "export.csv, rows 4, 7, 10, 13, 16 and 2 more rows"),
    ]


def test_file_cut_inside_a_quoted_cell_is_refused(refuse):
    (problem,) = refuse('a,b\n1,x\n2,"cut in the mid', columns(a="whole", b="text"))

    assert (problem.code, problem.where) == ("SM339", "export.csv, row 3")
    assert "a quote that does not close" in problem.what


def test_file_cut_inside_a_row_is_refused_and_a_missing_line_end_noted(load, refuse):
    (problem,) = refuse("a,b\n1,2\n3", columns(a="whole", b="whole"))
    kept = load("a,b\n1,2\n3,4", columns(a="whole", b="whole"))

    assert (problem.code, problem.where) == ("SM339", "export.csv, row 3")
    assert kept.profile.warnings == ("The last line has no line end: the file may have been cut.",)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "The file is empty."),
        (b"\n \n\n", "The file is empty."),
        ("\ufeff".encode(), "The file is empty."),
        (b"a,b\n", "The file has headings but no rows."),
        (b"\na,b\n1,2\n", "Row 1, where the headings should be, is empty."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "The file is a workbook of the old binary form."),
    ],
)
def test_empty_and_foreign_files_are_refused(refuse, content, what):
    (problem,) = refuse(content, columns(a="whole"))

    assert (problem.code, problem.what) == ("SM331", what)


def test_missing_file_is_refused(tmp_path):
    with pytest.raises(SealmarkError) as caught:
        import_table(tmp_path / "none.csv", mapping_from(columns(a="whole")))

    assert caught.value.codes == ("SM331",)


def test_headings_missing_twice_or_nameless_are_all_reported(refuse):
    content = "a,a,city,\n1,2,Roma,3\n"

    problems = refuse(content, columns(a="whole", citty="text"))

    assert [problem.what for problem in problems] == [
        'The heading "a" stands 2 times, so it names no one column.',
        'The file has no column "citty".',
        "Column 4 has no heading but 1 filled cells.",
    ]
    assert {problem.code for problem in problems} == {"SM338"}
    assert problems[1].fix.startswith('Did you mean "city"?')


def test_trailing_delimiter_is_harmless(load):
    assert load("a,b,\n1,2,\n", columns(a="whole", b="whole")).table.to_pydict() == {"a": [1], "b": [2]}


# Cells


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


# Dates


@pytest.mark.parametrize(
    ("rule", "text", "expected"),
    [
        ({}, "2026-03-04", dt.date(2026, 3, 4)),
        ({}, "2026/3/4", dt.date(2026, 3, 4)),
        ({"order": "dmy"}, "03.04.2026", dt.date(2026, 4, 3)),
        ({"order": "mdy"}, "03/04/2026", dt.date(2026, 3, 4)),
        ({"order": "dmy"}, "2026-03-04", dt.date(2026, 3, 4)),
        ({"format": "%d %b %y"}, "04 Mar 26", dt.date(2026, 3, 4)),
    ],
)
def test_dates_are_read_as_declared(load, rule, text, expected):
    assert load(f"d\n{text}\n", columns(d="date") | {"dates": rule}).table.to_pydict() == {"d": [expected]}


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("13/04/2026", "The day stands first here: add `order: dmy` under `dates`."),
        ("04/13/2026", "The month stands first here: add `order: mdy` under `dates`."),
        ("03/04/2026", "Day or month first? Add `order: dmy` or `order: mdy` under `dates`."),
    ],
)
def test_undeclared_date_order_is_refused_with_the_line_to_add(refuse, text, fix):
    (problem,) = refuse(f"d\n{text}\n", columns(d="date"))

    assert (problem.code, problem.fix) == ("SM336", fix)


def test_time_in_a_date_column_is_refused(refuse):
    (problem,) = refuse("d\n2026-03-04 10:00\n", columns(d="date"))

    assert problem.code == "SM336"


def utc(*parts):
    return dt.datetime(*parts, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("rule", "text", "expected"),
    [
        ({"time_zone": "UTC"}, "2026-03-04 10:00", utc(2026, 3, 4, 10)),
        ({"time_zone": "Europe/Rome"}, "2026-01-04T10:00:30.25", utc(2026, 1, 4, 9, 0, 30, 250000)),
        ({"time_zone": "Europe/Rome"}, "2026-07-04 10:00", utc(2026, 7, 4, 8)),
        ({}, "2026-07-04T10:00:00Z", utc(2026, 7, 4, 10)),
        ({}, "2026-07-04 10:00:00+05:30", utc(2026, 7, 4, 4, 30)),
        ({}, "2026-07-04 10:00:00-0130", utc(2026, 7, 4, 11, 30)),
        ({"time_zone": "Europe/Rome"}, "2026-07-04 10:00:00+00", utc(2026, 7, 4, 10)),
        ({"time_zone": "Europe/Rome", "offsets": "ignore"}, "2026-07-04 10:00:00+00:00", utc(2026, 7, 4, 8)),
        ({"time_zone": "UTC", "order": "dmy"}, "4.7.2026 9:05", utc(2026, 7, 4, 9, 5)),
        ({"time_zone": "UTC", "order": "mdy"}, "07/04/2026 09:05:06 PM", utc(2026, 7, 4, 21, 5, 6)),
        ({"time_zone": "UTC", "format": "%Y%m%d%H%M"}, "202607040905", utc(2026, 7, 4, 9, 5)),
        ({"time_zone": "UTC", "date_alone": "start"}, "2026-07-04", utc(2026, 7, 4)),
        ({"time_zone": "Europe/Rome", "date_alone": "end"}, "2026-07-04", utc(2026, 7, 4, 22)),
    ],
)
def test_times_become_instants(load, rule, text, expected):
    assert load(f"t\n{text}\n", columns(t="datetime") | {"dates": rule}).table.to_pylist() == [{"t": expected}]


def test_times_without_zone_and_dates_without_time_are_refused(refuse):
    zone, alone = refuse("t\n2026-07-04 10:00\n2026-07-05\n", columns(t="datetime"))[::-1]

    assert zone.where == "export.csv, column t, row 2"
    assert "time_zone: Europe/Rome" in zone.fix
    assert alone.where == "export.csv, column t, row 3"
    assert "date_alone: start" in alone.fix


def test_column_may_have_its_own_dates(load):
    mapping = columns(a="date", b="date") | {"dates": {"order": "dmy"}}
    mapping["columns"]["b"]["dates"] = {"order": "mdy"}

    assert load("a,b\n01/02/2026,01/02/2026\n", mapping).table.to_pydict() == {
        "a": [dt.date(2026, 2, 1)],
        "b": [dt.date(2026, 1, 2)],
    }


# Rows


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


CASES = {
    "layout": "cases",
    "columns": {
        "case": {"from": "id", "type": "text", "required": True},
        "opened": {"from": "day", "type": "date", "required": True},
        "n": {"from": "n", "type": "whole"},
    },
}
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


# Events

EVENTS = {
    "layout": "events",
    "dates": {"time_zone": "UTC"},
    "columns": {
        "case": {"from": "id", "type": "text", "required": True},
        "activity": {"from": "act", "type": "text"},
        "at": {"from": "at", "type": "datetime"},
        "staff": {"from": "who", "type": "text"},
    },
    "events": {
        "ignore": ["auto-close"],
        "clocks": {
            "first_response": {"activities": ["take", "answer"]},
            "resolved": {"activities": ["solve"], "take": "last"},
        },
        "counts": {"takes": {"activities": ["take"]}, "reopened": {"activities": ["take"], "after": ["solve"]}},
        "pauses": [{"start": ["wait"], "end": ["take", "solve"]}],
        "keep": {"staff": {"column": "staff", "take": "last"}},
    },
}
LOG = """id,act,at,who
A,new,2026-01-01 08:00,x
A,take,2026-01-01 09:00,x
B,new,2026-01-01 08:30,y
A,wait,2026-01-01 10:00,x
A,wait,2026-01-01 10:30,x
A,solve,2026-01-01 12:00,z
A,solve,2026-01-01 12:00,z
A,take,2026-01-02 09:00,z
A,solve,2026-01-02 10:00,w
A,auto-close,2026-02-02 10:00,robot
B,wait,2026-01-01 09:30,y
"""


def test_events_become_cases(load):
    result = load(LOG, EVENTS)

    first, second = result.table.to_pylist()
    assert first == {
        "case": "A",
        "opened": utc(2026, 1, 1, 8),
        "first_response": utc(2026, 1, 1, 9),
        "resolved": utc(2026, 1, 2, 10),
        "takes": 2,
        "reopened": 1,
        "staff": "w",
        "pauses": [{"start": utc(2026, 1, 1, 10), "end": utc(2026, 1, 1, 12)}],
        "events": 7,
    }
    assert (second["case"], second["resolved"], second["pauses"]) == (
        "B",
        None,
        [{"start": utc(2026, 1, 1, 9, 30), "end": None}],
    )


def test_events_are_reconciled_and_unused_activities_named(load):
    result = load(LOG, EVENTS)

    reconciliation = result.reconciliation
    assert (reconciliation.rows_in, reconciliation.rows_used, reconciliation.records) == (11, 9, 2)
    assert {(part.kind, part.rows) for part in reconciliation.set_aside} == {("duplicate", 1), ("ignored", 1)}
    assert result.profile.warnings[0] == "Activities without a meaning in the mapping: new (2)."


def test_events_without_a_time_are_refused(refuse):
    (problem,) = refuse("id,act,at,who\nA,new,,x\n", EVENTS)

    assert (problem.code, problem.what) == ("SM336", '1 events have no "at".')


def test_events_may_be_opened_by_an_activity(load):
    mapping = EVENTS | {"events": EVENTS["events"] | {"opened": {"activities": ["take"]}}}

    result = load(LOG, mapping)

    assert result.table.column("opened").to_pylist() == [utc(2026, 1, 1, 9), None]


def test_events_of_a_case_outside_the_period_are_set_aside_together(load):
    log = LOG + "C,new,2025-01-01 08:00,x\nC,solve,2026-01-01 08:00,x\n"
    mapping = EVENTS | {"period": {"column": "opened", "outside": "set-aside"}}

    result = load(log, mapping, period=Period(dt.date(2026, 1, 1), dt.date(2026, 1, 31)))

    assert result.table.column("case").to_pylist() == ["A", "B"]
    assert {part.kind: part.rows for part in result.reconciliation.set_aside}["period"] == 2


# Workbooks and Parquet


def workbook(path, cells, sheets=("Data",)):
    with xlsxwriter.Workbook(path) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        time = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        for name in sheets:
            page = book.add_worksheet(name)
            for row, column, value in cells:
                if isinstance(value, dt.datetime):
                    page.write_datetime(row, column, value, time)
                elif isinstance(value, dt.date):
                    page.write_datetime(row, column, value, day)
                else:
                    page.write(row, column, value)
    return path


def test_workbook_cells_keep_their_types_beside_text(tmp_path):
    file = workbook(
        tmp_path / "x.xlsx",
        [
            (0, 0, "n"),
            (0, 1, "d"),
            (0, 2, "t"),
            (1, 0, 12.5),
            (1, 1, dt.date(2026, 3, 4)),
            (1, 2, dt.datetime(2026, 3, 4, 10, 30)),  # noqa: DTZ001 - a workbook knows no zones
            (3, 0, "1.234,5"),
            (3, 1, "05/03/2026"),
            (3, 2, "-99"),
        ],
    )
    mapping = columns(n="decimal", d="date", t="datetime") | {
        "numbers": {"decimal": ",", "thousands": "."},
        "dates": {"order": "dmy", "time_zone": "UTC"},
        "missing": [-99],
    }

    result = import_table(file, mapping_from(mapping))

    assert result.table.to_pydict() == {
        "n": [12.5, 1234.5],
        "d": [dt.date(2026, 3, 4), dt.date(2026, 3, 5)],
        "t": [utc(2026, 3, 4, 10, 30), None],
    }


def test_workbook_errors_and_formulas_are_refused_by_address(tmp_path):
    file = workbook(tmp_path / "x.xlsx", [(0, 0, "n"), (1, 0, "=1+1"), (2, 0, 3)])
    with xlsxwriter.Workbook(tmp_path / "e.xlsx") as book:
        page = book.add_worksheet("Data")
        page.write(0, 0, "n")
        page.write_formula(1, 0, "=NA()", None, "#N/A")

    with pytest.raises(SealmarkError) as formula:
        import_table(file, mapping_from(columns(n="whole")))
    with pytest.raises(SealmarkError) as error:
        import_table(tmp_path / "e.xlsx", mapping_from(columns(n="whole") | {"file": {"formulas": "values"}}))

    assert formula.value.problems[0].what == "1 cells hold a formula: A2."
    assert error.value.problems[0].what == "1 cells hold an error such as #N/A: A2."
    assert (formula.value.codes, error.value.codes) == (("SM335",), ("SM335",))


def test_workbook_formula_values_are_read_when_declared(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "x.xlsx") as book:
        page = book.add_worksheet("Data")
        page.write(0, 0, "n")
        page.write_formula(1, 0, "=2*21", None, 42)

    result = import_table(tmp_path / "x.xlsx", mapping_from(columns(n="whole") | {"file": {"formulas": "values"}}))

    assert result.table.to_pydict() == {"n": [42]}


def test_workbook_with_several_sheets_needs_a_name(tmp_path):
    file = workbook(tmp_path / "x.xlsx", [(0, 0, "n"), (1, 0, 1)], sheets=("One", "Two"))

    with pytest.raises(SealmarkError) as none:
        import_table(file, mapping_from(columns(n="whole")))
    with pytest.raises(SealmarkError) as wrong:
        import_table(file, mapping_from(columns(n="whole") | {"file": {"sheet": "Tow"}}))

    assert none.value.problems[0].fix == "Add `sheet: NAME` under `file`. Sheets: One, Two."
    assert wrong.value.problems[0].fix.startswith('Did you mean "Two"?')
    assert import_table(file, mapping_from(columns(n="whole") | {"file": {"sheet": "Two"}})).table.num_rows == 1


def test_parquet_is_read_alike(tmp_path):
    file = tmp_path / "x.parquet"
    moment = utc(2026, 3, 4, 10, 30)
    table = pa.table({"n": [12.5, -99.0], "w": [3, -99], "d": [dt.date(2026, 3, 4)] * 2, "t": [moment, moment]})
    pq.write_table(table, file)
    mapping = columns(n="decimal", w="whole", d="date", t="datetime")
    mapping |= {"numbers": {"decimal": ",", "thousands": "."}, "dates": {"order": "mdy"}, "missing": [-99]}

    result = import_table(file, mapping_from(mapping))

    assert result.table.to_pydict() == {
        "n": [12.5, None],
        "w": [3, None],
        "d": [dt.date(2026, 3, 4)] * 2,
        "t": [moment, moment],
    }


def test_cut_parquet_is_refused(tmp_path):
    file = tmp_path / "x.parquet"
    pq.write_table(pa.table({"n": list(range(100))}), file)
    file.write_bytes(file.read_bytes()[:-10])

    with pytest.raises(SealmarkError) as caught:
        import_table(file, mapping_from(columns(n="whole")))

    assert caught.value.codes == ("SM334",)


# Profile


def test_profile_describes_each_column(load):
    result = load(
        "n,s,d\n3,a,2026-01-01\n1,a,2027-01-01\n,b,\n2,,2026-01-01\n",
        columns(n="whole", s="text", d="date"),
        as_of=dt.date(2026, 6, 1),
    )

    profile = {column.name: column for column in result.profile.columns}
    assert (profile["n"].count, profile["n"].missing, profile["n"].lowest, profile["n"].highest) == (3, 1, "1", "3")
    assert profile["s"].top == (("a", 2), ("b", 1))
    assert profile["d"].highest == "2027-01-01"
    assert result.profile.warnings == ("d: dates up to 2027-01-01 lie after 2026-06-01.",)


def test_profile_warns_of_constant_and_mostly_missing_columns(load):
    result = load("a,b\n5,\n5,1\n05,\n", columns(a="whole", b="whole"))

    assert result.profile.warnings == ("a: every value is the same.", "b: 2 of 3 values are missing.")


def test_profile_does_not_list_many_different_texts(load):
    content = "name\n" + "".join(f"person {n}\n" for n in range(10))

    assert load(content, columns(name="text")).profile.columns[0].top == ()


def test_profile_warns_of_clocks_that_run_backwards(load):
    mapping = CASES | {"columns": CASES["columns"] | {"resolved": {"from": "r", "type": "date"}}}

    result = load("id,day,n,r\nA,2026-01-05,1,2026-01-01\nB,2026-01-04,2,2026-01-06\n", mapping)

    assert result.profile.warnings == ("resolved: 1 cases have it before they were opened.",)


def test_results_have_json_forms(load):
    result = load("a\n1\n1\n", columns(a="whole"))

    assert result.reconciliation.to_json()["rows_in"] == 2
    assert result.profile.to_json()["columns"][0]["top"] == [["1", 2]]


# Rarely met


def test_tab_file_needs_no_delimiter(load):
    assert load("a\tb\n1\t2\n", columns(a="whole", b="whole"), "x.tsv").table.to_pydict() == {"a": [1], "b": [2]}


def test_quotes_may_be_switched_off(load):
    mapping = columns(a="whole", b="text") | {"file": {"quote": ""}}

    assert load('a,b\n1,say "hi\n2,x\n', mapping).table.column("b").to_pylist() == ['say "hi', "x"]


def test_gzip_cut_at_its_head_is_refused(refuse):
    assert [problem.code for problem in refuse(b"\x1f\x8b\x08", columns(a="whole"), "x.csv.gz")] == ["SM334"]


def test_bytes_that_are_no_text_in_any_usual_encoding_are_refused(refuse):
    (problem,) = refuse(b"a\n\xff\xff\x00\x98\n", columns(a="text"))

    assert problem.code == "SM332"


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


def test_as_of_may_be_a_moment(load, refuse):
    mapping = EVENTS | {"period": {"column": "opened", "outside": "set-aside"}}
    half_past = dt.datetime(2026, 1, 1, 8, 15, tzinfo=dt.UTC)

    result = load(LOG, mapping, as_of=half_past)

    assert result.table.column("case").to_pylist() == ["A"]


def test_two_kinds_of_pauses_are_listed_together(load):
    pauses = [{"start": ["wait"], "end": ["take", "solve"]}, {"start": ["take"]}]

    result = load(LOG, EVENTS | {"events": EVENTS["events"] | {"pauses": pauses}})

    assert result.table.column("pauses").to_pylist()[0] == [
        {"start": utc(2026, 1, 1, 10), "end": utc(2026, 1, 1, 12)},
        {"start": utc(2026, 1, 1, 9), "end": utc(2026, 1, 1, 10)},
        {"start": utc(2026, 1, 2, 9), "end": utc(2026, 1, 2, 10)},
    ]


def test_reconciliation_that_does_not_add_up_is_an_error():
    with pytest.raises(SealmarkError) as caught:
        Reconciliation("x.csv", {}, 10, 8, (SetAside("total", "totals row", 1, (11,)),), 8)

    assert caught.value.codes == ("SM340",)


def test_workbook_rows_are_named_by_their_number(tmp_path):
    file = workbook(tmp_path / "x.xlsx", [(0, 0, "n"), (1, 0, 1), (4, 0, "x")])

    with pytest.raises(SealmarkError) as caught:
        import_table(file, mapping_from(columns(n="whole")))

    assert caught.value.problems[0].where == "x.xlsx, column n, row 5"


def test_workbook_without_headings_and_broken_workbook_are_refused(tmp_path):
    file = workbook(tmp_path / "x.xlsx", [(1, 0, "n"), (2, 0, 1)])
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04broken")

    for path in (file, tmp_path / "broken.xlsx"):
        with pytest.raises(SealmarkError) as caught:
            import_table(path, mapping_from(columns(n="whole")))
        assert caught.value.codes == ("SM331",)


def test_parquet_rows_are_named_by_their_number(tmp_path):
    pq.write_table(pa.table({"n": ["1", "x"]}), tmp_path / "x.parquet")

    with pytest.raises(SealmarkError) as caught:
        import_table(tmp_path / "x.parquet", mapping_from(columns(n="whole")))

    assert caught.value.problems[0].where == "x.parquet, column n, row 2"


def test_order_of_a_large_file_is_kept(load):
    numbers = [(n * 7919) % 1_000_003 for n in range(400_000)]
    content = "n,filler\n" + "".join(f"{n},{'x' * 30}\n" for n in numbers)

    assert load(content, columns(n="whole")).table.column("n").to_pylist() == numbers
