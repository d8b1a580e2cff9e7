"""Pages around the signed certificate and the calendar, looked at by axe on a wide screen and on a phone in the dark."""

import datetime as dt
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.urls import reverse
from playwright.sync_api import sync_playwright
from tests.journeys.platform_server import ARGUMENTS, CHROMIUM
from tests.platform.pages.browsers import STATIC
from tests.platform.people import after

from sealmark_platform.administration.calendars import TASKS
from sealmark_platform.attestation.keys import make_key
from sealmark_platform.attestation.publishing import publish_due
from sealmark_platform.parties.models import Holiday, Leave, Membership
from sealmark_platform.records.publishing import publish_log
from sealmark_platform.register.models import KnownCertificate, Subscription
from sealmark_platform.register.subscriptions import secret_for
from sealmark_platform.register.withholding import approve_withholding, ask_withholding

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")
HOST = "http://localhost"
LOOKS = {
    "en": {"viewport": {"width": 1280, "height": 900}},
    "zh-hant": {"viewport": {"width": 375, "height": 750}, "color_scheme": "dark"},
}
CODE = "oak"


@pytest.fixture
def signed(world, settings, tmp_path):
    """A certificate that is signed; its organization is known elsewhere too, and the body has holidays and leave."""
    settings.DATA, settings.CONTEXTS, settings.KEY_PASSPHRASE = tmp_path, tmp_path / "contexts", "only for tests"
    certificate = world.certified()
    make_key(world.body, at=after(15))
    publish_due(after(16))
    publish_log(after(16))
    Membership.objects.create(person=world.cora, body=world.body, function="administrator")
    today = dt.datetime.now(dt.UTC).date()
    Holiday.objects.create(body=world.body, on=today, name="Day of the oak")
    Leave.objects.create(body=world.body, person=world.cora, first=today, last=today + dt.timedelta(days=9))
    KnownCertificate.objects.create(
        body=world.body, organization=world.organization, identity="ELM 1", number="ELM-1", status="active",
        scope="Repairs", standards="ISO 9001", taken_at=after(16),
    )  # fmt: skip
    return certificate


class Seen:
    """What readers are sent, by what it is called and in which language; forms that look alike only on the phone."""

    def __init__(self):
        self.pages = {}

    def see(self, name, address, by=None, sent=None, status=200):
        for language in list(LOOKS)["," in name :]:
            client = Client()
            client.cookies["language"] = language
            if by is not None:
                client.force_login(by)
            answer = client.get(address) if sent is None else client.post(address, sent)
            assert answer.status_code == status, (name, answer.status_code)
            self.pages[name, language] = answer.content, dict(answer.items())


def public_pages(seen, certificate):
    number = certificate.number
    asked = Subscription.objects.create(
        certificate=certificate, email="buyer@example.org", origin="x", asked_at=after(17), told=0
    )
    told = reverse("subscription", args=[asked.pk, secret_for(asked.pk)])
    seen.see("certificate", reverse("certificate", args=[number]))
    seen.see("no certificate", reverse("certificate", args=["OAK-C1999-00001"]), status=404)
    seen.see("check", reverse("verify"))
    subscribe = reverse("subscribe", args=[number])
    seen.see("subscribe", subscribe)
    seen.see("subscribe, refused", subscribe, sent={"email": "nobody"}, status=422)
    seen.see("subscribed", subscribe, sent={"email": "new@example.org"})
    seen.see("told, asked", told)
    Subscription.objects.filter(pk=asked.pk).update(confirmed_at=after(18))
    seen.see("told", told)
    asked.delete()
    seen.see("told no more", told)


def withheld_pages(seen, world, certificate):
    one = reverse("withholding", args=[certificate.pk])
    seen.see("withhold, ask", one, world.cora)
    seen.see("withhold, refused", one, world.cora, sent={"do": "ask", "reason": ""}, status=422)
    asked = ask_withholding(certificate, "The holder guards a site.", by=world.cora, at=after(18))
    seen.see("withhold, approve", one, world.bo)
    seen.see("withheld, waiting", reverse("withholdings"), world.bo)
    approve_withholding(asked, by=world.bo, at=after(19))
    seen.see("withheld, end", one, world.cora)
    seen.see("withheld", reverse("withholdings"), world.cora)
    seen.see("certificate, withheld", reverse("certificate", args=[certificate.number]))


def administrators_pages(seen, world):
    seen.see("other registers", reverse("body-registers", args=[CODE]), world.cora)
    seen.see("take over", reverse("body-registers-take-over", args=[CODE]), world.cora)
    seen.see("calendar", reverse("body-calendar", args=[CODE]), world.cora)
    for task in TASKS:
        seen.see(f"calendar, {task}", reverse("body-calendar-task", args=[CODE, task]), world.cora)
    holiday = Holiday.objects.get().pk
    seen.see("calendar, remove", reverse("holiday-remove", args=[CODE, holiday]), world.cora)
    seen.see("my leave", reverse("my-leave"), world.cora)
    seen.see("my leave, take back", reverse("my-leave-take-back", args=[Leave.objects.get().pk]), world.cora)


class Screen:
    """A browser that is given pages that were sent before, and asks nobody."""

    def __init__(self, browser, look):
        self.content, self.faults = None, []
        self.page = browser.new_context(**look).new_page()
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.route("**/*", self._answer)

    def _answer(self, route):
        path = urlsplit(route.request.url).path
        if path.startswith("/static/"):
            return route.fulfill(path=STATIC / path.removeprefix("/static/"))
        if path == "/page/":
            body, headers = self.content
            return route.fulfill(body=body, headers=headers)
        return route.fulfill(status=404)

    def faults_of(self, content):
        """Return what is wrong on a page."""
        self.content, self.faults = content, []
        self.page.goto(f"{HOST}/page/")
        if self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            self.faults.append("wider than the screen")
        found = Axe().run(self.page).response["violations"]
        return self.faults + [f"{one['id']} {one['nodes'][0]['html']}" for one in found]


def test_nobody_is_kept_out_of_the_pages(world, signed):
    seen = Seen()
    public_pages(seen, signed)
    administrators_pages(seen, world)
    withheld_pages(seen, world, signed)

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        screens = {language: Screen(browser, look) for language, look in LOOKS.items()}
        faults = {name: screens[name[1]].faults_of(content) for name, content in seen.pages.items()}
        browser.close()

    assert {name: found for name, found in faults.items() if found} == {}
