"""The evaluation document: everything concluded, with its reasons, as canonical JSON.

Decimals are strings of at most twelve significant digits, so that the same
inputs give the same bytes everywhere. ``digest`` covers everything else.
"""

from __future__ import annotations

import decimal
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from sealmark.assess.assessment import Assessment, contributions
from sealmark.assess.evidence import Changed, Evidence, Measured, OpenCases
from sealmark.assess.figures import FigureBook, Missing
from sealmark.assess.findings import Finding, Reason, RuleResult
from sealmark.assess.grading import GateResult, LadderResult, RungResult, ScoreResult
from sealmark.assess.improvement import WayUp
from sealmark.assess.probability import GradeProbabilities
from sealmark.assess.roll_up import Node
from sealmark.core.canonical import Json, digest_json, to_json
from sealmark.core.estimates import Estimate
from sealmark.core.numbers import decimal_from_float, plain
from sealmark.evaluation.certainty.borrowing import Borrowed
from sealmark.evaluation.certainty.grade_risk import GradeRisk
from sealmark.evaluation.certainty.site_scores import SiteScores
from sealmark.evaluation.evidence.prior_group import PriorGroup, RootPrior
from sealmark.evaluation.evidence.small_cells import SUPPRESSED
from sealmark.evaluation.missing import everything_missing

__all__ = ["FORMAT", "Concluded", "build_document", "number", "seal"]

FORMAT = "sealmark-evaluation/1"

Tree = dict[str, Json]


@dataclass(frozen=True)
class Concluded:
    """All that a document is built from besides its header."""

    assessment: Assessment
    evidence: Evidence
    book: FigureBook
    probabilities: GradeProbabilities | None = None
    ways_up: Mapping[str, WayUp | None] = field(default_factory=dict)
    limitations: Sequence[Reason] = ()
    site_scores: SiteScores | None = None
    prior_group: PriorGroup | None = None
    borrowed: Sequence[Borrowed] = ()
    risks: Sequence[GradeRisk] = ()
    keeping: Sequence[RuleResult] = ()


def build_document(header: Mapping[str, object], concluded: Concluded) -> Tree:
    """Return the sealed document.

    Args:
        header: Scheme, organization, inputs and imports: what was evaluated and from which files.
        concluded: What came out.
    """
    standing = concluded.assessment.standing
    body: dict[str, object] = {
        "format": FORMAT,
        **header,
        "size": concluded.book.size,
        "measures": {name: _measured(item) for name, item in sorted(concluded.evidence.measures.items())},
        "findings": _findings(concluded),
        "tree": [_node(root) for root in concluded.assessment.roots],
        "scores": {name: _score(item, concluded) for name, item in standing.scores.items()},
        "gates": {name: _gate(item) for name, item in standing.gates.items()},
        "ladders": {name: _ladder(item, concluded) for name, item in standing.ladders.items()},
        "site_scores": _site_scores(concluded.site_scores),
        "grade_risk": [_risk(item) for item in concluded.risks],
        "prior_group": _prior_group(concluded.prior_group, concluded.borrowed),
        "missing": [_missing(item) for item in everything_missing(concluded.assessment, concluded.book)],
        "limitations": [_reason(item) for item in concluded.limitations],
    }
    if concluded.keeping:
        body["keeping"] = [_rule(item, concluded.evidence) for item in concluded.keeping]
    return seal(body)


def _site_scores(item: SiteScores | None) -> Json:
    if item is None:
        return None
    return {
        root: {
            "overall": _estimate(item.overall[root]),
            "strata": {name: _estimate(found) for name, found in item.strata[root].items()},
            "sites": {site: number(share) for site, share in shares.items()},
            "assessors": {site: list(item.assessors[site]) for site in shares},
        }
        for root, shares in item.scores.items()
    }


def _risk(item: GradeRisk) -> Json:
    design = item.design
    errors = {name: getattr(design, name) for name in ("spread", "survey_error", "other_error", "error")}
    return {
        "ladder": item.ladder,
        "score": item.score,
        "found": number(item.found),
        "sites": {"listed": design.sites, "visited": design.visited},
        **{name: number(decimal_from_float(error, 9)) for name, error in errors.items()},
        "cuts": [{"grade": cut.grade, "at_least": number(cut.at_least)} for cut in item.cuts],
        "curve": [
            {"truth": number(score), "chances": [number(chance) for chance in chances]}
            for score, chances in zip(item.scores, item.chances, strict=True)
        ],
        "right": {name: number(chance) for name, chance in item.right.items()},
    }


