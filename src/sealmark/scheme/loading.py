"""Load an edition from a folder, with every problem of every file in one go."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from sealmark.core.canonical import digest_folder
from sealmark.core.documents import Document, parse_yaml, read_model, salvage
from sealmark.core.errors import Problem, ProblemList, SealmarkError
from sealmark.scheme.edition import (
    Declarations,
    Edition,
    Manifest,
    Overlay,
    Parameters,
    Relations,
    SchemeFile,
)
from sealmark.scheme.figures import Sources
from sealmark.scheme.golden import GoldenFile
from sealmark.scheme.grading import Grading
from sealmark.scheme.measures import Instrument, Measure
from sealmark.scheme.procedure import Procedure
from sealmark.scheme.requirements import Requirement, Scales, Tree
from sealmark.scheme.wording import LANGUAGES, Wording

__all__ = ["FILE_MODELS", "load_edition", "load_overlay", "read_edition", "read_scheme_file"]

Model = TypeVar("Model", bound=BaseModel)

_SINGLE: dict[str, type[BaseModel]] = {
    "edition.yaml": Manifest,
    "tree.yaml": Tree,
    "scales.yaml": Scales,
    "grading.yaml": Grading,
    "procedure.yaml": Procedure,
    "declarations.yaml": Declarations,
    "sources.yaml": Sources,
    "parameters.yaml": Parameters,
    "relations.yaml": Relations,
}
_OPTIONAL = {"scales.yaml", "parameters.yaml", "relations.yaml", "declarations.yaml"}
_FOLDERS: dict[str, type[BaseModel]] = {
    "requirements": Requirement,
    "instruments": Instrument,
    "measures": Measure,
    "text": Wording,
    "cases": GoldenFile,
    "overlays": Overlay,
}
FILE_MODELS: Mapping[str, type[BaseModel]] = {
    "scheme.yaml": SchemeFile,
    **_SINGLE,
    **{f"{folder}/*.yaml": model for folder, model in _FOLDERS.items()},
}
"""The model of every file of a pack, by its path (for ``sealmark schema``)."""


def read_scheme_file(folder: Path) -> SchemeFile:
    """Return the pack's scheme.yaml.

    Raises:
        SealmarkError: SM201 no scheme.yaml there; SM202 it does not fit.
    """
    path = folder / "scheme.yaml"
    if not path.is_file():
        fix = "Name a pack folder, or an id such as sealmark-charter/2026 (`sealmark scheme list`)."
        raise SealmarkError(Problem("SM201", f'There is no scheme pack in "{folder.name}".', "scheme.yaml", fix))
    return read_model(parse_yaml(path.read_bytes(), "scheme.yaml"), SchemeFile, code="SM202")


def load_edition(folder: Path, edition: str | None = None) -> Edition:
    """Return one edition of the pack in ``folder``.

    Args:
        folder: The pack folder, with scheme.yaml.
        edition: The edition's id; the last one listed when not given.

    Raises:
        SealmarkError: SM201-SM206 and SM1xx, every problem of every file together.
    """
    found, problems = read_edition(folder, edition)
    if problems or found is None:
        raise SealmarkError(*problems)
    return found


def read_edition(folder: Path, edition: str | None = None) -> tuple[Edition | None, tuple[Problem, ...]]:
    """Return what can be read of an edition, and every problem of its files.

    With problems, the edition lacks what does not fit (for checks that go on,
    never for work); it is None when a file without which nothing can be said
    is unreadable. Files that lost more than unknown keys are not in ``parts``.

    Raises:
        SealmarkError: SM201-SM203 there is no such pack or edition.
    """
    scheme = read_scheme_file(folder)
    chosen = edition or scheme.editions[-1]
    place = folder / "editions" / chosen
    if chosen not in scheme.editions or not place.is_dir():
        legal = f"Editions of {scheme.id}: {', '.join(scheme.editions)}."
        raise SealmarkError(Problem("SM203", f'There is no edition "{chosen}".', "scheme.yaml, editions", legal))
    reader = _Reader(place)
    parts = reader.read_all()
    if any(name not in parts[""] for name in _SINGLE if name not in _OPTIONAL):
        return None, reader.problems.problems
    published = _as_published((folder / "scheme.yaml").read_bytes(), scheme.editions.index(chosen) + 1)
    files = {**reader.files, "scheme.yaml": published}
    return _assemble(scheme, parts, reader, files), reader.problems.problems


_LISTED = re.compile(
    rb"^(?P<head>editions:[ \t]*)(?:(?P<open>\[)(?P<row>[^\]]*)(?P<rest>\][^\n]*)|(?P<rows>(?:\n[ \t]*-[^\n]*)+))",
    re.MULTILINE,
)


def _as_published(content: bytes, count: int) -> bytes:
    """Return scheme.yaml as it read when its edition of a place in the list was the newest.

    Editions are added at the end: with the later ones an edition would get another digest each time.
    """

    def shortened(found: re.Match[bytes]) -> bytes:
        if found["open"] is None:
            return found["head"] + b"\n".join(found["rows"].split(b"\n")[: count + 1])
        kept = found["row"].split(b",")
        last = b"," + kept[-1] if len(kept) > count and not kept[-1].strip() else b""
        return found["head"] + b"[" + b",".join(kept[:count]) + last + found["rest"]

    return _LISTED.sub(shortened, content, count=1)


def load_overlay(path: Path) -> tuple[Overlay, str]:
    """Return an overlay file and its digest.

    Raises:
        SealmarkError: SM207 it cannot be read; SM202 it does not fit.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SealmarkError(Problem("SM207", f'The overlay "{path.name}" cannot be read.', path.name)) from error
    overlay = read_model(parse_yaml(content, path.name), Overlay, code="SM202")
    return overlay, digest_folder({"overlay.yaml": content})


