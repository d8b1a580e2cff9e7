"""Survey exports with their traps, through mapping files, against plain DuckDB SQL."""

from pathlib import Path

import duckdb
import pytest

from sealmark.core.errors import SealmarkError
from sealmark.measure.imports.importing import import_table
from sealmark.measure.imports.mapping import read_mapping

MAPPINGS = Path(__file__).parent / "mappings"


def raw(file):
    connection = duckdb.connect()
    connection.execute(f"CREATE TABLE raw AS SELECT * FROM read_csv('{file}', all_varchar = true, header = true)")
    return connection


@pytest.mark.parametrize(("year", "rows"), [(2017, 2_831), (2018, 2_809)])
def test_airport_survey(real_data, year, rows):
    file = real_data / "sfo_airport_survey" / f"sfo_{year}.csv.gz"
    connection = raw(file)

    result = import_table(file, read_mapping(MAPPINGS / f"sfo_{year}.yaml"))

    ((n, total, weighted),) = connection.execute(
        """SELECT count(*), sum(Q7ALL::INT), sum(Q7ALL::INT * WEIGHT::DOUBLE) FROM raw
           WHERE Q7ALL IN ('1', '2', '3', '4', '5')"""
    ).fetchall()
    ((promoters, detractors, asked),) = connection.execute(
        """SELECT count(*) FILTER (WHERE NETPRO::INT IN (9, 10)), count(*) FILTER (WHERE NETPRO::INT <= 6), count(*)
           FROM raw WHERE NETPRO IS NOT NULL AND NETPRO <> '11'"""
    ).fetchall()
    table = result.table.to_pydict()
    overall = [value for value in table["overall"] if value is not None]
    recommend = [value for value in table["recommend"] if value is not None]
    assert result.reconciliation.rows_used == rows
    assert (len(overall), sum(overall)) == (n, total)
    pairs = zip(table["overall"], table["weight"], strict=True)
    assert sum(value * weight for value, weight in pairs if value is not None) == pytest.approx(weighted, rel=1e-12)
    assert (sum(v >= 9 for v in recommend), sum(v <= 6 for v in recommend), len(recommend)) == (
        promoters,
        detractors,
        asked,
    )


def test_airport_survey_with_the_other_year_s_mapping_is_refused(real_data):
    with pytest.raises(SealmarkError) as caught:
        import_table(real_data / "sfo_airport_survey" / "sfo_2018.csv.gz", read_mapping(MAPPINGS / "sfo_2017.yaml"))

    assert [(problem.code, problem.what) for problem in caught.value.problems] == [
        ("SM338", 'The file has no column "Q10SAFE".')
    ]


def test_word_for_blank_is_refused_until_declared(real_data):
    mapping = read_mapping(MAPPINGS / "sfo_2017.yaml")
    columns = {**mapping.columns, "overall": mapping.columns["overall"].model_copy(update={"missing": ("0", "6")})}

    with pytest.raises(SealmarkError) as caught:
        import_table(
            real_data / "sfo_airport_survey" / "sfo_2017.csv.gz", mapping.model_copy(update={"columns": columns})
        )

    (problem,) = caught.value.problems
    assert problem.what == '143 cells of column "Q7ALL" cannot be read as a whole number, for example "Blank".'
    assert 'add `missing: ["Blank"]`' in problem.fix


def test_corporate_reputation_codes_are_missing(real_data):
    file = real_data / "corporate_reputation" / "corp_rep_data.csv"

    result = import_table(file, read_mapping(MAPPINGS / "corporate_reputation.yaml"))

    # Counts of -99 as the data set's own description gives them.
    missing = {column.name: column.missing for column in result.profile.columns if column.missing}
    assert missing == {
        "satisfaction": 1,
        "cusl_1": 3,
        "cusl_2": 4,
        "cusl_3": 3,
        "occupation": 45,
        "education": 9,
        "nphh": 4,
        "age": 1,
    }
    ((mean,),) = raw(file).execute("SELECT avg(cusa::INT) FROM raw WHERE cusa <> '-99'").fetchall()
    values = [value for value in result.table.column("satisfaction").to_pylist() if value is not None]
    assert sum(values) / len(values) == pytest.approx(mean, rel=1e-12)
    assert result.table.column("contract").to_pylist().count("prepaid") == 125