def _prior_group(group: PriorGroup | None, borrowed: Sequence[Borrowed]) -> Json:
    if group is None:
        return None
    return {
        "id": group.id,
        "name": group.name,
        "made_up": group.made_up,
        "until": group.until.isoformat(),
        "roots": {item.root: _borrowed(group.roots[item.root], item) for item in borrowed},
    }


def _borrowed(prior: RootPrior, item: Borrowed) -> Json:
    seen = item.outlook
    own = (seen.shrinkage[0], seen.centre[0], seen.error[0])
    weight, expected, error = (number(decimal_from_float(float(value), 9)) for value in own)
    freedom = float(seen.freedom[0])
    return {
        "members": prior.members,
        "mean": number(prior.mean),
        "between": number(prior.between),
        "within": number(prior.within),
        "freedom": number(prior.freedom),
        "tails": number(prior.tails),
        "assessors": number(prior.assessors),
        "own_weight": weight,
        "expected": expected,
        "standard_error": error,
        "degrees_of_freedom": None if math.isinf(freedom) else number(decimal_from_float(freedom, 9)),
    }


def seal(body: Mapping[str, object]) -> Tree:
    """Return the body as JSON with its digest."""
    document = {key: to_json(value) for key, value in body.items() if key != "digest"}
    return {**document, "digest": digest_json(document)}


def number(value: Decimal | None) -> str | None:
    """Return a decimal as text of at most twelve significant digits."""
    if value is None:
        return None
    with decimal.localcontext(prec=12):
        return plain(+value)


def _estimate(item: Estimate) -> Tree:
    return {
        "value": number(item.value),
        "lower": number(item.lower),
        "upper": number(item.upper),
        "base": item.base,
        "standard_error": number(item.standard_error),
        "degrees_of_freedom": number(item.degrees_of_freedom),
        "confidence": number(item.confidence),
        "note": item.note,
    }


def _measured(item: Measured) -> Tree:
    return {
        **_estimate(item.overall),
        "sites": {
            site: _HIDDEN if site in item.hidden else _estimate(estimate)
            for site, estimate in sorted(item.sites.items())
        },
        "from": item.pointer,
        "open_cases": None if item.open_cases is None else _open_cases(item.open_cases),
        **({} if item.change is None else {"change": _changed(item.change)}),
    }


def _changed(item: Changed) -> Tree:
    return {**_estimate(item.change), "before": _estimate(item.before), "after": _estimate(item.after)}


def _open_cases(item: OpenCases) -> Tree:
    return {"number": item.number, "finished_only": _estimate(item.finished_only)}


_HIDDEN: Tree = {**_estimate(Estimate.unknown(SUPPRESSED)), "base": None}
"""A site's figure that is not told; its base would tell how small the group is."""


def _missing(item: Missing) -> Json:
    return {"kind": item.kind, "id": item.id}


def _reason(item: Reason) -> Json:
    figures = {key: number(value) if isinstance(value, Decimal) else value for key, value in item.figures.items()}
    return {"code": item.code, "about": item.about, "figures": to_json(figures)}


def _rule(item: RuleResult, evidence: Evidence) -> Json:
    hidden = evidence.measures[item.about].hidden if item.kind == "measure" and item.sites else frozenset()
    return {
        "kind": item.kind,
        "about": item.about,
        "share": number(item.share),
        "value": number(item.value) if isinstance(item.value, Decimal) else item.value,
        "base": item.base,
        "sites": {site: None if site in hidden else number(share) for site, share in sorted(item.sites.items())},
        "from": list(item.pointers),
        **({"verdict": item.verdict} if item.verdict else {}),
    }


def _findings(concluded: Concluded) -> Tree:
    gained = _gained(concluded)
    found = concluded.assessment.findings.items()
    return {name: _finding(item, gained.get(name, {}), concluded.evidence) for name, item in found}


