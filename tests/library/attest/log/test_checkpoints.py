"""Signed notes, checkpoints and the signatures of witnesses; nothing passes that was altered by one bit."""

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.library.attest.log.forest import KEY, ORIGIN, SIGNER, Log, leaves_of

from sealmark.attest.keys import SoftwareSigner, VerificationKey
from sealmark.attest.log.checkpoints import (
    Checkpoint,
    Cosignature,
    cosign,
    cosignatures,
    open_checkpoint,
    read_checkpoint,
    sign_checkpoint,
)
from sealmark.attest.log.notes import COSIGNATURE, NoteKey, read_note, to_base64
from sealmark.attest.log.tree import EMPTY_ROOT
from sealmark.core.errors import SealmarkError

LOG = Log(leaves_of(5))
WITNESS = SoftwareSigner.generate(bytes(range(100, 132)))
WITNESS_KEY = NoteKey("witness.example/w1", WITNESS.key, COSIGNATURE)

# Signed by the checksum database of Go, which is a log of this kind: its key and one of its checkpoints, as they
# stand in the tests of transparency-dev/formats (Apache-2.0).
GO_KEY = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
GO_NOTE = """go.sum database tree
6476701
mb8QLQIs0Z0yP5Cstq6guj87oXWeC9gEM8oVikmm9Wk=

\u2014 sum.golang.org Az3grsLX85Gz+s1SiTbgkuqxgItqFq7gsMUEyVnrsa9LM7Us9S+1xbFIGu95949rj4nPRYfvimWEPWL+o3GeoWwOoAw=
"""


def test_a_checkpoint_that_another_program_has_signed_is_read():
    key = NoteKey.from_text(GO_KEY)

    found = open_checkpoint(GO_NOTE.encode(), key, origin="go.sum database tree")

    assert (found.size, to_base64(found.root)) == (6476701, "mb8QLQIs0Z0yP5Cstq6guj87oXWeC9gEM8oVikmm9Wk=")
    assert bytes(read_note(GO_NOTE.encode())) == GO_NOTE.encode()
    assert key.text == GO_KEY


def test_the_number_of_a_key_is_that_of_the_reference_implementation():
    # Key and name of the documentation of golang.org/x/mod/sumdb/note (BSD-3-Clause).
    raw = base64.b64decode("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")

    assert NoteKey("PeterNeumann", VerificationKey(raw[1:])).id.hex() == "c74f20a3"


