"""Marks that are due at visited sites are named where they are missing, and may be asked for."""

from decimal import Decimal

import pytest
from tests.library.builders import book_of, edition_of, evidence_of, rule_of

from sealmark.assess.due_marks import lacks_marks, reasons_of_marks, sites_without_mark
from sealmark.assess.evidence import Draw, Mark
from sealmark.assess.figures import Missing
from sealmark.assess.findings import Reason
from sealmark.assess.requirements import find

D = Decimal
ONE = rule_of({"judgement": "ten"})
ALL = rule_of({"judgement": "ten", "every_site": True})
TWO = rule_of({"judgement": "ten", "marks": ["plan", "done"]})
SAMPLE = rule_of({"sample": "met", "of": "contacts", "every_site": True})


def evidence(*marks, visited=("x", "y", "z"), **others):
    return evidence_of(judgements={"a": marks}, sites=("x", "y", "z", "w"), visited=visited, **others)


def test_visited_sites_without_a_mark_are_found():
    assert sites_without_mark(ONE, "a", evidence(Mark(D(7), "x"))) == {None: ("y", "z")}
    assert sites_without_mark(ONE, "a", evidence(Mark(D(7), "x"), Mark(D(7), "y"), Mark(D(7), "z"))) == {}


def test_each_mark_is_due_for_itself():
    given = evidence(Mark(D(7), "x", dimension="plan"), Mark(D(7), "x", dimension="done"),
                     Mark(D(7), "y", dimension="plan"), visited=("x", "y"))  # fmt: skip

    assert sites_without_mark(TWO, "a", given) == {"done": ("y",)}
    assert reasons_of_marks(TWO, "a", given) == (
        Reason("mark-missing", "a", {"number": 1, "places": "y", "mark": "done"}),
        Reason("marks-uneven", "a", {"places": "x: 2, y: 1"}),
    )


def test_what_was_judged_at_no_visited_site_is_a_matter_of_the_head_office():
    assert sites_without_mark(ONE, "a", evidence(Mark(D(7)))) == {}
    assert sites_without_mark(ONE, "a", evidence()) == {}


def test_uneven_numbers_of_units_or_assessors_are_named():
    given = evidence(Mark("yes", "x", units=3), Mark("no", "y"), Mark("no", "y", "b"), visited=("x", "y"))

    assert reasons_of_marks(SAMPLE, "a", given) == (Reason("marks-uneven", "a", {"places": "x: 3, y: 2"}),)


def test_only_the_first_sites_are_named_and_all_are_counted():
    sites = tuple(f"s{number:02d}" for number in range(13))

    (reason,) = reasons_of_marks(ONE, "a", evidence(Mark(D(7), "s00"), visited=sites))

    assert reason.figures == {"number": 12, "places": ", ".join([*sites[1:11], "\u2026"])}


def test_possible_truths_are_not_told_what_is_missing():
    given = evidence(Mark(D(7), "x"), draw=Draw(shares={("a", 0, None): D("0.5")}))

    assert reasons_of_marks(ONE, "a", given) == ()


@pytest.mark.parametrize(("rule", "outcome"), [(ONE, False), (ALL, True)])
def test_a_scheme_may_ask_for_every_site(rule, outcome):
    assert lacks_marks(rule, "a", evidence(Mark(D(7), "x"))) is outcome
    assert lacks_marks(rule, "a", evidence(Mark(D(7), "x"), visited=("x",))) is False


@pytest.mark.parametrize(
    ("rule", "mark"),
    [
        ({"judgement": "ten", "every_site": True}, D(10)),
        ({"sample": "met", "of": "contacts", "every_site": True}, "yes"),
    ],
    ids=["judgement", "sample"],
)
def test_without_a_mark_at_every_site_the_finding_is_not_determined(rule, mark):
    book = book_of(edition_of({"a": rule}))
    requirement = book.edition.requirements["a"]

    one, all_ = (
        find(requirement, evidence(*(Mark(mark, site) for site in sites), visited=("x", "y")), book)
        for sites in (["x"], ["x", "y"])
    )

    assert (one.statement, one.missing) == ("not-determined", (Missing("judgement", "a"),))
    assert one.reasons == (Reason("marks-missing", "a", {"number": 1, "places": "y"}),)
    assert (all_.statement, all_.reasons) == ("conforms", ())


def test_otherwise_the_sites_are_named_and_the_rest_counts():
    book = book_of(edition_of({"a": {"judgement": "ten"}}))

    finding = find(book.edition.requirements["a"], evidence(Mark(D(10), "x"), visited=("x", "y")), book)

    assert (finding.share, finding.reasons) == (1, (Reason("marks-missing", "a", {"number": 1, "places": "y"}),))
