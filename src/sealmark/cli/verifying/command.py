"""``sealmark verify``: a certificate in, one plain sentence and an exit code out."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from urllib.parse import urlsplit

import click

from sealmark.attest.contexts import Contexts
from sealmark.attest.verifying.badges import edition_of
from sealmark.attest.verifying.checking import refused, verify
from sealmark.attest.verifying.material import Fetch, Material, Means, read_bundle
from sealmark.attest.verifying.phrases import LANGUAGES
from sealmark.attest.verifying.reading import LARGEST_FILE, Address, is_wrapped, read_material
from sealmark.attest.verifying.verdict import Verdict
from sealmark.cli.output import DONE, NEGATIVE, json_option, result
from sealmark.cli.verifying.apart import unwrapped_apart
from sealmark.cli.verifying.keeping import installed_edition, moment_asked, read_memory, read_trust, write_memory
from sealmark.cli.verifying.network import Network
from sealmark.cli.verifying.telling import verdict_json, verdict_lines
from sealmark.core.errors import Problem, SealmarkError

__all__ = ["verify_command"]

# Not to be read as a certificate at all: wrong use. Everything else that is broken has a verdict.
_FILES = (".json", ".pdf", ".jwt")
_WRONG_USE = {"SM777", "SM778", "SM779", "SM784", "SM788"}


@click.command("verify", epilog="Example: sealmark verify certificate.pdf")
@click.argument("certificate")
@click.option("--offline", is_flag=True, help="Ask nobody; say what could not be checked.")
@click.option("--as-of", metavar="DATE", help="Day or time that the answer is about; now unless told.")
@click.option("--trust", "pins", multiple=True, metavar="DID=FILE",
              help="DID document of an issuer, a scheme owner or an installation, that you vouch for.")  # fmt: skip
@click.option("--issuers", type=click.Path(exists=True, file_okay=False, path_type=Path),
              help="Folder of such documents, *.json.")  # fmt: skip
@click.option("--memory", type=click.Path(dir_okay=False, path_type=Path),
              help="File that keeps the newest checkpoint of each log; the next one must continue it.")  # fmt: skip
@click.option("--contexts", type=click.Path(file_okay=False, path_type=Path), default="contexts", show_default=True,
              envvar="SEALMARK_CONTEXTS", help="Folder of JSON-LD contexts (or SEALMARK_CONTEXTS).")  # fmt: skip
@click.option("--allow-local", is_flag=True, help="Ask hosts of this machine and network too; localhost by http.")
@click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True)
@json_option
@click.pass_context
def verify_command(
    context: click.Context, certificate: str, *, offline: bool, as_of: str | None, pins: tuple[str, ...],
    issuers: Path | None, memory: Path | None, contexts: Path, allow_local: bool, language: str,
) -> None:  # fmt: skip
    """Say whether CERTIFICATE is valid.

    It is a PDF, a JSON file, a VC-JWT, a picture of the QR code, the address of its register page, or - for stdin.
    Only the web address of the issuer is asked, never anybody else. Exit code 0 only if the certificate is valid;
    1 if it is suspended, revoked, expired, not yet valid, not valid, or if that could not be found out; 2 if what
    was given is no certificate.
    """
    now = dt.datetime.now(dt.UTC)
    on = moment_asked(as_of, now) if as_of else now
    fetch = None if offline else Network(allow_local=allow_local)
    kept = read_memory(memory)
    means = Means(read_trust(pins, issuers), _contexts(contexts), fetch, kept)
    verdict = _verdict(certificate, on, means)
    if memory is not None and verdict.seen:
        write_memory(memory, {**kept, **verdict.seen})
    result(verdict_json(verdict, language), verdict_lines(verdict, language))
    context.exit(DONE if verdict.is_valid else NEGATIVE)


def _verdict(certificate: str, on: dt.datetime, means: Means) -> Verdict:
    try:
        material = _material(certificate, means.fetch)
    except SealmarkError as error:
        if error.codes[0] in _WRONG_USE:
            raise
        return refused(error, on=on)
    editions = installed_edition(edition_of(material.credential)[0])
    return verify(material, on=on, means=Means(means.trust, means.contexts, means.fetch, means.memory, editions))


def _material(certificate: str, fetch: Fetch | None) -> Material:
    if "://" in certificate:
        return _registered(certificate, fetch)
    found = _read(_content(certificate), certificate)
    return _registered(found, fetch) if isinstance(found, Address) else found


def _read(content: bytes, where: str) -> Material | Address:
    if not is_wrapped(content):
        return read_material(content, where=where)
    inner = unwrapped_apart(content, where)
    return inner if isinstance(inner, Address) else read_bundle(inner, where=where)


def _content(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read(LARGEST_FILE + 1)
    with Path(name).open("rb") as stream:
        return stream.read(LARGEST_FILE + 1)


def _registered(address: str, fetch: Fetch | None) -> Material:
    """Return what the register has at an address: of a page its bundle, else the file itself."""
    if fetch is None:
        what = f"{address[:120]!r} is an address, and nobody may be asked."
        raise SealmarkError(Problem("SM784", what, fix="Leave out --offline, or give the file."))
    wanted = address
    if not urlsplit(address).path.endswith(_FILES):
        wanted = urlsplit(address)._replace(query="", fragment="").geturl().rstrip("/") + "/certificate.json"
    try:
        found = _read(fetch(wanted), address[:120])
    except FileNotFoundError:
        what = f"There is no such certificate at {address[:120]!r}."
        raise SealmarkError(Problem("SM787", what, fix="Look at the number, and at the address of the body.")) from None
    if isinstance(found, Address):
        raise SealmarkError(Problem("SM784", "The address holds a picture.", address[:120], "Give the page."))
    return found


def _contexts(folder: Path) -> Contexts | None:
    found = Contexts.from_folder(folder)
    return found if len(found.urls) > 1 else None
