"""Status lists: places given out at random, bits that follow from the credentials, files for a web server."""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import transaction

from sealmark.attest.files import write_whole
from sealmark.attest.statuslists import (
    MINIMUM_ENTRIES,
    PURPOSES,
    StatusPlace,
    bits_of,
    status_list_credential,
)
from sealmark.attest.statuslists import StatusList as Listing
from sealmark.core.canonical import digest_bytes
from sealmark_platform.attestation.keys import present_key
from sealmark_platform.attestation.models import Credential, SigningKey, StatusList
from sealmark_platform.attestation.places import body_did, list_address
from sealmark_platform.attestation.secrets import signing
from sealmark_platform.attestation.signatures import signed
from sealmark_platform.parties.models import Body
from sealmark_platform.records.published import require_log

__all__ = ["folder", "leave_lists", "list_file", "places_at", "renew_lists", "take_place"]

_FULL = MINIMUM_ENTRIES // 2
"""More than half full, a list is left: free places would be hard to hit, and few others to hide among."""
_VALID = dt.timedelta(days=8)
_STALE = dt.timedelta(hours=20)


def folder() -> Path:
    """Return where the lists lie; a web server may serve it as it is."""
    return Path(settings.DATA) / "status"


def list_file(code: str, purpose: str, number: int) -> Path:
    """Return the file of a list."""
    return folder() / code / purpose / str(number)


def take_place(body: Body) -> tuple[int, int]:
    """Return number of a list and a place in it that nobody has, drawn at random; callers hold a transaction."""
    listed = StatusList.objects.select_for_update().filter(body=body, purpose=PURPOSES[0])
    newest = listed.order_by("-number").first()
    if newest is None or newest.given >= _FULL:
        newest = _begin(body, newest.number + 1 if newest else 1)
    taken = Credential.objects.filter(body=body, list_number=newest.number)
    index = secrets.randbelow(newest.size)
    while taken.filter(list_index=index).exists():
        index = secrets.randbelow(newest.size)
    newest.given += 1
    newest.save(update_fields=["given"])
    return newest.number, index


def _begin(body: Body, number: int) -> StatusList:
    made = [StatusList(body=body, purpose=purpose, number=number, size=MINIMUM_ENTRIES) for purpose in PURPOSES]
    for one in made:
        one.save(force_insert=True)
    return made[0]


def leave_lists() -> None:
    """Give out no more places in the lists that there are: somebody may have one that is not known here."""
    StatusList.objects.filter(purpose=PURPOSES[0], given__lt=_FULL).update(given=_FULL)


def places_at(body: Body, number: int, index: int) -> tuple[StatusPlace, ...]:
    """Return what a credential says of its status: one place for each purpose."""
    return tuple(StatusPlace(list_address(body, purpose, number), purpose, index) for purpose in PURPOSES)


def renew_lists(body: Body, at: dt.datetime) -> int:
    """Sign and write anew every list of a body whose bits or key changed, or that gets old; return how many.

    Raises:
        SealmarkError: SM811 or SM812 the database is an older one: it would take back what was said; SM813 or SM814
            there is nothing to sign with.
    """
    require_log()
    key = present_key(body)
    lists = StatusList.objects.filter(body=body).order_by("number", "purpose").values_list("pk", flat=True)
    return sum(_renew(pk, key, at) for pk in lists)


def _renew(pk: int, key: SigningKey, at: dt.datetime) -> bool:
    with _alone(), transaction.atomic():
        one = StatusList.objects.select_for_update(of=("self",)).select_related("body").get(pk=pk)
        bits = _bits(one)
        digest, path = digest_bytes(bits), list_file(one.body.code, one.purpose, one.number)
        is_old = one.made_at is None or not one.made_at <= at < one.made_at + _STALE
        is_changed = digest != one.bits or one.key_id != key.pk or is_old
        if is_changed:
            one.document = json.dumps(_sign(one, bits, key, at), ensure_ascii=False)
            one.bits, one.key, one.made_at = digest, key, at
            one.save()
        # Inside the lock, and read again by whoever comes next: an older one never comes after a newer one.
        _write(path, one.document.encode())
    return is_changed


def _bits(one: StatusList) -> bytes:
    found = Credential.objects.filter(body=one.body_id, list_number=one.number)
    found = found.filter(is_revoked=True) if one.purpose == "revocation" else found.filter(is_suspended=True)
    return bits_of(found.values_list("list_index", flat=True).iterator(chunk_size=10_000), entries=one.size)


def _sign(one: StatusList, bits: bytes, key: SigningKey, at: dt.datetime) -> dict[str, object]:
    did = body_did(one.body)
    listing = Listing(
        address=list_address(one.body, one.purpose, one.number), issuer=did, purpose=one.purpose, bits=bits,
        valid_from=at, valid_until=at + _VALID,
    )  # fmt: skip
    with signing(key) as signer:
        return signed(status_list_credential(listing), signer, f"{did}#{key.name}", at)


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    if path.is_file() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, content)


@contextmanager
def _alone() -> Iterator[None]:
    folder().mkdir(parents=True, exist_ok=True)
    with (folder() / ".lock").open("wb") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield
