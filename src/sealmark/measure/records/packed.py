"""Who came back, from whole numbers sorted once: a case packed into two of them, nothing carried along.

A window by asset sorts every column it carries. Where all that a count needs are whole numbers of known ends,
the bits of what must agree, of the moment, of the case and of the cell, one after the other, are the order and
the record at once; the next record is the next number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import ibis
import ibis.expr.datatypes as dtypes
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from sealmark.measure.engine import fetch, keep_table
from sealmark.measure.records.calendars import DAY, MICRO
from sealmark.measure.records.cells import Task, population
from sealmark.measure.records.clocks import matches, micros, true
from sealmark.measure.records.measures import FirstTimeFix, RepeatRate
from sealmark.measure.records.recurrence import turn_of
from sealmark.measure.records.sorting import sort_words
from sealmark.measure.records.spilling import Parts, part_count
from sealmark.measure.streaming import fed_table, spill_folder, stream
from sealmark.measure.surveys.keys import Integers

__all__ = ["packed_recurrence"]

_WORD = 63
_LONGEST = 58
_OUTCOME_BITS, _LATER = 3, 7
# Numbers of so many bits have a counter each.
_COUNTED_BITS = 22
_WORDS = ("_high", "_low")
_UPCOMING = ("_high_upcoming", "_low_upcoming")
_PART = "_part"
# The first bit of the first word, which belongs to what must agree.
_FOREMOST = 1 << (_WORD - 1)


@dataclass(frozen=True)
class _Field:
    """Bits of a packed record that hold one column.

    Attributes:
        value: Whole numbers from zero, none missing.
        lowest: What zero stands for.
        highest: The largest number that stands for a value.
        missing: The number that stands for a missing value; None where nothing is missing.
        bits: How many the numbers need.
        start: How many bits stand before them.
    """

    value: ir.Value
    lowest: int
    highest: int
    missing: int | None
    bits: int
    start: int = 0

    @property
    def end(self) -> int:
        return self.start + self.bits

    def part(self, word: int) -> ir.Value | None:
        """Return what the field adds to a word; None where it has no bit in it."""
        stop = (word + 1) * _WORD
        if self.end <= stop - _WORD or self.start >= stop:
            return None
        if self.end > stop:
            return self.value >> (self.end - stop)
        inside = self.value if self.start >= stop - _WORD else self.value & _ones(self.end - stop + _WORD)
        return inside << (stop - self.end) if self.end < stop else inside

    def read(self, table: ir.Table, words: Sequence[str] = _WORDS) -> ir.Value:
        """Return the numbers of the field from a table of packed records."""
        found = ibis.literal(0, "int64")
        for word, name in enumerate(words):
            begin, stop = word * _WORD, (word + 1) * _WORD
            first, last = max(self.start, begin), min(self.end, stop)
            if first < last:
                piece = table[name] >> (stop - last) if last < stop else table[name]
                piece = piece & _ones(last - first) if first > begin else piece
                found = (
                    piece << (self.end - last) if last < self.end else piece if first == self.start else found | piece
                )
        return found

    def unpacked(self, number: ir.Value, step: int = 1) -> ir.Value:
        """Return the values that numbers stand for, in steps."""
        value = (number if step == 1 else number * step) + self.lowest * step
        return value if self.missing is None else ibis.ifelse(number == self.missing, None, value)


def _ones(bits: int) -> int:
    return (1 << bits) - 1


def packed_recurrence(task: Task, measure: FirstTimeFix | RepeatRate) -> tuple[Task, FirstTimeFix | RepeatRate] | None:
    """Return a task over what became of the records, each kind once in every cell, and the measure for it.

    None where they cannot be packed: on Spark, where a key, a cell or the case is no whole number, or where the
    whole numbers lie too far apart for 126 bits.
    """
    table = task.cases.table
    columns = dict.fromkeys([*measure.same, "case", *task.by])
    if table.get_backend().name != "duckdb" or not all(_is_short(table[name].type()) for name in columns):
        return None
    step = DAY * MICRO if isinstance(table["opened"].type(), dtypes.Date) else 1
    fields, rows = _fields(table, list(columns), step)
    flags = {"_chosen": matches(table, measure.where)} if measure.where else {}
    if isinstance(measure, FirstTimeFix) and measure.reopened:
        flags["_reopened"] = true(table["reopened"].cast("int64") > 0)
    fields |= {name: _Field(flag.cast("int64"), 0, 1, None, 1) for name, flag in flags.items()}
    fields |= {f"_by_{name}": fields[name] for name in task.by}
    order = [*measure.same, "_opened", "case", *(name for name in ("_reopened", "_chosen") if name in flags)]
    layout = _placed(fields, [*order, *(f"_by_{name}" for name in task.by)])
    if layout is None:
        return None
    where = {"_chosen": (True,)} if measure.where else {}
    plain = replace(measure, where=where)
    kinds = _kinds(task, layout, plain, step=step, rows=rows)
    records = _unpacked(keep_table(kinds, table.get_backend()), layout, task)
    return replace(task, cases=replace(task.cases, table=records, clocked={})), plain


def _kinds(
    task: Task, layout: Mapping[str, _Field], measure: FirstTimeFix | RepeatRate, *, step: int, rows: int
) -> pa.Table:
    """Return cells and outcomes as one number, each once, with how many records are of it."""
    table, count = task.cases.table, part_count(rows)
    words = _packed(table, layout, measure.same, count)
    names = [name for name in words.columns if name != _PART]
    reach = _UPCOMING[: 1 if layout["_opened"].end <= _WORD else 2]
    with Parts(count, folder=spill_folder(table), size=rows * 8 * len(names)) as parts:
        for batch in stream(words):
            found = {name: batch.column(name).to_numpy() for name in words.columns}
            parts.add(found.pop(_PART), found)
        ordered = (_ordered(parts, part, names, reach) for part in range(count))
        schema = pa.schema([(name, pa.int64()) for name in (*names, *reach)])
        with fed_table(schema, ordered, table.get_backend()) as fed:
            return _counted(_judged(fed, layout, task, measure, step), _cell(layout).bits + _OUTCOME_BITS)


def _counted(kinds: ir.Table, bits: int) -> pa.Table:
    """Return how many times each number occurs."""
    if bits > _COUNTED_BITS:
        return fetch(kinds.group_by("_kind").aggregate(_many=kinds.count()))
    many = np.zeros(1 << bits, np.int64)
    waiting: list[Integers] = []
    for batch in stream(kinds):
        waiting.append(batch.column("_kind").to_numpy())
        # As many as there are counters, so that these are not gone through for a few.
        if sum(map(len, waiting)) >= len(many):
            many += np.bincount(np.concatenate(waiting), minlength=len(many))
            waiting = []
    many += np.bincount(np.concatenate([np.zeros(0, np.int64), *waiting]), minlength=len(many))
    found = np.flatnonzero(many)
    return pa.table({"_kind": found, "_many": many[found]})


def _is_short(kind: dtypes.DataType) -> bool:
    return isinstance(kind, dtypes.Integer) and not isinstance(kind, dtypes.UInt64)


def _fields(table: ir.Table, names: Sequence[str], step: int) -> tuple[dict[str, _Field], int]:
    """Return the columns as fields, and how many rows there are; where values begin and end, a Parquet file knows."""
    asked = {"min": "min", "max": "max", "count": "count"}
    figures = {
        f"{one}{place}": getattr(table[name], one)() for place, name in enumerate(["opened", *names]) for one in asked
    }
    found = table.aggregate(rows=table.count(), **figures)
    (row,) = fetch(found.mutate(min0=micros(found["min0"]), max0=micros(found["max0"]))).to_pylist()
    opened = micros(table["opened"])
    values = [opened // step if step > 1 else opened, *(table[name] for name in names)]
    fields = {}
    for place, (name, value) in enumerate(zip(["_opened", *names], values, strict=True)):
        ends = [(row[f"{end}{place}"] or 0) // (1 if place else step) for end in ("min", "max")]
        full = row[f"count{place}"] == row["rows"]
        fields[name] = _field(value, *ends, full=full)
    return fields, row["rows"]


def _field(column: ir.Value, lowest: int, highest: int, *, full: bool) -> _Field:
    """Return the field of a column, of one bit at the least; a missing value stands last."""
    span, number = highest - lowest, column.cast("int64") - lowest
    if full:
        return _Field(number, lowest, span, None, max(span, 1).bit_length())
    value = ibis.ifelse(number.isnull(), ibis.literal(span + 1, "int64"), number)
    return _Field(value, lowest, span, span + 1, (span + 1).bit_length())


def _placed(fields: Mapping[str, _Field], order: Sequence[str]) -> dict[str, _Field] | None:
    """Return the fields one behind the other; None where two words are too short for them."""
    found: dict[str, _Field] = {}
    start = 0
    for name in dict.fromkeys(order):
        found[name] = replace(fields[name], start=start)
        start = found[name].end
    fits = (
        start <= 2 * _WORD
        and _cell(found).bits + _OUTCOME_BITS <= _WORD
        and all(one.bits <= _LONGEST and abs(one.lowest) < 1 << _LONGEST for one in found.values())
    )
    return found if fits else None


def _packed(table: ir.Table, layout: Mapping[str, _Field], keys: Sequence[str], parts: int) -> ir.Table:
    """Return the packed records, each with its part: records that agree are in the same one."""
    packed: dict[str, ir.Value] = {}
    for word, name in enumerate(_WORDS):
        for part in (field.part(word) for field in layout.values()):
            if part is not None:
                packed[name] = packed[name] | part if name in packed else part
    number = layout[keys[0]].value
    for place, name in enumerate(keys[1:], start=2):
        number = number % parts + layout[name].value % parts * place
    # What has no key is never judged by its neighbours, and may be most of the records.
    absent = [layout[name].value == layout[name].missing for name in keys if layout[name].missing is not None]
    if absent:
        number = ibis.ifelse(ibis.or_(*absent), layout["case"].value, number)
    return table.select(**packed, **{_PART: (number % parts).cast("uint8")})


def _ordered(parts: Parts, part: int, names: Sequence[str], reach: Sequence[str]) -> pa.RecordBatch:
    """Return the records of a part in their order, each with the next one as far as its moment reaches."""
    words = [parts.column(part, name) for name in names]
    order = sort_words(words)
    columns = {name: word[order] for name, word in zip(names, words, strict=True)}
    for name, upcoming in zip(names, reach, strict=False):
        # Nothing follows the last record: what stands there is not about the same.
        columns[upcoming] = np.append(columns[name][1:], columns[name][-1:] ^ _FOREMOST)
    return pa.record_batch(columns)


def _judged(
    words: ir.Table, layout: Mapping[str, _Field], task: Task, measure: FirstTimeFix | RepeatRate, step: int
) -> ir.Table:
    """Return cell and outcome of every record as one number: the bits of the cell before three of the outcome."""
    opened, keys = layout["_opened"], [layout[name] for name in measure.same]
    known = task.cases.limit // step - opened.lowest
    since, following = (opened.read(words, names) for names in (_WORDS, _UPCOMING))
    table = words.mutate(_code=since, _next=following)
    # Nothing follows the last record, and unknown counts as no.
    same = [true(key.read(table) == key.read(table, _UPCOMING)) for key in keys]
    present = [key.read(table) != key.missing for key in keys if key.missing is not None]
    back = [table["_next"] - table["_code"] <= measure.days * DAY * MICRO // step]
    later = ibis.literal(value=False)
    if opened.highest > known:
        back.append(table["_next"] <= known)
        later = table["_code"] > known
    if opened.missing is not None:
        back.append(table["_next"] != opened.missing)
        later = later & (table["_code"] != opened.missing)
    flags = {
        name.removeprefix(hidden): layout[name].read(table) == 1
        for name, hidden in (("_chosen", ""), ("_reopened", "_"))
        if name in layout
    }
    cell = _cell(layout).read(table)
    table = table.select(
        _cell=cell,
        _since=opened.unpacked(table["_code"], step),
        _later=later,
        _keyed=ibis.and_(*present),
        _back=ibis.and_(*same, *back),
        **flags,
    ).view()
    inside, _ = population(table, measure.where)
    outcome = ibis.ifelse(
        table["_later"], ibis.literal(_LATER, "int8"), turn_of(task.cases.limit, table, inside, measure)
    )
    return table.select(_kind=(table["_cell"] << _OUTCOME_BITS) | outcome.cast("int64"))


def _cell(layout: Mapping[str, _Field]) -> _Field:
    """Return the field of the cell and of whether the record was chosen: all that stand at the end."""
    parts = [field for name, field in layout.items() if name == "_chosen" or name.startswith("_by_")]
    start = min((field.start for field in parts), default=0)
    return _Field(ibis.literal(0), 0, 0, None, sum(field.bits for field in parts), start)


def _unpacked(kinds: ir.Table, layout: Mapping[str, _Field], task: Task) -> ir.Table:
    """Return cells and outcomes, each kind once, with how many records are of it."""
    cell, outcome = _cell(layout), kinds["_kind"] & _ones(_OUTCOME_BITS)
    columns = {}
    for name, field in layout.items():
        if name == "_chosen" or name.startswith("_by_"):
            number = (kinds["_kind"] >> (cell.end - field.end + _OUTCOME_BITS)) & _ones(field.bits)
            columns[name] = field.unpacked(number)
    kept = {name: columns[f"_by_{name}"].cast(task.cases.table[name].type()) for name in task.by}
    kept |= {"_chosen": columns["_chosen"] == 1} if "_chosen" in columns else {}
    later = outcome == _LATER
    return kinds.select(**kept, _many=kinds["_many"], _later=later, _turn=ibis.ifelse(later, 0, outcome)).view()
