"""Sanitation complaints through their mapping, against plain DuckDB SQL over the file."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from sealmark.core.errors import SealmarkError
from sealmark.measure.imports.importing import import_table
from sealmark.measure.imports.mapping import DuplicateRule, read_mapping
from sealmark.measure.records.estimation import estimate_records
from sealmark.measure.records.measures import DurationMean, DurationPercentile, OpenShare, RecordRatio, ShareWithin

AS_OF = dt.date(2015, 1, 1)
MAPPING = Path(__file__).parent / "mappings" / "chicago_sanitation.yaml"


@pytest.fixture(scope="module")
def file(real_data):
    return real_data / "chicago_sanitation_complaints" / "chicago_sanitation_complaints.csv.gz"


@pytest.fixture(scope="module")
def imported(file):
    return import_table(file, read_mapping(MAPPING), as_of=AS_OF)


@pytest.fixture(scope="module")
def by_year(imported):
    """Return the cases with the year in which they were opened."""
    return imported.table.append_column("year", pc.year(imported.table.column("opened")))


@pytest.fixture(scope="module")
def sql(file):
    """Return a function that queries the complaints, cleaned by plain SQL."""
    connection = duckdb.connect()
    connection.execute(f"CREATE TABLE raw AS SELECT * FROM read_csv('{file}', all_varchar = true, header = true)")
    connection.execute(
        """CREATE TABLE complaint AS
        SELECT service_request_number AS id, creation_date::DATE AS opened, completion_date::DATE AS done,
               year(creation_date::DATE) AS year, status, date_diff('day', creation_date::DATE,
               coalesce(completion_date::DATE, DATE '2015-01-01')) AS age
        FROM (SELECT *, row_number() OVER (PARTITION BY service_request_number ORDER BY rowid) AS nth
              FROM (SELECT rowid, * FROM raw) WHERE status NOT LIKE '%Dup' AND creation_date NOT LIKE '2000%')
        WHERE nth = 1"""
    )
    return lambda query: connection.execute(query).fetchall()


def test_every_row_is_accounted_for(imported, sql):
    ((rows,),) = sql("SELECT count(*) FROM raw")
    ((dup,),) = sql("SELECT count(*) FROM raw WHERE status LIKE '%Dup'")
    ((legacy,),) = sql("SELECT count(*) FROM raw WHERE creation_date LIKE '2000%' AND status NOT LIKE '%Dup'")
    ((kept,),) = sql("SELECT count(*) FROM complaint")

    reconciliation = imported.reconciliation
    reasons = {part.reason: part.rows for part in reconciliation.set_aside}

    assert (reconciliation.rows_in, reconciliation.rows_used) == (rows, kept) == (74_401, kept)
    assert reasons["complaint about a matter already reported"] == dup
    assert reasons["legacy entry of 2000 completed in 2011"] == legacy
    assert sum(reasons.values()) == rows - kept


def test_contradictory_duplicates_are_refused_unless_declared(file):
    mapping = read_mapping(MAPPING).model_copy(update={"set_aside": (), "duplicates": DuplicateRule(key=("case",))})

    with pytest.raises(SealmarkError) as caught:
        import_table(file, mapping)

    # 375 repeated request numbers, of which 3 rows are exact copies.
    assert caught.value.problems[0].what.startswith("372 rows repeat the case of another row")


def test_open_complaints_are_counted_each_year(by_year, sql):
    found = estimate_records(by_year, {"open": OpenShare()}, as_of=AS_OF, by=["year"])

    expected = sql(
        "SELECT year, count(*), count(*) FILTER (WHERE done IS NULL AND status = 'Open') FROM complaint GROUP BY 1 ORDER BY 1"
    )
    assert [(item.cell["year"], item.counts["base"], item.counts["open"]) for item in found] == expected


def test_share_within_five_days_by_year(by_year, sql):
    found = estimate_records(by_year, {"w": ShareWithin(target_seconds=5 * 86_400)}, as_of=AS_OF, by=["year"])

    expected = sql(
        """SELECT year, count(*) FILTER (WHERE done IS NOT NULL AND age <= 5), count(*) FILTER (WHERE done IS NOT NULL AND age > 5),
           count(*) FILTER (WHERE done IS NULL AND age > 5), count(*) FILTER (WHERE done IS NULL AND age <= 5)
           FROM complaint WHERE done IS NULL OR done >= opened GROUP BY 1 ORDER BY 1"""
    )
    names = ("within", "late", "open_late", "undecided")
    assert [(item.cell["year"], *(item.counts[name] for name in names)) for item in found] == expected


def test_service_deteriorates_over_the_years_and_says_how_sure(by_year, sql):
    found = estimate_records(
        by_year,
        {"m": DurationMean(unit="days"), "p": DurationPercentile(Decimal("0.9"), unit="days")},
        as_of=AS_OF,
        by=["year"],
    )

    means = {item.cell["year"]: item for item in found if item.measure == "m"}
    tails = {item.cell["year"]: item for item in found if item.measure == "p"}
    expected = sql(
        """SELECT year, avg(age), stddev_samp(age) / sqrt(count(*)), avg(age) FILTER (WHERE done IS NOT NULL),
           quantile_cont(CASE WHEN done IS NULL THEN 100000 ELSE age END, 0.9)
           FROM complaint WHERE done IS NULL OR done >= opened GROUP BY 1 ORDER BY 1"""
    )
    # The complaints of 2015 are of the last day and all open: no finished case and no percentile.
    assert [row[0] for row in expected] == [2010, 2011, 2012, 2013, 2014, 2015]
    assert (means[2015].naive.value, tails[2015].estimate.value) == (None, None)
    for year, mean, error, naive, tail in expected[:-1]:
        assert float(means[year].estimate.value) == pytest.approx(mean, rel=1e-11)
        assert float(means[year].estimate.standard_error) == pytest.approx(error, rel=1e-9)
        assert float(means[year].naive.value) == pytest.approx(naive, rel=1e-11)
        assert float(tails[year].estimate.value) == pytest.approx(tail, rel=1e-11)
    # From three days on average to nine, far beyond the intervals.
    assert (
        means[2011].estimate.upper
        < means[2012].estimate.lower
        < means[2012].estimate.upper
        < means[2013].estimate.lower
    )
    assert [tails[year].estimate.value for year in (2011, 2012, 2013)] == [7, 11, 26]


def test_complaints_per_hundred_of_another_kind(imported, sql):
    nature = imported.table.column("nature")
    kinds = {"garbage": "Garbage in yard", "dogs": "Dog feces in yard"}
    assert set(kinds.values()) <= set(nature.to_pylist())

    (found,) = estimate_records(
        imported.table,
        {"r": RecordRatio({"nature": (kinds["dogs"],)}, {"nature": (kinds["garbage"],)})},
        as_of=AS_OF,
    )

    ((dogs, garbage),) = sql(
        """SELECT count(*) FILTER (WHERE nature = 'Dog feces in yard'), count(*) FILTER (WHERE nature = 'Garbage in yard')
           FROM (SELECT *, row_number() OVER (PARTITION BY service_request_number ORDER BY rowid) AS nth
                 FROM (SELECT rowid, * FROM raw) WHERE status NOT LIKE '%Dup' AND creation_date NOT LIKE '2000%')
           WHERE nth = 1"""
    )
    assert (found.counts["count"], found.counts["base"]) == (dogs, garbage)
    assert float(found.estimate.value) == pytest.approx(100 * dogs / garbage, rel=1e-11)


def test_records_before_an_earlier_day_look_as_they_did_then(imported, sql):
    day = dt.date(2013, 1, 1)

    (found,) = estimate_records(imported.table, {"o": OpenShare()}, as_of=day)

    ((base, n_open),) = sql(
        """SELECT count(*), count(*) FILTER (WHERE done IS NULL OR done > DATE '2013-01-01')
           FROM complaint WHERE opened <= DATE '2013-01-01' AND (done IS NULL OR done >= opened)"""
    )
    assert (found.counts["base"], found.counts["open"]) == (base, n_open)
    assert pa.types.is_date32(imported.table.schema.field("opened").type)
