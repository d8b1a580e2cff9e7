"""Two engines, one set of tests: with ``--spark`` every test of an estimator runs on Spark as well."""

import os

import pytest
from hypothesis import settings

from sealmark.measure import spark as spark_engine
from sealmark.measure import use_engine
from sealmark.measure.spark import missing_part

SPARK_QUERIES = {}
# Hundreds of queries about a distribution, which does not depend on who adds up; millions of rows; compiled loops.
ON_ONE_ENGINE = {
    "test_a_copy_that_lacks_columns_is_refused_by_name",
    "test_an_index_of_plain_answers_is_added_up_in_whole_numbers",
    "test_answers_that_count_only_within_limits_are_left_out_by_both",
    "test_the_kernel_gives_the_numbers_of_the_query",
    "test_the_kernel_without_the_extra_is_refused",
    "test_the_level_is_kept_under_clustering",
    "test_ignoring_what_waves_share_gives_a_wrong_error",
    "test_intervals_cover_the_truth",
    "test_millions_of_groups",
    "test_the_number_of_measures_counts",
}
ASK_NOTHING = {"test_the_manual_says_of_every_key_whether_it_is_offered"}

# On Spark a query takes a fifth of a second: fewer random examples, of every test.
EXAMPLES = 3
settings.register_profile("spark", max_examples=EXAMPLES, deadline=None)

# Tables of a few rows: what takes time is to plan a query and to compile it. Two partitions are still added up.
AT_THE_START = {
    "spark.default.parallelism": "2",
    "spark.appStateStore.asyncTracking.enable": "false",
    "spark.sql.ui.retainedExecutions": "1",
    "spark.sql.queryExecutionListeners": "",
}
FOR_FEW_ROWS = {
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.ui.explainMode": "simple",
    "spark.sql.maxPlanStringLength": "100",
}

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
    "library/measure/raters/test_ratings.py",
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
    "library/measure/surveys/test_totals.py",
    "library/measure/tables/test_store.py",
    "library/measure/tables/test_table.py",
    "library/measure/weights/test_weighted.py",
    "library/measure/weights/test_weighting.py",
    "real/test_sfo_airport.py",
)


def pytest_addoption(parser):
    parser.addoption("--spark", action="store_true", help="run the tests that are marked spark, and only them")
    parser.addoption(
        "--postgres", action="store_true", help="run the tests of the platform on PostgreSQL, and only them"
    )


def pytest_configure(config):
    if config.getoption("--spark"):
        settings.load_profile("spark")


def pytest_generate_tests(metafunc):
    if not metafunc.config.getoption("--spark"):
        return
    if metafunc.function.__name__ in ON_ONE_ENGINE:
        return
    if metafunc.definition.path.as_posix().endswith(ON_BOTH_ENGINES):
        metafunc.parametrize("engine", [pytest.param("spark", marks=pytest.mark.spark)], indirect=True)


def pytest_collection_modifyitems(config, items):
    wanted = config.getoption("--spark")
    chosen = [item for item in items if (item.get_closest_marker("spark") is not None) == wanted]
    if config.getoption("--postgres"):
        chosen = [item for item in chosen if "tests/platform" in item.path.as_posix()]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(chosen)])
    items[:] = chosen
    if wanted:
        for item in chosen:
            _limit_examples(item.obj)


def _limit_examples(test):
    """Let a test that asks for its own number of random examples have the profile's."""
    name = "_hypothesis_internal_use_settings"
    own = getattr(test, name, None)
    if own is not None and own.max_examples > EXAMPLES:
        setattr(test, name, settings(own, max_examples=EXAMPLES, deadline=None))


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
    connection = spark_engine.start(threads=1, options={"spark.driver.memory": "3g", **AT_THE_START})
    for name, value in FOR_FEW_ROWS.items():
        connection._session.conf.set(name, value)
    yield connection
    connection.disconnect()


@pytest.fixture
def spark_as_shipped(spark):
    """The session with the settings of ``connect("spark")``: compiled and adaptive queries."""
    conf = spark._session.conf
    for name in FOR_FEW_ROWS:
        conf.unset(name)
    yield spark
    for name, value in FOR_FEW_ROWS.items():
        conf.set(name, value)


@pytest.fixture(autouse=True)
def engine(request, monkeypatch):
    """DuckDB; with ``--spark`` every table of the test is opened on Spark, and the test must have asked it."""
    if not hasattr(request, "param"):
        yield "duckdb"
        return
    asked, tables = [], []

    def counted(what, seen):
        def call(connection, first, *rest, **options):
            seen.append(rest[0] if rest else first)
            return what(connection, first, *rest, **options)

        return call

    connection = request.getfixturevalue("spark")
    with use_engine(connection):
        monkeypatch.setattr(spark_engine, "fetch_arrow", counted(spark_engine.fetch_arrow, asked))
        for name in ("register_arrow", "register_parquet"):
            monkeypatch.setattr(spark_engine, name, counted(getattr(spark_engine, name), tables))
        yield "spark"
    # One session serves hundreds of tests: their tables would fill its memory.
    for name in tables:
        connection._session.catalog.dropTempView(name)
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
