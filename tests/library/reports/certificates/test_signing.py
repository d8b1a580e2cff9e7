"""A PAdES signature is appended, holds for pyHanko's own validator, and leaves the attachment where it was."""

import datetime as dt
import io
import sys

import pytest
from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pypdf import PdfReader
from tests.library.reports.certificates.examples import bundle

from sealmark.attest.documents import canonical_form
from sealmark.core.errors import SealmarkError
from sealmark.reports.certificates.rendering import render_certificate
from sealmark.reports.certificates.signing import open_pem, open_pkcs12, sign_pdf

AT = dt.datetime(2026, 8, 2, 9, 30, tzinfo=dt.UTC)
SECRET = b"a long passphrase"


@pytest.fixture(scope="module")
def keys():
    """A key and its certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Example Certification")])
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=True, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    made = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(7)
        .not_valid_before(dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
        .not_valid_after(dt.datetime(2036, 1, 1, tzinfo=dt.UTC))
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    return key, made


@pytest.fixture(scope="module")
def packed(keys):
    key, made = keys
    return pkcs12.serialize_key_and_certificates(b"key", key, made, None, serialization.BestAvailableEncryption(SECRET))


@pytest.fixture(scope="module")
def sheet():
    return render_certificate(bundle(), languages=["en"])


def checked(content, keys):
    (signature,) = PdfFileReader(io.BytesIO(content)).embedded_signatures
    root = Certificate.load(keys[1].public_bytes(serialization.Encoding.DER))
    context = ValidationContext(trust_roots=[root], allow_fetching=False, moment=AT)
    return signature, validate_pdf_signature(signature, context)


def test_a_signed_sheet_holds_and_still_carries_its_credential(keys, packed, sheet):
    signer = open_pkcs12(packed, SECRET)

    signed = sign_pdf(sheet, signer, at=AT, reason="Issued")

    signature, status = checked(signed, keys)
    assert status.bottom_line, status.pretty_print_details()
    assert status.intact
    assert signer.name == "Common Name: Example Certification"
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert signature.self_reported_timestamp == AT
    assert signed.startswith(sheet)
    assert PdfReader(io.BytesIO(signed)).attachments["certificate.json"] == [canonical_form(bundle())]


def test_a_changed_sheet_is_told(keys, packed, sheet):
    signed = bytearray(sign_pdf(sheet, open_pkcs12(packed, SECRET), at=AT))
    signed[signed.index(b"%PDF") + 900] ^= 1

    _, status = checked(bytes(signed), keys)

    assert not status.intact
    assert not status.bottom_line


def test_a_key_with_its_certificate_signs_too(keys, sheet):
    key, made = keys
    encoding = serialization.Encoding.PEM
    private = key.private_bytes(
        encoding, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(SECRET)
    )

    signed = sign_pdf(sheet, open_pem(private, made.public_bytes(encoding), SECRET), at=AT)

    assert checked(signed, keys)[1].bottom_line
    for content, certificates, secret in (
        (private, made.public_bytes(encoding), b"wrong"),
        (private, b"", SECRET),
        (b"none", made.public_bytes(encoding), SECRET),
    ):
        with pytest.raises(SealmarkError) as caught:
            open_pem(content, certificates, secret)
        assert caught.value.codes == ("SM797",)


@pytest.mark.parametrize(("spoil", "secret"), [(bytes, b"wrong"), (lambda _: b"none", SECRET)])
def test_what_opens_no_key_is_refused(packed, spoil, secret):
    with pytest.raises(SealmarkError) as caught:
        open_pkcs12(spoil(packed), secret)

    assert caught.value.codes == ("SM797",)


def test_what_is_no_pdf_is_not_signed(packed):
    with pytest.raises(SealmarkError) as caught:
        sign_pdf(b"no PDF", open_pkcs12(packed, SECRET), at=AT)

    assert caught.value.codes == ("SM797",)


@pytest.mark.parametrize("call", [lambda: open_pkcs12(b"", None), lambda: open_pem(b"", b"", None)])
def test_without_the_extra_the_cure_is_named(call, monkeypatch):
    for name in ("pyhanko.sign.signers", "pyhanko.keys"):
        monkeypatch.setitem(sys.modules, name, None)

    with pytest.raises(SealmarkError) as caught:
        call()

    assert "sealmark[sign]" in caught.value.problems[0].fix
