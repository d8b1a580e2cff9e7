"""The log and the register: what stands there has to agree with what came along, today and before."""

import dataclasses
import json

import pytest
from tests.library.attest.verifying.asked import LATER, STRANGER, offline, online, told
from tests.library.attest.verifying.house import (
    BODY,
    HOST,
    LOG_KEY,
    LOG_SIGNER,
    NUMBER,
    ORIGIN,
    House,
    as_bytes,
    composed,
    signed,
)

from sealmark.attest.documents import canonical_form
from sealmark.attest.log.checkpoints import Checkpoint, sign_checkpoint
from sealmark.attest.log.notes import NoteKey
from sealmark.attest.verifying.asking import Asking
from sealmark.attest.verifying.checking import verify
from sealmark.attest.verifying.material import Material, Means
from sealmark.attest.verifying.reading import read_material
from sealmark.core.errors import Problem, SealmarkError


def test_a_row_of_the_register_changed_behind_the_back_of_the_log_is_reported(house):
    house.status = "expired"  # the record says so, no entry does

    verdict = online(house)
    assert (verdict.answer, told(verdict, "record")) == ("not-valid", ("record.failed", "SM782"))


def test_a_log_that_was_rewritten_is_reported(house):
    material = read_material(as_bytes(house.bundle()))
    house.entries = [b"another", *house.entries[1:], b"more"]
    verdict = online(house, material=material)
    house.entries, house.index = house.entries[:2], 0
    shrunk = online(house, material=material)

    assert (verdict.answer, told(verdict, "log")) == ("not-valid", ("log.failed", "SM767"))
    assert told(shrunk, "log") == ("log.failed", "SM765")


def test_what_was_seen_before_is_remembered(house):
    house.entries.append(b"more")
    seen = online(house).seen
    fork = House(house.credential)
    fork.entries += [b"other", b"more"]
    stranger = {ORIGIN: (LOG_KEY.text.replace("+A", "+B", 1), b"")}

    assert told(online(fork, memory=seen), "log") == ("log.failed", "SM767")
    assert told(online(house, memory=seen), "log") == ("log.followed", "")
    assert told(online(house, memory=stranger), "log") == ("log.failed", "SM764")
    assert told(offline(house, means=Means({BODY: house.document}, memory=seen)), "log") == ("log.included", "")
    assert told(offline(fork, means=Means({BODY: house.document}, memory=_at(5, b"x")), log=_grown(house)), "log") == (
        "log.failed", "SM767",
    )  # fmt: skip


def _at(size, root):
    note = sign_checkpoint(Checkpoint(ORIGIN, size, root.ljust(32)), LOG_SIGNER)
    return {ORIGIN: (LOG_KEY.text, bytes(note))}


def _grown(house):
    assert len(house.entries) == 5
    return house.part()


def test_the_key_of_a_log_may_stand_beside_it(house):
    house.down = {".well-known/did.json"}
    alone = online(house)
    house.places["log/key"] = LOG_KEY.text.encode() + b"\n"

    assert told(alone, "log") == ("log.bundled", "SM779")
    assert told(online(house), "log")[0] == "log.followed"


def test_a_log_that_hides_its_tiles_is_told(house):
    material = read_material(as_bytes(house.bundle()))
    house.entries += [f"later {number}".encode() for number in range(5)]
    house.down = {"log/tile/0/000.p/9"}
    hidden = online(house, material=material)
    house.down = {"log/checkpoint"}

    assert told(hidden, "log") == ("log.failed", "SM768")
    assert told(online(house, material=material), "log") == ("log.included", "SM779")


def test_the_installation_says_where_its_log_is(house):
    document = house.installation() | {
        "service": [5, {"type": "TransparencyLog", "serviceEndpoint": f"https://{HOST}/moved"}]
    }
    house.places = {".well-known/did.json": as_bytes(document), "moved/checkpoint": house.log().note}
    house.down = {"log/checkpoint"}
    moved = online(house)
    document["service"][1]["serviceEndpoint"] = "https://elsewhere.example/log"
    house.places = {".well-known/did.json": as_bytes(document)}

    assert told(moved, "log") == ("log.followed", "")
    assert told(online(house), "log") == ("log.included", "SM779")


def test_an_installation_may_live_below_a_path():
    host = f"{HOST}/certs"
    did = f"did:web:{HOST}:certs:bodies:example"
    assert Asking(None, did).root == f"https://{host}/"
    assert Asking(None, did).installation == f"did:web:{HOST}:certs"
    assert (Asking(None, "did:web:UPPER").host, Asking(None, "did:web:a:b:c").root) == ("", "https://a/b/c/")


def test_there_is_an_end_to_questions(house):
    asking = Asking(house.fetch, BODY)
    address = f"https://{HOST}/log/checkpoint"
    for _ in range(80):
        asking.read(address)

    for refused in (address, "https://elsewhere.example/", f"http://{HOST}/"):
        with pytest.raises(SealmarkError) as caught:
            asking.read(refused)
        assert caught.value.codes == ("SM779",)


