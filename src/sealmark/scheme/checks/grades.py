"""Grading: limits that rise, grades that can be reached, gates that do not contradict."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from sealmark.core.errors import Problem, did_you_mean
from sealmark.core.numbers import plain
from sealmark.scheme.checks.rules import not_a_share
from sealmark.scheme.checks.tree import points_of
from sealmark.scheme.checks.view import Setting, View
from sealmark.scheme.grading import (
    STATEMENTS,
    Adjustment,
    CountGate,
    Gate,
    GradeGate,
    Ladder,
    NodeGate,
    Score,
    ScoreGate,
    SpecialsGate,
)
from sealmark.scheme.walking import Path

__all__ = ["check_gates", "check_ladders"]

_FILE = "grading.yaml"


class _Limit(NamedTuple):
    """A limit on something that gates compare, and where it stands."""

    about: str
    words: str
    side: str
    value: Decimal
    path: Path


def check_ladders(view: View) -> Iterator[Problem]:
    """Yield limits that overlap, grades that nobody can reach, and limits without a score."""
    for position, ladder in enumerate(view.edition.grading.ladders):
        path: Path = ("ladders", position)
        limited = [grade for grade in ladder.grades if grade.at_least is not None]
        if limited and ladder.score is None:
            what = f'The ladder "{ladder.id}" has limits but no score.'
            yield view.problem("SM247", what, (_FILE, path), "Add `score:` with an id from scores.")
        yield from _rising(view, ladder, path)
        yield from _reachable(view, ladder, path)
        yield from _contradictions(view, ladder, path)
        if ladder.below in {grade.id for grade in ladder.grades}:
            what = f'"{ladder.below}" is the name of a grade and of the result when no grade is reached.'
            yield view.problem("SM213", what, (_FILE, (*path, "below")), "Choose another name for `below`.")


def _rising(view: View, ladder: Ladder, path: Path) -> Iterator[Problem]:
    reported: set[str] = set()
    for setting in view.settings:
        last: tuple[str, Decimal] | None = None
        for position, grade in enumerate(ladder.grades):
            limit = view.value(grade.at_least, setting)
            if limit is None:
                continue
            if last is not None and limit <= last[1] and grade.id not in reported:
                reported.add(grade.id)
                yield _overlap(view, (last[0], last[1]), (grade.id, limit),
                               (*path, "grades", position, "at_least"), setting)  # fmt: skip
            last = (grade.id, limit)


def _overlap(view: View, low: tuple[str, Decimal], high: tuple[str, Decimal], path: Path, setting: Setting) -> Problem:
    under = f' under the overlay "{setting.overlay}"' if setting.overlay else ""
    what = f'Grades overlap: "{high[0]}" starts at {plain(high[1])}, not above "{low[0]}" ({plain(low[1])}){under}.'
    return view.problem("SM214", what, (_FILE, path), "List grades from low to high, each with a higher limit.")


def _reachable(view: View, ladder: Ladder, path: Path) -> Iterator[Problem]:
    score = next((item for item in view.edition.grading.scores if item.id == ladder.score), None)
    highest = highest_score(view, score, view.base) if score else None
    if score is None or highest is None:
        return
    for position, grade in enumerate(ladder.grades):
        limit = view.value(grade.at_least, view.base)
        if limit is not None and limit > highest:
            what = (
                f'The grade "{grade.id}" cannot be reached: it starts at {plain(limit)}, '
                f'the score "{score.id}" ends at {plain(highest)}.'
            )
            yield view.problem("SM215", what, (_FILE, (*path, "grades", position, "at_least")),
                               f"Use a limit of {plain(highest)} or less.")  # fmt: skip


def highest_score(view: View, score: Score, setting: Setting) -> Decimal | None:
    """Return the highest value a score can have; None when that is not known."""
    scale = view.value(score.scale, setting)
    if scale is None:
        return None
    best: Decimal | None = scale
    for adjustment in view.edition.grading.adjustments:
        if adjustment.id in score.adjustments and best is not None:
            added = _most_added(view, adjustment, score, scale, setting)
            best = None if added is None else best + added
    cap = view.value(score.highest, setting) if score.highest is not None else None
    if best is None or cap is None:
        return best if score.highest is None else cap
    return min(best, cap)


def _most_added(view: View, adjustment: Adjustment, score: Score, scale: Decimal, setting: Setting) -> Decimal | None:
    each = view.value(adjustment.each, setting)
    times = view.value(adjustment.at_most, setting)
    if each is None:
        return None
    if each <= 0:
        return Decimal(0)
    if times is None:
        return None
    if adjustment.when == "after-normalisation":
        return each * times
    group = view.edition.groups.get(score.node)
    points = points_of(view, group, setting) if group else None
    return each * times / points * scale if points else None


def _contradictions(view: View, ladder: Ladder, path: Path) -> Iterator[Problem]:
    """Every grade needs what the lower ones need: walk up and collect limits."""
    limits = [limit for gate in ladder.gates for limit in _limits(view, gate)]
    reported: set[str] = set()
    for position, grade in enumerate(ladder.grades):
        place: Path = (*path, "grades", position)
        own = view.value(grade.at_least, view.base)
        if own is not None and ladder.score:
            words = f'the score "{ladder.score}"'
            limits.append(_Limit(f"score {ladder.score}", words, "low", own, (*place, "at_least")))
        limits += [limit for gate in grade.gates for limit in _limits(view, gate)]
        for about in dict.fromkeys(limit.about for limit in limits):
            low = max((item for item in limits if item.about == about and item.side == "low"),
                      key=lambda item: item.value, default=None)  # fmt: skip
            high = min((item for item in limits if item.about == about and item.side == "high"),
                       key=lambda item: item.value, default=None)  # fmt: skip
            if low and high and low.value > high.value and about not in reported:
                reported.add(about)
                what = (
                    f'The grade "{grade.id}" cannot be reached: {low.words} must be at least '
                    f"{plain(low.value)} and at most {plain(high.value)}."
                )
                fix = "Remove one of the two limits, or let them leave room."
                yield view.problem("SM216", what, (_FILE, place), fix)


def _limits(view: View, name: str) -> Iterator[_Limit]:
    for position, gate in enumerate(view.edition.grading.gates):
        if gate.id != name:
            continue
        about, words = _compared(gate)
        for key, side in (("at_least", "low"), ("at_most", "high")):
            number = getattr(gate, key, None)
            value = view.value(number, view.base) if number is not None and about else None
            if value is not None:
                yield _Limit(about, words, side, value, ("gates", position, key))


def _compared(gate: Gate) -> tuple[str, str]:
    if isinstance(gate, ScoreGate):
        return f"score {gate.score}", f'the score "{gate.score}"'
    if isinstance(gate, CountGate):
        what = ", ".join(gate.count)
        return f"count {sorted(gate.count)} {gate.below} {gate.as_share}", f'the count of {what} below "{gate.below}"'
    return "", ""


def check_gates(view: View) -> Iterator[Problem]:
    """Yield gates that nobody can pass, that compare nothing, that go in circles, or whose use is not as they say."""
    for position, gate in enumerate(view.edition.grading.gates):
        path: Path = ("gates", position)
        if isinstance(gate, NodeGate):
            yield from not_a_share(view, gate.at_least, (_FILE, (*path, "at_least")))
            yield from _mark(view, gate, path)
        elif isinstance(gate, ScoreGate):
            yield from _score_gate(view, gate, path)
        elif isinstance(gate, CountGate):
            yield from _count_gate(view, gate, path)
        elif isinstance(gate, GradeGate):
            yield from _grade_gate(view, gate, path)
        elif isinstance(gate, SpecialsGate):
            yield from _specials_gate(view, gate, path)
    if "grading.yaml" in view.edition.parts:
        yield from _uses(view)


def _uses(view: View) -> Iterator[Problem]:
    """Yield gates that no ladder asks for without saying so, and gates said to be information that one asks for."""
    users = {gate: ladder.id for ladder in view.edition.grading.ladders for gate in ladder.gates_used}
    # A dangling name is probably the gate that seems unused: one mistake, one message.
    dangling = set(users) - set(view.index.ids("gate"))
    for position, gate in enumerate(view.edition.grading.gates):
        if gate.information and gate.id in users:
            what = f'The gate "{gate.id}" is marked as information, but the ladder "{users[gate.id]}" asks for it.'
            yield view.problem("SM291", what, (_FILE, ("gates", position, "information")),
                               "Remove `information: true`, or take the gate out of the ladder.")  # fmt: skip
        elif not gate.information and gate.id not in users and not dangling:
            what = f'The gate "{gate.id}" is never used: no ladder asks for it, so it decides nothing.'
            yield view.problem("SM291", what, (_FILE, ("gates", position)),
                               "Name it under `gates` of a ladder or grade, or add `information: true`.")  # fmt: skip


def _mark(view: View, gate: NodeGate, path: Path) -> Iterator[Problem]:
    if gate.mark is None:
        return
    for node in gate.nodes:
        group = view.edition.groups.get(node)
        names = list(group.requirement_ids()) if group else [node]
        found = [view.edition.requirements[name] for name in names if name in view.edition.requirements]
        marks = {mark for item in found for mark in view.marks_of(item)}
        if found and gate.mark not in marks:
            what = f'No requirement below "{node}" has the mark "{gate.mark}".'
            yield view.problem("SM239", what, (_FILE, (*path, "mark")), did_you_mean(gate.mark, marks))
            return


def _score_gate(view: View, gate: ScoreGate, path: Path) -> Iterator[Problem]:
    if gate.at_least is None and gate.at_most is None:
        what = f'The gate "{gate.id}" has no limit.'
        yield view.problem("SM249", what, (_FILE, path), "Add at_least or at_most.")
    score = next((item for item in view.edition.grading.scores if item.id == gate.score), None)
    highest = highest_score(view, score, view.base) if score else None
    limit = view.value(gate.at_least, view.base) if gate.at_least is not None else None
    if highest is not None and limit is not None and limit > highest:
        what = (
            f'The gate "{gate.id}" cannot be passed: it asks for {plain(limit)}, '
            f'the score "{gate.score}" ends at {plain(highest)}.'
        )
        yield view.problem("SM215", what, (_FILE, (*path, "at_least")), f"Use {plain(highest)} or less.")


def _count_gate(view: View, gate: CountGate, path: Path) -> Iterator[Problem]:
    if gate.at_least is None and gate.at_most is None:
        what = f'The gate "{gate.id}" has no limit.'
        yield view.problem("SM249", what, (_FILE, path), "Add at_least or at_most.")
    codes = {level.code for scale in view.edition.scales.values() for level in scale.levels}
    for position, word in enumerate(gate.count):
        if word not in codes and word not in STATEMENTS:
            what = f'"{word}" is neither a statement nor a code of a scale.'
            yield view.problem("SM246", what, (_FILE, (*path, "count", position)),
                               did_you_mean(word, {*STATEMENTS, *codes}))  # fmt: skip
    yield from _count_limits(view, gate, path)


def _count_limits(view: View, gate: CountGate, path: Path) -> Iterator[Problem]:
    group = view.edition.groups.get(gate.below)
    number = len(list(group.requirement_ids())) if group else 1
    most = Decimal(1 if gate.as_share else number)
    for key in ("at_least", "at_most"):
        limit = getattr(gate, key)
        value = view.value(limit, view.base) if limit is not None else None
        if value is None:
            continue
        if gate.as_share:
            yield from not_a_share(view, limit, (_FILE, (*path, key)))
        elif value < 0 or (key == "at_least" and value > most):
            what = f'The gate "{gate.id}" cannot be passed: {key} {plain(value)} of {plain(most)} requirements.'
            yield view.problem("SM215", what, (_FILE, (*path, key)), f"Use a number from 0 to {plain(most)}.")


def _specials_gate(view: View, gate: SpecialsGate, path: Path) -> Iterator[Problem]:
    value = view.value(gate.at_most, view.base)
    if value is not None and value < 0:
        what = f'The gate "{gate.id}" cannot be passed: at_most {plain(value)}.'
        yield view.problem("SM215", what, (_FILE, (*path, "at_most")), "Use 0 or more.")


def _grade_gate(view: View, gate: GradeGate, path: Path) -> Iterator[Problem]:
    """A ladder must not need, over any number of steps, a grade of its own."""
    for ladder in view.edition.grading.ladders:
        if gate.id in ladder.gates_used and ladder.id in _needed(view, gate.ladder, set()):
            what = f'The ladder "{ladder.id}" needs its own grade through the gate "{gate.id}".'
            yield view.problem("SM248", what, (_FILE, (*path, "ladder")), "Name another ladder, or drop the gate.")


def _needed(view: View, name: str, seen: set[str]) -> set[str]:
    if name in seen:
        return seen
    seen.add(name)
    for ladder in view.edition.grading.ladders:
        if ladder.id == name:
            for gate in view.edition.grading.gates:
                if gate.id in ladder.gates_used and isinstance(gate, GradeGate):
                    _needed(view, gate.ladder, seen)
    return seen
