import os
import shutil

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sealmark.core.errors import SealmarkError
from sealmark.measure import Design
from sealmark.measure.tables.fastcopy import number_combinations, open_fast_copy, read_part, write_fast_copy
from sealmark.measure.tables.questions import Questions
from sealmark.measure.tables.table import estimate_table

ROWS = {"shop": ["b", "b", "a", None], "w": [1.0, 2.0, 3.0, 4.0], "q": [1, None, 3, 4], "r": [0.0, 10.0, None, 5.0]}


def write(folder, **columns):
    path = folder / "answers.parquet"
    pq.write_table(pa.table({**ROWS, **columns}), path)
    return path


def copied(folder, **columns):
    return write_fast_copy(write(folder, **columns), folder / "copy", items=("q", "r"), keys=("shop",), weight="w")


def code(call, *arguments, **options):
    with pytest.raises(SealmarkError) as caught:
        call(*arguments, **options)
    return [problem.code for problem in caught.value.problems]


def test_a_copy_holds_every_row_in_its_order(tmp_path):
    made = copied(tmp_path)

    part = read_part(made, 0)
    assert (made.rows, made.parts, made.items, made.keys, made.weight) == (
        4, 1, {"q": (1, 4), "r": (0, 10)}, ("shop",), "w",
    )  # fmt: skip
    assert part.code.tolist() == [0, 0, 1, 2]
    assert made.key_table().to_pydict() == {"shop": ["b", "a", None], "sm_part": [0, 0, 0]}
    assert part.weight.tolist() == [1, 2, 3, 4]
    assert part.answers.tolist() == [[1, -1, 3, 4], [0, 10, -1, 5]]
    assert open_fast_copy(made.folder) == made


def test_without_weights_none_are_kept(tmp_path):
    made = write_fast_copy(write(tmp_path), tmp_path / "copy", items=("q",), keys=())

    assert read_part(made, 0).weight.tolist() == []
    found = estimate_table(made, Questions(["q"]), design=Design(), engine="kernel")
    assert found.value("mean", "q").tolist() == [8 / 3]


def test_combinations_are_numbered_as_they_appear():
    keys = pa.table({"a": ["y", "x", "y", None], "b": [1, 1, 1, 2]})

    number, distinct = number_combinations(keys)

    assert number.tolist() == [0, 1, 0, 2]
    assert distinct.to_pydict() == {"a": ["y", "x", None], "b": [1, 1, 2]}


def test_many_combinations_get_larger_numbers(tmp_path):
    size = 70_000
    pq.write_table(pa.table({"k": np.arange(size), "q": np.full(size, 3)}), tmp_path / "many.parquet")

    made = write_fast_copy(tmp_path / "many.parquet", tmp_path / "copy", items=("q",), keys=("k",))

    assert read_part(made, 0).code.dtype == np.int32
    assert read_part(made, 0).code[-1] == size - 1


def test_a_copy_of_a_folder_is_known_by_all_its_files(tmp_path):
    for wave in (1, 2):
        place = tmp_path / "answers" / f"wave={wave}"
        place.mkdir(parents=True)
        pq.write_table(pa.table({"q": [wave, 5]}), place / "part-0.parquet")

    made = write_fast_copy(tmp_path / "answers", tmp_path / "copy", items=("q",), keys=("wave",))
    found = estimate_table(made, Questions(["q"]), design=Design(), by=["wave"], engine="kernel")

    assert [name for name, *_ in made.files] == ["wave=1/part-0.parquet", "wave=2/part-0.parquet"]
    assert (found.cells, found.value("mean", "q").tolist()) == (((1,), (2,)), [3.0, 3.5])


def test_a_copy_whose_source_has_changed_is_refused(tmp_path):
    made = copied(tmp_path)
    write(tmp_path, q=[1, None, 3, 5])

    assert code(made.require_fresh) == ["SM484"]
    assert code(estimate_table, made, Questions(["q"]), design=Design(), engine="kernel") == ["SM484"]


def test_a_source_that_was_only_touched_is_still_the_same(tmp_path):
    made = copied(tmp_path)
    os.utime(tmp_path / "answers.parquet", (1, 1))

    made.require_fresh()

    assert estimate_table(made, Questions(["q"]), design=Design(), engine="kernel").value("top", "q").tolist() == [0.0]


def test_an_older_copy_is_replaced_and_anything_else_is_left_alone(tmp_path):
    copied(tmp_path)
    again = copied(tmp_path, q=[9, 9, 9, 9])
    (tmp_path / "mine").mkdir()

    assert again.items["q"] == (9, 9)
    assert code(write_fast_copy, tmp_path / "answers.parquet", tmp_path / "mine", items=("q",), keys=()) == ["SM485"]
    assert (tmp_path / "mine").is_dir()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["answers.parquet", "copy", "mine"]


def test_a_copy_that_fails_leaves_the_older_one(tmp_path, monkeypatch):
    made = copied(tmp_path)

    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr("sealmark.measure.tables.fastcopy._write_ipc", fail)
    with pytest.raises(OSError, match="disk full"):
        copied(tmp_path)

    assert open_fast_copy(made.folder) == made
    assert sorted(path.name for path in tmp_path.iterdir()) == ["answers.parquet", "copy"]


def test_what_does_not_fit_a_byte_is_refused_by_column(tmp_path):
    path = write(tmp_path, q=[1, 2, 127, 4], r=[1.0, 2.5, None, 3.0], low=[-99, 1, 2, 3], text=["a", "b", "c", "d"])

    def found(*items):
        return code(write_fast_copy, path, tmp_path / "copy", items=items, keys=())

    assert found("q", "r", "low") == ["SM485"] * 3
    assert found("text") == ["SM485"]
    assert found("nothing") == ["SM403"]
    assert not (tmp_path / "copy").exists()


def test_rows_without_a_weight_are_refused(tmp_path):
    assert code(copied, tmp_path, w=[1.0, None, 2.0, -1.0]) == ["SM406"]
    assert code(copied, tmp_path, w=pa.array([None] * 4, pa.float64())) == ["SM406"]


def test_a_folder_without_a_copy_of_this_version_is_refused(tmp_path):
    made = copied(tmp_path)
    about = made.folder / "copy.json"
    about.write_text(about.read_text(encoding="utf-8").replace('"format": 1', '"format": 99'), encoding="utf-8")

    assert code(open_fast_copy, made.folder) == ["SM485"]
    shutil.rmtree(made.folder)
    assert code(open_fast_copy, made.folder) == ["SM485"]


def test_nothing_is_not_copied(tmp_path):
    path = tmp_path / "answers.parquet"
    pq.write_table(pa.table({"q": pa.array([], pa.int16())}), path)

    assert code(write_fast_copy, path, tmp_path / "copy", items=("q",), keys=()) == ["SM485"]
    assert not (tmp_path / "copy").exists()
