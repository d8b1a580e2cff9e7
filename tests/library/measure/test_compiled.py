import datetime as dt
import functools
import operator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.datatypes as dtypes
import ibis.expr.operations as ops
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sealmark.measure import connect, fetch, open_table
from sealmark.measure.compiled import CompiledQueries, compiled_queries, shape_of


@pytest.fixture(scope="module")
def engine():
    return connect()


def table_of(engine, **columns):
    return open_table(pa.table(columns), connection=engine)


def shared(first, second, engine):
    """Tell whether the second expression is answered with the SQL of the first; both must be right."""
    kept = CompiledQueries()
    assert [kept.sql(one, engine) for one in (first, second)] == [engine.compile(one) for one in (first, second)]
    return kept.hits == 1


def total(table):
    return table.aggregate(s=(table.q * 2).sum())


def test_a_second_table_of_the_same_shape_is_not_compiled(engine):
    kept = CompiledQueries()
    tables = [table_of(engine, q=[1, 2]), table_of(connect(), q=[3, None])]

    queries = [kept.sql(total(table), engine) for table in tables]

    assert (kept.hits, kept.misses, len(kept)) == (1, 1, 1)
    assert queries == [engine.compile(total(table)) for table in tables]


def test_fetch_gives_each_table_its_own_answer():
    asked = compiled_queries.hits + compiled_queries.misses
    tables = [open_table(pa.table({"fetched_alone": values})) for values in ([1, 2], [10, 20])]

    found = [fetch(table.aggregate(s=table.fetched_alone.sum())).to_pylist() for table in tables]

    assert found == [[{"s": 3}], [{"s": 30}]]
    assert compiled_queries.hits + compiled_queries.misses == asked + 2


COLUMNS = [
    pa.array([1, 2], pa.int8()),
    pa.array([1, 2], pa.int64()),
    pa.array([1, 2], pa.float64()),
    pa.array([1, 2], pa.decimal128(9, 2)),
    pa.array([1, 2], pa.decimal128(9, 3)),
]


@pytest.mark.parametrize("second", COLUMNS[1:], ids=lambda column: str(column.type))
def test_other_types_do_not_share(engine, second):
    assert not shared(total(table_of(engine, q=COLUMNS[0])), total(table_of(engine, q=second)), engine)


def test_other_columns_do_not_share(engine):
    plain, more = table_of(engine, q=[1]), table_of(engine, q=[1], r=[2])

    assert not shared(total(plain), total(more), engine)
    assert not shared(plain, table_of(engine, p=[1]), engine)


LITERALS = [
    1, 2, 1.0, 0.0, -0.0, True, "1", b"1", Decimal(1), Decimal("1.5"), float("inf"), dt.date(2026, 3, 29),
    dt.time(1, 30), dt.datetime(2026, 3, 29, 1, 30), dt.datetime(2026, 3, 29, 1, 30, tzinfo=dt.UTC),  # noqa: DTZ001
    dt.datetime(2026, 3, 29, 3, 30, tzinfo=ZoneInfo("Europe/Rome")), dt.timedelta(seconds=1), (1, 2), (2, 1),
]  # fmt: skip


def test_no_two_values_share(engine):
    table, kept = table_of(engine, q=[1]), CompiledQueries()

    queries = [table.select(x=ibis.literal(value)) for value in LITERALS]
    queries.append(table.select(x=ibis.literal(1, "int64")))

    assert [kept.sql(one, engine) for one in queries] == [engine.compile(one) for one in queries]
    assert (kept.hits, kept.misses) == (0, len(queries))


def test_names_may_change_places(engine):
    one, other = table_of(engine, q=[1, 2, 3]), table_of(engine, q=[2, 3, 4])

    def joined(left, right):
        return left.anti_join(right, "q")

    assert shared(joined(one, other), joined(other, one), engine)
    assert [fetch(joined(*pair)).to_pylist() for pair in ((one, other), (other, one))] == [[{"q": 1}], [{"q": 4}]]


def test_a_table_joined_with_itself_is_not_two_tables(engine):
    one, other = table_of(engine, q=[1]), table_of(engine, q=[2])

    assert not shared(one.union(one), one.union(other), engine)
    assert not shared(one.union(one.op().copy().to_expr()), one.union(other), engine)


def test_views_share_whatever_their_numbers(engine):
    one, other = table_of(engine, q=[1, 2]), table_of(engine, q=[3, 4])

    def pairs(table, again):
        return table.view().join(again, "q").aggregate(n=ibis._.count())

    assert shared(pairs(one, one.view()), pairs(other, other.view()), engine)
    view = one.view()
    assert not shared(view.union(view), one.view().union(one.view()), engine)


def memtable_join(table, numbers):
    wanted = ibis.memtable(pa.table({"wanted": numbers}))
    return table.semi_join(wanted, table["q"] == wanted["wanted"])


def test_tables_in_memory_share_but_keep_their_content(engine):
    table = table_of(engine, q=[1, 2, 3])

    found = [fetch(memtable_join(table, [wanted])).to_pylist() for wanted in (1, 3)]

    assert found == [[{"q": 1}], [{"q": 3}]]
    assert shared(memtable_join(table, [1]), memtable_join(table, [2]), engine)
    assert not shared(memtable_join(table, [1]), memtable_join(table, [1.0]), engine)


def test_results_with_tables_in_memory_have_the_types_ibis_promises(engine):
    table = table_of(engine, q=[1, 2, 3])
    sums = memtable_join(table, [1, 2]).aggregate(s=ibis._.q.sum())

    assert fetch(sums).equals(engine.to_pyarrow(sums))


