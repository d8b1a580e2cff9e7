"""What the register says of a certificate, as a document with one form: its digest stands in the trail."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping

from sealmark.attest.moments import moment_text
from sealmark.certify import CertificateStatus
from sealmark.core.canonical import Json, digest_json
from sealmark.core.errors import Problem, SealmarkError
from sealmark_platform.attestation.models import PublicRecord
from sealmark_platform.casework.models import Certificate
from sealmark_platform.catalogue.queries import edition_title
from sealmark_platform.parties.models import Organization, Site
from sealmark_platform.records.models import Entry

__all__ = [
    "FORMAT",
    "bare",
    "hexadecimal",
    "holds_from",
    "public_record",
    "record_of",
    "require_told",
    "since",
    "sites_of",
]

FORMAT = "sealmark-record/1"
_OWN = ("number", "status", "edition", "grade", "scope", "firstIssuedOn", "validFrom", "validUntil", "history")


def hexadecimal(document: Mapping[str, object]) -> str:
    """Return the SHA-256 of a document's canonical form, as the trail has it."""
    return digest_json(document).removeprefix("sha256:")


def public_record(certificate: Certificate) -> dict[str, Json]:
    """Return what the register says of a certificate now: as it was published, unless somebody changed a row since."""
    known = PublicRecord.objects.filter(certificate=certificate).select_related("credential").first()
    if known is None:
        return record_of(certificate, "", None)
    digest = known.credential.digest if known.credential else ""
    return record_of(certificate, digest, known.published_at)


def record_of(certificate: Certificate, credential: str, updated: dt.datetime | None) -> dict[str, Json]:
    """Return the public record of a certificate.

    Args:
        certificate: Whose.
        credential: Digest of its present credential, hexadecimal; empty when there is none.
        updated: When it was published; nothing when it was not.
    """
    file, adopted = certificate.file, certificate.granted_by
    holder, body = file.organization, file.body
    return {
        "format": FORMAT,
        "number": certificate.number,
        "status": certificate.status,
        "holder": _holder(holder),
        "scheme": {"id": adopted.edition.partition("/")[0], "name": edition_title(adopted, "en")},
        "edition": {"id": adopted.edition, "digest": adopted.digest},
        "grade": certificate.grade if certificate.status == CertificateStatus.ACTIVE else "",
        "scope": certificate.scope,
        "sites": [*sites_of(certificate)],
        "body": {"name": body.name, "code": body.code, "country": body.country},
        "firstIssuedOn": certificate.first_issued_on.isoformat(),
        "validFrom": since(certificate).isoformat(),
        "validUntil": certificate.valid_until.isoformat(),
        "history": [*_history(certificate)],
        "credential": {"sha256": credential} if credential else None,
        "updated": None if updated is None else moment_text(updated),
    }


def _holder(holder: Organization) -> dict[str, Json]:
    return {"name": holder.name, "address": holder.address, "city": holder.city, "country": holder.country,
            "identity": holder.register_number}  # fmt: skip


def _history(certificate: Certificate) -> list[Json]:
    events = certificate.events.order_by("on", "pk")
    return [{"on": one.on.isoformat(), "what": one.what, "status": one.status, "grade": one.grade} for one in events]


def since(certificate: Certificate) -> dt.date:
    """Return from when the certificate holds as it is: renewed before its end, from the day of that."""
    return holds_from(certificate.valid_from, certificate.events.values_list("what", "on"))


def holds_from(valid_from: dt.date, history: Iterable[tuple[str, dt.date]]) -> dt.date:
    """Return from when a certificate holds as it is.

    Args:
        valid_from: First day of its present term.
        history: What happened to it, and when.
    """
    early = [on for what, on in history if what == "renew" and on < valid_from]
    return max(early, default=valid_from)


def sites_of(certificate: Certificate) -> list[dict[str, Json]]:
    """Return the sites of a certificate; it knows them by name, the organization knows where they are."""
    known: dict[str, list[Site]] = {}
    for site in certificate.file.organization.sites.order_by("code"):
        known.setdefault(site.name, []).append(site)
    found: list[dict[str, Json]] = []
    for place, name in enumerate(certificate.sites, start=1):
        fitting = known.get(name) or []
        code, city = (fitting[0].code, fitting.pop(0).city) if fitting else (f"{place}", "")
        found.append({"code": code, "name": name, "address": city})
    return found


def bare(record: Mapping[str, Json]) -> dict[str, Json]:
    """Return a record without what publishing adds to it."""
    return {name: value for name, value in record.items() if name not in {"credential", "updated"}}


def require_told(certificate: Certificate, known: PublicRecord | None) -> None:
    """Make sure that what a row says was done by an act: nothing else is published.

    Raises:
        SealmarkError: SM816 somebody changed a row behind the platform's back.
    """
    _require_in_trail(certificate)
    if known is None:
        return
    now = record_of(certificate, "", None)
    # Without an edition of its own it follows its file, which acts of another kind move.
    own = [name for name in _OWN if name != "edition" or certificate.edition_id]
    is_changed = any(now[name] != known.document.get(name) for name in own)
    if (is_changed or _names(now) != _names(known.document)) and certificate.last_entry == known.last_act:
        raise _altered(certificate, "it says something else than was published, and no act changed it")
    for part, subject in (("holder", certificate.file.organization_id), ("body", certificate.file.body_id)):
        kind = "organization" if part == "holder" else "body"
        newer = Entry.objects.filter(subject=f"{kind}:{subject}", number__gt=known.seen)
        if now[part] != known.document.get(part) and not newer.exists():
            raise _altered(
                certificate, f"its {part} is told in another way than was published, and no act changed that"
            )


def _require_in_trail(certificate: Certificate) -> None:
    """Compare a certificate with its newest act, and with the newest that gave it grade and term."""
    events = Entry.objects.filter(subject=f"certificate:{certificate.pk}").order_by("-number").values_list("event")
    told = [json.loads(event) for (event,) in events]
    newest = (told[0]["number"], told[0]["details"].get("status")) if told else (0, None)
    if newest != (certificate.last_entry, certificate.status):
        raise _altered(certificate, f'the trail does not say that it is "{certificate.status}"')
    given = next((one["details"] for one in told if "grade" in one["details"]), None)
    now = {"grade": certificate.grade, "valid_until": certificate.valid_until.isoformat()}
    if given is not None and any(given.get(name) != value for name, value in now.items()):
        raise _altered(certificate, "the trail says another grade, or another last day")


def _names(record: Mapping[str, Json]) -> list[Json]:
    sites = record.get("sites")
    return [site["name"] for site in sites if isinstance(site, dict)] if isinstance(sites, list) else []


def _altered(certificate: Certificate, why: str) -> SealmarkError:
    what = f"The certificate {certificate.number} is not published: {why}."
    fix = "Run: sealmark-platform records verify; find out who changed the row, and bring it back from a backup."
    return SealmarkError(Problem("SM816", what, certificate.number, fix))
