"""Bits are where they must be, and a list that cannot be read never says that all is well."""

import base64
import datetime as dt
import gzip
import json
import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.library.attest.credentials.examples import (
    BODY,
    DOCUMENTS,
    LISTS,
    METHOD,
    NOW,
    SIGNER,
    certificate,
    status_list,
)

from sealmark.attest.documents import read_json
from sealmark.attest.identifiers import key_for
from sealmark.attest.proofs import JCS, ProofOptions, add_proof, check_proof, proofs_of
from sealmark.attest.statuslists import (
    LARGEST_ENTRIES,
    MINIMUM_ENTRIES,
    StatusPlace,
    bits_of,
    decode_bits,
    encode_bits,
    places_of,
    status_of,
)
from sealmark.core.canonical import canonical_bytes
from sealmark.core.errors import SealmarkError

PLACE = StatusPlace(LISTS["suspension"], "suspension", 23_452)


def codes(call, *arguments, **named):
    with pytest.raises(SealmarkError) as caught:
        call(*arguments, **named)
    return caught.value.codes


def encoded(content):
    return "u" + base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def test_the_list_of_the_standard_is_empty(vectors):
    example = json.loads((vectors / "bitstring-status-list" / "w3c_rec_example_empty_list.json").read_bytes())

    bits = decode_bits(example["encodedList"])

    assert bits == bytes(16_384)
    assert len(encode_bits(bits)) <= len(example["encodedList"]) + 8


def test_place_nought_is_the_left_most_bit():
    bits = bits_of([0, 9, MINIMUM_ENTRIES - 1], entries=MINIMUM_ENTRIES)

    assert (bits[0], bits[1], bits[-1]) == (0b1000_0000, 0b0100_0000, 0b0000_0001)


@given(st.sets(st.integers(0, MINIMUM_ENTRIES - 1), max_size=40), st.integers(0, MINIMUM_ENTRIES - 1))
@settings(max_examples=25, deadline=None)
def test_a_bit_is_set_where_it_was_set_and_nowhere_else(chosen, asked):
    listing = status_list("suspension", *chosen)

    for index in {asked, *chosen}:
        place = StatusPlace(PLACE.address, PLACE.purpose, index)
        assert status_of(place, listing, issuer=BODY, at=NOW) == (index in chosen)


SIGNED = add_proof(status_list("suspension", PLACE.index), SIGNER, ProofOptions(JCS, METHOD, NOW))
WRITTEN = canonical_bytes(SIGNED)


def believed(content):
    """What a reader takes from the bytes of a signed list: is the place set?"""
    listing = read_json(content)
    key = key_for(DOCUMENTS[BODY], proofs_of(listing)[0].get("verificationMethod"), signed_at=NOW)
    check_proof(listing, proofs_of(listing)[0], key)
    return status_of(PLACE, listing, issuer=BODY, at=NOW)


@given(st.integers(0, len(WRITTEN) * 8 - 1))
@settings(max_examples=120, deadline=None)
def test_a_list_with_one_bit_changed_is_not_believed(bit):
    changed = bytearray(WRITTEN)
    changed[bit >> 3] ^= 1 << (bit & 7)

    assert believed(WRITTEN) is True
    with pytest.raises(SealmarkError):
        believed(bytes(changed))


def test_a_list_of_a_million_certificates_is_made_and_read_in_seconds():
    chosen = random.Random(5).sample(range(1 << 20), 30_000)
    began = time.process_time()

    bits = decode_bits(encode_bits(bits_of(chosen, entries=1 << 20)))

    assert time.process_time() - began < 5
    assert sum(byte.bit_count() for byte in bits) == 30_000
    assert all(bits[index >> 3] & 0x80 >> (index & 7) for index in chosen[:1000])


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        encode_bits(bytes(16_384))[1:],
        "z" + encode_bits(bytes(16_384))[1:],
        encode_bits(bytes(16_384)) + "=",
        "uAAAA",
        encoded(gzip.compress(bytes(16_383), mtime=0)),
        encoded(gzip.compress(bytes(16_384), mtime=0)[:-3]),
        encoded(gzip.compress(bytes(16_384), mtime=0) + b"x"),
        encoded(gzip.compress(bytes(16_384), mtime=0) * 2),
        encoded(b"\x1f\x8b" + bytes(40)),
    ],
)
def test_what_is_no_list_is_refused(text):
    assert codes(decode_bits, text) == ("SM774",)


