"""Mails about accounts, and a mail server that refuses."""

import pytest
from django.core.mail.backends.base import BaseEmailBackend
from django.test import TestCase
from django.utils import timezone

from sealmark_platform.accounts.actions import invite
from sealmark_platform.parties.models import Person


class Refusing(BaseEmailBackend):
    """A mail server that takes nothing."""

    def send_messages(self, _messages):
        raise OSError("refused")


@pytest.fixture
def refusing(settings):
    settings.EMAIL_BACKEND = "tests.platform.accounts.test_letters.Refusing"


@pytest.mark.django_db
def test_who_asks_for_a_password_learns_nothing_from_a_mail_server_that_refuses(world, client, refusing, caplog):
    answers = [
        client.post("/account/password/forgotten/", {"email": email}).headers["Location"]
        for email in ("ada-oak@example.org", "nobody@example.org")
    ]

    assert answers == ["/account/password/forgotten/sent/"] * 2
    assert caplog.messages == ["Error calling EmailMessage.send in on_commit() (refused)."] * 2


@pytest.mark.django_db
def test_who_invites_is_told_that_the_mail_did_not_leave(refusing):
    inviter, invited = (Person.objects.create_user(f"{name}@example.org", name, None) for name in ("Cora", "Nia"))

    with pytest.raises(OSError, match="refused"), TestCase.captureOnCommitCallbacks(execute=True):
        invite(invited, by=inviter, at=timezone.now())
