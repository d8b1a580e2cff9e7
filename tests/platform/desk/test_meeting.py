"""The decision meeting: who sits, who must step aside, votes, and the minutes."""

import pytest
from django.urls import reverse
from tests.platform.people import after, person

from sealmark_platform.casework.actions import certificate as certify
from sealmark_platform.casework.actions import decision, evaluation, finding
from sealmark_platform.casework.queries.meetings import findings_left, place_at, to_be_decided
from sealmark_platform.catalogue.queries import loaded
from sealmark_platform.parties.models import Membership, PersonTie
from sealmark_platform.records.models import Entry

ON = after(20).date()
ADDRESS = "/meeting/"


def decider(world, name):
    found = person(f"{name}-{world.body.code}")
    Membership.objects.create(person=found, body=world.body, function="decider")
    return found


def seen_by(world, who):
    return [(one.evaluation, one.place) for one in to_be_decided(who, ON, [world.body.pk])]


def test_only_what_was_reviewed_waits_for_the_decision(world):
    world.gathering()
    one = world.reviewed()

    assert seen_by(world, world.bo) == [(one, "sits")]
    assert seen_by(world, world.cora) == [(one, "listens")]
    assert seen_by(world, decider(world, "Eve")) == []


def test_who_took_part_is_tied_or_stepped_aside_does_not_sit(world):
    one = world.reviewed()
    eve = decider(world, "Eve")
    evaluation.assign_seat(one, eve, "decision", by=world.cora, at=after(14))
    PersonTie.objects.create(person=world.bo, organization=world.organization, kind="interest")
    decision.step_aside(one, reason="I know them.", by=eve, at=after(15))
    one.refresh_from_db()

    places = {who.name: place_at(one, who, ON).place for who in (world.bo, eve, world.ada, world.rex, world.cora)}

    assert places == {
        "Bo-oak": "tied", "Eve-oak": "stepped-aside", "Ada-oak": "took-part", "Rex-oak": "took-part",
        "Cora-oak": "listens",
    }  # fmt: skip


def test_findings_that_are_owed_stand_on_the_agenda_and_verified_ones_do_not(world):
    one = world.gathering()
    kept = finding.raise_finding(one, "minor", "Slow.", by=world.ada, at=after(11))
    done = finding.raise_finding(one, "minor", "Dark.", by=world.ada, at=after(11))
    type(done).objects.filter(pk=done.pk).update(status="verified")
    one.refresh_from_db()

    assert findings_left(one) == [kept]


def test_a_vote_is_cast_on_the_agenda_and_the_votes_so_far_are_shown(world, client):
    world.body.votes_needed = 2
    world.body.save()
    one = world.reviewed()
    client.force_login(world.bo)
    last = Entry.objects.latest("number").number

    posted = {"evaluation": one.pk, "outcome": "grant", "reason": "Convincing.", "revision": one.revision}
    answer = client.post(ADDRESS, posted)
    page = client.get(ADDRESS)

    (part,) = page.context["parts"]
    assert (answer.status_code, answer.url) == (302, ADDRESS)
    assert [(vote.participation.person, vote.outcome) for vote in part["votes"]] == [(world.bo, "grant")]
    assert "1 of 2 votes are cast." in page.content.decode()
    assert list(Entry.objects.filter(number__gt=last).values_list("kind", flat=True)) == ["evaluation.vote"]


def test_a_vote_without_a_reason_or_from_an_old_page_is_told_beside_its_form(world, client):
    one = world.reviewed()
    client.force_login(world.bo)

    said = {"evaluation": one.pk, "outcome": "grant", "reason": "Yes.", "revision": one.revision - 1}
    old, bare = (client.post(ADDRESS, {**said, **more}) for more in ({}, {"reason": ""}))

    assert (old.status_code, bare.status_code) == (422, 422)
    assert "SM801" in old.content.decode()
    assert not one.votes.exists()


@pytest.mark.parametrize("name", ["cora", "tied"])
def test_who_does_not_sit_cannot_vote(world, client, name):
    one = world.reviewed()
    if name == "tied":
        PersonTie.objects.create(person=world.bo, organization=world.organization, kind="interest")
    client.force_login(world.cora if name == "cora" else world.bo)

    posted = {"evaluation": one.pk, "outcome": "grant", "reason": "Yes.", "revision": one.revision}
    answer = client.post(ADDRESS, posted)

    assert answer.status_code == (403 if name == "cora" else 422)
    assert not one.votes.exists()


@pytest.mark.parametrize("pk", ["", "x", "00000000-0000-0000-0000-000000000000"])
def test_a_vote_on_nothing_is_not_found(world, client, pk):
    client.force_login(world.bo)

    assert client.post(ADDRESS, {"evaluation": pk, "outcome": "grant", "reason": "x"}).status_code == 404


def test_a_vote_on_a_file_of_another_body_is_not_found(world, elsewhere, client):
    foreign = elsewhere.reviewed()
    client.force_login(world.bo)

    answer = client.post(ADDRESS, {"evaluation": foreign.pk, "outcome": "grant", "reason": "x"})

    assert answer.status_code == 404
    assert not foreign.votes.exists()


def test_the_agenda_says_why_somebody_steps_aside_and_offers_them_no_vote(world, client):
    world.reviewed()
    PersonTie.objects.create(person=world.bo, organization=world.organization, kind="interest")
    client.force_login(world.bo)

    page = client.get(ADDRESS).content.decode()

    assert "You are tied to Willow oak: step aside" in page
    assert "Your vote" not in page


def test_the_agenda_shows_how_sure_the_grade_is(world, sealed, client):
    one = world.gathering()
    evaluation.record_result(one, sealed, by=world.ada, at=after(11))
    evaluation.recommend(one, reason="Grant.", by=world.ada, at=after(12))
    evaluation.review_evaluation(one, reason="Complete.", by=world.rex, at=after(13))
    client.force_login(world.bo)

    (part,) = client.get(ADDRESS).context["parts"]

    shares = [float(chance["share"]) for chance in part["ladders"][0]["chances"]]
    assert sum(shares) == pytest.approx(1)
    assert shares == sorted(shares, reverse=True)


def test_the_minutes_of_a_day_name_outcome_people_and_votes_and_are_not_the_clients(world, elsewhere, client):
    certificate = world.certified()
    elsewhere.certified()
    day = certificate.file.evaluations.get().decisions.get().decided_on
    address = reverse("minutes", args=[day.isoformat()])

    client.force_login(world.cora)
    shown = client.get(address)
    empty = client.get(reverse("minutes", args=["2020-01-01"]))
    wrong = client.get(reverse("minutes", args=["2020-13-01"]))
    listed = client.get(ADDRESS).context["days"]
    client.force_login(world.cleo)
    client_asks = client.get(address)

    page = shown.content.decode()
    assert (shown.status_code, empty.status_code, wrong.status_code, client_asks.status_code) == (200, 200, 404, 404)
    assert listed == [day]
    assert [word in page for word in ("Willow oak", "Bo-oak", "Conforms.", "Willow elm")] == [True, True, True, False]
    assert "Nothing was decided on this day." in empty.content.decode()


def test_a_suspension_stands_in_the_minutes_as_well(world, client):
    held = world.certified()
    trigger = loaded(world.edition.edition).procedure.suspension_triggers[0]
    certify.suspend_certificate(held, trigger=trigger, way_back="Show it.", reason="Late.", by=world.bo, at=after(20))
    client.force_login(world.cora)

    (part,) = client.get(reverse("minutes", args=[after(20).date().isoformat()])).context["parts"]

    assert (part["decision"].outcome, part["votes"], part["aside"]) == ("suspend", [], [])
