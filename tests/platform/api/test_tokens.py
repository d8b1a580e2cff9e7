"""Tokens: shown once, kept as a digest, with scopes and an end; sessions with the CSRF token."""

import datetime as dt

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.platform.people import after

from sealmark.core.errors import SealmarkError
from sealmark_platform.api.models import Token
from sealmark_platform.api.tokens import known_token, make_token, revoke_token

NOW = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)


def token(person, scopes=("read",), days=30, at=NOW):
    return make_token(person, "reports", scopes, expires_on=(at + dt.timedelta(days=days)).date(), at=at)


def test_the_secret_is_nowhere_in_the_database(world):
    kept, secret = token(world.cleo, ("register", "read"))

    row = Token.objects.values().get()

    assert (kept.scopes, secret[:10]) == (["read", "register"], kept.begins)
    assert [name for name, value in row.items() if secret in str(value)] == []


@pytest.mark.parametrize(
    ("scopes", "days"), [((), 30), (("read", "all"), 30), (("read",), 0), (("read",), 367)]
)  # fmt: skip
def test_a_token_without_scope_or_end_is_refused(world, scopes, days):
    with pytest.raises(SealmarkError, match="SM871"):
        token(world.cleo, scopes, days)

    assert Token.objects.count() == 0


def test_a_token_ends_by_its_day_by_being_revoked_and_with_its_person(world):
    kept, secret = token(world.cleo)
    other, revoked = token(world.cleo)
    _third, lost = token(world.dov)
    world.dov.is_active = False
    world.dov.save()

    is_theirs = revoke_token(world.cora, other.pk, NOW)
    is_revoked = revoke_token(world.cleo, other.pk, NOW)
    again = revoke_token(world.cleo, other.pk, NOW)

    assert (is_theirs, is_revoked, again) == (False, True, False)
    assert known_token(secret, after(30)) == kept
    assert [known_token(*pair) for pair in ((secret, after(31)), (revoked, NOW), (lost, NOW), ("smk_x", NOW))] == [
        None, None, None, None,
    ]  # fmt: skip


def test_the_last_use_is_noted_and_not_at_every_request(world):
    kept, secret = token(world.cleo)
    known_token(secret, NOW)
    known_token(secret, NOW + dt.timedelta(minutes=4))
    kept.refresh_from_db()
    first = kept.used_at

    known_token(secret, NOW + dt.timedelta(minutes=6))

    kept.refresh_from_db()
    assert (first, kept.used_at) == (NOW, NOW + dt.timedelta(minutes=6))


def asked(secret, path="/me"):
    return Client().get(f"/api/v1{path}", headers={"Authorization": secret})


def test_a_wrong_header_is_refused_even_where_none_is_needed(world, client):
    client.force_login(world.cleo)

    answers = [asked("Basic eDp5"), asked("Bearer smk_wrong"), asked("Bearer "), asked("Bearer x", "/register")]
    with_session = client.get("/api/v1/me", headers={"Authorization": "Bearer wrong"})

    assert [answer.json()["code"] for answer in [*answers, with_session]] == ["SM860"] * 5
    assert [answer.status_code for answer in [*answers, with_session]] == [401] * 5
    assert answers[0].headers["WWW-Authenticate"] == 'Bearer realm="sealmark"'


def test_a_session_reads_freely_and_acts_with_the_csrf_token_alone(world):
    file = world.draft()
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(world.cleo)
    address, said = f"/api/v1/acts/application.submit/{file.pk}", {"revision": file.revision}

    read = browser.get("/api/v1/me")
    bare = browser.post(address, said, content_type="application/json")
    browser.get(reverse("tokens"))
    key = browser.cookies["csrftoken"].value
    done = browser.post(address, said, content_type="application/json", headers={"X-CSRFToken": key})

    assert (read.status_code, bare.status_code, bare.json()["code"], done.status_code) == (200, 403, "SM867", 200)


def test_nobody_is_told_to_sign_in(client, db):
    answer = client.get("/api/v1/files")

    assert (answer.status_code, answer.json()["code"], answer.headers["Cache-Control"]) == (401, "SM860", "no-store")


def test_the_page_makes_a_token_shows_it_once_and_revokes_it(world, client):
    client.force_login(world.cleo)
    day = (timezone.now() + dt.timedelta(days=10)).date()

    made = client.post(reverse("tokens"), {"name": "Reports", "scopes": ["read"], "expires_on": day.isoformat()})
    kept = Token.objects.get()
    shown = client.get(reverse("tokens"))
    secret = made.context["secret"]
    works = asked(f"Bearer {secret}").status_code
    client.post(reverse("token-revoke", args=[kept.pk]))
    gone = asked(f"Bearer {secret}").status_code

    assert (made.status_code, secret in made.content.decode(), works, gone) == (200, True, 200, 401)
    assert (secret in shown.content.decode(), kept.begins in shown.content.decode()) == (False, True)
    assert made.headers["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"


def test_the_page_refuses_a_day_too_far_and_the_tokens_of_others(world, client):
    other, _secret = token(world.cora)
    client.force_login(world.cleo)
    far = (timezone.now() + dt.timedelta(days=500)).date()

    late = client.post(reverse("tokens"), {"name": "Reports", "scopes": ["read"], "expires_on": far.isoformat()})
    theirs = client.post(reverse("token-revoke", args=[other.pk]))

    assert (late.status_code, list(late.context["form"].errors), theirs.status_code) == (422, ["expires_on"], 404)
    assert Token.objects.filter(revoked_at=None).count() == 1


def test_more_requests_than_a_minute_allows_are_told_to_wait(world, program, settings):
    settings.API_REQUESTS_PER_MINUTE = 2
    cleo, cora = program(world.cleo), program(world.cora)
    cache.clear()

    answers = [cleo.get("/me") for _ in range(3)]
    other = cora.get("/me")

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert (answers[2].json()["code"], 0 < int(answers[2].headers["Retry-After"]) <= 60) == ("SM864", True)
    assert other.status_code == 200


def test_unknown_addresses_methods_and_bodies_are_problems_too(world, program, client):
    cleo = program(world.cleo)
    file = world.draft()
    broken = client.post(
        f"/api/v1/acts/application.submit/{file.pk}", "{", content_type="application/json",
        headers={"Authorization": f"Bearer {cleo.secret}"},
    )  # fmt: skip
    large = cleo.post(f"/acts/application.submit/{file.pk}", {"revision": 1, "reason": "x" * 2_100_000})

    answers = [cleo.get("/nothing"), cleo.put("/files", {}), cleo.get("/files/%00"), broken, large]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [
        (404, "SM862"), (405, "SM866"), (422, "SM863"), (400, "SM863"), (413, "SM868"),
    ]  # fmt: skip
    assert answers[1].headers["Allow"] == "GET"
    assert {answer.headers["Content-Language"] for answer in answers} == {"en"}
