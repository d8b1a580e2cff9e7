"""Every address of the administration, tried by everybody: strangers learn nothing, the others are refused."""

import datetime as dt

import pytest
from django.test import Client as Browser
from django.urls import URLPattern, reverse
from tests.platform.people import after, person

from sealmark_platform.administration.addresses import addresses
from sealmark_platform.api.models import Webhook
from sealmark_platform.casework.actions import application as apply
from sealmark_platform.catalogue.actions.adopting import adopt_edition
from sealmark_platform.parties.models import (
    Competence,
    Holiday,
    Leave,
    Membership,
    Person,
    PersonTie,
    Representation,
)
from sealmark_platform.records.models import Entry

# Coordinators look after these, and read the editions.
_ORGANIZERS = {
    "organizations", "organization-add", "organization", "organization-task", "site-close", "representation-end",
    "editions", "edition", "edition-impact", "body-calendar", "body-registers", "body-registers-take-over",
}  # fmt: skip
_OWN = {
    "administration", "my-declarations", "my-declaration-end", "my-leave", "my-leave-take-back", "my-settings",
}  # fmt: skip


@pytest.fixture
def planted(oak, two_editions):
    """Return an address of each page for a body."""

    def plant(cast):
        file = cast.draft()
        apply.submit_application(file, by=cast.cleo, at=after(1))
        later = adopt_edition(cast.body.pk, two_editions, at=after(1))
        tie = PersonTie.objects.create(person=cast.ed, organization=cast.organization, kind="interest")
        hook = Webhook.objects.create(
            body=cast.body, address="https://x.example/", salt="x", made_by=cast.adam, made_at=after(1)
        )
        cast.leave = Leave.objects.create(person=cast.ed, body=cast.body, first=after(20), last=after(30))
        day = Holiday.objects.create(body=cast.body, on=after(40), name=f"Day of -{cast.body.code}")
        code, able = cast.body.code, Competence.objects.get(person=cast.ed)
        site, seat = cast.organization.sites.first(), Representation.objects.get(person=cast.cleo)
        return {
            "people": [code], "person-add": [code], "person": [code, cast.ed.pk],
            "person-task": [code, cast.ed.pk, "competence"], "person-item-task": [code, cast.ed.pk, "end-competence", able.pk],
            "organizations": [code], "organization-add": [code], "organization": [code, cast.organization.pk],
            "organization-task": [code, cast.organization.pk, "change"],
            "site-close": [code, cast.organization.pk, site.pk],
            "representation-end": [code, cast.organization.pk, seat.pk],
            "editions": [code], "edition-adopt": [code], "edition": [code, cast.edition.pk],
            "edition-task": [code, cast.edition.pk, "succession"], "edition-impact": [code, cast.edition.pk, later.pk],
            "body-settings": [code], "mails": [code], "mail": [code, cast.cora.pk, "waiting"], "webhooks": [code],
            "webhook": [code, hook.pk], "body-calendar": [code], "body-calendar-task": [code, "week"],
            "holiday-remove": [code, day.pk], "body-registers": [code], "body-registers-take-over": [code],
        }, tie  # fmt: skip

    return plant


def everybody(oak, elm):
    former = person("Former")
    Membership.objects.create(person=former, body=oak.body, function="administrator", until=dt.date(2026, 1, 1))
    operator = Person.objects.create_superuser("ops@example.org", "Operator", "correct horse battery staple")
    inside = {name: who for name, (who, _held) in oak.people().items() if name not in {"clock", "client", "stranger"}}
    outside = {"client": oak.cleo, "stranger": oak.dov, "former": former, "operator": operator,
               "foreign administrator": elm.adam, "foreign coordinator": elm.cora, "foreign client": elm.cleo}  # fmt: skip
    return inside, outside


def _browser_of(who):
    """Return the browser in which somebody stays signed in."""
    if who is None:
        return Browser()
    if not hasattr(who, "browser"):
        who.browser = Browser()
        who.browser.force_login(who)
    return who.browser


def statuses(people, address, method="get"):
    return {name: getattr(_browser_of(who), method)(address).status_code for name, who in people.items()}


