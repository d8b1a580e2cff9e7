"""The first page, signing in to the demonstration, the reader's language, health."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import login
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from sealmark_platform.casework import phrases
from sealmark_platform.parties.models import Membership, Person

__all__ = ["demo_sign_in", "forbidden", "health", "home", "language", "missing", "too_many"]


def home(request: HttpRequest) -> HttpResponse:
    """The first page; who is signed in goes to today's list."""
    if request.user.is_authenticated:
        return redirect("today")
    return render(request, "home.html", {"demo_people": _demo_people() if settings.DEMO else []})


def _demo_people() -> list[tuple[str, list[Person]]]:
    """Return who is offered, by certification body; clients come last."""
    kept = Person.objects.filter(email__endswith="@demo.example", is_active=True)
    groups: dict[str, list[Person]] = {}
    for person in kept.prefetch_related("memberships__body", "representations__organization"):
        seats, clients = list(person.memberships.all()), list(person.representations.all())
        for one in seats[:1]:
            person.told = phrases.FUNCTIONS.get(one.function, one.get_function_display())  # type: ignore[attr-defined]
            groups.setdefault(str(one.body), []).append(person)
        for client in clients[:1]:
            person.told = str(client.organization)  # type: ignore[attr-defined]
            groups.setdefault("", []).append(person)
    order = sorted(groups, key=lambda name: (not name, name))
    return [(name or _("Clients"), sorted(groups[name], key=_place)) for name in order]


def _place(person: Person) -> tuple[int, str]:
    functions = [*Membership.Function.values]
    seats = [functions.index(one.function) for one in person.memberships.all()]
    return min(seats, default=len(functions)), person.name


@require_POST
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in as a person of the demonstration; outside of it there is no such address."""
    if not settings.DEMO:
        raise Http404
    person = Person.objects.filter(pk=request.POST.get("person", ""), email__endswith="@demo.example").first()
    if person is None:
        raise Http404
    login(request, person, backend="django.contrib.auth.backends.ModelBackend")
    return redirect("today")


@csrf_exempt
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Keep the reader's choice of language.

    It needs no token: nobody gains by choosing it for somebody else, and public pages stay the same for everybody.
    """
    target, chosen = request.POST.get("next", "/"), request.POST.get("language", "")
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    response = redirect(target if safe else "home")
    if chosen in dict(settings.LANGUAGES):
        response.set_cookie(
            "language", chosen, max_age=31_536_000, samesite="Lax", httponly=True, secure=request.is_secure()
        )
    return response


def health(request: HttpRequest) -> HttpResponse:
    """Tell whether the platform can work: the database answers and no migration is missing."""
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    answer = {"database": "ok", "migrations": "pending" if pending else "ok"}
    return JsonResponse(answer, status=503 if pending else 200)


def missing(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer that there is no such page."""
    sentence = _("There is no such page, or it is not yours to see.")
    return render(request, "problem.html", {"title": _("Not found"), "sentence": sentence}, status=404)


def forbidden(request: HttpRequest, exception: Exception | None = None, reason: str = "") -> HttpResponse:
    """Answer that this may not be done."""
    sentence = _("You may not do this. If you came here from a form, load it again and repeat.")
    return render(request, "problem.html", {"title": _("Not allowed"), "sentence": sentence}, status=403)


def too_many(request: HttpRequest) -> HttpResponse:
    """Answer that this was tried too often."""
    sentence = _("This was tried too often in a short time. Wait a few minutes and repeat it.")
    return render(request, "problem.html", {"title": _("Too many tries"), "sentence": sentence}, status=429)
