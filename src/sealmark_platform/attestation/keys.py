"""What happens to the keys of a certification body: made, replaced, retired, compromised; each leaves an entry."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from sealmark.attest.identifiers import KeyTerm, did_document
from sealmark.attest.keys import VerificationKey
from sealmark.core.canonical import Json
from sealmark.core.errors import Problem, SealmarkError
from sealmark_platform.attestation.models import Endorsement, SigningKey
from sealmark_platform.attestation.places import body_did, installation_did, place, problem_of_place
from sealmark_platform.attestation.secrets import destroy_secret, key_on_token, make_secret, secret_path, signing
from sealmark_platform.parties.models import Body
from sealmark_platform.records.actions import append_record
from sealmark_platform.records.published import log_key

__all__ = [
    "body_document", "compromise_key", "installation_document", "key_faults", "keys_of", "make_key", "present_key",
    "retire_key", "rotate_key",
]  # fmt: skip


def keys_of(body: Body) -> list[SigningKey]:
    """Return every key a body ever had, the present one first."""
    found = SigningKey.objects.filter(body=body).select_related("body").order_by("-made_at", "-name")
    return sorted(found, key=lambda one: one.retired_at is not None)


def present_key(body: Body) -> SigningKey:
    """Return the key a body signs with.

    Raises:
        SealmarkError: SM813 it has none.
    """
    found = SigningKey.objects.filter(body=body, retired_at=None).select_related("body").first()
    if found is None:
        raise SealmarkError(_no_key(body))
    return found


def make_key(body: Body, *, at: dt.datetime, label: str = "") -> SigningKey:
    """Make the first key of a body.

    Args:
        body: Whose.
        at: When.
        label: Of a key pair that lies on the token already; nothing: one is made in an encrypted file.

    Raises:
        SealmarkError: SM818 it has one; SM814 or SM752 it cannot be made; SM751 it is a published test key; SM817 the
            address of the installation makes no identifier.
    """
    if problem := problem_of_place():
        raise SealmarkError(problem)
    if SigningKey.objects.filter(body=body, retired_at=None).exists():
        raise _refusal(f"{body.name} has a key already.", "To replace it, run: sealmark-platform keys rotate")
    return _make(body, at, label)


def rotate_key(body: Body, *, at: dt.datetime, label: str = "") -> SigningKey:
    """Replace the key of a body; what the old one signed stays valid, and its secret half is destroyed.

    Raises:
        SealmarkError: As for :func:`make_key`; SM813 there is none to replace.
    """
    old = present_key(body)
    # The new one is there before the old one goes.
    with transaction.atomic():
        _end("key.retire", old, at)
        new = _make(body, at, label)
    destroy_secret(old)
    return new


def retire_key(body: Body, *, at: dt.datetime) -> SigningKey:
    """End the key of a body without another one: it signs nothing any more.

    Raises:
        SealmarkError: SM813 there is none.
    """
    key = present_key(body)
    with transaction.atomic():
        _end("key.retire", key, at)
    destroy_secret(key)
    return key


def compromise_key(body: Body, name: str, *, since: dt.datetime, at: dt.datetime) -> SigningKey:
    """Mark a key whose secret half somebody else may have; of what it signed only what the log proves older counts.

    Args:
        body: Whose.
        name: Of the key.
        since: From when on somebody else may have had it.
        at: When that was told.

    Raises:
        SealmarkError: SM818 there is no such key, it is marked already with an earlier time, or the time is to come.
    """
    key = SigningKey.objects.filter(body=body, name=name).select_related("body").first()
    if key is None:
        known = ", ".join(one.name for one in keys_of(body)) or "none"
        raise _refusal(f'{body.name} has no key "{name}".', f"Keys: {known}.")
    if since > at:
        raise _refusal(f"{since:%Y-%m-%d %H:%M} is to come.", "Name the time since when somebody else may have it.")
    if key.compromised_at is not None and key.compromised_at <= since:
        raise _refusal(
            f'The key "{name}" is marked since {key.compromised_at:%Y-%m-%d %H:%M}.', "Name an earlier time."
        )
    with transaction.atomic():
        key.compromised_at = since
        _end("key.compromise", key, at, since=since.astimezone(dt.UTC).isoformat())
    destroy_secret(key)
    return key


def _make(body: Body, at: dt.datetime, label: str) -> SigningKey:
    name = f"key-{SigningKey.objects.filter(body=body).count() + 1}"
    where = SigningKey.Place.TOKEN if label else SigningKey.Place.FILE
    key = SigningKey(body=body, name=name, place=where, label=label, made_at=at)
    path = secret_path(key)
    public = key_on_token(label) if label else make_secret(path)
    try:
        _require_new(public)
        key.multikey = public.multikey
        with transaction.atomic():
            key.save(force_insert=True)
            _record("key.make", key, at, multikey=key.multikey, place=where.value)
    except BaseException:
        destroy_secret(key)
        raise
    return key


def _require_new(public: VerificationKey) -> None:
    if SigningKey.objects.filter(multikey=public.multikey).exists():
        raise _refusal("This key was used before.", "Make a new key pair on the token.")


def _end(kind: str, key: SigningKey, at: dt.datetime, **details: Json) -> None:
    key.retired_at = key.retired_at or at
    key.save()
    _record(kind, key, at, **details)


def _record(kind: str, key: SigningKey, at: dt.datetime, **details: Json) -> None:
    append_record(
        kind, actor="operator", at=at, tenant=str(key.body_id), subject=f"key:{key.pk}",
        details={"name": key.name, **details},
    )  # fmt: skip


def body_document(body: Body) -> dict[str, Json]:
    """Return the DID document of a body, with every key it ever had, and where its endorsements are.

    Raises:
        SealmarkError: SM771 it has none; SM817 the address of the installation makes no identifier.
    """
    terms = [
        KeyTerm(one.name, VerificationKey.from_multikey(one.multikey), one.compromised_at) for one in keys_of(body)
    ]
    did = body_did(body)
    made = did_document(did, terms)
    if not Endorsement.objects.filter(body=body).exists():
        return made
    endorsed: dict[str, Json] = {
        "id": f"{did}#endorsements", "type": "Endorsements",
        "serviceEndpoint": place(f"bodies/{body.code}/endorsements.json"),
    }  # fmt: skip
    return {**made, "service": [endorsed]}


def installation_document() -> dict[str, Json]:
    """Return the DID document of the installation: its key signs the log, not certificates.

    Raises:
        SealmarkError: SM817 the address of the installation makes no identifier.
    """
    did, key = installation_did(), log_key()
    made = did_document(did, [KeyTerm("log", key.key)])
    log: dict[str, Json] = {
        "id": f"{did}#transparency-log", "type": "TransparencyLog", "serviceEndpoint": place("log/"),
    }  # fmt: skip
    return {**made, "assertionMethod": [], "alsoKnownAs": [place()], "service": [log]}


def key_faults(body: Body) -> list[Problem]:
    """Return why a body cannot sign."""
    try:
        with signing(present_key(body)):
            return []
    except SealmarkError as error:
        return list(error.problems)


def _no_key(body: Body) -> Problem:
    what = f"{body.name} has no key: nothing of it is signed."
    return Problem("SM813", what, body.code, f"Run: sealmark-platform keys make {body.code}")


def _refusal(what: str, fix: str) -> SealmarkError:
    return SealmarkError(Problem("SM818", what, fix=fix))
