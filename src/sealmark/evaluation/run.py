"""The main job: a case folder in, a graded, explained, reproducible evaluation out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from importlib import metadata
from pathlib import Path

from sealmark.assess.assessment import Assessment, assess
from sealmark.assess.evidence import Draw, Evidence
from sealmark.assess.figures import FigureBook
from sealmark.assess.findings import Reason
from sealmark.assess.improvement import way_up
from sealmark.assess.probability import GradeProbabilities, grade_probabilities
from sealmark.assess.reliance import ladders_moved, scores_moved
from sealmark.core.canonical import Json, digest_file, digest_folder, digest_json
from sealmark.core.errors import Problem, ProblemList, SealmarkError, did_you_mean
from sealmark.core.numbers import plain
from sealmark.evaluation.case import Case, read_case
from sealmark.evaluation.certainty.borrowing import borrow
from sealmark.evaluation.certainty.grade_risk import grade_risks
from sealmark.evaluation.certainty.limits import limits_of_sites
from sealmark.evaluation.certainty.site_scores import score_sites
from sealmark.evaluation.certainty.uncertainty import DRAWS, possible_truths, uncertainty_limits
from sealmark.evaluation.document import Concluded, build_document, number
from sealmark.evaluation.evidence.gathering import Gathered, gather
from sealmark.evaluation.evidence.rows import located
from sealmark.evaluation.evidence.small_cells import SUPPRESSED
from sealmark.evaluation.fingerprints import edition_files, gather_fingerprints, public_part
from sealmark.evaluation.planning.conditions import keeping_rules
from sealmark.measure.engine import current_engine
from sealmark.scheme.checks.tree import sums_of_points
from sealmark.scheme.checks.view import Setting, View
from sealmark.scheme.discovery import editions, load, pack_folders
from sealmark.scheme.edition import Edition, Overlay
from sealmark.scheme.figures import Parameter
from sealmark.scheme.loading import load_edition, load_overlay

__all__ = ["Evaluation", "OpenedCase", "evaluate", "figure_book", "load_scheme", "open_case"]

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Evaluation:
    """A finished evaluation.

    Attributes:
        document: The sealed content of evaluation.json.
        edition: The edition it was made under.
        imports: Full reconciliation and profile per imported file.
        fingerprints: The content of private/fingerprints.json.
    """

    document: dict[str, Json]
    edition: Edition
    imports: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    fingerprints: Mapping[str, Json] = field(default_factory=dict)


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
    opened = open_case(scheme, case)
    loaded, book = opened.case, opened.book
    gathered = gather(loaded, book, progress)
    progress("assessment")
    assessment = assess(gathered.evidence, book)
    chosen = loaded.file.seed if seed is None else seed
    progress("probabilities")
    concluded = _conclude(assessment, gathered, book, seed=chosen, draws=draws)
    concluded = replace(concluded, keeping=keeping_rules(book, gathered.evidence, event=loaded.event))
    fingerprints = gather_fingerprints({name: loaded.path(name) for name in loaded.named_files()})
    event: dict[str, object] = {} if loaded.event == "initial" else {"event": loaded.event}
    header = _header(opened, gathered, fingerprints) | {"seed": chosen, "draws": draws} | event
    return Evaluation(build_document(header, concluded), book.edition, gathered.imports, fingerprints)


@dataclass(frozen=True)
class OpenedCase:
    """A case with the scheme's figures that apply to it.

    Attributes:
        case: The case; its problems stop :func:`gathering.gather`.
        book: The edition and its figures for the case.
        overlay: What the overlay is, as JSON, if one is used.
    """

    case: Case
    book: FigureBook
    overlay: dict[str, Json] | None = None


def open_case(scheme: Edition | str | None, case: Case | Path | str) -> OpenedCase:
    """Return a case with its scheme. Problems of case.yaml and overlay are kept in it, to be told with the others.

    Args:
        scheme: An edition, ``scheme/edition``, a pack folder, or None to take what the case names.
        case: A case folder or a case.

    Raises:
        SealmarkError: SM301, SM304 or SM1xx nothing can be read, SM2xx there is no such scheme.
    """
    read = case if isinstance(case, Case) else read_case(Path(case))
    try:
        edition = scheme if isinstance(scheme, Edition) else load_scheme(scheme, read)
    except SealmarkError as error:
        raise SealmarkError(*read.problems, *error.problems) from error
    try:
        book, overlay = figure_book(edition, read)
    except SealmarkError as error:
        told = [problem for problem in error.problems if problem not in read.problems]
        return OpenedCase(read.noting(told), FigureBook(edition, read.file.as_of, read.file.organization.employees))
    return OpenedCase(read, book, overlay)


def load_scheme(scheme: str | None, case: Case) -> Edition:
    """Return the edition given, or the one the case names (an id, or a pack folder inside the case folder).

    Raises:
        SealmarkError: SM208 there is no such scheme, SM302 the case names a folder outside itself.
    """
    if scheme is not None:
        return load(scheme)
    name = case.file.scheme
    where = case.document.where(("scheme",))
    if not case.holds(name):
        fix = "Name an installed scheme (`sealmark scheme list`), copy the pack into the case, or use --scheme."
        raise SealmarkError(Problem("SM302", f'The pack "{name}" lies outside the case folder.', where, fix))
    if (case.folder / name / "scheme.yaml").is_file():
        return load_edition(case.folder / name)
    folders = pack_folders()
    scheme_id, _, edition = name.partition("/")
    if scheme_id in folders:
        return load_edition(folders[scheme_id], edition or None)
    fix = (
        did_you_mean(name, (known for known, _ in editions()))
        + " A pack folder: --scheme my-pack/, or its path here if it lies in the case."
    )
    raise SealmarkError(Problem("SM208", f'There is no scheme "{name}".', where, fix))


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
        "values": {name: number(value) for name, value in sorted(overlay.values.items())},
    }
    return book, described


def _overlay(edition: Edition, case: Case, name: str) -> tuple[Overlay, str]:
    if name.endswith((".yaml", ".yml")):
        path = case.path(name)
        with located(name, path.name):
            return load_overlay(path)
    if name not in edition.overlays:
        fix = did_you_mean(name, edition.overlays) + " Or name an overlay file (.yaml) in the case folder."
        where = case.document.where(("overlay",))
        raise SealmarkError(Problem("SM319", f'The scheme has no overlay "{name}".', where, fix))
    return edition.overlays[name], digest_folder({"overlay.yaml": edition.files[f"overlays/{name}.yaml"]})


def _check_overlay(edition: Edition, overlay: Overlay, case: Case) -> None:
    problems = ProblemList()
    where = case.file.overlay or ""
    if overlay.for_edition != edition.id:
        what = f'The overlay "{overlay.overlay}" is for {overlay.for_edition}, the case is under {edition.id}.'
        problems.add("SM319", what, where=f"{where}, for_edition", fix="Use an overlay of this edition.")
        problems.raise_if_any()
    for name in overlay.values:
        parameter = edition.parameters.get(name)
        current = parameter.on(case.file.as_of) if parameter else None
        if parameter is None:
            what = f'The edition has no parameter "{name}".'
            problems.add("SM319", what, where=f"{where}, values.{name}", fix=did_you_mean(name, _open(edition)))
        elif current is not None and current.value is not None:
            what = f'The parameter "{name}" is set by the scheme ({current.value}).'
            fix = f"An overlay fills only figures that are null. Legal: {', '.join(_open(edition)) or 'none'}."
            problems.add("SM319", what, where=f"{where}, values.{name}", fix=fix)
        else:
            _check_range(name, overlay.values[name], parameter, where, problems)
    _check_sums(edition, overlay, case, problems)
    problems.raise_if_any()


def _check_sums(edition: Edition, overlay: Overlay, case: Case, problems: ProblemList) -> None:
    """Note groups whose points are all known with the overlay and do not add up."""
    view = View(replace(edition, overlays={overlay.overlay: overlay}))
    size = FigureBook(edition, case.file.as_of, case.file.organization.employees).size
    without, filled = (Setting(case.file.as_of, size, name) for name in (None, overlay.overlay))
    for group in edition.tree.groups():
        if group.roll_up.rule != "sum-of-points" or None not in sums_of_points(view, group, without):
            continue
        declared, total = sums_of_points(view, group, filled)
        if declared is not None and total is not None and declared != total:
            what = f'With the overlay "{overlay.overlay}" the children of "{group.id}" have {plain(total)} points '
            what += f"together, the group has {plain(declared)}."
            fix = f"Change the figures so that they add up; the difference is {plain(abs(declared - total))}."
            problems.add("SM319", what, where=f"{case.file.overlay or ''}, values", fix=fix)


def _check_range(name: str, value: Decimal, parameter: Parameter, where: str, problems: ProblemList) -> None:
    limits = {"from": parameter.lowest, "to": parameter.highest}
    below = parameter.lowest is not None and value < parameter.lowest
    above = parameter.highest is not None and value > parameter.highest
    if below or above:
        legal = " ".join(f"{word} {limit}" for word, limit in limits.items() if limit is not None)
        what = f'The parameter "{name}" cannot be {value}.'
        problems.add("SM319", what, where=f"{where}, values.{name}", fix=f"Legal: {legal}.")


def _open(edition: Edition) -> list[str]:
    """Parameters that the licence holder must supply."""
    return sorted(
        name for name, item in edition.parameters.items() if any(value.value is None for value in item.values)
    )


def _conclude(assessment: Assessment, gathered: Gathered, book: FigureBook, *, seed: int, draws: int) -> Concluded:
    evidence = gathered.evidence
    group = gathered.prior_group
    # A single visited site says something only beside a group.
    seen = score_sites(evidence, gathered.sites, book, fewest=1) if group else None
    borrowed = borrow(group, seen, assessment=assessment, evidence=evidence, book=book)
    truths = list(possible_truths(evidence, book, seed=seed, draws=draws, borrowed=borrowed))
    probabilities, unmoved = _probabilities(assessment, evidence, book, truths)
    ways = {ladder.id: way_up(ladder, assessment, evidence, book) for ladder in book.edition.grading.ladders}
    limits = [*_limits(gathered, book), *uncertainty_limits(evidence, book, group=group, borrowed=borrowed)]
    limits += [*limits_of_sites(evidence, book, gathered.sites), *unmoved]
    return Concluded(
        assessment, evidence, book, probabilities, ways, limits, score_sites(evidence, gathered.sites, book),
        group, borrowed, grade_risks(assessment, evidence, book),
    )  # fmt: skip


def _probabilities(
    assessment: Assessment, evidence: Evidence, book: FigureBook, truths: Sequence[Draw]
) -> tuple[GradeProbabilities | None, list[Reason]]:
    """Return how sure grades and scores are, and reasons where nothing they rest on was sampled.

    "100 % sure" would there only mean that nothing was asked about.
    """
    if not truths:
        return None, []
    ladders, scores = (moved(truths[0], assessment, book) for moved in (ladders_moved, scores_moved))
    still = [ladder.id for ladder in book.edition.grading.ladders if ladder.id not in ladders]
    if not ladders and not scores:
        return None, [Reason("no-uncertainty-modelled", book.edition.id)]
    found = grade_probabilities(assessment, evidence, book, truths)
    kept = replace(
        found,
        ladders={name: shares for name, shares in found.ladders.items() if name in ladders},
        scores={name: spread for name, spread in found.scores.items() if name in scores},
    )
    return kept, [Reason("nothing-sampled", name) for name in still]


def _limits(gathered: Gathered, book: FigureBook) -> list[Reason]:
    manifest = book.edition.manifest
    result = []
    if book.overlay:
        result.append(Reason("figures-from-overlay", book.edition.id, {"parameters": len(book.overlay)}))
    if book.as_of < manifest.effective_from or (manifest.effective_to and book.as_of > manifest.effective_to):
        result.append(Reason("edition-not-in-force", book.edition.id, {"from": manifest.effective_from.isoformat()}))
    if gathered.evidence.waivers:
        result.append(Reason("gates-waived", "gates", {"gates": ", ".join(sorted(gathered.evidence.waivers))}))
    measures = gathered.evidence.measures.items()
    small = [name for name, item in measures if item.overall.note == SUPPRESSED]
    hidden = [name for name, item in measures if item.hidden and name not in small]
    for code, names in (("cells-suppressed", small), ("sites-hidden", hidden)):
        if names:
            result.append(Reason(code, "measures", {"measures": ", ".join(sorted(names))}))
    for name, item in measures:
        if item.opposed:
            result.append(Reason("items-opposed", name, {"items": ", ".join(item.opposed)}))
    return result


def _header(opened: OpenedCase, gathered: Gathered, fingerprints: dict[str, Json]) -> dict[str, object]:
    case, edition = opened.case, opened.book.edition
    file = case.file
    organization = file.organization
    marks = {mark.site for item in gathered.evidence.judgements.values() for mark in item}
    return {
        "engine": {"name": "sealmark", "version": metadata.version("sealmark"), "data": current_engine()},
        "scheme": {"id": edition.id, "digest": edition.digest, "files": edition_files(edition)},
        "overlay": opened.overlay,
        "label": file.label,
        "made_up": file.made_up,
        "organization": organization.model_dump(mode="json") | {"modules": sorted(organization.modules or ())},
        "as_of": file.as_of,
        "period": {"start": file.period.start, "end": file.period.end},
        "sites": {"listed": len(gathered.sites), "visited": len(marks & {site.id for site in gathered.sites})},
        "waivers": [waiver.model_dump(mode="json") for waiver in file.waivers],
        "inputs": _inputs(case, fingerprints),
        "fingerprints": digest_json(fingerprints),
        "imports": [_import(name, item) for name, item in sorted(gathered.imports.items())],
    }


def _inputs(case: Case, fingerprints: Mapping[str, Json]) -> list[Json]:
    private = fingerprints["inputs"]
    assert isinstance(private, dict)
    found: list[Json] = []
    for name, role in sorted(case.named_files().items()):
        known = private[name]
        public = public_part(known if isinstance(known, dict) else None)
        found.append({"path": name, "role": role, "digest": digest_file(case.path(name)), "fingerprint": public})
    return found


def _import(name: str, item: Mapping[str, Json]) -> dict[str, Json]:
    return {"path": name, "reconciliation": item["reconciliation"]}
