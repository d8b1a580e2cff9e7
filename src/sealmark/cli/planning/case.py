"""``sealmark plan CASE``: conditions, sites, respondents, records and the risk of the grade for one case."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sealmark.cli.output import json_option, result, table, talk
from sealmark.core.canonical import to_json
from sealmark.core.errors import Problem, SealmarkError

if TYPE_CHECKING:
    from sealmark.evaluation.planning import Condition, RecordPlan, RespondentPlan, RiskPlan, SitePlan

__all__ = ["case_command", "percent"]

_EVENTS = ("initial", "surveillance", "recertification")


@click.command("case", epilog="Example: sealmark plan my-case/ --event initial --precision 2")
@click.argument("case", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--scheme", help="Plan under this edition or pack folder instead of the one the case names.")
@click.option("--event", type=click.Choice(_EVENTS), default="initial", show_default=True)
@click.option("--seed", type=click.IntRange(min=0), help="Seed of the draw; the case's own when not given.")
@click.option("--precision", default="2", show_default=True, help="Wanted half-width of indices, in points of 0-100.")
@click.option("--share-precision", default="0.05", show_default=True, help="Wanted half-width of shares.")
@click.option("--customers", type=click.IntRange(min=2), help="How many respondents there are to ask.")
@click.option("--response-rate", type=click.FloatRange(0, 1, min_open=True), help="Share of those asked who answer.")
@click.option("--records", type=click.IntRange(min=2), help="How many records a site has, for the record sample.")
@click.option("--spread", type=click.FloatRange(min=0), default=8.0, show_default=True,
              help="Standard deviation between sites in points of 0-100, where too few were seen.")  # fmt: skip
@click.option("--ledger", type=click.Path(dir_okay=False, path_type=Path),
              help="Write the draw of the sites here, so that anyone can draw again.")  # fmt: skip
@json_option
def case_command(
    case: Path,
    scheme: str | None,
    event: Any,
    seed: int | None,
    precision: str,
    share_precision: str,
    customers: int | None,
    response_rate: float | None,
    records: int | None,
    spread: float,
    ledger: Path | None,
) -> None:
    """Plan for a case: which sites to visit, how many respondents and records are needed.

    And how likely a sample of so many sites leads to the right grade, by the score alone.
    """
    from sealmark.evaluation import planning
    from sealmark.evaluation.evidence.gathering import gather
    from sealmark.evaluation.run import open_case

    widths = {
        "points": _decimal(precision, "--precision"),
        "share": _decimal(share_precision, "--share-precision"),
    }
    opened = open_case(scheme, case)
    book = opened.book
    gathered = gather(opened.case, book)
    sites = planning.draw_sites(gathered.sites, book, event=event, seed=opened.case.file.seed if seed is None else seed)
    people = planning.plan_respondents(
        book, gathered.evidence.measures, **widths, population=customers,
        response_rate=None if response_rate is None else Decimal(str(response_rate)),
    )  # fmt: skip
    units = planning.plan_records(book, population=records)
    conditions = planning.check_conditions(book, gathered.evidence, event=event)
    risks = planning.plan_risks(book, gathered.evidence, sites, spread=spread)
    if ledger is not None:
        _write_ledger(ledger, sites)
    value = {
        "prerequisites": _plain(conditions),
        "sites": {name: item for name, item in _plain(sites).items() if name != "draws"},
        "respondents": _plain(people),
        "records": _plain(units),
        "grades": _plain(risks),
    }
    parts = [_condition_lines(conditions), _site_lines(sites), _people_lines(people), _unit_lines(units)]
    parts += [_risk_lines(risks)] if risks else []
    result(value, [line for part in parts for line in (*part, "")][:-1])


def _write_ledger(path: Path, sites: SitePlan) -> None:
    from sealmark.cli.planning.draws import write_ledger

    if not sites.draws:
        what = f"There is no draw to write down: {sites.note or 'no site is to be visited'}."
        raise SealmarkError(Problem("SM905", what, "--ledger", "Leave the option out."))
    write_ledger(path, sites.draws)
    talk(f"Ledger: {path}")


def _decimal(text: str, option: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise SealmarkError(Problem("SM603", f'"{text}" is not a number.', option, "Write 2 or 0.05."))
    return number


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        named = ((item.name, getattr(value, item.name)) for item in dataclasses.fields(value))
        return {name: _plain(item) for name, item in named if name != "draws"}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return to_json(value)


def percent(share: Decimal | float) -> str:
    """Return a share as a percentage for the eye.

    Example:
        >>> percent(0.834)
        '83 %'
    """
    return f"{100 * float(share):.0f} %"


def _condition_lines(conditions: Sequence[Condition]) -> list[str]:
    if not conditions:
        return ["Conditions: the scheme publishes none for this event."]
    rows = [[item.kind, item.id, *_answer(item)] for item in conditions]
    return ["Conditions:", *table(rows, indent="  ")]


def _answer(condition: Condition) -> list[str]:
    if condition.holds:
        return ["holds"]
    if condition.holds is None:
        return ["not determined", f"missing: {', '.join(condition.missing)}"]
    return ["does not hold", "to be refused" if condition.refuses else "ask for more"]


def _site_lines(sites: SitePlan) -> list[str]:
    if sites.needed is None:
        return [f"Sites: not determined ({sites.note})."]
    head = f"Sites: {sites.needed} of {sites.listed} (rule: {sites.rule}; at least {sites.random} at random)"
    several = len(sites.levels) > 1
    rows = [[item.site, *([item.level] if several else []), item.stratum, item.reason] for item in sites.drawn]
    return [head, *_level_lines(sites), *table(rows, indent="  ")]


def _level_lines(sites: SitePlan) -> list[str]:
    lines = []
    for plan in sites.levels:
        if len(sites.levels) > 1:
            name = plan.level or "without a level"
            lines.append(f"  level {name}: {plan.needed} of {plan.listed}, at least {plan.random} at random")
        if not plan.fits:
            lines.append(f"  sampling does not fit: {plan.reason}")
    return lines


def _people_lines(people: Sequence[RespondentPlan]) -> list[str]:
    asked = any(item.invited is not None for item in people)
    rows = [["instrument", "respondents", *(["to invite"] if asked else []), "for", "+/-", "spread"]]
    for item in people:
        needed = max(item.needed, int(item.minimum or 0))
        spread = f"{item.spread} (assumed)" if item.assumed else str(item.spread)
        invited = [str(item.invited)] if asked else []
        rows.append([item.instrument, str(needed), *invited, item.measure, str(item.half_width), spread])
    return ["Respondents:", *table(rows, indent="  ")]


def _unit_lines(units: Sequence[RecordPlan]) -> list[str]:
    rows = [["at each site", "at least", "to prove the tolerated share"]]
    rows += [[item.of, "unknown" if item.lowest is None else str(item.lowest), str(item.proof or "")] for item in units]
    return ["Samples:", *table(rows, indent="  ")] if units else ["Samples: the scheme asks for none."]


_BOUGHT: Mapping[str, str] = {
    "now": "right grade",
    "more_sites": "with 2 more sites",
    "more_interviews": "with twice the interviews",
}


def _risk_lines(risks: Sequence[RiskPlan]) -> list[str]:
    bought = [name for name in _BOUGHT if any(name in item.right for item in risks)]
    rows = [["ladder", "sites", "spread", *(_BOUGHT[name] for name in bought)]]
    for item in risks:
        spread = f"{item.spread} (assumed)" if item.assumed else str(item.spread)
        chances = [percent(item.right[name]) if name in item.right else "" for name in bought]
        rows.append([item.ladder, f"{item.visited} of {item.sites}", spread, *chances])
    return ["Grades, by the score alone:", *table(rows, indent="  ")]
