"""Whatever is done to the trail by SQL is found, and the entry is named."""

import hashlib
import itertools

import pytest
from django.db import DatabaseError, connection, transaction
from tests.platform.people import after

from sealmark_platform.casework.queries.consistency import disagreements, entries_expected
from sealmark_platform.records.actions import make_checkpoint
from sealmark_platform.records.hashes import chain_hash, leaf_hash
from sealmark_platform.records.models import Checkpoint, Entry
from sealmark_platform.records.queries import verify_trail

ENTRIES = 17
COLUMNS = {
    "kind": "application.withdraw", "at": "2026-01-01 00:00:00+00:00", "actor": "mallory", "tenant": "another",
    "subject": "evaluation:0", "file": "another", "event": '{"number": 5}', "leaf": "0" * 64, "chain": "f" * 64,
}  # fmt: skip


@pytest.fixture
def trail(world):
    """A whole life in the trail, with the triggers that keep it taken away."""
    world.certified()
    if connection.vendor == "postgresql":
        sql("SET CONSTRAINTS ALL IMMEDIATE")
    for table, verb in itertools.product(("records_entry", "records_checkpoint"), ("update", "delete")):
        sql(f"DROP TRIGGER {table}_no_{verb}" + (f" ON {table}" if connection.vendor == "postgresql" else ""))
    return world