def test_the_time_zone_is_that_of_the_connection():
    engines = [connect(), connect()]
    engines[1].con.execute("SET TimeZone = 'Asia/Tokyo'")
    midnight = pa.array([dt.datetime(2026, 1, 1, tzinfo=dt.UTC)], pa.timestamp("us", "UTC"))

    tables = [table_of(one, at=midnight) for one in engines]
    found = [fetch(table.select(text=table["at"].cast("string"))).to_pylist()[0]["text"] for table in tables]

    assert found == ["2026-01-01 00:00:00+00", "2026-01-01 09:00:00+09"]


def test_engines_do_not_share(engine):
    kept, light = CompiledQueries(), ibis.sqlite.connect()
    light.raw_sql("CREATE TABLE ibis_table_aaaaaaaaaaaaaaaaaaaaaaaa (q BIGINT)").close()
    there = light.table("ibis_table_aaaaaaaaaaaaaaaaaaaaaaaa")
    here = table_of(engine, q=[1])

    assert [kept.sql(here.limit(1), engine), kept.sql(there.limit(1), light)] == [
        engine.compile(here.limit(1)),
        light.compile(there.limit(1)),
    ]
    assert kept.hits == 0
    light.disconnect()


def function_called(name):
    @ibis.udf.scalar.builtin(name=name, signature=((dtypes.int64,), dtypes.int64))
    def same(value): ...

    return same


def test_functions_of_one_name_do_not_share(engine):
    table = table_of(engine, q=[-1])

    assert not shared(
        table.select(x=function_called("abs")(table.q)), table.select(x=function_called("sign")(table.q)), engine
    )


@pytest.mark.parametrize("name", ["t0", "q", 'a"b', "ibis_table"])
def test_names_of_the_callers_choice_are_not_kept(engine, name):
    kept = CompiledQueries()
    table = open_table(pa.table({"q": [1]}), connection=engine, name=f"{name} {len(kept)}")

    assert kept.sql(total(table), engine) == engine.compile(total(table))
    assert (kept.hits, kept.misses, len(kept)) == (0, 0, 0)


def test_a_name_that_stands_elsewhere_too_is_not_kept(engine):
    table = table_of(engine, q=[1])

    assert shape_of(table) is not None
    assert shape_of(table.select(x=ibis.literal(table.get_name()))) is None


def test_parts_that_hold_more_than_their_text_are_not_kept(engine):
    query = ops.SQLQueryResult("SELECT 1 AS q", ibis.schema({"q": "int32"}), engine).to_expr()

    assert shape_of(query) is None
    assert fetch(query.aggregate(s=query.q.sum())).to_pylist() == [{"s": 1}]


def test_tables_without_a_source_are_kept(engine):
    values = ibis.literal(1).name("one").as_table()

    assert shared(values, ibis.literal(1).name("one").as_table(), engine)


def test_depth_is_no_limit(engine):
    table = table_of(engine, q=[1])
    deep = functools.reduce(operator.add, [table.q] * 400)

    assert shape_of(table.select(x=deep)) is not None


def test_what_was_used_longest_ago_is_forgotten_first(engine):
    table = table_of(engine, q=[1])
    first, second, third = (table.select(x=table.q + number) for number in (1, 2, 3))
    size = len(engine.compile(first)) - len(table.get_name())
    kept = CompiledQueries(most_characters=2 * size)

    for one in (first, second, first, third):
        kept.sql(one, engine)
    before = kept.hits
    kept.sql(first, engine)
    kept.sql(second, engine)

    assert (before, kept.hits, len(kept)) == (1, 2, 2)


def test_what_is_larger_than_the_memory_is_not_kept(engine):
    kept, table = CompiledQueries(most_characters=10), table_of(engine, q=[1])

    assert [kept.sql(table, engine) for _ in range(2)] == [engine.compile(table)] * 2
    assert (kept.hits, kept.misses, len(kept)) == (0, 2, 0)


def test_threads_share(engine):
    kept, tables = CompiledQueries(), [table_of(engine, q=[number]) for number in range(4)]
    queries = [table.select(x=table.q + number) for table in tables for number in range(6)] * 3

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda one: kept.sql(one, engine), queries))

    assert found == [engine.compile(one) for one in queries]
    assert (len(kept), kept.hits + kept.misses) == (6, len(queries))


TYPES = st.sampled_from([pa.int8(), pa.int64(), pa.float64()])
OPERATIONS = st.lists(st.tuples(st.sampled_from("+-*<"), st.sampled_from([0, 1, 1.0, -0.0, 2.5])), max_size=3)


def grown(table, steps):
    value = table.q
    signs = {"+": operator.add, "-": operator.sub, "*": operator.mul}
    for sign, number in steps:
        value = ibis.ifelse(value < number, value, None) if sign == "<" else signs[sign](value, number)
    return table.select(x=value)


@settings(max_examples=60, deadline=None)
@given(questions=st.lists(st.tuples(TYPES, OPERATIONS), min_size=2, max_size=6))
def test_what_is_kept_always_equals_what_is_compiled(questions):
    kept, engine = CompiledQueries(), connect()

    for kind, steps in questions:
        expression = grown(table_of(engine, q=pa.array([1], kind)), steps)
        assert kept.sql(expression, engine) == engine.compile(expression)


def test_unordered_parts_read_the_same_in_any_order(engine):
    one, other = (table_of(engine, a=[1], b=[2], c=[3]) for _ in range(2))

    assert shared(one.drop("a", "b"), other.drop("b", "a"), engine)
    assert isinstance(one.drop("a", "b").op(), ops.DropColumns)
