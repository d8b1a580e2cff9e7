"""Judgement tables: every wrong row is told, every kind of table file is read alike."""

import gzip
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from tests.library.evaluation.small import CASE, changed, edition, gathered, problems, write_case, write_light_case

from sealmark.core.canonical import canonical_bytes
from sealmark.evaluation.evidence.marks import requirements_to_mark

HEAD = "requirement,site,assessor,dimension,unit,mark,date,note\n"
REQUIREMENTS = "greeting, hotline, improved, liked, manual-kept, polite, quick, trained, visible"


def told(tmp_path, rows, head=HEAD):
    content = rows if isinstance(rows, bytes) else head + rows
    folder = write_light_case(tmp_path / "case", {"judgements.csv": content})
    return [(item.code, item.what, item.where.removeprefix("judgements.csv, "), item.fix) for item in problems(folder)]


TEN = "Legal: 0 to 10 in steps of 0.5; empty when not marked."
WRONG = [
    ("polite,site-1,Ada,,,11,,", "SM307", '"11" is not legal in the column "mark".', "mark", TEN),
    ("polite,site-1,Ada,,,7.3,,", "SM307", '"7.3" is not legal in the column "mark".', "mark", TEN),
    ('polite,site-1,Ada,,,"7,5",,', "SM307", '"7,5" is not legal in the column "mark".', "mark", TEN),
    ("polite,site-1,Ada,,,NaN,,", "SM307", '"NaN" is not legal in the column "mark".', "mark", TEN),
    ("polite,site-1,Ada,,,1_0,,", "SM307", '"1_0" is not legal in the column "mark".', "mark", TEN),
    ("greeting,site-1,Ada,,u1,maybe,,", "SM307", '"maybe" is not legal in the column "mark".', "mark", "Legal: no, yes; empty when not marked."),
    ("polit,site-1,Ada,,,7,,", "SM308", '"polit" is not known in the column "requirement".', "requirement",
     f'Did you mean "polite"? Legal: {REQUIREMENTS}.'),
    (",site-1,Ada,,,7,,", "SM307", 'The cell "requirement" is empty.', "requirement", "Fill it in."),
    ("polite,place,Ada,,,7,,", "SM308", '"place" is not known in the column "site".', "site", "Legal: site-1, site-2, site-3, site-4."),
    ("visible,site-1,Ada,livd,,yes,,", "SM308", '"livd" is not known in the column "dimension".', "dimension",
     'Did you mean "lived"? Legal: lived, set-out.'),
    ("visible,site-1,Ada,,,yes,,", "SM307", 'The cell "dimension" is empty.', "dimension", "Fill it in."),
    ("polite,site-1,Ada,lived,,7,,", "SM308", 'The requirement "polite" has one mark, not one for "lived".', "dimension", "Leave the cell empty."),
    ("liked,site-1,Ada,,,7,,", "SM310", 'The requirement "liked" is not judged by marks.', "requirement", "Remove the row."),
    ("polite,site-1,Ada,,,7,2026-07-01,", "SM312", "2026-07-01 lies after the as-of date 2026-06-30.", "date",
     "Correct the date, or as_of in case.yaml."),
    ("polite,site-1,Ada,,,7,2025-12-31,", "SM312", "2025-12-31 lies before the period, which begins on 2026-01-01.", "date",
     "Correct the date, or the period in case.yaml."),
    ("polite,site-1,Ada,,,7,31.01.2026,", "SM307", '"31.01.2026" is not legal in the column "date".', "date", "Legal: a date such as 2026-01-31."),
    ("polite,site-1,Ada,,,7,2026-02-30,", "SM307", '"2026-02-30" is not legal in the column "date".', "date", "Legal: a date such as 2026-01-31."),
    ("polite,site-1,Ada,,,7,2026-01-31x,", "SM307", '"2026-01-31x" is not legal in the column "date".', "date", "Legal: a date such as 2026-01-31."),
]  # fmt: skip


@pytest.mark.parametrize(("row", "code", "what", "column", "fix"), WRONG, ids=[row[0] for row in WRONG])
def test_a_wrong_row_is_told_with_column_and_cure(tmp_path, row, code, what, column, fix):
    good = "polite,site-2,Ada,,,7,2026-03-03,\n"

    assert told(tmp_path, f"{good}{row}\n") == [(code, what, f"row 3, column {column}", fix)]


UNITS = [
    (
        "polite,site-1,,,,7,5",
        'The requirement "polite" is judged as a whole, not by drawn units.',
        "Leave the cell empty.",
    ),
    (
        "greeting,site-1,,,a,yes,0",
        '"0" is not legal in the column "units".',
        "Legal: a whole number from 1 to 100,000.",
    ),
    (
        "greeting,site-1,,,a,yes,100001",
        '"100001" is not legal in the column "units".',
        "Legal: a whole number from 1 to 100,000.",
    ),
    (
        "greeting,site-1,,,a,yes,1.5",
        '"1.5" is not legal in the column "units".',
        "Legal: a whole number from 1 to 100,000.",
    ),
]


