"""Run the golden cases of an edition: every implementation must reproduce them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from sealmark.assess.assessment import Assessment, assess_findings
from sealmark.assess.evidence import (
    ActionState,
    Changed,
    Document,
    Evidence,
    FactValue,
    ImprovementAction,
    Mark,
    Measured,
    PersonCertificate,
)
from sealmark.assess.figures import FigureBook, Missing
from sealmark.assess.findings import Finding, statement_of
from sealmark.assess.requirements import applies, find, judged_scale
from sealmark.assess.rules import apply_rule
from sealmark.assess.standing import NOT_DETERMINED
from sealmark.core.errors import Problem, SealmarkError, did_you_mean
from sealmark.core.estimates import Estimate
from sealmark.core.numbers import plain
from sealmark.scheme.edition import Edition
from sealmark.scheme.golden import Given, GivenChange, GivenEstimate, GivenMark, GoldenCase
from sealmark.scheme.grading import STATEMENTS, CountGate
from sealmark.scheme.requirements import Level, Requirement

__all__ = ["CaseResult", "given_book", "given_evidence", "given_findings", "run_case", "run_cases"]

_STATES: Mapping[str, ActionState] = {"planned": "planned", "done": "done", "effective": "effective"}
_PLACES = Decimal("0.000000001")
_WHOLE_ONLY = frozenset({"scores", "grades", "gates", "nodes", "retention"})
_SINGLE_ONLY = frozenset({"statement", "share", "points", "marks"})
_SHARES: Mapping[str, Decimal] = {"conforms": Decimal(1), "does-not-conform": Decimal(0)}


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One golden case: passed, or every difference in a sentence."""

    case: str
    requirement: str | None
    passed: bool
    differences: tuple[str, ...] = ()


def run_cases(edition: Edition) -> tuple[CaseResult, ...]:
    """Return the results of all golden cases of an edition, in order."""
    return tuple(run_case(edition, case) for case in edition.cases)


def run_case(edition: Edition, case: GoldenCase) -> CaseResult:
    """Return whether one golden case comes out as expected.

    Raises:
        SealmarkError: SM501 the case names what the edition does not have; SM503 it expects or gives
            what is never looked at, so that this part of it could not fail.
    """
    evidence = given_evidence(case.given, case)
    book = given_book(edition, case)
    _refuse_idle(case)
    if case.requirement is not None:
        _require("requirement", case.requirement, edition.requirements)
        differences = _compare_finding(case, find(edition.requirements[case.requirement], evidence, book))
    else:
        findings = given_findings(case.given, evidence, book)
        _refuse_uncounted(case, findings, book)
        differences = _compare_whole(case, assess_findings(findings, evidence, book))
        differences += _compare_retention(case, evidence, book)
    return CaseResult(case.case, case.requirement, not differences, tuple(differences))


def _require(kind: str, name: str, legal: Iterable[str]) -> None:
    known = tuple(legal)
    if name not in known:
        what = f'A golden case names the {kind} "{name}", which does not exist.'
        raise SealmarkError(Problem("SM501", what, "cases/", did_you_mean(name, known)))


def _refuse_idle(case: GoldenCase) -> None:
    """Refuse what the case says and nothing would ever compare."""
    one = case.requirement is not None
    strange = case.expect.model_fields_set & (_WHOLE_ONLY if one else _SINGLE_ONLY)
    kind, other = ("one requirement", "whole cases") if one else ("the whole", "cases of one requirement")
    if one and case.given.shares:
        strange |= {"given.shares"}
    if strange:
        what = f'The golden case "{case.case}" is about {kind}; there {", ".join(sorted(strange))} is never looked at.'
        raise SealmarkError(Problem("SM503", what, "cases/", f"Take it out; it belongs to {other}."))


def _refuse_uncounted(case: GoldenCase, findings: Mapping[str, Finding], book: FigureBook) -> None:
    """Refuse shares of which a gate could not tell whether the code it counts was given."""
    for gate in (gate for gate in book.edition.grading.gates if isinstance(gate, CountGate)):
        codes = set(gate.count).difference(STATEMENTS)
        for name in _below(gate.below, book.edition):
            if codes & _codes(name, book.edition) and _is_uncoded(findings[name]):
                what = (
                    f'The golden case "{case.case}" sets the share of "{name}", but no level of its scale has it: '
                    f'the gate "{gate.id}" counts codes and would not see one.'
                )
                fix = f'Set a share that a level has, or give marks in given.judgements["{name}"].'
                raise SealmarkError(Problem("SM503", what, "cases/", fix))


