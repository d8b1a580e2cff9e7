"""Recompute an evaluation and say whether it comes out the same, and if not, where it first differs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sealmark.core.canonical import Json, digest_file, digest_json
from sealmark.core.errors import Problem, SealmarkError
from sealmark.evaluation.case import Case
from sealmark.evaluation.document import FORMAT
from sealmark.evaluation.fingerprints import changed_places, edition_files, open_fingerprints
from sealmark.evaluation.run import evaluate, open_case
from sealmark.scheme.edition import Edition
from sealmark.scheme.procedure import Event

__all__ = ["Reproduction", "first_differences", "is_untouched", "reproduce", "require_evaluation"]

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


def reproduce(
    document: Mapping[str, Json],
    folder: Path | str,
    scheme: str | None = None,
    *,
    fingerprints: Mapping[str, Json] | None = None,
) -> Reproduction:
    """Return whether a case gives the evaluation in ``document`` again.

    Args:
        document: The content of evaluation.json.
        folder: The case folder.
        scheme: The edition or pack folder; the one the case names when None.
        fingerprints: The content of private/fingerprints.json. With it a changed cell is named,
            without it a block of rows.

    Raises:
        SealmarkError: SM602 the document is no evaluation; SM641 the fingerprints belong to another one;
            SM301, SM2xx there is no such case or scheme;
            errors of the case as in evaluate when its inputs are unchanged.
    """
    require_evaluation(document)
    private = open_fingerprints(fingerprints, document.get("fingerprints"))
    opened = open_case(scheme, Path(folder))
    edition = opened.book.edition
    found = [*_own_digest(document), *_engine(document), *_scheme(document, edition)]
    found += _inputs(document, opened.case, private)
    seed, draws = document["seed"], document["draws"]
    assert isinstance(seed, int)
    assert isinstance(draws, int)
    try:
        again = evaluate(edition, opened.case.of_event(_event(document)), seed=seed, draws=draws).document
    except SealmarkError as error:
        if not found:
            raise
        return Reproduction(
            False, "", (*found, *(f"recomputing stops: {_line(problem)}" for problem in error.problems))
        )
    if again["digest"] != document["digest"]:
        found += [f"result {line}" for line in _results_that_differ(document, again)]
        found = found or first_differences({**document, "digest": again["digest"]}, again)
    same = not found and again["digest"] == document["digest"]
    return Reproduction(same, str(again["digest"]), tuple(found))


def _event(document: Mapping[str, Json]) -> Event:
    event = document.get("event")
    return event if event in {"surveillance", "recertification"} else "initial"  # type: ignore[return-value]


_ESSENTIAL = {"ladders": "grade", "scores": "value", "findings": "share"}
_TOLD_OTHERWISE = {"inputs", "fingerprints", "digest", "imports", "engine", "scheme"}


def require_evaluation(document: Mapping[str, Json], where: str = "evaluation.json") -> None:
    """Refuse what is no evaluation.

    Raises:
        SealmarkError: SM602.
    """
    fix = "Give an evaluation.json that `sealmark evaluate` wrote."
    if document.get("format") != FORMAT:
        raise SealmarkError(Problem("SM602", f"The file is not in the format {FORMAT}.", where, fix))
    kinds = {"seed": int, "draws": int, "digest": str, "scheme": dict, "engine": dict, "inputs": list}
    wrong = [name for name, kind in kinds.items() if type(document.get(name)) is not kind]
    if wrong:
        what = f"The evaluation lacks {', '.join(wrong)}, or they are of the wrong kind."
        raise SealmarkError(Problem("SM602", what, where, fix))


def _line(problem: Problem) -> str:
    return f"{problem.what} ({problem.where})" if problem.where else problem.what


def is_untouched(document: Mapping[str, Json]) -> bool:
    """Tell whether an evaluation's digest fits its content."""
    return digest_json({key: value for key, value in document.items() if key != "digest"}) == document.get("digest")


def _own_digest(document: Mapping[str, Json]) -> Iterator[str]:
    if not is_untouched(document):
        yield "evaluation.json was changed after it was written: its digest does not fit its content"


def _engine(document: Mapping[str, Json]) -> Iterator[str]:
    from importlib import metadata  # leaf: only here

    engine = document["engine"]
    version = engine.get("version") if isinstance(engine, dict) else None
    if version != metadata.version("sealmark"):
        yield f"engine version: {version} before, {metadata.version('sealmark')} now"


def _scheme(document: Mapping[str, Json], edition: Edition) -> Iterator[str]:
    scheme = document["scheme"]
    assert isinstance(scheme, dict)
    if scheme.get("id") != edition.id:
        yield f"scheme: {scheme.get('id')} before, {edition.id} now"
    elif scheme.get("digest") != edition.digest:
        before, now = scheme.get("files"), edition_files(edition)
        names = sorted({*before, *now}) if isinstance(before, dict) else []
        changed = [name for name in names if isinstance(before, dict) and before.get(name) != now.get(name)]
        yield f"scheme {edition.id}: its content differs (digest {scheme.get('digest')} before, {edition.digest} now)"
        for name in changed[:_SHOWN]:
            was = isinstance(before, dict) and name in before
            word = "content differs" if was and name in now else "no longer there" if was else "new"
            yield f"scheme {edition.id}, file {name}: {word}"
        if len(changed) > _SHOWN:
            yield f"scheme {edition.id}: and {len(changed) - _SHOWN} more files"


def _inputs(document: Mapping[str, Json], case: Case, private: Mapping[str, Json]) -> Iterator[str]:
    listed = document["inputs"]
    assert isinstance(listed, list)
    before = {str(item.get("path")): item for item in listed if isinstance(item, dict)}
    now = case.named_files()
    for name in sorted({*before, *now}):
        if name not in now or name not in before:
            yield f"input {name}: {'no longer named' if name in before else 'newly named'} in case.yaml"
        elif not case.holds(name) or not (case.folder / name).is_file():
            yield f"input {name}: the file is no longer there"
        elif digest_file(case.folder / name) != before[name].get("digest"):
            fingerprint = private.get(name) or before[name].get("fingerprint")
            places = changed_places(case.folder / name, fingerprint) if isinstance(fingerprint, dict) else ()
            for place in places or (_UNPLACED,):
                yield f"input {name}: {place}"


_UNPLACED = "its content differs, though in no row (line ends, a byte order mark, formats), or its kind has no rows"


def _results_that_differ(before: Mapping[str, Json], now: Mapping[str, Json]) -> list[str]:
    """Return where results differ: grades, scores and findings if they do, or else whatever does."""
    essential = first_differences(_essentials(before), _essentials(now))
    if essential:
        return essential
    parts = [{key: value for key, value in item.items() if key not in _TOLD_OTHERWISE} for item in (before, now)]
    return first_differences(*parts)


def _essentials(document: Mapping[str, Json]) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for part, key in _ESSENTIAL.items():
        items = document.get(part)
        if isinstance(items, dict):
            found |= {f"{part}.{name}.{key}": item.get(key) for name, item in items.items() if isinstance(item, dict)}
    return found


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
        for key in (*before, *(key for key in now if key not in before)):
            yield from _differences(before.get(key), now.get(key), f"{path}.{key}" if path else str(key))
    elif isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        for index, (old, new) in enumerate(zip(before, now, strict=True)):
            yield from _differences(old, new, f"{path}[{index}]")
    elif before != now:
        yield f"{path}: {_short(before)} -> {_short(now)}"


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "..."  # noqa: PLR2004 - one line of a terminal
