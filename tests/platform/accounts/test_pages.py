"""Every address of accounts, tried by somebody and by nobody, in every language."""

import pytest
from django.test import Client
from django.urls import reverse
from tests.platform.accounts.pages import OF_AN_ACCOUNT, PLACES

from sealmark_platform.accounts.addresses import addresses

NAMED_ELSEWHERE = {"sign-in", "sign-out"}


def test_every_address_is_in_the_table():
    assert {one.name for one in addresses} == set(OF_AN_ACCOUNT) | NAMED_ELSEWHERE


@pytest.mark.parametrize("language", ["en", "ru", "zh-hans", "zh-hant"])
def test_pages_answer_their_reader_and_tell_nobody_else(world, language):
    reader, nobody = Client(), Client()
    reader.force_login(world.dov)
    for one in (reader, nobody):
        one.cookies["language"] = language
    found = {}
    for name in OF_AN_ACCOUNT:
        address = reverse(name, args=PLACES.get(name))
        found[name] = reader.get(address).status_code, nobody.get(address).status_code

    assert found == OF_AN_ACCOUNT


def test_no_page_of_accounts_brings_a_script_of_its_own(world, client):
    client.force_login(world.dov)
    pages = [Client().get("/sign-in/"), client.get("/account/"), client.get("/account/confirm/passkey/")]

    for page in pages:
        text = page.content.decode()
        assert "script-src 'self'" in page.headers["Content-Security-Policy"]
        assert text.count("<script") == text.count("<script src=") + text.count('type="application/json"')
        assert " onclick" not in text
        assert "style=" not in text
