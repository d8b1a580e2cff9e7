"""A signed certificate in a real browser: granted by clicks, its PDF dropped on the page that checks, through every status."""

import subprocess

import pytest
from playwright.sync_api import sync_playwright
from tests.journeys.platform_server import ARGUMENTS, CHROMIUM, running
from tests.journeys.test_certification import NARROW, WIDE, Desk

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine"),
]
DONE = ("() => { const found = document.getElementById('verify-result');"
        " return found.childElementCount && !found.hasAttribute('aria-busy'); }")  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A platform whose body has a key; one file waits for its decision."""
    secret = {"SEALMARK_KEY_PASSPHRASE": "only for journeys"}
    with running(tmp_path_factory.mktemp("platform"), "platform_seed.py", **secret) as place:
        make = [*place.command, "keys", "make", "oak"]
        subprocess.run(make, env=place.environment, check=True, capture_output=True)
        yield place


@pytest.fixture
def sit_down(place):
    """Open browsers, and see at the end that no page had a fault."""
    made = []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)

        def desk(language="en", **look):
            made.append(Desk(browser, place.address, language, **(look or WIDE)))
            return made[-1]

        yield desk
        browser.close()
    assert [one.faults for one in made] == [[]] * len(made)


def dropped(visitor, paper):
    """Drop a PDF on the page that checks certificates; return the word of its answer, and all that it says."""
    visitor.go("/verify/")
    visitor.page.wait_for_selector("#verify-form", state="visible")
    file = {"name": "certificate.pdf", "mimeType": "application/pdf", "buffer": paper}
    visitor.page.set_input_files("#verify-file", file)
    visitor.page.wait_for_function(DONE)
    visitor.check()
    return visitor.page.get_attribute(".verdict", "data-answer"), visitor.text("#verify-result")


def fetched(visitor, link):
    """Return what a link of the open page leads to."""
    answer = visitor.context.request.get(visitor.address + visitor.page.get_attribute(link, "href"))
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
    return answer.body()


def test_the_old_pdf_says_what_became_of_its_certificate(sit_down):
    bo, visitor, phone = sit_down().sign_in("bo"), sit_down(), sit_down("zh-hant", **NARROW)
    bo.press(".tasks a.button:has-text('Decide')")
    bo.fill({"outcome": "grant", "reason": "Conforms."})
    bo.send()
    file = bo.page.url.removeprefix(bo.address)
    bo.press("aside a[href^='/register/']")
    register = bo.page.url.removeprefix(bo.address)
    visitor.go(register)
    paper = fetched(visitor, "main a[href*='certificate.pdf'][href*='zh-Hans']")
    single = fetched(phone.go(register), "main a[href*='certificate.pdf']:not([href*=','])")
    badge = visitor.page.get_attribute("main img", "src")
    said = {"granted": (dropped(visitor, paper), dropped(phone, single))}

    way_back = {"way_back": "The mark is taken off.", "reason": "Seen on a van."}
    bo.go(file).act("certificate.suspend", trigger="mark-misused", **way_back)
    said["suspended"] = (dropped(visitor, paper),)
    shown = visitor.go(register).text(), visitor.context.request.get(visitor.address + badge).text()
    bo.go(file).act("certificate.restore", reason="Taken off.")
    said["restored"] = (dropped(visitor, paper),)
    bo.go(file).act("certificate.withdraw", reason="Nobody may look any more.")
    said["withdrawn"] = dropped(visitor, paper), dropped(phone, single)

    words = {when: {answer for answer, _text in answers} for when, answers in said.items()}
    assert words == {
        "granted": {"valid"}, "suspended": {"suspended"}, "restored": {"valid"}, "withdrawn": {"revoked"},
    }, said  # fmt: skip
    # Keys, lists, log and record were asked for at the register; only the text of the edition was not compared.
    lines = {when: answers[0][1].splitlines() for when, answers in said.items()}
    assert {when: found.count("not checked") for when, found in lines.items()} == dict.fromkeys(said, 1), lines
    assert ("temporarily not valid" in shown[0], "Suspended" in shown[1]) == (True, True), shown
