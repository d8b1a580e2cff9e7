# ruff: noqa: RUF001 - dashes and quotation marks as they are shown
import dataclasses
import datetime as dt
from decimal import Decimal

import pytest
from tests.library.reports.samples import sample_document, sample_edition, sample_evidence

from sealmark.assess.evidence import Measured
from sealmark.core.errors import SealmarkError
from sealmark.core.estimates import Estimate
from sealmark.reports.blocks import Bullets, Figure, Group, Table, Text, Tree
from sealmark.reports.page import build_page
from sealmark.reports.summary import display_width, headline, summary_lines


@pytest.fixture(scope="module")
def page(document, edition):
    return build_page(document, edition, "en")


def section(page, name):
    return next(part for part in page.sections if part.id == name)


def tables(page, name):
    return [block for block in section(page, name).blocks if isinstance(block, Table)]


def words(page):
    return str(dataclasses.asdict(page))


def requirements(group):
    for child in group.children:
        yield from requirements(child) if isinstance(child, Group) else [child]


def test_sections_stand_in_the_order_of_the_questions(page):
    assert [part.id for part in page.sections] == [
        "score", "chances", "next", "groups", "requirements", "contributions", "measures", "gates", "adjustments",
        "missing", "limitations", "sites", "imports", "reproduce", "notice",
    ]  # fmt: skip


def test_result_in_one_sentence_per_ladder(page):
    assert [(card.ladder, card.grade, card.reached, card.steps) for card in page.cards] == [
        ("Stars", "Two stars", 2, 3),
        ("Levels", "Level two", 2, 2),
    ]
    assert page.cards[0].sentence == "Two stars, 88% sure; one star 12%."
    assert page.cards[0].score == "Points: 82.5 of 100"
    # 26 draws of the index from 70 to 95: its share moves 30 of the points, the rest is 55.5.
    assert page.cards[0].likely == "Likely between 68.7 and 85.5 (90% of the possible truths)."


def test_every_banner_that_applies_is_shown(page):
    assert page.banners == (
        "Made-up example. The organization and all of its evidence are invented.",
        "Self-assessment. The organization judged itself; this is not a certificate.",
        (
            "Practice figures (practice) stand in for figures that the owner of the standard has not published. "
            "No result under them is official."
        ),
    )


def test_an_evaluation_proper_has_no_banner(edition):
    document = sample_document(edition, overlay=False, made_up=False, label="evaluation")

    assert build_page(document, edition, "en").banners == ()


def test_not_determined_lists_what_is_missing_in_words(edition):
    evidence = sample_evidence(measures={}, facts={"managers": Decimal(20)})
    page = build_page(sample_document(edition, evidence), edition, "en")

    assert page.cards[0].grade == "Not determined"
    assert page.cards[0].reached is None
    assert sorted(page.cards[0].missing) == [
        "No answers or records for: Customer index.",
        "No answers or records for: In time.",
        "Not declared: Incidents.",
        "Not declared: Lawful.",
        "Not declared: Seminar.",
    ]


def test_a_figure_the_owner_keeps_is_named(edition):
    page = build_page(sample_document(edition, overlay=False), edition, "en")

    bullets = [block for block in section(page, "missing").blocks if isinstance(block, Bullets)]
    assert [(block.title, block.items) for block in bullets] == [
        (
            "Figures that the owner of the standard has not published (an overlay can supply them)",
            ("Staff share (staff-share)",),
        )
    ]


def test_why_not_the_next_grade_and_the_way_up(page):
    blocks = section(page, "next").blocks

    assert isinstance(blocks[0], Bullets)
    assert blocks[0].title == "Stars: what stands between the result and “Three stars”"
    assert blocks[0].items == ("The score “Points” is 82.5; needed are 90.",)
    assert isinstance(blocks[1], Text)
    assert blocks[1].text.startswith("One requirement is enough: if it were met in full, the score would be 92.5")
    assert isinstance(blocks[2], Table)
    assert blocks[2].rows == (("Service policy", "0%", "+10.0"),)
    assert blocks[3] == Text("Level two is the highest grade of this ladder.")


