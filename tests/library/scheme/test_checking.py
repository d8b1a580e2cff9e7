import shutil

import pytest

from sealmark.core.errors import SealmarkError
from sealmark.scheme.checking import check_edition, check_pack, inspect_pack
from sealmark.scheme.discovery import load

from .conftest import change


def codes(problems):
    return [(problem.code, problem.severity) for problem in problems]


def test_a_valid_edition_has_no_problem(pack):
    assert check_edition(load(str(pack))) == ()


def test_coverage_and_languages_are_counted(pack):
    (edition,) = inspect_pack(pack).editions

    coverage, (language,) = edition.coverage, edition.languages
    assert (coverage.cases, coverage.requirements, coverage.covered) == (29, 5, 5)
    assert (coverage.grades, coverage.reached) == (3, 3)
    assert (language.language, language.needed - language.present) == ("en", 0)


def test_gaps_of_a_draft_are_warnings(pack):
    change(pack, "edition.yaml", "state: in-force", "state: draft")
    shutil.rmtree(pack / "editions/2026/cases")

    problems = check_pack(pack)

    assert codes(problems) == [("SM282", "warning")] * 3 + [("SM280", "warning")] * 5


def test_gaps_of_an_edition_in_force_are_errors(pack):
    shutil.rmtree(pack / "editions/2026/cases")

    problems = check_pack(pack)

    assert codes(problems) == [("SM282", "error")] * 3 + [("SM280", "error")] * 5


def test_four_cases_of_one_kind_draw_a_warning(pack):
    path = pack / "editions/2026/cases/courtesy.yaml"
    case = "  - case: Fully there, number {}.\n    given: {{judgements: {{courtesy: [{{mark: fully}}]}}}}\n    expect: {{share: 1}}\n"
    path.write_text("requirement: courtesy\nas_of: 2026-06-30\ncases:\n" + "".join(case.format(at) for at in range(4)))

    (problem,) = check_pack(pack)

    assert (problem.code, problem.severity) == ("SM281", "warning")
    assert problem.what == (
        'No golden case shows that "courtesy" does not conform, or that it is not determined or not applicable.'
    )


def test_a_requirement_file_of_61_lines_is_too_long_and_one_of_60_is_not(pack):
    path = pack / "editions/2026/requirements/courtesy.yaml"
    lines = path.read_text().splitlines()

    path.write_text("\n".join([*lines, *["# more"] * (60 - len(lines))]) + "\n")
    at_limit = check_pack(pack)
    path.write_text(path.read_text() + "# more\n")
    (above,) = check_pack(pack)

    assert at_limit == ()
    assert str(above) == (
        "SM290 The requirement file has 61 lines.\n"
        "  in:  editions/2026/requirements/courtesy.yaml, line 61\n"
        "  fix: At most 60: split the requirement, or move wording to text/."
    )


def test_files_around_the_editions_are_checked(pack):
    (pack / "LICENSE").unlink()
    (pack / "__init__.py").write_text("import os\n")
    (pack / "notes.docx").write_bytes(b"x")
    (pack / "editions/2027").mkdir()

    problems = check_pack(pack)

    assert [(problem.code, problem.where) for problem in problems] == [
        ("SM293", "LICENSE"),
        ("SM255", "scheme.yaml, editions"),
        ("SM206", "notes.docx"),
        ("SM294", "__init__.py"),
    ]


def test_every_edition_is_checked_and_named(pack):
    shutil.copytree(pack / "editions/2026", pack / "editions/2027")
    path = pack / "scheme.yaml"
    path.write_text(path.read_text().replace('["2026"]', '["2026", "2027"]'))
    change(pack, "grading.yaml", "at_least: 85", "at_least: 60")

    problems = check_pack(pack)

    assert [(problem.code, problem.where.partition(",")[0]) for problem in problems] == [
        ("SM214", "editions/2026/grading.yaml"),
        ("SM283", "editions/2026/grading.yaml"),
        ("SM254", "editions/2027/edition.yaml"),
    ]
    assert check_pack(pack, "2027") == problems[2:]


def test_an_edition_listed_but_absent_is_a_problem(pack):
    path = pack / "scheme.yaml"
    path.write_text(path.read_text().replace('["2026"]', '["2026", "2027"]'))

    (problem,) = check_pack(pack)

    assert (problem.code, problem.what) == ("SM203", 'There is no edition "2027".')


def test_a_folder_that_is_no_pack_is_refused(tmp_path):
    with pytest.raises(SealmarkError) as caught:
        check_pack(tmp_path)

    assert caught.value.codes == ("SM201",)


