"""Lists as files: whole, with the reader's eyes, and without a formula."""

import csv
import io

import pytest
from python_calamine import CalamineWorkbook

from sealmark_platform.api.exports import csv_lines, exported, harmless


@pytest.mark.parametrize("risky", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\uff1d1"])
def test_what_could_be_a_formula_is_made_a_text(risky):
    assert harmless(risky) == f"'{risky}"


def test_numbers_stay_numbers_and_lists_become_texts():
    lines = list(csv_lines(["a", "b", "c", "d"], [[-1, None, ["x", "y"], True]]))

    assert lines == ["a,b,c,d\r\n", '-1,,"x, y",True\r\n']


def test_csv_gives_every_row_that_the_reader_may_see(world, elsewhere, program):
    elsewhere.draft()
    numbers = [world.draft().number for _ in range(3)]
    world.organization.name = "=HYPERLINK(1)"
    world.organization.save()

    answer = program(world.cleo).get("/files", format="csv", limit=1)
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))

    assert [row["number"] for row in rows] == numbers[::-1]
    assert {row["organization_name"] for row in rows} == {"'=HYPERLINK(1)"}
    assert answer.headers["Content-Disposition"] == 'attachment; filename="files.csv"'


def test_xlsx_keeps_formulas_as_texts(world, program):
    world.draft()
    world.organization.name = "=1+1"
    world.organization.save()

    answer = program(world.cleo).get("/files", format="xlsx")
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()

    assert sheet[0][:3] == ["id", "number", "status"]
    assert sheet[1][sheet[0].index("organization_name")] == "=1+1"
    assert len(sheet) == 2


def test_a_cell_is_cut_where_a_workbook_ends():
    answer = exported("xlsx", "long", ["a"], [["x" * 40_000]])

    sheet = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()

    assert len(sheet[1][0]) == 32_767


LISTS = ("files", "evaluations", "findings", "certificates", "objections", "organizations", "editions", "register",
         "webhooks")  # fmt: skip


@pytest.mark.parametrize("name", LISTS)
def test_every_list_can_be_exported(world, program, name):
    world.certified()

    answer = program(world.cora, "read", "register").get(f"/{name}", format="csv")
    page = program(world.cora, "read", "register").get(f"/{name}").json()["items"]

    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert len(rows) == len(page) + 1


def test_filters_hold_in_an_export(world, program):
    world.draft()

    answer = program(world.cleo).get("/files", format="csv", status="agreed")

    assert len(list(answer.streaming_content)) == 1
