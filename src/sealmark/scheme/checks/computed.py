"""Instruments and measures: items that exist, answers that are legal, keys a formula needs or does not take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sealmark.core.errors import Problem, did_you_mean
from sealmark.scheme.checks.view import View
from sealmark.scheme.measures import Instrument, Item, ItemCondition, Measure
from sealmark.scheme.walking import Path

__all__ = ["FORMULA_KEYS", "check_instruments", "check_measures"]

_CLOCK = ("start", "end", "time", "between")
_AGAIN = ("same",)
FORMULA_KEYS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "respondent-mean": ((), ("factor", "answers_needed")),
    "rescaled-mean": ((), ("answers_needed",)),
    "weighted": (("weights",), ("answers_needed",)),
    "acsi": (("weights",), ()),
    "pls": (("blocks", "paths", "index_of"), ()),
    "mean": ((), ()),
    "total": ((), ()),
    "share": (("codes",), ()),
    "top-box": (("top_from",), ()),
    "promoter": ((), ("promoters_from", "detractors_to")),
    "effort": ((), ()),
    "gap": (("expectation_items",), ()),
    "ratio": (("denominator",), ()),
    "quantile": (("quantile",), ()),
    "duration-mean": ((), _CLOCK),
    "duration-percentile": (("quantile",), (*_CLOCK, "open_cases")),
    "share-within": ((), (*_CLOCK, "open_cases", "target_hours", "target")),
    "first-time-fix": (("window_days",), _AGAIN),
    "repeat-rate": (("window_days",), _AGAIN),
    "return-rate": (("window_days",), _AGAIN),
    "record-share": (("column", "values"), ()),
    "record-ratio": (("column", "values", "base_column", "base_values"), ()),
    "open-share": ((), ("overdue_after_hours", "time")),
}
"""Per formula kind: keys it needs, and keys it may have besides."""


def check_instruments(view: View) -> Iterator[Problem]:
    """Yield questions whose range, codes or skip logic cannot work."""
    for file, part in view.edition.parts.items():
        if isinstance(part, Instrument):
            for position, item in enumerate(part.items):
                yield from _item(view, file, item, ("items", position))
                if item.ask_if is not None:
                    before = {other.id: other for other in part.items[:position]}
                    yield from _skip(view, file, item, before, ("items", position, "ask_if"))


def _item(view: View, file: str, item: Item, path: Path) -> Iterator[Problem]:
    if item.lowest >= item.highest:
        what = f'The item "{item.id}" runs from {item.lowest} to {item.highest}.'
        yield view.problem("SM243", what, (file, (*path, "lowest")), "lowest must be below highest.")
    for position, code in enumerate(item.choices):
        if not item.lowest <= code <= item.highest:
            what = f'The code {code} of the item "{item.id}" is outside {item.lowest} to {item.highest}.'
            yield view.problem("SM243", what, (file, (*path, "choices", position)), "Widen the range or drop the code.")


def _skip(view: View, file: str, item: Item, before: Mapping[str, Item], path: Path) -> Iterator[Problem]:
    condition = item.ask_if
    if condition is None:
        return
    asked = before.get(condition.item)
    if asked is None:
        what = f'The item "{item.id}" depends on "{condition.item}", which is not asked before it.'
        yield view.problem("SM244", what, (file, (*path, "item")), did_you_mean(condition.item, before))
    else:
        yield from _answers(view, asked, condition.equals, (file, (*path, "equals")))


def _answers(view: View, item: Item, codes: tuple[int, ...], at: tuple[str, Path]) -> Iterator[Problem]:
    for position, code in enumerate(codes):
        legal = code in item.choices if item.choices else item.lowest <= code <= item.highest
        if not legal:
            what = f'{code} is not an answer to the item "{item.id}".'
            yield view.problem("SM243", what, (at[0], (*at[1], position)), f"Legal: {_legal(item)}.")


def _legal(item: Item) -> str:
    return ", ".join(map(str, item.choices)) if item.choices else f"{item.lowest} to {item.highest}"


def check_measures(view: View) -> Iterator[Problem]:
    """Yield measures whose formula lacks a key, has one too many, or names items that are not asked."""
    for file, part in view.edition.parts.items():
        if isinstance(part, Measure):
            yield from _formula_keys(view, file, part)
            instrument = view.edition.instruments.get(part.instrument or "")
            if instrument is not None:
                yield from _survey(view, file, part, instrument)
            elif part.records is not None:
                yield from _record_keys(view, file, part)


def _formula_keys(view: View, file: str, measure: Measure) -> Iterator[Problem]:
    formula = measure.formula
    needed, optional = FORMULA_KEYS[formula.kind]
    given = {key for key in formula.model_fields_set if key != "kind"}
    for key in needed:
        if not getattr(formula, key) and getattr(formula, key) != 0:
            what = f'The formula "{formula.kind}" needs the key "{key}".'
            yield view.problem("SM240", what, (file, ("formula",)), _keys_of(formula.kind))
    for key in sorted(given - {*needed, *optional}):
        what = f'The formula "{formula.kind}" does not take the key "{key}".'
        yield view.problem("SM241", what, (file, ("formula", key)), _keys_of(formula.kind))
    if formula.kind == "share-within" and (formula.target_hours is None) == (formula.target is None):
        what = 'The formula "share-within" needs exactly one of "target_hours" and "target".'
        yield view.problem("SM240", what, (file, ("formula",)), "Give the hours allowed, or `target: promised`.")
    yield from _longest_silence(view, file, measure)
    if formula.quantile is not None and not 0 < formula.quantile < 1:
        yield view.problem("SM231", f"{formula.quantile} is not a quantile.", (file, ("formula", "quantile")),
                           "A quantile lies between 0 and 1: 0.9 for the 90th percentile.")  # fmt: skip


def _longest_silence(view: View, file: str, measure: Measure) -> Iterator[Problem]:
    """Yield what does not go with the longest time between two updates."""
    formula = measure.formula
    if formula.between is None:
        return
    for key, wrong in (("open_cases", formula.open_cases == "kaplan-meier"), ("target", formula.target is not None)):
        if wrong:
            what = f'"{key}: {getattr(formula, key)}" does not go with "between: {formula.between}".'
            fix = "Remove one of the two: the time between two updates has no age and no promised end."
            yield view.problem("SM241", what, (file, ("formula", key)), fix)


def _keys_of(kind: str) -> str:
    needed, optional = FORMULA_KEYS[kind]
    return f"Needed: {', '.join(needed) or 'none'}. Allowed besides: {', '.join(optional) or 'none'}."


def _survey(view: View, file: str, measure: Measure, instrument: Instrument) -> Iterator[Problem]:
    items = {item.id: item for item in instrument.items}
    yield from _origin_of_items(view, file, measure, instrument)
    for path, name in _item_names(measure):
        if name not in items:
            what = f'The item "{name}" is not in the instrument "{instrument.id}".'
            yield view.problem("SM242", what, (file, path), did_you_mean(name, items))
    if measure.among is not None:
        yield from _among(view, file, measure.among, items)
    yield from _codes(view, file, measure, _chosen(measure, instrument))
    formula = measure.formula
    if formula.kind == "gap" and formula.expectation_items and len(formula.expectation_items) != len(measure.items):
        what = f"{len(measure.items)} items face {len(formula.expectation_items)} expectation items."
        yield view.problem(
            "SM245", what, (file, ("formula", "expectation_items")), "List one for each, in the same order."
        )
    for position, pair in enumerate(formula.paths):
        for end in pair:
            if end not in formula.blocks:
                yield view.problem("SM245", f'There is no block "{end}".', (file, ("formula", "paths", position)),
                                   did_you_mean(end, formula.blocks))  # fmt: skip
    if formula.index_of is not None and formula.blocks and formula.index_of not in formula.blocks:
        yield view.problem("SM245", f'There is no block "{formula.index_of}".', (file, ("formula", "index_of")),
                           did_you_mean(formula.index_of, formula.blocks))  # fmt: skip


def _origin_of_items(view: View, file: str, measure: Measure, instrument: Instrument) -> Iterator[Problem]:
    if measure.items and measure.dimension:
        what = 'Both "items" and "dimension" are given.'
        yield view.problem("SM245", what, (file, ("dimension",)), "Keep one of the two.")
    if not measure.items and measure.dimension is None and measure.formula.kind not in {"pls", "weighted", "acsi"}:
        yield view.problem("SM245", "The measure names no items.", (file, ()),
                           "Add `items:` with a list, or `dimension:`.")  # fmt: skip
    dimensions = {item.dimension for item in instrument.items if item.dimension}
    if measure.dimension is not None and measure.dimension not in dimensions:
        what = f'No item of the instrument "{instrument.id}" has the dimension "{measure.dimension}".'
        yield view.problem("SM242", what, (file, ("dimension",)), did_you_mean(measure.dimension, dimensions))


def _item_names(measure: Measure) -> Iterator[tuple[Path, str]]:
    formula = measure.formula
    yield from ((("items", position), name) for position, name in enumerate(measure.items))
    yield from ((("formula", "weights", name), name) for name in formula.weights)
    for key in ("expectation_items", "denominator"):
        yield from ((("formula", key, position), name) for position, name in enumerate(getattr(formula, key)))
    for block, names in formula.blocks.items():
        yield from ((("formula", "blocks", block, position), name) for position, name in enumerate(names))


def _among(view: View, file: str, among: ItemCondition, items: Mapping[str, Item]) -> Iterator[Problem]:
    if among.item not in items:
        what = f'The item "{among.item}" is not in the instrument.'
        yield view.problem("SM242", what, (file, ("among", "item")), did_you_mean(among.item, items))
    else:
        yield from _answers(view, items[among.item], among.equals, (file, ("among", "equals")))


def _chosen(measure: Measure, instrument: Instrument) -> list[Item]:
    if measure.dimension is not None:
        return [item for item in instrument.items if item.dimension == measure.dimension]
    return [item for item in instrument.items if item.id in measure.items]


def _codes(view: View, file: str, measure: Measure, items: list[Item]) -> Iterator[Problem]:
    formula = measure.formula
    if not items:
        return
    if formula.kind == "share":
        yield from _answers(view, items[0], formula.codes, (file, ("formula", "codes")))
    if formula.top_from is not None and formula.kind == "top-box":
        yield from _answers(view, items[0], (formula.top_from,), (file, ("formula", "top_from")))
    if formula.kind == "promoter":
        item = items[0]
        if not item.lowest <= formula.detractors_to < formula.promoters_from <= item.highest:
            split = f"{formula.detractors_to} and {formula.promoters_from}"
            what = f'The item "{item.id}" ({_legal(item)}) cannot be split at {split}.'
            yield view.problem("SM243", what, (file, ("formula",)),
                               "detractors_to below promoters_from, both inside the item's range.")  # fmt: skip


def _record_keys(view: View, file: str, measure: Measure) -> Iterator[Problem]:
    for key in ("items", "dimension", "among"):
        if getattr(measure, key):
            what = f'"{key}" is for questionnaires; this measure comes from service records.'
            yield view.problem("SM241", what, (file, (key,)), "Remove it; use `where:` to choose rows.")