def test_every_requirement_is_explained_with_its_evidence(page, edition):
    tree = next(block for block in section(page, "requirements").blocks if isinstance(block, Tree))
    found = {item.id: item for root in tree.roots for item in requirements(root)}

    assert set(found) == set(edition.requirements)
    assert found["greeting"].statement == "Partly conforms"
    assert found["greeting"].evidence[0].text == "Drawn sample of 8 units"
    assert found["greeting"].evidence[0].sources == tuple(f"judgements.csv, row {number}" for number in range(1, 6))
    assert found["greeting"].evidence[0].more == "and 3 further places"
    assert found["index"].evidence[0].text == "Customer index: 84.2"
    assert "82.5 to 86.0 at 95% confidence" in found["index"].evidence[0].details
    assert "The lower limit of the interval counts." in found["index"].evidence[0].details
    assert found["staff"].evidence[0].text == "Trained: 20.0%"
    assert found["staff"].evidence[0].details == ("Needs at least 10.0%.", "Earns 100%.")
    assert found["papers"].reasons == ("Not in date: Policy, dated 31 January 2024.",)
    assert found["exports"].statement == "Does not apply"
    assert found["process"].marks is not None
    assert found["process"].marks.rows == (("Intent", "100%"), ("Practice", "50%"))


def test_lost_points_come_dearest_first(page):
    figures = [block for block in section(page, "contributions").blocks if isinstance(block, Figure)]

    assert figures[0].title == "“Service policy” costs the most: 10.0 points"


def test_groups_of_a_matrix_have_a_column_per_mark(page):
    figure = section(page, "groups").blocks[0]

    assert isinstance(figure, Figure)
    assert [column.title for column in figure.table.columns][-2:] == ["Intent", "Practice"]
    assert figure.table.rows[-1][-2:] == ("100%", "50%")


def test_small_groups_are_hidden_and_one_more_to_protect_them(edition):
    bases = {"site-1": 4, "site-2": 30, "site-3": 60}
    places = {name: Estimate(Decimal("77.77"), base=base) for name, base in bases.items()}
    measured = sample_evidence().measures
    index = Measured(measured["customer-index"].overall, places, "surveys/customers.csv")
    document = sample_document(edition, sample_evidence(measures={**measured, "customer-index": index}))

    page = build_page(document, edition, "en")

    table = next(table for table in tables(page, "measures") if table.caption == "Customer index: by site")
    assert [row[:4] for row in table.rows] == [
        ("site-1", "hidden", "–", "below 10"),
        ("site-2", "hidden", "–", "–"),
        ("site-3", "77.8", "–", "60"),
    ]
    notes = [block.text for block in section(page, "measures").blocks if isinstance(block, Text)]
    assert notes[1:] == [
        "Fewer than 10 respondents: the value is hidden to protect them.",
        "Hidden so that a smaller group cannot be worked out from the rest.",
    ]


def test_a_thin_overall_value_appears_nowhere(edition):
    thin = Measured(Estimate(Decimal("71.2345"), Decimal("66.6"), Decimal("77.7"), base=6))
    measured = {**sample_evidence().measures, "customer-index": thin}
    shown = words(build_page(sample_document(edition, sample_evidence(measures=measured)), edition, "en"))

    assert "Customer index: hidden" in shown
    assert [figure for figure in ("71.2", "66.6", "77.7") if figure in shown] == []


def test_service_records_are_not_hidden(edition):
    few = Measured(Estimate(Decimal("0.5"), base=3), {"site-1": Estimate(Decimal("0.5"), base=1)})
    measured = {**sample_evidence().measures, "in-time": few}
    page = build_page(sample_document(edition, sample_evidence(measures=measured)), edition, "en")

    assert ("site-1", "50.0%", "–", "1", "–") in [row[:5] for table in tables(page, "measures") for row in table.rows]


def test_rows_set_aside_have_their_reasons(page):
    assert tables(page, "imports")[0].rows == (
        ("records/tickets.csv", "1,204", "1,190", "14", "exact copy of an earlier row: 12; “test ticket”: 2"),
    )


def test_a_waived_gate_says_why_by_whom_and_when(edition):
    evidence = sample_evidence(facts={**sample_evidence().facts, "lawful": False}, waivers={"lawful": "new law"})
    waiver = {"gate": "lawful", "reason": "new law", "by": "Bo", "on": dt.date(2026, 5, 1)}
    page = build_page(sample_document(edition, evidence, waivers=[waiver]), edition, "en")

    row = next(row for row in tables(page, "gates")[0].rows if row[0] == "Lawful")
    assert row == (
        "Lawful", "waived", "Waived with the reason: new law Waived by Bo on 1 May 2026 Not met: Lawful (found: No).",
    )  # fmt: skip


