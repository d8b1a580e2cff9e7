import pytest

from sealmark.assess.golden import run_cases
from sealmark.core.errors import SealmarkError
from sealmark.scheme.checking import check_pack
from sealmark.scheme.discovery import load
from sealmark.scheme.scaffolding import new_pack


@pytest.mark.parametrize(
    ("scheme_id", "owner"),
    [("front-desk", "Ada"), ("2026-plus", 'The "Best" & Co: # 1'), ("true", "客服协会"), ("a", "{x}: [y]")],
)
def test_a_new_pack_passes_check_and_cases_whatever_it_is_called(tmp_path, scheme_id, owner):
    new_pack(tmp_path / "pack", scheme_id, owner)

    edition = load(str(tmp_path / "pack"))

    assert (edition.id, edition.scheme.owner) == (f"{scheme_id}/2026", owner)
    assert check_pack(tmp_path / "pack") == ()
    results = run_cases(edition)
    assert len(results) == 29
    assert [item.differences for item in results if not item.passed] == []


def test_a_folder_with_something_in_it_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("x")

    with pytest.raises(SealmarkError) as caught:
        new_pack(tmp_path, "front-desk", "Ada")

    assert caught.value.codes == ("SM299",)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize(("scheme_id", "owner"), [("Front Desk", "Ada"), ("", "Ada"), ("../x", "Ada"), ("ok", " ")])
def test_ids_and_owners_that_cannot_be_are_refused(tmp_path, scheme_id, owner):
    with pytest.raises(SealmarkError) as caught:
        new_pack(tmp_path / "pack", scheme_id, owner)

    assert caught.value.codes == ("SM299",)
    assert not (tmp_path / "pack").exists()


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("x")

    with pytest.raises(SealmarkError) as caught:
        new_pack(tmp_path / "file" / "pack", "front-desk", "Ada")

    assert caught.value.codes == ("SM299",)
    assert caught.value.problems[0].where == str(tmp_path / "file" / "pack" / "LICENSE")