def translated(pack, language, *changes):
    source = (pack / "editions/2026/text/en.yaml").read_text("utf-8")
    words = source.replace("language: en", f"language: {language}")
    for old, new in changes:
        assert old in words
        words = words.replace(old, new)
    (pack / f"editions/2026/text/{language}.yaml").write_text(words, "utf-8")
    change(pack, "edition.yaml", "languages: [en]", f"languages: [en, {language}]")


def test_english_left_in_a_translation_is_a_warning_for_each_text(pack):
    translated(pack, "ru", ("title: Courtesy", "title: Вежливость"))

    problems = check_pack(pack)

    assert {(problem.code, problem.severity) for problem in problems} == {("SM273", "warning")}
    assert '"Courtesy" is the English text.' not in {problem.what for problem in problems}
    assert '"Trained staff" is the English text.' in {problem.what for problem in problems}


def test_characters_of_the_other_chinese_script_are_named(pack):
    translated(pack, "zh-Hant", ("title: Courtesy", "title: 服务說明"), ("title: Trained staff", "title: 服務說明"))

    problems = [problem for problem in check_pack(pack) if problem.code == "SM274"]

    assert [problem.what for problem in problems] == ['"务" is not written so in zh-Hant.']


def test_text_in_an_undeclared_language_is_an_error(pack):
    words = (pack / "editions/2026/text/en.yaml").read_text("utf-8").replace("language: en", "language: ru")
    (pack / "editions/2026/text/ru.yaml").write_text(words, "utf-8")

    errors = [problem for problem in check_pack(pack) if problem.severity == "error"]

    assert [(problem.code, problem.what) for problem in errors] == [
        ("SM276", 'The language "ru" is not among the languages of the edition.')
    ]


def test_conditions_that_exclude_each_other_are_unreachable(pack):
    change(pack, "tree.yaml", 'clause: "1"', 'clause: "1"\n        applies: {sizes: [large]}')
    change(pack, "requirements/courtesy.yaml", "points: 20", "points: 20\napplies: {sizes: [small]}")

    (problem,) = check_pack(pack)

    assert (problem.code, problem.what) == (
        "SM236",
        'The requirement "courtesy" can never apply: no size class satisfies it and the groups above it.',
    )


def test_overlay_points_are_added_up_as_well(pack):
    change(pack, "sources.yaml", "  committee:", "  holder: {title: The owner, status: licence-holder}\n  committee:")
    parameter = "  twenty:\n    values: [{effective_from: 2026-01-01, value: null, source: holder}]\n"
    change(pack, "parameters.yaml", "parameters:\n", "parameters:\n" + parameter)
    change(pack, "text/en.yaml", "parameters:\n", "parameters:\n  twenty: Points of courtesy\n")
    change(pack, "requirements/courtesy.yaml", "points: 20", "points: {parameter: twenty}")
    overlay = "overlay: trial\nfor_edition: front-desk/2026\nkind: practice\nsupplied_by: Ada\nvalues: {twenty: 21}\n"
    (pack / "editions/2026/overlays").mkdir()
    (pack / "editions/2026/overlays/trial.yaml").write_text(overlay)

    (problem,) = check_pack(pack)

    assert problem.what == (
        'The children of "people" have 41 points together, the group declares 40 under the overlay "trial".'
    )


def test_a_broken_file_draws_no_messages_about_others(pack):
    change(pack, "measures/satisfaction.yaml", "unit: points", "unit: pints")

    (problem,) = check_pack(pack)

    assert (problem.code, problem.what) == ("SM202", '"pints" is not legal here.')


def test_files_that_differ_only_in_capitals_are_refused(pack):
    text = (pack / "editions/2026/measures/satisfaction.yaml").read_text()
    twin = pack / "editions/2026/measures/Satisfaction.yaml"
    if twin.exists():
        pytest.skip("this file system does not tell capitals apart")
    twin.write_text(text.replace("id: satisfaction", "id: Satisfaction"))

    problems = check_pack(pack)

    assert "SM292" in [problem.code for problem in problems]


def test_ladders_that_need_each_other_are_a_circle(pack):
    change(
        pack,
        "grading.yaml",
        "ladders:\n",
        "ladders:\n  - {id: level, score: total-score, below: none, gates: [needs-certificate], grades: [{id: high, at_least: 50}]}\n",
    )
    change(
        pack,
        "grading.yaml",
        "gates:\n",
        "gates:\n"
        "  - {id: needs-certificate, ladder: certificate, at_least: certified}\n"
        "  - {id: needs-level, ladder: level, at_least: high}\n",
    )
    change(pack, "grading.yaml", "gates: [complaints-handled]", "gates: [complaints-handled, needs-level]")

    circles = [problem.what for problem in check_pack(pack) if problem.code == "SM248"]

    assert circles == [
        'The ladder "level" needs its own grade through the gate "needs-certificate".',
        'The ladder "certificate" needs its own grade through the gate "needs-level".',
    ]
