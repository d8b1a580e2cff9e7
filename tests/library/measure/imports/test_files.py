"""How the bytes of an export are written: encodings, delimiters, line ends, files that are broken."""

import gzip

import pytest
from tests.library.measure.imports.exports import columns

from sealmark.core.errors import SealmarkError
from sealmark.measure.imports.importing import import_table
from sealmark.measure.imports.mapping import mapping_from


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
