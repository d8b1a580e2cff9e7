"""Signing in through a provider: an existing person with a verified address, and nobody else."""

import http.client
from urllib.parse import urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.exceptions import ImproperlyConfigured
from tests.platform.accounts.issuer import CLIENT, SECRET, running

from sealmark_platform import environment
from sealmark_platform.parties.models import Person


@pytest.fixture
def issuer(settings, monkeypatch):
    with running() as found:
        monkeypatch.setenv("SEALMARK_OIDC_ISSUER", found.address)
        monkeypatch.setenv("SEALMARK_OIDC_CLIENT_ID", CLIENT)
        monkeypatch.setenv("SEALMARK_OIDC_CLIENT_SECRET", SECRET)
        monkeypatch.setenv("SEALMARK_OIDC_NAME", "Oak Group")
        settings.OIDC = environment.provider("SEALMARK_OIDC")
        settings.SOCIALACCOUNT_PROVIDERS = {
            "openid_connect": {"APPS": [settings.OIDC["app"]], "OAUTH_PKCE_ENABLED": True}
        }
        yield found


def through(client, address="/sign-in/with/sso/"):
    """Go to the provider, and come back with what it answers."""
    there = urlsplit(client.get(address).headers["Location"])
    asked = http.client.HTTPConnection(there.netloc)
    asked.request("GET", f"{there.path}?{there.query}")
    back = asked.getresponse().headers["Location"]
    asked.close()
    return client.get(back.removeprefix("http://testserver"))


def signed_in(client):
    return client.session.get("_auth_user_id")


def test_a_person_with_the_verified_address_is_signed_in_and_nothing_of_it_is_kept(world, client, issuer):
    issuer.claims = {"email": "ADA-oak@example.org", "email_verified": True}

    button = client.get("/sign-in/").content.decode()
    answer = through(client, "/sign-in/with/sso/?next=/files/")

    assert "Sign in with Oak Group" in button
    assert (answer.status_code, answer.headers["Location"]) == (302, "/files/")
    assert signed_in(client) == str(world.ada.pk)
    assert issuer.asked["code_challenge_method"] == "S256"
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "ada-oak@example.org", "email_verified": False},
        {"email": "ada-oak@example.org", "email_verified": "false"},
        {"email": "ada-oak@example.org"},
        {"email": "nobody@example.org", "email_verified": True},
        {"email_verified": True},
    ],
)
def test_who_has_no_verified_address_of_an_account_stays_outside_and_gets_none(world, client, issuer, claims):
    issuer.claims = claims
    people = Person.objects.count()

    answer = through(client)

    assert answer.status_code == 403
    assert "SM875" in answer.content.decode()
    assert signed_in(client) is None
    assert Person.objects.count() == people


def test_a_closed_account_is_not_opened_by_the_provider(world, client, issuer):
    Person.objects.filter(pk=world.ada.pk).update(is_active=False)
    issuer.claims = {"email": "ada-oak@example.org", "email_verified": True}

    assert through(client).status_code == 403
    assert signed_in(client) is None


def test_what_somebody_else_signed_or_was_signed_for_somebody_else_is_refused(world, client, issuer):
    good = {"email": "ada-oak@example.org", "email_verified": True}
    statuses = []
    for wrong in ({"aud": "another"}, {"iss": "https://evil.example"}, {"exp": 1_000_000_000}):
        issuer.claims = {**good, **wrong}
        statuses.append(through(client).status_code)
    issuer.claims, issuer.signing_key = good, rsa.generate_private_key(public_exponent=65537, key_size=2048)
    statuses.append(through(client).status_code)

    assert statuses == [401] * 4
    assert signed_in(client) is None


def test_claims_about_another_person_than_the_signed_one_count_for_nothing(world, client, issuer):
    issuer.claims = {"email": "bo-oak@example.org", "email_verified": True}
    issuer.userinfo = {"sub": "43", "email": "ada-oak@example.org", "email_verified": True}

    assert through(client).status_code == 403
    assert signed_in(client) is None


def test_an_answer_nobody_asked_for_and_a_refusal_at_the_provider_sign_nobody_in(world, client, issuer):
    client.get("/sign-in/with/sso/")

    made_up = client.get("/sign-in/with/sso/back/?code=once&state=made-up")
    turned_back = client.get("/sign-in/cancelled/")

    assert made_up.status_code == 401
    assert "SM878" in made_up.content.decode()
    assert turned_back.headers["Location"] == "/sign-in/"
    assert signed_in(client) is None


def test_a_provider_that_does_not_answer_is_told(world, client, issuer, settings):
    settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]["settings"]["server_url"] = "http://127.0.0.1:9"

    answer = client.get("/sign-in/with/sso/")

    assert answer.status_code == 502
    assert "SM878" in answer.content.decode()


def test_without_a_provider_there_is_neither_button_nor_address(world, client):
    assert "/sign-in/with/" not in client.get("/sign-in/").content.decode()
    assert client.get("/sign-in/with/sso/").status_code == 404
    assert client.get("/sign-in/with/sso/back/").status_code == 404


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"ISSUER": "https://id.example", "CLIENT_ID": "x"}, "SM877"),
        ({"ISSUER": "https://id.example", "CLIENT_SECRET": "x"}, "SM877"),
        ({"ISSUER": "http://id.example", "CLIENT_ID": "x", "CLIENT_SECRET": "y"}, "SM877"),
    ],
)
def test_settings_that_lack_something_stop_the_start(monkeypatch, given, code):
    for name, value in given.items():
        monkeypatch.setenv(f"SEALMARK_OIDC_{name}", value)

    with pytest.raises(ImproperlyConfigured, match=code):
        environment.provider("SEALMARK_OIDC")


def test_the_secret_of_the_provider_may_lie_in_a_file(monkeypatch, tmp_path):
    (tmp_path / "secret").write_text("between us\n")
    monkeypatch.setenv("SEALMARK_OIDC_ISSUER", "https://id.example/")
    monkeypatch.setenv("SEALMARK_OIDC_CLIENT_ID", "x")
    monkeypatch.setenv("SEALMARK_OIDC_CLIENT_SECRET_FILE", str(tmp_path / "secret"))

    found = environment.provider("SEALMARK_OIDC")

    assert (found["app"]["secret"], found["name"]) == ("between us", "id.example")
