"""The workbook for other registers: what an export has, an import reads; every row that does not fit is told."""

import io

import pytest
import python_calamine
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests.platform.people import after
from tests.platform.scenes import snapshot

from sealmark.core.errors import SealmarkError
from sealmark_platform.casework.models import Certificate
from sealmark_platform.parties.models import Membership, Organization, Site
from sealmark_platform.register.certsearch.reading import read_workbook
from sealmark_platform.register.certsearch.taking import Taken, take_over
from sealmark_platform.register.certsearch.template import template
from sealmark_platform.register.certsearch.writing import workbook_of
from sealmark_platform.register.models import KnownCertificate

BIRCH = {"identity": "HRB 7", "name": "Birch GmbH", "country": "de", "street": "Weg 1", "city": "Köln"}
LISTED = {"identity": "X-1", "entity": "HRB 7", "number": "9001-77", "status": "active", "scope": "Repairs",
          "standards": "ISO 9001:2015"}  # fmt: skip
PLACES = {"identity": "X-1", "name": "Köln Süd", "address": "Weg 1"}, {"identity": "X-1", "name": "Köln Süd!",
                                                                     "address": "Weg 2", "city": "Köln"}  # fmt: skip


def workbook(entities=(BIRCH,), certifications=(LISTED,), sites=PLACES, *, without=()):
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        for name, rows in {"entities": entities, "certifications": certifications, "sites": sites}.items():
            known = template().sheets[name]
            if name in without:
                continue
            sheet = book.add_worksheet(known.name)
            columns = [column for column in known.columns if column.field not in without]
            sheet.write_row(0, 0, [column.name for column in columns])
            for number, row in enumerate(rows, 1):
                sheet.write_row(number, 0, [row.get(column.field, "") for column in columns])
    return stream.getvalue()


def faults(content):
    with pytest.raises(SealmarkError) as error:
        read_workbook(content)
    return [(one.code, one.where) for one in error.value.problems]


def test_an_export_has_every_certificate_with_holder_and_sites_and_no_formula(world, listed, elsewhere):
    elsewhere.certified()
    Organization.objects.filter(pk=world.organization.pk).update(name="=1+1")

    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(workbook_of(world.body)))
    rows = {name: book.get_sheet_by_name(one.name).to_python() for name, one in template().sheets.items()}

    assert [row[1] for row in rows["entities"][1:]] == ["=1+1"]
    assert [row[0:4] for row in rows["certifications"][1:]] == [
        [listed.number, str(world.organization.pk), listed.number, "Active"]
    ]
    assert [row[1] for row in rows["sites"][1:]] == listed.sites


def test_an_export_of_one_body_is_read_by_another(world, listed, elsewhere):
    Site.objects.update(city="Leeds")

    done = take_over(elsewhere.body, read_workbook(workbook_of(world.body)), by=elsewhere.cora, at=after(30))

    assert done == Taken(1, len(listed.sites), 1, 0)
    known = KnownCertificate.objects.get()
    assert (known.number, known.status, known.organization.name) == (listed.number, "active", "Willow oak")
    assert known.organization != world.organization
    assert Certificate.objects.count() == 1


def test_what_is_taken_over_is_taken_over_once(world):
    read = read_workbook(workbook())

    rehearsed = take_over(world.body, read, by=world.cora, at=after(1), is_rehearsal=True)
    untouched = (KnownCertificate.objects.count(), Organization.objects.count())
    first = take_over(world.body, read, by=world.cora, at=after(1))
    again = take_over(world.body, read, by=world.cora, at=after(2))
    other = read_workbook(workbook(certifications=[{**LISTED, "status": "Withdrawn"}]))
    changed = take_over(world.body, other, by=world.cora, at=after(3))

    assert (rehearsed, untouched) == (first, (0, 1))
    assert (first, again, changed) == (Taken(1, 2, 1, 0), Taken(0, 0, 0, 0), Taken(0, 0, 0, 1))
    birch = Organization.objects.get(name="Birch GmbH")
    assert (birch.country, birch.city, birch.address, birch.register_number) == ("DE", "Köln", "Weg 1", "HRB 7")
    assert sorted(birch.sites.values_list("code", "city")) == [("koln-sud", "Weg 1"), ("koln-sud-2", "Köln")]
    assert KnownCertificate.objects.get().status == "withdrawn"


def test_two_of_one_name_stay_two(world):
    rows = [BIRCH, {**BIRCH, "identity": "HRB 8"}]
    read = read_workbook(workbook(entities=rows))

    done = [take_over(world.body, read, by=world.cora, at=after(day)).organizations for day in (1, 2)]

    assert done == [2, 0]


def test_every_row_that_does_not_fit_is_told_with_its_place(db):
    entities = [BIRCH, {**BIRCH, "country": "XX", "street": ""}, {"identity": "HRB 9", "name": "x" * 301}]
    certifications = [{**LISTED, "status": "fine", "entity": "HRB 1"}, {"identity": "X-2"}]

    assert faults(workbook(entities, certifications, [*PLACES, {"identity": "X-9", "name": "?", "address": "?"}])) == [
        ("SM849", "Certified Entities, row 3"), ("SM849", "Certified Entities, row 3"),
        ("SM849", "Certified Entities, row 3"),
        ("SM849", "Certified Entities, row 4"), ("SM849", "Certified Entities, row 4"),
        ("SM849", "Certified Entities, row 4"),
        ("SM849", "Certifications, row 2"), ("SM849", "Certifications, row 2"),
        *[("SM849", "Certifications, row 3")] * 6, ("SM849", "Sites"),
    ]  # fmt: skip


@pytest.mark.parametrize("content", [
    b"no zip", workbook(without=("sites",)), workbook(without=("status",)), workbook()[:-90],
    b"PK\x05\x06" + bytes(18),
])  # fmt: skip
def test_what_is_no_workbook_of_the_template_is_refused(content):
    assert faults(content) == [("SM848", "")]


def test_a_coordinator_takes_a_workbook_over_on_the_page(world, client):
    assert Membership.objects.get(person=world.cora).function == "coordinator"
    client.force_login(world.cora)
    address = reverse("body-registers-take-over", args=["oak"])
    before = snapshot()

    def send(content, **more):
        file = SimpleUploadedFile("list.xlsx", content)
        return client.post(address, {"file": file, **more}, follow=True).content.decode()

    wrong = send(workbook(certifications=[{**LISTED, "status": "fine"}]))
    checked = send(workbook(), is_rehearsal="on")
    unchanged = snapshot() == before
    done = send(workbook())

    assert ("Certifications, row 2" in wrong, "Nothing was changed." in checked, unchanged) == (True, True, True)
    assert "certificates known elsewhere 1" in done
    assert "9001-77" in done
    answer = client.get(reverse("body-registers", args=["oak"]), {"as": "xlsx"})
    assert answer.content[:2] == b"PK"
