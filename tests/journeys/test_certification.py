"""Certification in a real browser, by clicking: from application to certificate, an appeal, a suspension."""

import re
import shutil
from importlib import resources
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright
from tests.journeys.platform_server import ARGUMENTS, CHROMIUM, served

from sealmark.evaluation.example import make_example, read_profile
from sealmark.scheme.discovery import load

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine"),
]
WIDE = {"viewport": {"width": 1280, "height": 900}}
NARROW = {"viewport": {"width": 375, "height": 750}, "color_scheme": "dark"}
SEEN = set()
PASSWORD = "correct horse battery staple"


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with served(tmp_path_factory.mktemp("platform")) as address:
        yield address


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def case_zip(tmp_path_factory):
    """The case folder of the made-up repair chain, as one archive."""
    folder = tmp_path_factory.mktemp("case")
    profile = read_profile(Path(str(resources.files("sealmark.cli") / "examples/sealmark-charter.yaml")))
    make_example(profile, load(profile.scheme), folder / "case")
    return shutil.make_archive(str(folder / "case"), "zip", folder / "case")


class Desk:
    """One person at one browser; every page they come to is checked by axe, and watched."""

    def __init__(self, browser, address, language="en", **look):
        self.address, self.look = address, (language, str(look))
        self.context = browser.new_context(**look)
        self.context.set_default_timeout(90_000)
        self.context.add_cookies([{"name": "language", "value": language, "url": address}])
        self.page = self.context.new_page()
        self.faults = []
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("request", self._asked)

    def _heard(self, message):
        # A refusal has its own status, which Chromium reports as if it were a fault of the page.
        if message.type in {"error", "warning"} and "status of 422" not in message.text:
            self.faults.append(message.text)

    def _asked(self, request):
        if not request.url.startswith((self.address, "data:")):
            self.faults.append(f"asked for {request.url}")

    def press(self, selector):
        """Click what leads to another page, and look at that page."""
        with self.page.expect_navigation():
            self.page.click(selector)
        self.check()
        return self

    def check(self):
        if self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            self.faults.append(f"{self.page.url} is wider than the screen")
        # A page made of the same elements as one before in the same look has the same faults.
        made_of = (self.look, *re.findall(r"<(\w+)|class=\"([^\"]*)\"", self.page.content()))
        if made_of in SEEN:
            return
        SEEN.add(made_of)
        found = Axe().run(self.page).response["violations"]
        self.faults += [f"{self.page.url}: {one['id']} {one['nodes'][0]['html']}" for one in found]

    def go(self, path):
        self.page.goto(f"{self.address}{path}")
        self.check()
        return self

    def sign_in(self, name):
        self.go("/sign-in/")
        self.page.fill("#id_login", f"{name}-oak@example.org")
        self.page.fill("#id_password", PASSWORD)
        self.press("main form button.main")
        return self

    def fill(self, fields):
        for name, value in fields.items():
            field = self.page.locator(f"main [name={name}]")
            kind = field.first.evaluate("one => one.type || one.tagName")
            if kind == "checkbox":
                for box in field.all():
                    box.set_checked(bool(value))
            elif kind == "file":
                field.set_input_files(value)
            elif kind.startswith("select"):
                field.select_option(**value) if isinstance(value, dict) else field.select_option(value)
            else:
                field.fill(str(value))

    def act(self, act, *, refused=False, **fields):
        """Do an act from the page of the file: click it, fill its form, send it."""
        self.press(f"main a[href*='/acts/{act}/'] >> nth=0")
        self.fill(fields)
        return self.send(refused=refused)

    def send(self, *, refused=False):
        """Send the form of a page; return what it says against it."""
        self.press("main form button.main")
        errors = self.page.locator(".errors").all_inner_texts()
        assert bool(errors) is refused, errors
        return " ".join(errors)

    def text(self, selector="main"):
        return self.page.inner_text(selector)


@pytest.fixture
def desks(browser, address):
    """Make desks by name, sign their people in, and see at the end that no page had a fault."""
    made = {}

    def desk(name, language="en", **look):
        made[name] = Desk(browser, address, language, **(look or WIDE)).sign_in(name)
        return made[name]

    yield desk
    faults = {name: desk.faults for name, desk in made.items() if desk.faults}
    for one in made.values():
        one.context.close()
    assert faults == {}


