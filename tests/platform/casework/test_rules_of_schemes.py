"""What a scheme says of waiting and of keeping holds for decisions: by the certificate as it was, and by the result."""

import datetime as dt

import pytest
from tests.platform.people import World, after

from sealmark.certify import Outcome
from sealmark.core.errors import SealmarkError
from sealmark.evaluation.document import seal
from sealmark_platform.casework.actions import decision, evaluation
from sealmark_platform.casework.queries.evaluations import is_keeping_unknown, outcomes_of, waits_of

A_YEAR = 365


def where_stars_wait(_request, _made):
    return World(scheme="gbt27922/2011")


@pytest.fixture(scope="module")
def layers(layers):
    """A body that certifies by a scheme in which stars have to wait."""
    return {**layers, "world": (where_stars_wait,)}


def reviewed(world, document, file=None, kind="initial", day=5):
    one = world.gathering(file, kind, day)
    evaluation.record_result(one, seal(document), by=world.ada, at=after(day + 6))
    evaluation.recommend(one, reason="As it says.", by=world.ada, at=after(day + 7))
    return evaluation.review_evaluation(one, reason="Complete.", by=world.rex, at=after(day + 8))


def told(world, grade, **more):
    """Return what a result says."""
    document = {name: value for name, value in world.result(grade).items() if name != "digest"}
    return document | more


def decide(world, one, outcome, day):
    return decision.decide(one, outcome, reason="Conforms.", by=world.bo, at=after(day))


def test_a_first_certificate_shows_no_stars_whatever_the_case_folder_claims(world):
    one = reviewed(world, told(world, "three-stars"))

    with pytest.raises(SealmarkError) as refused:
        decide(world, one, "grant", 14)

    assert refused.value.codes == ("SM732",)
    assert decide(world, one, "refuse", 15).outcome == "refuse"


def test_stars_are_given_at_once_where_the_rule_was_waived(world):
    waived = [{"gate": "one-year-rule", "reason": "Outstanding.", "by": "Bo", "on": "2026-03-10"}]
    one = reviewed(world, told(world, "three-stars", waivers=waived))

    assert decide(world, one, "grant", 14).grade == "three-stars"


def test_stars_come_a_year_after_the_pass_to_the_day(world):
    first = reviewed(world, told(world, "up-to-standard"))
    decide(world, first, "grant", 14)
    one = reviewed(world, told(world, "three-stars"), first.file, "upgrade", 340)
    day = after(14 + A_YEAR).date()

    assert waits_of(one, day - dt.timedelta(days=1)) == (f'The grade "three-stars" can be given from {day}.',)
    assert waits_of(one, day) == ()
    with pytest.raises(SealmarkError, match="SM732"):
        decide(world, one, "change-grade", 14 + A_YEAR - 1)
    decide(world, one, "change-grade", 14 + A_YEAR)
    first.file.certificate.refresh_from_db()
    assert first.file.certificate.grade == "three-stars"


@pytest.mark.parametrize(
    ("shares", "is_kept"), [(["1", "1"], True), (["1", "0"], False), (["1", None], False), ([], True)]
)
@pytest.mark.parametrize(("kind", "keeps"), [("surveillance", "maintain"), ("recertification", "renew")])
def test_a_certificate_is_kept_only_when_all_is_shown_that_the_scheme_asks_for(world, shares, is_kept, kind, keeps):
    first = reviewed(world, told(world, "up-to-standard"))
    decide(world, first, "grant", 14)
    keeping = [{"kind": "document", "about": "correction-records", "share": share} for share in shares]
    event = {"event": kind, "keeping": keeping} if keeping else {}
    one = reviewed(world, told(world, "up-to-standard", **event), first.file, kind, 340)

    found = outcomes_of(one)

    assert (Outcome(keeps) in found) is is_kept
    assert {Outcome.REFUSE, Outcome.WITHDRAW} & found
    # A result as for a first certification says nothing of it: that is told, and people decide.
    assert is_keeping_unknown(one) is not bool(shares)
