"""Bitstring Status Lists: one bit per certificate that says revoked, another that says suspended.

A list has at least 131,072 places, so that asking for it tells nobody whose
certificate is being checked; places are given out at random. Place 0 is the
left-most bit. Source: W3C Bitstring Status List v1.0, 15 May 2025.

Example:
    >>> bits = bits_of([7, 94_567], entries=MINIMUM_ENTRIES)
    >>> decode_bits(encode_bits(bits)) == bits
    True
"""

from __future__ import annotations

import datetime as dt
import gzip
import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sealmark.attest.moments import moment_text, read_moment
from sealmark.attest.multibase import from_base64url, to_base64url
from sealmark.core.canonical import Json
from sealmark.core.errors import Problem, SealmarkError

__all__ = [
    "LARGEST_ENTRIES",
    "MINIMUM_ENTRIES",
    "PURPOSES",
    "StatusList",
    "StatusPlace",
    "bits_of",
    "decode_bits",
    "encode_bits",
    "places_of",
    "status_list_credential",
    "status_of",
]

MINIMUM_ENTRIES = 131_072
LARGEST_ENTRIES = 1 << 26
PURPOSES = ("revocation", "suspension")

_BYTE = 8
_GZIP = 16 + zlib.MAX_WBITS
_NUMBER = re.compile(r"0|[1-9][0-9]{0,9}", re.ASCII)
_CREDENTIAL_CONTEXT = "https://www.w3.org/ns/credentials/v2"


@dataclass(frozen=True, slots=True)
class StatusPlace:
    """The place of one credential in one list.

    Attributes:
        address: Of the list.
        purpose: What a set bit means: ``revocation`` (for good) or ``suspension`` (for now).
        index: Which bit.
    """

    address: str
    purpose: str
    index: int

    def entry(self) -> dict[str, Json]:
        """Return the place as a credential states it under ``credentialStatus``."""
        return {
            "id": f"{self.address}#{self.index}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": self.purpose,
            "statusListIndex": str(self.index),
            "statusListCredential": self.address,
        }


@dataclass(frozen=True, slots=True)
class StatusList:
    """What a status list says of all its places during some time.

    Attributes:
        address: Where it is published; also its id.
        issuer: The identifier of the issuer, the same as that of the certificates.
        purpose: What a set bit means.
        bits: One bit per place, see :func:`bits_of`.
        valid_from: When it was made.
        valid_until: Until when a copy may be relied on.
    """

    address: str
    issuer: str
    purpose: str
    bits: bytes
    valid_from: dt.datetime
    valid_until: dt.datetime


