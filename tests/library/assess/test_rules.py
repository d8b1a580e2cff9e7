import datetime as dt
from decimal import Decimal

import pytest
from tests.library.builders import DAY, book_of, edition_of, evidence_of, rule_of

from sealmark.assess.evidence import Document, ImprovementAction, Mark, Measured, PersonCertificate
from sealmark.assess.figures import Missing
from sealmark.assess.rules import apply_rule
from sealmark.core.estimates import Estimate

D = Decimal
OPEN = {"parameter": "open"}
BOOK = book_of(edition_of(["a"], parameters={"open": None}, measures={"waiting": {}}))


def applied(rule, **evidence):
    return apply_rule(rule_of(rule), evidence_of(**evidence), BOOK, place=("a", 0))


def codes(result):
    return [reason.code for reason in result.reasons]


def test_judgement_sample_and_measure_go_to_their_judges():
    marks = {"a": (Mark("yes", units=3), Mark("no"))}
    waiting = {"waiting": Measured(Estimate.exact(D(3), base=9))}

    found = [
        applied({"judgement": "met"}, judgements=marks),
        applied({"sample": "met", "of": "records"}, judgements=marks),
        applied({"measure": "waiting", "scores": {"at_most": 3}}, measures=waiting),
    ]

    assert [(item.kind, item.share) for item in found] == [
        ("judgement", D("0.75")),
        ("sample", D("0.75")),
        ("measure", 1),
    ]


@pytest.mark.parametrize(
    ("rule", "facts", "share", "value"),
    [
        ({"scores": {"at_least": 5}}, {"f": D(5)}, 1, 5),
        ({"scores": {"at_least": 5}}, {"f": D("4.99")}, 0, D("4.99")),
        ({"scores": {"at_least": 1}}, {"f": True}, 1, 1),
        ({"scores": {"at_least": 1}}, {"f": False}, 0, 0),
        ({"per": "g", "scores": {"at_least": D("0.1")}}, {"f": D(3), "g": D(30)}, 1, D("0.1")),
        ({"per": "g", "scores": {"at_least": D("0.1")}}, {"f": D(3), "g": D(31)}, 0, D(3) / 31),
        ({"scores": {"table": {"yes": 1, "no": 0}}}, {"f": True}, 1, "yes"),
        ({"scores": {"table": {"yes": 1, "no": 0}}}, {"f": False}, 0, "no"),
        ({"scores": {"table": {"often": D("0.7")}}}, {"f": "often"}, D("0.7"), "often"),
        ({"scores": {"table": {"3": 1}}}, {"f": D("3.0")}, 1, "3"),
        ({"scores": {"table": {"2026-01-01": 1}}}, {"f": dt.date(2026, 1, 1)}, 1, "2026-01-01"),
    ],
)
def test_fact_is_scored(rule, facts, share, value):
    result = applied({"fact": "f", **rule}, facts=facts)

    assert (result.about, result.share, result.value) == ("f", share, value)


@pytest.mark.parametrize(
    ("age_in", "began", "value"),
    [
        ("months", dt.date(2026, 3, 30), 3),
        ("months", dt.date(2026, 3, 31), 3),  # the month ends sooner
        ("months", dt.date(2026, 4, 1), 2),
        ("days", dt.date(2026, 6, 29), 1),
        (None, DAY, 0),
    ],
)
def test_fact_date_counts_by_its_age(age_in, began, value):
    result = applied({"fact": "f", "age_in": age_in, "scores": {"at_least": 3}}, facts={"f": began})

    assert (result.value, result.share) == (value, int(value >= 3))


@pytest.mark.parametrize(
    ("rule", "facts", "missing", "code"),
    [
        ({"scores": {"at_least": 5}}, {}, Missing("fact", "f"), "missing-fact"),
        ({"scores": {"at_least": OPEN}}, {"f": D(5)}, Missing("parameter", "open"), "unknown-parameter"),
        ({"scores": {"at_least": 5}}, {"f": "five"}, Missing("fact", "f"), "missing-fact"),
        ({"per": "g", "scores": {"at_least": 5}}, {"f": D(5)}, Missing("fact", "g"), "missing-fact"),
        ({"per": "g", "scores": {"at_least": 5}}, {"f": D(5), "g": D(0)}, Missing("fact", "g"), "missing-fact"),
        ({"per": "g", "scores": {"at_least": 5}}, {"f": D(5), "g": True}, Missing("fact", "g"), "missing-fact"),
        ({"scores": {"table": {"yes": 1}}}, {"f": False}, Missing("fact", "f"), "choice-not-listed"),
        ({"scores": {"table": {"yes": OPEN}}}, {"f": True}, Missing("parameter", "open"), "unknown-parameter"),
        ({"scores": {"at_most": 30}}, {"f": DAY + dt.timedelta(days=1)}, Missing("fact", "f"), "missing-fact"),
    ],
)
def test_fact_that_cannot_be_scored_is_open(rule, facts, missing, code):
    result = applied({"fact": "f", **rule}, facts=facts)

    assert (result.about, result.share, result.missing, codes(result)) == ("f", None, (missing,), [code])


