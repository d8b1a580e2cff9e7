"""Endorsements of a certification body: checked once when they come, and carried by its bundles from then on."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping

from django.db import transaction

from sealmark.attest.documents import read_json
from sealmark.attest.identifiers import key_document
from sealmark.attest.verifying.badges import issuer_of
from sealmark.attest.verifying.endorsements import check_endorsements
from sealmark.attest.verifying.material import Means
from sealmark.attest.verifying.signatures import Signed
from sealmark.core.canonical import Json, digest_json
from sealmark.core.errors import Problem, SealmarkError
from sealmark_platform.attestation.models import Endorsement
from sealmark_platform.attestation.places import body_did
from sealmark_platform.attestation.signatures import contexts_known
from sealmark_platform.parties.models import Body
from sealmark_platform.records.actions import append_record

__all__ = ["endorsements_of", "keep_endorsement"]

_MOST = 16
_KEY = "did:key:"


def endorsements_of(body: Body) -> list[Json]:
    """Return the signed endorsements of a body."""
    kept = Endorsement.objects.filter(body=body).order_by("endorser").values_list("document", flat=True)
    return [json.loads(one) for one in kept]


def keep_endorsement(body: Body, content: bytes, *, owner: bytes | None, at: dt.datetime) -> Endorsement:
    """Keep an endorsement of a body; one of the same endorser takes the place of the one before.

    Args:
        body: Who is endorsed.
        content: The signed credential.
        owner: The DID document of the endorser, for which the caller vouches; a ``did:key`` needs none.
        at: When.

    Raises:
        SealmarkError: SM785 it is no endorsement of this body that holds now, signed by this endorser; SM753 a file is
            no JSON; SM770 or SM751 the key is none; SM817 the address of the installation makes no identifier.
    """
    document = read_json(content, where="endorsement")
    endorser = issuer_of(document)
    _require_valid(body, document, endorser, _keys(endorser, owner), at)
    with transaction.atomic():
        others = Endorsement.objects.filter(body=body).exclude(endorser=endorser)
        if others.count() >= _MOST:
            raise _refused(f"{body.name} has {_MOST} endorsements already.", "More are not carried by certificates.")
        text = json.dumps(document, ensure_ascii=False)
        kept, _made = Endorsement.objects.update_or_create(
            body=body, endorser=endorser, defaults={"document": text, "kept_at": at}
        )
        append_record(
            "endorsement.keep", actor="operator", at=at, tenant=str(body.pk), subject=f"endorsement:{kept.pk}",
            details={"endorser": endorser, "digest": digest_json(document)},
        )  # fmt: skip
    return kept


def _keys(endorser: str, owner: bytes | None) -> Mapping[str, object]:
    if owner is not None:
        return read_json(owner, where="DID document")
    if endorser.startswith(_KEY):
        return key_document(endorser)
    raise _refused(f"The keys of {endorser[:100]!r} are not known.", "Give their DID document with --owner.")


def _require_valid(
    body: Body, document: Mapping[str, object], endorser: str, keys: Mapping[str, object], at: dt.datetime
) -> None:  # fmt: skip
    contexts, did = contexts_known(), body_did(body)
    signed = Signed(did, {}, contexts, at)
    found = check_endorsements({}, [document], means=Means({endorser: keys}, contexts), signed=signed)
    if found is not None and found.problem is not None:
        raise SealmarkError(found.problem)
    if found is None or found.outcome != "passed":
        raise _refused("The endorsement does not hold now.", "Look at its dates, and at its proof.")


def _refused(what: str, fix: str) -> SealmarkError:
    return SealmarkError(Problem("SM785", what, "endorsement", fix))
