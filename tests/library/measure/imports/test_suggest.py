import datetime as dt
import gzip

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from sealmark.core.documents import parse_yaml, read_model
from sealmark.core.errors import SealmarkError
from sealmark.measure.imports.headings import WantedColumn
from sealmark.measure.imports.importing import import_table
from sealmark.measure.imports.mapping import ImportMapping
from sealmark.measure.imports.suggest import suggest_mapping


def draft(tmp_path, content, name="export.csv"):
    file = tmp_path / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    text = suggest_mapping(file)
    return file, text, read_model(parse_yaml(text, "draft"), ImportMapping, code="SM330")


def test_draft_of_a_plain_file_imports_it(tmp_path):
    file, _, mapping = draft(tmp_path, "id,Q 1,Überall?\n1,-99,x\n2,5,=y\n3,4,\n")

    assert import_table(file, mapping).table.to_pydict() == {
        "id": [1, 2, 3],
        "q_1": [None, 5, 4],
        "überall": ["x", "=y", None],
    }


def test_draft_names_the_candidates_for_an_encoding(tmp_path):
    _, text, mapping = draft(tmp_path, "Номер;Город\n1;Москва\n".encode("windows-1251"))

    assert mapping.file.delimiter == ";"
    assert "# decide: which of these reads as real words?" in text
    assert "#   windows-1251: Номер Город" in text


def test_draft_leaves_an_open_date_order_to_a_person(tmp_path):
    file, text, mapping = draft(tmp_path, "n,day\n1,03/04/2026\n2,05/06/2026\n")

    assert "decide: is 03/04/2026 day first" in text
    with pytest.raises(SealmarkError):
        import_table(file, mapping)


@pytest.mark.parametrize(("day", "order"), [("13/04/2026", "dmy"), ("04/13/2026", "mdy")])
def test_draft_declares_a_date_order_that_the_data_show(tmp_path, day, order):
    _, _, mapping = draft(tmp_path, f"n,day\n1,03/04/2026\n2,{day}\n")

    assert mapping.dates.order == order


def test_draft_of_cases_in_several_languages(tmp_path):
    for headings in ("Ticket,Created,Resolved", "Номер заявки,Создан,Решен", "工单编号,创建时间,解决时间"):
        _, text, mapping = draft(
            tmp_path, f"{headings}\nA-1,2026-01-01 10:00,2026-01-02 11:00\nA-2,2026-01-03 10:00,\n"
        )

        assert mapping.layout == "cases"
        assert list(mapping.columns) == ["case", "opened", "resolved"]
        assert "decide: which clock do the times show?" in text


def test_draft_of_events_lists_the_activities(tmp_path):
    _, text, mapping = draft(
        tmp_path,
        gzip.compress(b"case,activity,timestamp\nA,new,2026-01-01T10:00Z\nA,done,2026-01-01T11:00Z\n"),
        "log.csv.gz",
    )

    assert mapping.layout == "events"
    assert '#   seen: "done" (1)' in text


def test_draft_of_workbook_and_parquet(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "x.xlsx") as book:
        book.add_worksheet("Data").write_row(0, 0, ["n"])
        book.get_worksheet_by_name("Data").write_row(1, 0, [12.5])
        book.add_worksheet("Notes")
    pq.write_table(pa.table({"d": [dt.date(2026, 1, 2)], "n": [1]}), tmp_path / "x.parquet")

    sheet = read_model(parse_yaml(suggest_mapping(tmp_path / "x.xlsx"), "draft"), ImportMapping, code="SM330")
    parquet = read_model(parse_yaml(suggest_mapping(tmp_path / "x.parquet"), "draft"), ImportMapping, code="SM330")

    assert (sheet.file.sheet, sheet.columns["n"].type) == ("Data", "decimal")
    assert {name: rule.type for name, rule in parquet.columns.items()} == {"d": "date", "n": "whole"}


def test_decimal_comma_and_equal_headings(tmp_path):
    _, _, mapping = draft(tmp_path, "a b;a-b\n1,5;2\n2,25;3\n")

    assert mapping.numbers.decimal == ","
    assert list(mapping.columns) == ["a_b", "a_b_2"]


@pytest.mark.parametrize("content", [b"", b"\n\n"])
def test_file_without_headings_is_refused(tmp_path, content):
    with pytest.raises(SealmarkError) as caught:
        draft(tmp_path, content)

    assert caught.value.codes == ("SM331",)


def test_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(SealmarkError) as caught:
        suggest_mapping(tmp_path / "none.csv")

    assert caught.value.codes == ("SM331",)


WANTED = (
    WantedColumn("case", "text"),
    WantedColumn("opened", "datetime"),
    WantedColumn("promised", "datetime", (), "for kept"),
    WantedColumn("channel", "text", ("phone",), "for answered"),
)


def test_draft_of_wanted_columns_fills_in_what_one_heading_can_mean(tmp_path):
    file = tmp_path / "export.csv"
    file.write_text("Ticket,Created,Kind of contact\n7,2026-01-31 10:00Z,Phone\n8,2026-02-01 11:00Z,Mail\n")

    text = suggest_mapping(file, WANTED)

    assert text.split("columns:\n")[1].splitlines() == [
        "  # seen: 7, 8",
        '  case: {from: "Ticket", type: text}  # guessed from the heading, check',
        "  # seen: 2026-01-31 10:00Z, 2026-02-01 11:00Z",
        '  opened: {from: "Created", type: datetime}  # guessed from the heading, check',
        "  # for kept",
        '  # promised: {from: "...", type: datetime}  # decide: which heading?',
        "  # for answered; counted: phone",
        '  # other words in the file: add values: {"their word": phone}, other_values: keep',
        '  # channel: {from: "...", type: text}  # decide: which heading?',
        "  # Headings not taken:",
        '  #   "Kind of contact" (text): Mail, Phone',
    ]
    mapping = read_model(parse_yaml(text, "draft"), ImportMapping, code="SM330")
    assert (mapping.layout, import_table(file, mapping).table.column_names) == ("cases", ["case", "opened"])


def test_draft_of_wanted_columns_keeps_whole_days_as_they_are(tmp_path):
    file = tmp_path / "export.csv"
    file.write_text("Ticket,Created\n7,2026-01-31\n")

    assert '  opened: {from: "Created", type: date}' in suggest_mapping(file, WANTED)
    assert "Headings not taken" not in suggest_mapping(file, WANTED)


def test_draft_of_events_names_the_columns_that_cases_need(tmp_path):
    file = tmp_path / "export.csv"
    file.write_text("Ticket,Activity,Timestamp\n7,opened,2026-01-31 10:00Z\n")

    text = suggest_mapping(file, WANTED)

    assert "\nlayout: events\n" in text
    assert text.endswith("# The cases made of these events need: case, opened, promised, channel\n")