def test_a_bomb_is_not_unpacked():
    bomb = encoded(gzip.compress(bytes(LARGEST_ENTRIES // 8 + 1), mtime=0))  # one byte more than the largest list
    began = time.process_time()

    assert codes(decode_bits, bomb) == ("SM774",)
    assert time.process_time() - began < 2


@pytest.mark.parametrize("entries", [0, MINIMUM_ENTRIES - 8, MINIMUM_ENTRIES + 1, LARGEST_ENTRIES + 8])
def test_a_list_of_a_wrong_length_is_not_made(entries):
    assert codes(bits_of, [], entries=entries) == ("SM774",)


def test_a_list_that_nobody_could_use_is_not_made():
    assert codes(status_list, "revocation", bits=b"") == ("SM774",)
    assert codes(status_list, "refresh", address=LISTS["revocation"]) == ("SM774",)
    assert codes(status_list, "revocation", valid_until=dt.datetime(2026, 1, 1, tzinfo=dt.UTC)) == ("SM774",)


@pytest.mark.parametrize("index", [-1, MINIMUM_ENTRIES])
def test_a_place_outside_the_list_is_not_set(index):
    assert codes(bits_of, [index], entries=MINIMUM_ENTRIES) == ("SM775",)


def test_places_are_read_back_from_a_credential():
    places = certificate().issuance.status
    stated = [place.entry() for place in places]

    assert places_of({"credentialStatus": stated}) == places
    assert places_of({"credentialStatus": stated[0]}) == places[:1]
    assert places_of({"credentialStatus": [{**stated[0], "statusSize": 1}]}) == places[:1]
    assert places_of({}) == ()


@pytest.mark.parametrize(
    "change",
    [
        {"type": "StatusList2021Entry"},
        {"type": None},
        {"statusListIndex": 5},
        {"statusListIndex": "05"},
        {"statusListIndex": "-1"},
        {"statusListIndex": "٣"},
        {"statusListIndex": "9" * 40},
        {"statusPurpose": ""},
        {"statusPurpose": ["revocation"]},
        {"statusListCredential": "http://certs.example.org/status/1"},
        {"statusListCredential": None},
        {"statusSize": 2},
    ],
)
def test_a_status_that_cannot_be_read_is_refused(change):
    assert codes(places_of, {"credentialStatus": [{**PLACE.entry(), **change}]}) == ("SM775",)


@pytest.mark.parametrize("stated", [None, "https://certs.example.org/status/1#5", [[PLACE.entry()]]])
def test_a_status_of_a_strange_shape_is_refused(stated):
    assert codes(places_of, {"credentialStatus": stated}) == ("SM775",)


def subject(**changes):
    return {"credentialSubject": {**status_list("suspension")["credentialSubject"], **changes}}


@pytest.mark.parametrize(
    "change",
    [
        {"type": ["VerifiableCredential"]},
        {"type": None},
        {"id": LISTS["revocation"]},
        {"issuer": "did:web:other.example.org"},
        {"issuer": {"name": BODY}},
        {"validFrom": "2026-11-22T12:00:01Z"},
        {"validUntil": "2026-11-22T11:59:59Z"},
        {"validUntil": "soon"},
        {"credentialSubject": [status_list("suspension")["credentialSubject"]]},
        subject(type="StatusList"),
        subject(statusPurpose="revocation"),
        subject(statusPurpose=None),
    ],
)
def test_another_list_than_the_one_named_says_nothing(change):
    assert codes(status_of, PLACE, {**status_list("suspension"), **change}, issuer=BODY, at=NOW) == ("SM775",)


def test_a_list_may_name_its_issuer_and_purpose_at_length():
    listing = status_list("suspension", PLACE.index) | {"issuer": {"id": BODY, "name": "Body"}}
    listing["credentialSubject"]["statusPurpose"] = ["refresh", "suspension"]
    del listing["validUntil"]

    assert status_of(PLACE, listing, issuer=BODY, at=NOW) is True


def test_what_is_no_list_says_nothing():
    far = StatusPlace(PLACE.address, PLACE.purpose, MINIMUM_ENTRIES)

    assert codes(status_of, PLACE, "list", issuer=BODY, at=NOW) == ("SM775",)
    assert codes(status_of, far, status_list("suspension"), issuer=BODY, at=NOW) == ("SM775",)
    broken = status_list("suspension") | subject(encodedList="u")
    assert codes(status_of, PLACE, broken, issuer=BODY, at=NOW) == ("SM774",)