def bits_of(indices: Iterable[int], *, entries: int) -> bytes:
    """Return a list of ``entries`` bits in which those at ``indices`` are set.

    Raises:
        SealmarkError: SM774, the list is too short, too long or no whole number of bytes; SM775, an
            index lies outside.
    """
    if not MINIMUM_ENTRIES <= entries <= LARGEST_ENTRIES or entries % _BYTE:
        raise _unusable(f"A list of {entries} places is not allowed.")
    bits = bytearray(entries // _BYTE)
    for index in indices:
        if not 0 <= index < entries:
            raise _mismatch(f"Place {index} lies outside a list of {entries}.")
        bits[index >> 3] |= 0x80 >> (index & 7)
    return bytes(bits)


def encode_bits(bits: bytes) -> str:
    """Return ``bits`` as ``encodedList``: GZIP, base64url without padding, prefix ``u``."""
    return "u" + to_base64url(gzip.compress(bits, mtime=0))


def decode_bits(text: object) -> bytes:
    """Return the bits of an ``encodedList``; never unpacks more than the largest list there may be.

    Raises:
        SealmarkError: SM774, the text is no such list, or the list is too short or too long.
    """
    if not isinstance(text, str) or not text.startswith("u"):
        raise _unusable('The list is not base64url with the prefix "u".')
    try:
        packed = from_base64url(text[1:])
    except SealmarkError:
        raise _unusable("The list is not base64url without padding.") from None
    bits = _unpacked(packed)
    if len(bits) * _BYTE < MINIMUM_ENTRIES:
        raise _unusable(f"The list has {len(bits) * _BYTE} places (STATUS_LIST_LENGTH_ERROR).")
    return bits


def status_list_credential(listing: StatusList) -> dict[str, Json]:
    """Return the credential of a list, to be signed by its issuer.

    Raises:
        SealmarkError: SM774, the list is too short or of another purpose, or its time is empty.
    """
    entries = len(listing.bits) * _BYTE
    if not MINIMUM_ENTRIES <= entries <= LARGEST_ENTRIES:
        raise _unusable(f"A list of {entries} places is not allowed.")
    if listing.purpose not in PURPOSES:
        raise _unusable(f"A list for {listing.purpose!r} is not issued.")
    if listing.valid_until <= listing.valid_from:
        raise _unusable("The list would be valid at no time.")
    return {
        "@context": [_CREDENTIAL_CONTEXT],
        "id": listing.address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": listing.issuer,
        "validFrom": moment_text(listing.valid_from),
        "validUntil": moment_text(listing.valid_until),
        "credentialSubject": {
            "id": f"{listing.address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": listing.purpose,
            "encodedList": encode_bits(listing.bits),
        },
    }


def places_of(credential: Mapping[str, object]) -> tuple[StatusPlace, ...]:
    """Return the places that a credential says decide about its status, none when it says nothing.

    Raises:
        SealmarkError: SM775, a statement about status cannot be read: the credential must not pass.
    """
    stated = credential.get("credentialStatus", [])
    entries = stated if isinstance(stated, list) else [stated]
    return tuple(_place(entry) for entry in entries)


def status_of(place: StatusPlace, listing: object, *, issuer: str, at: dt.datetime) -> bool:
    """Tell whether the bit of a place is set in a list whose proof was checked.

    Args:
        place: Where to look.
        listing: The list's credential.
        issuer: Who issued the credential in question: nobody else may speak about its status.
        at: The point of time for which the answer is wanted.

    Raises:
        SealmarkError: SM774, the list cannot be read; SM775, it is another list than the credential
            names, of another issuer, purpose or time, or has no such place.
    """
    if not isinstance(listing, Mapping) or "BitstringStatusListCredential" not in _texts(listing.get("type")):
        raise _mismatch("What was found is no status list.")
    subject = listing.get("credentialSubject")
    if not isinstance(subject, Mapping) or "BitstringStatusList" not in _texts(subject.get("type")):
        raise _mismatch("The status list has no list as its subject.")
    if listing.get("id") != place.address:
        raise _mismatch(f"The list is {str(listing.get('id'))[:100]!r}, not {place.address!r}.")
    _require_issuer(listing.get("issuer"), issuer)
    if place.purpose not in _texts(subject.get("statusPurpose")):
        raise _mismatch(f"The list is not about {place.purpose} (STATUS_VERIFICATION_ERROR).")
    _require_time(listing, at)
    bits = decode_bits(subject.get("encodedList"))
    if place.index >= len(bits) * _BYTE:
        raise _mismatch(f"Place {place.index} lies outside a list of {len(bits) * _BYTE} (RANGE_ERROR).")
    return bool(bits[place.index >> 3] & 0x80 >> (place.index & 7))


def _unpacked(packed: bytes) -> bytes:
    """Return what one GZIP member holds; nothing may follow it."""
    reader = zlib.decompressobj(wbits=_GZIP)
    largest = LARGEST_ENTRIES // _BYTE
    try:
        bits = reader.decompress(packed, largest + 1)
    except zlib.error:
        raise _unusable("The list is not GZIP.") from None
    if len(bits) > largest:
        raise _unusable(f"The list has more than {LARGEST_ENTRIES} places.")
    if not reader.eof or reader.unused_data:
        raise _unusable("The list is cut off, or something follows it.")
    return bits


def _place(entry: object) -> StatusPlace:
    if not isinstance(entry, Mapping) or entry.get("type") != "BitstringStatusListEntry":
        raise _mismatch("The status is stated in a way that is not understood.")
    index, purpose, address = (entry.get(name) for name in ("statusListIndex", "statusPurpose", "statusListCredential"))
    if not isinstance(index, str) or not _NUMBER.fullmatch(index):
        raise _mismatch(f"The place {str(index)[:40]!r} is no whole number written as text.")
    if not (isinstance(purpose, str) and purpose and isinstance(address, str) and address.startswith("https://")):
        raise _mismatch("The status names no purpose, or no https address of a list.")
    if entry.get("statusSize", 1) != 1:
        raise _mismatch("The status takes more than one bit.")
    return StatusPlace(address, purpose, int(index))


def _require_issuer(stated: object, issuer: str) -> None:
    found = stated.get("id") if isinstance(stated, Mapping) else stated
    if found != issuer:
        raise _mismatch(f"The list was issued by {str(found)[:100]!r}, the credential by {issuer!r}.")


def _require_time(listing: Mapping[str, object], at: dt.datetime) -> None:
    for name, is_outside in (("validFrom", dt.datetime.__lt__), ("validUntil", dt.datetime.__gt__)):
        if name not in listing:
            continue
        bound = read_moment(listing[name])
        if bound is None or is_outside(at, bound):
            raise _mismatch(f"The list does not speak about {at.isoformat()}: its {name} is {listing[name]!s:.40}.")


def _texts(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _unusable(what: str) -> SealmarkError:
    fix = f"A list has {MINIMUM_ENTRIES} to {LARGEST_ENTRIES} places, in whole bytes; fetch it again."
    return SealmarkError(Problem("SM774", what, fix=fix))


def _mismatch(what: str) -> SealmarkError:
    fix = "Fetch the list that the credential names again; a status that cannot be read is never a good one."
    return SealmarkError(Problem("SM775", what, fix=fix))
