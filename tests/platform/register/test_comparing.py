"""A row of the register that was changed behind the platform's back is told; what acts change is not."""

import json

import pytest
from click.testing import CliRunner
from django.db import connection
from tests.platform.people import after
from tests.platform.register.conftest import published

from sealmark_platform.attestation.models import PublicRecord
from sealmark_platform.attestation.records import hexadecimal
from sealmark_platform.casework.actions.certificate import withdraw_certificate
from sealmark_platform.casework.models import Certificate
from sealmark_platform.parties.actions.bodies import change_settings
from sealmark_platform.parties.actions.organizations import change_organization
from sealmark_platform.records.models import Entry
from sealmark_platform.register.comparing import VERIFIED, compare_daily, faults_of_register


def sql(text, *values):
    with connection.cursor() as cursor:
        cursor.execute(text, values)


def test_a_register_that_says_what_was_published_is_whole(listed, elsewhere):
    elsewhere.certified()

    assert faults_of_register() == ()


@pytest.mark.parametrize(("text", "part"), [
    ("UPDATE casework_certificate SET grade = 'five-stars'", '"grade"'),
    ("UPDATE casework_certificate SET scope = 'Everything'", '"scope"'),
    ("UPDATE casework_certificate SET sites = '[\"A palace\"]'", '"sites"'),
    ("UPDATE casework_certificate SET valid_until = '2099-01-01'", '"validUntil"'),
    ("UPDATE parties_organization SET name = 'Somebody else'", '"holder"'),
    ("UPDATE parties_site SET city = 'Rome'", '"sites"'),
    ("UPDATE parties_body SET name = 'A better body'", '"body"'),
    ("UPDATE casework_certificateevent SET what = 'renew'", '"history"'),
    ("UPDATE catalogue_adoptededition SET digest = 'sha256:0'", '"edition"'),
])  # fmt: skip
def test_a_row_changed_by_sql_is_told_with_the_part_and_the_entry(listed, text, part):
    entry = PublicRecord.objects.get().entry

    sql(text)

    assert faults_of_register() == (
        f"certificate {listed.number}: {part} is not what entry {entry} published, and no act changed it",
    )


def test_whoever_changes_what_was_published_as_well_is_convicted_by_the_trail(listed):
    record = PublicRecord.objects.get()
    forged = {**record.document, "grade": "five-stars"}
    sql("UPDATE casework_certificate SET grade = 'five-stars'")
    sql("UPDATE attestation_publicrecord SET document = %s, digest = %s", json.dumps(forged), hexadecimal(forged))

    assert faults_of_register() == (
        f"certificate {listed.number}: what is kept as published is not what entry {record.entry} published",
    )


def test_a_certificate_that_is_gone_or_put_in_is_told(world, listed, elsewhere):
    entry = PublicRecord.objects.get().entry
    sql("UPDATE casework_certificate SET number = 'OAK-C2026-00777'")

    assert faults_of_register() == (
        "certificate OAK-C2026-00777: it is told to be published, and no entry says so",
        f"certificate {listed.number}: entry {entry} published it, and there is no such row",
    )
    sql("DELETE FROM attestation_publicrecord")
    sql("UPDATE casework_certificate SET number = %s", listed.number)
    assert faults_of_register() == (
        f"certificate {listed.number}: entry {entry} published it, and what was published is gone",
    )


def test_what_acts_change_is_no_fault_before_it_is_published(world, listed):
    change_organization(world.body, world.organization, {"city": "York"}, by=world.cora, at=after(30))
    change_settings(world.body, {"name": "Renamed"}, by=world.cora, at=after(30))
    assert faults_of_register() == ()

    withdraw_certificate(listed, reason="Closed.", by=world.bo, at=after(31))
    assert faults_of_register() == ()
    published(listed, after(31))
    assert faults_of_register() == ()
    Certificate.objects.update(scope="More")
    assert len(faults_of_register()) == 1


def test_the_clock_compares_once_a_day_and_leaves_that_in_the_trail(listed):
    first, again = compare_daily(after(40)), compare_daily(after(40))
    Certificate.objects.update(scope="More")
    later = compare_daily(after(41))

    told = [(one.subject, json.loads(one.event)["details"]) for one in Entry.objects.filter(kind="register.compared")]
    assert (first, again, len(later)) == ((), (), 1)
    assert told == [
        (VERIFIED, {"certificates": 1, "faulty": 0, "numbers": []}),
        ("register:faulty", {"certificates": 1, "faulty": 1, "numbers": [listed.number]}),
    ]


def test_nothing_is_left_while_nothing_was_published(world):
    world.certified()

    assert compare_daily(after(40)) == ()
    assert not Entry.objects.filter(kind="register.compared").exists()


def test_the_command_tells_it(listed, monkeypatch):
    from sealmark_platform.commands import keeping

    monkeypatch.setattr(keeping, "ready", lambda **_how: None)
    whole = CliRunner().invoke(keeping.verify, ["--json"])
    Certificate.objects.update(scope="More")
    changed = CliRunner().invoke(keeping.verify, ["--json"])

    assert (whole.exit_code, json.loads(whole.output)["faults"]) == (0, [])
    assert (changed.exit_code, len(json.loads(changed.output)["faults"])) == (1, 1)
