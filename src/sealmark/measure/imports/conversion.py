"""From text to typed values: one SQL expression per step and column.

Each column passes four steps, each a view over the one before:
``t`` the text without codes for missing, ``p`` the parsed value, ``v`` the
value in its final type (times in UTC), ``f`` the value that is kept.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from sealmark.measure.imports.mapping import ColumnRule, Condition, DateRule, ImportMapping, NumberRule
from sealmark.measure.imports.reading import literal

__all__ = ["CellCheck", "Conversion", "column_conversion", "condition_sql", "trimmed"]

_SPACE = " \t\r\n\u00a0\u3000\ufeff"
_UNUSUAL = literal("[\t\r\n\u00a0\u3000\ufeff]")
_TIME = r"\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?: ?[AaPp][Mm])?"
_OFFSET = r"(?:Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)"
_ISO_DATE = r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}"
_OTHER_DATE = r"\d{1,2}[-/.]\d{1,2}[-/.]\d{4}"
_BEFORE_OFFSET = literal(rf"(:[0-9.]+(?: ?[AaPp][Mm])?)\s*{_OFFSET}$")
_AFTER_TIME = literal(rf":[0-9.]+(?: ?[AaPp][Mm])?\s*({_OFFSET})$")
_SEPARATED = literal(r"^(\d+)[-/.](\d+)[-/.](\d+)[T ]*")
_ORDERS = {"iso": "%Y-%m-%d", "dmy": "%d-%m-%Y", "mdy": "%m-%d-%Y"}
_TIMES = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p", " %I:%M%p", " %I:%M:%S%p")
_ARROW = {
    "text": "VARCHAR",
    "code": "VARCHAR",
    "whole": "BIGINT",
    "decimal": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "datetime": "TIMESTAMPTZ",
}


@dataclass(frozen=True)
class CellCheck:
    """A way in which cells can be wrong.

    Attributes:
        kind: ``unreadable``, ``not-allowed``, ``outside``, ``empty``, ``no-zone``, ``date-alone``, ``timed``.
        when: SQL that is true for a wrong cell.
        stops: Whether the file is refused; otherwise the cells count as missing.
    """

    kind: str
    when: str
    stops: bool


@dataclass(frozen=True)
class Conversion:
    """The four expressions of one target column and its checks.

    Attributes:
        target: Name of the column in the result.
        rule: What the mapping says about it.
        text: SQL over the source's text.
        parsed: SQL over ``t<index>``.
        value: SQL over ``t<index>`` and ``p<index>``.
        kept: SQL over ``v<index>``.
        checks: Wrong cells, in terms of ``t``, ``p`` and ``v``.
    """

    target: str
    rule: ColumnRule
    text: str
    parsed: str
    value: str
    kept: str
    checks: tuple[CellCheck, ...]


def trimmed(column: str) -> str:
    """Return SQL for a cell's text without surrounding white space, NULL when nothing is left."""
    # Trimming a list of characters costs five times as much as trimming spaces: only where needed.
    unusual = f"regexp_matches({column}, {_UNUSUAL})"
    return f"nullif(CASE WHEN {unusual} THEN trim({column}, {literal(_SPACE)}) ELSE trim({column}) END, '')"


def condition_sql(condition: Condition, column: str) -> str:
    """Return SQL that is true for the rows a condition describes."""
    text = trimmed(column)
    parts = []
    if condition.one_of is not None:
        parts.append(f"coalesce({text} IN ({_listed(condition.one_of)}), false)")
    if condition.none_of is not None:
        parts.append(f"coalesce({text} NOT IN ({_listed(condition.none_of)}), true)")
    if condition.starts_with is not None:
        parts.append(f"coalesce(starts_with({text}, {literal(condition.starts_with)}), false)")
    if condition.contains is not None:
        parts.append(f"coalesce(contains({text}, {literal(condition.contains)}), false)")
    if condition.empty is not None:
        parts.append(f"{text} IS {'' if condition.empty else 'NOT '}NULL")
    return "(" + " AND ".join(parts) + ")"


def _listed(texts: tuple[str, ...]) -> str:
    return ", ".join(literal(text) for text in texts) or "NULL"