def test_from_application_to_certificate(desks, case_zip, tmp_path):
    cleo, cora, ada = desks("cleo"), desks("cora"), desks("ada")
    document = tmp_path / "form.pdf"
    document.write_bytes(b"%PDF-1.7 made up")

    cleo.press("text=Files")
    cleo.press("text=Apply for certification")
    cleo.press("text=Begin the application")
    cleo.fill({"scope": "Repairs in shops", "applicant": {"index": 1}})
    for kind in cleo.page.eval_on_selector_all("#id_kind option", "found => found.map(one => one.value)")[1:]:
        cleo.fill({"kind": kind, "content": document})
        cleo.press("text=Save")
    cleo.press("text=Submit the application")
    cleo.send()
    path = re.search(r"/files/[-0-9a-f]+/", cleo.page.url)[0]

    cora.go(path)
    assert "Not shown: Lawfully established" in cora.act("application.accept", refused=True, reason="All there.")
    cora.fill({"shown": True})
    cora.send()
    cora.act("application.offer-agreement", text="We evaluate; you keep the rules.")
    cleo.go(path).act("application.sign-agreement", confirmed=True)

    cora.go(path).act("evaluation.open", kind="initial")
    for name, side in (("Ada", "evaluation"), ("Rex", "review"), ("Bo", "decision")):
        cora.act("evaluation.assign", person={"label": f"{name}-oak"}, side=side, is_lead=side == "evaluation")
    cora.act("evaluation.draw-sites", seed=7)
    cora.act("evaluation.settle-plan", starts_on="2026-12-01", ends_on="2026-12-03", days=12)
    ada.go(path).act("evaluation.start")
    assert "No case folder has been added." in ada.act("evaluation.record-result", refused=True)
    ada.go(path).act("evaluation.add-evidence", content=case_zip)
    ada.act("finding.raise", grade="minor", requirement="service-promise", statement="The promise is three years old.")
    ada.act("evaluation.record-result")
    # A worker evaluates, and the page shows the result by itself.
    ada.page.wait_for_selector("main dd a[href^='/results/']")
    assert "Minor nonconformity 1" in ada.act("evaluation.recommend", refused=True, reason="Grant.")
    answer = {"correction": "Renewed.", "cause": "Nobody looked.", "corrective_action": "Looked at every year."}
    cleo.go(path).act("finding.answer", **answer)
    ada.go(path).act("finding.accept")
    ada.act("finding.verify", reason="Seen.")
    ada.act("evaluation.recommend", reason="Grant.")
    ada.press("main dd a[href^='/results/']")
    assert "Why not the next grade" in ada.text()

    desks("rex").go(path).act("evaluation.review", reason="Complete and plausible.")
    bo = desks("bo").go(path)
    bo.act("evaluation.decide", outcome="grant", reason="Conforms.")
    bo.press("aside a[href^='/register/']")
    number = bo.text(".certificate dd >> nth=0")

    visitor = Desk(bo.context.browser, bo.address, **WIDE).go(f"/register/?q={number}")
    visitor.press(f"main a:text-is('{number}')")
    assert "Willow oak" in visitor.text("h1")
    assert "valid" in visitor.text(".tag")
    assert visitor.faults == []
    visitor.context.close()


def test_a_refusal_and_its_appeal_on_a_phone_in_chinese(desks):
    bo = desks("bo", "zh-hant", **NARROW)
    bo.press(".tasks a.button:has-text('作成決定')")
    bo.fill({"outcome": "refuse", "reason": "未達要求。"})
    bo.send()
    path = re.search(r"/files/[-0-9a-f]+/", bo.page.url)[0]
    assert "不予認證" in bo.text()

    cleo = desks("cleo", "zh-hant", **NARROW).go(path)
    cleo.act("objection.file", against={"index": 1}, statement="證據未被採納。")
    cora = desks("cora", "zh-hant", **NARROW).go(path)
    assert "參與過本案卷" in cora.act("objection.name-panellist", refused=True, person={"label": "Rex-oak"})
    cora.fill({"person": {"label": "Pia-oak"}})
    cora.send()
    pia = desks("pia", "zh-hant", **NARROW).go(path)
    pia.act("objection.admit", reason="按時提出。")
    pia.act("objection.investigate", reason="已查閱證據。")
    pia.act("objection.decide", is_upheld=True, reason="應重新評價。")
    cora.go(path).act("objection.close")

    assert "應重新評價。" in cleo.go(path).text()
    assert "您的投訴或申訴已有處理決定。" in cleo.go("/today/").text()


def test_a_suspension_shows_in_the_register_and_is_lifted(desks):
    certificate = "/register/OAK-C2026-00001/"
    bo = desks("bo")
    bo.press("text=Files")
    bo.press("tr:last-child td a")
    path = bo.page.url.removeprefix(bo.address)
    bo.act("certificate.suspend", trigger="mark-misused", way_back="The mark is taken off.", reason="Seen on a van.")
    suspended = bo.text("aside"), bo.go(certificate).text()
    bo.go(path).act("certificate.restore", reason="Taken off.")
    restored = bo.go(certificate).text()

    assert "Mark or certificate misused" in suspended[0]
    assert "temporarily not valid" in suspended[1]
    assert "temporarily not valid" not in restored
    assert re.findall(r"Suspension lifted|Suspended|Issued", restored) == ["Suspension lifted", "Suspended", "Issued"]
