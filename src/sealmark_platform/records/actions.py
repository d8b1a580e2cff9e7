"""Adding to the trail: the only way to write it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
from collections.abc import Mapping

from django.db import connection, transaction

from sealmark.core.canonical import Json, canonical_bytes
from sealmark_platform.records import keys
from sealmark_platform.records.hashes import EMPTY_ROOT, chain_hash, leaf_hash
from sealmark_platform.records.models import Checkpoint, Commitment, Entry
from sealmark_platform.records.proofs import grow_tree
from sealmark_platform.records.queries import checkpoint_text

__all__ = ["append_record", "commit_to", "forget_texts", "make_checkpoint"]


def append_record(
    kind: str,
    *,
    actor: str,
    at: dt.datetime,
    subject: str,
    tenant: str = "",
    file: str = "",
    details: Mapping[str, Json] | None = None,
) -> Entry:
    """Add an entry in the running transaction.

    Raises:
        TransactionManagementError: There is no transaction: an act and its entry are written together or not at all.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("A record is written in the transaction of its act.")
    number, chain = _last()
    event = canonical_bytes({
        "number": number + 1, "kind": kind, "at": at.astimezone(dt.UTC).isoformat(), "actor": actor,
        "tenant": tenant, "file": file, "subject": subject, "details": dict(details or {}),
    })  # fmt: skip
    leaf = leaf_hash(event)
    return Entry.objects.create(
        number=number + 1, kind=kind, at=at, actor=actor, tenant=tenant, subject=subject, file=file,
        event=event.decode(), leaf=leaf, chain=chain_hash(chain, leaf),
    )  # fmt: skip


def commit_to(value: str, *, about: str = "") -> str:
    """Return the digest that stands for a personal value in the trail, and keep the value apart.

    Args:
        value: The text.
        about: Whom it names: the same value about the same person keeps its digest.
    """
    known = Commitment.objects.filter(about=about, value=value).first() if about else None
    if known is not None:
        return known.digest
    salt = secrets.token_hex(16)
    digest = hashlib.sha256((salt + json.dumps(value)).encode()).hexdigest()
    Commitment.objects.create(digest=digest, salt=salt, value=value, about=about)
    return digest


def forget_texts(subject: str, *names: str) -> None:
    """Erase what stands behind commitments in the entries about a subject; the trail stays whole.

    Args:
        subject: As the entries name it.
        names: Of the details that are commitments.
    """
    events = Entry.objects.filter(subject=subject).values_list("event", flat=True)
    details = [json.loads(event)["details"] for event in events]
    digests = [told[name] for told in details for name in names if name in told]
    Commitment.objects.filter(digest__in=digests).delete()


@transaction.atomic
def make_checkpoint(at: dt.datetime) -> Checkpoint | None:
    """Sign how far the trail has come; nothing when nothing was added since the last time."""
    size, chain = _last()
    if Checkpoint.objects.filter(size=size).exists():
        return None
    root = grow_tree()
    signature = keys.sign(checkpoint_text(size, root, chain))
    return Checkpoint.objects.create(size=size, at=at, root=root, chain=chain, signature=signature)


def _last() -> tuple[int, str]:
    """Return number and chain of the newest entry; writers wait for each other, so that numbers have no holes."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(7325625)")
    newest = Entry.objects.order_by("-number").values_list("number", "chain").first()
    return newest or (0, EMPTY_ROOT)