@pytest.mark.parametrize(("row", "what", "fix"), UNITS)
def test_units_count_only_in_samples_and_in_reason(tmp_path, row, what, fix):
    found = told(tmp_path, row + "\n", "requirement,site,assessor,dimension,unit,mark,units\n")

    assert found == [("SM307", what, "row 2, column units", fix)]


def test_two_marks_that_contradict_each_other_are_refused(tmp_path):
    found = told(tmp_path, "polite,site-1,Ada,,,7,,\npolite,site-1,Ada,,,8,,\n")

    what = 'Two marks for polite, site-1, Ada: "7" and "8".'
    assert found == [("SM313", what, "row 3, column mark", "Keep one; the other is in judgements.csv, row 2.")]


def test_a_mark_and_none_for_the_same_place_contradict_each_other(tmp_path):
    found = told(tmp_path, "polite,site-1,Ada,,,7,,\npolite,site-1,Ada,,,,,\n")

    assert [item[1] for item in found] == ['Two marks for polite, site-1, Ada: "7" and "empty".']


def test_the_same_mark_with_another_date_is_asked_about(tmp_path):
    found = told(tmp_path, "polite,site-1,Ada,,,7,2026-03-01,\npolite,site-1,Ada,,,7,2026-03-02,\n")

    assert [item[1] for item in found] == ['Two marks for polite, site-1, Ada: twice "7", in rows that are not alike.']


def test_units_without_names_are_refused_even_when_alike(tmp_path):
    found = told(tmp_path, "greeting,site-1,Ada,,,yes,,\ngreeting,site-1,Ada,,,yes,,\n")

    what = "Several units of greeting, site-1, Ada have no name to tell them apart."
    fix = "Name each in the column `unit`, or write alike ones in one row with their number in `units`."
    assert found == [("SM313", what, "row 3, column unit", fix)]


def test_exact_copies_of_a_row_are_set_aside_and_counted(tmp_path):
    copied = CASE["judgements.csv"] + "polite,site-2,Ada,,,7,2026-03-03,\n"
    folder = write_light_case(tmp_path / "case", {"judgements.csv": copied})

    found = gathered(folder)

    assert len(found.evidence.judgements["polite"]) == 2
    assert found.imports["judgements.csv"]["reconciliation"] == {
        "file": "judgements.csv", "facts": {}, "rows_in": 11, "rows_used": 10, "records": 10,
        "set_aside": [{"kind": "duplicate", "reason": "exact copy of an earlier row", "rows": 1, "first_rows": [12]}],
    }  # fmt: skip


def test_marks_of_two_visits_in_different_modes_are_both_kept(tmp_path):
    rows = "polite,site-1,Ada,announced-visit,7\npolite,site-1,Ada,mystery-visit,5\n"
    folder = write_light_case(tmp_path / "case", {"judgements.csv": "requirement,site,assessor,mode,mark\n" + rows})

    assert [mark.mark for mark in gathered(folder).evidence.judgements["polite"]] == [Decimal(7), Decimal(5)]


