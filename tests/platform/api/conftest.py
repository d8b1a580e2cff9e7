"""A client of the programming interface."""

import datetime as dt

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from sealmark_platform.api.tokens import make_token


class Program:
    """Asks with a token of a person."""

    def __init__(self, person, *scopes):
        at = timezone.now()
        scopes = scopes or ("read", "act")
        self.token, self.secret = make_token(
            person, "test", scopes, expires_on=(at + dt.timedelta(days=30)).date(), at=at
        )
        self._client = Client()

    def _said(self, headers):
        return {"Authorization": f"Bearer {self.secret}", **headers}

    def get(self, path, **query):
        return self._client.get(f"/api/v1{path}", query, headers=self._said({}))

    def post(self, path, said, **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._client.post(f"/api/v1{path}", said, content_type="application/json", headers=self._said(named))

    def put(self, path, said):
        return self._client.put(f"/api/v1{path}", said, content_type="application/json", headers=self._said({}))

    def upload(self, path, **fields):
        headers = {"Idempotency-Key": fields.pop("key")} if "key" in fields else {}
        return self._client.post(f"/api/v1{path}", fields, headers=self._said(headers))


@pytest.fixture
def program(db):
    """Return what makes a program for a person."""
    cache.clear()
    return Program
