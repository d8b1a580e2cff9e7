"""CSV scanned where it lies: read as its heading says, or refused in one sentence."""

import gzip

import pyarrow as pa
import pytest

from sealmark.core.errors import SealmarkError
from sealmark.measure.engine import connect, fetch, open_table


def read(path):
    return fetch(open_table(path, connection=connect()))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_heading_tells_the_delimiter(tmp_path, delimiter):
    path = tmp_path / "answers.csv"
    path.write_text(f"shop{delimiter}mark\na{delimiter}7\nb{delimiter}9\n", encoding="utf-8-sig")

    assert read(path).to_pylist() == [{"shop": "a", "mark": 7}, {"shop": "b", "mark": 9}]


def test_a_heading_of_text_over_rows_of_text_stays_a_heading(tmp_path):
    path = tmp_path / "words.csv"
    path.write_text("shop,town\na,b\nc,d\n")

    assert read(path).column_names == ["shop", "town"]


def test_a_packed_file_and_one_with_tabs_are_read_as_their_names_say(tmp_path):
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"a,b\n1,2\n"))
    (tmp_path / "a.tsv").write_text("a,b\tc\n1\t2\n")

    assert read(tmp_path / "a.csv.gz").to_pylist() == [{"a": 1, "b": 2}]
    assert read(tmp_path / "a.tsv").to_pylist() == [{"a,b": 1, "c": 2}]


MANY = "a,b\n" + "1,2\n" * 30_000


@pytest.mark.parametrize(
    ("name", "content", "what", "where"),
    [
        ("x.csv", b"", "is empty", "x.csv"),
        ("x.csv", b"\n1,2\n", "is empty, or begins with an empty line", "x.csv"),
        ("x.csv", b"\xd6\xd0,b\n1,2\n", "is not UTF-8", "x.csv, line 1"),
        ("x.csv", b"a,b\n1,\xd6\xd0\n", "not utf-8", "x.csv, line 2"),
        ("x.csv.gz", b"no gzip", "Not a gzipped file", "x.csv.gz"),
        ("x.csv", b"a,b\n1\n2,3,4\n", "rows do not fit the heading", "x.csv"),
        ("x.csv", (MANY + "1,2,3\n").encode(), "Expected Number of Columns: 2 Found: 3", "x.csv, line 30002"),
        ("x.csv", (MANY + "word,2\n").encode(), 'Could not convert string "word"', "x.csv, line 30002"),
    ],
    ids=["empty", "blank line", "heading", "row", "packing", "ragged", "late cell", "late word"],
)
def test_what_is_no_readable_csv_is_refused_with_its_place(tmp_path, name, content, what, where):
    path = tmp_path / name
    path.write_bytes(content)

    with pytest.raises(SealmarkError) as caught:
        read(path)

    (problem,) = caught.value.problems
    assert problem.code == "SM402"
    assert what in problem.what
    assert problem.where.endswith(where)
    assert "through a mapping" in problem.fix


def test_a_fault_that_is_not_about_text_is_not_hidden():
    table = open_table(pa.table({"a": ["x"]}), connection=connect())

    with pytest.raises(Exception, match="Could not convert") as caught:
        fetch(table.select(a=table.a.cast("int64")))
    assert not isinstance(caught.value, SealmarkError)
