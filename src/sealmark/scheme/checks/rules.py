"""Rules: curves that rise, shares that are shares, evidence that fits what is declared."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from sealmark.core.errors import Problem, did_you_mean
from sealmark.core.numbers import in_steps, plain
from sealmark.scheme.checks.view import View, written
from sealmark.scheme.edition import DeclaredFact
from sealmark.scheme.figures import Number
from sealmark.scheme.requirements import Band, Scale, Scales
from sealmark.scheme.rules import VERDICTS, ActionsRule, Applies, ChangeRule, FactRule, MeasureRule, PersonsRule, Scores
from sealmark.scheme.walking import Path, PlacedPart

__all__ = ["check_facts", "check_rules", "check_scales"]

_POINTED = ("curve", "steps", "steps_at_most")
_RISE = "Values rise from point to point; write the lowest first."
_OTHER_WAY = {
    "steps": "Where lower is better write `steps_at_most`: each value is an upper limit, the shares fall.",
    "steps_at_most": "Where higher is better write `steps`: each value is a lower limit, the shares rise.",
}
_SHARE = "A share lies between 0 and 1: 0.5 for one half."


def check_rules(view: View) -> Iterator[Problem]:
    """Yield scores that cannot be meant: points out of order, shares above 1, tables for numbers."""
    for placed in view.parts:
        part = placed.part
        if isinstance(part, Scores):
            yield from _curve(view, placed, part)
            yield from _shares(view, placed, part)
        elif isinstance(part, MeasureRule | PersonsRule | ActionsRule) and part.scores.table is not None:
            what = "A table scores choices, but this rule gives a number."
            yield view.problem("SM235", what, (placed.file, (*placed.path, "scores", "table")),
                               "Use at_least, at_most, curve, steps or steps_at_most.")  # fmt: skip
        if isinstance(part, MeasureRule):
            yield from _direction(view, placed, part, part.measure)
            yield from _reachable_share(view, placed, part)
        elif isinstance(part, ChangeRule):
            yield from _direction(view, placed, part, part.change)
            yield from _change(view, placed, part)


def _curve(view: View, placed: PlacedPart, scores: Scores) -> Iterator[Problem]:
    for way in _POINTED:
        points = getattr(scores, way) or ()
        at = (placed.file, (*placed.path, way))
        if way == "curve" and len(points) == 1:
            yield view.problem("SM230", "The curve has one point.", at, "Give two or more points [value, share].")
        known = [view.value(value, view.base) for value, _ in points]
        for position in range(1, len(known)):
            low, high = known[position - 1], known[position]
            if low is not None and high is not None and high <= low:
                what = f"The {way} fall: {plain(high)} comes after {plain(low)}."
                what = what.replace("curve fall", "curve falls")
                yield view.problem("SM230", what, (at[0], (*at[1], position)), _RISE)
        if way in _OTHER_WAY:
            yield from _wrong_way(view, way, [view.value(share, view.base) for _, share in points], at)


def _wrong_way(view: View, way: str, shares: list[Decimal | None], at: tuple[str, Path]) -> Iterator[Problem]:
    """Yield a problem where the shares of steps turn the way that the other key is for."""
    for position in range(1, len(shares)):
        before, after = shares[position - 1], shares[position]
        if before is None or after is None or before == after or (after > before) == (way == "steps"):
            continue
        moves = "rise" if after > before else "fall"
        what = f"The shares of {way} {moves}: {plain(after)} comes after {plain(before)}."
        yield view.problem("SM230", what, (at[0], (*at[1], position)), _OTHER_WAY[way])
        return


def _shares(view: View, placed: PlacedPart, scores: Scores) -> Iterator[Problem]:
    shares: list[tuple[Path, Number]] = [((name,), share) for name, share in (scores.table or {}).items()]
    for way in _POINTED:
        points = getattr(scores, way) or ()
        shares += [((position,), share) for position, (_, share) in enumerate(points)]
    way = next(name for name in type(scores).model_fields if getattr(scores, name) is not None)
    for path, share in shares:
        yield from not_a_share(view, share, (placed.file, (*placed.path, way, *path)))


def not_a_share(view: View, number: Number, at: tuple[str, Path]) -> Iterator[Problem]:
    """Yield a problem when a number known on the first day is no share."""
    value = view.value(number, view.base)
    if value is not None and not 0 <= value <= 1:
        yield view.problem("SM231", f"{plain(value)} is not a share.", at, _SHARE)


_BETTER = {"at_least": "at_most", "steps": "steps_at_most"}
"""What rewards high values, and what rewards low ones."""


def _direction(view: View, placed: PlacedPart, rule: MeasureRule | ChangeRule, name: str) -> Iterator[Problem]:
    measure = view.edition.measures.get(name)
    if measure is None:
        return
    lower = measure.better == "lower"
    for key, instead in _BETTER.items() if lower else ((right, wrong) for wrong, right in _BETTER.items()):
        if getattr(rule.scores, key) is None:
            continue
        what = f'{key} rewards bad values: for the measure "{name}" {measure.better} is better.'
        yield view.problem("SM237", what, (placed.file, (*placed.path, "scores", key)),
                           f"Use {instead}, or set `better:` of the measure.", severity="warning")  # fmt: skip
    if rule.counts == ("lower-limit" if lower else "upper-limit"):
        what = f'{rule.counts} favours thin samples: for the measure "{name}" {measure.better} is better.'
        yield view.problem("SM237", what, (placed.file, (*placed.path, "counts")),
                           f'Use {"upper-limit" if lower else "lower-limit"}.', severity="warning")  # fmt: skip


def _change(view: View, placed: PlacedPart, rule: ChangeRule) -> Iterator[Problem]:
    """Yield changes that cannot be estimated, and verdicts that nothing gives."""

    def wrong(code: str, key: Path, what: str, fix: str) -> Problem:
        return view.problem(code, what, (placed.file, (*placed.path, *key)), fix)

    measure, table = view.edition.measures.get(rule.change), rule.scores.table
    if measure is not None and measure.formula.kind == "quantile":
        what = f'No change is estimated for the measure "{rule.change}": it is a quantile of answers.'
        yield wrong("SM262", ("change",), what, "Name a mean, a share or an index.")
    fewest = None if rule.minimum_base is None else view.value(rule.minimum_base, view.base)
    if fewest is not None and fewest < 0:
        what = f"A wave cannot rest on at least {plain(fewest)} answers."
        yield wrong("SM263", ("minimum_base",), what, "Give how many there must be in each wave.")
    smallest = None if rule.relevant is None else view.value(rule.relevant, view.base)
    if smallest is not None and smallest < 0:
        what = f"A smallest relevant change of {plain(smallest)} would call a decline an improvement."
        yield wrong("SM263", ("relevant",), what, "Give 0 or more; `better:` of the measure says the direction.")
    if table is not None and rule.relevant is None:
        what = "A table of verdicts needs the smallest change that matters."
        yield wrong("SM263", ("scores", "table"), what, "Add `relevant:`, or score the change itself.")
    for word in table or {}:
        if word not in VERDICTS:
            what = f'"{word}" is no verdict on a change.'
            yield wrong("SM263", ("scores", "table", word), what, did_you_mean(word, VERDICTS))


def _reachable_share(view: View, placed: PlacedPart, rule: MeasureRule) -> Iterator[Problem]:
    measure = view.edition.measures.get(rule.measure)
    if measure is None or measure.unit != "share":
        return
    for key in ("at_least", "at_most"):
        number = getattr(rule.scores, key)
        value = view.value(number, view.base) if number is not None else None
        if value is not None and not 0 <= value <= 1:
            what = f'{plain(value)} is not a share, and the measure "{rule.measure}" is one.'
            yield view.problem("SM231", what, (placed.file, (*placed.path, "scores", key)), _SHARE)


def check_scales(view: View) -> Iterator[Problem]:
    """Yield scales with double codes, shares above 1, a step that misses the end, or bands that do not fit."""
    part = view.edition.parts.get("scales.yaml")
    for name, scale in part.scales.items() if isinstance(part, Scales) else ():
        path: Path = ("scales", name)
        yield from _levels(view, scale, path)
        low, high = scale.lowest, scale.highest
        if low is not None and high is not None and not in_steps(high, low, scale.step):
            what = f"Steps of {plain(scale.step)} from {plain(low)} miss {plain(high)}."
            fix = "Choose a step above 0 that divides the range."
            yield view.problem("SM238", what, ("scales.yaml", (*path, "step")), fix)
        yield from _bands(view, scale, path)


def _bands(view: View, scale: Scale, path: Path) -> Iterator[Problem]:
    """Yield bands that are double, upside down, outside their scale, or run into each other."""
    seen: set[str] = set()
    for position, band in enumerate(scale.bands):
        at: tuple[str, Path] = ("scales.yaml", (*path, "bands", position))
        if band.id in seen:
            yield view.problem("SM213", f'The band "{band.id}" is defined twice.', (at[0], (*at[1], "id")),
                               "Rename or remove one of the two.")  # fmt: skip
        seen.add(band.id)
        before = scale.bands[position - 1] if position else None
        wrong = _band_fault(scale, band, before)
        if wrong:
            yield view.problem("SM238", wrong[0], at, wrong[1])


def _band_fault(scale: Scale, band: Band, before: Band | None) -> tuple[str, str] | None:
    low, high = scale.lowest, scale.highest
    if band.lowest > band.highest:
        return f'The band "{band.id}" ends at {plain(band.highest)}, before it begins.', "Swap lowest and highest."
    if low is not None and high is not None and not (low <= band.lowest and band.highest <= high):
        what = f'The band "{band.id}" ({plain(band.lowest)} to {plain(band.highest)}) leaves its scale.'
        return what, f"Stay between {plain(low)} and {plain(high)}."
    if before is not None and band.lowest <= before.highest:
        what = f'The band "{band.id}" begins at {plain(band.lowest)}, "{before.id}" ends at {plain(before.highest)}.'
        return what, "List bands from low to high; each begins above the end of the one before."
    return None


def _levels(view: View, scale: Scale, path: Path) -> Iterator[Problem]:
    seen: set[str] = set()
    for position, level in enumerate(scale.levels):
        at = ("scales.yaml", (*path, "levels", position))
        yield from not_a_share(view, level.share, (at[0], (*at[1], "share")))
        if level.code in seen:
            yield view.problem("SM213", f'The level "{level.code}" is defined twice.', (at[0], (*at[1], "code")),
                               "Rename or remove one of the two.")  # fmt: skip
        seen.add(level.code)
    known = [view.value(level.share, view.base) for level in scale.levels]
    if known and None not in known and Decimal(1) not in known:
        what = "No level of the scale has the share 1: what it judges can never conform."
        yield view.problem("SM238", what, ("scales.yaml", path), "Give the best level the share 1.",
                           severity="warning")  # fmt: skip


def check_facts(view: View) -> Iterator[Problem]:
    """Yield rules, conditions and adjustments that do not fit the type of their fact."""
    facts = view.edition.declarations.facts
    for placed in view.parts:
        if isinstance(placed.part, FactRule):
            fact = facts.get(placed.part.fact)
            if fact is not None:
                yield from _fact_rule(view, placed, placed.part, fact)
        elif isinstance(placed.part, Applies):
            yield from _applies(view, placed, placed.part)
        elif isinstance(placed.part, PersonsRule):
            yield from _must_be_number(view, placed.part.per, (placed.file, (*placed.path, "per")))
    for position, adjustment in enumerate(view.edition.grading.adjustments):
        at: tuple[str, Path] = ("grading.yaml", ("adjustments", position, "count"))
        yield from _must_be_number(view, adjustment.count, at, "SM233")
    yield from _choices(view)


def _must_be_number(view: View, name: str | None, at: tuple[str, Path], code: str = "SM232") -> Iterator[Problem]:
    fact = view.edition.declarations.facts.get(name or "")
    if fact is not None and fact.type != "number":
        what = f'The fact "{name}" is a {fact.type}, but a number is counted here.'
        yield view.problem(code, what, at, "Name a fact of type number, or change the type in declarations.yaml.")


def _fact_rule(view: View, placed: PlacedPart, rule: FactRule, fact: DeclaredFact) -> Iterator[Problem]:
    def wrong(key: tuple[str | int, ...], what: str, fix: str) -> Problem:
        return view.problem("SM232", what, (placed.file, (*placed.path, *key)), fix)

    name, table = rule.fact, rule.scores.table
    if rule.age_in is not None and fact.type != "date":
        yield wrong(("age_in",), f'age_in is for dates, but the fact "{name}" is a {fact.type}.', "Remove age_in.")
    if fact.type == "date" and rule.age_in is None:
        yield wrong(("fact",), f'The fact "{name}" is a date: its age in days or months is what can be scored.',
                    "Add `age_in: days` or `age_in: months`.")  # fmt: skip
    if table is not None and fact.type in {"number", "date"}:
        yield wrong(("scores", "table"), f'A table scores choices, but the fact "{name}" is a {fact.type}.',
                    "Use at_least, at_most, curve, steps or steps_at_most.")  # fmt: skip
    if table is None and fact.type == "choice":
        yield wrong(("scores",), f'The fact "{name}" is a choice, which only a table can score.',
                    f"Write `scores: {{table: {{{_row(fact)}}}}}`.")  # fmt: skip
    if table is not None and fact.type in {"choice", "boolean"}:
        legal = fact.choices if fact.type == "choice" else ("yes", "no")
        for choice in table:
            if choice not in legal:
                yield wrong(("scores", "table", choice), f'"{choice}" is not an answer to the fact "{name}".',
                            did_you_mean(choice, legal))  # fmt: skip
    if rule.per is not None:
        yield from _must_be_number(view, rule.fact, (placed.file, (*placed.path, "fact")))
        yield from _must_be_number(view, rule.per, (placed.file, (*placed.path, "per")))


def _row(fact: DeclaredFact) -> str:
    return ", ".join(f"{choice}: 1" for choice in fact.choices[:2])


def _applies(view: View, placed: PlacedPart, applies: Applies) -> Iterator[Problem]:
    for name, value in applies.facts.items():
        fact = view.edition.declarations.facts.get(name)
        if fact is None or (fact.type == "choice" and not fact.choices):
            continue
        at = (placed.file, (*placed.path, "facts", name))
        if fact.type not in {"boolean", "choice"}:
            what = f'The fact "{name}" is a {fact.type}; only yes/no facts and choices decide what applies.'
            yield view.problem("SM234", what, at, "Declare a boolean or choice fact for it.")
        elif fact.type == "boolean" and not isinstance(value, bool):
            yield view.problem("SM234", f'"{value}" is neither true nor false.', at, "Legal: false, true.")
        elif fact.type == "choice" and value not in fact.choices:
            yield view.problem("SM234", f'"{written(value)}" is not a choice of the fact "{name}".', at,
                               did_you_mean(str(value), fact.choices))  # fmt: skip


def _choices(view: View) -> Iterator[Problem]:
    for name, fact in view.edition.declarations.facts.items():
        at: tuple[str, Path] = ("declarations.yaml", ("facts", name))
        if (fact.type == "choice") != bool(fact.choices):
            what = f'The fact "{name}" is a {fact.type} {"without" if not fact.choices else "with"} choices.'
            fix = "A choice lists its `choices:`; other types have none."
            yield view.problem("SM232", what, at, fix)
        if fact.lowest is not None and fact.highest is not None and fact.lowest > fact.highest:
            what = f'The limits of the fact "{name}" are the wrong way round.'
            yield view.problem("SM222", what, at, "lowest must not be above highest.")
