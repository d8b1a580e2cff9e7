"""The application form is the scheme's own."""

import pytest
from django.urls import reverse
from tests.platform.people import after

from sealmark.core.errors import SealmarkError
from sealmark_platform.casework.actions import application as apply
from sealmark_platform.casework.actions import decision, evaluation
from sealmark_platform.catalogue.queries import loaded
from sealmark_platform.parties.models import PersonTie


def test_the_form_asks_what_the_scheme_asks_and_keeps_the_answers(world, client):
    file = world.draft()
    procedure = loaded(world.edition.edition).procedure
    client.force_login(world.cleo)
    address = reverse("application", args=[file.pk])
    page = client.get(address).content.decode()
    said = {
        "revision": file.revision, "scope": "Repairs", "applicant": procedure.who_may_apply[1],
        f"shown-{procedure.prerequisites[0].id}": "Extract of the register.",
    }  # fmt: skip

    answer = client.post(address, said)

    file.refresh_from_db()
    assert all(f'name="shown-{item.id}"' in page for item in procedure.prerequisites)
    assert all(f'value="{name}"' in page for name in procedure.who_may_apply)
    assert answer.status_code == 302
    assert file.answers == {
        "applicant": procedure.who_may_apply[1],
        "prerequisites": {procedure.prerequisites[0].id: "Extract of the register."},
    }
    client.force_login(world.cora)
    assert "Extract of the register." in client.get(reverse("file", args=[file.pk])).content.decode()


def test_who_applies_has_to_be_said_before_it_is_handed_in(world):
    file = world.draft()
    file = apply.write_application(
        file, scope="Repairs", answers={}, by=world.cleo, at=after(0), revision=file.revision
    )

    with pytest.raises(SealmarkError, match="SM708"):
        apply.submit_application(file, by=world.cleo, at=after(1))


@pytest.mark.parametrize(
    "answers",
    [{"applicant": "nobody"}, {"other": "x"}, {"prerequisites": ["x"]}, {"prerequisites": {"nothing": "x"}},
     {"prerequisites": {"lawful-applicant": 3}}],
)  # fmt: skip
def test_answers_that_the_form_does_not_know_are_refused(world, answers):
    file = world.draft()

    with pytest.raises(SealmarkError, match="SM807"):
        apply.write_application(file, scope="x", answers=answers, by=world.cleo, at=after(0), revision=file.revision)
    file.refresh_from_db()
    assert file.answers == world.answers()


def test_a_scheme_may_bind_ties_longer_than_the_body(world):
    world.body.cooling_off_days = 10
    world.body.save()
    one = world.planning()
    ended = after(6).date().replace(year=2025)
    PersonTie.objects.create(person=world.rex, organization=world.organization, kind="consultancy", until=ended)

    with pytest.raises(SealmarkError, match="SM712"):
        evaluation.assign_seat(one, world.rex, "review", by=world.cora, at=after(6))


def test_a_scope_that_shall_change_is_said_and_changes(world, client):
    held = world.certified()
    one = world.reviewed(held.file, kind="scope", day=20)

    with pytest.raises(SealmarkError, match="SM806"):
        decision.decide(one, "reduce", reason="Fewer.", by=world.bo, at=after(30))
    client.force_login(world.bo)
    said = {"outcome": "reduce", "reason": "Fewer.", "scope": "", "sites": ["Shop 0", "Shop 1"],
            "revision": one.revision}  # fmt: skip
    answer = client.post(reverse("act", args=["evaluation.decide", one.pk]), said)

    held.refresh_from_db()
    assert answer.status_code == 302
    assert (held.scope, held.sites) == ("Repairs in shops", ["Shop 0", "Shop 1"])
