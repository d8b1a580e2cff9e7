import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sealmark.measure.engine import fetch, open_table
from sealmark.measure.records.numbering import numbered

ROWS = st.lists(
    st.fixed_dictionaries({"a": st.none() | st.integers(-3, 2), "b": st.none() | st.sampled_from([0, 1])}), max_size=12
)


def in_order(rows):
    """Different cells in the order of their values, missing last."""
    cells = {tuple(row.values()) for row in rows}
    return sorted(cells, key=lambda cell: [(value is None, value or 0) for value in cell])


@settings(max_examples=15, deadline=None)
@example(rows=[{"a": 2, "b": 0}], far=2**30)
@given(rows=ROWS, far=st.sampled_from([1, 2**30]))
def test_numbers_are_in_the_order_of_the_cells_and_lead_back_to_them(rows, far):
    kept = [{"a": row["a"] and row["a"] * far, "b": row["b"]} for row in rows]
    table = pa.table(
        {
            "a": pa.array([row["a"] for row in kept], pa.int64()),
            "b": pa.array([row["b"] for row in kept], pa.int8()),
            "row": pa.array(range(len(kept)), pa.int64()),
        }
    )

    counted, numbering = numbered(open_table(table), ["a", "b"])
    numbers = fetch(counted.select("row", "_cell").order_by("row")).column("_cell").to_numpy()

    assert [tuple(cell.values()) for cell in numbering.cells(numbers).to_pylist()] == [
        tuple(row.values()) for row in kept
    ]
    assert [tuple(cell.values()) for cell in numbering.cells(np.unique(numbers)).to_pylist()] == in_order(kept)
    assert numbering.cells(numbers).schema == table.select(["a", "b"]).schema
    assert all(number < numbering.size for number in numbers)


@pytest.mark.parametrize(
    ("values", "looked_up"),
    [(pa.array([1, 2**23]), False), (pa.array([1, 2**25]), True), (pa.array(["x", "y"]), True)],
    ids=["close", "far apart", "text"],
)
def test_only_what_is_not_close_together_is_looked_up(values, looked_up):
    _, numbering = numbered(open_table(pa.table({"a": values})), ["a"])

    assert (numbering.listed is not None) == looked_up


def test_without_columns_there_is_one_cell():
    counted, numbering = numbered(open_table(pa.table({"x": [1, 2]})), [])

    assert fetch(counted.select("_cell")).column("_cell").to_pylist() == [0, 0]
    assert (numbering.size, numbering.cells(np.array([0])).column_names) == (1, [])
