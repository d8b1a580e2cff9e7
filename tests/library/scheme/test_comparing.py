import shutil

from sealmark.scheme.comparing import Change, compare
from sealmark.scheme.discovery import load

from .conftest import change


def twin(pack, tmp_path):
    return shutil.copytree(pack, tmp_path / "twin")


def test_equal_editions_have_no_difference(pack, tmp_path):
    assert compare(load(str(pack)), load(str(twin(pack, tmp_path)))) == ()


def test_every_kind_of_change_is_named_with_its_class(pack, tmp_path):
    other = twin(pack, tmp_path)
    change(other, "requirements/courtesy.yaml", "points: 20", "points: 25")
    change(other, "requirements/courtesy.yaml", "[announced-visit]", "[survey]")
    change(other, "parameters.yaml", "value: 75", "value: 80")
    change(other, "grading.yaml", "{id: excellent, at_least: 85}", "{id: excellent, at_least: 90}")
    change(other, "grading.yaml", "at_least: 1", "at_least: 0.5")
    change(other, "text/en.yaml", "title: Courtesy", "title: Kindness")

    assert compare(load(str(pack)), load(str(other))) == (
        Change("requirement", "courtesy", "changed", "points", "20", "25", "affects-grading"),
        Change("parameter", "satisfaction-floor", "changed", "values.0.value", "75", "80", "affects-grading"),
        Change("gate", "complaints-handled", "changed", "at_least", "1", "0.5", "affects-grading"),
        Change("grade", "certificate/excellent", "changed", "at_least", "85", "90", "affects-grading"),
        Change("requirement", "courtesy", "changed", "modes", "[announced-visit]", "[survey]", "procedure"),
        Change("wording", "en", "changed", "nodes.courtesy.title", "Courtesy", "Kindness", "wording-only"),
    )


def test_added_and_removed_requirements_are_named_whole(pack, tmp_path):
    other = twin(pack, tmp_path)
    (other / "editions/2026/requirements/courtesy.yaml").unlink()
    (other / "editions/2026/cases/courtesy.yaml").unlink()
    change(other, "tree.yaml", "[courtesy, trained-staff]", "[trained-staff]")

    changes = [item for item in compare(load(str(pack)), load(str(other))) if item.area in {"requirement", "group"}]

    assert changes == [
        Change(
            "requirement",
            "courtesy",
            "removed",
            old="id: courtesy, clause: 1.1, source: committee, points: 20, "
            "evidence: [{judgement: quality, mark_roll_up: mean, assessors: mean, sites: mean, every_site: false}], combine: minimum, "
            "missing: not-determined, modes: [announced-visit]",
        ),
        Change("group", "people", "changed", "children", "[courtesy, trained-staff]", "[trained-staff]"),
    ]
    back = [item for item in compare(load(str(other)), load(str(pack))) if item.what == "added"]
    assert [item.id for item in back if item.area == "requirement"] == ["courtesy"]


def test_a_new_golden_case_changes_no_grade(pack, tmp_path):
    other = twin(pack, tmp_path)
    change(other, "cases/courtesy.yaml", "Fully there at both sites conforms.", "Fully there everywhere conforms.")

    changes = compare(load(str(pack)), load(str(other)))

    assert [(item.what, item.affects) for item in changes] == [("removed", "golden-cases"), ("added", "golden-cases")]


def test_keys_added_to_a_mapping_and_labels_of_figures(pack, tmp_path):
    other = twin(pack, tmp_path)
    change(other, "requirements/trained-staff.yaml", "    per: staff\n", "")
    change(other, "requirements/satisfaction.yaml", "small: 20, large: 100", "small: 20")
    change(other, "requirements/courtesy.yaml", 'clause: "1.1"', 'clause: "1.1a"')
    change(other, "declarations.yaml", "{type: boolean}", "{type: boolean, unit: yes-no}")
    change(other, "grading.yaml", "gates: [complaints-handled]", "gates: []")

    changes = {
        (item.id, item.key): (item.old, item.new, item.affects) for item in compare(load(str(pack)), load(str(other)))
    }

    assert changes == {
        ("trained-staff", "evidence.0.per"): ("staff", "", "affects-grading"),
        ("satisfaction", "evidence.0.minimum_base.by_size.large"): ("100", "", "affects-grading"),
        ("courtesy", "clause"): ("1.1", "1.1a", "wording-only"),
        ("has-hotline", "unit"): ("", "yes-no", "wording-only"),
        ("certificate", "gates"): ("[complaints-handled]", "[]", "affects-grading"),
    }


def test_a_new_language_is_wording_only(pack, tmp_path):
    other = twin(pack, tmp_path)
    words = (other / "editions/2026/text/en.yaml").read_text("utf-8").replace("language: en", "language: ru")
    (other / "editions/2026/text/ru.yaml").write_text(words, "utf-8")

    changes = compare(load(str(pack)), load(str(other)))

    assert {(item.area, item.id, item.what, item.affects) for item in changes} == {
        ("wording", "ru", "added", "wording-only")
    }


def test_bands_and_the_mark_of_information_are_words_only(pack, tmp_path):
    scale = "scales:\n  ten: {lowest: 0, highest: 10, bands: [{id: low, lowest: 0, highest: 4}]}"
    gate = "gates:\n  - {id: half, nodes: [total], at_least: 0.5, information: true}"
    change(pack, "scales.yaml", "scales:", scale)
    change(pack, "grading.yaml", "gates:", gate)
    other = twin(pack, tmp_path)
    change(other, "scales.yaml", "highest: 4", "highest: 5")
    change(other, "grading.yaml", ", information: true", "")

    assert compare(load(str(pack)), load(str(other))) == (
        Change("scale", "ten", "changed", "bands.low.highest", "4", "5", "wording-only"),
        Change("gate", "half", "changed", "information", "true", "false", "wording-only"),
    )
