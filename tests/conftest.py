"""Two engines, one set of tests: with ``--spark`` every test of an estimator runs on Spark as well."""

import os

import pytest
from hypothesis import settings

from sealmark.measure import connect, use_engine
from sealmark.measure.spark import fetch_arrow, missing_part

SPARK_QUERIES = {}
# Hundreds of queries about the distribution of a test, which does not depend on who adds up.
SIMULATIONS = {"test_the_level_is_kept_under_clustering"}
ASK_NOTHING = {"test_the_manual_says_of_every_key_whether_it_is_offered"}

# On Spark a query takes a fifth of a second: fewer random examples.
settings.register_profile("spark", max_examples=4, deadline=None)

# Folders and files below tests/ whose tests go through an engine.
ON_BOTH_ENGINES = (
    "reference/test_path_models.py",
    "reference/test_promoter_score.py",
    "reference/test_r_survey.py",
    "reference/test_survey_weights.py",
    "reference/test_two_stages.py",
    "library/measure/comparisons/test_contrasts.py",
    "library/measure/comparisons/test_differences.py",
    "library/measure/comparisons/test_drivers.py",
    "library/measure/comparisons/test_improvement.py",
    "library/measure/comparisons/test_independence.py",
    "library/measure/comparisons/test_waves.py",
    "library/measure/process/test_series.py",
    "library/measure/records/test_measures.py",
    "library/measure/records/test_rows.py",
    "library/measure/records/test_survival.py",
    "library/measure/replicates/test_estimation.py",
    "library/measure/surveys/test_bad_input.py",
    "library/measure/surveys/test_design.py",
    "library/measure/surveys/test_dispersion.py",
    "library/measure/surveys/test_effective_sizes.py",
    "library/measure/surveys/test_estimation.py",
    "library/measure/surveys/test_nonresponse.py",
    "library/measure/weights/test_weighted.py",
    "library/measure/weights/test_weighting.py",
)


def pytest_addoption(parser):
    parser.addoption("--spark", action="store_true", help="run the tests that are marked spark, and only them")


def pytest_configure(config):
    if config.getoption("--spark"):
        settings.load_profile("spark")


def pytest_generate_tests(metafunc):
    if not metafunc.config.getoption("--spark"):
        return
    if metafunc.function.__name__ in SIMULATIONS:
        return
    if metafunc.definition.path.as_posix().endswith(ON_BOTH_ENGINES):
        metafunc.parametrize("engine", [pytest.param("spark", marks=pytest.mark.spark)], indirect=True)


def pytest_collection_modifyitems(config, items):
    wanted = config.getoption("--spark")
    chosen = [item for item in items if (item.get_closest_marker("spark") is not None) == wanted]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(chosen)])
    items[:] = chosen


@pytest.fixture(scope="session")
def spark():
    """One Spark session of this machine for the whole run."""
    problem = missing_part()
    if problem is not None:
        if os.environ.get("CI") == "true":
            pytest.fail(str(problem))
        pytest.skip(str(problem))
    # Short queries: the first compiler of Java serves, the second would cost more than it gains.
    os.environ.setdefault("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
    connection = connect("spark", memory_limit="3GB")
    yield connection
    connection.disconnect()


@pytest.fixture(autouse=True)
def engine(request, monkeypatch):
    """DuckDB; with ``--spark`` every table of the test is opened on Spark, and the test must have asked it."""
    if not hasattr(request, "param"):
        yield "duckdb"
        return
    asked = []

    def counted(connection, expression):
        asked.append(expression)
        return fetch_arrow(connection, expression)

    connection = request.getfixturevalue("spark")
    with use_engine(connection):
        monkeypatch.setattr("sealmark.measure.spark.fetch_arrow", counted)
        yield "spark"
    # One session serves hundreds of tests: their tables would fill its memory.
    catalog = connection._session.catalog
    for table in catalog.listTables():
        if table.isTemporary:
            catalog.dropTempView(table.name)
    SPARK_QUERIES[request.node.nodeid] = len(asked)
    if "tests/reference" in request.node.path.as_posix() and request.node.originalname not in ASK_NOTHING and not asked:
        pytest.fail("the test asked Spark nothing: it opened its table on another engine")


def pytest_terminal_summary(terminalreporter):
    if SPARK_QUERIES:
        silent = [name for name, count in SPARK_QUERIES.items() if not count]
        total = sum(SPARK_QUERIES.values())
        terminalreporter.write_line(f"{total} queries on Spark by {len(SPARK_QUERIES)} tests, {len(silent)} asked none")
        for name in silent:
            terminalreporter.write_line(f"  no query: {name}")
