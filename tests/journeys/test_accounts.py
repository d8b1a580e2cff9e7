"""Accounts in a real browser: a passkey, an authenticator app, recovery codes, a new password, on every page axe."""

import re

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import sync_playwright
from tests.journeys.platform_server import ARGUMENTS, CHROMIUM, served
from tests.journeys.test_certification import NARROW, PASSWORD, WIDE, Desk

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("accounts")


@pytest.fixture(scope="module")
def address(folder):
    with served(folder) as address:
        # Passkeys belong to a name, never to a number.
        yield address.replace("127.0.0.1", "localhost")


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def desk(browser, address):
    made = []

    def sit_down(language="en", **look):
        made.append(Desk(browser, address, language, **(look or WIDE)))
        return made[-1]

    yield sit_down
    faults = [one.faults for one in made]
    for one in made:
        one.context.close()
    assert faults == [[]] * len(made)


def with_a_device(desk):
    """Give the browser a device that keeps passkeys and knows its owner."""
    tools = desk.context.new_cdp_session(desk.page)
    tools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    device = tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]
    return lambda: len(tools.send("WebAuthn.getCredentials", {"authenticatorId": device})["credentials"])


def confirm(desk):
    desk.page.fill("#id_password", PASSWORD)
    desk.press("main form button.main")


def test_a_passkey_is_added_signs_in_alone_is_renamed_and_removed(desk):
    rex = desk().sign_in("rex")
    kept = with_a_device(rex)

    rex.page.click(".masthead summary:has-text('Rex-oak')")
    rex.press("text=Your account")
    assert "Recommended" in rex.text()
    rex.press("text=Add a passkey")
    confirm(rex)
    rex.page.fill("#id_name", "Laptop")
    rex.press("main form.passkey button")
    assert kept() == 1, rex.text()
    assert len(rex.page.locator(".codes li").all()) == 10
    rex.press("text=I have kept them")
    protected = rex.text()

    rex.page.click(".masthead details:last-of-type summary")
    rex.press("text=Sign out")
    rex.go("/sign-in/")
    rex.press("text=Sign in with a passkey")
    signed_in = rex.page.url
    rex.go("/account/")
    rex.press("text=Rename")
    # A passkey confirms as well as the password does.
    rex.press("text=Use a security key")
    rex.press("main form.passkey button")
    rex.page.fill("#id_name", "Old laptop")
    rex.press("main form button.main")
    renamed = rex.text()
    rex.press("text=Remove")
    rex.press("text=Remove the passkey")

    assert "protected by a second factor" in protected
    assert "Laptop" in protected
    assert signed_in.endswith("/today/")
    assert "Old laptop" in renamed
    assert "Recommended" in rex.text()


def code_now(secret, page):
    return format_hotp_value(hotp_value(secret, int(page.evaluate("Date.now()")) // 30_000))


def test_an_authenticator_app_is_asked_for_and_a_recovery_code_helps_once(desk):
    pia = desk("zh-hant", **NARROW).sign_in("pia")
    pia.go("/account/app/add/")
    confirm(pia)
    secret = pia.text("main code >> nth=0")
    pia.page.fill("#id_code", "000000")
    pia.press("main form button.main")
    refused = pia.page.locator(".errors").count()
    pia.page.fill("#id_code", code_now(secret, pia.page))
    pia.press("main form button.main")
    codes = pia.page.locator(".codes code").all_inner_texts()

    others = [desk(), desk()]
    for other in others:
        other.sign_in("pia")
        other.page.fill("#id_code", codes[0])
        other.press("main form button.main >> nth=0")

    assert refused == 1
    assert others[0].page.url.endswith("/today/")
    assert "/sign-in/second-factor/" in others[1].page.url
    others[1].page.fill("#id_code", code_now(secret, pia.page))
    others[1].press("main form button.main >> nth=0")
    assert others[1].page.url.endswith("/today/")
    others[0].go("/account/").press("text=Sign out everywhere else")
    assert "Signed out in 2 other places." in others[0].text()
    assert "/sign-in/" in others[1].go("/today/").page.url


def test_a_forgotten_password_is_set_by_the_link_in_the_mail(desk, folder):
    dov = desk()
    dov.go("/sign-in/").press("text=Password forgotten?")
    dov.page.fill("#id_email", "dov-oak@example.org")
    dov.press("main form button.main")
    mails = sorted((folder / "data/outbox").iterdir())
    link = re.search(r"http\S+/account/password/new/\S+", mails[-1].read_text())[0].replace("=\n", "")
    dov.go(re.search(r"/account/password/new/.*", link)[0])
    dov.page.fill("#id_password1", "sealmark sealmark 2026")
    dov.page.fill("#id_password2", "sealmark sealmark 2026")
    dov.press("main form button.main")
    refused = dov.text(".errors")
    for field in ("#id_password1", "#id_password2"):
        dov.page.fill(field, "nine quiet herons wade")
    dov.press("main form button.main")
    dov.press("main a:text('Sign in')")
    dov.page.fill("#id_login", "DOV-oak@example.org")
    dov.page.fill("#id_password", "nine quiet herons wade")
    dov.press("main form button.main")

    assert "easily guessed" in refused
    assert dov.page.url.endswith("/today/")


def test_the_pages_in_between_are_as_good_on_a_phone(desk, folder):
    bo = desk("zh-hans", **NARROW).sign_in("bo")
    for path in ("/account/", "/account/second-factor/", "/account/password/"):
        bo.go(path)
    bo.go("/account/codes/new/")
    confirm(bo)
    bo.go("/account/passkeys/add/")
    with_a_device(bo)
    bo.page.uncheck("#id_passwordless")
    bo.press("main form.passkey button")
    for path in ("/account/codes/", "/account/codes/new/", "/account/confirm/passkey/", "/account/"):
        bo.go(path)
    assert "与密码并用" in bo.text()

    other = desk("ru").sign_in("bo")
    assert other.page.url.endswith("/sign-in/second-factor/")
    with_a_device(other)
    other.page.click("text=Использовать ключ доступа или ключ безопасности")
    other.page.wait_for_selector("form.passkey .errors:visible")
    other.check()
    other.press("text=Начать заново")
    for path in ("/account/password/forgotten/sent/", "/account/password/new/done/", "/sign-in/closed/"):
        other.go(path)
