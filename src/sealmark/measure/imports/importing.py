"""Import one export by its mapping: a clean table, its profile, and where every row went."""

from __future__ import annotations

import contextlib
import datetime as dt
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from sealmark.core.errors import ProblemList
from sealmark.core.periods import Period
from sealmark.measure.imports.checks import CellFault, cell_faults, cell_problem
from sealmark.measure.imports.conversion import Conversion, column_conversion, condition_sql, trimmed
from sealmark.measure.imports.events import cases_sql, unused_activities_sql
from sealmark.measure.imports.mapping import CASE_CLOCKS, ImportMapping, PeriodRule
from sealmark.measure.imports.profile import Profile, Reconciliation, SetAside, profile_table
from sealmark.measure.imports.reading import RawTable, first_rows, literal, quoted, read_raw

if TYPE_CHECKING:
    import duckdb

__all__ = ["ImportResult", "StagedImport", "import_table", "staged_import"]


@dataclass(frozen=True)
class ImportResult:
    """An imported file.

    Attributes:
        table: The columns of the mapping, one row per response, case or record; times in UTC.
        profile: What each column holds.
        reconciliation: Rows in = rows used + rows set aside.
    """

    table: pa.Table
    profile: Profile
    reconciliation: Reconciliation


def import_table(
    path: Path | str,
    mapping: ImportMapping,
    *,
    period: Period | None = None,
    as_of: dt.date | dt.datetime | None = None,
) -> ImportResult:
    r"""Return the table a mapping makes of a file.

    Args:
        path: CSV (plain or gz), XLSX or Parquet.
        mapping: From :func:`sealmark.measure.imports.mapping.read_mapping`.
        period: Rows whose period column lies outside are refused or set aside, as the mapping says.
        as_of: Rows later than this day are treated in the same way.

    Raises:
        SealmarkError: SM331 to SM340, every problem of the file at once.

    Example:
        >>> import pathlib, tempfile
        >>> file = pathlib.Path(tempfile.mkdtemp()) / "answers.csv"
        >>> _ = file.write_text("Q1\n9\n-99\n")
        >>> rules = {"columns": {"q1": {"from": "Q1", "type": "whole", "missing": [-99]}}}
        >>> import_table(file, ImportMapping.model_validate(rules)).table.to_pydict()
        {'q1': [9, None]}
    """
    with tempfile.TemporaryDirectory(prefix="sealmark-") as folder:
        raw = read_raw(Path(path), mapping, folder=Path(folder))
        return _Import(raw, mapping).run(period, as_of)


@dataclass(frozen=True)
class StagedImport:
    """An imported file that has not left the engine, for files larger than memory.

    Attributes:
        connection: Its table ``result`` holds what :attr:`ImportResult.table` would.
        reconciliation: Rows in = rows used + rows set aside.
        warnings: What deserves a look.
    """

    connection: duckdb.DuckDBPyConnection
    reconciliation: Reconciliation
    warnings: tuple[str, ...]


@contextlib.contextmanager
def staged_import(path: Path | str, mapping: ImportMapping) -> Iterator[StagedImport]:
    """Give the table a mapping makes of a file as a table in the engine, without a profile.

    Raises:
        SealmarkError: SM331 to SM340, every problem of the file at once.
    """
    with tempfile.TemporaryDirectory(prefix="sealmark-") as folder:
        work = _Import(read_raw(Path(path), mapping, folder=Path(folder)), mapping)
        try:
            work.stage(None, None)
            reconciliation = work.reconcile()
            yield StagedImport(work.raw.connection, reconciliation, tuple(work.warnings))
        finally:
            work.raw.connection.close()