def _below(node: str, edition: Edition) -> Iterable[str]:
    group = edition.groups.get(node)
    return group.requirement_ids() if group else (node,)


def _codes(name: str, edition: Edition) -> set[str]:
    scale = judged_scale(edition.requirements[name], edition)
    return {level.code for level in scale.levels} if scale else set()


def _is_uncoded(finding: Finding) -> bool:
    """Whether a share was set directly and stands for no code."""
    return not finding.results and finding.share is not None and finding.code is None


def given_book(edition: Edition, case: GoldenCase) -> FigureBook:
    """Return the figures of a golden case: the edition's, an overlay's, and those set or blanked by the case."""
    overlay: dict[str, Decimal] = {}
    if case.given.overlay:
        _require("overlay", case.given.overlay, edition.overlays)
        overlay.update(edition.overlays[case.given.overlay].values)
    parameters = dict(edition.parameters)
    for name, value in case.given.parameters.items():
        _require("parameter", name, parameters)
        overlay.pop(name, None)
        blank = tuple(item.model_copy(update={"value": None}) for item in parameters[name].values)
        parameters[name] = parameters[name].model_copy(update={"values": blank})
        if value is not None:
            overlay[name] = value
    return FigureBook(replace(edition, parameters=parameters), case.as_of, case.given.employees, overlay)


def given_evidence(given: Given, case: GoldenCase) -> Evidence:
    """Return the evidence a golden case describes."""
    return Evidence(
        as_of=case.as_of,
        employees=given.employees,
        sector=given.sector,
        modules=frozenset(given.modules) if "modules" in given.model_fields_set else None,
        sites=tuple(sorted({site for item in given.measures.values() for site in item.sites})),
        facts={name: _fact(value) for name, value in given.facts.items() if value is not None},
        documents={name: Document(item.dated, item.valid_until) for name, item in given.documents.items()},
        persons=_persons(given),
        actions=_actions(given),
        measures={name: _measured(item) for name, item in given.measures.items()},
        judgements={name: tuple(_mark(item) for item in marks) for name, marks in given.judgements.items()},
        waivers=dict.fromkeys(given.waivers, "golden case"),
    )


def _fact(value: FactValue | int) -> FactValue:
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _persons(given: Given) -> tuple[PersonCertificate, ...] | None:
    if "persons" not in given.model_fields_set:
        return None
    return tuple(PersonCertificate(item.credential, item.obtained, item.expires, item.number) for item in given.persons)


def _actions(given: Given) -> tuple[ImprovementAction, ...] | None:
    if "actions" not in given.model_fields_set:
        return None
    for item in given.actions:
        _require("state of an action", item.state, _STATES)
    return tuple(ImprovementAction(item.due, _STATES[item.state], item.number) for item in given.actions)


def _mark(item: GivenMark) -> Mark:
    mark = item.mark
    value = Decimal(mark) if isinstance(mark, int) else mark
    return Mark(value, item.site, item.assessor, item.dimension, item.units)


def _measured(item: GivenEstimate) -> Measured:
    overall = Estimate(item.value, item.lower, item.upper, base=item.base)
    sites = {
        site: Estimate(value, value, value, base=item.site_bases.get(site, item.base))
        for site, value in item.sites.items()
    }
    return Measured(overall, sites, change=None if item.change is None else _changed(item.change))


def _changed(item: GivenChange) -> Changed:
    wave = Estimate(None, base=item.base)
    return Changed(wave, wave, Estimate(item.value, item.lower, item.upper, base=2 * item.base))


def given_findings(given: Given, evidence: Evidence, book: FigureBook) -> dict[str, Finding]:
    """Return the findings of a whole case: set directly where it sets shares, judged everywhere else.

    A share set directly carries the code of the first scale level that has it, where there is one.
    What does not apply, or of which that is not known, is never set.

    Raises:
        SealmarkError: SM501 a share is set for a requirement that does not exist.
    """
    for name in given.shares:
        _require("requirement", name, ("default", *book.edition.requirements))
    result = {}
    for name, requirement in book.edition.requirements.items():
        share = given.shares.get(name, None if name in given.judgements else given.shares.get("default"))
        judged = find(requirement, evidence, book)
        if share is None or applies(requirement.applies, evidence, book) is not True:
            result[name] = judged
        else:
            result[name] = _set_finding(judged, share, _level(requirement, share, book))
    return result