def test_a_checkpoint_is_signed_and_opened():
    extended = Checkpoint(ORIGIN, 5, LOG.checkpoint.root, ("a further line",))

    note = sign_checkpoint(extended, SIGNER)

    assert note.text.split("\n")[:2] == [ORIGIN, "5"]
    assert open_checkpoint(bytes(note), KEY) == extended
    assert open_checkpoint(LOG.note, KEY) == LOG.checkpoint
    assert NoteKey.from_text(f"{KEY.text}\n") == KEY


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 8 * len(LOG.note) - 1))
def test_a_checkpoint_with_one_bit_altered_is_refused(bit):
    content = bytearray(LOG.note)
    content[bit // 8] ^= 1 << bit % 8

    with pytest.raises(SealmarkError, match=r"SM76[34]"):
        open_checkpoint(bytes(content), KEY)


def test_another_log_and_another_key_are_refused():
    other = NoteKey(ORIGIN, WITNESS.key)
    by_other = sign_checkpoint(LOG.checkpoint, WITNESS)
    forged = by_other.signatures[0].__class__(ORIGIN, KEY.id, by_other.signatures[0].content)

    with pytest.raises(SealmarkError, match=r"has not signed the checkpoint with the key"):
        open_checkpoint(LOG.note, other)
    with pytest.raises(SealmarkError, match=r"signature of .* is wrong"):
        open_checkpoint(by_other.__class__(by_other.text, (forged,)), KEY)
    with pytest.raises(SealmarkError, match=r'of "register\.example/log", not of "elsewhere'):
        open_checkpoint(LOG.note, KEY, origin="elsewhere.example/log")


def test_signatures_of_unknown_keys_are_passed_over():
    note = read_note(LOG.note)

    seen = cosign(cosign(note, WITNESS, name="witness.example/w1", at=1_790_000_000), SIGNER, name="unknown", at=1)

    assert open_checkpoint(bytes(seen), KEY) == LOG.checkpoint
    assert cosignatures(read_note(bytes(seen)), [WITNESS_KEY]) == [Cosignature("witness.example/w1", 1_790_000_000)]
    assert cosignatures(note, [WITNESS_KEY]) == []


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 8 * (8 + 64) - 1))
def test_what_a_witness_signed_is_refused_with_one_bit_altered(bit):
    seen = cosign(read_note(LOG.note), WITNESS, name="witness.example/w1", at=1_790_000_000)
    first, last = seen.signatures
    content = bytearray(last.content)
    content[bit // 8] ^= 1 << bit % 8

    altered = seen.__class__(seen.text, (first, last.__class__(last.name, last.id, bytes(content))))

    with pytest.raises(SealmarkError, match="SM764"):
        cosignatures(altered, [WITNESS_KEY])


def test_a_witness_signs_checkpoints_at_a_time_alone():
    note = read_note(LOG.note)

    with pytest.raises(SealmarkError, match="SM763"):
        cosign(note, WITNESS, name="witness.example/w1", at=0)
    with pytest.raises(SealmarkError, match="SM763"):
        cosign(note.__class__("poem\n", note.signatures), WITNESS, name="witness.example/w1", at=1)


LINE = LOG.note.decode().splitlines()[-1]


@pytest.mark.parametrize(
    "text",
    ["", "\n", "text\n", "text\n\n", f"text\n{LINE}\n", f"text\n\n{LINE}", f"text\n\n{LINE}\n\n", f"\n\n{LINE}\n",
     f"te\txt\n\n{LINE}\n", f"text\r\n\n{LINE}\n", f"text\n\n{LINE}\n{LINE} \n", "text\n\n- name AAAAAAA=\n",
     "text\n\n\u2014 name AAAA\n", "text\n\n\u2014 na+me AAAAAAA=\n", "text\n\n\u2014 name  AAAAAAA=\n",
     "text\n\n\u2014 na\u00a0me AAAAAAA=\n", "text\n\n\u2014 name AAAAAAB=\n", "text\n\n\u2014 name AAAAAAA\n",
     f"text\n\n{(LINE + chr(10)) * 65}", "x" * 70_000],
)  # fmt: skip
def test_what_is_no_note_is_refused(text):
    with pytest.raises(SealmarkError, match="SM763"):
        read_note(text.encode())


def test_a_note_that_is_no_text_is_refused():
    with pytest.raises(SealmarkError, match="SM763"):
        read_note(b"\xff\n\n" + LINE.encode() + b"\n")


ROOT = to_base64(LOG.checkpoint.root)


@pytest.mark.parametrize(
    "text",
    ["", f"a\n5\n{ROOT}", f"a\n5\n{ROOT}\n\n", f"\n5\n{ROOT}\n", f"a\n05\n{ROOT}\n", f"a\n-5\n{ROOT}\n",
     f"a\n+5\n{ROOT}\n", f"a\n\u0665\n{ROOT}\n", f"a\n5\n{ROOT[:-1]}\n", f"a\n5\n{ROOT[:40]}\n", f"a\n0\n{ROOT}\n",
     f"a\n{10**19}\n{ROOT}\n", f"a\n5\n{ROOT}\n\nb\n"],
)  # fmt: skip
def test_what_is_no_checkpoint_is_refused(text):
    with pytest.raises(SealmarkError, match="SM763"):
        read_checkpoint(text)


def test_an_empty_log_has_one_root():
    assert read_checkpoint(f"a\n0\n{to_base64(EMPTY_ROOT)}\n").size == 0


@pytest.mark.parametrize(
    "text",
    ["", "name", "name+00000000+AQ==", KEY.text.replace("register", "Register"), KEY.text[:-4], "na me" + KEY.text,
     NoteKey(ORIGIN, SIGNER.key, 2).text],
)  # fmt: skip
def test_a_key_that_was_mistyped_is_refused(text):
    with pytest.raises(SealmarkError, match=r"SM7(63|50)"):
        NoteKey.from_text(text)
