"""What has to hold before an evaluation: prerequisites, surveillance, renewal."""

import datetime as dt
import functools
from dataclasses import replace

import pytest
from tests.library.builders import rule_of
from tests.library.evaluation.planning.plans import D
from tests.library.evaluation.small import edition as small_edition

from sealmark.assess.evidence import Changed, Document, Evidence, ImprovementAction, Measured
from sealmark.assess.figures import FigureBook
from sealmark.core.estimates import Estimate
from sealmark.evaluation.planning import (
    Condition,
    check_conditions,
)


@functools.cache
def small_book():
    return FigureBook(small_edition(), dt.date(2026, 6, 30))


def test_prerequisites_hold_do_not_hold_or_are_not_determined():
    facts = Evidence(dt.date(2026, 6, 30), facts={"has-hotline": True}, documents={"register": Document(None)})

    known, unknown = (
        check_conditions(small_book(), item, event="initial") for item in (facts, Evidence(dt.date(2026, 6, 30)))
    )

    assert known == (
        Condition("prerequisite", "has-hotline", holds=True, refuses=True),
        Condition("prerequisite", "has-register", holds=False, refuses=False),
    )
    assert unknown == (
        Condition("prerequisite", "has-hotline", None, refuses=True, missing=("fact has-hotline",)),
        Condition("prerequisite", "has-register", None, refuses=False, missing=("document register",)),
    )


def test_surveillance_and_renewal_ask_for_more():
    day = dt.date(2026, 6, 30)
    evidence = Evidence(
        day,
        documents={"manual": Document(day)},
        actions=(ImprovementAction(day, "planned"), ImprovementAction(day, "effective")),
    )

    surveillance = check_conditions(small_book(), evidence, event="surveillance")[2:]
    renewal = check_conditions(small_book(), evidence, event="recertification")[2:]

    assert surveillance == (Condition("surveillance", "document manual", holds=True, refuses=True),)
    assert renewal == (Condition("retention", "actions", holds=True, refuses=True),)


@pytest.mark.parametrize(
    ("value", "holds", "missing"), [("1", True, ()), ("0.99", False, ()), (None, None, ("change index",))]
)
def test_renewal_may_ask_for_a_change(value, holds, missing):
    book = small_book()
    rule = rule_of({"change": "index", "minimum_base": 20, "scores": {"at_least": 1}})
    procedure = book.edition.procedure.model_copy(update={"retention": (rule,)})
    wave = Estimate(D(70), base=20)
    change = None if value is None else Changed(wave, wave, Estimate(D(value), base=40))
    evidence = Evidence(dt.date(2026, 6, 30), measures={"index": Measured(wave, change=change)})

    found = check_conditions(
        replace(book, edition=replace(book.edition, procedure=procedure)), evidence, event="recertification"
    )

    assert found[2:] == (Condition("retention", "change index", holds, refuses=True, missing=missing),)