FORM = [
    ("", "SM331", "The file is empty.", "judgements.csv", "Fill it in, or take it out of case.yaml."),
    ("\n\n", "SM331", "The file is empty.", "judgements.csv", "Fill it in, or take it out of case.yaml."),
    (HEAD, "SM331", "The table has headings but no rows.", "judgements.csv", "Fill it in, or take it out of case.yaml."),
    (f"\n{HEAD}", "SM331", "The first row, where the headings should be, is empty.", "judgements.csv",
     "Write the headings into the first row: requirement, mark, legal, site, assessor, dimension, unit, units, mode, date, note."),
    (HEAD + 'polite,site-1,Ada,,,7,,"half a no', "SM339",
     "The row cannot be read: unexpected end of data. A quote opens or closes in the wrong place, or the file was cut.", "row 2",
     'Look for a lone " in this row; inside a quoted cell write it twice.'),
    (HEAD + "polite,site-1,Ada,,,7,,\npolite,si", "SM339", "1 row has too few cells.", "row 3",
     "Each row needs 8 cells. The file may have been cut, or a cell holds an unquoted delimiter."),
    (HEAD + "polite,site-1,Ada,,,7,,a,b\n", "SM339", "1 row has too many cells.", "row 2",
     "Each row needs 8 cells. The file may have been cut, or a cell holds an unquoted delimiter."),
    ("requirement,mark,mark\npolite,7,8\n", "SM338", 'The heading "mark" stands 2 times.', "row 1", "Give each column its own heading."),
    ("requirement,mark,\npolite,7,8\n", "SM338", "Column 3 has no heading, but 1 of its cells are filled.", "row 2", "Give it a heading, or empty it."),
    ("requirement,site\npolite,site-1\n", "SM305", 'The column "mark" is missing.', "row 1",
     "Columns: requirement, mark, legal, site, assessor, dimension, unit, units, mode, date, note."),
    ("requirement,mark,markk\npolite,7,\n", "SM306", 'The column "markk" is not known.', "row 1",
     'Did you mean "mark"? Legal: assessor, date, dimension, legal, mark, mode, note, requirement, site, unit, units.'),
    (b"\xd0\xcf\x11\xe0 old", "SM331", "The file is a workbook of the old binary form.", "judgements.csv", "Save it as .xlsx or as CSV."),
    (b"PK\x03\x04 cut", "SM331", "The workbook cannot be read: Cannot detect file format.", "judgements.csv", "Save it again as .xlsx."),
    (b"PAR1 cut", "SM334", "The Parquet file cannot be read: it was cut or is damaged.", "judgements.csv", "Copy or export it again."),
    (gzip.compress((HEAD + "polite,site-1,Ada,,,7,,\n" * 500).encode())[:-9], "SM334",
     "The compressed file ends before its end or is damaged.", "judgements.csv", "Copy or export it again."),
    ((HEAD + "polite,site-1,Ада,,,7,,\n").encode("windows-1251"), "SM332",
     "The file is not UTF-8. The line would read as windows-1251: Ада; windows-1252: Àäà; windows-1250: Ŕäŕ; koi8-r: юДЮ.", "line 2",
     "Save it as CSV UTF-8 or as XLSX, or name it in case.yaml as {file: ..., mapping: ...} with its `encoding` in the mapping."),
]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "code", "what", "where", "fix"), FORM, ids=[f"{row[1]}-{number}" for number, row in enumerate(FORM)]
)
def test_a_table_of_the_wrong_form_is_told_whole(tmp_path, content, code, what, where, fix):
    assert told(tmp_path, content if isinstance(content, bytes) else content.encode()) == [(code, what, where, fix)]


def test_every_missing_and_unknown_column_is_told_at_once(tmp_path):
    found = told(tmp_path, b"requirment,notes\npolite,7\n")

    assert [item[:2] for item in found] == [
        ("SM305", 'The column "requirement" is missing.'),
        ("SM305", 'The column "mark" is missing.'),
        ("SM306", 'The column "requirment" is not known.'),
        ("SM306", 'The column "notes" is not known.'),
    ]


def as_workbook(path, text):
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("marks")
        for number, line in enumerate(text.splitlines()):
            for place, cell in enumerate(line.split(",")):
                if cell.replace(".", "").isdigit():
                    sheet.write_number(number, place, float(cell))
                elif cell:
                    sheet.write_string(number, place, cell)


def as_parquet(path, text):
    head, *rows = [line.split(",") for line in text.splitlines()]
    columns = {name: [row[place] or None for row in rows] for place, name in enumerate(head)}
    pq.write_table(pa.table({name: pa.array(cells, pa.string()) for name, cells in columns.items()}), path)


WRITERS = {
    "semicolons": lambda path, text: path.write_text(text.replace(",", ";")),
    "tabs": lambda path, text: path.write_text(text.replace(",", "\t")),
    "spreadsheet": lambda path, text: path.write_bytes(
        ("\ufeff" + text.replace(",", ";").replace("\n", "\r\n")).encode()
    ),
    "utf-16": lambda path, text: path.write_bytes(text.encode("utf-16")),
    "gzip": lambda path, text: path.write_bytes(gzip.compress(text.encode())),
    "blank lines": lambda path, text: path.write_text(text.replace("\n", "\n\n", 3) + ",,,,,,,\n"),
    "xlsx": as_workbook,
    "parquet": as_parquet,
}


@pytest.mark.parametrize("kind", WRITERS)
def test_every_kind_of_table_file_is_read_like_plain_csv(tmp_path, kind):
    plain = gathered(write_light_case(tmp_path / "case")).evidence
    folder = write_light_case(tmp_path / "case")
    for name in ("judgements.csv", "documents.csv", "sites.csv", "persons.csv", "actions.csv"):
        (folder / name).unlink()
        WRITERS[kind](folder / name, CASE[name])

    found = gathered(folder).evidence

    assert [mark.mark for marks in found.judgements.values() for mark in marks] == [
        mark.mark for marks in plain.judgements.values() for mark in marks
    ]
    assert {name: (item.dated, item.valid_until) for name, item in found.documents.items()} == {
        name: (item.dated, item.valid_until) for name, item in plain.documents.items()
    }
    assert (found.sites, found.persons, found.actions) == (plain.sites, plain.persons, plain.actions)


def test_the_row_of_a_mistake_is_that_of_the_spreadsheet(tmp_path):
    folder = write_light_case(tmp_path / "case", {"judgements.csv": b""})
    as_workbook(folder / "judgements.csv", HEAD + "\npolite,site-1,Ada,,,7,,\n\npolite,site-2,Ada,,,11,,\n")

    assert [item.where for item in problems(folder)] == ["judgements.csv, row 5, column mark"]


def test_a_workbook_of_two_sheets_is_not_guessed_at(tmp_path):
    folder = write_light_case(tmp_path / "case")
    with xlsxwriter.Workbook(folder / "judgements.csv") as book:
        book.add_worksheet("a")
        book.add_worksheet("b")

    assert [(item.code, item.fix) for item in problems(folder)] == [
        ("SM331", "Keep one sheet in the workbook, or save the sheet as CSV.")
    ]


def test_a_workbook_with_formulas_is_refused(tmp_path):
    folder = write_light_case(tmp_path / "case")
    with xlsxwriter.Workbook(folder / "judgements.csv") as book:
        sheet = book.add_worksheet("a")
        sheet.write_row(0, 0, ["requirement", "mark"])
        sheet.write_row(1, 0, ["polite", "=3+4"])

    assert [(item.code, item.fix) for item in problems(folder)] == [
        ("SM335", "Save the values only; cells may hold neither formulas nor errors.")
    ]


MAPPING = """\
file: {encoding: windows-1251, delimiter: ";"}
numbers: {decimal: ","}
columns:
  requirement: {from: Требование, type: text}
  site: {from: Точка, type: text}
  mark: {from: Оценка, type: decimal}
"""


def mapped(rows, mapping=MAPPING):
    start, end = CASE["case.yaml"].index("surveys:"), CASE["case.yaml"].index("judgements:")
    case = (CASE["case.yaml"][:start] + CASE["case.yaml"][end:]).replace(
        "[judgements.csv]", "[{file: marks/j.csv, mapping: marks/m.yaml}]"
    )
    text = "Требование;Точка;Оценка;Прочее\n" + rows
    return {"case.yaml": case, "marks/j.csv": text.encode("windows-1251"), "marks/m.yaml": mapping}


def test_a_mapped_table_is_read_and_its_rows_are_reconciled(tmp_path):
    folder = write_light_case(tmp_path / "case", mapped("polite;site-1;7,5;a\npolite;site-2;8;b\n"))

    found = gathered(folder)

    assert [mark.mark for mark in found.evidence.judgements["polite"]] == [Decimal("7.5"), Decimal(8)]
    assert found.imports["marks/j.csv"]["reconciliation"]["rows_used"] == 2


def test_a_mistake_in_a_mapped_table_names_the_file_by_its_path(tmp_path):
    folder = write_light_case(tmp_path / "case", mapped("polite;site-1;7,5;a\npolite;site-9;8;b\n"))

    assert [(item.code, item.where) for item in problems(folder)] == [("SM308", "marks/j.csv, row 3, column site")]


def test_a_mistake_in_the_mapping_names_the_mapping_by_its_path(tmp_path):
    folder = write_light_case(tmp_path / "case", mapped("polite;site-1;7,5;a\n", MAPPING + "layuot: table\n"))

    assert [(item.code, item.where) for item in problems(folder)] == [
        ("SM330", "marks/m.yaml, line 7, column 1, layuot")
    ]


def test_the_order_of_the_tables_does_not_matter(tmp_path):
    lines = CASE["judgements.csv"].splitlines(keepends=True)
    parts = {"a.csv": "".join(lines[:6]), "b.csv": lines[0] + "".join(lines[6:]), "judgements.csv": None}
    one = write_case(tmp_path / "one", {**parts, **changed("case.yaml", "[judgements.csv]", "[a.csv, b.csv]")})
    other = write_case(tmp_path / "other", {**parts, **changed("case.yaml", "[judgements.csv]", "[b.csv, a.csv]")})

    assert gathered(one).evidence.judgements == gathered(other).evidence.judgements
    assert canonical_bytes(gathered(one).imports) == canonical_bytes(gathered(other).imports)


def test_the_hint_at_legal_marks_is_not_read(tmp_path):
    head = "requirement,legal,site,assessor,dimension,unit,mark,note\n"
    rows = "polite,0 to 10,site-1,Ada,,,7,\npolite,,site-1,Ada,,,7,\npolite,=1,site-2,Ada,,,,\n"

    found = gathered(write_light_case(tmp_path / "case", {"judgements.csv": head + rows}))

    assert [mark.mark for mark in found.evidence.judgements["polite"]] == [Decimal(7), None]
    assert found.imports["judgements.csv"]["reconciliation"]["rows_used"] == 2


def test_requirements_to_mark_are_those_judged_or_sampled():
    assert sorted(requirements_to_mark(edition())) == ["greeting", "polite", "visible"]
