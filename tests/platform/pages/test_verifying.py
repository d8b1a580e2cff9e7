"""The page that checks certificates: in a browser it answers what the library answers, on good and on bad ones."""

import re
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright
from tests.journeys.platform_server import CHROMIUM
from tests.platform.conftest import STAGE
from tests.platform.pages import bundles, papers
from tests.platform.pages.browsers import LANGUAGES, STATIC, Browser, pages_sent
from tests.platform.pages.bundles import HOST, NUMBER, SIGNER, House, signed
from tests.platform.pages.certificates import (
    changed_letters,
    forged_cases,
    form_cases,
    key_cases,
    letters,
    list_cases,
    log_cases,
    paper_cases,
    plain,
    record_cases,
    standing_cases,
    text_of,
    times,
)

from sealmark.attest.identifiers import KeyTerm, did_document
from sealmark.attest.published import _PUBLISHED
from sealmark.attest.verifying.phrases import sentences

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")
PHONE = {"width": 375, "height": 750}
ALL_CHECKED = """async ([usual, cases]) => {
  const of = (name) => import(`/static/sealmark/verify/${name}.js`);
  const [{ readMaterial }, { refused, verify }, { Refusal, Unreadable }, { Absent }] =
    await Promise.all(["material", "checking", "reading", "asking"].map(of));
  const bytes = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
  const checked = async ({ content, site, on, hosts }) => {
    const read = async (path) => {
      const text = path in site ? site[path] : usual[path];
      if (!text) throw new Absent(path);
      return bytes(text);
    };
    try {
      return await verify(await readMaterial(bytes(content)), { on, hosts: new Set(hosts), read });
    } catch (error) {
      if (error instanceof Refusal) return refused(error.message, on);
      if (error instanceof Unreadable) return { unreadable: error.word };
      return { fault: String(error.stack) };
    }
  };
  const found = [];
  for (const one of cases) found.push(await checked(one));
  return found;
}"""


# -- the browser ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pages():
    # While a browser is open the database cannot be reached, so nothing of other tests may stand in it.
    STAGE.clear()
    return pages_sent()


@pytest.fixture(scope="module")
def house():
    return House()


@pytest.fixture(scope="module")
def site(house):
    """What stands at the host, for whoever asks it over the network; its lists are of today."""
    return dict(house.site())


@pytest.fixture(scope="module")
def browser(pages, site):
    with sync_playwright() as play:
        browser = Browser(play, pages, site)
        yield browser
        browser.browser.close()


@pytest.fixture(scope="module")
def found(browser, house, tmp_path_factory):
    """Every case with what the library and what the browser answer."""
    groups = {
        "standing": standing_cases(house), "forged": forged_cases(house), "key": key_cases(house),
        "list": list_cases(house), "log": log_cases(house), "record": record_cases(house), "form": form_cases(house),
        "paper": paper_cases(house, tmp_path_factory.mktemp("paper")), "letter": changed_letters(house),
    }  # fmt: skip
    cases = {f"{group}: {name}": one for group, part in groups.items() for name, one in part.items()}
    usual = house.site()
    asked = [
        {path: letters(content) for path, content in usual.items()},
        [one.for_browser(usual) for one in cases.values()],
    ]
    answers = browser.page.evaluate(ALL_CHECKED, asked)
    return {
        name: (times(one.by_library()), times(plain(answer)))
        for (name, one), answer in zip(cases.items(), answers, strict=True)
    }


def answers(found, group):
    return {name.removeprefix(f"{group}: "): one["answer"] for name, (_library, one) in found.items()
            if name.startswith(f"{group}: ")}  # fmt: skip


def test_the_browser_says_what_the_library_says(found):
    differing = {name: pair for name, pair in found.items() if pair[0] != pair[1]}

    assert differing == {}


def test_each_standing_has_its_own_answer(found):
    assert answers(found, "standing") == {
        "valid": "valid", "suspended": "suspended", "suspended, as it came along": "suspended",
        "revoked and suspended": "revoked", "withdrawn in the register alone": "revoked", "replaced": "revoked",
        "expired": "expired", "not yet in force": "not-yet-valid", "elsewhere": "unknown",
        "lists that came along": "valid", "old lists that came along": "unknown", "no lists": "unknown",
        "no register": "valid", "no keys": "unknown", "no keys at all": "unknown", "no log": "valid",
        "log without key": "valid", "credential alone": "valid", "jwt alone": "valid", "with a mark": "valid",
        "register without log": "valid", "a key as issuer": "unknown", "no end": "valid", "no lists named": "valid",
        "another purpose": "unknown",
    }  # fmt: skip


def test_what_was_altered_is_never_valid(found):
    sound = {name for group in ("forged", "list", "log", "record", "form") for name, answer in
             answers(found, group).items() if answer == "valid"}  # fmt: skip
    compromised = {name: answer for name, answer in answers(found, "key").items() if "compromised" in name}

    assert sound == {
        "larger", "of yesterday week", "of tomorrow", "page instead", "another key", "as long",
        "key of another", "named by the installation", "names that hide", "numbers",
    }  # fmt: skip
    assert compromised == {
        "compromised later": "not-valid", "compromised before": "not-valid", "compromised later, no log": "not-valid",
    }  # fmt: skip


def test_one_bit_of_what_was_signed_is_seen(found, house):
    # Keys and lists that came along do not count where newer ones are to be had.
    text = house.content.decode()
    spare = [
        (text.index(f'"{name}": '), text.index(f'"{after}": '))
        for name, after in (("issuer", "jwt"), ("status", "log"))
    ]
    unseen = {name for name, answer in answers(found, "letter").items() if answer == "valid"}
    places = [len(house.content[: int(name.rpartition(" ")[2])].decode(errors="ignore")) for name in unseen]

    assert [place for place in places if not any(start <= place < end for start, end in spare)] == []


