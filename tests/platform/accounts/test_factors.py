"""Second factors: apps, codes, keys; what a body may demand; whose they are."""

import datetime as dt
import time
from urllib.parse import quote

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from click.testing import CliRunner
from django.core import mail
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.test import Client, TestCase
from django.utils import timezone

from sealmark.core.errors import SealmarkError
from sealmark_platform import environment
from sealmark_platform.accounts.models import FailedTries
from sealmark_platform.commands import cli
from sealmark_platform.parties.models import Person

PASSWORD = "correct horse battery staple"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code(secret=SECRET, steps=0):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


@pytest.fixture
def cora(world, client):
    """Cora at her browser, her password just confirmed."""
    client.post("/sign-in/", {"login": "cora-oak@example.org", "password": PASSWORD})
    client.post("/account/confirm/", {"password": PASSWORD})
    return client


def add_app(client):
    secret = client.get("/account/app/add/").context["form"].secret
    return secret, client.post("/account/app/add/", {"code": code(secret)}, follow=True)


def key_of(person, name="Key"):
    return Authenticator.objects.create(user=person, type="webauthn", data={"name": name, "credential": {}})


def test_an_app_is_added_asked_for_and_removed_each_with_one_entry(world, cora, kinds):
    secret, shown = add_app(cora)
    codes = shown.context["unused_codes"]
    again = cora.get("/account/codes/").context["unused_codes"]
    other = Client()
    half = other.post("/sign-in/", {"login": "cora-oak@example.org", "password": PASSWORD})
    inside = other.get("/today/").status_code
    cache.clear()
    wrong = other.post("/sign-in/second-factor/", {"code": "000000"})
    right = other.post("/sign-in/second-factor/", {"code": code(secret)})
    cora.post("/account/app/remove/")

    assert len(codes) == 10
    assert set(again) == {"****"}
    assert (half.headers["Location"], inside) == ("/sign-in/second-factor/", 302)
    assert wrong.context["form"].errors["code"]
    assert right.headers["Location"] == "/"
    assert kinds() == ["account.factor-add", "account.factor-remove"]
    assert not Authenticator.objects.exists()
    assert [one.body.splitlines()[2] for one in mail.outbox] == [
        "An authenticator app was added to your account.", "The authenticator app was removed from your account.",
    ]  # fmt: skip


def test_a_code_opens_once_and_a_little_too_early_or_late(world, client):
    TOTP.activate(world.ada, SECRET)
    cache.clear()
    first, second, late = Client(), Client(), Client()
    for one in (first, second, late):
        one.post("/sign-in/", {"login": "ada-oak@example.org", "password": PASSWORD})
    now = code()

    assert first.post("/sign-in/second-factor/", {"code": now}).status_code == 302
    assert second.post("/sign-in/second-factor/", {"code": now}).status_code == 200
    assert late.post("/sign-in/second-factor/", {"code": code(steps=-1)}).status_code == 302
    assert second.post("/sign-in/second-factor/", {"code": code(steps=-3)}).status_code == 200


def test_who_cannot_go_on_begins_anew(world, client):
    TOTP.activate(world.ada, SECRET)
    client.post("/sign-in/", {"login": "ada-oak@example.org", "password": PASSWORD})
    waiting = client.get("/sign-in/second-factor/").content.decode()
    client.post("/sign-out/")

    assert 'action="/sign-out/"' in waiting
    assert client.get("/sign-in/").status_code == 200
    assert client.get("/sign-in/second-factor/").status_code == 302


def test_wrong_codes_count_as_failed_tries(world, client):
    TOTP.activate(world.ada, SECRET)
    client.post("/sign-in/", {"login": "ada-oak@example.org", "password": PASSWORD})
    client.post("/sign-in/second-factor/", {"code": "000000"})

    assert FailedTries.objects.get(person=world.ada).count == 1


def test_new_codes_void_the_old_ones_with_one_entry(world, cora, kinds):
    old = add_app(cora)[1].context["unused_codes"]
    new = cora.post("/account/codes/new/", follow=True).context["unused_codes"]

    assert not set(old) & set(new)
    assert kinds() == ["account.factor-add", "account.recovery-codes"]


def test_whoever_changes_factors_confirms_first(world, client):
    client.force_login(world.cora)
    key_of(world.cora)
    pages = ["/account/app/add/", "/account/passkeys/add/", "/account/codes/new/"]

    found = [client.get(page).headers["Location"] for page in pages]
    posted = client.post("/account/app/add/", {"code": "123456"})

    assert found == [f"/account/confirm/?next={quote(page, safe='')}" for page in pages]
    assert posted.headers["Location"].startswith("/account/confirm/")
    assert Authenticator.objects.count() == 1


def test_nobody_sees_renames_or_removes_the_key_of_another(world, cora):
    foreign = key_of(world.bo)
    own = key_of(world.cora, "Mine")
    paths = [f"/account/passkeys/{foreign.pk}/{what}/" for what in ("edit", "remove")]

    statuses = [cora.get(path).status_code for path in paths] + [cora.post(path).status_code for path in paths]
    renamed = cora.post(f"/account/passkeys/{own.pk}/edit/", {"name": "Blue key"})

    assert statuses == [404] * 4
    assert renamed.status_code == 302
    assert {one.data["name"] for one in Authenticator.objects.all()} == {"Key", "Blue key"}


@pytest.fixture
def required(settings):
    settings.SECOND_FACTOR = "required"


