"""Fingerprints name the row and the column that changed."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.library.evaluation.small import edition, write_pack

from sealmark.core.canonical import digest_json
from sealmark.core.errors import SealmarkError
from sealmark.evaluation.fingerprints import (
    changed_places,
    edition_files,
    fingerprint_file,
    gather_fingerprints,
    open_fingerprints,
    public_part,
)
from sealmark.scheme.loading import load_edition

ROWS = [
    ["name", "mark", "note"],
    *([f"n{number}", str(number % 10), "x" if number % 3 else ""] for number in range(1, 301)),
]


def as_csv(path, rows):
    path.write_text("".join(",".join(row) + "\n" for row in rows))


def as_xlsx(path, rows):
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)


def as_parquet(path, rows):
    head, *body = rows
    pq.write_table(
        pa.table({name: pa.array([row[at] for row in body], pa.string()) for at, name in enumerate(head)}), path
    )


KINDS = {"csv": (as_csv, "line"), "xlsx": (as_xlsx, "row"), "parquet": (as_parquet, "row")}


def edited(rows, *changes):
    found = [list(row) for row in rows]
    for row, column, text in changes:
        found[row - 1][column] = text
    return found


def places(tmp_path, kind, before, after):
    write, _ = KINDS[kind]
    path = tmp_path / f"table.{kind}"
    write(path, before)
    fingerprint = fingerprint_file(path)
    write(path, after)
    return changed_places(path, fingerprint)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("row", [2, 3, 128, 256, 257, 301])
def test_one_changed_cell_is_named_with_row_column_and_what_it_reads_now(tmp_path, kind, row):
    found = places(tmp_path, kind, ROWS, edited(ROWS, (row, 1, "changed")))

    assert found == (f'{KINDS[kind][1]} {row}, column mark; it now reads "changed"',)


@pytest.mark.parametrize("kind", KINDS)
def test_two_changed_cells_of_a_small_table_are_both_named(tmp_path, kind):
    rows, word = ROWS[:100], KINDS[kind][1]

    found = places(tmp_path, kind, rows, edited(rows, (7, 1, "a"), (90, 1, "b")))

    assert found == (f'{word} 7, column mark; it now reads "a"', f'{word} 90, column mark; it now reads "b"')


def test_cells_changed_in_two_columns_show_the_whole_row(tmp_path):
    rows = ROWS[:100]

    found = places(tmp_path, "csv", rows, edited(rows, (7, 1, "a"), (90, 2, "b")))

    assert found == (
        'line 7, column mark, note; it now reads "n6,a,"',
        'line 90, column mark, note; it now reads "n89,9,b"',
    )


def test_many_changed_cells_of_a_large_table_are_named_by_their_blocks(tmp_path):
    found = places(tmp_path, "csv", ROWS, edited(ROWS, (7, 1, "a"), (90, 1, "b")))

    assert found == ("among the lines 7-8, 89-90, column mark",)


def test_more_changes_than_can_be_shown_are_counted(tmp_path):
    rows = ROWS[:50]

    found = places(tmp_path, "csv", rows, edited(rows, *((row, 1, "a") for row in range(2, 12))))

    assert len(found) == 6
    assert found[-1] == "and in 5 more places"


@pytest.mark.parametrize("kind", KINDS)
def test_added_and_removed_rows_are_told(tmp_path, kind):
    rows, word = ROWS[:100], KINDS[kind][1]

    added = places(tmp_path, kind, rows, [*rows[:9], ["new", "1", ""], *rows[9:]])
    removed = places(tmp_path, kind, rows, rows[:9] + rows[10:])
    cut = places(tmp_path, kind, rows, rows[:-1])

    assert added == (f"100 {word}s before, 101 now; the first difference is at {word} 10",)
    assert removed == (f"100 {word}s before, 99 now; the first difference is at {word} 10",)
    assert cut == (f"100 {word}s before, 99 now; the first difference is at {word} 100",)


def test_added_rows_of_a_large_table_are_counted(tmp_path):
    assert places(tmp_path, "csv", ROWS, [*ROWS, ["new", "1", ""]]) == ("301 lines before, 302 now",)


def test_a_changed_heading_names_both(tmp_path):
    found = places(tmp_path, "csv", ROWS[:20], edited(ROWS[:20], (1, 1, "marks")))

    assert found == ('line 1, column marks, mark; it now reads "name,marks,note"',)


def test_two_rows_that_changed_places_are_named(tmp_path):
    rows = ROWS[:20]

    assert len(places(tmp_path, "csv", rows, [*rows[:4], rows[5], rows[4], *rows[6:]])) == 2


def test_a_line_of_another_text_is_named(tmp_path):
    path = tmp_path / "case.yaml"
    path.write_text("a: 1\nb: 2\n")
    before = fingerprint_file(path)
    path.write_text("a: 1\nb: 3\n")

    assert changed_places(path, before) == ('line 2; it now reads "b: 3"',)


def test_text_in_an_old_encoding_keeps_its_columns(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes("имя;оценка\nЮлия;7\n".encode("windows-1251"))
    before = fingerprint_file(path)
    path.write_bytes("имя;оценка\nФилипп;7\n".encode("windows-1251"))

    (place,) = changed_places(path, before)

    assert place.startswith("line 2, column èìÿ; it now reads")


def test_the_same_content_in_other_bytes_differs_in_no_row(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(b"a,b\n1,2\n")
    before = fingerprint_file(path)
    path.write_bytes(b"a,b\r\n1,2\r\n")

    assert changed_places(path, before) == ()


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.bin", b"123"), ("a.xlsx", b"PK\x03\x04cut"), ("a.parquet", b"PAR1cut"), ("b.gz", b"\x1f\x8b00")],
)
def test_what_has_no_rows_has_no_fingerprint(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)

    assert fingerprint_file(tmp_path / name) is None
    assert changed_places(tmp_path / name, {"rows": 1, "bits": [], "blocks": []}) == ()


def test_an_unreadable_csv_still_has_its_lines(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a,b\n1," + "x" * 200_000 + "\n")

    found = fingerprint_file(path)

    assert (found["rows"], found["columns"]) == (2, {})


def test_a_file_without_lines_has_an_empty_fingerprint(tmp_path):
    (tmp_path / "t.csv").write_bytes(b"")

    assert fingerprint_file(tmp_path / "t.csv") == {
        "rows": 0,
        "bits": [["0" * 16, "0" * 16]],
        "blocks": [],
        "columns": {},
    }


def test_a_cell_over_several_lines_shows_the_line(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text('a,b\n1,"x\ny"\n2,z\n')
    before = fingerprint_file(path)
    path.write_text('a,b\n1,"x\nw"\n2,z\n')

    assert changed_places(path, before) == ('line 3, column b; it now reads "w""',)


def publicly(tmp_path, kind, before, after):
    """What the public part alone tells."""
    write, _ = KINDS[kind]
    path = tmp_path / f"table.{kind}"
    write(path, before)
    fingerprint = public_part(fingerprint_file(path))
    write(path, after)
    return changed_places(path, fingerprint)


@pytest.mark.parametrize("kind", KINDS)
def test_the_public_part_names_blocks_of_many_rows(tmp_path, kind):
    found = publicly(tmp_path, kind, ROWS, edited(ROWS, (7, 1, "a"), (257, 1, "b")))

    assert found == (f"among the {KINDS[kind][1]}s 1-64, 193-301",)


@pytest.mark.parametrize(
    ("rows", "blocks"), [(1, 0), (127, 0), (128, 2), (191, 2), (192, 3), (301, 4), (16_384, 256), (16_385, 252)]
)
def test_the_public_part_has_digests_of_at_least_64_rows_each(rows, blocks):
    fingerprint = _fingerprint_of(rows - 1)  # the headings are a row

    found = public_part(fingerprint)

    assert (found["rows"], len(found["blocks"]), sorted(found)) == (rows, blocks, ["blocks", "rows"])
    assert rows // max(blocks, 1) >= 64 or blocks == 0


def test_the_public_part_of_a_small_file_does_not_depend_on_its_answers(tmp_path):
    as_csv(tmp_path / "a.csv", ROWS[:127])
    as_csv(tmp_path / "b.csv", edited(ROWS[:127], (7, 1, "a")))

    assert public_part(fingerprint_file(tmp_path / "a.csv")) == public_part(fingerprint_file(tmp_path / "b.csv"))


def test_of_a_small_file_the_public_part_says_what_would_tell_more(tmp_path):
    rows = ROWS[:100]

    assert publicly(tmp_path, "csv", rows, edited(rows, (7, 1, "a"))) == (
        "its content differs; only private/fingerprints.json tells where, and it is not there",
    )
    assert publicly(tmp_path, "csv", rows, rows[:-1]) == ("100 lines before, 99 now",)


def test_an_unchanged_public_part_names_no_place(tmp_path):
    path = tmp_path / "t.csv"
    as_csv(path, ROWS)
    before = public_part(fingerprint_file(path))
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))

    assert changed_places(path, before) == ()


def test_many_changed_public_blocks_are_counted(tmp_path):
    rows = [["name"], *([f"n{number}"] for number in range(639))]

    found = publicly(tmp_path, "csv", rows, edited(rows, *((row, 0, "x") for row in range(2, 641))))

    assert found == ("among the lines 1-66, 67-132, 133-198, 199-264, 265-330", "and in 4 more places")


def test_what_has_no_fingerprint_has_no_public_part():
    assert public_part(None) is None


def test_private_fingerprints_are_opened_by_their_digest(tmp_path):
    as_csv(tmp_path / "t.csv", ROWS)
    private = gather_fingerprints({"t.csv": tmp_path / "t.csv"})

    assert open_fingerprints(private, digest_json(private)) == {"t.csv": fingerprint_file(tmp_path / "t.csv")}
    assert open_fingerprints(None, digest_json(private)) == {}


@pytest.mark.parametrize("other", [{}, {"format": "sealmark-fingerprints/1", "inputs": {}}])
def test_private_fingerprints_of_another_evaluation_are_refused(other):
    with pytest.raises(SealmarkError) as caught:
        open_fingerprints(other, "sha256:00")

    assert (caught.value.codes, caught.value.problems[0].where) == (("SM641",), "private/fingerprints.json")


def test_fingerprints_stay_small():
    assert len(str(_fingerprint_of(100_000))) < 5_000


def _fingerprint_of(rows):
    import pathlib
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "t.csv"
        path.write_text("a,b\n" + "".join(f"{number},x\n" for number in range(rows)))
        return fingerprint_file(path)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 600), st.data())
def test_any_one_changed_line_is_found(rows, data):
    import pathlib
    import tempfile

    changed = data.draw(st.integers(0, rows - 1))
    lines = [f"line {number}" for number in range(rows)]
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "t.txt"
        path.write_text("\n".join(lines))
        before = fingerprint_file(path)
        lines[changed] = "other"
        path.write_text("\n".join(lines))

        assert changed_places(path, before) == (f'line {changed + 1}; it now reads "other"',)


def test_files_of_an_edition_ignore_line_ends_and_overlays(tmp_path):
    pack = write_pack(tmp_path / "pack")
    tree = pack / "editions/1/tree.yaml"
    tree.write_bytes(tree.read_bytes().replace(b"\n", b"\r\n"))
    (pack / "editions/1/overlays/practice.yaml").unlink()

    assert edition_files(load_edition(pack)) == edition_files(edition())
