"""Record measures of one file asked together: what several of them count comes from one scan per clock.

Each estimator says what it would count by asking its task. The questions are noted first, those over the same
clock are put into one query, and the estimators then get the answers: their figures are what they would be alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sealmark.measure.engine import open_table
from sealmark.measure.records.cells import RecordEstimate, Task
from sealmark.measure.records.checks import check_measures
from sealmark.measure.records.estimation import ESTIMATORS, cases_of, precision_of

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

    from sealmark.measure.records.calendars import Calendar
    from sealmark.measure.records.measures import RecordMeasure

__all__ = ["RecordPasses"]


class RecordPasses:
    """The records of one file with the measures wanted of them; clocks are laid over the records once.

    Args:
        table: Cases, as :func:`sealmark.measure.import_table` makes them.
        measures: Definitions by name.
        as_of: The day up to which the records are complete.
        calendars: Opening hours by name.

    Raises:
        SealmarkError: SM451 to SM458, every measure that does not fit.
    """

    def __init__(
        self,
        table: pa.Table,
        measures: Mapping[str, RecordMeasure],
        *,
        as_of: dt.date,
        calendars: Mapping[str, Calendar],
    ) -> None:
        records = open_table(table)
        check_measures(records, measures, calendars, ())
        self._measures = measures
        self._cases = cases_of(records, as_of, calendars)

    def estimates(self, by: Sequence[str], confidence: float) -> tuple[RecordEstimate, ...]:
        """Return every measure in every cell, equal to what ``estimate_records`` returns.

        Args:
            by: Columns of the records whose values make the cells.
            confidence: Level of the two-sided intervals.
        """
        asked = {name: self._noted(name, by, confidence) for name in self._measures}
        answers = _answers({name: noted.question for name, noted in asked.items() if noted.question is not None}, asked)
        found: list[RecordEstimate] = []
        for name, measure in self._measures.items():
            plain = asked[name].task
            task = _Answered(plain.name, plain.cases, plain.by, plain.precision, answers.get(name))
            found += ESTIMATORS[type(measure)](task, measure)
        return tuple(found)

    def _noted(self, name: str, by: Sequence[str], confidence: float) -> _Noted:
        measure = self._measures[name]
        task = Task(name, self._cases, tuple(by), precision_of(measure, confidence))
        if getattr(measure, "open_cases", "bound") != "bound":
            # Survival curves are no counts: such a measure asks for itself.
            return _Noted(task)
        asking = _Asking(task.name, task.cases, task.by, task.precision)
        ESTIMATORS[type(measure)](asking, measure)
        return _Noted(task, *asking.asked)


@dataclass(frozen=True)
class _Question:
    """A table and the columns to be counted in it."""

    table: ir.Table
    columns: Mapping[str, ir.Value]


@dataclass(frozen=True)
class _Noted:
    """A task with the question of its measure, if it is one that others can share."""

    task: Task
    question: _Question | None = None


@dataclass(frozen=True)
class _Asking(Task):
    """A task that notes the question, and answers that there are no cells."""

    asked: list[_Question] = field(default_factory=list)

    def count_cells(self, table: ir.Table, **columns: ir.Value) -> pa.Table:
        """Note the question and return no cells."""
        import pyarrow as pa  # heavy leaf

        self.asked.append(_Question(table, columns))
        return pa.table({})


@dataclass(frozen=True)
class _Answered(Task):
    """A task that knows its answer; without one it asks as any other."""

    answer: pa.Table | None = None

    def count_cells(self, table: ir.Table, **columns: ir.Value) -> pa.Table:
        """Return the cells that were counted together with those of others."""
        return super().count_cells(table, **columns) if self.answer is None else self.answer


def _answers(questions: Mapping[str, _Question], asked: Mapping[str, _Noted]) -> dict[str, pa.Table]:
    """Return the answer to every question, from one query per table."""
    found: dict[str, pa.Table] = {}
    for names in _by_table(questions):
        task, table = asked[names[0]].task, questions[names[0]].table
        columns, places = _shared({name: questions[name].columns for name in names})
        counted = task.count_cells(table, **columns)
        for name in names:
            wanted = [*task.by, *places[name].values()]
            found[name] = counted.select(wanted).rename_columns([*task.by, *places[name]])
    return found


def _by_table(questions: Mapping[str, _Question]) -> Iterable[list[str]]:
    """Return the names of the questions, those over the same table together."""
    groups: dict[object, list[str]] = {}
    for name, question in questions.items():
        groups.setdefault(question.table.op(), []).append(name)
    return groups.values()


def _shared(
    wanted: Mapping[str, Mapping[str, ir.Value]],
) -> tuple[dict[str, ir.Value], dict[str, dict[str, str]]]:
    """Return each column once under a name of its own, and where every measure finds its columns."""
    names: dict[object, str] = {}
    columns: dict[str, ir.Value] = {}
    places: dict[str, dict[str, str]] = {}
    for measure, given in wanted.items():
        for label, column in given.items():
            name = names.setdefault(column.op(), f"_c{len(names)}")
            columns[name] = column
            places.setdefault(measure, {})[label] = name
    return columns, places