def test_where_it_is_demanded_nothing_is_done_before_a_factor_is_there(world, cora, required):
    led = [cora.get(page) for page in ("/", "/today/", "/files/", "/tokens/")]
    program = cora.get("/api/v1/files")
    open_pages = [cora.get(page).status_code for page in ("/account/", "/account/second-factor/", "/register/")]
    add_app(cora)

    assert [(one.status_code, one.headers["Location"]) for one in led] == [(302, "/account/second-factor/")] * 4
    assert program.status_code == 403
    assert open_pages == [200, 200, 200]
    assert cora.get("/today/").status_code == 200
    assert cora.get("/account/second-factor/").headers["Location"] == "/"


def test_the_last_factor_stays_where_one_is_demanded(world, cora, required):
    add_app(cora)
    refused = cora.post("/account/app/remove/")
    key_of(world.cora)
    cora.post("/account/app/remove/")

    assert refused.status_code == 200
    assert list(Authenticator.objects.exclude(type="recovery_codes").values_list("type", flat=True)) == ["webauthn"]


def test_the_last_key_stays_where_a_factor_is_demanded(world, cora, required):
    key = key_of(world.cora)

    page = cora.post(f"/account/passkeys/{key.pk}/remove/", follow=True).content.decode()

    assert "A second factor is required here" in page
    assert Authenticator.objects.count() == 1


def test_clients_and_who_left_are_not_asked_for_a_factor_and_the_operator_is(world, client, required):
    world.bo.memberships.update(until=timezone.now().date() - dt.timedelta(days=1))
    operator = Person.objects.create_superuser("ops@example.org", "Operator", PASSWORD)
    statuses = {}
    for who in (world.cleo, world.bo, operator, world.ada):
        client.force_login(who)
        statuses[who.name] = client.get("/today/").status_code

    assert statuses == {"Cleo-oak": 200, "Bo-oak": 200, "Operator": 302, "Ada-oak": 302}


def test_the_demonstration_asks_for_no_factor(world, client, required, settings):
    settings.DEMO = True
    client.force_login(world.ada)

    assert client.get("/today/").status_code == 200


def test_a_key_is_removed_with_one_entry_and_takes_the_codes_along(world, cora, kinds):
    key = key_of(world.cora)
    cora.post("/account/codes/new/")
    gone = cora.post(f"/account/passkeys/{key.pk}/remove/")

    assert gone.headers["Location"] == "/account/"
    assert not Authenticator.objects.exists()
    assert kinds() == ["account.factor-add", "account.recovery-codes", "account.factor-remove"]


def test_the_hundredth_wrong_code_closes_the_account_to_its_password(world, client):
    TOTP.activate(world.ada, SECRET)
    client.post("/sign-in/", {"login": "ada-oak@example.org", "password": PASSWORD})
    tries = FailedTries.objects.create(person=world.ada, count=99)
    client.post("/sign-in/second-factor/", {"code": "000000"})
    closed = Client().post("/sign-in/", {"login": "ada-oak@example.org", "password": PASSWORD})
    tries.refresh_from_db()

    assert str(tries) == "Ada-oak: 100"
    assert "A hundred tries" in mail.outbox[-1].body
    assert closed.context["form"].errors


def test_the_operator_removes_what_somebody_lost_in_one_act(world, cora, kinds, monkeypatch):
    add_app(cora)
    key_of(world.cora)
    monkeypatch.setattr("sealmark_platform.commands.accounts.ready", lambda: None)
    with TestCase.captureOnCommitCallbacks(execute=True):
        done = CliRunner().invoke(cli, ["factors", "remove", "--email", "CORA-oak@example.org"])
    unknown = CliRunner().invoke(cli, ["factors", "remove", "--email", "nobody@example.org"])

    assert (done.exit_code, done.stderr) == (0, "Removed: 2 of cora-oak@example.org\n")
    assert isinstance(unknown.exception, SealmarkError)
    assert unknown.exception.codes == ("SM895",)
    assert not Authenticator.objects.exists()
    assert kinds()[2:] == ["account.factors-remove"]
    assert "The operator removed" in mail.outbox[-1].body


def test_a_recommendation_is_shown_until_it_is_followed(world, cora):
    before = cora.get("/account/").content.decode()
    add_app(cora)
    after = cora.get("/account/").content.decode()

    assert "Recommended" in before
    assert "Recommended" not in after
    assert "protected by a second factor" in after


def test_the_setting_is_one_of_two_words(monkeypatch):
    monkeypatch.setenv("SEALMARK_SECOND_FACTOR", "please")

    with pytest.raises(ImproperlyConfigured, match="SM876"):
        environment.one_of("SEALMARK_SECOND_FACTOR", "recommended", "required")


def test_a_person_who_goes_takes_the_factors_along_without_a_word(world, kinds):
    key_of(world.dov)
    before = kinds()
    world.dov.delete()

    assert (before, kinds()) == (["account.factor-add"], ["account.factor-add"])
    assert decrypt(SECRET) == SECRET


@pytest.mark.parametrize("said", [{}, {"credential": "no JSON"}])
def test_a_passkey_without_an_answer_of_the_device_is_told(cora, said):
    page = cora.post("/account/passkeys/add/", {"name": "Key", **said})

    assert page.status_code == 200
    assert "<li>The passkey was not used: the device refused, you cancelled" in page.content.decode()
    assert not Authenticator.objects.exists()
