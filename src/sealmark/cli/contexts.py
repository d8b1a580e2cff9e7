"""``sealmark contexts``: the pinned JSON-LD contexts, fetched or added once, never while checking."""

from __future__ import annotations

import io
import tarfile
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from sealmark.attest.contexts import KNOWN_CONTEXTS, Contexts, KnownContext, find_contexts
from sealmark.cli.output import DONE, NEGATIVE, json_option, result, table, talk
from sealmark.core.errors import Problem, SealmarkError

__all__ = ["contexts"]

_LARGEST = 1 << 20
_MOST_FILES = 200
_SECONDS = 30

_folder = click.option(
    "--folder", type=click.Path(path_type=Path, file_okay=False), default="contexts", show_default=True,
    envvar="SEALMARK_CONTEXTS", help="Where the files lie (or SEALMARK_CONTEXTS).",
)  # fmt: skip


@click.group(epilog="Example: sealmark contexts fetch --folder contexts")
def contexts() -> None:
    """Keep the JSON-LD contexts that credentials are signed and checked with.

    Each context is bound to one SHA-256; a file with other bytes is refused. Nothing is fetched while checking.
    """


@contexts.command("list", epilog="Example: sealmark contexts list --folder contexts")
@_folder
@json_option
@click.pass_context
def list_command(context: click.Context, folder: Path) -> None:
    """List the known contexts and whether their files are there and right.

    Exit code 1 when one is missing.
    """
    found = Contexts.from_folder(folder).urls
    rows = [(item, item.url in found) for item in KNOWN_CONTEXTS]
    value = [{"url": item.url, "sha256": item.sha256, "file": item.file, "present": there} for item, there in rows]
    result(value, table([["present" if there else "missing", item.file, item.url] for item, there in rows]))
    context.exit(DONE if all(there for _, there in rows) else NEGATIVE)


@contexts.command("fetch", epilog="Example: sealmark contexts fetch --folder contexts")
@_folder
@json_option
def fetch_command(folder: Path) -> None:
    """Fetch the contexts that are missing from their addresses, once.

    What comes back is kept only when its SHA-256 is the pinned one.
    """
    missing = [item for item in KNOWN_CONTEXTS if not (folder / item.file).is_file()]
    for item in missing:
        content = fetched(item.url)
        Contexts.of({item: content})
        _keep(folder, item, content)
    _tell(missing, folder)


@contexts.command("add", epilog="Example: sealmark contexts add open-badges-context-3.0.0.tgz --folder contexts")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@_folder
@json_option
def add_command(files: tuple[Path, ...], folder: Path) -> None:
    """Add contexts from FILES, for machines without a network.

    A file is a context itself, a JavaScript module around one, or an npm package (.tgz) with such files in it.
    """
    added = []
    for content in (content for path in files for content in _contents(path)):
        for item, text in find_contexts(content).items():
            _keep(folder, item, text)
            added.append(item)
    if not added:
        names = ", ".join(str(path) for path in files)
        fix = "See `sealmark contexts list --json` for the digests that are taken."
        raise SealmarkError(Problem("SM754", "None of the files holds a context that is known.", names, fix))
    _tell(added, folder)


def fetched(url: str, opened: Callable[..., io.BufferedIOBase] = urllib.request.urlopen) -> bytes:
    """Return what stands at an address, at most 1 MiB of it.

    Raises:
        SealmarkError: SM754, nothing can be had from there.
    """
    request = urllib.request.Request(url, headers={"Accept": "application/ld+json, application/json"})  # noqa: S310
    try:
        with opened(request, timeout=_SECONDS) as answer:
            return bytes(answer.read(_LARGEST))
    except OSError as problem:
        fix = "Fetch the file elsewhere and use `sealmark contexts add`."
        raise SealmarkError(Problem("SM754", f"The context cannot be fetched: {problem}.", url, fix)) from None


def _contents(path: Path) -> Iterator[bytes]:
    if not tarfile.is_tarfile(path):
        with path.open("rb") as stream:
            yield stream.read(_LARGEST)
        return
    with tarfile.open(path) as archive:
        for _, member in zip(range(_MOST_FILES), archive, strict=False):
            content = archive.extractfile(member) if member.isfile() and member.size <= _LARGEST else None
            if content is not None:
                yield content.read()


def _keep(folder: Path, item: KnownContext, content: bytes) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / item.file).write_bytes(content)


def _tell(items: list[KnownContext], folder: Path) -> None:
    if not items:
        talk("Every known context is there already.")
    result([item.file for item in items], [str(folder / item.file) for item in items])
