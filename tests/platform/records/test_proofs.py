"""One entry is proven against a signed checkpoint."""

import pytest
from django.db import connection, transaction
from tests.platform.people import after

from sealmark_platform.records.actions import append_record, make_checkpoint
from sealmark_platform.records.hashes import leaf_hash
from sealmark_platform.records.models import Checkpoint, Entry, Node
from sealmark_platform.records.proofs import Proof, prove_entry
from sealmark_platform.records.queries import verify_trail


def write(number):
    for _entry in range(number):
        with transaction.atomic():
            append_record("application.submit", actor="ada", at=after(1), subject="application:1", file="f")


@pytest.mark.django_db
def test_every_entry_is_proven_however_the_checkpoints_fell():
    for number in (1, 4, 6, 2):
        write(number)
        make_checkpoint(after(2))
    write(1)

    found = [prove_entry(number) for number in range(1, 15)]

    assert [(one.size, one.faults) for one in found] == [(13, ())] * 13 + [(0, ())]
    assert verify_trail().faults == ()


@pytest.mark.django_db
def test_an_entry_that_is_not_there_is_named():
    write(3)
    make_checkpoint(after(2))

    assert prove_entry(9) == Proof(9, 0, faults=("entry 9: is not there",))


def sql(text, *values):
    with connection.cursor() as cursor:
        for table, verb in (("records_entry", "update"), ("records_checkpoint", "update")):
            drop = f"DROP TRIGGER IF EXISTS {table}_no_{verb}"
            cursor.execute(drop if connection.vendor == "sqlite" else f"{drop} ON {table}")
        cursor.execute(text, values)


@pytest.mark.django_db
def test_an_entry_rewritten_with_its_leaf_is_not_as_it_was_signed():
    write(5)
    make_checkpoint(after(2))
    forged = Entry.objects.get(pk=3).event.replace("ada", "eve")

    sql(
        "UPDATE records_entry SET event = %s, actor = 'eve', leaf = %s WHERE number = 3",
        forged,
        leaf_hash(forged.encode()),
    )

    assert prove_entry(3).faults == ("entry 3: it, or one beside it, is not as it was signed in checkpoint 5",)
    assert prove_entry(4).faults == ("entry 4: it, or one beside it, is not as it was signed in checkpoint 5",)
    assert prove_entry(2).faults == ()


@pytest.mark.django_db
def test_a_checkpoint_of_somebody_else_proves_nothing():
    write(2)
    make_checkpoint(after(2))

    sql("UPDATE records_checkpoint SET chain = root")

    assert prove_entry(1).faults == ("checkpoint 2: the signature is not ours",)


@pytest.mark.django_db
def test_gaps_in_the_kept_tree_are_said_and_filled_by_the_next_checkpoint():
    write(8)
    make_checkpoint(after(2))
    whole = dict(Node.objects.values_list("pk", "hash"))
    Node.objects.filter(pk__in=[3, 7]).delete()

    gap = prove_entry(7).faults
    write(1)
    make_checkpoint(after(3))

    assert gap == ("the kept tree has gaps: make a checkpoint",)
    assert dict(Node.objects.values_list("pk", "hash")) == whole
    assert Checkpoint.objects.get(size=9).root == verify_trail().root
