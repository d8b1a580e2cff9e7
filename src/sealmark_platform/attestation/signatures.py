"""Two proofs for every document, one that reads it as RDF and one that reads it as text."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Mapping
from pathlib import Path

from django.conf import settings

from sealmark.attest.contexts import KNOWN_CONTEXTS, Contexts
from sealmark.attest.keys import Signer
from sealmark.attest.proofs import JCS, RDFC, ProofOptions, add_proof
from sealmark.core.canonical import Json
from sealmark.core.errors import Problem

__all__ = ["contexts_known", "problem_of_contexts", "signed"]


def signed(document: Mapping[str, Json], signer: Signer, method: str, at: dt.datetime) -> dict[str, object]:
    """Return a document with its proofs: ``eddsa-rdfc-2022`` where its contexts are there, then ``eddsa-jcs-2022``.

    Args:
        document: Composed here.
        signer: The key.
        method: Its address in the DID document of the issuer.
        at: When.
    """
    made: dict[str, object] = dict(document)
    contexts = _contexts()
    listed = document["@context"]
    assert isinstance(listed, list)
    if all(url in contexts.urls for url in listed):
        made = add_proof(made, signer, ProofOptions(RDFC, method, at), contexts=contexts)
    return add_proof(made, signer, ProofOptions(JCS, method, at))


def problem_of_contexts() -> Problem | None:
    """Return why credentials have one proof instead of two."""
    missing = [item.file for item in KNOWN_CONTEXTS if item.url not in _contexts().urls]
    if not missing:
        return None
    folder = settings.CONTEXTS
    what = f"Credentials are signed without the proof that Open Badges asks for: {', '.join(missing)} is missing."
    return Problem("SM819", what, str(folder), f"Run: sealmark contexts fetch --folder {folder}")


def contexts_known() -> Contexts | None:
    """Return the contexts; nothing when one is missing, so that documents are not read as RDF."""
    return _contexts() if problem_of_contexts() is None else None


def _contexts() -> Contexts:
    folder = Path(settings.CONTEXTS)
    stamps = tuple((folder / item.file).stat().st_mtime_ns if (folder / item.file).is_file() else 0
                   for item in KNOWN_CONTEXTS)  # fmt: skip
    return _read(folder, stamps)


@functools.lru_cache(maxsize=4)
def _read(folder: Path, _changed: tuple[int, ...]) -> Contexts:
    return Contexts.from_folder(folder)
