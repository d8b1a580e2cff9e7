"""Publishing: what the register says is signed, and stands in the trail, whenever it has changed.

Nothing is signed that a caller supplies: everything is read from the rows, and the rows are compared with the trail.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, Max, Min, Q, QuerySet

from sealmark.attest.credentials.annex import sites_annex
from sealmark.attest.credentials.composing import certificate_credential
from sealmark.attest.envelopes import seal_jwt
from sealmark.core.canonical import Json, digest_json
from sealmark.core.errors import Problem, SealmarkError
from sealmark_platform.attestation.keys import present_key
from sealmark_platform.attestation.lists import places_at, renew_lists, take_place
from sealmark_platform.attestation.models import Credential, PublicRecord, SigningKey
from sealmark_platform.attestation.places import body_did
from sealmark_platform.attestation.records import bare, hexadecimal, record_of, require_told
from sealmark_platform.attestation.secrets import signing
from sealmark_platform.attestation.signatures import signed
from sealmark_platform.attestation.statements import Frame, statement_of
from sealmark_platform.casework.actions.steps import lock_file
from sealmark_platform.casework.models import Certificate
from sealmark_platform.casework.models.certificate import LIVE
from sealmark_platform.parties.models import Body
from sealmark_platform.records.actions import append_record
from sealmark_platform.records.models import Entry
from sealmark_platform.records.published import require_log

__all__ = ["Done", "publish", "publish_all", "publish_due"]


@dataclass(frozen=True)
class Done:
    """What was published.

    Attributes:
        certificates: Their numbers.
        lists: How many status lists were made anew.
        problems: Why others were not published.
    """

    certificates: tuple[str, ...] = ()
    lists: int = 0
    problems: tuple[Problem, ...] = ()


def publish(certificate: Certificate, at: dt.datetime) -> bool:
    """Publish what the register says of a certificate, if that has changed; tell whether it had.

    A new credential is signed when what it says changed, and the one before is revoked; a suspension sets a bit.
    Status lists are renewed by :func:`publish_all`, once for many.

    Raises:
        SealmarkError: SM813 or SM814 there is nothing to sign with; SM816 the rows say what no act did; SM811 or SM812
            the database is an older one; SM810 the pack of the edition is another one; SM776 it cannot be said.
    """
    require_log()
    with transaction.atomic():
        lock_file(certificate.file)
        # Asked before the rows are read: what changes them later has a larger number.
        seen = Entry.objects.aggregate(last=Max("number"))["last"] or 0
        rows = Certificate.objects.select_related("file__body", "file__organization", "file__edition", "edition")
        certificate = rows.get(pk=certificate.pk)
        known = PublicRecord.objects.filter(certificate=certificate).first()
        require_told(certificate, known)
        present = Credential.objects.filter(certificate=certificate, superseded_at=None).select_related("key").first()
        fresh = _fresh(certificate, present, at)
        is_moved = _set_bits(certificate, fresh or present)
        record = record_of(certificate, _digest(fresh or present), at)
        if known is not None and fresh is None and bare(record) == bare(known.document):
            PublicRecord.objects.filter(pk=known.pk).update(last_act=certificate.last_entry, seen=seen)
            return is_moved
        entry = _tell(certificate, record, fresh or present, at=at)
        if fresh is not None:
            fresh.entry = entry
            fresh.save(force_insert=True)
        PublicRecord.objects.update_or_create(certificate=certificate, defaults={
            "credential": fresh or present, "document": record, "digest": hexadecimal(record), "published_at": at,
            "last_act": certificate.last_entry, "entry": entry, "seen": seen,
        })  # fmt: skip
    return True


def _fresh(certificate: Certificate, present: Credential | None, at: dt.datetime) -> Credential | None:
    """Return a new credential, when there is something new to say; of what has ended already only the first one."""
    if present is not None and certificate.status not in LIVE:
        return None
    content = digest_json(certificate_credential(statement_of(certificate)))
    if present is not None and present.content == content and present.key.compromised_at is None:
        return None
    key = present_key(certificate.file.body)
    version = present.version + 1 if present else 1
    if present is not None:
        present.superseded_at, present.is_revoked, present.is_suspended = at, True, False
        present.save()
    return _signed(certificate, key, version, content=content, at=at)


def _signed(certificate: Certificate, key: SigningKey, version: int, *, content: str, at: dt.datetime) -> Credential:
    body = certificate.file.body
    number, index = take_place(body)
    statement = statement_of(certificate, Frame(version, places_at(body, number, index)))
    document, method = certificate_credential(statement), f"{body_did(body)}#{key.name}"
    with signing(key) as signer:
        whole = signed(document, signer, method, at)
        jwt = seal_jwt(document, signer, method)
    annex = sites_annex(statement.sites).decode() if statement.annex_address else ""
    return Credential(
        certificate=certificate, version=version, key=key, document=json.dumps(whole, ensure_ascii=False), jwt=jwt,
        annex=annex, content=content, digest=hexadecimal(whole), body=body, list_number=number, list_index=index,
        issued_at=at, entry=0,
    )  # fmt: skip


def _set_bits(certificate: Certificate, credential: Credential | None) -> bool:
    """Let the bits of the present credential say what the status says; tell whether they did not."""
    if credential is None:
        return False
    bits = (certificate.status == "withdrawn", certificate.status == "suspended")
    if bits == (credential.is_revoked, credential.is_suspended):
        return False
    credential.is_revoked, credential.is_suspended = bits
    if credential.entry:
        credential.save(update_fields=["is_revoked", "is_suspended"])
    return True


def _tell(
    certificate: Certificate, record: Mapping[str, Json], credential: Credential | None, *, at: dt.datetime
) -> int:
    """Leave the entry of the trail, and return its number."""
    file = certificate.file
    return append_record(
        "certificate.published", actor="publisher", at=at, tenant=str(file.body_id), file=str(file.pk),
        subject=f"credential:{certificate.number}",
        details={
            "number": certificate.number, "credential": _digest(credential), "record": hexadecimal(record),
            "status": certificate.status, "edition": certificate.granted_by.edition,
        },
    ).number  # fmt: skip


def _digest(credential: Credential | None) -> str:
    return credential.digest if credential else ""


def publish_due(at: dt.datetime, *, is_whole: bool = False) -> Done:
    """Publish every certificate of which the register says something new, and renew the status lists.

    Args:
        at: When.
        is_whole: Compare every certificate, not only those that something was done to.
    """
    signing_bodies = Body.objects.filter(signing_keys__retired_at=None, signing_keys__isnull=False)
    found = Certificate.objects.filter(file__body__in=signing_bodies).select_related("file")
    return publish_all(found if is_whole else found.filter(_due()), at)


def _due() -> Q:
    """Return what may have something new to say: acts on it, changes of its holder or body, a compromised key."""
    is_acted = ~Q(public_record__last_act=F("last_entry"))
    is_compromised = Q(credentials__superseded_at=None, credentials__key__compromised_at__isnull=False, status__in=LIVE)
    due = Q(public_record=None) | is_acted | is_compromised
    first = PublicRecord.objects.aggregate(first=Min("seen"))["first"] or 0
    for kind, field in (("organization", "file__organization"), ("body", "file__body")):
        told = Entry.objects.filter(subject__gte=f"{kind}:", subject__lt=f"{kind};", number__gt=first)
        for subject, last in told.values_list("subject").annotate(last=Max("number")):
            due |= Q(**{field: subject.partition(":")[2]}) & Q(public_record__seen__lt=last)
    return due


def publish_all(certificates: QuerySet[Certificate], at: dt.datetime) -> Done:
    """Publish certificates, each by itself: what stops one stops no other; then renew the status lists."""
    numbers: list[str] = []
    problems: list[Problem] = []
    lists = 0
    for certificate in certificates.order_by("number").distinct():
        try:
            if publish(certificate, at):
                numbers.append(certificate.number)
        except SealmarkError as error:
            problems += error.problems
    for body in Body.objects.filter(status_lists__isnull=False).distinct():
        try:
            lists += renew_lists(body, at)
        except SealmarkError as error:
            problems += error.problems
    return Done(tuple(numbers), lists, tuple(dict.fromkeys(problems)))
