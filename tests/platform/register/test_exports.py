"""The whole register as a file: what the pages show, no formula, nothing that is withheld."""

import csv
import io
import json

from django.urls import reverse
from tests.platform.people import after
from tests.platform.register.conftest import published

from sealmark.attest.log.tree import leaf_hash
from sealmark_platform.attestation.records import hexadecimal
from sealmark_platform.parties.actions.organizations import change_organization
from sealmark_platform.records.models import Entry


def content(answer):
    assert answer.streaming
    return b"".join(answer.streaming_content).decode()


def table(client):
    return list(csv.DictReader(io.StringIO(content(client.get(reverse("register-csv"))))))


def test_the_table_has_what_the_page_shows_and_no_formula(world, listed, elsewhere, client):
    other = elsewhere.certified()
    named = {"name": "=HYPERLINK(1)", "city": "+York"}
    change_organization(world.body, world.organization, named, by=world.cora, at=after(30))

    rows = table(client)

    assert [row["number"] for row in rows] == sorted([listed.number, other.number])
    oak = next(row for row in rows if row["number"] == listed.number)
    assert (oak["holder"], oak["city"]) == ("'=HYPERLINK(1)", "'+York")
    assert (oak["status"], oak["grade"], oak["edition"]) == ("active", "three-stars", "sealmark-charter/2026")
    assert oak["sites"] == ", ".join(listed.sites)
    assert oak["page"].endswith(f"/register/{listed.number}/")


def test_the_document_has_the_records_and_the_entries_of_the_log(listed, elsewhere, client):
    unpublished = elsewhere.certified()

    answer = client.get(reverse("register-json"))
    told = json.loads(content(answer))

    newest = Entry.objects.order_by("-number").first()
    found = {one["record"]["number"]: one for one in told["certificates"]}
    log = found[listed.number]["log"]
    assert (told["format"], found[unpublished.number]["log"]) == ("sealmark-register/1", None)
    assert json.loads(log["entry"])["details"]["record"] == hexadecimal(found[listed.number]["record"])
    assert leaf_hash(log["entry"].encode()).hex() == Entry.objects.get(number=log["index"] + 1).leaf
    assert told["updated"] == newest.at.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert f"register-{newest.at:%Y-%m-%d}.json" in answer["Content-Disposition"]


def test_an_empty_register_is_a_whole_file(db, client):
    assert table(client) == []
    assert json.loads(content(client.get(reverse("register-json")))) == {
        "format": "sealmark-register/1", "register": "https://localhost:8000/register/", "updated": None,
        "certificates": [],
    }  # fmt: skip


def test_who_has_the_newest_list_is_told_so(world, listed, client):
    address = reverse("register-csv")
    first = client.get(address)
    content(first)
    same = client.get(address, headers={"If-None-Match": first["ETag"]})
    change_organization(world.body, world.organization, {"city": "York"}, by=world.cora, at=after(30))
    later = client.get(address, headers={"If-None-Match": first["ETag"]})

    assert (same.status_code, same.content, later.status_code) == (304, b"", 200)
    assert "York" in content(later)


def test_a_certificate_withdrawn_is_listed_without_its_grade(world, listed, client):
    from sealmark_platform.casework.actions.certificate import withdraw_certificate

    withdraw_certificate(listed, reason="Closed.", by=world.bo, at=after(40))
    published(listed, after(40))

    assert [(row["status"], row["grade"]) for row in table(client)] == [("withdrawn", "")]
    told = json.loads(content(client.get(reverse("register-json"))))["certificates"][0]["record"]
    assert (told["status"], told["grade"]) == ("withdrawn", "")
