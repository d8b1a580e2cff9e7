"""A register with published records, as the trail has them."""

import pytest
from django.db import transaction
from tests.platform.people import after

from sealmark_platform.attestation.models import PublicRecord
from sealmark_platform.attestation.records import hexadecimal, record_of
from sealmark_platform.records.actions import append_record

_DAY = after(20)


def published(certificate, at=_DAY):
    """Publish what the register says of a certificate, as the publisher does for one without a key."""
    certificate.refresh_from_db()
    record = record_of(certificate, "", at)
    with transaction.atomic():
        entry = append_record(
            "certificate.published", actor="publisher", at=at, tenant=str(certificate.file.body_id),
            file=str(certificate.file_id), subject=f"credential:{certificate.number}",
            details={"number": certificate.number, "credential": "", "record": hexadecimal(record),
                     "status": certificate.status, "edition": certificate.granted_by.edition},
        ).number  # fmt: skip
    PublicRecord.objects.update_or_create(certificate=certificate, defaults={
        "document": record, "digest": hexadecimal(record), "published_at": at, "last_act": certificate.last_entry,
        "seen": entry, "entry": entry,
    })  # fmt: skip
    return entry


@pytest.fixture
def listed(world):
    """A published certificate."""
    certificate = world.certified()
    published(certificate)
    return certificate
