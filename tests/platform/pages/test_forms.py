"""What forms ask: nothing is answered before somebody chose it, and what was written before is there again."""

import datetime as dt

import pytest
from django.urls import reverse
from tests.platform.people import after

from sealmark.certify import ACTS
from sealmark_platform.casework.actions import application as apply
from sealmark_platform.casework.actions import finding
from sealmark_platform.parties.models import Membership
from sealmark_platform.workbench.templatetags import plain


def test_an_outcome_is_decided_only_by_choosing_it(world, client):
    one = world.reviewed()
    client.force_login(world.bo)
    address = reverse("act", args=["evaluation.decide", one.pk])

    shown = client.get(address)
    refused = client.post(
        address, {"revision": shown.context["form"].initial["revision"], "outcome": "", "reason": "R"}
    )

    assert shown.context["form"].fields["outcome"].choices[0] == ("", "\u2013")
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["outcome"])
    # Who decides reads on the same page what was recommended and what the review says.
    assert all(text in shown.content.decode() for text in ("First evaluation 1", "Grant.", "Complete."))


def test_an_outcome_is_voted_for_only_by_choosing_it(world, client):
    one = world.reviewed()
    client.force_login(world.bo)

    shown = client.get(reverse("meeting")).context["parts"][0]["form"]
    refused = client.post(
        reverse("meeting"), {"evaluation": one.pk, "revision": one.revision, "outcome": "", "reason": "R"}
    )

    assert shown.fields["outcome"].choices[0] == ("", "\u2013")
    assert (refused.status_code, one.votes.count()) == (422, 0)


def test_who_has_left_the_body_is_not_offered_for_a_seat(world, client):
    one = world.planning()
    Membership.objects.filter(person=world.pia).update(until=dt.date(2026, 1, 31))
    client.force_login(world.cora)

    form = client.get(reverse("act", args=["evaluation.assign", one.pk])).context["form"]

    names = [name for _pk, name in form.fields["person"].choices]
    assert names == ["\u2013", "Ada-oak", "Bo-oak", "Cora-oak", "Rex-oak"]


def test_an_answer_that_came_back_is_there_to_be_put_right_beside_what_was_found(world, client):
    one = world.gathering()
    raised = finding.raise_finding(one, "minor", "No promise hangs there.", by=world.ada, at=after(11))
    answer = {"correction": "It hangs.", "cause": "Nobody looked.", "corrective_action": "Looked at monthly."}
    finding.answer_finding(raised, **answer, by=world.cleo, at=after(12))
    finding.return_answer(raised, reason="Who looks?", by=world.ada, at=after(13))
    client.force_login(world.cleo)

    shown = client.get(reverse("act", args=["finding.answer", raised.pk]))

    assert {name: shown.context["form"][name].value() for name in answer} == answer
    assert "No promise hangs there." in shown.content.decode()


def test_the_application_says_what_it_needs_before_it_is_submitted(world, client):
    file = apply.begin_application(world.organization, world.edition, language="en", by=world.cleo, at=after(0))
    client.force_login(world.cleo)

    empty = client.get(reverse("application", args=[file.pk])).context["form"]
    whole = client.get(reverse("application", args=[world.draft(after(1)).pk])).context["form"]

    needs = {name: str(getattr(field, "need", "optional")) for name, field in empty.fields.items()}
    refusing = {name for name, need in needs.items() if need == ""}
    assert {name for name, need in needs.items() if need == "(needed to submit)"} == {
        "scope", "applicant", "kind", "content",
    }  # fmt: skip
    assert refusing == {"shown-lawful-applicant", "shown-charter-used-three-months"}
    # Once every document is there, another one is an option.
    assert not hasattr(whole.fields["content"], "need")


def test_schemes_are_offered_by_their_bodies_in_the_language_of_the_reader(world, elsewhere, client):
    client.cookies["language"] = "ru"
    client.force_login(world.cleo)

    form = client.get(reverse("apply")).context["form"]

    offered = {body: len(editions) for body, editions in form.fields["edition"].choices}
    assert (offered, form["language"].value()) == ({"Body oak": 1, "Body elm": 1}, "ru")


@pytest.mark.parametrize(("names", "order", "first"), [
    (["evaluation.step-aside", "evaluation.add-evidence", "finding.raise"],
     ["evaluation.add-evidence", "finding.raise", "evaluation.step-aside"], "evaluation.add-evidence"),
    (["evaluation.assign", "evaluation.settle-plan"], ["evaluation.assign", "evaluation.settle-plan"],
     "evaluation.assign"),
    (["evaluation.assign", "evaluation.cancel"], ["evaluation.assign", "evaluation.cancel"], None),
    (["objection.file", "application.sign-agreement"], ["application.sign-agreement", "objection.file"], None),
    (["certificate.suspend", "certificate.withdraw"], ["certificate.suspend", "certificate.withdraw"], None),
])  # fmt: skip
def test_what_leads_on_stands_in_front_and_nothing_final_is_urged_upon_anybody(names, order, first):
    told = plain.in_order(ACTS[name] for name in names)

    assert [act.id for act, _is_first in told] == order
    assert next((act.id for act, is_first in told if is_first), None) == first
