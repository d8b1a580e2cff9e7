"""The clients of a body: taken down, their sites, who speaks for them; and what only one body may change."""

import datetime as dt
import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from sealmark.core.errors import SealmarkError
from sealmark_platform.parties.actions import organizations as keep
from sealmark_platform.parties.models import Client, Organization, Person, PersonTie, Representation, Site
from sealmark_platform.parties.queries import clients_of, organization_stamp
from sealmark_platform.parties.sitelist import NewSite, read_sites
from sealmark_platform.records.models import Entry

AT = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)


def entries(before=0):
    return list(Entry.objects.filter(number__gt=before).order_by("number").values_list("kind", flat=True))


def newest():
    return Entry.objects.order_by("-number").values_list("number", flat=True).first() or 0


@pytest.fixture
def willow(oak):
    oak.draft()
    return oak.organization


def url(name, organization, *more):
    return reverse(name, args=["oak", organization.pk, *more])


def test_an_organization_is_taken_down_and_its_representative_applies(desk, oak, client):
    before = newest()
    desk.post(reverse("organization-add", args=["oak"]), {"name": "Birch Ltd", "country": "gb", "employees": 12})
    birch = Organization.objects.get(name="Birch Ltd")
    said = {"email": "bea@birch.example", "name": "Bea", "language": "en", "may_sign": "on"}
    desk.post(url("organization-task", birch, "representative"), said)

    bea = Person.objects.get(email="bea@birch.example")
    client.force_login(bea)
    answer = client.post(reverse("apply"), {"organization": birch.pk, "edition": oak.edition.pk, "language": "en"})
    assert answer.status_code == 302
    assert (birch.country, list(clients_of(oak.body))) == ("GB", [birch])
    assert entries(before) == [
        "organization.add",
        "organization.add-representative",
        "account.invite",
        "application.begin",
    ]
    assert Representation.objects.get(person=bea).may_sign is True
    assert Entry.objects.get(kind="account.invite").tenant == str(oak.body.pk)


def test_particulars_are_changed_and_only_a_difference_is_recorded(desk, oak, willow):
    before = newest()
    said = {"name": "Willow oak", "country": "GB", "city": "York", "employees": 60}

    desk.post(url("organization-task", willow, "change"), said)
    desk.post(url("organization-task", willow, "change"), said)

    willow.refresh_from_db()
    assert (willow.city, entries(before)) == ("York", ["organization.change"])


def test_somebody_who_was_slower_is_told(desk, oak, willow):
    stamp = organization_stamp(willow.pk)
    keep.change_organization(oak.body, willow, {"city": "York"}, by=oak.cora, at=AT)

    said = {"name": "Willow oak", "country": "GB", "city": "Leeds", "seen": stamp}
    answer = desk.post(url("organization-task", willow, "change"), said)

    willow.refresh_from_db()
    assert (answer.status_code, willow.city) == (409, "York")


@pytest.mark.parametrize("country", ["G1", "XX", "EU", "ZZ"])
def test_a_country_is_one_of_those_that_there_are(desk, oak, country):
    answer = desk.post(reverse("organization-add", args=["oak"]), {"name": "Birch", "country": country})
    assert (answer.status_code, "SM837" in answer.content.decode()) == (422, True)


def test_an_organization_is_taken_down_once(desk, oak, elm):
    birch = {"name": "Birch Ltd", "country": "GB", "register_number": "GB 7"}
    add = reverse("organization-add", args=["oak"])
    others = [birch | {"register_number": "GB 8"}, birch | {"country": "IE"}, birch | {"name": "Birch & Sons"}]
    keep.add_organization(elm.body, birch, by=elm.adam, at=AT)

    first = desk.post(add, birch)
    again = desk.post(add, birch | {"name": "birch LTD "})
    rest = [desk.post(add, one) for one in others]
    third = Organization.objects.get(name="Birch & Sons")
    renamed = desk.post(url("organization-task", third, "change"), birch)

    assert [one.status_code for one in (first, again, *rest, renamed)] == [302, 422, 302, 302, 302, 422]
    assert all("SM894" in one.content.decode() for one in (again, renamed))
    assert clients_of(oak.body).filter(name__istartswith="birch").count() == 4


# Sites ------------------------------------------------------------------------------------------------------------


def test_sites_are_added_closed_and_imported(desk, oak, willow):
    before = newest()
    desk.post(url("organization-task", willow, "site"), {"code": "york", "name": "Shop in York", "is_central": "on"})
    york = Site.objects.get(code="york")
    desk.post(url("site-close", willow, york.pk), {"on": "2026-06-30"})
    content = "\ufeffcode;name;city;central;group\nhull;Shop in Hull;Hull;no;north\nbath;Bad;Bath;yes;\n\n"
    desk.post(url("organization-task", willow, "sites"), {"file": SimpleUploadedFile("list.csv", content.encode())})

    york.refresh_from_db()
    assert (york.is_central, york.closed_on) == (True, dt.date(2026, 6, 30))
    made = Site.objects.filter(code__in=["hull", "bath"]).order_by("code").values_list("code", "is_central", "stratum")
    assert list(made) == [("bath", True, ""), ("hull", False, "north")]
    assert entries(before) == ["organization.add-sites", "organization.close-site", "organization.add-sites"]
    again = desk.post(url("site-close", willow, york.pk), {"on": "2026-06-30"})
    assert again.status_code == 404


