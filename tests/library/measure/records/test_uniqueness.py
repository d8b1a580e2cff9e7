import pyarrow as pa
import pytest

from sealmark.measure.engine import open_table
from sealmark.measure.records.uniqueness import repeated_rows


@pytest.mark.parametrize(
    ("values", "repeated"),
    [
        ([3, 1, 2], 0),
        ([3, 1, 3, 3, None, None], 2),
        ([-5, 0, -5], 1),
        ([1, 10**12, 1], 1),
        ([-(2**62), 2**62, 2**62], 1),
        ([None, None], 0),
        ([], 0),
        ([-1, 2, 3], 0),
        ([None, 2, 3], 0),
        ([*range(10_001), 5], 1),
        (["a", "b", "a", None], 1),
    ],
    ids=[
        "numbers",
        "repeated numbers",
        "below zero",
        "far apart",
        "very far apart",
        "missing",
        "none",
        "ascending",
        "ascending after one missing",
        "ascending at first",
        "texts",
    ],
)
def test_repeated_rows_are_counted_exactly(values, repeated):
    kind = pa.string() if "a" in values else pa.int64()
    table = open_table(pa.table({"case": pa.array(values, kind)}))

    assert repeated_rows(table, "case") == repeated
