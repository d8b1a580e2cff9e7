"""Pages of the register are kept ready, and never a moment longer than what they say is true."""

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.platform.people import after

from sealmark_platform.casework.actions import certificate as certify
from sealmark_platform.catalogue.queries import loaded


@pytest.fixture(autouse=True)
def nothing_kept():
    caches["pages"].clear()


@pytest.fixture
def shown(world):
    """A certificate and the address of its page."""
    found = world.certified()
    return found, reverse("certificate", args=[found.number])


def asked(client, address, **how):
    with CaptureQueriesContext(connection) as seen:
        answer = client.get(address, **how)
    return len(seen), answer


def test_a_page_is_made_once_and_then_costs_one_question(shown, client):
    _certificate, address = shown

    counts = [asked(client, page)[0] for page in (address, address, reverse("register"), reverse("register"))]

    assert counts == [3, 1, 2, 1]


def test_a_suspension_shows_at_once_on_every_page(world, shown, client):
    found, address = shown
    before = client.get(address).content.decode()
    client.get(reverse("register"))

    trigger = loaded(world.edition.edition).procedure.suspension_triggers[0]
    certify.suspend_certificate(
        found, trigger=trigger, way_back="Answer.", reason="No access.", by=world.bo, at=after(20)
    )

    assert "temporarily not valid" not in before
    assert "temporarily not valid" in client.get(address).content.decode()
    assert "suspended" in client.get(reverse("register")).content.decode()


def test_each_language_has_its_own_page(shown, client):
    _certificate, address = shown
    pages = {}

    for _round in range(2):
        for language in ("en", "zh-hans"):
            client.cookies["language"] = language
            pages.setdefault(language, set()).add(client.get(address).content)

    assert [len(found) for found in pages.values()] == [1, 1]
    assert pages["en"] != pages["zh-hans"]


def test_what_somebody_signed_in_sees_is_kept_for_nobody(world, shown, client):
    _certificate, address = shown
    client.force_login(world.cora)
    mine = client.get(address).content.decode()

    client.logout()
    client.cookies.clear()
    theirs = client.get(address).content.decode()

    assert "Cora-oak" in mine
    assert "Cora-oak" not in theirs
    assert "Sign in" in theirs


def test_a_browser_that_has_the_page_is_told_so(shown, client):
    _certificate, address = shown
    first = client.get(address)

    again = client.get(address, headers={"If-None-Match": first["ETag"]})
    later = client.get(address, headers={"If-None-Match": 'W/"older"'})

    assert (again.status_code, again.content, later.status_code) == (304, b"", 200)
    assert (first["Cache-Control"], first["Vary"]) == ("no-cache", "Accept, Accept-Language, Cookie")
    assert not first.cookies


def test_that_there_is_no_such_certificate_is_not_kept(world, client):
    address = reverse("certificate", args=["OAK-C2026-00001"])
    missing = client.get(address).status_code

    world.certified()

    assert (missing, client.get(address).status_code) == (404, 200)


def test_the_page_that_checks_certificates_is_kept_too(shown, client):
    address = reverse("verify")
    first, again = client.get(address), client.get(address)

    told = client.get(address, headers={"If-None-Match": first["ETag"]})

    assert (first["ETag"], first.content, first["Cache-Control"]) == (again["ETag"], again.content, "no-cache")
    assert "'unsafe" not in first["Content-Security-Policy"]
    assert (told.status_code, told.content) == (304, b"")
