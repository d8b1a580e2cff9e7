"""What draws leave out about sites is said, and no mark can be taken away unseen."""

from decimal import Decimal

import pytest
from tests.library.builders import book_of, edition_of, evidence_of
from tests.library.evaluation.small import CASE, changed, edition, gathered, problems, write_light_case

from sealmark.assess.assessment import assess
from sealmark.assess.evidence import Mark
from sealmark.assess.findings import Reason
from sealmark.evaluation.certainty.limits import limits_of_sites
from sealmark.evaluation.evidence.tables import Site, visited_sites
from sealmark.evaluation.run import evaluate, open_case

D = Decimal
BOOK = book_of(edition_of({
    "mean": {"judgement": "ten"}, "worst": {"judgement": "ten", "sites": "worst"},
    "lot": {"sample": "met", "of": "contacts"}, "asked": {"fact": "years", "scores": {"at_least": 1}},
}))  # fmt: skip
SITES = ("a", "b", "c")


def codes(judged, *, visited=("a", "b"), listed=SITES, sites=()):
    marks = {name: [Mark(D(7) if name != "lot" else "yes", site) for site in places] for name, places in judged.items()}
    found = limits_of_sites(evidence_of(judgements=marks, sites=listed, visited=visited), BOOK, sites)
    return {reason.code: list(reason.figures.values()) for reason in found}


def test_nothing_is_left_out_where_all_was_judged_everywhere():
    assert codes({"mean": "abc", "worst": "abc", "lot": "abc"}, visited=SITES) == {}
    assert codes({}, visited=()) == {}


def test_the_worst_of_the_visited_is_not_the_worst_of_all():
    assert codes({"worst": "ab"}) == {"worst-of-visited": [1]}
    assert codes({"worst": "abc"}, visited=SITES) == {}


def test_what_was_judged_at_one_of_several_visited_sites_shows_no_spread():
    assert codes({"mean": "a", "lot": "b"}) == {"marks-not-everywhere": [2], "judged-at-one-site": [2]}
    assert codes({"mean": "a"}, visited=("a",)) == {}


def test_head_office_is_no_site():
    assert codes({"mean": ["head-office"], "worst": ["head-office"]}) == {}


TYPES = [Site("a", stratum="shop"), Site("b", stratum="shop"), Site("c", stratum="depot"), Site("o", central=True)]


def test_types_of_sites_that_the_draws_take_as_one_are_said():
    assert codes({"mean": "ab"}, sites=TYPES) == {"strata-not-drawn": [2], "strata-unseen": [1, 2]}
    assert codes({"mean": "ac"}, visited=("a", "c"), sites=TYPES) == {"strata-not-drawn": [2]}
    assert codes({"mean": "abc"}, visited=SITES, sites=TYPES) == {}
    assert codes({"mean": "ab"}, sites=TYPES[:2]) == {}
    assert codes({}, visited=(), sites=TYPES) == {}


@pytest.mark.parametrize(
    ("sites", "places", "expected"),
    [
        ([Site("a"), Site("b", visited=True), Site("o", central=True, visited=True)], ["o", "a"], ("a", "b")),
        ([Site("a"), Site("b")], [], ()),
        ([], ["b", "a", "head-office"], ("a", "b")),
    ],
    ids=["flag and marks", "nothing", "no list"],
)
def test_a_site_is_visited_that_is_said_to_be_or_was_judged(sites, places, expected):
    assert visited_sites(sites, {"mean": [Mark(D(7), place) for place in places]}) == expected


ROWS = CASE["judgements.csv"].splitlines(keepends=True)


@pytest.mark.parametrize("row", range(1, len(ROWS)))
def test_no_mark_can_be_taken_away_unseen(tmp_path, row):
    """Every row but one says where it is missing, in the reasons of its requirement."""
    whole, poorer = (
        _assessed(tmp_path / name, rows) for name, rows in (("all", ROWS), ("less", ROWS[:row] + ROWS[row + 1 :]))
    )
    requirement, site = ROWS[row].split(",")[:2]

    told = {reason.code for reason in poorer.findings[requirement].reasons}

    assert whole.findings[requirement].reasons == ()
    assert told & {"marks-missing", "mark-missing", "marks-uneven"}
    places = [str(reason.figures["places"]) for reason in poorer.findings[requirement].reasons]
    assert any(site in place for place in places)


def _assessed(folder, rows):
    given = gathered(write_light_case(folder, {"judgements.csv": "".join(rows)}))
    return assess(given.evidence, open_case(edition(), folder).book)


def test_a_case_may_say_how_many_marks_were_handed_in(tmp_path):
    said = changed("case.yaml", "judgements: [judgements.csv]", "judgements: [{file: judgements.csv, marks: 10}]")
    fewer = {**said, "judgements.csv": "".join(ROWS[:-1])}

    assert problems(write_light_case(tmp_path / "a", _light(said))) == []
    (problem,) = problems(write_light_case(tmp_path / "b", _light(fewer)))

    assert (problem.code, problem.what, problem.where) == (
        "SM343", "10 marks were handed in, the table has 9 rows of marks.", "judgements.csv"
    )  # fmt: skip


def _light(files):
    text = files["case.yaml"]
    return {**files, "case.yaml": text[: text.index("surveys:")] + text[text.index("judgements:") :]}


def test_the_document_names_what_is_left_out(tmp_path):
    rows = [row for row in ROWS if not row.startswith("polite,site-2")]

    document = evaluate(
        edition(), write_light_case(tmp_path / "case", {"judgements.csv": "".join(rows)}), draws=10
    ).document

    found = {item["code"]: item["figures"] for item in document["limitations"]}
    assert found["marks-not-everywhere"] == {"requirements": 1}
    assert found["judged-at-one-site"] == {"requirements": 1}
    assert found["strata-not-drawn"] == {"strata": 2}
    assert document["findings"]["polite"]["reasons"] == [
        {"code": "marks-missing", "about": "polite", "figures": {"number": 1, "places": "site-2"}}
    ]


def test_a_reason_is_said_once_for_all_requirements():
    evidence = evidence_of(judgements={"mean": [Mark(D(7), "a")]}, sites=SITES, visited=("a", "b"))

    assert limits_of_sites(evidence, BOOK)[0] == Reason("marks-not-everywhere", "judgements", {"requirements": 1})
