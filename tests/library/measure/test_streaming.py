from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from sealmark.core.errors import Problem, SealmarkError
from sealmark.measure.engine import connect, fetch, open_table
from sealmark.measure.streaming import fed_table, spill_folder, stream

WHOLE = pa.schema([("a", pa.int64())])


def batches(error=None):
    for start in (0, 5):
        yield pa.record_batch({"a": np.arange(start, start + 5)})
    if error is not None:
        raise error


def test_a_stream_brings_every_row():
    table = open_table(pa.table({"a": range(10)}))

    found = [value for batch in stream(table.mutate(a=table["a"] * 2)) for value in batch.column("a").to_pylist()]

    assert sorted(found) == list(range(0, 20, 2))


def test_a_table_is_made_while_it_is_read():
    with fed_table(WHOLE, batches(), connect()) as table:
        assert fetch(table.aggregate(total=table["a"].sum())).to_pylist() == [{"total": 45}]


@pytest.mark.parametrize(
    "error", [SealmarkError(Problem("SM482", "Full.")), KeyboardInterrupt()], ids=["a full disk", "an interrupt"]
)
@pytest.mark.parametrize("read", [fetch, lambda table: list(stream(table))], ids=["at once", "as a stream"])
def test_what_goes_wrong_while_a_table_is_made_is_told_as_it_is(error, read):
    with pytest.raises(type(error)) as caught, fed_table(WHOLE, batches(error), connect()) as table:
        read(table)

    assert caught.value is error


def test_too_little_memory_is_told_in_a_sentence():
    engine = connect(memory_limit="20MB")
    table = open_table(pa.table({"a": np.arange(2_000_000)}), connection=engine)
    lists = table.group_by(b=table["a"] % 2).aggregate(found=table["a"].collect())

    with pytest.raises(SealmarkError, match="SM482 Memory or the disk to spill to does not suffice"):
        list(stream(lists))


def test_a_broken_line_far_down_is_told_with_its_place(tmp_path):
    path = tmp_path / "broken.csv"
    path.write_text("a,b\n" + "1,2\n" * 200_000 + "1,2,3\n", encoding="utf-8")

    with pytest.raises(SealmarkError, match=r"SM402 .*\n.*broken.csv, line 200002"):
        list(stream(open_table(path)))


def test_spilling_goes_where_the_engine_spills(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path / "system"))
    table = pa.table({"a": [1]})

    assert spill_folder(open_table(table, connection=connect())) == tmp_path / "system"
    assert spill_folder(open_table(table, connection=connect(temporary=tmp_path / "new" / "one"))) == tmp_path
    assert isinstance(spill_folder(open_table(table)), Path)