def test_a_log_of_another_host_is_not_asked(house):
    origin = "elsewhere.example/log"
    note = sign_checkpoint(dataclasses.replace(house.log().checkpoint, origin=origin), STRANGER)
    part = house.part() | {
        "origin": origin,
        "checkpoint": bytes(note).decode(),
        "key": NoteKey(origin, STRANGER.key).text,
    }
    verdict = online(house, material=read_material(as_bytes(house.bundle(log=part))))

    assert (verdict.answer, told(verdict, "log")[0]) == ("valid", "log.bundled")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"index": 2}, "SM761"),
        ({"index": True}, "SM781"),
        ({"index": 4}, "SM760"),
        ({"size": 5}, "SM781"),
        ({"size": 0}, "SM781"),
        ({"path": []}, "SM760"),
        ({"path": "x"}, "SM781"),
        ({"path": ["AA=="] * 65}, "SM781"),
        ({"path": ["AA=="] * 2}, "SM760"),
        ({"entry": 5}, "SM781"),
        ({"entry": "{}"}, "SM761"),
        ({"checkpoint": ""}, "SM763"),
        ({"key": "x"}, "SM763"),
        ({"more": 1}, "SM781"),
    ],
)
def test_a_proof_of_the_log_fits_wholly_or_not(house, change, code):
    verdict = offline(house, log=house.part() | change)

    assert (verdict.answer, told(verdict, "log")) == ("not-valid", ("log.failed", code))


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "case.opened"}, {"number": 9}, {"details": []}, {"details": {"credential": "x"}},
        {"details": {"number": "EX-2", "credential": "", "record": "0" * 64}},
    ],
)  # fmt: skip
def test_an_entry_about_something_else_proves_nothing(house, change):
    entry = json.loads(house.entries[-1]) | change
    if entry["details"] and entry["details"]["credential"] == "":
        entry["details"]["credential"] = json.loads(house.entries[-1])["details"]["credential"]
    house.entries[-1] = canonical_form(entry)

    assert told(offline(house), "log") == ("log.failed", "SM781")


@pytest.mark.parametrize("entry", [b" {}", b"{" + b" " * 70_000 + b"}"])
def test_an_entry_is_canonical_and_short(house, entry):
    house.entries[-1] = entry

    assert told(offline(house), "log") == ("log.failed", "SM781")


def test_a_register_may_be_silent(house):
    house.down = {f"register/{NUMBER}/record.json"}
    missing = online(house)
    house.down, house.places = set(), {f"register/{NUMBER}/certificate.json": as_bytes(house.bundle(log=None))}
    unlogged = online(house)
    house.places = {f"register/{NUMBER}/record.json": b"[]"}
    broken = online(house)
    house.places = {f"register/{NUMBER}/record.json": as_bytes({**house.record(), "credential": {"sha256": "0" * 64}})}

    assert (missing.answer, told(missing, "record")) == ("valid", ("record.unreachable", "SM779"))
    assert (unlogged.answer, told(unlogged, "record")) == ("valid", ("record.unlogged", ""))
    assert (broken.answer, told(broken, "record")) == ("not-valid", ("record.failed", "SM753"))
    assert told(online(house), "record") == ("record.failed", "SM782")


def test_a_number_that_is_no_part_of_an_address_is_not_asked():
    credential = composed()
    credential["credentialSubject"]["licenseNumber"] = "../../admin"
    house = House(signed(credential))
    verdict = online(house, material=Material(house.credential))

    assert told(verdict, "record")[0] == "record.absent"
    assert not any(".." in address for address in house.asked)


def test_a_register_whose_log_was_rewritten_is_reported(house):
    material = Material(house.credential)
    seen = online(house).seen
    house.entries[0] = b"another"

    assert told(online(house, material=material), "record")[0] == "record.passed"
    assert told(online(house, material=material, memory=seen), "record") == ("record.failed", "SM767")


def test_a_log_that_stops_answering_is_told(house):
    material = read_material(as_bytes(house.bundle()))
    house.entries += [f"later {number}".encode() for number in range(5)]

    def fetch(address):
        if "/tile/" in address:
            raise SealmarkError(Problem("SM779", "The host is too slow."))
        return house.fetch(address)

    verdict = verify(material, on=LATER, means=Means(fetch=fetch))
    assert (verdict.answer, told(verdict, "log"), verdict.seen) == ("valid", ("log.included", "SM779"), {})


def test_no_checkpoint_no_following(house):
    def fetch(address):
        if address.endswith(("/checkpoint", "/certificate.json")):
            raise SealmarkError(Problem("SM779", "The host is too slow.")) if "log" in address else FileNotFoundError
        return house.fetch(address)

    verdict = verify(read_material(as_bytes(house.bundle())), on=LATER, means=Means(fetch=fetch))
    assert (told(verdict, "log"), told(verdict, "record")[0]) == (("log.included", "SM779"), "record.absent")
