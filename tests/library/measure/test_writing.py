import csv
import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from sealmark.core.documents import harmless
from sealmark.core.errors import SealmarkError
from sealmark.measure.writing import write_csv, write_xlsx

DANGEROUS = ["=1+1", "+49 30 1", "-cmd", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\uff1d1"]
ROW = ["=HYPERLINK(1)", -5, -2.5, Decimal("-0.10"), "-5", None, True, dt.date(2026, 1, 2), "plain", "a=b"]


@pytest.mark.parametrize("text", DANGEROUS)
def test_text_that_would_run_is_neutralised(text):
    assert harmless(text) == "'" + text


@given(st.text())
def test_no_text_stays_dangerous_and_harmless_text_stays_itself(text):
    found = harmless(text)

    assert found in {text, "'" + text}
    assert not found.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r"))


def test_csv_keeps_numbers_and_neutralises_text_and_headings(tmp_path):
    write_csv(tmp_path / "x.csv", ["=h"] + ["c"] * 9, [ROW])

    with (tmp_path / "x.csv").open(newline="", encoding="utf-8") as stream:
        head, row = csv.reader(stream)
    assert head[0] == "'=h"
    assert row == ["'=HYPERLINK(1)", "-5", "-2.5", "-0.1", "'-5", "", "true", "2026-01-02", "plain", "a=b"]


def test_xlsx_keeps_numbers_and_writes_no_formula(tmp_path):
    write_xlsx(tmp_path / "x.xlsx", ["=h"] + ["c"] * 9, [ROW])

    head, row = CalamineWorkbook.from_path(tmp_path / "x.xlsx").get_sheet_by_index(0).to_python()
    assert head[0] == "'=h"
    assert row == ["'=HYPERLINK(1)", -5.0, -2.5, -0.1, "'-5", "", True, dt.date(2026, 1, 2), "plain", "a=b"]


def test_equal_rows_give_equal_bytes(tmp_path):
    for name in ("a.xlsx", "b.xlsx"):
        write_xlsx(tmp_path / name, ["n"], [[1], [2]])

    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_folder_that_is_not_there_is_refused(tmp_path):
    for write, name in ((write_csv, "x.csv"), (write_xlsx, "x.xlsx")):
        with pytest.raises(SealmarkError) as caught:
            write(tmp_path / "none" / name, ["a"], [])
        assert caught.value.codes == ("SM342",)


def test_earlier_file_stays_whole_when_writing_fails(tmp_path):
    file = tmp_path / "x.csv"
    file.write_text("old\n")

    def rows():
        yield [1]
        raise OSError(28, "No space left on device")

    with pytest.raises(SealmarkError):
        write_csv(file, ["a"], rows())

    assert file.read_text() == "old\n"
    assert [path.name for path in tmp_path.iterdir()] == ["x.csv"]


def test_sheet_that_would_overflow_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("sealmark.measure.writing._MAX_ROWS", 2)

    with pytest.raises(SealmarkError) as caught:
        write_xlsx(tmp_path / "x.xlsx", ["a"], [[1], [2], [3]])

    assert caught.value.codes == ("SM342",)
    assert list(tmp_path.iterdir()) == []
