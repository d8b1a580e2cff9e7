"""A database that is older than what was given out and published: no number twice, no log that says two things."""

import json

import pytest
from django.db import connection
from tests.platform.people import after

from sealmark.attest.log.checkpoints import read_checkpoint
from sealmark.attest.log.notes import read_note
from sealmark.core.errors import SealmarkError
from sealmark_platform import checks
from sealmark_platform.attestation.models import StatusList
from sealmark_platform.attestation.publishing import publish, publish_due
from sealmark_platform.attestation.recovery import Recovered, recover
from sealmark_platform.casework.actions import application as apply
from sealmark_platform.casework.queries.numbers import next_certificate_number
from sealmark_platform.records.given import Given, given, note_given
from sealmark_platform.records.models import Checkpoint, Entry, Node
from sealmark_platform.records.published import log_state
from sealmark_platform.records.publishing import publish_log
from sealmark_platform.restoring import _without_triggers


def refused(act):
    with pytest.raises(SealmarkError) as error:
        act()
    return error.value.codes[0]


def begin(world, day):
    return apply.begin_application(world.organization, world.edition, language="en", by=world.cleo, at=after(day))


def test_numbers_are_remembered_once_their_act_is_done(world, data, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        begin(world, 1)
        begin(world, 1)

    note_given("OAK-2026-", 1)

    assert given() == {"OAK-2026-": Given(2, 0)}


def test_a_number_that_was_given_out_is_never_given_again(world, data, django_capture_on_commit_callbacks):
    note_given("OAK-C2026-", 7)
    first = refused(lambda: next_certificate_number(world.body, 2026))
    found = [one.code for one in checks.faults_of_installation()]

    done = recover(after(2))
    with django_capture_on_commit_callbacks(execute=True):
        number = next_certificate_number(world.body, 2026)

    assert (first, "SM815" in found) == ("SM815", True)
    assert done == Recovered({"OAK-C2026-": 7})
    assert number == "OAK-C2026-00008"
    # The row was not made: the next one is refused again, until somebody says that it is lost.
    assert refused(lambda: next_certificate_number(world.body, 2026)) == "SM815"
    assert recover(after(3)).numbers == {"OAK-C2026-": 8}
    assert recover(after(3)) == Recovered({})


def lose_the_newest(number):
    """Do to the trail what a restore of an older backup does."""
    kept = Entry.objects.count() - number
    # PostgreSQL looks at what waits to be checked before it lets triggers rest.
    connection.check_constraints()
    with _without_triggers():
        Entry.objects.filter(number__gt=kept).delete()
        Checkpoint.objects.filter(size__gt=kept).delete()
        Node.objects.all().delete()


def test_a_log_that_is_ahead_ends_and_another_one_begins(world, certificate, data):
    old = read_checkpoint(read_note((data / "log/checkpoint").read_bytes()).text)
    lose_the_newest(2)

    stopped = [refused(lambda: publish(certificate, after(20))), refused(lambda: publish_log(after(20)))]
    due = publish_due(after(20))
    done = recover(after(20))
    again = publish_log(after(20)).checkpoint

    assert stopped == ["SM812", "SM812"]
    assert {one.code for one in due.problems} == {"SM812"}
    assert (done.ended, again.origin) == (data / f"log-ended-{old.size}", f"{old.origin}-2")
    assert (again.size, log_state().problem) == (old.size - 1, None)
    told = json.loads(Entry.objects.get(kind="log.recover").event)["details"]
    assert told["ended"] == {"origin": old.origin, "size": old.size, "root": old.root.hex()}
    assert StatusList.objects.get(purpose="revocation").given == 65_536
    assert read_checkpoint(read_note((done.ended / "checkpoint").read_bytes()).text) == old
