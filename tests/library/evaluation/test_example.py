"""Made-up cases: the same seed writes the same files, and every pack can have one."""

import functools
from importlib import resources
from pathlib import Path

import pytest
import yaml

from sealmark.core.errors import SealmarkError
from sealmark.evaluation.case import load_case
from sealmark.evaluation.example import make_example, read_profile
from sealmark.scheme.discovery import load

PROFILES = sorted(Path(str(resources.files("sealmark.cli"))).glob("examples/*.yaml"))
edition_of = functools.cache(load)


def content(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("path", PROFILES, ids=lambda path: path.stem)
def test_the_same_seed_writes_the_same_files_and_another_does_not(tmp_path, path):
    profile = read_profile(path)
    edition = edition_of(profile.scheme)
    for name, seed in (("a", profile.seed), ("b", profile.seed), ("c", profile.seed + 1)):
        make_example(profile.model_copy(update={"seed": seed}), edition, tmp_path / name)

    assert content(tmp_path / "a") == content(tmp_path / "b")
    assert content(tmp_path / "a") != content(tmp_path / "c")


@pytest.mark.parametrize("path", PROFILES, ids=lambda path: path.stem)
def test_an_example_says_that_it_is_made_up(tmp_path, path):
    profile = read_profile(path)
    make_example(profile, edition_of(profile.scheme), tmp_path)

    file = load_case(tmp_path).file
    assert (file.made_up, file.scheme) == (True, profile.scheme)
    assert (
        (tmp_path / "case.yaml")
        .read_text()
        .startswith("# Made up by `sealmark demo`; no real organization is meant.\n")
    )


def test_a_profile_is_followed(tmp_path):
    path = next(path for path in PROFILES if path.stem == "gbt27922")
    profile = read_profile(path)
    edition = edition_of(profile.scheme)
    name, absent = next(iter(edition.requirements)), edition.declarations.documents[0]
    changed = profile.model_copy(
        update={"documents_absent": (absent,), "sites": (), "visited": 0, "good_marks": 0.0, "marks": {}}
    )
    make_example(changed, edition, tmp_path)

    documents = (tmp_path / "documents.csv").read_text().splitlines()
    assert f"{absent}," in documents
    assert not (tmp_path / "sites.csv").exists()
    assert "sites" not in yaml.safe_load((tmp_path / "case.yaml").read_text())
    assert name in edition.requirements


def test_a_fixed_mark_and_few_repeats(tmp_path):
    path = next(path for path in PROFILES if path.stem == "cse-style")
    profile = read_profile(path)
    edition = edition_of(profile.scheme)
    name = next(iter(edition.requirements))
    mark = next(iter(edition.scales.values())).levels[0].code
    make_example(profile.model_copy(update={"marks": {name: mark}}), edition, tmp_path)

    rows = [line.split(",") for line in (tmp_path / "judgements.csv").read_text().splitlines()]
    assert {row[-1] for row in rows if row[0] == name} == {mark}


def test_a_profile_with_an_unknown_key_is_refused(tmp_path):
    path = tmp_path / "profile.yaml"
    path.write_text(PROFILES[0].read_text() + "colour: red\n")

    with pytest.raises(SealmarkError) as caught:
        read_profile(path)

    assert [(problem.code, problem.what) for problem in caught.value.problems] == [("SM304", 'Unknown key "colour".')]
