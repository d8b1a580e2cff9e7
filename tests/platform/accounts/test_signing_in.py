"""Signing in, what a failed try tells, how often one may try, the password forgotten and changed, sessions."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from sealmark_platform.accounts.tries import MOST
from sealmark_platform.parties.models import Person
from sealmark_platform.records.models import Entry
from sealmark_platform.records.queries import verify_trail

PASSWORD = "correct horse battery staple"
NEW = "nine quiet herons wade"


def sign_in(client, email, password=PASSWORD, **more):
    return client.post("/sign-in/", {"login": email, "password": password, **more})


def errors(answer):
    return [str(one) for one in answer.context["form"].non_field_errors()]


def test_the_address_is_compared_without_regard_to_case_and_the_reader_goes_where_they_wanted(world, client):
    answer = sign_in(client, " ADA-Oak@example.org ", next="/files/")

    assert (answer.status_code, answer.headers["Location"]) == (302, "/files/")
    assert client.get("/today/").status_code == 200
    assert client.get("/sign-in/").status_code == 302


def test_nobody_is_led_to_another_place_and_nobody_signs_up(world, client):
    away = sign_in(client, "ada-oak@example.org", next="https://evil.example/")
    people = Person.objects.count()
    there = Client().post("/sign-in/", {"email": "new@example.org", "password1": NEW, "password2": NEW})

    assert away.headers["Location"] == "/"
    assert there.status_code == 200
    assert Person.objects.count() == people


def test_a_failed_try_does_not_tell_whether_there_is_an_account(world, client):
    Person.objects.filter(pk=world.bo.pk).update(is_active=False)
    tries = (("ada-oak@example.org", "wrong wrong wrong"), ("nobody@example.org", PASSWORD),
             ("bo-oak@example.org", PASSWORD))  # fmt: skip

    answers = [sign_in(client, *one) for one in tries]

    assert len({(one.status_code, tuple(errors(one))) for one in answers}) == 1
    assert errors(answers[0]) != []


def test_a_new_password_is_offered_alike_to_who_has_an_account_and_who_has_none(world, client):
    answers = [
        client.post("/account/password/forgotten/", {"email": email}, follow=True)
        for email in ("ada-oak@example.org", "nobody@example.org")
    ]

    pages = [re.sub(r'csrfmiddlewaretoken" value="[^"]*"', "", one.content.decode()) for one in answers]
    assert pages[0] == pages[1]
    assert [one.to for one in mail.outbox] == [["ada-oak@example.org"], ["nobody@example.org"]]
    assert "/account/password/new/" in mail.outbox[0].body
    assert "/account/password/new/" not in mail.outbox[1].body


def test_after_five_failed_tries_an_account_has_to_wait_and_so_does_an_address_without_one(world, client):
    told = {}
    for email in ("ada-oak@example.org", "nobody@example.org"):
        cache.clear()
        told[email] = [errors(sign_in(client, email, "wrong wrong wrong"))[0] for _try in range(6)]
        right = errors(sign_in(client, email))

        assert right == [told[email][-1]]

    assert told["ada-oak@example.org"] == told["nobody@example.org"]
    assert len(set(told["ada-oak@example.org"][:5])) == 1
    assert told["ada-oak@example.org"][5] != told["ada-oak@example.org"][4]


def test_one_place_may_not_try_many_addresses(world, client):
    answers = [sign_in(client, f"nobody-{number}@example.org").status_code for number in range(31)]

    assert (set(answers[:30]), answers[30]) == ({200}, 429)
    assert "Too many tries" in sign_in(client, "ada-oak@example.org").content.decode()


def test_after_a_hundred_failed_tries_only_a_new_password_opens_and_the_person_is_told(world, client, link):
    world.ada.refresh_from_db()
    from sealmark_platform.accounts.models import FailedTries

    FailedTries.objects.create(person=world.ada, count=MOST - 1)
    sign_in(client, "ada-oak@example.org", "wrong wrong wrong")
    told = mail.outbox[-1]
    right = errors(sign_in(client, "ada-oak@example.org"))
    client.post("/account/password/forgotten/", {"email": "ada-oak@example.org"})
    page = client.get(link(), follow=True)
    client.post(page.context["action_url"], {"password1": NEW, "password2": NEW})

    assert told.to == ["ada-oak@example.org"]
    assert "A hundred tries" in told.body
    assert right == errors(sign_in(client, "nobody@example.org"))
    assert sign_in(client, "ada-oak@example.org", NEW).status_code == 302


def test_a_success_begins_the_count_anew(world, client):
    from sealmark_platform.accounts.models import FailedTries

    sign_in(client, "ada-oak@example.org", "wrong wrong wrong")
    counted = FailedTries.objects.get(person=world.ada).count
    sign_in(client, "ada-oak@example.org")

    assert counted == 1
    assert not FailedTries.objects.exists()


def test_a_link_sets_a_password_once_ends_every_session_and_leaves_one_entry(world, client, link, kinds):
    elsewhere = Client()
    elsewhere.force_login(world.ada)
    client.post("/account/password/forgotten/", {"email": "ada-oak@example.org"})
    address = link()
    page = client.get(address, follow=True)
    bad = client.post(page.context["action_url"], {"password1": "sealmarksealmark", "password2": "sealmarksealmark"})
    done = client.post(page.context["action_url"], {"password1": NEW, "password2": NEW})
    again = Client().get(address, follow=True)

    assert bad.context["form"].errors["password1"]
    assert done.status_code == 302
    assert "too old, or was used" in again.content.decode()
    assert elsewhere.get("/today/").status_code == 302
    assert kinds() == ["account.password-reset"]
    assert mail.outbox[-1].body.count("Your password was changed") == 1


def test_a_link_ends_after_a_day(world, client, link, settings):
    client.post("/account/password/forgotten/", {"email": "ada-oak@example.org"})
    settings.PASSWORD_RESET_TIMEOUT = -1

    assert "too old, or was used" in client.get(link(), follow=True).content.decode()


def test_the_link_in_the_mail_never_comes_from_the_request(world, client, settings):
    settings.ALLOWED_HOSTS = ["*"]
    client.post("/account/password/forgotten/", {"email": "ada-oak@example.org"}, headers={"host": "evil.example"})

    assert "evil.example" not in mail.outbox[0].body
    assert settings.ADDRESS in mail.outbox[0].body


def test_a_changed_password_ends_other_sessions_and_tells_the_person(world, kinds):
    here, there = Client(), Client()
    for one in (here, there):
        sign_in(one, "ada-oak@example.org")
    wrong = here.post("/account/password/", {"oldpassword": "wrong", "password1": NEW, "password2": NEW})
    before = kinds()
    done = here.post("/account/password/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})

    assert wrong.context["form"].errors["oldpassword"]
    assert before == []
    assert (done.status_code, done.headers["Location"]) == (302, "/account/")
    assert here.get("/today/").status_code == 200
    assert there.get("/today/").status_code == 302
    assert kinds() == ["account.password-change"]
    assert mail.outbox[-1].to == ["ada-oak@example.org"]


def test_the_trail_names_no_person(world, client):
    sign_in(client, "ada-oak@example.org")
    client.post("/account/password/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    entry = Entry.objects.get(kind="account.password-change")

    assert "example.org" not in entry.event
    assert "Ada" not in entry.event
    assert (entry.actor, entry.subject, entry.tenant) == (str(world.ada.pk), f"person:{world.ada.pk}", "")
    assert list(verify_trail().faults) == []


def test_the_account_says_where_one_is_signed_in_and_ends_the_other_places(world, kinds):
    here, there = Client(), Client(headers={"user-agent": "Mozilla/5.0 (X11; Linux) Gecko Firefox/140.0"})
    for one in (here, there):
        sign_in(one, "ada-oak@example.org")
    Client().force_login(world.bo)
    places = here.get("/account/").context["places"]
    here.post("/account/sessions/end/")

    assert [(one.name, one.is_here) for one in places] == [("", True), ("Firefox · Linux", False)]
    assert all(one.since <= timezone.now() for one in places)
    assert there.get("/today/").status_code == 302
    assert [one.is_here for one in here.get("/account/").context["places"]] == [True]
    assert kinds() == ["account.sessions-end"]


def test_a_session_begun_before_this_version_goes_on(world, client):
    client.force_login(world.ada, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    del session["began"], session["browser"]
    session.save()

    assert client.get("/today/").status_code == 200
    assert client.get("/account/").context["places"][0].since is None


def test_the_page_of_somebody_without_a_password_offers_one_by_mail_alone(world, client):
    Person.objects.filter(pk=world.ada.pk).update(password="!")
    world.ada.refresh_from_db()
    client.force_login(world.ada)

    assert "/account/password/forgotten/" in client.get("/account/").content.decode()
    assert client.get("/account/password/").headers["Location"] == "/account/password/forgotten/"


@pytest.mark.parametrize("path", ["/account/", "/account/password/", "/account/second-factor/", "/account/app/add/",
                                  "/account/passkeys/add/", "/account/codes/", "/account/codes/new/"])  # fmt: skip
def test_pages_of_an_account_ask_who_reads(db, client, path):
    answer = client.get(path)

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/sign-in/")
    assert not Authenticator.objects.exists()
