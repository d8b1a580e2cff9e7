"""Every mistake in planted_mistakes.yaml, planted into a valid pack, draws exactly the messages written there."""

import re
from pathlib import Path

import pytest

from sealmark.core.documents import parse_yaml
from sealmark.scheme.checking import check_pack

MISTAKES = parse_yaml(Path(__file__).with_name("planted_mistakes.yaml").read_bytes(), "planted_mistakes.yaml").content[
    "mistakes"
]
TOGETHER = [mistake for mistake in MISTAKES if mistake.get("together")]
PLACE = re.compile(r"in:  editions/2026/(?P<file>[^,\n]+), line (?P<line>\d+), column (?P<column>\d+)")


def plant(pack: Path, mistake: dict) -> None:
    edition = pack / "editions/2026"
    for edit in mistake.get("edits", []):
        text = (edition / edit["file"]).read_text("utf-8")
        assert edit["old"] in text
        (edition / edit["file"]).write_text(text.replace(edit["old"], edit["new"], 1), "utf-8")
    for name, content in mistake.get("write", {}).items():
        (edition / name).parent.mkdir(exist_ok=True)
        (edition / name).write_text(content, "utf-8")


def messages(pack: Path) -> list[str]:
    return [("" if item.severity == "error" else "warning ") + str(item) for item in check_pack(pack)]


def test_the_pack_without_mistakes_has_no_problem(pack):
    assert messages(pack) == []


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda item: item["mistake"])
def test_a_mistake_draws_exactly_its_messages(pack, mistake):
    plant(pack, mistake)

    assert messages(pack) == mistake["expect"]


def test_twenty_mistakes_at_once_give_twenty_messages(pack):
    for mistake in TOGETHER:
        plant(pack, mistake)

    found = messages(pack)

    assert len(TOGETHER) == 20
    assert sorted(found) == sorted(message for mistake in TOGETHER for message in mistake["expect"])


@pytest.mark.parametrize("mistake", TOGETHER, ids=lambda item: item["mistake"])
def test_the_line_named_is_the_line_changed(pack, mistake):
    edit = mistake["edits"][0]
    path = pack / "editions/2026" / edit["file"]
    before = path.read_text("utf-8").splitlines()

    plant(pack, mistake)

    after = path.read_text("utf-8").splitlines()
    changed = next(at for at, (old, new) in enumerate(zip(before, after, strict=True), 1) if old != new)
    place = PLACE.search(mistake["expect"][0])
    line, column = int(place["line"]), int(place["column"])
    assert place["file"] == edit["file"]
    # A missing key is reported where its section begins; a number without a source at the first number.
    nearest = {"A fact without wording.": "facts:", "A number without a source.": "points: 10"}
    shown = after[line - 1][column - 1 :]
    if mistake["mistake"] in nearest:
        assert shown.startswith(nearest[mistake["mistake"]])
    else:
        assert line == changed
