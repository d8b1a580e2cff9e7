"""Who asks: a token in the header, or the session of a browser; how often they may."""

from __future__ import annotations

import math
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer
from ninja.security.apikey import APIKeyCookie
from ninja.throttling import BaseThrottle
from ninja.utils import check_csrf

from sealmark_platform.api.problems import refuse
from sealmark_platform.api.tokens import known_token
from sealmark_platform.parties.models import Person

__all__ = ["ACTING", "ANYBODY", "READING", "PerMinute", "person_of"]


class BearerToken(HttpBearer):
    """A token with a scope. A token that is wrong is an error, even where none is needed."""

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope

    def __call__(self, request: HttpRequest) -> Person | None:
        """Return the owner of the token; None when there is no such header."""
        said = request.headers.get("Authorization")
        if said is None:
            return None
        kind, _space, secret = said.partition(" ")
        if kind.lower() != "bearer":
            raise refuse("SM860", "Only bearer tokens are taken.", fix="Authorization: Bearer smk_...")
        return self.authenticate(request, secret.strip())

    def authenticate(self, request: HttpRequest, token: str) -> Person:  # noqa: ARG002
        """Return the owner of a token.

        Raises:
            SealmarkError: SM860 it is unknown, expired or revoked; SM861 it has not the scope.
        """
        found = known_token(token, timezone.now())
        if found is None:
            raise refuse(
                "SM860", "The token is unknown, expired or revoked.", fix="Make a new one on the page /tokens/."
            )
        if self.scope not in found.scopes:
            raise refuse("SM861", f'The token has not the scope "{self.scope}".', fix="Make one that has it.")
        return found.person


class Session(APIKeyCookie):
    """The session of a browser; what changes something needs the CSRF token as on every page."""

    param_name = settings.SESSION_COOKIE_NAME

    def __call__(self, request: HttpRequest) -> Person | None:
        """Return who is signed in."""
        return self.authenticate(request, None)

    def authenticate(self, request: HttpRequest, key: str | None) -> Person | None:  # noqa: ARG002
        """Return who is signed in.

        Raises:
            SealmarkError: SM867 the CSRF token is missing.
        """
        if not isinstance(request.user, Person):
            return None
        if check_csrf(request) is not None:
            raise refuse("SM867", "The CSRF token is missing or wrong.", fix="Send it as X-CSRFToken, or use a token.")
        return request.user


class Anybody:
    """No need to say who one is."""

    def __call__(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Return that anybody may."""
        return True


READING = [BearerToken("read"), Session()]
ACTING = [BearerToken("act"), Session()]
ANYBODY = [BearerToken("register"), Anybody()]


def person_of(request: HttpRequest) -> Person:
    """Return who asks."""
    person = request.auth  # type: ignore[attr-defined]
    assert isinstance(person, Person)
    return person


class PerMinute(BaseThrottle):
    """So many requests per person and minute, or per address where nobody is known; counted per process."""

    def allow_request(self, request: HttpRequest) -> bool:
        """Tell whether one more is allowed."""
        who: Any = getattr(request, "auth", None)
        name = str(who.pk) if isinstance(who, Person) else self.get_ident(request)
        key = f"api-requests-{name}-{int(timezone.now().timestamp() // 60)}"
        cache.add(key, 0, timeout=120)
        return bool(cache.incr(key) <= settings.API_REQUESTS_PER_MINUTE)

    def wait(self) -> float:
        """Return the seconds to the next minute."""
        return 60 - math.floor(timezone.now().timestamp() % 60)