def sql(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def faults():
    return verify_trail(entries_expected()).faults


def forge(number, event, *, previous=None):
    """Write a text with the leaf and the chain that belong to it."""
    before = previous or Entry.objects.get(number=number - 1).chain
    leaf = leaf_hash(event.encode())
    sql(
        "UPDATE records_entry SET event = %s, leaf = %s, chain = %s WHERE number = %s",
        event, leaf, chain_hash(before, leaf), number,
    )  # fmt: skip


def test_entries_and_checkpoints_are_only_ever_added(world):
    world.draft()
    make_checkpoint(after(1))

    for table in ("records_entry", "records_checkpoint"):
        column = "kind" if table == "records_entry" else "root"
        for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET {column} = 'x'"):
            with pytest.raises(DatabaseError, match="records are only ever added"), transaction.atomic():
                sql(statement)


def test_a_whole_trail_has_no_fault(trail):
    make_checkpoint(after(20))

    found = verify_trail(entries_expected())

    assert (found.entries, found.checkpoints, found.faults, entries_expected()) == (ENTRIES, 1, (), ENTRIES)
    assert disagreements() == ()


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("number", [1, 5, ENTRIES])
def test_an_altered_column_is_named_with_its_entry(trail, column, number):
    sql(f"UPDATE records_entry SET {column} = %s WHERE number = %s", COLUMNS[column], number)

    assert any(fault.startswith(f"entry {number}: ") for fault in faults())


@pytest.mark.parametrize("column", ["leaf", "chain", "event"])
def test_what_is_no_hash_and_no_record_is_a_fault_and_no_crash(trail, column):
    sql(f"UPDATE records_entry SET {column} = 'nothing' WHERE number = 5")

    assert any(fault.startswith("entry 5: ") for fault in faults())


@pytest.mark.parametrize("number", [1, 5, ENTRIES])
def test_a_removed_entry_is_named_with_no_checkpoint_at_all(trail, number):
    sql("DELETE FROM records_entry WHERE number = %s", number)

    assert f"entry {number}: removed" in faults()


def test_the_newest_entries_are_missed_by_their_files(trail):
    sql("DELETE FROM records_entry WHERE number > 14")

    assert faults() == ("entries 15 to 17: removed",)
    assert len(disagreements()) == 2


def test_the_newest_entry_is_missed_by_the_checkpoint_alone(trail):
    make_checkpoint(after(20))
    sql("DELETE FROM records_entry WHERE number = %s", ENTRIES)

    assert verify_trail().faults == (f"entry {ENTRIES}: removed",)


@pytest.mark.parametrize("number", [-3, 0, ENTRIES + 1])
def test_an_entry_that_was_put_in_is_named(trail, number):
    sql(
        "INSERT INTO records_entry (number, kind, at, actor, tenant, subject, file, event, leaf, chain)"
        " SELECT %s, kind, at, actor, tenant, subject, file, event, leaf, chain FROM records_entry WHERE number = 5",
        number,
    )

    assert any(fault.startswith(f"entry {number}: ") for fault in faults())


def test_a_well_made_entry_at_the_end_is_unknown_to_its_file(trail):
    newest = Entry.objects.get(number=ENTRIES)
    text = newest.event.replace(f'"number":{ENTRIES}', f'"number":{ENTRIES + 1}')
    leaf = leaf_hash(text.encode())
    Entry.objects.create(
        number=ENTRIES + 1, kind=newest.kind, at=newest.at, actor=newest.actor, tenant=newest.tenant,
        subject=newest.subject, file=newest.file, event=text, leaf=leaf, chain=chain_hash(newest.chain, leaf),
    )  # fmt: skip

    assert faults() == ()
    assert disagreements() == (f"{newest.subject}: the row remembers entry 17, the newest is entry 18",)


def test_two_entries_that_changed_places_are_named(trail):
    for old, new in ((5, 1000), (6, 5), (1000, 6)):
        sql("UPDATE records_entry SET number = %s WHERE number = %s", new, old)

    named = {fault.partition(":")[0] for fault in faults()}

    assert {"entry 5", "entry 6"} <= named


def test_a_rewritten_trail_is_found_by_the_checkpoint_that_was_signed_before(trail):
    make_checkpoint(after(20))
    events = dict(Entry.objects.order_by("number").values_list("number", "event"))
    forge(5, events[5].replace("application.sign-agreement", "application.withdraw"))
    sql("UPDATE records_entry SET kind = 'application.withdraw' WHERE number = 5")
    for number in range(6, ENTRIES + 1):
        forge(number, events[number])

    assert faults() == (f"checkpoint {ENTRIES}: the entries up to it are not those that were signed",)


def test_a_checkpoint_that_was_made_to_fit_is_not_ours(trail):
    make_checkpoint(after(20))
    sql("UPDATE records_checkpoint SET root = %s", hashlib.sha256(b"x").hexdigest())

    assert faults() == (f"checkpoint {ENTRIES}: the signature is not ours",)


def test_a_removed_checkpoint_does_not_hide_what_later_ones_say(trail):
    make_checkpoint(after(20))
    trail.draft(after(21))
    make_checkpoint(after(22))
    sql("DELETE FROM records_checkpoint WHERE size = %s", ENTRIES)
    sql("DELETE FROM records_entry WHERE number = %s", ENTRIES)

    assert Checkpoint.objects.count() == 1
    assert f"entry {ENTRIES}: removed" in faults()


def test_a_status_that_was_changed_past_the_acts_is_named(trail):
    sql("UPDATE casework_certificate SET status = 'withdrawn'")

    (fault,) = disagreements()
    assert 'the status is "withdrawn", entry 17 says "active"' in fault


@pytest.mark.parametrize(
    ("statement", "word"),
    [
        ("DELETE FROM casework_certificateevent", "its history is empty"),
        ("UPDATE casework_agreement SET signed_on = NULL", "no agreement is signed"),
        ("DELETE FROM casework_decision", "there is no decision"),
        ("UPDATE casework_evaluation SET status = 'reviewed'", "it is not decided"),
    ],
)
def test_what_an_act_writes_besides_its_subject_is_missed(trail, statement, word):
    sql(statement)

    assert any(word in fault for fault in disagreements())


def test_a_row_that_was_taken_away_is_missed_by_the_trail(trail):
    for name in ("casework_certificateevent", "register_namepart", "register_searchedname", "casework_certificate"):
        sql(f"DELETE FROM {name}")

    assert any("there is no such row, but entry 17" in fault for fault in disagreements())
    assert any("there is no certificate" in fault for fault in disagreements())