def _gained(concluded: Concluded) -> dict[str, Tree]:
    """Contribution of every requirement to every score it feeds."""
    nodes = concluded.assessment.nodes
    result: dict[str, Tree] = {}
    for score in concluded.book.edition.grading.scores:
        scale = concluded.assessment.standing.scores[score.id].scale
        if scale is None:
            continue
        for name, (gained, lost) in contributions(nodes[score.node], scale).items():
            result.setdefault(name, {})[score.id] = {"gained": number(gained), "lost": number(lost)}
    return result


def _finding(item: Finding, gained: Tree, evidence: Evidence) -> Tree:
    return {
        "statement": item.statement,
        "share": number(item.share),
        "points": number(item.points),
        "earned": number(item.earned),
        "marks": {mark: number(share) for mark, share in item.marks.items()},
        "code": item.code,
        "contribution": gained,
        "evidence": [_rule(result, evidence) for result in item.results],
        "reasons": [_reason(reason) for reason in item.reasons],
        "missing": [_missing(missing) for missing in item.missing],
    }


def _node(item: Node) -> Tree:
    return {
        "id": item.id,
        "statement": item.statement,
        "share": number(item.share),
        "points": number(item.points),
        "earned": number(item.earned),
        "lower": number(item.lower),
        "upper": number(item.upper),
        "marks": {mark: number(share) for mark, share in item.marks.items()},
        "requirement": item.finding is not None,
        "children": [_node(child) for child in item.children],
    }


def _score(item: ScoreResult, concluded: Concluded) -> Tree:
    spread = concluded.probabilities.scores.get(item.id) if concluded.probabilities else None
    return {
        "value": number(item.value),
        "exact": number(item.exact),
        "lower_bound": number(item.lower),
        "upper_bound": number(item.upper),
        "scale": number(item.scale),
        "likely": None if spread is None else _likely(item, spread),
        "adjustments": [
            {"id": special.id, "count": number(special.count), "points": number(special.points)}
            for special in item.adjustments
        ],
        "missing": [_missing(missing) for missing in item.missing],
    }


def _likely(item: ScoreResult, spread: tuple[Decimal, Decimal, Decimal]) -> Tree:
    """Return the middle nine tenths of the draws, kept within 0 and the scale, or the score where it lies beyond.

    Draws are not clipped, since that would shift their mean; what is told of them is.
    """
    known = [Decimal(0), *(value for value in (item.scale, item.value) if value is not None)]
    lowest, highest = min(known), max(known)
    if item.scale is None:
        lowest, highest = min(spread), max(spread)
    names = ("p05", "p50", "p95")
    return {name: number(min(max(value, lowest), highest)) for name, value in zip(names, spread, strict=True)}


def _gate(item: GateResult) -> Tree:
    return {
        "holds": item.holds,
        "waived": item.waived,
        "reasons": [_reason(reason) for reason in item.reasons],
        "missing": [_missing(missing) for missing in item.missing],
    }


def _rung(item: RungResult) -> Tree:
    return {
        "grade": item.id,
        "holds": item.holds,
        "at_least": number(item.at_least),
        "reasons": [_reason(reason) for reason in item.reasons],
    }


def _ladder(item: LadderResult, concluded: Concluded) -> Tree:
    chances = concluded.probabilities.ladders.get(item.id, {}) if concluded.probabilities else {}
    way = concluded.ways_up.get(item.id)
    return {
        "grade": item.grade,
        "next_grade": item.next_grade,
        "undetermined_above": list(item.undetermined),
        "probabilities": {grade: number(share) for grade, share in chances.items()},
        "reasons": [_reason(reason) for reason in item.reasons],
        "missing": [_missing(missing) for missing in item.missing],
        "rungs": [_rung(rung) for rung in item.rungs],
        "way_up": None if way is None else _way_up(way),
    }


def _way_up(item: WayUp) -> Tree:
    return {
        "grade": item.grade,
        "reachable": item.reachable,
        "score": number(item.score),
        "steps": [
            {"requirement": step.requirement, "share": number(step.share), "gain": number(step.gain)}
            for step in item.steps
        ],
        "remaining": [_reason(reason) for reason in item.remaining],
    }
