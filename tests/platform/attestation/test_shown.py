"""What visitors get of a signed certificate: its page, PDF and badge."""

import datetime as dt
import io
import json
from unittest.mock import Mock

import pytest
from django.urls import reverse
from pypdf import PdfReader
from tests.platform.attestation.test_publishing import bundle_of, suspend
from tests.platform.people import after

from sealmark.attest.verifying import pdf
from sealmark.core.errors import Problem, SealmarkError
from sealmark.reports.certificates.page import certificate_phrases
from sealmark.scheme.wording import LANGUAGES
from sealmark_platform.attestation import prints
from sealmark_platform.attestation.prints import badge_of
from sealmark_platform.attestation.publishing import publish_due
from sealmark_platform.attestation.statements import _wording


def pdf_of(client, certificate, languages="en"):
    return client.get(reverse("certificate-pdf", args=[certificate.number]), {"language": languages})


def test_the_page_leads_to_what_is_signed_once_it_is(world, certificate, client):
    page = client.get(reverse("certificate", args=[certificate.number])).content.decode()
    unsigned = world.draft()

    assert f'href="/verify/#{certificate.number}"' in page

    assert f'href="/register/{certificate.number}/certificate.pdf?language=en"' in page
    assert f'href="/register/{certificate.number}/certificate.json"' in page
    assert f"&lt;a href=&quot;https://localhost:8000/register/{certificate.number}/&quot;&gt;" in page
    assert "certificate.pdf" not in client.get(reverse("file", args=[unsigned.pk])).content.decode()


def test_the_people_of_a_file_find_the_pdf(world, certificate, client):
    for person in (world.cora, world.cleo):
        client.force_login(person)
        assert (
            f"/register/{certificate.number}/certificate.pdf"
            in client.get(reverse("file", args=[certificate.file_id])).content.decode()
        )


def test_the_pdf_carries_the_bundle_and_is_set_anew_when_its_state_changes(world, certificate, data, client):
    kept = data / "certificates" / certificate.number
    first = pdf_of(client, certificate, "zh-Hant,en")
    again = pdf_of(client, certificate, "en,zh-Hant")
    suspend(world, certificate, 20)
    publish_due(after(20))
    later = pdf_of(client, certificate, "en,zh-Hant")

    assert first["Content-Type"] == "application/pdf"
    assert first.content == again.content != later.content
    inside = json.loads(pdf.bundle_of(first.content))
    assert inside["credential"] == bundle_of(client, certificate)["credential"]
    assert [path.name.partition(".")[0] for path in kept.iterdir()] == ["en-zh-Hant"]
    assert [pdf_of(client, certificate, word).status_code for word in ("../../x", "tlh")] == [422, 422]


def test_the_pdf_has_the_words_of_the_scheme_in_its_language_while_the_pack_is_the_one_adopted(
    world, certificate, client, monkeypatch
):
    def printed():
        (page, *_rest) = PdfReader(io.BytesIO(pdf_of(client, certificate, "zh-Hant").content)).pages
        return page.extract_text().replace("\n", "").replace(" ", "")

    with_pack = printed()
    gone = Mock(side_effect=SealmarkError(Problem("SM810", "The pack is gone.")))
    monkeypatch.setattr(prints, "edition_of", gone)

    assert "Sealmark客戶服務憲章" in with_pack
    assert "SealmarkCharter" not in with_pack
    assert "SealmarkCharterforCustomerService" in printed()
    credential = bundle_of(client, certificate)["credential"]
    certificate.granted_by.digest = "sha256:" + "00" * 32
    assert prints._edition(certificate, {"credential": credential}) is None


@pytest.mark.parametrize("language", [*LANGUAGES])
def test_headings_that_the_platform_signs_are_known_to_the_sheet(language):
    wording, said = _wording(language), certificate_phrases(language).say

    assert (wording.sites, wording.conditions) == (said("label.sites"), said("label.conditions"))
    assert wording.more_sites == said("text.more_sites")


@pytest.mark.parametrize("language", ["en", "ru", "zh-Hans", "zh-Hant"])
def test_the_badge_shows_a_grade_only_while_the_certificate_holds(world, certificate, client, language):
    address = reverse("badge", args=[certificate.number])
    active = client.get(address, {"language": language})
    expired = badge_of(certificate, language, certificate.valid_until + dt.timedelta(days=1))
    suspend(world, certificate, 20)
    suspended = client.get(address, {"language": language}).content.decode()

    assert active["Content-Type"] == "image/svg+xml"
    assert "Willow oak" in active.content.decode()
    assert "Willow oak" not in suspended + expired
    assert len({active.content.decode(), suspended, expired}) == 3
    assert client.get(address, {"language": "tlh"}).status_code == 404


def test_the_address_of_the_scheme_in_a_credential_has_a_page(world, certificate, client):
    credential = bundle_of(client, certificate)["credential"]
    (alignment,) = credential["credentialSubject"]["achievement"]["alignment"]
    address = alignment["targetUrl"].removeprefix("https://localhost:8000")
    first = client.get(address)
    kept = client.get(address, headers={"if-none-match": first["ETag"]})
    whole = client.get(address.rpartition("/")[0].rpartition("/")[0] + "/")
    adopted = certificate.granted_by

    assert (first.status_code, kept.status_code, whole.status_code) == (200, 304, 200)
    for told in (first.content.decode(), whole.content.decode()):
        assert adopted.digest in told
        assert "The Sealmark developers" in told
        assert world.body.name in told
    assert not first.cookies
    for missing in ("/schemes/sealmark-charter/1999/", "/schemes/no-such/", "/schemes/a%00b/"):
        assert client.get(missing).status_code == 404
