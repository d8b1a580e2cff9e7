"""What is Spark's own: sessions, types on the way in and out, files, folders and stores, addresses."""

import datetime as dt
import socket
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sealmark.core.errors import SealmarkError
from sealmark.measure import Design, Mean, connect, estimate, fetch, open_table
from sealmark.measure.engine import current_engine, use_engine
from sealmark.measure.imports.mapping import mapping_from
from sealmark.measure.storage.filling import Roles, fill_store
from sealmark.measure.storage.opening import open_store

pytestmark = pytest.mark.spark

EXAMPLE = Path(__file__).parents[2] / "src/sealmark/cli/examples/sealmark-charter.yaml"
MOMENT = dt.datetime(2026, 3, 29, 0, 59, 59, 7)  # noqa: DTZ001
VALUES = pa.table(
    {
        "whole": pa.array([1, None], pa.int16()),
        "unsigned": pa.array([1, None], pa.uint8()),
        "double": pa.array([0.1, None]),
        "text": pa.array(["Ж", None]),
        "code": pa.array(["a", None]).dictionary_encode(),
        "flag": pa.array([True, None]),
        "day": pa.array([MOMENT.date(), None]),
        "naive": pa.array([MOMENT, None]),
        "zoned": pa.array([MOMENT.replace(tzinfo=dt.UTC), None]),
        "never": pa.nulls(2),
    }
)


def both(source, spark):
    return [fetch(open_table(source, connection=engine)).to_pylist() for engine in (connect(), spark)]


def test_values_of_every_kind_arrive_alike(spark):
    on_duckdb, on_spark = both(VALUES, spark)

    assert on_spark == on_duckdb == VALUES.to_pylist()


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_files_are_read_alike(spark, tmp_path, ending):
    path = tmp_path / f"it's here.{ending}"
    if ending == "csv":
        path.write_text("a,yes,day,text\n1,Yes,2026-03-29,01\n,No,,x\n", encoding="utf-8")
    else:
        pq.write_table(VALUES.select(["whole", "double", "text", "flag", "day", "naive", "zoned"]), path)

    on_duckdb, on_spark = both(path, spark)

    assert on_spark == on_duckdb


def test_folders_by_wave_are_read_alike(spark, tmp_path):
    for wave in (1, 2):
        (tmp_path / f"wave={wave}").mkdir()
        pq.write_table(pa.table({"q": [wave * 1.5]}), tmp_path / f"wave={wave}" / "part-0.parquet")

    for engine in (connect(), spark):
        table = open_table(tmp_path, connection=engine)
        assert fetch(table.select("q", "wave").order_by("q")).to_pylist() == [
            {"q": 1.5, "wave": 1},
            {"q": 3.0, "wave": 2},
        ]


def test_a_store_gives_the_same_estimates(spark, tmp_path):
    lines = [f"{2025 + n % 2},shop {n % 5},{1 + n * n % 9},{0.5 + n % 7}" for n in range(200)]
    (tmp_path / "a.csv").write_text("\n".join(["Year,Shop,Q,W", *lines, ""]), encoding="utf-8")
    columns = {"year": {"from": "Year", "type": "whole"}, "shop": {"from": "Shop", "type": "text"}}
    columns["q"] = {"from": "Q", "type": "whole", "lowest": 1, "highest": 10}
    columns["w"] = {"from": "W", "type": "decimal"}
    roles = Roles(wave="year", organization="shop", weight="w")
    fill_store([tmp_path / "a.csv"], mapping_from({"columns": columns}), tmp_path / "s", roles=roles)

    cells = []
    for engine in (connect(), spark):
        with use_engine(engine):
            table = open_store(tmp_path / "s", names=True)
            cells.append(estimate(table, {"m": Mean("q")}, design=Design("w"), by=("wave", "organization")))

    on_duckdb, on_spark = cells
    assert [cell.cell for cell in on_spark] == [cell.cell for cell in on_duckdb]
    assert [float(cell.estimate.standard_error) for cell in on_spark] == pytest.approx(
        [float(cell.estimate.standard_error) for cell in on_duckdb], rel=1e-9
    )


def test_sessions_are_strict_and_in_utc(spark):
    session = spark._session

    names = ("spark.sql.ansi.enabled", "spark.sql.session.timeZone", "spark.ui.enabled", "spark.driver.memory")
    assert [session.conf.get(name) for name in names] == ["true", "UTC", "false", "3g"]


def test_the_engine_in_use_is_named(spark):
    assert current_engine() == "duckdb"
    with use_engine(spark):
        assert current_engine() == "spark"


CLUSTER = """
import sys
import pyarrow as pa
from sealmark.measure import Design, Mean, connect, estimate, use_engine
connection = connect("spark", address=sys.argv[1])
with use_engine(connection):
    (cell,) = estimate(pa.table({"q": [7, 9, 8, 10, 6, 8]}), {"m": Mean("q")}, design=Design())
print(connection._session.sparkContext.master, cell.estimate.value)
connection.disconnect()
"""


