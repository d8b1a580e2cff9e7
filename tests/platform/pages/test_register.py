"""Pages of the register: filled from moulds they are what the templates say; names are found by any part."""

import pytest
from django.core.cache import caches
from django.urls import reverse
from tests.platform.people import after

from sealmark_platform.casework.actions import certificate as certify
from sealmark_platform.casework.models import Certificate, CertificateEvent
from sealmark_platform.catalogue.queries import loaded
from sealmark_platform.parties.actions.bodies import change_settings
from sealmark_platform.parties.actions.organizations import change_organization
from sealmark_platform.register import listed, names
from sealmark_platform.register.models import NamePart, SearchedName

SECURITY = (
    "Content-Security-Policy", "Permissions-Policy", "X-Frame-Options", "X-Content-Type-Options", "Referrer-Policy",
    "Cross-Origin-Opener-Policy",
)  # fmt: skip
UNKNOWN = "sessionid", "of-nobody"


@pytest.fixture(autouse=True)
def nothing_kept():
    caches["pages"].clear()


@pytest.fixture
def shown(world):
    return world.certified()


def rename(world, name):
    change_organization(world.body, world.organization, {"name": name}, by=world.cora, at=after(30))


def found(client, query):
    return client.get(reverse("register"), {"q": query}).content.decode().count('data-label="Number"')


def suspended(world, shown):
    trigger = loaded(world.edition.edition).procedure.suspension_triggers[0]
    certify.suspend_certificate(
        shown, trigger=trigger, way_back="Answer.", reason="No access.", by=world.bo, at=after(20)
    )


def many(world, shown, number):
    """Add certificates of the same holder, past every act."""
    day = after(10).date()
    for place in range(number):
        file = world.draft()
        one = Certificate.objects.create(
            file=file, edition=file.edition, number=f"A-{place:03d}", grade="three-stars", scope="x\ny <z>",
            first_issued_on=day, valid_from=day, valid_until=after(900).date(), status="withdrawn", sites=["A & B", "C"],
        )  # fmt: skip
        CertificateEvent.objects.create(certificate=one, on=day, what="unheard-of", status="withdrawn")


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_page_from_its_mould_is_what_its_template_says(world, shown, client, language):
    rename(world, "Wood <b>& 'Sons' \"木\"")
    world.body.address = "Street 1\n<Town>"
    world.body.save()
    suspended(world, shown)
    many(world, shown, 25)
    addresses = [f"/register/{name}/?x=<&y='" for name in (shown.number, "A-003", "no-such-<one>")]
    addresses += [f"/register/{query}" for query in ("", "?page=2", "?q=wood&page=2", "?q=<none>", "?q=a-003")]

    client.cookies["language"] = language
    filled = [client.get(address).content.decode() for address in addresses]
    client.cookies[UNKNOWN[0]] = UNKNOWN[1]
    rendered = [client.get(address).content.decode() for address in addresses]

    assert filled == rendered
    assert [page.count("<!doctype html>") for page in filled] == [1] * len(addresses)
    assert not any("\ue000" in page or "<b>" in page or "<Town>" in page or "<none>" in page for page in filled)


def test_a_kept_page_has_every_header_of_the_first_answer(shown, client):
    address = reverse("certificate", args=[shown.number])

    first, kept = (client.get(address) for _time in range(2))

    assert dict(kept.items()) == dict(first.items())
    assert [name for name in SECURITY if name not in kept] == []
    assert (kept["Content-Language"], kept.content) == ("en", first.content)
    assert not kept.cookies


def test_a_page_that_is_not_new_keeps_its_security_headers(shown, client):
    address = reverse("certificate", args=[shown.number])
    tag = client.get(address)["ETag"]
    caches["pages"].clear()

    again = [client.get(address, headers={"If-None-Match": tag}) for _time in range(2)]

    assert [answer.status_code for answer in again] == [304, 304]
    assert [name for name in SECURITY for answer in again if name not in answer] == []


def test_a_kept_page_answers_no_foreign_host_and_no_other_method(shown, client):
    address = reverse("certificate", args=[shown.number])
    client.get(address)

    assert client.get(address, headers={"host": "elsewhere.example"}).status_code == 400
    assert (client.head(address).status_code, client.head(address).content) == (200, b"")


def test_a_new_name_shows_at_once_on_kept_pages_and_in_searches(world, shown, client):
    pages = [reverse("register"), reverse("certificate", args=[shown.number])]
    before = [client.get(page).content.decode() for page in pages]

    rename(world, "Birch & Partners")
    change_settings(world.body, {"name": "Body of the birch"}, by=world.cora, at=after(31))
    now = [client.get(page).content.decode() for page in pages]

    assert ["Willow oak" in page for page in before] == [True, True]
    assert [("Birch &amp; Partners" in page, "Willow" in page) for page in now] == [(True, False)] * 2
    assert "Body of the birch" in now[1]
    assert [found(client, query) for query in ("willow", "birch")] == [0, 1]


def test_a_name_is_found_by_any_part_in_any_letters(world, shown, client):
    rename(world, "Кафе «Берёза» 北京饭店 50%_GmbH Co\u3000und Söhne")
    queries = ("берёза»", "КАФЕ", "京", "北京饭店", "50%_", "%", "söhne", "co und", "кафе «берёза» 北京饭店 50%_gmbh")

    assert {query: found(client, query) for query in queries} == dict.fromkeys(queries, 1)
    assert [found(client, query) for query in ("кафе «берёза» 北京饭店 51", "кафе_", "京北", "%%")] == [0] * 4


@pytest.mark.parametrize("few", [0, 2_000])
def test_few_and_many_are_found_alike_the_newest_number_first(world, shown, elsewhere, client, monkeypatch, few):
    monkeypatch.setattr(listed, "_FEW", few)
    other = elsewhere.certified()

    everything, long = (
        [one.number for one in listed.finder(query)(5)] for query in ("willow", "a name that nobody has at all")
    )
    first = [one.number for one in listed.finder("willow")(1)]

    assert (everything, long) == (sorted([shown.number, other.number], reverse=True), [])
    assert first == everything[:1]


def test_a_zero_byte_finds_nothing(shown, client):
    answers = [client.get("/register/", {"q": "A\0B"}), client.get("/register/A%00B/")]

    assert [(answer.status_code, "No such certificate" in answer.content.decode()) for answer in answers] == [
        (200, True), (404, True),
    ]  # fmt: skip


def test_names_are_taken_down_once_and_follow_only_a_change_of_the_name(world, shown):
    before = set(NamePart.objects.values_list("pk", flat=True))

    world.organization.city = "York"
    world.organization.save()
    world.organization.save(update_fields=["city"])
    same = set(NamePart.objects.values_list("pk", flat=True))
    rename(world, "Ash")

    assert same == before
    assert list(SearchedName.objects.values_list("number", "folded")) == [(shown.number, "ash")]
    assert {bytes(part) for part in NamePart.objects.values_list("part", flat=True)} == {b"ash", b"sh", b"h"}


def test_certificates_that_were_there_before_are_taken_down_by_the_migration(world, shown):
    from importlib import import_module

    from django.apps import apps

    kept = set(NamePart.objects.values_list("name__number", "name__folded", "part"))
    SearchedName.objects.all().delete()

    import_module("sealmark_platform.register.migrations.0002_searched_names").take_down(apps, None)

    assert set(NamePart.objects.values_list("name__number", "name__folded", "part")) == kept
    assert names.folded("  \uff37illow\tOAK ") == "willow oak"
