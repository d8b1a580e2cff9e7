"""Where a second factor is demanded, who has none sets one up before anything else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from sealmark_platform.parties.models import Person

__all__ = ["SecondFactorFirst", "has_second_factor", "is_led_to_second_factor"]

_OPEN = {"sign-out", "language", "health", "register", "certificate"}
_OF_ACCOUNTS = ("account", "mfa_", "second-factor")


def has_second_factor(person: Person) -> bool:
    """Tell whether a person has an authenticator app or a passkey."""
    found = Authenticator.objects.filter(user=person).exclude(type=Authenticator.Type.RECOVERY_CODES)
    return bool(found.exists())


def is_led_to_second_factor(person: Person) -> bool:
    """Tell whether a second factor is demanded of a person: it works for a body, or runs the platform."""
    if settings.SECOND_FACTOR != "required" or settings.DEMO:
        return False
    running = Q(until=None) | Q(until__gte=timezone.now().date())
    return person.is_superuser or person.memberships.filter(running).exists()


class SecondFactorFirst:
    """Middleware that leads to setting up a second factor; who comes from the provider has theirs there."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        """Return the way to the page where a factor is chosen, or nothing."""
        if settings.SECOND_FACTOR != "required" or not isinstance(request.user, Person):
            return None
        name = (request.resolver_match.url_name if request.resolver_match else None) or ""
        if name in _OPEN or name.startswith(_OF_ACCOUNTS) or _came_from_provider(request):
            return None
        if has_second_factor(request.user) or not is_led_to_second_factor(request.user):
            return None
        if request.path.startswith("/api/"):
            raise PermissionDenied
        return redirect("second-factor")


def _came_from_provider(request: HttpRequest) -> bool:
    records = request.session.get(AUTHENTICATION_METHODS_SESSION_KEY) or []
    return any(record.get("method") == "socialaccount" for record in records)