def test_everything_needed_to_recompute_is_named(document, page):
    rows = dict(tables(page, "reproduce")[0].rows)

    assert rows["Scheme test/1"] == "sha256:01"
    assert rows["Overlay practice"] == "sha256:02"
    assert rows["Input case.yaml"] == "sha256:03"
    assert rows["This evaluation (digest of evaluation.json)"] == document["digest"]


@pytest.mark.parametrize("language", ["ru", "zh-Hans", "zh-Hant"])
def test_no_english_wording_is_left_in_other_languages(document, edition, language):
    shown = words(build_page(document, edition, language))
    english = build_page(document, edition, "en")
    titles = {part.title for part in english.sections} | {card.grade for card in english.cards}

    assert [title for title in sorted(titles) if title in shown] == []


def test_fallback_is_told_on_the_page(document):
    page = build_page(document, sample_edition(("en",)), "zh-Hant")

    assert page.language == "en"
    assert page.fallback == (
        "This scheme has no complete wording in the language asked for (Traditional Chinese), so the whole report is in English."
    )


def test_all_reasons_of_gates_and_grades_are_sentences(edition):
    facts = {"managers": Decimal(20), "seminar": False, "incidents": Decimal(5), "lawful": False}
    evidence = sample_evidence(facts=facts, actions=(), documents={}, persons=None)
    page = build_page(sample_document(edition, evidence), edition, "en")

    gates = {row[0]: row[2] for row in tables(page, "gates")[0].rows}
    assert gates["Few incidents"] == "“Incident” was given 5 times; allowed are at most 3."
    assert gates["Lawful"] == "Not met: Lawful (found: No)."
    assert gates["Most met"].startswith("In “Service as a whole” ")
    assert "Reason code" not in words(page)


def test_a_wrong_document_is_refused_with_its_places(edition):
    with pytest.raises(SealmarkError) as caught:
        build_page({"format": "sealmark-evaluation/1", "scheme": {"id": "test/1"}}, edition, "en")

    assert set(caught.value.codes) == {"SM610"}
    assert "organization" in {problem.where for problem in caught.value.problems}


def test_another_edition_is_refused(document, edition):
    other = {**document, "scheme": {"id": "test/2", "digest": "sha256:01"}}

    with pytest.raises(SealmarkError) as caught:
        build_page(other, edition, "en")

    assert caught.value.codes == ("SM614",)


def test_summary_for_the_terminal(document, edition):
    lines = summary_lines(document, edition, "en")

    assert lines[3:8] == [
        "Scheme        Test standard (test/1)",
        "Organization  Ada & Söhne",
        "Score         Points: 82.5 of 100",
        "Grade         Stars: Two stars",
        "How sure      Two stars, 88% sure; one star 12%.",
    ]
    assert lines[-1] == "Missing       nothing"


def test_columns_of_the_summary_line_up_in_chinese(document, edition):
    lines = summary_lines(document, edition, "zh-Hans")[3:]
    starts = {display_width(line) - display_width(line.split("  ", 1)[1].lstrip()) for line in lines if line[0] != " "}

    assert len(starts) == 1


def test_headline_names_every_ladder(document, edition):
    assert headline(document, edition, "en").startswith("Two stars, 88% sure; one star 12%. Level two, ")


def test_figures_of_an_overlay_outside_the_pack_are_told(edition):
    document = sample_document(edition)
    document["overlay"] = {**document["overlay"], "id": "ours", "values": {"staff-share": "0.125"}}

    page = build_page(document, edition, "en")

    tree = next(block for block in section(page, "requirements").blocks if isinstance(block, Tree))
    staff = next(item for root in tree.roots for item in requirements(root) if item.id == "staff")
    assert staff.evidence[0].details[0] == "Needs at least 12.5%."


def lacking(edition, number):
    document = sample_document(edition, sample_evidence(measures={}))
    missing = [{"kind": "fact", "id": f"fact-{count:02d}"} for count in range(number)]
    return {**document, "missing": [{"kind": "parameter", "id": "staff-share"}, *missing]}


def test_the_summary_lists_what_is_missing_by_kind(edition):
    lines = summary_lines(lacking(edition, 2), edition, "en")

    assert [line.removeprefix(" " * 14) for line in lines[-5:]] == [
        "Missing       Figures that the owner of the standard has not published (an overlay can supply them):",
        "  Staff share (staff-share)",
        "Facts to declare:",
        "  fact-00",
        "  fact-01",
    ]


