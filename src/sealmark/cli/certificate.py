"""``sealmark certificate``: the certificate as a document."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sealmark.cli.endorsing import endorse
from sealmark.cli.output import json_option, result
from sealmark.core.errors import Problem, SealmarkError

if TYPE_CHECKING:
    from sealmark.scheme.edition import Edition

__all__ = ["certificate"]

_LARGEST = 6 << 20
_PASSPHRASE = "SEALMARK_SIGN_PASSPHRASE"  # noqa: S105
_file = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(epilog="Example: sealmark certificate render certificate.json --out certificate.pdf")
def certificate() -> None:
    """Set certificates as documents; endorse who issues them."""


@certificate.command("render", epilog="Example: sealmark certificate render certificate.json "
                     "--language en,zh-Hant --out certificate.pdf")  # fmt: skip
@click.argument("bundle", type=_file)
@click.option("--language", default="en", show_default=True,
              help="One language, or up to four side by side: en, ru, zh-Hans, zh-Hant, with commas.")  # fmt: skip
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The PDF to write.")
@click.option("--design", type=_file, help="How it looks (see `sealmark schema certificate-design`); a logo that it "
              "names lies beside it.")  # fmt: skip
@click.option("--sites", type=_file, help="The file of sites that the certificate names.")
@click.option("--sign", type=_file, help=f"PKCS#12 file to sign the PDF with; passphrase in {_PASSPHRASE}.")
@json_option
def render(bundle: Path, language: str, out: Path, design: Path | None, sites: Path | None, sign: Path | None) -> None:
    """Set the certificate in BUNDLE, a certificate.json, as PDF/A with that file inside.

    What is printed is what the signed credential says; the words of its scheme stand in other languages too when
    the same edition of the scheme is installed. Setting is not checking: `sealmark verify` checks the file
    or the PDF.
    """
    from sealmark.attest.documents import Limits, read_json
    from sealmark.reports.certificates.design import Look, read_design
    from sealmark.reports.certificates.rendering import render_certificate  # heavy

    look = None
    if design is not None:
        own = read_design(_content(design), design.name)
        look = Look(own, _content(design.parent / own.logo) if own.logo else None)
    languages = [name.strip() for name in language.split(",") if name.strip()]
    document = read_json(_content(bundle), Limits(size=_LARGEST), where=bundle.name)
    annex = None if sites is None else _content(sites)
    edition = _installed(document)
    content = render_certificate(document, languages=languages, look=look, annex=annex, edition=edition)
    signed = ""
    if sign is not None:
        content, signed = _signed(content, sign)
    out.write_bytes(content)
    value = {"file": str(out), "bytes": len(content), "languages": languages, "signed": signed}
    result(value, [f"Written: {out}" + (f", signed by {signed}" if signed else "")])


certificate.add_command(endorse)


def _installed(bundle: Mapping[str, Any]) -> Edition | None:
    """Return the edition that the certificate names, if that very one is installed."""
    from sealmark.attest.credentials.annex import digest_multibase
    from sealmark.reports.certificates.facts import read_facts
    from sealmark.scheme import discovery

    facts = read_facts(bundle)
    if facts.code not in [name for name, _ in discovery.editions()]:
        return None
    try:
        edition = discovery.load(facts.code)
    except SealmarkError:  # Broken here; the document then has the words that were signed.
        return None
    return edition if digest_multibase(edition.digest) == facts.digest else None


def _signed(content: bytes, path: Path) -> tuple[bytes, str]:
    """Return the PDF with a signature of now, and whose it is."""
    from sealmark.reports.certificates.signing import open_pkcs12, sign_pdf

    passphrase = os.environ.get(_PASSPHRASE)
    signer = open_pkcs12(_content(path), None if passphrase is None else passphrase.encode())
    return sign_pdf(content, signer, at=dt.datetime.now(dt.UTC)), signer.name


def _content(path: Path) -> bytes:
    """Return the bytes of a file, and of no file that is far too large."""
    with path.open("rb") as stream:
        content = stream.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        what = f"The file has more than {_LARGEST:,} bytes."
        raise SealmarkError(Problem("SM790", what, str(path), "Give the right file."))
    return content