class _Import:
    """The steps of one import; its state is the tables in the engine."""

    def __init__(self, raw: RawTable, mapping: ImportMapping) -> None:
        self.raw = raw
        self.mapping = mapping
        self.execute = raw.connection.execute
        self.problems = ProblemList()
        self.warnings: list[str] = list(raw.warnings)

    def run(self, period: Period | None, as_of: dt.date | dt.datetime | None) -> ImportResult:
        return self._result(self.stage(period, as_of), as_of)

    def stage(self, period: Period | None, as_of: dt.date | dt.datetime | None) -> dict[str, dict[str, int]]:
        """Make the engine's table ``result``; return the cells made missing, by column."""
        self.execute("CREATE TABLE aside (_row BIGINT, kind VARCHAR, reason VARCHAR)")
        self.execute(
            "CREATE VIEW used AS SELECT rowid AS _row, * FROM source WHERE rowid NOT IN (SELECT _row FROM aside)"
        )
        self._set_aside_declared()
        self._exact_duplicates()
        dropped = self._convert()
        self.problems.raise_if_any()
        self._ignore_events()
        self._make_records()
        self._contradictory_duplicates()
        self._outside_period(period, as_of)
        self.problems.raise_if_any()
        hidden = "" if self.mapping.events is not None else "EXCLUDE (_row)"
        order = "" if self.mapping.events is not None else "ORDER BY _row"
        self.execute(f"CREATE TABLE result AS SELECT * {hidden} FROM records {order}")  # noqa: S608
        return dropped

    def _set(self, kind: str, reason: str, rows: str) -> None:
        """Set aside the rows of a query unless they already are."""
        self.execute(
            f"INSERT INTO aside SELECT _row, {literal(kind)}, {literal(reason)} FROM ({rows})"  # noqa: S608
            " WHERE _row NOT IN (SELECT _row FROM aside)"
        )

    def _rows_where(self, condition: str) -> str:
        return f"SELECT _row FROM used WHERE {condition}"  # noqa: S608

    def _set_aside_declared(self) -> None:
        skipped = set(self.mapping.file.skip_rows)
        if skipped:
            position = self.execute("SELECT count(*) FROM source").fetchone()
            numbers = self.raw.rows_of(range(position[0] if position else 0))
            listed = ", ".join(str(index) for index, row in enumerate(numbers) if row in skipped) or "NULL"
            self._set("skipped", "row to skip", self._rows_where(f"_row IN ({listed})"))
        blank = " AND ".join(f"{trimmed(f'c{index}')} IS NULL" for index in range(len(self.raw.headings)))
        self._set("blank", "row without content", self._rows_where(blank))
        for condition in self.mapping.totals:
            self._set(
                "total", "totals row", self._rows_where(condition_sql(condition, self.raw.column(condition.column)))
            )
        for rule in self.mapping.set_aside:
            parts = [condition_sql(condition, self.raw.column(condition.column)) for condition in rule.when]
            self._set("condition", rule.reason, self._rows_where(" AND ".join(parts)))

    def _exact_duplicates(self) -> None:
        cells = ", ".join(f"c{index}" for index in range(len(self.raw.headings)))
        if self.mapping.duplicate_rule.exact == "set-aside":
            query = f"SELECT _row FROM used QUALIFY row_number() OVER (PARTITION BY {cells} ORDER BY _row) > 1"  # noqa: S608
            self._set("duplicate", "exact copy of an earlier row", query)
            return
        # A count of fingerprints needs no sorting of whole rows.
        found = self.execute(f"SELECT count(*) - count(DISTINCT hash({cells})) FROM used").fetchone()  # noqa: S608
        if found and found[0]:
            self.warnings.append(f"{found[0]:,} rows are exact copies of earlier rows and were kept.")

    def _convert(self) -> dict[str, dict[str, int]]:
        """Lay the conversion views over the used rows; return the cells made missing, by column."""
        conversions = [
            column_conversion(self.mapping, target, rule, column=self.raw.column(rule.source), index=index)
            for index, (target, rule) in enumerate(self.mapping.rules.items())
        ]
        self._views(conversions)
        faults = cell_faults(self.raw, conversions, "valued")
        self.problems.extend(cell_problem(fault, self.raw.name) for fault in faults if fault.check.stops)
        return _dropped(faults)

    def _views(self, conversions: Sequence[Conversion]) -> None:
        steps = (
            ("cells", "used", [(item.text, f"t{index}") for index, item in enumerate(conversions)]),
            ("parsed", "cells", [(item.parsed, f"p{index}") for index, item in enumerate(conversions)]),
            ("valued", "parsed", [(item.value, f"v{index}") for index, item in enumerate(conversions)]),
        )
        for name, below, columns in steps:
            kept = "_row" if below == "used" else "*"
            listed = ", ".join(f"{sql} AS {column}" for sql, column in columns)
            self.execute(f"CREATE VIEW {name} AS SELECT {kept}, {listed} FROM {below}")  # noqa: S608
        final = ", ".join(f"{item.kept} AS {quoted(item.target)}" for item in conversions)
        self.execute(f"CREATE VIEW rows_kept AS SELECT _row, {final} FROM valued")  # noqa: S608

    def _ignore_events(self) -> None:
        rule = self.mapping.events
        if rule is None:
            return
        self.execute("CREATE TABLE events_read AS SELECT * FROM rows_kept")
        for name in (rule.case, rule.activity, rule.at):
            self._require_event(name)
        for activity in rule.ignore:
            rows = f"SELECT _row FROM events_read WHERE {quoted(rule.activity)} = {literal(activity)}"  # noqa: S608
            self._set("ignored", f'automatic activity "{activity}"', rows)
        self.execute("CREATE VIEW events_used AS SELECT * FROM events_read WHERE _row NOT IN (SELECT _row FROM aside)")
        unused = self.execute(unused_activities_sql(rule, "events_used")).fetchall()
        if unused:
            listed = ", ".join(f"{name} ({count:,})" for name, count in unused)
            self.warnings.append(f"Activities without a meaning in the mapping: {listed}.")

    def _require_event(self, name: str) -> None:
        query = f"SELECT count(*), list_sort(min(_row, 5)) FROM events_read WHERE {quoted(name)} IS NULL"  # noqa: S608
        count, positions = self.execute(query).fetchone() or (0, [])
        if count:
            where = f"{self.raw.name}, {first_rows(self.raw.rows_of(positions), count)}"
            what = f'{count:,} events have no "{name}".'
            self.problems.add("SM336", what, where=where, fix="Fill the cells, or set these rows aside with a reason.")

    def _make_records(self) -> None:
        """Create the view ``records``: what the result holds, still without the last refusals."""
        rule = self.mapping.events
        if rule is None:
            self.execute("CREATE TABLE rows_read AS SELECT * FROM rows_kept")
            query = "SELECT * FROM rows_read WHERE _row NOT IN (SELECT _row FROM aside)"
        else:
            query = cases_sql(rule, "events_used")
        self.execute(f"CREATE VIEW records AS {query}")

    def _contradictory_duplicates(self) -> None:
        rule = self.mapping.duplicate_rule
        if not rule.key or self.mapping.events is not None:
            return
        keys = ", ".join(quoted(name) for name in rule.key)
        filled = " AND ".join(f"{quoted(name)} IS NOT NULL" for name in rule.key)
        order = "_row DESC" if rule.contradictory == "last" else "_row"
        query = (
            f"SELECT _row, {keys} FROM records WHERE {filled}"  # noqa: S608
            f" QUALIFY row_number() OVER (PARTITION BY {keys} ORDER BY {order}) > 1"
        )
        if rule.contradictory == "refuse":
            self._refuse_duplicates(query, rule.key)
            return
        which = "a later" if rule.contradictory == "last" else "an earlier"
        self._set("duplicate", f"{which} row has the same {', '.join(rule.key)}", query)

    def _refuse_duplicates(self, query: str, key: Sequence[str]) -> None:
        first = quoted(key[0])
        shown = f"count(*), list_sort(min(_row, 5)), arg_min({first}, _row)"
        found = self.execute(f"SELECT {shown} FROM ({query})").fetchone()  # noqa: S608
        if not found or not found[0]:
            return
        count, positions, example = found
        what = f"{count:,} rows repeat the {', '.join(key)} of another row with other content, for example {example!r}."
        fix = "Correct the file, or choose under `duplicates`: `contradictory: first` or `contradictory: last`."
        where = f"{self.raw.name}, {first_rows(self.raw.rows_of(positions), count)}"
        self.problems.add("SM337", what, where=where, fix=fix)

    def _outside_period(self, period: Period | None, as_of: dt.date | dt.datetime | None) -> None:
        rule = self.mapping.period or self._default_period()
        if rule is None or (period is None and as_of is None):
            return
        column = f"{quoted(rule.column)}::TIMESTAMP"
        tests = [(f"{column} >= {_end_of(as_of)}", f"later than {as_of.isoformat()}")] if as_of else []
        if period:
            outside = f"({column} < TIMESTAMP '{period.start}' OR {column} >= {_end_of(period.end)})"
            tests.append((outside, f"outside {period.start} to {period.end}"))
        for test, reason in tests:
            rows = self._rows_of_records(test)
            if rule.outside == "set-aside":
                self._set("period", f"{rule.column} {reason}", rows)
            else:
                self._refuse_outside(rows, rule.column, reason)

    def _default_period(self) -> PeriodRule | None:
        return PeriodRule(column="opened") if self.mapping.layout in {"cases", "events"} else None

    def _rows_of_records(self, test: str) -> str:
        """Return SQL for the source rows behind the records that pass a test."""
        rule = self.mapping.events
        if rule is None:
            return f"SELECT _row FROM records WHERE {test}"  # noqa: S608
        cases = f"SELECT {quoted('case')} FROM records WHERE {test}"  # noqa: S608
        return f"SELECT _row FROM events_used WHERE {quoted(rule.case)} IN ({cases})"  # noqa: S608

    def _refuse_outside(self, rows: str, column: str, reason: str) -> None:
        count, positions = self.execute(f"SELECT count(*), list_sort(min(_row, 5)) FROM ({rows})").fetchone() or (0, [])  # noqa: S608
        if count:
            fix = f"Check the period, or add `period: {{column: {column}, outside: set-aside}}` to the mapping."
            where = f"{self.raw.name}, {first_rows(self.raw.rows_of(positions), count)}"
            self.problems.add("SM341", f"{count:,} rows have {column} {reason}.", where=where, fix=fix)

    def _result(self, dropped: dict[str, dict[str, int]], as_of: dt.date | dt.datetime | None) -> ImportResult:
        table = self.raw.connection.sql("SELECT * FROM result").to_arrow_table()
        self._warn_clocks(table.column_names)
        profile = profile_table(self.raw.connection, "result", dropped=dropped, warnings=self.warnings, as_of=as_of)
        return ImportResult(table, profile, self.reconcile())

    def reconcile(self) -> Reconciliation:
        """Return where every row went, from the table ``result``."""
        rows_in = self.execute("SELECT count(*) FROM source").fetchone() or (0,)
        behind = "count(*)" if self.mapping.events is None else "coalesce(sum(events), 0)"
        records, used = self.execute(f"SELECT count(*), {behind} FROM result").fetchone() or (0, 0)  # noqa: S608
        if not records:
            self.problems.add("SM331", "Every row was set aside.", where=self.raw.name, fix="Check the conditions.")
            self.problems.raise_if_any()
        query = "SELECT kind, reason, count(*), list_sort(min(_row, 5)) FROM aside GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2"
        parts = tuple(
            SetAside(kind, reason, count, tuple(self.raw.rows_of(positions)))
            for kind, reason, count, positions in self.execute(query).fetchall()
        )
        return Reconciliation(self.raw.name, self.raw.facts, rows_in[0], int(used), parts, records)

    def _warn_clocks(self, names: Sequence[str]) -> None:
        """Point out clocks that run backwards; the measures leave such cases out and count them."""
        if self.mapping.layout not in {"cases", "events"}:
            return
        for name in CASE_CLOCKS[1:]:
            if name not in names:
                continue
            query = f"SELECT count(*) FROM result WHERE {quoted(name)} < opened"  # noqa: S608
            found = self.execute(query).fetchone()
            if found and found[0]:
                self.warnings.append(f"{name}: {found[0]:,} cases have it before they were opened.")


def _dropped(faults: Sequence[CellFault]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for fault in faults:
        if not fault.check.stops:
            found.setdefault(fault.conversion.target, {})[fault.check.kind] = fault.count
    return found


def _end_of(moment: dt.date | dt.datetime) -> str:
    """Return SQL for the first instant after a day, or for the instant after a moment."""
    if isinstance(moment, dt.datetime):
        utc = moment.astimezone(dt.UTC) if moment.tzinfo else moment
        return f"TIMESTAMP '{(utc + dt.timedelta(microseconds=1)).strftime('%Y-%m-%d %H:%M:%S.%f')}'"
    return f"TIMESTAMP '{moment + dt.timedelta(days=1)}'"