def free_port():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


def test_a_cluster_is_joined_and_left(spark, tmp_path):
    """A master and a worker of Spark's own standalone cluster, each a process of its own."""
    import pyspark

    launcher = f"{pyspark.__path__[0]}/bin/spark-class"
    master, address = "org.apache.spark.deploy.master.Master", f"spark://127.0.0.1:{(port := free_port())}"
    worker = ["org.apache.spark.deploy.worker.Worker", "--cores", "1", "--memory", "1g", "--work-dir", str(tmp_path)]
    commands = [
        [launcher, master, "--host", "127.0.0.1", "--port", str(port), "--webui-port", str(free_port())],
        [launcher, *worker, "--host", "127.0.0.1", "--webui-port", str(free_port()), address],
    ]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    running = [subprocess.Popen(command, **quiet) for command in commands]
    try:
        wait_for(port)
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", CLUSTER, address],
            check=False,
            capture_output=True,
            text=True,
            timeout=170,
        )
    finally:
        for process in running:
            process.terminate()
            process.wait(timeout=30)

    assert (done.stdout, done.stderr) == (f"{address} 8\n", "")


CONNECT = """
import sys
import pyarrow as pa
from sealmark.measure import Design, Mean, Quantile, connect, estimate, use_engine
connection = connect("spark", address=sys.argv[1])
answers = pa.table({"q": [7, 9, 8, 10, 6, 8], "g": ["a", "a", "a", "b", "b", "b"], "day": [1] * 6})
with use_engine(connection):
    cells = estimate(answers, {"m": Mean("q"), "d": Quantile("q", 0.5)}, design=Design(), by=["g"])
print(type(connection._session).__module__, [str(cell.estimate.value) for cell in cells])
connection.disconnect()
"""


def test_a_spark_connect_server_is_joined_and_left(spark):
    """A server of its own process; only gRPC goes between."""
    import pyspark

    pytest.importorskip("grpc", reason="Spark Connect needs gRPC: pip install 'pyspark[connect]'")
    settings = {
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.connect.grpc.binding.port": (port := free_port()),
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.ui.enabled": "false",
    }
    chosen = [part for name, value in settings.items() for part in ("--conf", f"{name}={value}")]
    server = ["--class", "org.apache.spark.sql.connect.service.SparkConnectServer", "--master", "local[1]"]
    running = subprocess.Popen(
        [f"{pyspark.__path__[0]}/bin/spark-submit", *server, *chosen, "spark-internal"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(port)
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", CONNECT, f"sc://127.0.0.1:{port}"],
            check=False,
            capture_output=True,
            text=True,
            timeout=170,
        )
    finally:
        running.terminate()
        running.wait(timeout=30)

    assert (done.stdout, done.stderr) == ("pyspark.sql.connect.session ['8', '8', '8', '8']\n", "")


def wait_for(port):
    import time

    for _ in range(120):
        with socket.socket() as asking:
            if asking.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.5)


def test_an_evaluation_on_spark_has_the_same_results(spark_as_shipped, tmp_path):
    from sealmark.evaluation.example import make_example, read_profile
    from sealmark.evaluation.run import evaluate
    from sealmark.scheme.discovery import load

    profile = read_profile(EXAMPLE)
    edition = load(profile.scheme)
    make_example(profile, edition, tmp_path / "case")
    on_duckdb = evaluate(edition, tmp_path / "case", draws=20).document
    with use_engine(spark_as_shipped):
        on_spark = evaluate(edition, tmp_path / "case", draws=20).document

    assert (on_duckdb["engine"]["data"], on_spark["engine"]["data"]) == ("duckdb", "spark")
    for part in ("scores", "ladders", "measures"):
        assert on_spark[part] == on_duckdb[part]


def test_what_spark_refuses_is_an_error_of_python(spark):
    table = open_table(pa.table({"a": [1], "b": [0]}), connection=spark)

    with pytest.raises(Exception, match="DIVIDE_BY_ZERO"):
        fetch(table.select(c=table.a / table.b))
    assert fetch(table.select(c=table.a / table.b.nullif(0))).to_pylist() == [{"c": None}]


def test_a_session_that_does_not_start_says_why(spark, monkeypatch):
    """The session that runs already keeps its Java: another one is asked for in a process of its own."""
    code = (
        "from sealmark.core.errors import SealmarkError\n"
        "from sealmark.measure.spark import start\n"
        "try:\n    start(options={'spark.driver.memory': 'plenty'})\n"
        "except SealmarkError as error:\n    print(error.problems[0].code, error.problems[0].fix.split()[0])\n"
    )

    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True, timeout=120)

    assert (done.stdout, done.stderr) == ("SM478 The\n", "")


def test_an_address_nobody_answers_at_is_told_at_once(spark):
    with pytest.raises(SealmarkError) as caught:
        connect("spark", address=f"spark://127.0.0.1:{free_port()}")

    assert caught.value.codes == ("SM477",)
