"""Workbooks and Parquet files are read like text files."""

import datetime as dt

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from tests.library.measure.imports.exports import columns, utc

from sealmark.core.errors import SealmarkError
from sealmark.measure.imports.importing import import_table
from sealmark.measure.imports.mapping import mapping_from


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
