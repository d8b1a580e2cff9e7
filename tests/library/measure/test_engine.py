import os
import sys
import types

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sealmark.core.errors import SealmarkError
from sealmark.measure import connect, fetch, open_table, spark, use_engine
from sealmark.measure.engine import ROWS_FOR_THREADS, current_engine, open_files, use_limits


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


def problem_of(act):
    with pytest.raises(SealmarkError) as caught:
        act()
    return caught.value.problems[0]


def test_memory_is_bounded_and_spills(tmp_path):
    connection = connect(memory_limit="300 mb", temporary=tmp_path / "spill")

    assert setting(connection, "memory_limit") == "286.1 MiB"
    assert setting(connection, "temp_directory") == str(tmp_path / "spill")


def test_more_groups_than_memory_holds_are_spilled(tmp_path):
    connection = connect(memory_limit="60MB", temporary=tmp_path)
    rows = pa.table({"g": pa.array(range(1_000_000)), "x": pa.array(range(1_000_000))})
    table = open_table(rows, connection=connection)

    grouped = table.group_by("g").aggregate(a=table.x.sum(), b=table.x.max(), c=table.x.min())

    assert fetch(grouped.aggregate(n=grouped.count(), s=grouped.c.sum())).to_pylist() == [
        {"n": 1_000_000, "s": 499_999_500_000}
    ]


@pytest.mark.parametrize("text", ["much", "0GB", "1.5GB", "2"])
def test_amounts_of_memory_that_are_none(text):
    problem = problem_of(lambda: connect(memory_limit=text))

    assert (problem.code, problem.what) == ("SM479", f'"{text}" is no amount of memory.')


def test_limits_hold_for_engines_started_inside(tmp_path):
    with use_limits("300MB", tmp_path):
        inside, named = connect(), connect(memory_limit="400MB")

    assert [setting(one, "memory_limit") for one in (inside, named)] == ["286.1 MiB", "381.4 MiB"]
    assert setting(connect(), "memory_limit") not in {"286.1 MiB", "381.4 MiB"}


def test_tables_are_opened_on_the_engine_in_use():
    with use_engine(connect()) as connection:
        first, second = open_table(pa.table({"a": [1]})), open_table(pa.table({"a": [2]}))
        assert first.get_backend() is second.get_backend() is connection

    assert open_table(pa.table({"a": [1]})).get_backend() is not connection
    assert current_engine() == "duckdb"


def test_folders_of_parquet_files_are_one_table(tmp_path):
    for wave in (1, 2):
        (tmp_path / f"wave={wave}").mkdir()
        pq.write_table(pa.table({"q": [wave]}), tmp_path / f"wave={wave}" / "it's.parquet")

    table = open_table(tmp_path)

    assert fetch(table.order_by("wave")).to_pylist() == [{"q": 1, "wave": 1}, {"q": 2, "wave": 2}]


def test_a_folder_without_parquet_files_is_refused(tmp_path):
    assert problem_of(lambda: open_table(tmp_path)).code == "SM402"


def test_large_files_of_a_list_may_use_more_threads(tmp_path):
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"a": pa.nulls(ROWS_FOR_THREADS, pa.int8())}), path)
    connection = connect()

    table = open_files([path], connection=connection)

    assert setting(table.get_backend(), "threads") == os.cpu_count()


def test_spark_without_java_says_what_to_install(monkeypatch, tmp_path):
    pytest.importorskip("pyspark")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))

    problem = problem_of(lambda: connect("spark"))

    assert (problem.code, problem.what) == ("SM476", "The engine Spark needs Java, which is not there.")
    assert problem.where == f"JAVA_HOME={tmp_path}"
    assert problem.fix == (
        "Install Java 17 or newer (Debian: apt-get install openjdk-17-jre-headless), or set JAVA_HOME."
    )


def test_spark_without_the_package_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyspark", None)

    problem = problem_of(lambda: connect("spark"))

    assert (problem.code, problem.what) == (
        "SM476",
        "The engine Spark needs the package pyspark, which is not installed.",
    )
    assert problem.fix == "pip install 'sealmark[spark]', or measure with DuckDB, which gives the same numbers."


def test_spark_connect_without_grpc_says_what_to_install(monkeypatch, tmp_path):
    """Java runs where the server is: it is not asked for here."""
    pytest.importorskip("pyspark")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    there = {name: types.ModuleType(name) for name in ("grpc_status", "google", "google.rpc")}
    for name, module in {**there, "grpc": None, "zstandard": None}.items():
        monkeypatch.setitem(sys.modules, name, module)

    problem = problem_of(lambda: connect("spark", address="sc://host"))

    assert (problem.code, problem.what) == (
        "SM476",
        "To talk to a Spark Connect server these packages must be here: grpcio, zstandard.",
    )
    assert (problem.where, problem.fix) == ("sc://host", "pip install 'pyspark[connect]'")


def test_spark_connect_with_its_packages_is_joined(monkeypatch):
    pytest.importorskip("pyspark")
    for name in ("grpc", "grpc_status", "google", "google.rpc", "zstandard"):
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))

    assert spark.missing_part("sc://host") is None


@pytest.mark.parametrize("address", ["mesos://host:1", "spark://", "host:7077"])
def test_addresses_that_are_none(monkeypatch, tmp_path, address):
    problem = problem_of(lambda: spark._require_answer(address))

    assert (problem.code, problem.what) == ("SM477", f'"{address}" is no address of a Spark cluster.')


@pytest.mark.parametrize("port", [1, 99_999])
def test_addresses_nobody_answers_at(port):
    assert problem_of(lambda: spark._require_answer(f"sc://127.0.0.1:{port}")).code == "SM477"


def test_too_little_memory_is_told():
    connection = connect(memory_limit="1MB")
    connection.con.execute("SET temp_directory = ''")
    table = open_table(pa.table({"g": pa.array(range(300_000))}), connection=connection)

    problem = problem_of(lambda: fetch(table.group_by("g").aggregate(n=table.count())))

    assert problem.code == "SM482"
    assert problem.fix == (
        "Raise the memory limit (--memory-limit), spill to a larger disk, or measure fewer cells at a time."
    )


# Ibis reads SQLite by way of pandas, which warns of an option that Ibis sets.
@pytest.mark.filterwarnings("ignore:The 'future.infer_string' option")
def test_other_engines_of_ibis_answer_too():
    light = ibis.sqlite.connect()
    light.raw_sql("CREATE TABLE answers (q BIGINT)").close()
    light.raw_sql("INSERT INTO answers VALUES (3), (4)").close()
    table = light.table("answers")

    assert fetch(table.aggregate(s=table.q.sum())).to_pylist() == [{"s": 7}]
    light.disconnect()