@pytest.mark.parametrize(
    ("months", "dated", "valid_until", "share"),
    [
        (None, DAY, None, 1),
        (None, dt.date(1999, 1, 1), None, 1),
        (None, DAY + dt.timedelta(days=1), None, 0),
        (None, dt.date(2020, 1, 1), DAY, 1),
        (None, dt.date(2020, 1, 1), DAY - dt.timedelta(days=1), 0),
        (12, dt.date(2025, 6, 30), None, 1),
        (12, dt.date(2025, 6, 29), None, 0),
        (0, DAY, None, 1),
        (0, DAY - dt.timedelta(days=1), None, 0),
        (12, dt.date(2026, 6, 1), dt.date(2026, 6, 15), 0),
    ],
)
def test_document_must_be_in_date(months, dated, valid_until, share):
    documents = {"d": Document(dated, valid_until, "documents.csv, row 2")}

    result = applied({"document": "d", "no_older_than_months": months}, documents=documents)

    assert (result.share, result.value, result.pointers) == (share, dated.isoformat(), ("documents.csv, row 2",))
    assert codes(result) == ([] if share else ["document-out-of-date"])


def test_document_declared_absent_does_not_conform_whatever_its_age_limit():
    result = applied({"document": "d", "no_older_than_months": OPEN}, documents={"d": Document(None)})

    assert (result.share, codes(result), result.pointers) == (0, ["document-absent"], ())


@pytest.mark.parametrize(
    ("documents", "missing"),
    [({}, Missing("document", "d")), ({"d": Document(DAY)}, Missing("parameter", "open"))],
)
def test_document_not_mentioned_or_with_an_unknown_limit_is_open(documents, missing):
    result = applied({"document": "d", "no_older_than_months": OPEN}, documents=documents)

    assert (result.share, result.missing) == (None, (missing,))


def holder(obtained=dt.date(2026, 1, 1), expires=None, number=1, credential="c"):
    return PersonCertificate(credential, obtained, expires, number)


@pytest.mark.parametrize(
    ("person", "value"),
    [
        (holder(number=3), 3),
        (holder(credential="other"), 0),
        (holder(expires=DAY), 1),
        (holder(expires=DAY - dt.timedelta(days=1)), 0),
        (holder(obtained=DAY + dt.timedelta(days=1)), 0),
        (holder(obtained=dt.date(2025, 6, 30)), 1),
        (holder(obtained=dt.date(2025, 6, 29)), 0),
    ],
)
def test_persons_who_hold_the_certificate_are_counted(person, value):
    rule = {"persons": "c", "obtained_within_months": 12, "scores": {"curve": [[0, 0], [4, 1]]}}

    result = applied(rule, persons=(person,))

    assert (result.value, result.share) == (value, D(value) / 4)


def test_persons_per_fact():
    rule = {"persons": "c", "per": "managers", "scores": {"at_least": D("0.1")}}

    found = [applied(rule, persons=(holder(number=2),), facts={"managers": D(n)}).share for n in (20, 21)]

    assert found == [1, 0]


@pytest.mark.parametrize(
    ("rule", "persons", "missing"),
    [
        ({}, None, Missing("persons", "c")),
        ({"obtained_within_months": OPEN}, (), Missing("parameter", "open")),
        ({"per": "managers"}, (), Missing("fact", "managers")),
        ({"scores": {"at_least": OPEN}}, (), Missing("parameter", "open")),
    ],
)
def test_persons_that_cannot_be_counted_are_open(rule, persons, missing):
    result = applied({"persons": "c", "scores": {"at_least": 1}, **rule}, persons=persons)

    assert (result.about, result.share, result.missing) == ("c", None, (missing,))


def test_persons_table_without_a_holder_is_nought_and_not_unknown():
    assert applied({"persons": "c", "scores": {"at_least": 1}}, persons=()).share == 0


ACTIONS = (
    ImprovementAction(dt.date(2026, 1, 31), "effective", 3),
    ImprovementAction(dt.date(2026, 6, 30), "done", 5),
    ImprovementAction(dt.date(2026, 5, 1), "planned", 2),
    ImprovementAction(dt.date(2026, 7, 1), "planned", 90),
)


@pytest.mark.parametrize(("state", "value"), [("done", D("0.8")), ("effective", D("0.3"))])
def test_actions_due_count(state, value):
    result = applied({"actions": state, "scores": {"at_least": D("0.8")}}, actions=ACTIONS)

    assert (result.value, result.share) == (value, int(state == "done"))


@pytest.mark.parametrize(
    ("minimum", "actions", "missing", "code"),
    [
        (None, None, Missing("actions", "actions"), "missing-actions"),
        (OPEN, ACTIONS, Missing("parameter", "open"), "unknown-parameter"),
        (11, ACTIONS, Missing("actions", "actions"), "too-few-actions"),
        (0, (), Missing("actions", "actions"), "too-few-actions"),
        (None, ACTIONS[-1:], Missing("actions", "actions"), "too-few-actions"),
    ],
)
def test_too_few_actions_are_open(minimum, actions, missing, code):
    result = applied({"actions": "done", "minimum": minimum, "scores": {"at_least": 1}}, actions=actions)

    assert (result.share, result.missing, codes(result)) == (None, (missing,), [code])


def test_actions_exactly_enough():
    assert applied({"actions": "done", "minimum": 10, "scores": {"at_least": D("0.8")}}, actions=ACTIONS).share == 1


@pytest.mark.parametrize(
    ("rule", "evidence"),
    [
        ({"persons": "c", "obtained_within_months": OPEN}, {"persons": ()}),
        ({"actions": "done", "minimum": OPEN}, {"actions": ()}),
        ({"fact": "n"}, {"facts": {"n": D(1)}}),
    ],
)
def test_every_unknown_figure_is_named(rule, evidence):
    scores = {"curve": [[0, 0], [OPEN, {"parameter": "unset"}]]}

    assert {item.id for item in applied({**rule, "scores": scores}, **evidence).missing} == {"open", "unset"}
