import datetime as dt

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sealmark.measure.engine import open_table
from sealmark.measure.records import packed, spilling
from sealmark.measure.records.cells import Task
from sealmark.measure.records.estimation import cases_of, estimate_records, precision_of
from sealmark.measure.records.measures import FirstTimeFix, RepeatRate
from sealmark.measure.records.packed import packed_recurrence
from sealmark.measure.records.tables import record_table

START = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
AS_OF = START + 6 * DAY
COUNTS = ("records", "after_as_of", "base", "hits", "censored", "unresolved", "no_key")
MEASURES = {
    "fixed": FirstTimeFix(2),
    "fixed for good": FirstTimeFix(2, reopened=True),
    "repeated": RepeatRate(1),
    "repeated faults": RepeatRate(2, where={"kind": (1,)}),
    "repeated in full": RepeatRate(2, ("asset", "kind")),
}
# Few values, so that most cases share their moment with another of the same asset.
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "opened": st.none() | st.sampled_from([0, 1, 2, 3, 4, 5, 6, 7]),
            "asset": st.none() | st.integers(-1, 1),
            "kind": st.none() | st.integers(1, 2),
            "shop": st.none() | st.integers(-3, -2),
            "reopened": st.none() | st.integers(0, 1),
        }
    ),
    max_size=25,
)


def table(rows, numbers, *, days=False, far=1):
    """Records with the case numbers given, in their order."""
    moments = [None if row["opened"] is None else START + row["opened"] * DAY for row in rows]
    return pa.table(
        {
            "case": pa.array([number * far for number in numbers], pa.int64()),
            "opened": pa.array(moments, pa.timestamp("us", "UTC")).cast(
                pa.date32() if days else pa.timestamp("us", "UTC")
            ),
            **{
                name: pa.array([row[name] for row in rows], kind)
                for name, kind in (
                    ("asset", pa.int32()),
                    ("kind", pa.int8()),
                    ("shop", pa.int16()),
                    ("reopened", pa.int8()),
                )
            },
        }
    )


def is_packed(records, measure, by=()):
    cases = cases_of(open_table(records), AS_OF, {})
    return packed_recurrence(Task("any", cases, by, precision_of(measure, 0.95)), measure) is not None


@settings(max_examples=12, deadline=None)
@given(rows=ROWS, data=st.data(), by=st.sampled_from([(), ("shop",), ("kind", "shop")]), days=st.booleans())
def test_packed_counts_are_those_of_the_window(rows, data, by, days):
    records = table(
        rows, data.draw(st.permutations(range(len(rows)))), days=days, far=data.draw(st.sampled_from([1, 10**9]))
    )
    options = {"as_of": AS_OF, "by": by}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spilling, "ROWS_OF_A_PART", data.draw(st.sampled_from([3, 10**6])))
        patch.setattr(packed, "_COUNTED_BITS", data.draw(st.sampled_from([0, 22])))
        found = record_table(records, MEASURES, **options)

    assert all(is_packed(records, measure, by) for measure in MEASURES.values())
    keys = (*by, "measure", *COUNTS, "base")
    assert found.select(dict.fromkeys(keys)).to_pylist() == [
        {**one.cell, "measure": one.measure, **{name: one.counts[name] for name in COUNTS}}
        for one in estimate_records(records, MEASURES, **options)
    ]


def test_the_last_of_several_at_one_moment_is_the_one_with_the_largest_case():
    row = {"opened": 0, "asset": 1, "kind": 1, "reopened": 0}
    records = table([row | {"shop": shop} for shop in (1, 2, 3)], [2, 3, 1])

    found = record_table(records, {"fixed": FirstTimeFix(2)}, as_of=AS_OF, by=["shop"])

    assert found.column("hits").to_pylist() == [0, 1, 0]


@pytest.mark.parametrize(
    ("change", "by"),
    [
        ({"asset": pa.array(["a", "b"])}, ()),
        ({"shop": pa.array(["a", "b"])}, ("shop",)),
        ({"case": pa.array(["a", "b"])}, ()),
        ({"case": pa.array([0, 2**60])}, ()),
        ({"case": pa.array([0, 2**63], pa.uint64())}, ()),
        ({"asset": pa.array([0, 2**57]), "case": pa.array([0, 2**57]), "shop": pa.array([0, 2**20])}, ("shop",)),
        ({"shop": pa.array([0, 2**57]), "kind": pa.array([0, 2**20])}, ("shop", "kind")),
    ],
    ids=["asset", "cell", "case", "far apart", "unsigned", "too many bits", "too large a cell"],
)
def test_what_cannot_be_packed_is_left_to_the_window(change, by):
    records = table([dict.fromkeys(("opened", "asset", "kind", "shop", "reopened"), 1)] * 2, [1, 2])
    for name, column in change.items():
        records = records.set_column(records.column_names.index(name), name, column)

    assert not is_packed(records, FirstTimeFix(2), by)
    found = record_table(records, {"repeated": RepeatRate(2)}, as_of=AS_OF, by=by)
    assert sum(found.column("records").to_pylist()) == 2
