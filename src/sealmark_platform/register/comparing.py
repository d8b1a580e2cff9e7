"""Whether the register says what was published: each row against the digest that stands in the trail.

A change of a row is the platform's own when an act, or a change of the holder or the body, left an entry after
the one that published it. Whatever else differs was changed behind the platform's back.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from django.db import transaction
from django.db.models import Max

from sealmark.core.canonical import Json
from sealmark_platform.attestation.models import Credential, PublicRecord
from sealmark_platform.attestation.records import hexadecimal, record_of
from sealmark_platform.casework.models import Certificate
from sealmark_platform.records.actions import append_record
from sealmark_platform.records.models import Entry

__all__ = ["VERIFIED", "Altered", "altered", "compare_daily", "faults_of_register"]

VERIFIED = "register:verified"
_FAULTY = "register:faulty"
_A_DAY = dt.timedelta(hours=20)
_AT_ONCE = 500
_NAMED = 20


class Altered(NamedTuple):
    """A certificate of which the register says something else than the trail.

    Attributes:
        number: Of the certificate.
        what: Is wrong.
    """

    number: str
    what: str


def faults_of_register() -> tuple[str, ...]:
    """Return what :func:`altered` finds, as sentences."""
    return tuple(f"certificate {one.number}: {one.what}" for one in altered())


def altered() -> Iterator[Altered]:
    """Yield every certificate whose rows are not what was published, and every one that is gone."""
    newest = _newest()
    related = Certificate.objects.select_related("file__body", "file__organization", "file__edition", "edition")
    for certificate in related.order_by("number").iterator(chunk_size=_AT_ONCE):
        entry = newest.pop(certificate.number, None)
        known = PublicRecord.objects.filter(certificate=certificate).select_related("credential").first()
        for what in _faults(certificate, known, entry):
            yield Altered(certificate.number, what)
    for number, entry in sorted(newest.items()):
        yield Altered(number, f"entry {entry} published it, and there is no such row")


def _newest() -> dict[str, int]:
    """Return the newest entry that published each certificate, by number."""
    told = Entry.objects.filter(kind="certificate.published", subject__startswith="credential:")
    newest = told.values_list("subject").annotate(last=Max("number"))
    return {subject.partition(":")[2]: last for subject, last in newest}


def _faults(certificate: Certificate, known: PublicRecord | None, entry: int | None) -> Iterator[str]:
    if known is None or entry is None:
        if known is not None:
            yield "it is told to be published, and no entry says so"
        elif entry is not None:
            yield f"entry {entry} published it, and what was published is gone"
        return
    told = json.loads(Entry.objects.values_list("event", flat=True).get(number=entry))["details"]
    if hexadecimal(known.document) != told.get("record"):
        yield f"what is kept as published is not what entry {entry} published"
    if _digest_of(known.credential) != told.get("credential"):
        yield f"the signed certificate is not the one of entry {entry}"
    published = _published(known)
    yield from _changed(certificate, published, entry)


def _digest_of(credential: Credential | None) -> str:
    """Return the digest of what is kept as signed, not the one that stands beside it."""
    if credential is None:
        return ""
    try:
        return hexadecimal(json.loads(credential.document))
    except (ValueError, TypeError):
        return "unreadable"


def _published(known: PublicRecord) -> Mapping[str, Json]:
    return known.document if isinstance(known.document, dict) else {}


_OF_THE_CLIENT = {"holder": "organization", "sites": "organization", "body": "body"}
_OF_THE_FILE = {"scheme", "edition"}


def _changed(certificate: Certificate, published: Mapping[str, Json], entry: int) -> Iterator[str]:
    """Yield each part of the record that differs, and that no entry after the publication can have changed."""
    now = record_of(certificate, "", None)
    file = certificate.file
    about = {
        "certificate": f"certificate:{certificate.pk}", "organization": f"organization:{file.organization_id}",
        "body": f"body:{file.body_id}", "file": f"application:{file.pk}",
    }  # fmt: skip
    acted = set(Entry.objects.filter(subject__in=about.values(), number__gt=entry).values_list("subject", flat=True))
    if about["certificate"] in acted:
        # What the act changed is published by the next tick.
        return
    for part in sorted(now.keys() - {"credential", "updated"}):
        owner = _OF_THE_CLIENT.get(part) or ("file" if part in _OF_THE_FILE else "certificate")
        if part == "sites" and _names(now) != _names(published):
            # Where a site is, its holder says; which sites there are, the certificate does.
            owner = "certificate"
        if now[part] != published.get(part) and about[owner] not in acted:
            yield f'"{part}" is not what entry {entry} published, and no act changed it'


def _names(record: Mapping[str, Json]) -> list[Json]:
    sites = record.get("sites")
    return [one.get("name") for one in sites if isinstance(one, dict)] if isinstance(sites, list) else []


def compare_daily(at: dt.datetime) -> tuple[str, ...]:
    """Compare the register with the trail once a day, leave that in the trail, and return what is wrong.

    Nothing is left while nothing was published.
    """
    last = Entry.objects.filter(subject__in=[VERIFIED, _FAULTY]).order_by("-number").first()
    if not PublicRecord.objects.exists() or (last is not None and last.at <= at < last.at + _A_DAY):
        return ()
    found = list(altered())
    numbers = list(dict.fromkeys(one.number for one in found))
    details: dict[str, Json] = {"certificates": Certificate.objects.count(), "faulty": len(numbers),
                                "numbers": [*numbers[:_NAMED]]}  # fmt: skip
    with transaction.atomic():
        append_record(
            "register.compared", actor="clock", at=at, subject=_FAULTY if found else VERIFIED, details=details
        )
    return tuple(f"certificate {one.number}: {one.what}" for one in found)
