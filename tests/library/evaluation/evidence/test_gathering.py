"""Surveys and records of a case, and the promise that all problems of all files come at once."""

import gzip

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from tests.library.evaluation.small import CASE, changed, gathered, problems, write_case

SURVEY = CASE["surveys/customers.csv"]
TICKETS = CASE["records/tickets.csv"]
QUESTIONS = "surveys/customers.csv"
RECORDS = "records/tickets.csv"


def told(tmp_path, changes):
    folder = write_case(tmp_path / "case", changes)
    return [(item.code, item.what, item.where, item.fix) for item in problems(folder)]


CUT = gzip.compress((SURVEY * 500).encode())[:-9]
WRONG = {
    "answer off the scale": (
        {QUESTIONS: SURVEY.replace("r0,site-1,6,1,0", "r0,site-1,11,1,0")},
        ("SM336", "surveys/customers.csv, column q1, row 2", 'Legal: from 1 to 10. If the value is a code for no answer, add it: `missing: ["11"]`.'),
    ),
    "answer that is no choice": (
        {QUESTIONS: SURVEY.replace("r0,site-1,6,1,0", "r0,site-1,6,1,7")},
        ("SM336", "surveys/customers.csv, column again, row 2", 'Legal: 0, 1. If the value is a code for no answer, add it: `missing: ["7"]`.'),
    ),
    "answer that is text": (
        {QUESTIONS: SURVEY.replace("r0,site-1,6,1,0", "r0,site-1,good,1,0")},
        ("SM336", "surveys/customers.csv, column q1, row 2",
         'If the text means no answer, add `missing: ["good"]`; or `unreadable: missing` for all such cells.'),
    ),
    "item without a column": (
        {QUESTIONS: SURVEY.replace("q1", "Q1")},
        ("SM338", "surveys/customers.csv", "Legal: Q1, again, q2, respondent, site."),
    ),
    "unknown site": (
        {QUESTIONS: SURVEY.replace("r0,site-1", "r0,place")},
        ("SM318", "surveys/customers.csv, column site",
         "Legal: site-1, site-2, site-3, site-4. Correct the name, or add the site to the list."),
    ),
    "respondent twice": (
        {QUESTIONS: SURVEY + "r0,site-1,9,1,0\n"},
        ("SM337", "surveys/customers.csv, row 14", "Correct the file, or choose under `duplicates`: `contradictory: first` or `contradictory: last`."),
    ),
    "header only": ({QUESTIONS: "respondent,site,q1,q2,again\n"}, ("SM331", "surveys/customers.csv", "Export it again with its rows.")),
    "empty": ({QUESTIONS: ""}, ("SM331", "surveys/customers.csv", "Fill it in, or take it out of case.yaml.")),
    "cut in a row": (
        {QUESTIONS: SURVEY[:-7]},
        ("SM339", "surveys/customers.csv, row 13",
         "Each row must have 5 cells. The file may have been cut, or a cell holds an unquoted delimiter."),
    ),
    "cut archive": ({QUESTIONS: CUT}, ("SM334", "surveys/customers.csv", "Copy or export it again.")),
    "weight column": (
        changed("case.yaml", "site: site}", "site: site, design: {weight: w}}"),
        ("SM338", "surveys/customers.csv", "Legal: again, q1, q2, respondent, site."),
    ),
    "population below the sample": (
        changed("case.yaml", "site: site}", "site: site, design: {population: 5}}"),
        ("SM407", "surveys/customers.csv", "Count clusters if there are clusters, otherwise rows."),
    ),
    "record before the period": (
        {RECORDS: TICKETS.replace("2026-02-01 09", "2025-02-01 09")},
        ("SM341", "records/tickets.csv, row 2", "Check the period, or add `period: {column: opened, outside: set-aside}` to the mapping."),
    ),
    "record twice": (
        {RECORDS: TICKETS + "t0,2026-02-01 09:00,2026-02-05 10:00,site-1\n"},
        ("SM337", "records/tickets.csv, row 14", "Correct the file, or choose under `duplicates`: `contradictory: first` or `contradictory: last`."),
    ),
    "record at an unknown site": (
        {RECORDS: TICKETS.replace("site-4", "place")},
        ("SM318", "records/tickets.csv, column site",
         "Legal: site-1, site-2, site-3, site-4. Correct the name, or add the site to the list."),
    ),
    "column of the mapping": (
        {RECORDS: TICKETS.replace("Solved", "Closed")},
        ("SM338", "records/tickets.csv", "Legal: Branch, Closed, Created, Number."),
    ),
    "what a measure needs": (
        {"mappings/tickets.yaml": CASE["mappings/tickets.yaml"].replace("  resolved: {from: Solved, type: datetime}\n", "")},
        ("SM451", "records/tickets.csv, measure solved", "Add `resolved: {from: ..., type: datetime}` to `columns` of mappings/tickets.yaml. Columns now: case, opened, site."),
    ),
    "key of the mapping": (
        changed("mappings/tickets.yaml", "layout: cases", "layuot: cases"),
        ("SM330", "mappings/tickets.yaml, line 2, column 1, layuot",
         'Did you mean "layout"? Legal: columns, dates, duplicates, events, file, groups, layout, missing, numbers, period, set_aside, title, totals.'),
    ),
    "calendar": (
        {**changed("case.yaml", "mappings/tickets.yaml}", "mappings/tickets.yaml, calendar: c/office.yaml}"),
         "c/office.yaml": "time_zone: Nowhere\nweekly: {}\n"},
        ("SM450", "c/office.yaml, line 1, column 1, time_zone", ""),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_survey_or_record_file_is_told_with_its_path(tmp_path, name):
    changes, expected = WRONG[name]

    found = told(tmp_path, changes)

    assert [(code, where, fix) for code, _, where, fix in found] == [expected]


MAPPED = (
    "layout: responses\ncolumns:\n  q1: {from: q1, type: decimal}\n  q2: {from: q2, type: whole, lowest: 1, highest: 99}\n"
    "  again: {from: again, type: whole}\n  site: {from: site, type: text}\n"
)


def mapped(mapping, options="site: site"):
    case = changed(
        "case.yaml",
        "file: surveys/customers.csv, site: site}",
        f"file: surveys/customers.csv, mapping: m.yaml, {options}}}",
    )
    return {**case, "m.yaml": mapping}


def test_columns_that_the_case_names_must_come_out_of_the_mapping(tmp_path):
    options = "site: branch, design: {weight: w, strata: [s], cluster: k, population: p}"

    found = told(tmp_path, mapped("layout: responses\ncolumns:\n  q1: {from: q1, type: whole}\n", options))

    assert [item[1] for item in found] == [
        "There is no column for the items q2, again.",
        'There is no column "branch", which case.yaml names as site.',
        'There is no column "w", which case.yaml names as weight.',
        'There is no column "s", which case.yaml names as strata.',
        'There is no column "k", which case.yaml names as cluster.',
        'There is no column "p", which case.yaml names as population.',
    ]
    assert {item[0] for item in found} == {"SM317"}


def test_what_a_mapping_lets_through_is_still_held_to_the_scale(tmp_path):
    survey = SURVEY.replace("r0,site-1,6,1,0", "r0,site-1,6.5,77,0")

    found = told(tmp_path, {**mapped(MAPPED), QUESTIONS: survey})

    assert found == [
        ("SM311", 'Item "q1" has answers off its scale: 6.5 (1x).', "surveys/customers.csv, column q1",
         "Legal: 1 to 10. Declare codes for missing in the mapping (`missing: [...]`)."),
        ("SM311", 'Item "q2" has answers off its scale: 77 (1x).', "surveys/customers.csv, column q2",
         "Legal: 1 to 10. Declare codes for missing in the mapping (`missing: [...]`)."),
    ]  # fmt: skip


def test_an_item_that_was_not_asked_may_lack_its_column(tmp_path):
    survey = "\n".join(line.rsplit(",", 1)[0] for line in SURVEY.splitlines()) + "\n"
    changes = changed("case.yaml", "site: site}", "site: site, not_asked: [again]}")

    assert told(tmp_path, {**changes, QUESTIONS: survey}) == []


def test_a_survey_saved_with_semicolons_is_read(tmp_path):
    plain = gathered(write_case(tmp_path / "plain")).evidence.measures["index"]

    folder = write_case(tmp_path / "case", {QUESTIONS: SURVEY.replace(",", ";")})

    assert gathered(folder).evidence.measures["index"] == plain


def test_answers_without_a_site_count_overall_and_for_no_site(tmp_path):
    plain = gathered(write_case(tmp_path / "plain")).evidence.measures["index"]

    found = gathered(write_case(tmp_path / "case", {QUESTIONS: SURVEY.replace("r0,site-1", "r0,")})).evidence.measures[
        "index"
    ]

    assert found.overall == plain.overall
    assert {site: cell.base for site, cell in found.sites.items()} == {
        "site-1": 2,
        "site-2": 3,
        "site-3": 3,
        "site-4": 3,
    }


def test_small_cells_count_and_are_marked_as_hidden(tmp_path):
    lines = SURVEY.splitlines(keepends=True)
    survey = (
        "".join(line for line in lines if not line.endswith("x"))
        .replace("site-4", "site-3")
        .replace("r0,site-1", "r0,site-4")
    )

    found = gathered(write_case(tmp_path / "case", {QUESTIONS: survey})).evidence.measures["index"]

    assert (found.sites["site-4"].value, found.sites["site-4"].base) == (60, 1)
    assert found.hidden == {"site-1", "site-4"}


def test_exact_copies_of_a_respondent_are_set_aside(tmp_path):
    folder = write_case(tmp_path / "case", {QUESTIONS: SURVEY + SURVEY.splitlines()[1] + "\n"})

    found = gathered(folder)

    assert found.evidence.measures["index"].overall.base == 12
    assert found.imports[QUESTIONS]["reconciliation"]["set_aside"][0]["rows"] == 1


TWELVE = {
    **changed("case.yaml", "seed: 3", "sed: 3\noverlay: practise"),
    "facts.yaml": "facts:\n  incidents: 99\n  has-hotlin: true\n",
    "judgements.csv": "requirement,site,mark,date\npolit,site-1,7,\npolite,site-9,7,\npolite,site-2,17,2026-09-01\n",
    "documents.csv": "document,dated\nmanual,soon\n",
    "surveys/customers.csv": SURVEY.replace("r0,site-1,6,1,0", "r0,site-1,11,1,0").replace(
        "r1,site-2,7,2,1", "r1,site-2,7,22,1"
    ),
    "records/tickets.csv": TICKETS.replace("2026-02-01 09:00,", "some day,"),
}


def test_twelve_mistakes_in_six_files_are_twelve_problems_at_once(tmp_path):
    found = told(tmp_path, TWELVE)

    assert [(code, where) for code, _, where, _ in found] == [
        ("SM304", "case.yaml, line 7, column 1, sed"),
        ("SM319", "case.yaml, line 8, column 1, overlay"),
        ("SM336", "surveys/customers.csv, column q1, row 2"),
        ("SM336", "surveys/customers.csv, column q2, row 3"),
        ("SM336", "records/tickets.csv, column Created, row 2"),
        ("SM308", "judgements.csv, row 2, column requirement"),
        ("SM308", "judgements.csv, row 3, column site"),
        ("SM312", "judgements.csv, row 4, column date"),
        ("SM307", "judgements.csv, row 4, column mark"),
        ("SM314", "facts.yaml, line 2, column 3, facts.incidents"),
        ("SM308", "facts.yaml, line 3, column 3, facts.has-hotlin"),
        ("SM307", "documents.csv, row 2, column dated"),
    ]
    assert all(fix for *_, fix in found)


def test_a_missing_file_hides_no_problem_of_another_and_is_told_once(tmp_path):
    found = told(
        tmp_path, {"records/tickets.csv": None, "mappings/tickets.yaml": None, "facts.yaml": "facts: {incidents: 99}\n"}
    )

    assert [(code, where) for code, _, where, _ in found] == [
        ("SM303", "case.yaml, line 12, column 24, records.0.file"),
        ("SM303", "case.yaml, line 12, column 51, records.0.mapping"),
        ("SM314", "facts.yaml, line 1, column 9, facts.incidents"),
    ]


def test_progress_names_the_file_in_work(tmp_path):
    from tests.library.evaluation.small import edition

    from sealmark.evaluation.evidence.gathering import gather
    from sealmark.evaluation.run import open_case

    opened = open_case(edition(), write_case(tmp_path / "case"))
    steps = []
    gather(opened.case, opened.book, steps.append)

    assert steps == [QUESTIONS, RECORDS]


def as_workbook(path, text):
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for number, line in enumerate(text.splitlines()):
            sheet.write_row(number, 0, [int(cell) if cell.isdigit() else cell for cell in line.split(",")])


def as_parquet(path, text):
    head, *rows = [line.split(",") for line in text.splitlines()]
    columns = {name: [row[at] for row in rows] for at, name in enumerate(head)}
    whole = {name: [int(cell) for cell in cells] for name, cells in columns.items() if name.startswith(("q", "again"))}
    pq.write_table(pa.table({**columns, **whole}), path)


@pytest.mark.parametrize("write", [as_workbook, as_parquet])
def test_a_survey_in_our_headings_is_read_from_a_workbook_or_parquet(tmp_path, write):
    plain = gathered(write_case(tmp_path / "plain")).evidence.measures["index"]
    folder = write_case(tmp_path / "case", {QUESTIONS: b""})
    write(folder / QUESTIONS, SURVEY)

    assert gathered(folder).evidence.measures["index"] == plain


def test_a_cut_workbook_of_answers_is_told_with_its_path(tmp_path):
    found = told(tmp_path, {QUESTIONS: b"PK\x03\x04 cut"})

    assert [(code, where) for code, _, where, _ in found] == [("SM331", QUESTIONS)]
