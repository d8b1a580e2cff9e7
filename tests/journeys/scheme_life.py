"""The life of a file under one scheme in a browser: who does what on which page, and the days in between."""

import datetime as dt
import re
import subprocess
from contextlib import contextmanager

import pytest
from playwright.sync_api import sync_playwright
from tests.journeys.platform_server import ARGUMENTS, CHROMIUM, running
from tests.journeys.scheme_cases import CaseMaker, figures_of
from tests.journeys.test_certification import WIDE, Desk

NEEDS_A_BROWSER = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine"),
]


@contextmanager
def living(edition, folder, looks=None, **figures):
    """Yield the life of a file under an edition on a platform of its own, and see that no page had a fault.

    Args:
        edition: Such as ``cse-style/2008``.
        folder: An empty one.
        looks: Language and look of a person's browser by name; of all others English on a wide screen.
        figures: Of the licence holder, where they differ from those for practice.
    """
    clock, overlay = folder / "clock.txt", folder / "figures.yaml"
    clock.write_text("0")
    overlay.write_text(figures_of(edition, **figures), encoding="utf-8")
    settings = {"DJANGO_SETTINGS_MODULE": "tests.journeys.clocked_settings", "SEALMARK_JOURNEY_CLOCK": str(clock)}
    with (
        running(folder, "scheme_seed.py", edition, str(overlay), **settings) as place,
        sync_playwright() as play,
    ):
        browser = play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        life = Life(browser, place, CaseMaker(edition, folder, overlay.read_text(encoding="utf-8")), looks or {})
        try:
            yield life
        except BaseException:
            for name, desk in life.desks.items():
                print("DESK", name, desk.page.url, desk.text())
            raise
        faults = life.faults()
        browser.close()
    assert faults == {}


class Life:
    """A file of one client, from page to page.

    Attributes:
        cases: Makes the case folders.
        desks: By name, the browsers of those who took part.
        path: Of the file's page, once there is one.
    """

    def __init__(self, browser, place, cases, looks):
        self.browser, self.place, self.cases, self.looks = browser, place, cases, looks
        self.desks, self.path, self.ahead = {}, "/files/", 0

    # Days ------------------------------------------------------------------------------------------------------

    @property
    def today(self):
        return dt.datetime.now(dt.UTC).date() + dt.timedelta(days=self.ahead)

    def wait(self, days):
        """Let days go by; in the last night the calendar moves what is due. Return what it did."""
        self.ahead += days
        (self.cases.folder / "clock.txt").write_text(str(self.ahead))
        night = self.today - dt.timedelta(days=1)
        command = [*self.place.command, "tick", "--as-of", night.isoformat(), "--json"]
        return subprocess.run(command, env=self.place.environment, check=True, capture_output=True, text=True).stdout

    # People ----------------------------------------------------------------------------------------------------

    def at(self, name, path=None):
        """Return the desk of a person with a page open: the file's, if no other is named."""
        path = path or self.path
        if name not in self.desks:
            language, look = self.looks.get(name, ("en", WIDE))
            self.desks[name] = Desk(self.browser, self.place.address, language, **look).sign_in(name)
        desk = self.desks[name].go(path)
        if "/sign-in/" in desk.page.url:
            # After weeks everybody has to sign in again.
            desk.sign_in(name).go(path)
        return desk

    def faults(self):
        """Return what was wrong on any page of anybody, and close the browsers."""
        found = {name: desk.faults for name, desk in self.desks.items() if desk.faults}
        for desk in self.desks.values():
            desk.context.close()
        return found

    # The file --------------------------------------------------------------------------------------------------

    def apply(self):
        """The client applies and signs; the body looks at it and offers an agreement."""
        document = self.cases.folder / "document.pdf"
        document.write_bytes(b"%PDF-1.7 made up")
        cleo = self.at("cleo", "/apply/")
        cleo.send()
        cleo.fill({"scope": "Service in all shops"})
        for text in cleo.page.locator("main textarea[name^=shown-]").all():
            text.fill("As the documents show.")
        if cleo.page.locator("main [name=applicant]").count():
            cleo.fill({"applicant": {"index": 1}})
        for kind in cleo.page.eval_on_selector_all("#id_kind option", "found => found.map(one => one.value)")[1:]:
            cleo.fill({"kind": kind, "content": document})
            cleo.send()
        cleo.press("main a[href*='/acts/application.submit/']")
        cleo.send()
        self.path = re.search(r"/files/[-0-9a-f]+/", cleo.page.url)[0]
        cora = self.at("cora").press("main a[href*='/acts/application.accept/']")
        for box in cora.page.locator("main [name=shown]").all():
            box.check()
        cora.fill({"reason": "All there."})
        cora.send()
        cora.act("application.offer-agreement", text="We evaluate; you keep the rules.")
        self.at("cleo").act("application.sign-agreement", confirmed=True)

    def plan(self, kind, *, is_open=False):
        """Name the people, draw the sites, settle the days, and begin."""
        cora = self.at("cora")
        if not is_open:
            cora.act("evaluation.open", kind=kind)
        for name, side in (("Ada", "evaluation"), ("Rex", "review"), ("Bo", "decision")):
            cora.act("evaluation.assign", person={"label": f"{name}-oak"}, side=side, is_lead=side == "evaluation")
        cora.act("evaluation.draw-sites", seed=7)
        first = self.today + dt.timedelta(days=3)
        cora.act("evaluation.settle-plan", starts_on=first, ends_on=first, days=12, reason="The shops are open.")
        self.at("ada").act("evaluation.start")

    def result(self, case):
        """Add a case folder and evaluate it; return Ada's desk at the result."""
        ada = self.at("ada")
        ada.act("evaluation.add-evidence", content=case)
        ada.act("evaluation.record-result")
        return ada.press("main dd a[href^='/results/'] >> nth=0")

    def review(self):
        """Recommend and review; return the decider's desk at the file."""
        self.at("ada").act("evaluation.recommend", reason="As the result says.")
        self.at("rex").act("evaluation.review", reason="Complete and plausible.")
        return self.at("bo")

    def decide(self, outcome):
        """Recommend, review and decide; return the decider's desk at the file."""
        bo = self.review()
        bo.act("evaluation.decide", outcome=outcome, reason="As recommended.")
        return bo