def column_conversion(mapping: ImportMapping, target: str, rule: ColumnRule, *, column: str, index: int) -> Conversion:
    """Return how one column of the source becomes one column of the result."""
    text = _text_sql(mapping, rule, column)
    dates = _dates(mapping, rule)
    t, p, v = f"t{index}", f"p{index}", f"v{index}"
    parsed = _parsed_sql(rule, mapping.numbers, dates, t)
    value = _zoned_sql(dates, t, p) if rule.type == "datetime" else p
    illegal = _illegal(rule, v)
    kept = f"CASE WHEN {illegal[1]} THEN NULL ELSE {v} END" if illegal else v
    checks = tuple(_checks(rule, dates, (t, p, v), illegal))
    return Conversion(target, rule, text, f"({parsed})", f"({value})::{_ARROW[rule.type]}", kept, checks)


def _dates(mapping: ImportMapping, rule: ColumnRule) -> DateRule:
    if rule.dates is None:
        return mapping.dates
    given = rule.dates.model_dump(exclude_unset=True)
    return DateRule.model_validate({**mapping.dates.model_dump(exclude_unset=True), **given})


def _text_sql(mapping: ImportMapping, rule: ColumnRule, column: str) -> str:
    text = trimmed(column)
    codes = (*mapping.missing, *rule.missing)
    if codes:
        text = f"CASE WHEN {text} IN ({_listed(codes)}) THEN NULL ELSE {text} END"
    if rule.values:
        cases = " ".join(f"WHEN {literal(old)} THEN {literal(new)}" for old, new in rule.values.items())
        # A text that is neither a key nor a result stays and is refused later.
        text = f"CASE {text} {cases} ELSE {text} END"
    return text


def _parsed_sql(rule: ColumnRule, numbers: NumberRule, dates: DateRule, text: str) -> str:
    if rule.type in {"whole", "decimal"}:
        return _number_sql(numbers, text, whole=rule.type == "whole")
    if rule.type == "boolean":
        return f"CASE lower({text}) WHEN 'true' THEN true WHEN 'false' THEN false END"
    if rule.type == "datetime":
        return _moment_sql(dates, text)
    if rule.type == "date":
        moment = _moment_sql(dates, text)
        return f"CASE WHEN ({moment}) = date_trunc('day', {moment}) THEN ({moment})::DATE END"
    return text


def _number_sql(numbers: NumberRule, text: str, *, whole: bool) -> str:
    separator = "[ \u00a0\u202f]" if numbers.thousands == " " else "\\" + numbers.thousands
    digits = rf"(?:\d+|\d{{1,3}}(?:{separator}\d{{3}})+)" if numbers.thousands else r"\d+"
    point = "\\" + numbers.decimal
    fraction = rf"(?:{point}0*)?" if whole else rf"(?:{point}\d*)?(?:[eE][+-]?\d{{1,3}})?"
    bare = "" if whole else rf"|[+-]?{point}\d+"
    plain = f"regexp_replace({text}, {literal(separator)}, '', 'g')" if numbers.thousands else text
    if numbers.decimal != ".":
        plain = f"replace({plain}, {literal(numbers.decimal)}, '.')"
    number = f"regexp_replace({plain}, '\\..*$', '')" if whole else plain
    pattern = literal(rf"[+-]?{digits}{fraction}{bare}")
    cast = f"try_cast({number} AS {'BIGINT' if whole else 'DOUBLE'})"
    # A number beyond the largest double would arrive as infinity.
    fits = "" if whole else f" AND isfinite({cast})"
    return f"CASE WHEN regexp_full_match({text}, {pattern}){fits} THEN {cast} END"


def _moment_sql(dates: DateRule, text: str) -> str:
    """Return SQL for the wall-clock time a text shows, as a TIMESTAMP without zone."""
    if dates.format is not None:
        return f"try_strptime({text}, {literal(dates.format)})::TIMESTAMP"
    iso = _ordered_sql(text, "iso", _ISO_DATE)
    if dates.order == "iso":
        return iso
    # A date that begins with its year can be read in one way only.
    return f"coalesce({_ordered_sql(text, dates.order, _OTHER_DATE)}, {iso})"


def _ordered_sql(text: str, order: str, date: str) -> str:
    shape = literal(rf"{date}(?:[T ]+{_TIME}\s*{_OFFSET}?)?")
    bare = f"regexp_replace({text}, {_BEFORE_OFFSET}, '\\1')"
    plain = f"trim(regexp_replace({bare}, {_SEPARATED}, '\\1-\\2-\\3 '))"
    formats = ", ".join(literal(_ORDERS[order] + time) for time in _TIMES)
    return f"CASE WHEN regexp_full_match({text}, {shape}) THEN try_strptime({plain}, [{formats}]) END"


