"""What the tests of accounts share: rate limits begin anew, mails are read from the outbox."""

import re

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client, TestCase

from sealmark_platform.records.models import Entry


@pytest.fixture(autouse=True)
def _fresh_limits():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture(autouse=True)
def _commits(monkeypatch):
    """Let what waits for the end of a transaction happen at the end of every request, as it does outside of tests."""
    plain = Client.request

    def committed(client, **asked):
        with TestCase.captureOnCommitCallbacks(execute=True):
            return plain(client, **asked)

    monkeypatch.setattr(Client, "request", committed)


@pytest.fixture
def link():
    """Return the path of the newest link that was mailed."""
    return lambda: re.search(r"http://[^/\s]+(/account/\S+)", mail.outbox[-1].body)[1]


@pytest.fixture
def kinds():
    """Return what the trail says about accounts, oldest first."""
    return lambda: list(
        Entry.objects.filter(kind__startswith="account.").order_by("number").values_list("kind", flat=True)
    )
