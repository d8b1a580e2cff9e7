"""The example pack, in force, in a folder of its own."""

from pathlib import Path

import pytest

from sealmark.scheme.scaffolding import new_pack


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    folder = tmp_path / "front-desk"
    new_pack(folder, "front-desk", "Ada")
    change(folder, "edition.yaml", "state: draft", "state: in-force")
    return folder


def change(pack: Path, file: str, old: str, new: str) -> None:
    path = pack / "editions/2026" / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
