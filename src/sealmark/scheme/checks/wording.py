"""Wording: complete in every language of the edition, nothing left over, nothing that is no wording."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from sealmark.core.errors import Problem, did_you_mean
from sealmark.scheme.checks.scripts import foreign_script
from sealmark.scheme.checks.view import View
from sealmark.scheme.walking import Path
from sealmark.scheme.wording import Wording

__all__ = ["check_languages", "check_texts", "needed_keys", "texts_of"]

_MARKUP = re.compile(r"</?[A-Za-z!][^>]*>|&[a-z]+;|&#\d+;")
_PLACEHOLDER = re.compile(
    r"\{\{?[^}]*\}|%(\([a-z_]+\))?[sd]\b|\$\{|\b(TO-?DO|TBD|FIX-?ME|X{3})\b|lorem ipsum", re.IGNORECASE
)
_SHOWN = 40
_LISTED = 8
_LETTERS = re.compile(r"[A-Za-z]{4,}")


class Need(NamedTuple):
    """A key that wording must have, and whether its absence is only a warning."""

    path: Path
    what: str
    strict: bool = True


def needed_keys(view: View) -> tuple[Need, ...]:
    """Return every key the structure needs wording for, the same in every language."""
    return tuple(_needs(view))


def _needs(view: View) -> Iterator[Need]:
    for name in dict.fromkeys(view.index.ids("group")):
        yield Need(("nodes", name, "title"), f'the group "{name}"')
    for name in view.index.ids("requirement"):
        yield Need(("nodes", name, "title"), f'the requirement "{name}"')
        yield Need(("nodes", name, "text"), f'the text of the requirement "{name}"')
    for kind, field in _NAMED.items():
        for name in dict.fromkeys(view.index.ids(kind)):
            yield Need((field, name), f'the {kind} "{name}"')
    yield from _scale_needs(view)
    yield from _instrument_needs(view)
    yield from _grade_needs(view)
    yield from _procedure_needs(view)


_NAMED: Mapping[str, str] = {
    "measure": "measures",
    "parameter": "parameters",
    "fact": "facts",
    "document": "documents",
    "credential": "credentials",
    "score": "scores",
    "adjustment": "adjustments",
    "gate": "gates",
    "ladder": "ladders",
    **dict.fromkeys(("size", "sector", "module", "mode", "role", "touchpoint", "property"), "labels"),
}


def _scale_needs(view: View) -> Iterator[Need]:
    for name, scale in view.edition.scales.items():
        for level in scale.levels:
            yield Need(("scales", name, level.code), f'the level "{level.code}" of the scale "{name}"')
        for band in scale.bands:
            yield Need(("scales", name, band.id), f'the band "{band.id}" of the scale "{name}"')
    marks = (mark for item in view.edition.requirements.values() for mark in view.marks_of(item))
    for mark in dict.fromkeys(marks):
        yield Need(("marks", mark), f'the mark "{mark}"')


def _instrument_needs(view: View) -> Iterator[Need]:
    for name, instrument in view.edition.instruments.items():
        place: Path = ("instruments", name)
        yield Need((*place, "title"), f'the instrument "{name}"')
        for item in instrument.items:
            yield Need((*place, "items", item.id), f'the item "{item.id}" of the instrument "{name}"')
            for code in item.choices:
                words = f'the answer {code} of the item "{item.id}"'
                yield Need((*place, "choices", item.id, str(code)), words)
            if not item.choices:
                words = f'the ends of the item "{item.id}" of the instrument "{name}"'
                yield Need((*place, "ends", item.id), words, strict=False)


def _grade_needs(view: View) -> Iterator[Need]:
    for ladder in view.edition.grading.ladders:
        for grade in (*(item.id for item in ladder.grades), ladder.below):
            yield Need(("grades", grade), f'the grade "{grade}"')


def _procedure_needs(view: View) -> Iterator[Need]:
    procedure = view.edition.procedure
    named: Mapping[str, tuple[str, ...]] = {
        "class of applicants": procedure.who_may_apply,
        "prerequisite": tuple(item.id for item in procedure.prerequisites),
        "stage": tuple(item.id for item in procedure.stages),
        "finding grade": tuple(item.id for item in procedure.finding_grades),
        "suspension trigger": procedure.suspension_triggers,
        "objective": tuple(item.id for item in procedure.objectives),
    }
    for kind, names in named.items():
        for name in names:
            yield Need(("labels", name), f'the {kind} "{name}"')


def check_languages(view: View) -> Iterator[Problem]:
    """Yield missing and extra languages, missing and left-over keys."""
    declared = view.edition.manifest.languages
    for position, language in enumerate(declared):
        if f"text/{language}.yaml" not in view.edition.files:
            what = f'The edition promises the language "{language}", but text/{language}.yaml is missing.'
            yield view.problem("SM276", what, ("edition.yaml", ("languages", position)),
                               "Write the file, or remove the language.", severity=view.incomplete)  # fmt: skip
    needs = needed_keys(view)
    allowed = _allowed(view, needs)
    for file, part in view.edition.parts.items():
        if isinstance(part, Wording):
            if part.language not in declared:
                what = f'The language "{part.language}" is not among the languages of the edition.'
                yield view.problem("SM276", what, (file, ("language",)), "Add it to `languages` in edition.yaml.")
            yield from _missing(view, file, needs)
            if view.structure_is_whole:
                yield from _left_over(view, file, part, allowed)


def _missing(view: View, file: str, needs: tuple[Need, ...]) -> Iterator[Problem]:
    gaps: dict[Path, list[Need]] = {}
    for need in needs:
        if not has_text(view, file, need.path):
            gaps.setdefault(_missing_parent(view, file, need.path), []).append(need)
    for parent, lacking in gaps.items():
        first = lacking[0]
        severity = view.incomplete if first.strict else "warning"
        whole = [need.path[-1] for need in lacking] == ["title", "text"]
        what = f"Title and text of {first.what} are missing." if whole else f"The wording of {first.what} is missing."
        yield view.problem("SM270", what, (file, first.path), _add(parent, lacking), severity=severity)


def _add(parent: Path, lacking: Sequence[Need]) -> str:
    """Return the cure: every key to add, as one gap may need several."""
    path = lacking[0].path
    if path[0] == "instruments" and path[2] == "ends":
        every = ".".join(map(str, (*path[:-1], "default")))
        return f"Add {every}: [lowest, highest], which does for all items, or {'.'.join(map(str, path))} for this one."
    if len(lacking) == 1:
        return f"Add {'.'.join(map(str, path))}."
    keys = [".".join(map(str, need.path[len(parent) :])) for need in lacking if need.strict]
    more = f" and {len(keys) - _LISTED} more" if len(keys) > _LISTED else ""
    return f"Add {'.'.join(map(str, parent))} with {', '.join(keys[:_LISTED])}{more}."


def _missing_parent(view: View, file: str, path: Path) -> Path:
    """Return the shortest path that is missing, so that one gap is reported once."""
    # A whole section is never one gap: each of its keys is asked for by name.
    for length in range(2, len(path)):
        if view.index.content(file, path[:length]) is None:
            return path[:length]
    return path


def has_text(view: View, file: str, path: Path) -> bool:
    """Tell whether wording has something at a path; ends may be given for all items at once."""
    if view.index.content(file, path) not in (None, ""):
        return True
    return "ends" in path and view.index.content(file, (*path[:-1], "default")) is not None


def _allowed(view: View, needs: tuple[Need, ...]) -> set[Path]:
    allowed = {need.path[:length] for need in needs for length in range(1, len(need.path) + 1)}
    for name in view.index.ids("node"):
        allowed |= {("nodes", name, key) for key in ("title", "text", "guidance")}
    for name, instrument in view.edition.instruments.items():
        place: Path = ("instruments", name)
        allowed |= {(*place, "introduction"), (*place, "ends", "default")}
        for item in instrument.items:
            allowed |= {(*place, "ends", item.id), (*place, "choices", item.id)}
            allowed |= {(*place, "choices", item.id, str(code)) for code in range(item.lowest, item.highest + 1)}
    allowed |= {("labels", name) for name in _free_labels(view)}
    return allowed | {("scales", name) for name in view.edition.scales}


def _free_labels(view: View) -> Iterator[str]:
    """Yield ids that may have a label but need none."""
    yield from view.index.ids("record class")
    for fact in view.edition.declarations.facts.values():
        yield from fact.choices
    for instrument in view.edition.instruments.values():
        yield from (item.dimension for item in instrument.items if item.dimension)
    for measure in view.edition.measures.values():
        yield from measure.formula.blocks
    yield from view.edition.procedure.site_sampling.strata


def _left_over(view: View, file: str, part: Wording, allowed: set[Path]) -> Iterator[Problem]:
    for path, _ in texts_of(part):
        if len(path) == 1:
            continue
        wrong = next((path[:size] for size in range(2, len(path) + 1) if path[:size] not in allowed), None)
        # A list of two ends has a number at the end of its path.
        if wrong is None or isinstance(wrong[-1], int):
            continue
        legal = {str(other[len(wrong) - 1]) for other in allowed if other[: len(wrong) - 1] == wrong[:-1]
                 and len(other) >= len(wrong)}  # fmt: skip
        what = f'The wording "{".".join(map(str, wrong))}" belongs to nothing in the edition.'
        yield view.problem("SM271", what, (file, wrong), _nearest(str(wrong[-1]), legal))


def _nearest(name: str, legal: set[str]) -> str:
    hint = did_you_mean(name, legal)
    return hint.partition("? Legal")[0] + "? Or remove it." if hint.startswith("Did") else "Remove it."


def texts_of(part: Wording) -> Iterator[tuple[Path, str]]:
    """Yield every text of a language with its path."""
    yield from _texts(part.model_dump(exclude={"language"}, exclude_unset=True), ())


def _texts(value: object, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _texts(item, (*path, key))
    elif isinstance(value, list | tuple):
        for position, item in enumerate(value):
            yield from _texts(item, (*path, position))


def check_texts(view: View) -> Iterator[Problem]:
    """Yield wording that is empty, marked up, unfinished, untranslated or in the wrong script."""
    english = dict(texts_of(view.edition.wording["en"])) if "en" in view.edition.wording else {}
    seen: set[Path] = set()
    for file, part in view.edition.parts.items():
        if not isinstance(part, Wording):
            continue
        seen.clear()
        for path, text in texts_of(part):
            yield from _one_text(view, text, (file, path))
            if part.language != "en" and text == english.get(path) and _LETTERS.search(text):
                what = f'"{_short(text)}" is the English text.'
                yield view.problem("SM273", what, (file, path), f"Translate it into {part.language}.",
                                   severity="warning")  # fmt: skip
            wrong = foreign_script(text, part.language)
            if wrong:
                what = f'"{wrong}" is not written so in {part.language}.'
                yield view.problem("SM274", what, (file, path), "Use the form of this script.", severity="warning")


def _one_text(view: View, text: str, at: tuple[str, Path]) -> Iterator[Problem]:
    if not text.strip():
        # Empty optional texts say nothing; ids that need wording are reported as missing.
        what = "The text is empty."
        yield view.problem("SM272", what, at, "Write it, or remove the key.", severity=view.incomplete)
    markup = _MARKUP.search(text)
    if markup:
        what = f'"{markup[0]}" is markup; wording is plain text.'
        yield view.problem("SM275", what, at, "Write plain sentences; pages decide how they look.")
    unfinished = _PLACEHOLDER.search(text)
    if unfinished:
        what = f'"{unfinished[0]}" is a placeholder; wording is complete sentences.'
        yield view.problem("SM275", what, at, "Write the words out.")


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."