def _level(requirement: Requirement, share: Decimal | str, book: FigureBook) -> Level | None:
    """Return the first level that has exactly this share, where one single judgement is made on levels."""
    scale = judged_scale(requirement, book.edition)
    share = _SHARES.get(share, share) if isinstance(share, str) else share
    return next((level for level in scale.levels if book.number(level.share) == share), None) if scale else None


def _set_finding(judged: Finding, share: Decimal | str, level: Level | None) -> Finding:
    share = _SHARES.get(share, share) if isinstance(share, str) else share
    if share == "not-applicable":
        return Finding(judged.requirement, "not-applicable", None)
    points = tuple(item for item in judged.missing if judged.points is None and item.kind in {"parameter", "size"})
    if isinstance(share, Decimal):
        marks: dict[str, Decimal | None] = dict.fromkeys(judged.marks, share)
        statement = (level.statement if level else None) or statement_of(share)
        code = level.code if level else None
        return Finding(judged.requirement, statement, share, judged.points, marks, code, missing=points)
    _require("statement without a share", share, (*_SHARES, "not-applicable", NOT_DETERMINED))
    missing = (Missing("judgement", judged.requirement), *points)
    return Finding(
        judged.requirement, NOT_DETERMINED, None, judged.points, dict.fromkeys(judged.marks), missing=missing
    )


def _compare_finding(case: GoldenCase, finding: Finding) -> list[str]:
    expect, differences = case.expect, []
    asked = expect.model_fields_set
    if "statement" in asked and finding.statement != expect.statement:
        differences.append(f"statement: expected {expect.statement}, came out {finding.statement}")
    if "share" in asked:
        differences += _number("share", expect.share, finding.share)
    if "points" in asked:
        differences += _number("points", expect.points, finding.earned)
    for mark, share in expect.marks.items():
        differences += _number(f"mark {mark}", share, finding.marks.get(mark))
    differences += _named(expect.missing, {item.id for item in finding.missing})
    return differences


def _compare_whole(case: GoldenCase, assessment: Assessment) -> list[str]:
    expect, differences = case.expect, []
    standing = assessment.standing
    for name, value in expect.scores.items():
        _require("score", name, standing.scores)
        differences += _number(f"score {name}", value, standing.scores[name].value)
    for name, grade in expect.grades.items():
        _require("ladder", name, standing.ladders)
        if standing.ladders[name].grade != grade:
            differences.append(f"{name}: expected {grade}, came out {standing.ladders[name].grade}")
    for name, holds in expect.gates.items():
        _require("gate", name, standing.gates)
        if standing.gates[name].holds != holds:
            differences.append(f"gate {name}: expected {holds}, came out {standing.gates[name].holds}")
    nodes = assessment.nodes
    for name, wanted in expect.nodes.items():
        _require("node", name, nodes)
        differences += _node(name, wanted, nodes[name].share, nodes[name].statement)
    return differences + _named(expect.missing, {item.id for item in assessment.missing})


def _compare_retention(case: GoldenCase, evidence: Evidence, book: FigureBook) -> list[str]:
    """Compare whether everything holds that keeping the certificate needs; one thing unknown leaves it open."""
    if "retention" not in case.expect.model_fields_set:
        return []
    rules = book.edition.procedure.retention
    shares = [apply_rule(rule, evidence, book, place=("", 0)).share for rule in rules]
    known = [share >= 1 for share in shares if share is not None]
    holds = None if all(known) and len(known) < len(shares) else all(known)
    return [] if holds == case.expect.retention else [f"retention: expected {case.expect.retention}, came out {holds}"]


def _node(name: str, wanted: Decimal | str, share: Decimal | None, statement: str) -> list[str]:
    if isinstance(wanted, Decimal):
        return _number(f"node {name}", wanted, share)
    return [] if statement == wanted else [f"node {name}: expected {wanted}, came out {statement}"]


def _number(name: str, wanted: Decimal | None, found: Decimal | None) -> list[str]:
    """Compare to nine places: a golden case may write 0.333333333 for a third."""
    same = wanted == found if wanted is None or found is None else abs(wanted - found) <= _PLACES
    if same:
        return []
    texts = ["not determined" if value is None else plain(round(value, 12)) for value in (wanted, found)]
    return [f"{name}: expected {texts[0]}, came out {texts[1]}"]


def _named(wanted: tuple[str, ...], found: set[str]) -> list[str]:
    absent = [name for name in wanted if name not in found]
    return (
        [f"missing: expected {', '.join(absent)} to be named; named are {', '.join(sorted(found)) or 'none'}"]
        if absent
        else []
    )
