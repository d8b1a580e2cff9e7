"""A certificate as PDF for the archive (PDF/A-3a), accessible (PDF/UA-1), with its credential attached."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any, Literal

from sealmark.attest.credentials.annex import digest_multibase
from sealmark.attest.documents import canonical_form, read_json
from sealmark.core.canonical import digest_bytes
from sealmark.core.errors import Problem, SealmarkError
from sealmark.reports.certificates.design import Look
from sealmark.reports.certificates.facts import CertificateFacts, read_facts
from sealmark.reports.certificates.logos import Logo, read_logo
from sealmark.reports.certificates.page import Site, certificate_page, certificate_phrases, fields_of
from sealmark.reports.certificates.typefaces import THIN_SPACES, require_letters, typst_fonts
from sealmark.reports.certificates.words import Kind, SchemeWords, own_language
from sealmark.reports.sentences import require_language
from sealmark.scheme.edition import Edition
from sealmark.scheme.wording import LANGUAGES, Language

__all__ = ["STANDARDS", "render_certificate"]

STANDARDS: tuple[Literal["a-3a", "ua-1"], ...] = ("a-3a", "ua-1")
"""For the archive with attachments (PDF/A-3a) and accessible (PDF/UA-1)."""


def render_certificate(
    bundle: Mapping[str, Any],
    *,
    languages: Sequence[str],
    look: Look | None = None,
    annex: bytes | None = None,
    edition: Edition | None = None,
) -> bytes:
    """Return a certificate as PDF; the same input gives the same bytes.

    What is printed comes from the signed credential; the design adds what the body says on every certificate, and
    the edition whose digest is signed has the words of the scheme in other languages.
    The bundle is attached as ``certificate.json``, the annex as ``sites.json``.

    Args:
        bundle: The content of certificate.json (``sealmark-bundle/1``).
        languages: One, or up to four that stand side by side: en, ru, zh-Hans, zh-Hant.
        look: Design and logo of the body; None is the plain look.
        annex: The file of sites whose digest the credential has.
        edition: The edition whose digest the credential has; None shows its words as they were signed.

    Raises:
        SealmarkError: SM612 or SM796 the languages, SM790 the bundle, SM792 the logo, SM793 a character that no font
            has, SM794 the setter refused, SM795 the annex is another file, SM799 the edition is another
            one, SM615 the fonts are not installed.
    """
    tongues = _languages(languages)
    look = look or Look()
    facts = read_facts(bundle)
    words = _words(edition, facts)
    sites = _sites(annex, facts)
    picture = None if look.logo is None else read_logo(look.logo)
    require_letters(fields_of(facts, look.design, sites) | words.fields(tongues, _of_scheme(facts)))
    page = certificate_page(facts, tongues, design=look.design, sites=sites, words=words)
    page["logo"] = _logo(picture, facts.body.name, tongues[0])
    page["code"] = _code(facts.address)
    inputs = {"certificate": canonical_form(bundle).decode(), "annex": (annex or b"").decode()}
    return _compiled(page, inputs)


def _languages(languages: Sequence[str]) -> tuple[Language, ...]:
    tongues = tuple(map(require_language, languages))
    if not tongues or len(set(tongues)) != len(tongues):
        what = "No language is given." if not tongues else "A language is given twice."
        raise SealmarkError(Problem("SM796", what, "--language", f"One to four of {', '.join(LANGUAGES)}."))
    return tongues


def _words(edition: Edition | None, facts: CertificateFacts) -> SchemeWords:
    """Return the words of the edition, which must be the one that the credential names."""
    if edition is not None and digest_multibase(edition.digest) != facts.digest:
        what = f'The edition "{edition.id}" is not the one whose digest the credential has.'
        fix = f'Give the edition "{facts.code}" as it was when the certificate was issued, or none.'
        raise SealmarkError(Problem("SM799", what, "edition", fix))
    return SchemeWords(own_language(facts.language), edition)


def _of_scheme(facts: CertificateFacts) -> list[tuple[Kind, str]]:
    """Return the texts of the credential that are words of its scheme."""
    told: list[tuple[Kind, str]] = [("title", facts.edition), ("title", facts.scheme)]
    for grade in facts.grades:
        told += [("ladders", grade.ladder), ("grades", grade.label)]
    told += [("scores", score.name) for score in facts.scores]
    return told


def _sites(annex: bytes | None, facts: CertificateFacts) -> tuple[Site, ...]:
    """Return the rows of the annex, which must be the file that the credential names."""
    if annex is None:
        return ()
    if not facts.annex or digest_multibase(digest_bytes(annex)) != facts.annex:
        what = "The file of sites is not the one whose digest the credential has."
        raise SealmarkError(Problem("SM795", what, "annex", "Fetch it again from the address in the credential."))
    try:
        rows: Any = read_json(b'{"sites":%b}' % annex, where="annex")["sites"]
        return tuple(Site(row["code"], row["name"], row["place"]) for row in rows)
    except (KeyError, TypeError) as error:
        what = f"The file of sites is no list of code, name and place: {error}."
        raise SealmarkError(Problem("SM795", what, "annex", "Publish it as the library writes it.")) from error


def _code(address: str) -> str:
    """Return the address as QR code, an SVG of one path."""
    if not address:
        return ""
    import segno  # only when a document is set

    code = segno.make(address, error="m", micro=False, mask=2)
    return str(code.svg_inline(scale=4, border=4, omitsize=True))


def _logo(logo: Logo | None, body: str, language: Language) -> dict[str, object] | None:
    if logo is None:
        return None
    alt = certificate_phrases(language).say("text.logo", body=body)
    return {"format": logo.format, "bytes": list(logo.content), "alt": alt}


def _compiled(page: Mapping[str, object], attached: Mapping[str, str]) -> bytes:
    import typst  # heavy: only when a document is set

    template = (resources.files(__package__) / "certificate.typ").read_bytes()
    data = json.dumps(page, ensure_ascii=False).translate(THIN_SPACES)
    try:
        made = typst.compile(
            template, font_paths=typst_fonts(), sys_inputs={"page": data, **attached}, pdf_standards=list(STANDARDS)
        )
    except (typst.TypstError, RuntimeError) as error:
        what = f"The certificate could not be set: {str(error).splitlines()[0]}."
        fix = "Set it without the logo of the body; report this with the bundle."
        raise SealmarkError(Problem("SM794", what, "certificate.pdf", fix)) from error
    assert isinstance(made, bytes)
    return made
