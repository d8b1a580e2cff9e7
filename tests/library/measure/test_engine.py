import os

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sealmark.core.errors import SealmarkError
from sealmark.measure import connect, fetch, open_table
from sealmark.measure.engine import ROWS_FOR_THREADS


def setting(connection, name):
    return connection.con.execute(f"SELECT current_setting('{name}')").fetchone()[0]


def test_the_engine_is_closed_to_the_network_and_runs_in_utc():
    connection = connect()

    names = ("autoinstall_known_extensions", "autoload_known_extensions", "TimeZone", "threads")
    assert [setting(connection, name) for name in names] == [False, False, "UTC", 1]


def test_an_unknown_engine_is_named():
    with pytest.raises(SealmarkError) as caught:
        connect("dukdb")

    assert caught.value.codes == ("SM401",)
    assert caught.value.problems[0].fix == 'Did you mean "duckdb"? Legal: duckdb, spark.'


@pytest.mark.parametrize("ending", ["parquet", "csv", "csv.gz"])
def test_files_are_scanned_where_they_lie(tmp_path, ending):
    path = tmp_path / f"it's here.{ending}"
    if ending == "parquet":
        pq.write_table(pa.table({"a": [1, 2]}), path)
    else:
        with pa.output_stream(str(path), compression="detect") as stream:
            stream.write(b"a\n1\n2\n")

    assert fetch(open_table(path)).to_pydict() == {"a": [1, 2]}


@pytest.mark.parametrize("name", ["absent.csv", "notes.docx"])
def test_other_paths_are_refused(tmp_path, name):
    (tmp_path / "notes.docx").write_bytes(b"")

    with pytest.raises(SealmarkError) as caught:
        open_table(tmp_path / name)

    assert caught.value.codes == ("SM402",)


def test_an_ibis_table_stays_itself_and_keeps_its_connection():
    connection = connect()
    table = open_table(pa.table({"a": [1]}), connection=connection, name="answers")

    assert open_table(table) is table
    assert fetch(table).to_pylist() == [{"a": 1}]


def test_large_tables_may_use_more_threads():
    connection = connect()

    open_table(pa.table({"a": pa.nulls(ROWS_FOR_THREADS, pa.int8())}), connection=connection)

    assert setting(connection, "threads") == os.cpu_count()


def test_ibis_tables_in_memory_are_fetched_too():
    table = ibis.memtable(pa.table({"a": [1, 2]}))

    assert fetch(table.aggregate(s=table.a.sum()), connect()).to_pylist() == [{"s": 3}]
