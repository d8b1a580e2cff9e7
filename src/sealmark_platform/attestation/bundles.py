"""Everything that is needed to check a certificate without a network, in one document."""

from __future__ import annotations

import base64
import json

from sealmark.attest.log.tree import audit_path, root_of_peaks
from sealmark.core.canonical import Json
from sealmark_platform.attestation.endorsing import endorsements_of
from sealmark_platform.attestation.keys import body_document
from sealmark_platform.attestation.models import Credential, PublicRecord, StatusList
from sealmark_platform.casework.models import Certificate
from sealmark_platform.records.models import Entry
from sealmark_platform.records.proofs import hashes_at
from sealmark_platform.records.published import folder, log_key, opened

__all__ = ["FORMAT", "bundle_of", "present_credential"]

FORMAT = "sealmark-bundle/1"


def present_credential(certificate: Certificate) -> Credential | None:
    """Return the newest credential of a certificate; nothing while none was signed."""
    return Credential.objects.filter(certificate=certificate, superseded_at=None).select_related("body").first()


def bundle_of(certificate: Certificate) -> dict[str, Json] | None:
    """Return the bundle of a certificate as things stand; nothing while no credential of it was signed.

    It has no part ``log`` until the next checkpoint of the log is published.
    """
    credential = present_credential(certificate)
    if credential is None:
        return None
    lists = StatusList.objects.filter(body=credential.body, number=credential.list_number).exclude(document="")
    bundle: dict[str, Json] = {
        "format": FORMAT,
        "credential": json.loads(credential.document),
        "jwt": credential.jwt,
        "issuer": body_document(credential.body),
        "status": [json.loads(one.document) for one in lists.order_by("purpose")],
    }
    if endorsements := endorsements_of(credential.body):
        bundle["endorsements"] = endorsements
    known = PublicRecord.objects.filter(certificate=certificate).first()
    log = _log(known.entry if known else credential.entry)
    return bundle if log is None else {**bundle, "log": log}


def _log(number: int) -> dict[str, Json] | None:
    """Return the proof that an entry is in the published log; nothing when no checkpoint holds it yet."""
    path = folder() / "checkpoint"
    note = path.read_bytes() if path.is_file() else b""
    point = opened(note) if note else None
    event = Entry.objects.filter(number=number).values_list("event", flat=True).first()
    if point is None or event is None or point.size < number:
        return None
    steps = [places for _is_left, places in audit_path(number - 1, point.size)]
    hashes = hashes_at(place for places in steps for place in places)
    proof = [root_of_peaks([hashes[place] for place in places]) for places in steps]
    return {
        "origin": point.origin, "index": number - 1, "size": point.size, "entry": event,
        "path": [base64.b64encode(one).decode() for one in proof], "checkpoint": note.decode(),
        "key": log_key(point.origin).text,
    }  # fmt: skip
