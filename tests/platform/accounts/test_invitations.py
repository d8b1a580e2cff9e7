"""Invitations: one link, one use, seven days."""

import datetime as dt

import pytest
from django.core import mail, signing
from django.test import TestCase
from django.utils import timezone
from tests.platform.people import person

from sealmark.core.errors import SealmarkError
from sealmark_platform.accounts import actions
from sealmark_platform.accounts.actions import invited, take_invitation
from sealmark_platform.parties.models import Person
from sealmark_platform.records.models import Entry

NEW = "nine quiet herons wade"


def invite(who, by):
    with TestCase.captureOnCommitCallbacks(execute=True):
        actions.invite(who, by=by, at=timezone.now())


@pytest.fixture
def nia(world):
    return Person.objects.create_user("nia@example.org", "Nia", None, language="ru")


def test_an_invited_person_sets_a_password_once_and_signs_in(world, nia, client, link, kinds):
    invite(nia, by=world.cora)
    address = link()
    page = client.get(address)
    differ = client.post(address, {"password1": NEW, "password2": "another one altogether"})
    weak = client.post(address, {"password1": "nia@example.org", "password2": "nia@example.org"})
    done = client.post(address, {"password1": NEW, "password2": NEW})
    again = client.get(address)
    entered = client.post("/sign-in/", {"login": "nia@example.org", "password": NEW})

    assert (page.status_code, page.headers["Content-Language"]) == (200, "ru")
    assert '<html lang="ru">' in page.content.decode()
    assert (differ.status_code, weak.status_code) == (422, 422)
    assert done.headers["Location"] == "/sign-in/"
    assert again.status_code == 404
    assert "SM874" in again.content.decode()
    assert entered.status_code == 302
    assert kinds() == ["account.invite", "account.password-set"]
    assert mail.outbox[0].extra_headers["Content-Language"] == "ru"
    assert [one.to for one in mail.outbox] == [["nia@example.org"]] * 2


def test_the_entry_says_who_invited_and_names_nobody(world, nia):
    invite(nia, by=world.cora)
    entry = Entry.objects.get(kind="account.invite")

    actions.invite(nia, by=world.cora, at=timezone.now(), body=world.body)
    tenants = Entry.objects.filter(kind="account.invite").order_by("number").values_list("tenant", flat=True)

    assert (entry.actor, entry.subject) == (str(world.cora.pk), f"person:{nia.pk}")
    assert list(tenants) == ["", str(world.body.pk)]
    assert "nia@" not in entry.event


def test_an_invitation_ends_after_seven_days_and_when_the_address_changes(world, nia, link, monkeypatch):
    invite(nia, by=world.cora)
    key = link().split("/")[3]
    fresh = invited(key)
    now = signing.time.time
    monkeypatch.setattr(signing.time, "time", lambda: now() + dt.timedelta(days=6, hours=23).total_seconds())
    late = invited(key)
    monkeypatch.setattr(signing.time, "time", lambda: now() + dt.timedelta(days=7, hours=1).total_seconds())
    over = invited(key)
    monkeypatch.undo()
    Person.objects.filter(pk=nia.pk).update(email="other@example.org")

    assert (fresh, late, over) == (nia, nia, None)
    assert invited(key) is None
    assert invited("made-up") is None


def test_who_has_a_password_is_told_where_to_sign_in_and_gets_no_link(world):
    known = person("Known")

    invite(known, by=world.cora)

    assert "/account/invitation/" not in mail.outbox[0].body
    assert "/sign-in/" in mail.outbox[0].body


def test_a_closed_account_is_not_invited_and_its_link_is_dead(world, nia, link):
    invite(nia, by=world.cora)
    key = link().split("/")[3]
    nia.is_active = False
    nia.save()

    with pytest.raises(SealmarkError, match="SM874"):
        invite(nia, by=world.cora)
    with pytest.raises(SealmarkError, match="SM874"):
        take_invitation(key, NEW)
    assert Entry.objects.filter(kind="account.invite").count() == 1
    assert len(mail.outbox) == 1
