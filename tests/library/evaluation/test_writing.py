"""Results are written whole or not at all."""

from pathlib import Path

import pytest

from sealmark.core.errors import SealmarkError
from sealmark.evaluation.writing import csv_text, write_files


def content(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_files_are_written_with_their_folders(tmp_path):
    write_files(tmp_path / "a/b", {"x.json": b"1", "imports/y.json": b"2"})

    assert content(tmp_path / "a/b") == {"x.json": b"1", "imports/y.json": b"2"}


def test_earlier_results_are_replaced_and_other_files_left_alone(tmp_path):
    (tmp_path / "note.txt").write_bytes(b"mine")
    write_files(tmp_path, {"x.json": b"1", "y.json": b"old"})

    write_files(tmp_path, {"x.json": b"2"})

    assert content(tmp_path) == {"note.txt": b"mine", "x.json": b"2", "y.json": b"old"}


def test_a_folder_in_the_way_half_way_leaves_earlier_results_whole(tmp_path):
    write_files(tmp_path, {"a.json": b"old a", "b.html": b"old b", "z/deep.json": b"old z"})
    (tmp_path / "c.pdf").mkdir()
    (tmp_path / "c.pdf/keep.txt").write_bytes(b"keep")
    before = content(tmp_path)

    with pytest.raises(SealmarkError) as caught:
        write_files(
            tmp_path,
            {"a.json": b"new a", "b.html": b"new b", "z/deep.json": b"new z", "n.json": b"new", "c.pdf": b"new c"},
        )

    assert content(tmp_path) == before
    assert str(caught.value) == (
        f'SM601 "{tmp_path}/c.pdf" cannot be written: a folder of this name is in the way.\n  in:  {tmp_path}\n'
        "  fix: Choose another folder with --out, or free it. Nothing was changed."
    )
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".sealmark-")] == []


def test_a_file_where_a_folder_is_needed_leaves_everything_whole(tmp_path):
    (tmp_path / "imports").write_bytes(b"a file")
    (tmp_path / "a.json").write_bytes(b"old")

    with pytest.raises(SealmarkError) as caught:
        write_files(tmp_path, {"a.json": b"new", "imports/t.json": b"new"})

    assert caught.value.codes == ("SM601",)
    assert content(tmp_path) == {"imports": b"a file", "a.json": b"old"}


@pytest.mark.parametrize("place", ["file.txt", "file.txt/below"])
def test_a_target_that_is_a_file_cannot_be_written(tmp_path, place):
    (tmp_path / "file.txt").write_bytes(b"mine")

    with pytest.raises(SealmarkError) as caught:
        write_files(tmp_path / place, {"a.json": b"1"})

    assert caught.value.codes == ("SM601",)
    assert content(tmp_path) == {"file.txt": b"mine"}


def test_a_folder_nobody_may_write_is_told():
    with pytest.raises(SealmarkError) as caught:
        write_files(Path("/proc/sealmark"), {"a.json": b"1"})

    assert caught.value.codes == ("SM601",)


def test_text_of_a_small_table_is_never_a_formula():
    text = csv_text(["document", "note"], [["policy", "=1+1"], ["a,b", -2], ["plan", None]])

    assert text == 'document,note\npolicy,\'=1+1\n"a,b",-2\nplan,\n'
