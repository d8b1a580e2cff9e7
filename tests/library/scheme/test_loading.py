import shutil
from decimal import Decimal

import pytest

from sealmark.core.errors import SealmarkError
from sealmark.scheme.discovery import editions, load, pack_folders, resolve_folder
from sealmark.scheme.loading import load_edition, load_overlay, read_edition

from .conftest import change


def test_an_edition_is_loaded_whole(pack):
    edition = load_edition(pack)

    assert edition.id == "front-desk/2026"
    assert list(edition.requirements) == [
        "calls-in-time", "complaints-procedure", "courtesy", "satisfaction", "trained-staff",
    ]  # fmt: skip
    assert edition.requirements["courtesy"].points == Decimal(20)
    assert len(edition.cases) == 29
    assert sorted(edition.parts) == sorted(set(edition.files) - {"scheme.yaml"})


def test_line_ends_do_not_change_the_digest_and_content_does(pack):
    before = load_edition(pack).digest
    path = pack / "editions/2026/tree.yaml"

    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    crlf = load_edition(pack).digest
    path.write_bytes(path.read_bytes() + b"# more\r\n")

    assert crlf == before
    assert load_edition(pack).digest != before


def test_overlays_stay_outside_the_digest(pack):
    before = load_edition(pack).digest
    (pack / "editions/2026/overlays").mkdir()
    (pack / "editions/2026/overlays/trial.yaml").write_text(
        "overlay: trial\nfor_edition: front-desk/2026\nkind: practice\nsupplied_by: Ada\nvalues: {}\n"
    )

    edition = load_edition(pack)

    assert list(edition.overlays) == ["trial"]
    assert edition.digest == before


def test_problems_of_several_files_come_together(pack):
    change(pack, "tree.yaml", "    roll_up: sum-of-points", "    roll_up: sum")
    change(pack, "requirements/courtesy.yaml", "points: 20", "points: eighty")
    (pack / "editions/2026/procedure.yaml").unlink()

    with pytest.raises(SealmarkError) as caught:
        load_edition(pack)

    assert [(problem.code, problem.what) for problem in caught.value.problems] == [
        ("SM202", '"sum" is not legal here.'),
        ("SM204", "The file procedure.yaml is missing."),
        ("SM202", '"eighty" is not a number.'),
    ]


def test_reading_with_problems_gives_what_is_left(pack):
    change(pack, "requirements/courtesy.yaml", "points: 20", "points: eighty")
    change(pack, "requirements/satisfaction.yaml", "clause:", "claus:")

    edition, problems = read_edition(pack)

    assert [problem.code for problem in problems] == ["SM202", "SM202"]
    assert edition.requirements["courtesy"].points is None
    # Only an unknown key was left out there, so everything else of the file stands.
    assert "requirements/satisfaction.yaml" in edition.parts
    assert "requirements/courtesy.yaml" not in edition.parts


def test_an_unknown_edition_names_the_legal_ones(pack):
    with pytest.raises(SealmarkError) as caught:
        load_edition(pack, "1999")

    assert str(caught.value) == (
        'SM203 There is no edition "1999".\n  in:  scheme.yaml, editions\n  fix: Editions of front-desk: 2026.'
    )


def test_an_overlay_file_of_its_own_is_read_with_its_digest(tmp_path):
    path = tmp_path / "figures.yaml"
    path.write_text("overlay: mine\nfor_edition: a/1\nkind: practice\nsupplied_by: Ada\nvalues: {x: 0.10}\n")

    overlay, digest = load_overlay(path)

    assert overlay.values == {"x": Decimal("0.10")}
    assert digest.startswith("sha256:")
    with pytest.raises(SealmarkError) as caught:
        load_overlay(tmp_path / "absent.yaml")
    assert caught.value.codes == ("SM207",)


def test_packs_are_found_by_id_edition_and_folder(pack):
    first = next(iter(pack_folders()))
    name, folder = next(editions())

    assert name.startswith(f"{first}/")
    assert resolve_folder(first) == (folder, None)
    assert resolve_folder(name) == (folder, name.partition("/")[2])
    assert resolve_folder(str(pack)) == (pack, None)
    assert resolve_folder(str(pack / "editions/2026")) == (pack.resolve(), "2026")


def test_an_unknown_name_draws_the_known_ones(pack):
    with pytest.raises(SealmarkError) as caught:
        load("sealmark-chater/2026")

    (problem,) = caught.value.problems
    assert (problem.code, problem.what) == ("SM208", 'There is no scheme "sealmark-chater/2026".')
    assert problem.fix.startswith('Did you mean "sealmark-charter/2026"?')


def test_a_pack_without_scheme_file_is_refused(tmp_path, pack):
    shutil.move(pack / "scheme.yaml", tmp_path / "gone.yaml")

    with pytest.raises(SealmarkError) as caught:
        load_edition(pack)

    assert caught.value.codes == ("SM201",)


def test_cases_of_several_requirements_are_run_for_each(pack):
    change(pack, "cases/courtesy.yaml", "requirement: courtesy", "requirements: [courtesy, satisfaction]")
    change(
        pack,
        "cases/courtesy.yaml",
        "{judgements: {courtesy: [{mark: fully, site: north}",
        "{judgements: {each: [{mark: fully, site: north}",
    )
    change(
        pack,
        "cases/courtesy.yaml",
        "{statement: not-determined}",
        "{statement: not-determined, missing: [each, staff]}",
    )

    told = [case for case in load(str(pack)).cases if case.case.endswith((" (courtesy)", " (satisfaction)"))]
    cases = [*told[:2], *told[-2:]]

    assert [(case.case, case.requirement) for case in cases] == [
        ("Fully there at both sites conforms. (courtesy)", "courtesy"),
        ("Fully there at both sites conforms. (satisfaction)", "satisfaction"),
        ("Without any mark courtesy is not determined. (courtesy)", "courtesy"),
        ("Without any mark courtesy is not determined. (satisfaction)", "satisfaction"),
    ]
    assert [list(case.given.judgements) for case in cases] == [["courtesy"], ["satisfaction"], [], []]
    assert cases[3].expect.missing == ("satisfaction", "staff")


def test_a_case_with_its_own_requirement_is_run_once(pack):
    change(pack, "cases/courtesy.yaml", "requirement: courtesy", "requirements: [courtesy, satisfaction]")
    change(pack, "cases/courtesy.yaml", "    given: {}", "    requirement: trained-staff")

    found = [case for case in load(str(pack)).cases if case.case == "Without any mark courtesy is not determined."]

    assert [case.requirement for case in found] == ["trained-staff"]
