"""That there is no such certificate is said plainly, with what to do, to people and to programs."""

import pytest
from django.urls import reverse
from tests.platform.people import after

from sealmark_platform.attestation.records import record_of
from sealmark_platform.casework.models import CertificateEvent
from sealmark_platform.records.models import Entry
from sealmark_platform.register.comparing import compare_daily


def test_people_are_told_what_to_do(listed, client):
    answer = client.get(reverse("certificate", args=["OAK-C2026-0O001"]))
    told = answer.content.decode()

    assert answer.status_code == 404
    assert "no certificate OAK-C2026-0O001" in told
    assert "a zero is not the letter O" in told
    assert reverse("complain") in told


@pytest.mark.parametrize("name", ["record", "bundle"])
def test_programs_are_told_the_same_as_problem_details(listed, client, name):
    answers = [client.get(reverse(name, args=["OAK-C1999-00001"])), client.get("/register/A%00B/record.json")]
    answers.append(client.get(reverse("certificate", args=["OAK-C1999-00001"]), headers={"accept": "application/json"}))

    assert {(one.status_code, one["Content-Type"]) for one in answers} == {(404, "application/problem+json")}
    assert {one.json()["code"] for one in answers} == {"SM829"}
    assert answers[0].json()["number"] == "OAK-C1999-00001"
    assert "Compare the number" in answers[0].json()["detail"]


def test_a_certificate_of_which_nothing_is_signed_is_not_called_missing(listed, client):
    told = client.get(reverse("bundle", args=[listed.number]))

    assert (told.status_code, "exists" in told.json()["detail"]) == (404, True)


def test_a_page_says_how_new_it_is_and_when_it_was_compared_with_the_log(listed, client):
    address = reverse("certificate", args=[listed.number])
    newest = Entry.objects.order_by("-number").first().at
    before = client.get(address).content.decode()
    compare_daily(after(60))
    page, search = (client.get(one).content.decode() for one in (address, reverse("register")))

    assert f"The register as of {newest.day} March 2026" in before
    assert "Last compared" not in before
    day = after(60)
    assert f"Last compared with its log on {day.day} {day:%B %Y}" in page
    assert f"The register as of {day.day} {day:%B %Y}" in search
    assert reverse("register-csv") in search


@pytest.mark.parametrize(
    "address",
    [
        "/register/A%00B/certificate.pdf", "/register/A%00B/badge.svg", "/register/A%00B/credentials/1",
        "/register/A%00B/credentials/1/sites.json", "/register/A%00B/", "/bodies/a%00b/did.json",
        "/status/a%00b/revocation/1",
    ],
)  # fmt: skip
def test_an_address_with_a_zero_byte_is_of_nothing(listed, client, address):
    assert client.get(address).status_code == 404


def test_a_certificate_renewed_early_holds_from_the_day_of_the_renewal(listed, client):
    CertificateEvent.objects.create(
        certificate=listed, on=after(25).date(), what="renew", status="active", grade=listed.grade
    )
    listed.first_issued_on, listed.valid_from = after(20).date(), after(40).date()
    listed.save(update_fields=["first_issued_on", "valid_from"])
    page = client.get(reverse("certificate", args=[listed.number])).content.decode()
    day = after(25)

    assert f'<span class="nowrap">{day.day} {day:%B %Y} \N{EN DASH}</span>' in page
    assert record_of(listed, "", None)["validFrom"] == day.date().isoformat()