def test_all_faults_of_a_list_are_told_at_once_and_nothing_is_added(desk, oak, willow):
    count = willow.sites.count()
    content = b"code,name,central\nshop-1,Twice,no\nn y,Space,no\nnew,,perhaps\nnew2,Ok,\nNew2,Again,\n"

    answer = desk.post(url("organization-task", willow, "sites"), {"file": SimpleUploadedFile("l.csv", content)})
    typed = [NewSite("shop-1", "Twice"), NewSite("n y", "Space"), NewSite("new", "New"), NewSite("NEW", "New")]
    with pytest.raises(SealmarkError) as told:
        keep.add_sites(oak.body, willow, typed, by=oak.adam, at=AT)

    page = answer.content.decode()
    assert answer.status_code == 422
    rows = re.findall(r"sites\.csv, row (\d)", page)
    assert sorted(rows) == ["2", "3", "4", "4", "6"]
    assert told.value.codes == ("SM885", "SM885", "SM885")
    assert willow.sites.count() == count


@pytest.mark.parametrize(
    "content",
    [b"", b"name\nx\n", b"code,name,colour\na,b,c\n", b"code,code,name\n", b"\xff\xfe", b'code,name\n"a,b\n',
     b"code,name\n" + b"a,b\n" * 10_001, b" " * 2_000_001, b"code,name\n", b"code,name\n,\n",
     b"code,name\na,Shop, Leeds\n"],
)  # fmt: skip
def test_what_is_no_list_of_sites_is_refused(content):
    with pytest.raises(SealmarkError, match="SM886"):
        read_sites(content)


def test_a_name_that_is_too_long_is_told_with_its_row():
    with pytest.raises(SealmarkError, match="row 2"):
        read_sites(b"code,name\na," + b"x" * 201)


# Representatives --------------------------------------------------------------------------------------------------


def test_who_speaks_no_more_stays_tied(desk, oak, willow):
    before = newest()
    seat = Representation.objects.get(person=oak.cleo)

    desk.post(url("representation-end", willow, seat.pk), {})

    tie = PersonTie.objects.get(person=oak.cleo)
    assert (tie.kind, tie.organization, tie.until is None) == ("employment", willow, False)
    assert not Representation.objects.filter(person=oak.cleo).exists()
    assert entries(before) == ["organization.end-representation"]


def test_nobody_of_the_body_speaks_for_a_client_and_nobody_twice(oak, willow):
    for account in (oak.ada, oak.cleo):
        with pytest.raises(SealmarkError, match="SM889"):
            keep.add_representative(oak.body, willow, account, may_sign=False, by=oak.adam, at=AT)


# What only one body may change ------------------------------------------------------------------------------------


def test_an_organization_of_two_bodies_is_changed_by_neither(desk, oak, elm, willow):
    Client.objects.create(body=elm.body, organization=willow, since=AT.date())
    before = newest()
    changes = (
        lambda: keep.change_organization(oak.body, willow, {"city": "York"}, by=oak.adam, at=AT),
        lambda: keep.add_sites(oak.body, willow, [NewSite("x", "X")], by=oak.adam, at=AT),
        lambda: keep.close_site(oak.body, willow, willow.sites.first(), on=AT.date(), by=oak.adam, at=AT),
        lambda: keep.add_representative(oak.body, willow, elm.dov, may_sign=True, by=oak.adam, at=AT),
        lambda: keep.end_representation(oak.body, Representation.objects.get(person=oak.cleo), by=oak.adam, at=AT),
    )

    for change in changes:
        with pytest.raises(SealmarkError, match="SM884"):
            change()

    page = desk.get(url("organization", willow)).content.decode()
    assert entries(before) == []
    assert "looks after its own" in page
    assert reverse("organization-task", args=["oak", willow.pk, "site"]) not in page


def test_coordinators_look_after_organizations_and_nothing_else(client, oak, willow):
    client.force_login(oak.cora)

    assert client.get(reverse("organizations", args=["oak"])).status_code == 200
    assert (
        client.get(reverse("administration"), follow=True).redirect_chain[-1][0] == "/administration/oak/organizations/"
    )
    assert client.get(reverse("people", args=["oak"])).status_code == 403


def test_the_list_is_searched_and_downloaded(desk, oak, willow):
    address = reverse("organizations", args=["oak"])

    assert [one.name for one in desk.get(address + "?q=leeds").context["page"].object_list] == ["Willow oak"]
    assert list(desk.get(address + "?q=nothing").context["page"].object_list) == []
    lines = b"".join(desk.get(address + "?as=csv").streaming_content).decode().splitlines()
    assert lines == ["name,register_number,country,city,address,sector,employees,sites", "Willow oak,,GB,Leeds,,,60,5"]


def test_the_trail_tells_codes_of_sites_and_no_address(oak, willow):
    before = newest()
    keep.change_organization(oak.body, willow, {"address": "1 Secret Lane"}, by=oak.adam, at=AT)

    event = Entry.objects.get(number=before + 1).event
    assert "Secret" not in event
    assert json.loads(event)["details"]["changed"] == ["address"]
