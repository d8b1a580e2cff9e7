"""Every installed pack: no error, every language complete, every golden case passes."""

import pytest

from sealmark.assess.assessment import assess
from sealmark.assess.evidence import Evidence
from sealmark.assess.figures import FigureBook
from sealmark.assess.golden import run_cases
from sealmark.scheme.checking import inspect_pack
from sealmark.scheme.describe import describe_gate, describe_requirement
from sealmark.scheme.discovery import editions, load, pack_folders
from sealmark.scheme.exporting import sheets_of

OURS = ["cse-style/2008", "csqs-style/2022", "gbt27922/2011", "sealmark-charter/2026", "servicemark-style/2019"]
LANGUAGES = ["en", "ru", "zh-Hans", "zh-Hant"]


def test_the_five_packs_are_installed():
    assert sorted(name for name, _ in editions()) == OURS


@pytest.mark.parametrize("name", sorted(pack_folders()))
def test_a_pack_has_no_error(name):
    found = inspect_pack(pack_folders()[name])

    assert [str(problem) for problem in found.errors] == []


@pytest.mark.parametrize("name", sorted(pack_folders()))
def test_a_pack_is_complete_in_four_languages(name):
    for edition in inspect_pack(pack_folders()[name]).editions:
        assert [(item.language, item.needed - item.present) for item in edition.languages] == [
            (language, 0) for language in LANGUAGES
        ]


@pytest.mark.parametrize("name", OURS)
def test_golden_cases_cover_an_edition_and_pass(name):
    edition = load(name)

    results = run_cases(edition)

    assert [(item.requirement, item.case, item.differences) for item in results if not item.passed] == []
    assert {item.requirement for item in results} == {*edition.requirements, None}


@pytest.mark.parametrize("name", OURS)
def test_every_rule_can_be_told_in_four_languages(name):
    edition = load(name)

    for language in LANGUAGES:
        told = [describe_requirement(item, edition, language) for item in edition.requirements.values()]
        told += [describe_gate(gate, edition, language) for gate in edition.grading.gates]
        assert all(told)
        assert not [text for text in told if "{" in text]
        assert len(sheets_of(edition, language)) == 6


@pytest.mark.parametrize("name", OURS)
def test_what_decides_whether_a_requirement_applies_is_named_where_nobody_declared_it(name):
    edition = load(name)
    conditions = [item.applies for item in edition.requirements.values() if item.applies]
    conditions += [group.applies for group in edition.tree.groups() if group.applies]
    asked = {("fact", fact) for condition in conditions for fact in condition.facts}
    asked |= {("modules", "modules") for condition in conditions if condition.modules}

    found = assess(
        Evidence(as_of=edition.manifest.effective_from, employees=40),
        FigureBook(edition, edition.manifest.effective_from, 40),
    )

    assert asked
    assert asked <= {(item.kind, item.id) for item in found.missing}
