"""Details that are withheld: asked for by one, approved by another; what stays public, and who may do what."""

import json

import pytest
from django.core.cache import caches
from django.db import IntegrityError, transaction
from django.urls import reverse
from tests.platform.people import after, person
from tests.platform.scenes import Cast

from sealmark.core.errors import SealmarkError
from sealmark_platform.casework.actions.certificate import withdraw_certificate
from sealmark_platform.casework.models import Notice
from sealmark_platform.casework.queries.consistency import disagreements
from sealmark_platform.parties.actions.organizations import change_organization
from sealmark_platform.parties.models import Membership, PersonTie
from sealmark_platform.records.models import Entry
from sealmark_platform.register.comparing import faults_of_register
from sealmark_platform.register.models import SearchedName, Withholding
from sealmark_platform.register.withholding import approve_withholding, ask_withholding, end_withholding

WHY = "Their customers must not see that they are audited."


@pytest.fixture(autouse=True)
def nothing_kept():
    caches["pages"].clear()


@pytest.fixture
def withheld(world, listed):
    asked = ask_withholding(listed, WHY, by=world.cora, at=after(30))
    approve_withholding(asked, by=world.bo, at=after(31))
    return listed


def page(client, certificate):
    return client.get(reverse("certificate", args=[certificate.number])).content.decode()


