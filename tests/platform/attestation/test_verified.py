"""What the platform publishes, checked as anybody checks it: from the PDF, the bundle and the page, through every status."""

from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.urls import reverse
from tests.platform.attestation.test_publishing import suspend
from tests.platform.people import after

from sealmark.attest.verifying.checking import verify
from sealmark.attest.verifying.material import Means
from sealmark.attest.verifying.reading import read_material
from sealmark_platform.casework.actions import certificate as certify
from sealmark_platform.casework.models import Certificate


@pytest.fixture
def fetch(client):
    """Reads addresses of the platform, and of nobody else."""

    def read(address):
        response = client.get(urlsplit(address).path)
        if response.status_code == 404:
            raise FileNotFoundError(address)
        assert response.status_code == 200, address
        return b"".join(response.streaming_content) if response.streaming else response.content

    return read


def told(verdict):
    return {check.name: check.sentence.partition(".")[2] for check in verdict.checks}


def test_valid_suspended_restored_withdrawn_and_the_old_file_says_so(world, certificate, moved, client, fetch):
    file = read_material(client.get(reverse("certificate-pdf", args=[certificate.number])).content)

    def answer(day):
        verdict = verify(file, on=after(day), means=Means(fetch=fetch))
        return verdict.answer, verdict.sentence

    first = verify(file, on=after(16), means=Means(fetch=fetch))
    suspend(world, certificate, 17)
    moved(17)
    suspended = answer(17)
    certify.restore_certificate(Certificate.objects.get(), reason="Access given.", by=world.bo, at=after(18))
    moved(18)
    restored = answer(18)
    certify.withdraw_certificate(Certificate.objects.get(), reason="Closed.", by=world.bo, at=after(19))
    moved(19)

    assert first.answer == "valid", first
    assert told(first) == {
        "form": "passed", "signature": "passed", "issuer": "online", "dates": "passed", "status": "fetched",
        "log": "followed", "record": "passed", "scheme": "absent",
    }  # fmt: skip
    assert [suspended, restored, answer(19)] == [
        ("suspended", "answer.suspended"), ("valid", "answer.valid"), ("revoked", "answer.withdrawn"),
    ]  # fmt: skip


def test_a_row_altered_by_sql_is_found(certificate, fetch):
    file = read_material(fetch(f"https://x{reverse('bundle', args=[certificate.number])}"))
    with connection.cursor() as cursor:
        cursor.execute("update casework_certificate set scope = 'Everything'")

    verdict = verify(file, on=after(16), means=Means(fetch=fetch))
    assert (verdict.answer, told(verdict)["record"]) == ("not-valid", "failed")
