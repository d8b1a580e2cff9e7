"""The certificate as PDF, in the look of its body, kept until something of it changes; and its badge."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings

from sealmark.attest.badge import BadgeFacts, badge_svg
from sealmark.attest.files import write_whole
from sealmark.attest.verifying.badges import edition_of as named_edition
from sealmark.attest.verifying.badges import says_digest
from sealmark.certify import CertificateStatus
from sealmark.core.canonical import canonical_bytes
from sealmark.core.errors import SealmarkError
from sealmark.reports.certificates.design import Look, read_design
from sealmark.reports.certificates.rendering import render_certificate
from sealmark.reports.sentences import require_language
from sealmark.scheme.edition import Edition
from sealmark_platform.attestation.bundles import bundle_of, present_credential
from sealmark_platform.attestation.models import PublicRecord, StatusList
from sealmark_platform.attestation.records import since
from sealmark_platform.casework.models import Certificate
from sealmark_platform.casework.queries.results import grade_words
from sealmark_platform.catalogue.queries import edition_of, edition_title
from sealmark_platform.parties.models import Body

__all__ = ["badge_of", "certificate_pdf"]


def certificate_pdf(certificate: Certificate, languages: Sequence[str]) -> bytes | None:
    """Return a certificate as PDF with its bundle inside; nothing while no credential of it was signed.

    It is set once for each state of certificate, status lists and design, and kept in the data folder.

    Args:
        certificate: Which.
        languages: One to four, side by side.

    Raises:
        SealmarkError: As of :func:`sealmark.reports.certificates.rendering.render_certificate`.
    """
    credential = present_credential(certificate)
    if credential is None:
        return None
    # They become part of a name of a file.
    languages = [require_language(one) for one in languages]
    look = _look(credential.body)
    record = PublicRecord.objects.filter(certificate=certificate).values_list("digest", flat=True).first()
    lists = StatusList.objects.filter(body=credential.body, number=credential.list_number).order_by("purpose")
    bundle = bundle_of(certificate) or {}
    edition = _edition(certificate, bundle)
    state = [credential.digest, record, [str(one.made_at) for one in lists], "log" in bundle, list(languages),
             bundle.get("endorsements"), look.design.model_dump_json(),
             hashlib.sha256(look.logo or b"").hexdigest(), None if edition is None else edition.digest]  # fmt: skip
    name = f"{'-'.join(languages)}.{hashlib.sha256(canonical_bytes(state)).hexdigest()[:24]}.pdf"
    path = Path(settings.DATA) / "certificates" / certificate.number / name
    if path.is_file():
        return path.read_bytes()
    annex = credential.annex.encode() or None
    made = render_certificate(bundle, languages=languages, look=look, annex=annex, edition=edition)
    _keep(path, made)
    return made


def _edition(certificate: Certificate, bundle: Mapping[str, Any]) -> Edition | None:
    """Return the edition that the credential names; nothing while another one was adopted, or its pack is gone."""
    _, digest = named_edition(bundle.get("credential", {}))
    if not says_digest(digest, certificate.granted_by.digest):
        return None
    try:
        return edition_of(certificate.granted_by)
    except SealmarkError:  # The document then has the words that were signed.
        return None


def _look(body: Body) -> Look:
    """Return how certificates of a body look, from its folder in the data folder; nothing: plain."""
    folder = Path(settings.DATA) / "designs" / body.code
    path = folder / "certificate-design.yaml"
    if not path.is_file():
        return Look()
    design = read_design(path.read_bytes(), str(path))
    return Look(design, (folder / design.logo).read_bytes() if design.logo else None)


def _keep(path: Path, content: bytes) -> None:
    """Keep a file in the place of the one of an older state."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, content)
    for older in path.parent.glob(f"{path.name.partition('.')[0]}.*.pdf"):
        if older != path:
            older.unlink(missing_ok=True)


def badge_of(certificate: Certificate, language: str, on: dt.date) -> str:
    """Return the badge of a certificate as it stands on a day; its last day over, it says so by itself."""
    status = certificate.status
    if status in {CertificateStatus.ACTIVE, CertificateStatus.SUSPENDED} and certificate.valid_until < on:
        status = CertificateStatus.EXPIRED.value
    adopted, changed = certificate.granted_by, certificate.events.order_by("-on", "-pk").first()
    begun = since(certificate) if status == CertificateStatus.ACTIVE or changed is None else changed.on
    if status == CertificateStatus.EXPIRED:
        begun = certificate.valid_until + dt.timedelta(days=1)
    facts = BadgeFacts(
        number=certificate.number, holder=certificate.file.organization.name, body=certificate.file.body.name,
        scheme=edition_title(adopted, language), grade=grade_words(edition_of(adopted), language, certificate.grade),
        on=begun, until=certificate.valid_until,
    )  # fmt: skip
    return badge_svg(status, language=language, facts=facts)