def shown(client, address, **query):
    answer = client.get(address, query)
    return (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode()


def test_what_stays_public_is_that_it_exists_its_status_and_its_body(world, withheld, client):
    number = withheld.number
    told = page(client, withheld)
    publics = {
        "register": shown(client, reverse("register")),
        "named": shown(client, reverse("register"), q="willow"),
        "numbered": shown(client, reverse("register"), q=number),
        "csv": shown(client, reverse("register-csv")),
        "json": shown(client, reverse("register-json")),
        "api": shown(client, "/api/v1/register"),
        "api one": shown(client, f"/api/v1/register/{number}"),
        "record": shown(client, reverse("record", args=[number])),
        "bundle": shown(client, reverse("bundle", args=[number])),
    }

    assert "details are withheld" in told
    assert ("valid" in told, "Body oak" in told, number in told) == (True, True, True)
    secrets = ("Willow", "Leeds", "Repairs", "Shop 0", "three-stars")
    assert [(name, word) for name, text in {"page": told, **publics}.items() for word in secrets if word in text] == []
    found = {name for name in publics if number in publics[name]}
    assert found == {"numbered", "api one", "record", "bundle"}
    record = client.get(reverse("record", args=[number]))
    assert (record.status_code, record["Content-Type"]) == (403, "application/problem+json")
    assert (record.json()["code"], record.json()["certificate"]) == ("SM859", "active")


def test_the_page_is_the_same_with_and_without_a_session(withheld, client):
    addresses = [reverse("certificate", args=[withheld.number]), f"/register/?q={withheld.number}"]

    filled = [client.get(address).content for address in addresses]
    client.cookies["sessionid"] = "of-nobody"

    assert [client.get(address).content for address in addresses] == filled


def test_its_status_still_changes_for_everybody(world, withheld, client):
    withdraw_certificate(withheld, reason="Closed.", by=world.bo, at=after(40))

    assert "no longer valid" in page(client, withheld)


def test_nothing_is_withheld_before_it_is_approved_and_all_is_shown_when_it_ends(world, listed, client):
    asked = ask_withholding(listed, WHY, by=world.cora, at=after(30))
    before = page(client, listed)
    approve_withholding(asked, by=world.bo, at=after(31))
    change_organization(world.body, world.organization, {"name": "Birch"}, by=world.cora, at=after(32))
    hidden = SearchedName.objects.count()
    end_withholding(asked, "They agree now.", by=world.cora, at=after(33))

    assert ("Willow" in before, hidden) == (True, 0)
    assert "Birch" in page(client, listed)
    assert listed.number in shown(client, reverse("register"), q="birch")
    kinds = ["withholding.ask", "withholding.approve", "withholding.end"]
    events = Entry.objects.filter(kind__startswith="withholding.").order_by("number")
    assert [one.kind for one in events] == kinds
    assert not any(WHY in one.event or "agree" in one.event for one in events)
    assert (disagreements(), faults_of_register()) == ((), ())


def test_who_asked_approves_nothing_even_with_both_functions(world, listed):
    Membership.objects.create(person=world.cora, body=world.body, function="decider")
    asked = ask_withholding(listed, WHY, by=world.cora, at=after(30))

    with pytest.raises(SealmarkError, match="SM858"):
        approve_withholding(asked, by=world.cora, at=after(31))
    with pytest.raises(IntegrityError), transaction.atomic():
        Withholding.objects.filter(pk=asked.pk).update(approved_by=world.cora, approved_at=after(31))
    assert Withholding.objects.get().approved_at is None


def test_acts_refuse_whoever_has_not_the_function_is_tied_or_comes_late(world, listed, elsewhere):
    at = after(30)
    with pytest.raises(SealmarkError, match="SM858"):
        ask_withholding(listed, " ", by=world.cora, at=at)
    for who in (world.bo, world.ada, elsewhere.cora):
        with pytest.raises(SealmarkError, match="SM858"):
            ask_withholding(listed, WHY, by=who, at=at)
    asked = ask_withholding(listed, WHY, by=world.cora, at=at)
    for who in (world.ada, elsewhere.bo):
        with pytest.raises(SealmarkError, match="SM858"):
            approve_withholding(asked, by=who, at=at)
        with pytest.raises(SealmarkError, match="SM858"):
            end_withholding(asked, "No.", by=who, at=at)
    with pytest.raises(SealmarkError, match="SM858"):
        ask_withholding(listed, WHY, by=world.cora, at=at)
    PersonTie.objects.create(person=world.bo, organization=world.organization, kind="interest")
    with pytest.raises(SealmarkError, match="SM704"):
        approve_withholding(asked, by=world.bo, at=at)
    end_withholding(asked, "They changed their mind.", by=world.cora, at=at)
    with pytest.raises(SealmarkError, match="SM858"):
        end_withholding(asked, "Again.", by=world.cora, at=at)
    assert [
        json.loads(one.event)["details"]["was_approved"] for one in Entry.objects.filter(kind="withholding.end")
    ] == [False]


def test_from_the_list_to_the_approval_on_pages(world, listed, client):
    client.force_login(world.cora)
    opened = client.get(reverse("withholdings"), {"number": listed.number.lower()})
    missing = client.get(reverse("withholdings"), {"number": "X"}).content.decode()
    empty = client.post(opened.url, {"do": "ask", "reason": ""})
    asked = client.post(opened.url, {"do": "ask", "reason": WHY}, follow=True).content.decode()
    again = client.post(opened.url, {"do": "ask", "reason": WHY})
    client.force_login(world.bo)
    notice = Notice.objects.get(person=world.bo, kind="withholding-asked")
    seen = client.get(reverse("withholdings")).content.decode()
    approved = client.post(opened.url, {"do": "approve"}, follow=True).content.decode()
    ended = client.post(opened.url, {"do": "end", "reason": "Enough."}, follow=True).content.decode()

    assert "No certificate of your bodies" in missing
    assert (empty.status_code, again.status_code) == (422, 422)
    assert "has to approve it" in asked
    assert (notice.file_id, "waits for approval" in seen) == (listed.file_id, True)
    assert ("withholds the details from now on" in approved, "shows the details" in ended) == (True, True)
    assert client.post(opened.url, {"do": "approve"}).status_code == 404


def test_the_pages_are_for_who_coordinates_decides_or_oversees(db, elsewhere, client):
    oak = Cast()
    certificate = oak.certified()
    ask_withholding(certificate, WHY, by=oak.cora, at=after(30))
    stranger = person("Nobody")
    people = {name: who for name, (who, _held) in oak.people().items() if who is not None}
    people |= {"foreign": elsewhere.cora, "nobody": stranger}
    one = reverse("withholding", args=[certificate.pk])

    found = {}
    for name, who in people.items():
        client.force_login(who)
        found[name] = (client.get(reverse("withholdings")).status_code, client.get(one).status_code,
                       client.post(one, {"do": "nothing"}).status_code)  # fmt: skip
    client.logout()

    readers = {"administrator": (200, 200, 403), "observer": (200, 200, 403), "coordinator": (200, 200, 404),
               "decider": (200, 200, 404), "without a seat": (200, 200, 404)}  # fmt: skip
    outside = {**dict.fromkeys(("client", "stranger", "nobody"), (404, 404, 404)), "foreign": (200, 404, 404)}
    inside = dict.fromkeys(("lead", "evaluator", "reviewer", "panellist"), (403, 403, 403))
    assert found == {name: {**readers, **outside, **inside}[name] for name in people}
    assert client.get(one).status_code == 302
    assert Withholding.objects.get().approved_at is None


def test_the_page_of_a_file_leads_there_whoever_may_ask_or_approve(world, listed, client):
    def leads(who):
        client.force_login(who)
        address = reverse("withholding", args=[listed.pk])
        return f'href="{address}"' in client.get(reverse("file", args=[listed.file_id])).content.decode()

    assert [leads(who) for who in (world.cora, world.bo, world.cleo)] == [True, True, False]