def _offset_sql(text: str) -> str:
    return f"nullif(regexp_extract({text}, {_AFTER_TIME}, 1), '')"


def _has_time(dates: DateRule, text: str) -> str:
    if dates.format is not None:
        return "true" if any(part in dates.format for part in ("%H", "%I", "%T", "%X")) else "false"
    return f"contains({text}, ':')"


def _zoned_sql(dates: DateRule, text: str, parsed: str) -> str:
    """Return SQL for the instant: the offset in the text counts, then the declared zone."""
    alone = f"NOT {_has_time(dates, text)}"
    wall = parsed
    if dates.date_alone == "end":
        wall = f"CASE WHEN {alone} THEN {parsed} + INTERVAL 1 DAY ELSE {parsed} END"
    zone = literal(dates.time_zone) if dates.time_zone else "NULL"
    local = f"timezone({zone}, ({wall}))" if dates.time_zone else "NULL::TIMESTAMPTZ"
    if dates.format is not None or dates.offsets == "ignore":
        return local
    offset = _offset_sql(text)
    hours = f"try_cast(substr({offset}, 2, 2) AS INTEGER)"
    minutes = f"coalesce(try_cast(right({offset}, 2) AS INTEGER), 0)"
    size = f"({hours} * 3600 + CASE WHEN length({offset}) > 3 THEN {minutes} * 60 ELSE 0 END)"
    seconds = (
        f"CASE WHEN {offset} IN ('Z', 'UTC', 'GMT') THEN 0 WHEN starts_with({offset}, '-') THEN -{size} ELSE {size} END"
    )
    shifted = f"timezone('UTC', {parsed} - to_seconds({seconds}))"
    return f"CASE WHEN {offset} IS NULL THEN {local} ELSE {shifted} END"


def _illegal(rule: ColumnRule, value: str) -> tuple[str, str] | None:
    """Return the kind and the SQL of values that are read but not legal, if the rule names any."""
    tests = []
    if rule.allowed or (rule.values and rule.other_values == "refuse" and rule.type in {"text", "code"}):
        legal = rule.allowed or tuple(dict.fromkeys(rule.values.values()))
        tests.append(f"{value}::VARCHAR NOT IN ({_listed(legal)})")
    kind = "not-allowed" if tests else "outside"
    tests += [
        f"{value} {sign} {_limit(limit)}"
        for sign, limit in (("<", rule.lowest), (">", rule.highest))
        if limit is not None
    ]
    return (kind, f"coalesce({' OR '.join(tests)}, false)") if tests else None


def _limit(limit: Decimal | dt.date) -> str:
    # DOUBLE, because DuckDB would read the literal as DECIMAL and slow down.
    return f"DATE '{limit.isoformat()}'" if isinstance(limit, dt.date) else f"{limit}::DOUBLE"


def _checks(
    rule: ColumnRule, dates: DateRule, names: tuple[str, str, str], illegal: tuple[str, str] | None
) -> Iterator[CellCheck]:
    t, p, _ = names
    yield CellCheck("unreadable", f"{t} IS NOT NULL AND {p} IS NULL", rule.unreadable == "refuse")
    if rule.required:
        yield CellCheck("empty", f"{t} IS NULL", stops=True)
    if illegal:
        yield CellCheck(illegal[0], illegal[1], rule.out_of_range == "refuse")
    if rule.type == "datetime":
        yield from _datetime_checks(dates, t, p)


def _datetime_checks(dates: DateRule, t: str, p: str) -> Iterator[CellCheck]:
    has_time = _has_time(dates, t)
    if dates.date_alone == "refuse":
        yield CellCheck("date-alone", f"{p} IS NOT NULL AND NOT {has_time}", stops=True)
    if dates.time_zone is None:
        offset = "true" if dates.format or dates.offsets == "ignore" else f"{_offset_sql(t)} IS NULL"
        only_times = f" AND {has_time}" if dates.date_alone == "refuse" else ""
        yield CellCheck("no-zone", f"{p} IS NOT NULL AND {offset}{only_times}", stops=True)