@pytest.mark.parametrize(("language", "more"), [
    ("en", "and 6 more (see the report)"),
    ("ru", "и ещё 6 (см. отчёт)"),
    ("zh-Hans", "另有 6 项（见报告）"),
    ("zh-Hant", "另有 6 項（見報告）"),
])  # fmt: skip
def test_the_summary_stops_after_twenty_and_says_how_many_more(edition, language, more):
    lines = [line.strip() for line in summary_lines(lacking(edition, 25), edition, language)]

    assert lines[-1] == more
    assert sum(line.startswith("fact-") for line in lines) == 19


def unvaried(edition, evidence=None):
    """A document of evidence in which nothing has a known uncertainty."""
    document = sample_document(edition, evidence)
    codes = (
        "assessor-severity-not-included",
        "measures-drawn-independently",
        "no-uncertainty-modelled",
        "gates-waived",
    )
    limits = [{"code": code, "about": edition.id, "figures": {"gates": "lawful"}} for code in codes]
    ladders = {name: {**ladder, "probabilities": {}} for name, ladder in document["ladders"].items()}
    return {**document, "draws": 1000, "ladders": ladders, "limitations": limits}


NO_UNCERTAINTY = (
    "No sampling or measurement uncertainty was in play, and the assessors' judgement is taken as given; "
    "so no probabilities were computed."
)


def test_where_nothing_varies_the_headline_is_the_grade(edition):
    assert headline(unvaried(edition), edition, "en") == "Two stars. Level two."
    assert headline({**unvaried(edition), "limitations": []}, edition, "en").startswith("Two stars. How sure")


def test_where_nothing_varies_the_report_says_so_once(edition):
    page = build_page(unvaried(edition), edition, "en")

    assert [card.sentence for card in page.cards] == ["", ""]
    assert words(page).count("No sampling or measurement uncertainty") == 1
    assert [block.text for block in section(page, "chances").blocks] == [NO_UNCERTAINTY]
    (bullets,) = [block for block in section(page, "limitations").blocks if isinstance(block, Bullets)]
    assert bullets.items[-1] == "Set aside with a recorded reason: Lawful."
    assert [item for item in bullets.items if "severe" in item or "independent of each other" in item] == []


def test_where_nothing_varies_the_summary_says_why_there_is_no_probability(edition):
    assert f"How sure      {NO_UNCERTAINTY}" in summary_lines(unvaried(edition), edition, "en")


def one_unsampled(edition):
    """A document in which nothing sampled stands behind the second ladder."""
    document = sample_document(edition)
    ladders = {name: {**ladder, "probabilities": {} if name == "levels" else ladder["probabilities"]}
               for name, ladder in document["ladders"].items()}  # fmt: skip
    limits = [*document["limitations"], {"code": "nothing-sampled", "about": "levels", "figures": {}}]
    return {**document, "ladders": ladders, "limitations": limits}


def test_a_ladder_that_rests_on_nothing_sampled_says_so_everywhere(edition):
    document = one_unsampled(edition)
    page = build_page(document, edition, "en")
    alone = "Level two. How sure is not stated: nothing this grade rests on was sampled."

    assert headline(document, edition, "en").endswith(alone)
    assert [card.sentence for card in page.cards][1] == alone
    assert any(line.endswith(alone) for line in summary_lines(document, edition, "en"))
    assert section(page, "chances").blocks[-1] == Text(
        "“Levels”: how sure the grade is, is not stated, because nothing it rests on was sampled."
    )
    assert words(page).count("nothing it rests on was sampled") == 1


def test_where_no_ladder_has_chances_each_is_named(edition):
    document = one_unsampled(edition)
    ladders = {name: {**ladder, "probabilities": {}} for name, ladder in document["ladders"].items()}
    limits = [{"code": "nothing-sampled", "about": name, "figures": {}} for name in ladders]

    page = build_page({**document, "ladders": ladders, "limitations": limits}, edition, "en")

    assert len(section(page, "chances").blocks) == len(ladders)
    assert all("was sampled" in card.sentence for card in page.cards)


def test_where_nothing_is_determined_either_the_limitation_stays(edition):
    evidence = sample_evidence(measures={}, judgements={}, facts={"managers": Decimal(20)})
    document = unvaried(edition, evidence)
    assert {ladder["grade"] for ladder in document["ladders"].values()} == {"not-determined"}

    page = build_page(document, edition, "en")

    assert [part.id for part in page.sections if part.id == "chances"] == []
    (bullets,) = [block for block in section(page, "limitations").blocks if isinstance(block, Bullets)]
    assert NO_UNCERTAINTY in bullets.items
    assert headline(document, edition, "en").startswith("Not determined, because ")