class _Reader:
    """Reads the files of one edition folder and collects their problems."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.problems = ProblemList()
        self.files: dict[str, bytes] = {}
        self.documents: dict[str, Document] = {}
        self.parts: dict[str, BaseModel] = {}

    def read_all(self) -> dict[str, dict[str, BaseModel]]:
        parts: dict[str, dict[str, BaseModel]] = {"": {}}
        for name, model in _SINGLE.items():
            found = self._read(name, model)
            if found is not None:
                parts[""][name] = found
            elif name not in _OPTIONAL and name not in self.files:
                self.problems.add("SM204", f"The file {name} is missing.", where=name, fix="Every edition needs it.")
        for folder, model in _FOLDERS.items():
            parts[folder] = self._read_folder(folder, model)
        self._refuse_strangers()
        return parts

    def _read_folder(self, folder: str, model: type[BaseModel]) -> dict[str, BaseModel]:
        result = {}
        for path in sorted((self.place / folder).glob("*.yaml")):
            found = self._read(f"{folder}/{path.name}", model)
            if found is not None:
                result[path.stem] = found
                self._check_name(f"{folder}/{path.name}", path.stem, found)
        return result

    def _check_name(self, name: str, stem: str, found: BaseModel) -> None:
        own = getattr(found, "id", None) or getattr(found, "overlay", None) or getattr(found, "language", None)
        if own is not None and own != stem:
            fix = f"Call the file {own}.yaml, or change the id."
            self.problems.add("SM205", f'The file {name} holds the id "{own}".', where=name, fix=fix)

    def _read(self, name: str, model: type[Model]) -> Model | None:
        path = self.place / name
        if not path.is_file():
            return None
        self.files[name] = path.read_bytes()
        try:
            document = parse_yaml(self.files[name], name)
            self.documents[name] = document
            self.parts[name] = found = read_model(document, model, code="SM202")
        except SealmarkError as error:
            self.problems.extend(error.problems)
            return self._salvage(name, model)
        return found

    def _salvage(self, name: str, model: type[Model]) -> Model | None:
        if name not in self.documents:
            return None
        found, harmless = salvage(self.documents[name], model)
        if found is not None and harmless:
            self.parts[name] = found
        return found

    def _refuse_strangers(self) -> None:
        for path in sorted(self.place.rglob("*")):
            name = path.relative_to(self.place).as_posix()
            if path.is_file() and name not in self.files:
                known = ", ".join([*_SINGLE, *(f"{folder}/*.yaml" for folder in _FOLDERS)])
                self.problems.add("SM206", f"The file {name} has no place here.", where=name, fix=f"Legal: {known}.")


def _assemble(
    scheme: SchemeFile, parts: dict[str, dict[str, BaseModel]], reader: _Reader, files: dict[str, bytes]
) -> Edition:
    single = parts[""]
    counted = {name: content for name, content in files.items() if not name.startswith("overlays/")}
    wording = {language: parts["text"][language] for language in LANGUAGES if language in parts["text"]}
    cases = [case for file in parts["cases"].values() for _, case in file.told()]  # type: ignore[attr-defined]
    return Edition(
        scheme=scheme,
        manifest=single["edition.yaml"],  # type: ignore[arg-type]
        tree=single["tree.yaml"],  # type: ignore[arg-type]
        requirements={item.id: item for item in parts["requirements"].values()},  # type: ignore[attr-defined,misc]
        scales=getattr(single.get("scales.yaml"), "scales", {}),
        grading=single["grading.yaml"],  # type: ignore[arg-type]
        procedure=single["procedure.yaml"],  # type: ignore[arg-type]
        declarations=single.get("declarations.yaml", Declarations()),  # type: ignore[arg-type]
        sources=single["sources.yaml"].sources,  # type: ignore[attr-defined]
        parameters=getattr(single.get("parameters.yaml"), "parameters", {}),
        instruments=parts["instruments"],  # type: ignore[arg-type]
        measures=parts["measures"],  # type: ignore[arg-type]
        relations=getattr(single.get("relations.yaml"), "relations", ()),
        wording=wording,  # type: ignore[arg-type]
        cases=tuple(cases),
        overlays=parts["overlays"],  # type: ignore[arg-type]
        digest=digest_folder(counted),
        documents=reader.documents,
        files=files,
        parts=reader.parts,  # type: ignore[arg-type]
    )
