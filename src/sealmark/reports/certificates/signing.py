"""A PAdES signature over a certificate, for readers that look for one in the PDF itself.

It seals the sheet; what counts is still the credential inside and the register.
"""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sealmark.core.errors import Problem, SealmarkError

if TYPE_CHECKING:
    from pyhanko.sign.signers import PdfSigner, SimpleSigner
    from pyhanko.sign.signers.pdf_signer import PdfSigningSession

__all__ = ["SheetSigner", "open_pem", "open_pkcs12", "sign_pdf"]

_FIELD = "SealmarkSignature"
_EXTRA = "Install the extra: pip install 'sealmark[sign]'"


@dataclass(frozen=True, slots=True)
class SheetSigner:
    """A private key with its X.509 certificate and the chain above it; the key is never shown."""

    name: str
    signer: SimpleSigner = field(repr=False)


def open_pkcs12(content: bytes, passphrase: bytes | None) -> SheetSigner:
    """Return the signer in a PKCS#12 file (.p12, .pfx).

    Raises:
        SealmarkError: SM797, the file or its passphrase is wrong, or the extra ``sign`` is not installed.
    """
    try:
        from pyhanko.sign.signers import SimpleSigner

        signer = SimpleSigner.load_pkcs12_data(content, other_certs=[], passphrase=passphrase)
    except ImportError:
        raise _unusable("Signatures in PDF files need pyHanko.", _EXTRA) from None
    except (OSError, ValueError, TypeError):
        signer = None
    return _usable(signer)


def open_pem(key: bytes, certificates: bytes, passphrase: bytes | None) -> SheetSigner:
    """Return the signer of a private key and its certificates, in PEM files.

    Args:
        key: The private key, encrypted or not.
        certificates: The certificate of the key, and those above it.
        passphrase: Of the key, if it is encrypted.

    Raises:
        SealmarkError: SM797, a file or the passphrase is wrong, no certificate is of the key, or the extra ``sign``
            is not installed.
    """
    try:
        from pyhanko.keys import load_certs_from_pemder_data
        from pyhanko.sign.signers import SimpleSigner
        from pyhanko_certvalidator.registry import SimpleCertificateStore
    except ImportError:
        raise _unusable("Signatures in PDF files need pyHanko.", _EXTRA) from None
    try:
        public, private = _key_pair(key, passphrase)
        chain = list(load_certs_from_pemder_data(certificates))
        own = next(item for item in chain if item.public_key.dump() == public)
    except (OSError, ValueError, TypeError, StopIteration):
        return _usable(None)
    store = SimpleCertificateStore()
    store.register_multiple(chain)
    return _usable(SimpleSigner(signing_cert=own, signing_key=private, cert_registry=store))


def _key_pair(key: bytes, passphrase: bytes | None) -> tuple[bytes, object]:
    """Return the public half as certificates write it, and the private half as pyHanko takes it."""
    from cryptography.hazmat.primitives import serialization as form
    from pyhanko.keys import load_private_key_from_pemder_data

    pair = form.load_pem_private_key(key, passphrase)
    public = pair.public_key().public_bytes(form.Encoding.DER, form.PublicFormat.SubjectPublicKeyInfo)
    return public, load_private_key_from_pemder_data(key, passphrase)


def sign_pdf(content: bytes, signer: SheetSigner, *, at: dt.datetime, reason: str = "") -> bytes:
    """Return a PDF with a signature over all of it (PAdES, ETSI EN 319 142, without a time stamp).

    What was there stays as it was: the signature is appended, so the attachment is still found.

    Args:
        content: The PDF, as :func:`~sealmark.reports.certificates.rendering.render_certificate` makes it.
        signer: Who signs.
        at: When, with its zone.
        reason: Shown by readers beside the signature.

    Raises:
        SealmarkError: SM797, it is no PDF that can be signed.
    """
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.sign.fields import SigSeedSubFilter
    from pyhanko.sign.general import SigningError
    from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner

    facts = PdfSignatureMetadata(
        field_name=_FIELD, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES, reason=reason or None
    )
    try:
        writer = IncrementalPdfFileWriter(io.BytesIO(content))
        made: io.BytesIO = _signing_at(at, PdfSigner(facts, signer=signer.signer)).sign_pdf(writer)
    except (PdfError, SigningError, ValueError) as error:
        raise _unusable(f"The PDF cannot be signed: {error}.", "Sign the PDF as it was set, once.") from error
    return made.getvalue()


def _signing_at(at: dt.datetime, signer: PdfSigner) -> PdfSigner:
    """Return the signer with the given time instead of the clock's."""
    begin = signer.init_signing_session

    def begin_then(*given: object, **named: object) -> PdfSigningSession:
        session = begin(*given, **named)
        session.system_time = at
        return session

    signer.init_signing_session = begin_then
    return signer


def _usable(signer: SimpleSigner | None) -> SheetSigner:
    if signer is None or signer.signing_cert is None:
        raise _unusable(
            "The key for signing PDF files cannot be opened.",
            "Give a PKCS#12 file, or a private key with its certificate, and the right passphrase.",
        )
    return SheetSigner(signer.signing_cert.subject.human_friendly, signer)


def _unusable(what: str, fix: str) -> SealmarkError:
    return SealmarkError(Problem("SM797", what, fix=fix))
