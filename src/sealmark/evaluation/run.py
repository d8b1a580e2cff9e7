"""The main job: a case folder in, a graded, explained, reproducible evaluation out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

from sealmark.assess.assessment import Assessment, assess
from sealmark.assess.figures import FigureBook
from sealmark.assess.findings import Reason
from sealmark.assess.improvement import way_up
from sealmark.assess.probability import grade_probabilities
from sealmark.core.canonical import Json, digest_file, digest_folder
from sealmark.core.errors import Problem, ProblemList, SealmarkError, did_you_mean
from sealmark.evaluation.case import Case, load_case
from sealmark.evaluation.document import Concluded, build_document
from sealmark.evaluation.fingerprints import fingerprint_file
from sealmark.evaluation.gathering import Gathered, gather
from sealmark.evaluation.site_scores import score_sites
from sealmark.evaluation.uncertainty import DRAWS, possible_truths, uncertainty_limits
from sealmark.scheme.discovery import load
from sealmark.scheme.edition import Edition, Overlay
from sealmark.scheme.loading import load_edition, load_overlay

__all__ = ["Evaluation", "evaluate", "figure_book", "load_scheme"]

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Evaluation:
    """A finished evaluation.

    Attributes:
        document: The sealed content of evaluation.json.
        edition: The edition it was made under.
        imports: Full reconciliation and profile per imported file.
    """

    document: dict[str, Json]
    edition: Edition
    imports: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)


def evaluate(
    scheme: Edition | str | None,
    case: Case | Path | str,
    *,
    seed: int | None = None,
    draws: int = DRAWS,
    progress: Progress = lambda _: None,
) -> Evaluation:
    """Return the evaluation of a case.

    A pure function of the edition, the evidence, the as-of date, the seed and
    the engine version: the same inputs give the same bytes.

    Args:
        scheme: An edition, ``scheme/edition``, a pack folder, or None to take what the case names.
        case: A case folder or a loaded case.
        seed: For the draws behind the grade probabilities; the case's own when None.
        draws: How many possible truths are graded.
        progress: Told in a word what is being worked on.

    Raises:
        SealmarkError: Every problem of the case in one go; SM2xx for the scheme.
    """
    loaded = case if isinstance(case, Case) else load_case(Path(case))
    edition = scheme if isinstance(scheme, Edition) else load_scheme(scheme, loaded)
    book, overlay = figure_book(edition, loaded)
    gathered = gather(loaded, book, progress)
    progress("assessment")
    assessment = assess(gathered.evidence, book)
    chosen = loaded.file.seed if seed is None else seed
    progress("probabilities")
    concluded = _conclude(assessment, gathered, book, seed=chosen, draws=draws)
    header = _header(loaded, edition, overlay, gathered) | {"seed": chosen, "draws": draws}
    return Evaluation(build_document(header, concluded), edition, gathered.imports)


def load_scheme(scheme: str | None, case: Case) -> Edition:
    """Return the edition given, or the one the case names (an id, or a pack folder inside the case folder)."""
    if scheme is not None:
        return load(scheme)
    folder = (case.folder / case.file.scheme).resolve()
    if (folder / "scheme.yaml").is_file() and folder.is_relative_to(case.folder.resolve()):
        return load_edition(folder)
    return load(case.file.scheme)


def figure_book(edition: Edition, case: Case) -> tuple[FigureBook, dict[str, Json] | None]:
    """Return the scheme's figures for the case, and what the overlay is, if one is used.

    Raises:
        SealmarkError: SM319 the overlay does not belong to the edition or fills what is not open.
    """
    file = case.file
    if file.overlay is None:
        return FigureBook(edition, file.as_of, file.organization.employees), None
    overlay, digest = _overlay(edition, case, file.overlay)
    _check_overlay(edition, overlay, case)
    book = FigureBook(edition, file.as_of, file.organization.employees, overlay.values)
    described: dict[str, Json] = {
        "id": overlay.overlay,
        "kind": overlay.kind,
        "supplied_by": overlay.supplied_by,
        "digest": digest,
    }
    return book, described


def _overlay(edition: Edition, case: Case, name: str) -> tuple[Overlay, str]:
    if name.endswith((".yaml", ".yml")):
        return load_overlay(case.path(name))
    if name not in edition.overlays:
        fix = did_you_mean(name, edition.overlays) + " Or name an overlay file in the case folder."
        raise SealmarkError(Problem("SM319", f'The scheme has no overlay "{name}".', "case.yaml, overlay", fix))
    return edition.overlays[name], digest_folder({"overlay.yaml": edition.files[f"overlays/{name}.yaml"]})


def _check_overlay(edition: Edition, overlay: Overlay, case: Case) -> None:
    problems = ProblemList()
    where = f"overlay {overlay.overlay}"
    if overlay.for_edition != edition.id:
        what = f"The overlay is for {overlay.for_edition}, the case is under {edition.id}."
        problems.add("SM319", what, where=where, fix="Use an overlay of this edition.")
    for name in overlay.values:
        parameter = edition.parameters.get(name)
        current = parameter.on(case.file.as_of) if parameter else None
        if parameter is None:
            what = f'The edition has no parameter "{name}".'
            problems.add("SM319", what, where=where, fix=did_you_mean(name, edition.parameters))
        elif current is not None and current.value is not None:
            what = f'The parameter "{name}" is set by the scheme ({current.value}).'
            problems.add("SM319", what, where=where, fix="An overlay fills only figures that are null.")
    problems.raise_if_any()


def _conclude(assessment: Assessment, gathered: Gathered, book: FigureBook, *, seed: int, draws: int) -> Concluded:
    evidence = gathered.evidence
    truths = possible_truths(evidence, book, seed=seed, draws=draws)
    probabilities = grade_probabilities(assessment, evidence, book, truths) if draws else None
    ways = {ladder.id: way_up(ladder, assessment, evidence, book) for ladder in book.edition.grading.ladders}
    limits = [*_limits(gathered, book), *uncertainty_limits(evidence, book)]
    return Concluded(
        assessment, evidence, book, probabilities, ways, limits, score_sites(evidence, gathered.sites, book)
    )


def _limits(gathered: Gathered, book: FigureBook) -> list[Reason]:
    manifest = book.edition.manifest
    result = []
    if book.overlay:
        result.append(Reason("figures-from-overlay", book.edition.id, {"parameters": len(book.overlay)}))
    if book.as_of < manifest.effective_from or (manifest.effective_to and book.as_of > manifest.effective_to):
        result.append(Reason("edition-not-in-force", book.edition.id, {"from": manifest.effective_from.isoformat()}))
    if gathered.evidence.waivers:
        result.append(Reason("gates-waived", "gates", {"gates": ", ".join(sorted(gathered.evidence.waivers))}))
    small = [name for name, item in gathered.evidence.measures.items() if item.overall.note == "small cell suppressed"]
    if small:
        result.append(Reason("cells-suppressed", "measures", {"measures": ", ".join(sorted(small))}))
    return result


def _header(case: Case, edition: Edition, overlay: dict[str, Json] | None, gathered: Gathered) -> dict[str, object]:
    file = case.file
    organization = file.organization
    marks = {mark.site for item in gathered.evidence.judgements.values() for mark in item}
    return {
        "engine": {"name": "sealmark", "version": metadata.version("sealmark"), "data": "duckdb"},
        "scheme": {"id": edition.id, "digest": edition.digest},
        "overlay": overlay,
        "label": file.label,
        "made_up": file.made_up,
        "organization": organization.model_dump(mode="json") | {"modules": sorted(organization.modules)},
        "as_of": file.as_of,
        "period": {"start": file.period.start, "end": file.period.end},
        "sites": {"listed": len(gathered.sites), "visited": len(marks & {site.id for site in gathered.sites})},
        "waivers": [waiver.model_dump(mode="json") for waiver in file.waivers],
        "inputs": [_input(case, name, role) for name, role in sorted(case.named_files().items())],
        "imports": [_import(name, item) for name, item in sorted(gathered.imports.items())],
    }


def _input(case: Case, name: str, role: str) -> dict[str, Json]:
    path = case.path(name)
    return {"path": name, "role": role, "digest": digest_file(path), "fingerprint": fingerprint_file(path)}


def _import(name: str, item: Mapping[str, Json]) -> dict[str, Json]:
    return {"path": name, "reconciliation": item["reconciliation"]}