def test_every_address_is_for_administrators_of_the_body(oak, elm, planted):
    shown, _tie = planted(oak)
    inside, outside = everybody(oak, elm)
    assert {one.name for one in addresses if isinstance(one, URLPattern)} == set(shown) | _OWN

    for name, words in shown.items():
        address = reverse(name, args=words)
        wanted = dict.fromkeys(inside, 403) | {"administrator": 200}
        if name in _ORGANIZERS:
            wanted["coordinator"] = 200
        assert (name, statuses(inside, address)) == (name, wanted)
        assert (name, statuses(outside, address)) == (name, dict.fromkeys(outside, 404))
        assert (name, statuses({"nobody": None}, address)) == (name, {"nobody": 302})


def test_nothing_is_changed_by_who_may_not(oak, elm, planted):
    shown, _tie = planted(oak)
    inside, outside = everybody(oak, elm)
    others = {name: who for name, who in inside.items() if name not in {"administrator", "coordinator"}}
    before = Entry.objects.count()

    for name, words in shown.items():
        address = reverse(name, args=words)
        assert (name, set(statuses(others, address, "post").values())) == (name, {403})
        assert (name, set(statuses(outside, address, "post").values())) == (name, {404})
    assert Entry.objects.count() == before


def test_an_administrator_finds_nothing_of_another_body_under_their_own(oak, elm, planted):
    _own, _tie = planted(oak)
    foreign, _elms = planted(elm)
    browser = Browser()
    browser.force_login(oak.adam)

    found = {
        name: browser.get(reverse(name, args=["oak", *words[1:]])).status_code
        for name, words in foreign.items()
        if len(words) > 1 and name != "body-calendar-task"
    }
    assert found == dict.fromkeys(found, 404)


def test_every_list_shows_its_own_body_alone(oak, elm, planted):
    planted(oak)
    planted(elm)
    browser = Browser()
    browser.force_login(oak.adam)

    for name in ("people", "organizations", "editions", "mails", "webhooks", "body-calendar"):
        page = browser.get(reverse(name, args=["oak"]) + "?state=all").content.decode()
        assert "-elm" not in page
        assert "Willow elm" not in page
    for name in ("people", "organizations", "mails", "body-calendar"):
        text = b"".join(browser.get(reverse(name, args=["oak"]) + "?as=csv&state=all").streaming_content).decode()
        assert "elm" not in text


def test_the_first_page_leads_administrators_on_and_nobody_else(oak, elm):
    inside, outside = everybody(oak, elm)
    foreign = {"foreign administrator", "foreign coordinator"}

    wanted = dict.fromkeys(inside, 403) | {"administrator": 302, "coordinator": 302}
    assert statuses(inside, reverse("administration")) == wanted
    assert statuses(outside, reverse("administration")) == {name: 302 if name in foreign else 404 for name in outside}


def test_the_way_is_shown_in_the_masthead_to_administrators(oak):
    for who, is_shown in ((oak.adam, True), (oak.cora, True), (oak.ada, False), (oak.cleo, False)):
        browser = Browser()
        browser.force_login(who)
        assert ('href="/administration/"' in browser.get(reverse("today")).content.decode()) is is_shown


def test_who_administers_two_bodies_chooses(oak, elm):
    Membership.objects.create(person=oak.adam, body=elm.body, function="administrator")
    browser = Browser()
    browser.force_login(oak.adam)

    page = browser.get(reverse("administration")).content.decode()

    assert reverse("people", args=["oak"]) in page
    assert reverse("people", args=["elm"]) in page


def test_own_pages_are_ones_own(oak, elm, planted):
    _shown, tie = planted(oak)
    inside, outside = everybody(oak, elm)

    own = statuses(inside | outside, reverse("my-declaration-end", args=[tie.pk]))
    away = statuses(inside | outside, reverse("my-leave-take-back", args=[oak.leave.pk]))
    assert own == away == dict.fromkeys(inside | outside, 404) | {"evaluator": 200}
    assert set(statuses(inside | outside, reverse("my-settings")).values()) == {200}
    nobody = {"nobody": None}
    pages = ("my-settings", "my-declarations", "my-leave")
    assert [statuses(nobody, reverse(name))["nobody"] for name in pages] == [302, 302, 302]
    works = {"foreign administrator", "foreign coordinator"}
    wanted = dict.fromkeys(inside, 200) | {name: 200 if name in works else 404 for name in outside}
    assert statuses(inside | outside, reverse("my-declarations")) == wanted
    assert statuses(inside | outside, reverse("my-leave")) == wanted
