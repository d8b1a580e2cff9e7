"""A witness follows a log that grows, and names whatever a log may do besides."""

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.library.attest.log.forest import KEY, ORIGIN, SIGNER, Log, head, leaves_of

from sealmark.attest.keys import SoftwareSigner
from sealmark.attest.log.checkpoints import Checkpoint, sign_checkpoint
from sealmark.attest.log.tiles import Tile
from sealmark.attest.log.witness import CRIES, follow
from sealmark.core.errors import SealmarkError

LEAVES = leaves_of(600)
BEFORE, NOW = Log(LEAVES[:270]), Log(LEAVES)
STRANGER = SoftwareSigner.generate(bytes(range(7, 39)))


def seen(log, previous=None, **more):
    return follow(log.note, previous, key=KEY, fetch=log.fetch, **more)


def cry(log, previous=BEFORE.checkpoint, **more):
    with pytest.raises(SealmarkError) as caught:
        seen(log, previous, **more)
    assert caught.value.codes[0] in CRIES
    return caught.value.codes


@settings(max_examples=8, deadline=None)
@given(st.lists(st.integers(1, 600), min_size=1, max_size=4, unique=True))
def test_a_log_that_grows_is_followed(sizes):
    previous = None

    for size in sorted(sizes):
        log = Log(LEAVES[:size])
        previous = seen(log, previous).checkpoint
        assert previous == log.checkpoint


def test_every_full_tile_is_compared_once():
    first = seen(BEFORE)
    second = seen(NOW, first.checkpoint)

    assert (first.tiles, second.tiles, seen(NOW, second.checkpoint).tiles) == (1, 1, 0)
    assert seen(NOW, second.checkpoint, is_whole=True).tiles == 2
    assert bytes(second.note) == NOW.note


def test_an_empty_log_may_grow():
    empty = Log([])

    assert seen(NOW, seen(empty).checkpoint).checkpoint == NOW.checkpoint


def test_a_log_that_shrinks_is_named():
    assert cry(BEFORE, NOW.checkpoint) == ("SM765",)


def test_another_root_at_the_same_size_is_named():
    assert cry(Log([*LEAVES[:269], LEAVES[0]])) == ("SM766",)


@pytest.mark.parametrize("index", [0, 255, 256, 269])
def test_a_log_that_was_rewritten_is_named(index):
    forged = LEAVES.copy()
    forged[index] = LEAVES[index - 1]

    assert cry(Log(forged)) == ("SM767",)


def test_a_checkpoint_that_somebody_else_signed_is_named():
    assert cry(Log(LEAVES, signer=STRANGER)) == ("SM764",)


def test_a_log_that_changes_its_name_is_named():
    other = dataclasses.replace(NOW.checkpoint, origin="elsewhere.example/log")
    renamed = Log(LEAVES)
    renamed.note = bytes(sign_checkpoint(other, SIGNER, name=ORIGIN))

    assert cry(renamed) == ("SM764",)
    assert cry(renamed, None) == ("SM764",)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, len(NOW.files) - 1), st.integers(0, 8 * 32 - 1))
def test_a_tile_with_one_bit_altered_is_named(which, bit):
    log = Log(LEAVES)
    path = sorted(log.files)[which]
    content = bytearray(log.files[path])
    content[bit // 8] ^= 1 << bit % 8
    log.files[path] = bytes(content)

    assert cry(log, None) == ("SM768",)
    assert cry(log, is_whole=True)[0] in {"SM767", "SM768"}


def test_a_root_that_was_made_up_is_named():
    log = Log(LEAVES)
    log.note = bytes(sign_checkpoint(Checkpoint(ORIGIN, 600, head(LEAVES[:3])), SIGNER))

    assert cry(log) == ("SM768",)


def test_a_tile_may_be_served_full_only():
    older = Log(LEAVES[:250])
    older.files = NOW.files

    assert seen(older).checkpoint == older.checkpoint
    assert Tile(0, 0, 250).path not in older.files
