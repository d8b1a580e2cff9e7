"""A register that says what its log does not say is told, certificate by certificate."""

import hashlib
import json

import pytest

from sealmark.attest.documents import canonical_form
from sealmark.attest.log.listed import compare_listed
from sealmark.attest.log.tree import leaf_hash
from sealmark.core.errors import SealmarkError


def digest(record):
    return hashlib.sha256(canonical_form(record)).hexdigest()


def row(number, grade="three-stars", *, index=0, said=None):
    record = {"number": number, "grade": grade}
    details = {"number": number, "record": digest(said or record)}
    entry = json.dumps({"kind": "certificate.published", "details": details})
    return {"record": record, "log": {"index": index, "entry": entry}}


def register(*rows):
    head = b'{"format": "sealmark-register/1", "certificates": ['
    return [head, *(json.dumps(one).encode() + b",\n" for one in rows), b"]}\n"]


def leaf_of(one):
    return leaf_hash(one["log"]["entry"].encode())


def compared(*rows, leaves=None, size=9, before=None):
    leaves = leaves or {one["log"]["index"]: leaf_of(one) for one in rows if one["log"]}
    return compare_listed(register(*rows), leaves.__getitem__, size, before=before)


def test_a_register_that_says_what_the_log_says():
    rows = [row("A-1", index=3), row("A-2", index=12), {"record": {"number": "A-3"}, "log": None}]

    found = compared(*rows)

    assert (found.certificates, found.compared, found.later, found.unlogged) == (3, 1, 1, 1)
    assert (found.problems, found.entries) == ((), {"A-1": 3, "A-2": 12})


@pytest.mark.parametrize(("change", "word"), [
    (lambda one: one["record"].update(grade="five-stars"), "something else than the log"),
    (lambda one: one["record"].update(number="A-2"), "about something else"),
    (lambda one: one["log"].update(entry=one["log"]["entry"] + " "), "not the one in the log"),
    (lambda one: one.update(log=None), "told no more"),
    (lambda one: one["log"].update(index=True), "another form"),
    (lambda one: one.update(log=[]), "another form"),
    (lambda one: one["log"].update(entry='{"kind": "certificate.published", "details": 1}'), "about something else"),
])  # fmt: skip
def test_a_row_that_was_changed_is_told_with_its_number(change, word):
    honest, other = row("A-1", index=3), row("B-1", index=4)
    leaves = {3: leaf_of(honest), 4: leaf_of(other)}
    change(honest)

    found = compared(honest, other, leaves=leaves, before={"A-1": 3})

    assert [(one.code, word in one.what) for one in found.problems] == [("SM782", True)]
    assert (found.certificates, found.compared, found.missing) == (2, 1, int(honest["record"]["number"] == "A-2"))


def test_a_certificate_goes_back_behind_no_entry_that_was_seen():
    found = compared(row("A-1", index=3), before={"A-1": 5})

    assert "older entry" in found.problems[0].what
    assert found.entries == {"A-1": 5}


@pytest.mark.parametrize("lines", [
    [], [b"{}"], [b'{"format": "sealmark-register/1", "certificates": ['],
    [b'{"format": "sealmark-register/1", "certificates": [\n', b"nonsense\n", b"]}"],
    [b'{"format": "other", "certificates": [\n', b"]}"],
])  # fmt: skip
def test_what_is_no_list_is_refused(lines):
    with pytest.raises(SealmarkError) as error:
        compare_listed(lines, {}.__getitem__, 1)

    assert error.value.codes[0] in {"SM753", "SM782"}
