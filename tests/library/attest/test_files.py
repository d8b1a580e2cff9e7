"""A file is written whole or stays as it was."""

import pytest

from sealmark.attest.files import write_whole


def test_a_file_is_replaced_and_nothing_else_is_left(tmp_path):
    path = tmp_path / "checkpoint"
    path.write_bytes(b"old")

    write_whole(path, b"new")

    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("checkpoint", b"new")]


def test_what_cannot_be_written_leaves_the_old_file(tmp_path):
    path = tmp_path / "checkpoint"
    path.write_bytes(b"old")

    with pytest.raises(TypeError):
        write_whole(path, None)

    assert path.read_bytes() == b"old"
