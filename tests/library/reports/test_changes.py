# ruff: noqa: RUF001 - dashes and minus signs as they are shown
"""A change between two waves in the report: both waves, the interval, the verdict, and why there is none."""

from dataclasses import replace
from decimal import Decimal

import pytest
from tests.library.builders import requirement_of
from tests.library.reports.samples import sample_document, sample_edition, sample_evidence

from sealmark.assess.evidence import Changed
from sealmark.core.estimates import Estimate
from sealmark.reports.blocks import Group, Tree
from sealmark.reports.page import build_page
from sealmark.scheme.wording import LANGUAGES

D = Decimal
RULE = {"relevant": 2, "scores": {"table": {"improved": 1, "not-shown": 0, "not-improved": 0}}}


def edition_with(rule, place="seminar"):
    edition = sample_edition()
    changed = requirement_of(place, {"points": 10, "evidence": [rule]})
    return replace(edition, requirements={**edition.requirements, place: changed})


def document_of(edition, measure, change):
    evidence = sample_evidence()
    found = replace(evidence.measures[measure], change=change)
    return sample_document(edition, replace(evidence, measures={**evidence.measures, measure: found}))


def changed(value, lower=None, upper=None, *, before=("80", 200), after=("84.25", 412), note=""):
    waves = [Estimate(D(number), base=base) for number, base in (before, after)]
    ends = (None if end is None else D(end) for end in (value, lower, upper))
    return Changed(*waves, Estimate(*ends, base=612, note=note))


def shown(edition, document, language="en", place="seminar"):
    page = build_page(document, edition, language)
    (tree,) = [
        block for part in page.sections if part.id == "requirements" for block in part.blocks if isinstance(block, Tree)
    ]
    found = [item for root in tree.roots for item in requirements(root)]
    return next(item for item in found if item.id == place)


def requirements(group):
    for child in group.children:
        yield from requirements(child) if isinstance(child, Group) else [child]


@pytest.mark.parametrize(
    ("ends", "verdict", "sentence", "earns"),
    [
        (("4.25", "2.5", "6"), "improved", "Improved: the whole interval lies beyond +2.0.", "Earns 100%."),
        (("4.25", "1.5", "7"), "not-shown", "Improvement is not shown: +2.0 lies inside the interval.", "Earns 0%."),
        (("0.25", "-1", "1.5"), "not-improved", "Not improved: the whole interval falls short of +2.0.", "Earns 0%."),
    ],
)
def test_both_waves_the_interval_and_the_verdict_are_told(ends, verdict, sentence, earns):
    edition = edition_with({"change": "customer-index", **RULE})
    document = document_of(edition, "customer-index", changed(*ends))

    (item,) = shown(edition, document).evidence

    assert document["findings"]["seminar"]["evidence"][0]["verdict"] == verdict
    assert item.text == f"Customer index, change from the earlier to the later wave: {D(ends[0]):+.1f}"
    assert item.details[:2] == ("earlier wave: 80.0 (n = 200)", "later wave: 84.2 (n = 412)")
    assert item.details[3:] == (sentence, earns)


def test_shares_move_in_percentage_points_and_a_limit_is_named():
    edition = edition_with({"change": "in-time", "counts": "lower-limit", "scores": {"at_least": D("0.02")}})
    change = changed("0.0412", "0.0212", "0.0612", before=("0.9", 300), after=("0.9412", 900))

    (item,) = shown(edition, document_of(edition, "in-time", change)).evidence

    assert item.text == "In time, change from the earlier to the later wave: +4.1 percentage points"
    assert item.details == (
        "earlier wave: 90.0% (n = 300)", "later wave: 94.1% (n = 900)",
        "+2.1 percentage points to +6.1 percentage points at 95% confidence",
        "Needs at least +2.0 percentage points.", "The lower limit of the interval counts.", "Earns 100%.",
    )  # fmt: skip


def test_where_lower_is_better_the_smallest_change_is_a_fall():
    edition = edition_with({"change": "first-reply", **RULE})
    change = changed("-3", "-3.5", "-2.5", before=("6.25", 90), after=("3.25", 900))

    (item,) = shown(edition, document_of(edition, "first-reply", change)).evidence

    assert item.text.endswith("wave: −3.0 hrs")
    assert item.details[3] == "Improved: the whole interval lies beyond −2.0 hrs."


REASONS = [
    (None, {}, "Customer index: no change known", (), "The case names no two waves to compare: Customer index."),
    (changed(None, note="One of the waves has no answer here."), {}, "Customer index: no change known",
     ("earlier wave: 80.0 (n = 200)", "later wave: 84.2 (n = 412)", "One of the waves has no answers."),
     "No change could be computed: Customer index. One of the waves has no answers."),
    (changed("4", "3", "5"), {"minimum_base": 201}, None, None,
     "Too few answers or records in one of the waves for “Customer index”: 200, needed 201."),
    (changed("4", note="No degrees of freedom."), {}, None, None,
     "The change has no interval, and the scheme compares its limits: Customer index. There are no degrees of freedom, so there is no interval."),
    (changed("4", "3", "5"), {"scores": {"table": {"not-improved": 0}}}, None, None,
     "The scheme does not say what this counts for “Customer index”: improved."),
]  # fmt: skip


@pytest.mark.parametrize(("change", "rule", "text", "details", "reason"), REASONS)
def test_why_a_change_is_not_determined(change, rule, text, details, reason):
    edition = edition_with({"change": "customer-index", **RULE, **rule})

    found = shown(edition, document_of(edition, "customer-index", change))

    assert (found.state, found.reasons) == ("not-determined", (reason,))
    if text is not None:
        assert (found.evidence[0].text, found.evidence[0].details) == (text, details)


def test_a_measure_that_is_not_in_the_case_has_no_change():
    edition = edition_with({"change": "customer-index", **RULE})
    evidence = sample_evidence()
    others = {name: item for name, item in evidence.measures.items() if name != "customer-index"}

    found = shown(edition, sample_document(edition, replace(evidence, measures=others)))

    assert (found.state, found.evidence[0].details) == ("not-determined", ())


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_gate_that_was_missed_names_its_verdict_in_every_language(language):
    edition = edition_with({"fact": "seminar", "scores": {"table": {"yes": 1, "no": 0}}})
    gates = [gate.model_copy(update={"evidence": requirement_of("x", [{"change": "customer-index", **RULE}]).evidence[0]})
             if gate.id == "lawful" else gate for gate in edition.grading.gates]  # fmt: skip
    edition = replace(edition, grading=edition.grading.model_copy(update={"gates": tuple(gates)}))

    page = build_page(document_of(edition, "customer-index", changed("4", "1", "7")), edition, language)

    words = {
        "en": "not shown to have improved",
        "ru": "улучшение не показано",
        "zh-Hans": "未显示改进",
        "zh-Hant": "未顯示改善",
    }
    assert words[language] in str(page)
