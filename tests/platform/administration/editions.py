"""A second edition of the Charter, installed for a test as any other pack is: by an entry point."""

import shutil
import sys
from importlib import resources
from pathlib import Path

NEW = "sealmark-charter/2027"


def install(folder):
    """Install a pack with the editions 2026 and 2027 of the Charter; for three stars 2027 asks 60 points of every group."""
    pack = Path(folder) / "two_charters"
    shutil.copytree(str(resources.files("sealmark_schemes.sealmark_charter")), pack)
    shutil.copytree(pack / "editions/2026", pack / "editions/2027")
    _edit(pack / "scheme.yaml", 'editions: ["2026"]', 'editions: ["2026", "2027"]')
    _edit(pack / "editions/2027/edition.yaml", 'edition: "2026"', 'edition: "2027"')
    _edit(pack / "editions/2027/grading.yaml", "at_least: 70, gates: [groups-45]", "at_least: 70, gates: [groups-60]")
    told = Path(folder) / "two_charters-1.dist-info"
    told.mkdir()
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: two-charters\nVersion: 1\n")
    (told / "entry_points.txt").write_text("[sealmark.schemes]\nsealmark-charter = two_charters\n")
    # The last of two packs of a name is taken.
    sys.path.append(str(folder))


def uninstall(folder):
    """Take the pack away again."""
    sys.path.remove(str(folder))
    sys.modules.pop("two_charters", None)


def _edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
