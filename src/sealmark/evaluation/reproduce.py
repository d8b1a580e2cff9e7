"""Recompute an evaluation and say whether it comes out the same, and if not, where it first differs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sealmark.core.canonical import Json, digest_file, digest_json
from sealmark.core.errors import Problem, SealmarkError
from sealmark.evaluation.case import Case, load_case
from sealmark.evaluation.document import FORMAT
from sealmark.evaluation.fingerprints import changed_place
from sealmark.evaluation.run import evaluate, load_scheme
from sealmark.scheme.edition import Edition

__all__ = ["Reproduction", "first_differences", "reproduce"]

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Reproduction:
    """The outcome of a recomputation.

    Attributes:
        same: Whether the same digest came out.
        digest: The digest that came out; empty when it was not computed.
        differences: What differs, inputs first, in plain words.
    """

    same: bool
    digest: str
    differences: tuple[str, ...] = ()


def reproduce(document: Mapping[str, Json], folder: Path | str, scheme: str | None = None) -> Reproduction:
    """Return whether a case gives the evaluation in ``document`` again.

    Raises:
        SealmarkError: SM602 the document is no evaluation; errors of the case as in evaluate.
    """
    if document.get("format") != FORMAT:
        fix = "Give an evaluation.json that `sealmark evaluate` wrote."
        raise SealmarkError(Problem("SM602", f"The file is not in the format {FORMAT}.", "evaluation.json", fix))
    case = load_case(Path(folder))
    edition = load_scheme(scheme, case)
    found = [*_own_digest(document), *_engine(document), *_scheme(document, edition), *_inputs(document, case)]
    seed, draws = document["seed"], document["draws"]
    assert isinstance(seed, int)
    assert isinstance(draws, int)
    try:
        again = evaluate(edition, case, seed=seed, draws=draws).document
    except SealmarkError as error:
        if not found:
            raise
        return Reproduction(False, "", (*found, *(f"recomputing stops: {problem.what}" for problem in error.problems)))
    if again["digest"] != document["digest"]:
        results = {key: value for key, value in document.items() if key not in {"inputs", "digest", "imports"}}
        found += [f"result {line}" for line in first_differences(results, again)]
    same = not found and again["digest"] == document["digest"]
    return Reproduction(same, str(again["digest"]), tuple(found))


def _own_digest(document: Mapping[str, Json]) -> Iterator[str]:
    body = {key: value for key, value in document.items() if key != "digest"}
    if digest_json(body) != document.get("digest"):
        yield "evaluation.json was changed after it was written: its digest does not fit its content"


def _engine(document: Mapping[str, Json]) -> Iterator[str]:
    from importlib import metadata  # leaf: only here

    engine = document["engine"]
    version = engine.get("version") if isinstance(engine, dict) else None
    if version != metadata.version("sealmark"):
        yield f"engine version: {version} before, {metadata.version('sealmark')} now"


def _scheme(document: Mapping[str, Json], edition: Edition) -> Iterator[str]:
    scheme = document["scheme"]
    if isinstance(scheme, dict) and scheme.get("digest") != edition.digest:
        yield f"scheme {edition.id}: its content differs (digest {scheme.get('digest')} before, {edition.digest} now)"


def _inputs(document: Mapping[str, Json], case: Case) -> Iterator[str]:
    listed = document["inputs"]
    before = {str(item["path"]): item for item in listed if isinstance(item, dict)} if isinstance(listed, list) else {}
    now = case.named_files()
    for name in sorted({*before, *now}):
        if name not in now or name not in before:
            yield f"input {name}: {'no longer named' if name in before else 'newly named'} in case.yaml"
        elif digest_file(case.path(name)) != before[name]["digest"]:
            fingerprint = before[name].get("fingerprint")
            place = changed_place(case.path(name), fingerprint) if isinstance(fingerprint, dict) else ""
            yield f"input {name}: {place or 'its content differs'}"


def first_differences(before: Json | Mapping[str, Json], now: Json | Mapping[str, Json]) -> list[str]:
    """Return the first few places where two documents differ, as ``path: old -> new``."""
    found = []
    for line in _differences(before, now, ""):
        found.append(line)
        if len(found) == _SHOWN:
            break
    return found


def _differences(before: object, now: object, path: str) -> Iterator[str]:
    if isinstance(before, Mapping) and isinstance(now, Mapping):
        for key in before:
            yield from _differences(before[key], now.get(key), f"{path}.{key}" if path else str(key))
    elif isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        for index, (old, new) in enumerate(zip(before, now, strict=True)):
            yield from _differences(old, new, f"{path}[{index}]")
    elif before != now:
        yield f"{path}: {_short(before)} -> {_short(now)}"


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "..."  # noqa: PLR2004 - one line of a terminal