def test_papers_are_read_or_told_apart(found):
    papers_found = answers(found, "paper")

    assert {name for name, answer in papers_found.items() if answer == "valid"} == {
        "by Typst", "plain", "packed", "folded", "updated", "with the name in UTF-16", "in a tree",
    }  # fmt: skip
    assert {name for name, answer in papers_found.items() if answer == "not-valid"} == {"altered"}
    assert set(papers_found.values()) == {"valid", "not-valid", "refused"}


# -- the page ---------------------------------------------------------------------------------------


def test_a_file_is_checked_and_goes_nowhere(browser, house):
    browser.asked.clear()

    text = browser.drop(house.content)

    paths = {urlsplit(url).path for _method, url, _body, _cookie in browser.asked}
    page = f"/register/{NUMBER}"
    assert "This certificate is valid." in text
    assert "Müller & Söhne GmbH" in text
    assert re.search(r"First issued\s+1 August 2020", text)
    assert {(method, body, cookie) for method, _url, body, cookie in browser.asked} == {("GET", None, None)}
    assert not any(urlsplit(url).query for _method, url, _body, _cookie in browser.asked)
    assert paths == {
        "/bodies/oak/did.json", "/.well-known/did.json", "/log/key", "/log/checkpoint", f"{page}/record.json",
        f"{page}/certificate.json", "/status/oak/revocation/1", "/status/oak/suspension/1",
        *(path for path in paths if path.startswith("/log/tile/")),
    }  # fmt: skip


def test_a_file_of_another_house_asks_nobody(browser):
    did = "did:web:elm.example"
    certificate = signed(bundles.credential(did), method=f"{did}#key-1")
    keys = did_document(did, [KeyTerm("key-1", SIGNER.key)])
    browser.asked.clear()

    text = browser.drop(text_of({"format": "sealmark-bundle/1", "credential": certificate, "issuer": keys}))

    assert "It cannot be said whether this certificate is valid." in text
    assert "Two stars" not in text
    assert browser.asked == []


def test_texts_are_numbers_addresses_or_certificates(browser, house):
    page = browser.page
    said = {}
    for text in (NUMBER, f"https://{HOST}/register/{NUMBER}/", house.bundle["jwt"], text_of(house.credential).decode(),
                 "OAK-C2026-09999", "https://elm.example/register/1/", "What is this?"):  # fmt: skip
        page.fill("#verify-text", text)
        page.evaluate("document.getElementById('verify-result').replaceChildren()")
        page.press("#verify-text", "Tab")
        page.keyboard.press("Enter")
        said[text] = browser.result().split("\n")[0]

    assert [*said.values()] == [
        *["This certificate is valid."] * 4,
        "This register has no certificate with this number.",
        "This page asks no other website. Open that address, or give the file that you find there.",
        "This is no certificate of a known kind. Choose the PDF, its certificate.json, a credential or a JWT.",
    ]


def test_a_link_names_the_certificate_where_no_server_sees_it(browser):
    page = browser.open()
    page.goto(f"https://{HOST}/verify/#{NUMBER}")

    assert "This certificate is valid." in browser.result(page)
    assert not any("#" in url for _method, url, _body, _cookie in browser.asked)


def test_a_dropped_file_is_taken_anywhere(browser, house):
    page = browser.page
    page.evaluate("document.getElementById('verify-result').replaceChildren()")
    page.evaluate("""(text) => {
      const data = new DataTransfer();
      data.items.add(new File([text], "bundle.json"));
      document.querySelector("h1").dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: data }));
    }""", house.content.decode())  # fmt: skip

    assert "This certificate is valid." in browser.result()


def test_pictures_and_strange_files_are_told_apart(browser, house):
    assert "Pictures are not read here." in browser.drop(b"\x89PNG\r\n\x1a\n....", "code.png")
    assert "There is no certificate inside this PDF." in browser.drop(
        papers.paper({1: b"<< /Type /Catalog >>"}), "a.pdf"
    )
    altered = papers.paper(papers.parts(house.content.replace(b"M\xc3\xbcller", b"Miller")))
    assert "This is not a valid certificate." in browser.drop(altered, "certificate.pdf")


@pytest.mark.parametrize("language", [*LANGUAGES])
def test_every_language_on_a_phone(browser, house, language):
    page = browser.open(language, viewport=PHONE, color_scheme="dark" if language == "ru" else "light")
    text = browser.drop(house.content, page=page)

    known = sentences(LANGUAGES[language])
    assert known["answer.valid"] in text
    assert known["status.fetched"].split("{")[0] in text
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert Axe().run(page).response["violations"] == []


def test_without_scripts_the_page_says_what_else_there_is(browser):
    page = browser.open(java_script_enabled=False)

    assert page.is_visible("text=Your browser cannot check files here")
    assert not page.is_visible("#verify-form")


def test_nothing_went_wrong_in_the_browser(browser):
    assert [fault for fault in browser.faults if "404" not in fault] == []


def test_every_sentence_that_the_page_can_say_is_known():
    script = "".join(path.read_text() for path in sorted((STATIC / "sealmark/verify").glob("*.js")))
    said = set(re.findall(r'(?:made\("(\w+)", )"[\w-]+", "([\w-]+)"', script))

    assert said
    assert {f"{name}.{word}" for name, word in said} <= set(sentences("en"))


def test_published_keys_are_the_same_here_and_there():
    script = (STATIC / "sealmark/verify/keys.js").read_text()

    assert set(re.findall(r"z6Mk\w{44}", script)) == set(_PUBLISHED)
