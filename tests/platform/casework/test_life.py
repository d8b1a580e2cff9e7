"""The life of a file by its acts."""

import pytest
from tests.platform.people import after, person

from sealmark.core.errors import SealmarkError
from sealmark_platform.casework.actions import application as apply
from sealmark_platform.casework.actions import decision, evaluation
from sealmark_platform.casework.actions.clock import tick
from sealmark_platform.parties.models import Competence, Membership
from sealmark_platform.records.models import Entry
from sealmark_platform.records.queries import verify_trail


def test_a_file_goes_from_application_to_certificate_with_one_entry_per_act(world):
    certificate = world.certified()

    assert (certificate.status, certificate.grade) == ("active", "three-stars")
    assert certificate.number == "OAK-C2026-00001"
    assert str(certificate.valid_until) == "2029-03-15"
    kinds = list(Entry.objects.order_by("number").values_list("kind", flat=True))
    assert kinds == [
        "application.begin", "application.submit", "application.accept", "application.offer-agreement",
        "application.sign-agreement", "evaluation.open", "evaluation.assign", "evaluation.assign", "evaluation.assign",
        "evaluation.draw-sites", "evaluation.settle-plan", "evaluation.start", "evaluation.record-result",
        "evaluation.recommend", "evaluation.review", "evaluation.decide", "certificate.issue",
    ]  # fmt: skip
    assert verify_trail().faults == ()


def test_an_act_that_is_refused_leaves_nothing(world):
    file = world.draft()
    before = Entry.objects.count()

    with pytest.raises(SealmarkError, match="SM703"):
        apply.submit_application(file, by=world.dov, at=after(1))

    file.refresh_from_db()
    assert file.status == "draft"
    assert Entry.objects.count() == before


def test_who_acts_second_on_the_same_page_is_told(world):
    file = world.draft()
    seen = file.revision
    apply.submit_application(file, by=world.cleo, at=after(1), revision=seen)

    with pytest.raises(SealmarkError, match="SM801"):
        apply.withdraw_application(file, by=world.cleo, at=after(1), revision=seen)


def test_a_decider_who_steps_aside_is_replaced_but_the_team_stays(world):
    one = world.reviewed()
    decision.step_aside(one, reason="My sister works there.", by=world.bo, at=after(13))
    dan = person("Dan")
    for function in ("decider", "evaluator"):
        Membership.objects.create(person=dan, body=world.body, function=function)
    Competence.objects.create(person=dan, body=world.body, scheme="sealmark-charter")

    with pytest.raises(SealmarkError, match="SM712 The team: it is settled once the evaluation has begun"):
        evaluation.assign_seat(one, dan, "evaluation", by=world.cora, at=after(13))
    evaluation.assign_seat(one, dan, "decision", by=world.cora, at=after(13))

    assert decision.decide(one, "grant", reason="Conforms.", by=dan, at=after(14)).decided_by == dan


def test_the_clock_opens_surveillance_and_ends_a_term_and_does_each_once(world):
    certificate = world.certified()

    first, again = tick(after(14 + 300)), tick(after(14 + 300))
    over = tick(after(14 + 3 * 366))

    assert first.opened == (f"{certificate.number} surveillance",)
    assert (again.opened, again.expired) == ((), ())
    assert over.expired == (certificate.number,)
    certificate.refresh_from_db()
    assert certificate.status == "expired"
