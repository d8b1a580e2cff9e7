"""No bit of a certificate can be another: whatever is changed in it, it is valid no more."""

import datetime as dt
import functools

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.library.attest.verifying.house import (
    METHOD,
    NOW,
    SIGNER,
    House,
    as_bytes,
    composed,
    signed,
    trusting,
    unsigned,
)

from sealmark.attest.envelopes import seal_jwt
from sealmark.attest.verifying.checking import verify
from sealmark.attest.verifying.reading import read_material
from sealmark.core.errors import SealmarkError

LATER = NOW + dt.timedelta(hours=1)


@functools.cache
def given_out():
    house = House(signed(composed()))
    # Keys that come along are passed over for those that somebody keeps, so they are left out here.
    bundle = house.bundle(issuer=None, jwt=seal_jwt(unsigned(house.credential), SIGNER, METHOD))
    return as_bytes(bundle), trusting(house)


def answer(content):
    try:
        return verify(read_material(content), on=LATER, means=given_out()[1]).answer
    except SealmarkError:
        return "not-valid"


def flipped(content, bit):
    changed = bytearray(content)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def part(name):
    """Where a member of the bundle stands: first bit and last."""
    content = given_out()[0]
    start = content.index(f'"{name}":'.encode())
    return start * 8, min(len(content), start + PARTS[name]) * 8 - 1


# From where a member begins, how many bytes belong to it.
PARTS = {
    "credential": 4000,
    "proof": 500,
    "encodedList": 150,
    "checkpoint": 200,
    "path": 100,
    "entry": 600,
    "jwt": 5000,
}


def test_unchanged_it_is_valid():
    assert answer(given_out()[0]) == "valid"


@settings(max_examples=60, deadline=None)
@given(st.integers(0), st.sampled_from(["", *PARTS]))
def test_one_bit_changed_is_refused(number, name):
    content = given_out()[0]
    first, last = part(name) if name else (0, len(content) * 8 - 1)

    assert answer(flipped(content, first + number % (last - first + 1))) in {"not-valid", "unknown"}


@settings(max_examples=15, deadline=None)
@given(st.integers(0), st.integers(1, 40))
def test_bytes_taken_out_are_missed(place, count):
    content = given_out()[0]
    place %= len(content) - count

    assert answer(content[:place] + content[place + count :]) in {"not-valid", "unknown"}
