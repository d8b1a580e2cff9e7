"""A PDF of the platform dropped on the page that checks certificates: it says what the library says, through every status."""

from urllib.parse import urlsplit

import pytest
from django.urls import reverse
from playwright.sync_api import sync_playwright
from tests.journeys.platform_server import CHROMIUM
from tests.platform.attestation.test_publishing import suspend
from tests.platform.pages.browsers import Browser, pages_sent
from tests.platform.people import after

from sealmark.attest.verifying.checking import verify
from sealmark.attest.verifying.material import Means
from sealmark.attest.verifying.phrases import say
from sealmark.attest.verifying.reading import read_material
from sealmark_platform.attestation.places import place
from sealmark_platform.casework.actions import certificate as certify
from sealmark_platform.casework.models import Certificate

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")


def seen(client, paper, day):
    """Return what the library says on a day, and everything that the platform was asked for."""
    site = {}

    def fetch(address):
        path = urlsplit(address).path
        answer = client.get(path)
        if answer.status_code == 404:
            raise FileNotFoundError(address)
        site[path] = b"".join(answer.streaming_content) if answer.streaming else answer.content
        return site[path]

    return verify(read_material(paper), on=after(day), means=Means(fetch=fetch)), site


def test_valid_suspended_restored_withdrawn_and_the_old_file_says_so(world, certificate, moved, client):
    paper = client.get(reverse("certificate-pdf", args=[certificate.number])).content
    days = {16: seen(client, paper, 16)}
    suspend(world, certificate, 17)
    moved(17)
    days[17] = seen(client, paper, 17)
    certify.restore_certificate(Certificate.objects.get(), reason="Access given.", by=world.bo, at=after(18))
    moved(18)
    days[18] = seen(client, paper, 18)
    certify.withdraw_certificate(Certificate.objects.get(), reason="Closed.", by=world.bo, at=after(19))
    moved(19)
    days[19] = seen(client, paper, 19)
    pages, host = pages_sent(), urlsplit(place()).netloc

    shown = {}
    with sync_playwright() as play:
        browser = Browser(play, pages, {}, host=host, now=after(16))
        for day, (_verdict, site) in days.items():
            browser.site = site
            browser.page.clock.set_fixed_time(after(day))
            shown[day] = browser.drop(paper, "certificate.pdf").split("\n")[0]
        browser.browser.close()

    assert [verdict.answer for verdict, _site in days.values()] == ["valid", "suspended", "valid", "revoked"]
    assert shown == {day: say(verdict.sentence) for day, (verdict, _site) in days.items()}
