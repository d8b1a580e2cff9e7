import datetime as dt
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealmark.core.errors import SealmarkError
from sealmark.measure.engine import connect, open_table, use_engine
from sealmark.measure.records import passes, selection, spilling
from sealmark.measure.records.estimation import estimate_records
from sealmark.measure.records.measures import Clock, DurationMean, DurationPercentile, FirstTimeFix
from sealmark.measure.records.tables import record_table

START = dt.datetime(2026, 1, 5, 9, tzinfo=dt.UTC)
AS_OF = START + dt.timedelta(days=60)
ANSWER = Clock(end="first_response")
PERCENTILES = {
    "median": DurationPercentile(Decimal("0.5")),
    "high": DurationPercentile(Decimal("0.9"), unit="days"),
    "median answer": DurationPercentile(Decimal("0.5"), ANSWER),
    "median of faults": DurationPercentile(Decimal("0.5"), where={"type": ("fault",)}),
    "counted": DurationPercentile(Decimal("0.25"), complete_count=True),
}
ROWS = 1_000
SHORT = pa.int16()


def cases(*, fraction=1, kind=SHORT):
    """Cases of shops of very different size, some open, some backwards, some without a shop."""
    random = np.random.default_rng(11)
    begun = np.round(random.uniform(0, 50 * 86_400, ROWS) / fraction) * fraction
    moments = {"opened": begun}
    for name, hours in (("first_response", 3), ("resolved", 40)):
        moments[name] = begun + np.round((random.exponential(hours * 3_600, ROWS) - 600) / fraction) * fraction
    stamps = {
        name: pa.array(
            [START + dt.timedelta(seconds=float(one)) for one in seconds],
            pa.timestamp("us", "UTC"),
            mask=random.random(ROWS) < (0 if name == "opened" else 0.1),
        )
        for name, seconds in moments.items()
    }
    shops = random.choice([-7, 4, 900, 30_000], ROWS, p=[0.7, 0.2, 0.08, 0.02])
    return pa.table(
        {
            "case": np.arange(ROWS),
            "shop": pa.array(shops, pa.int16(), mask=random.random(ROWS) < 0.1).cast(kind),
            "month": pa.array(random.integers(1, 13, ROWS), pa.int8()),
            "type": random.choice(["fault", "wish"], ROWS),
            "asset": random.integers(0, 90, ROWS),
            **stamps,
        }
    )


@pytest.fixture(params=[40, 300], ids=["25 parts", "3 parts"])
def divided(request, monkeypatch):
    monkeypatch.setattr(spilling, "ROWS_OF_A_PART", request.param)
    monkeypatch.setattr(spilling, "ROWS_OF_A_BATCH", 300)


def whole(table, measures, by):
    """What one part in memory gives."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spilling, "ROWS_OF_A_PART", 10**9)
        return record_table(table, measures, as_of=AS_OF, by=by)


@pytest.mark.usefixtures("divided")
@pytest.mark.parametrize("by", [["shop", "month"], ["month"], []], ids=["small cells", "larger cells", "one cell"])
@pytest.mark.parametrize("fraction", [1, 0.001], ids=["seconds", "milliseconds"])
def test_parts_give_the_very_same_table(by, fraction):
    table = cases(fraction=fraction)

    found = record_table(table, PERCENTILES, as_of=AS_OF, by=by)

    assert found.equals(whole(table, PERCENTILES, by))


@pytest.mark.parametrize("fraction", [1, 0.001], ids=["seconds", "milliseconds"])
@pytest.mark.parametrize("few", [1, 200], ids=["read to the last bit", "sorted at last"])
def test_large_cells_beside_small_ones_are_never_in_memory_whole(monkeypatch, few, fraction):
    monkeypatch.setattr(spilling, "ROWS_OF_A_PART", 40)
    monkeypatch.setattr(selection, "FEW", few)
    table = cases(fraction=fraction)
    shops = pa.array(np.where(np.arange(ROWS) % 5 == 0, np.arange(ROWS) % 90, 3))
    table = table.set_column(table.column_names.index("shop"), "shop", shops)

    found = record_table(table, PERCENTILES, as_of=AS_OF, by=["shop"])

    assert found.equals(whole(table, PERCENTILES, ["shop"]))


@given(
    numbers=st.lists(st.integers(0, 2**40) | st.sampled_from([0, 3, 2**33]), min_size=1, max_size=30),
    few=st.sampled_from([0, 2, 50]),
)
def test_a_large_cell_knows_every_rank(numbers, few):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(selection, "FEW", few)
        chunks = [np.array([*numbers[:5], -2]), np.array([*numbers[5:], -1, -2])]
        cell = selection.LargeCell(lambda: iter(chunks), 2, step=10)
        found = [float(cell.at_rank(np.array([rank]))[0]) for rank in range(len(numbers) + 2)]

    assert found[1:-1] == [10 * number for number in sorted(numbers)]
    assert np.isnan([found[0], found[-1]]).all()
    assert (cell.sizes.tolist(), cell.others.tolist()) == ([len(numbers)], [[1], [2]])


@pytest.mark.usefixtures("divided")
def test_a_late_fraction_of_a_second_is_not_lost(monkeypatch):
    monkeypatch.setattr(passes, "_PROBE", 10)
    table = cases()
    last = table.column("resolved").to_pylist()
    last[-1] = table.column("opened").to_pylist()[-1] + dt.timedelta(seconds=30, milliseconds=1)
    at = table.column_names.index("resolved")
    table = table.set_column(at, "resolved", pa.array(last, pa.timestamp("us", "UTC")))
    least = {"least": DurationPercentile(Decimal("0.0001"), unit="seconds", where={"case": (ROWS - 1,)})}

    found = record_table(table, least, as_of=AS_OF)

    assert found.column("value").to_pylist() == [30.001]


@pytest.mark.usefixtures("divided")
@pytest.mark.parametrize("kind", [pa.string(), pa.int64(), pa.float64()], ids=["text", "far apart", "doubles"])
def test_cells_that_are_no_short_numbers_are_looked_up(kind):
    table = cases(kind=pa.int32() if pa.types.is_integer(kind) else kind)
    if pa.types.is_integer(kind):
        far = pa.array([None if one is None else one * 10**12 for one in table.column("shop").to_pylist()], kind)
        table = table.set_column(table.column_names.index("shop"), "shop", far)

    found = record_table(table, PERCENTILES, as_of=AS_OF, by=["shop", "month"])

    assert found.equals(whole(table, PERCENTILES, ["shop", "month"]))
    assert found.schema.field("shop").type == kind
    assert found.column("shop").null_count > 0


@pytest.mark.usefixtures("divided")
def test_other_measures_beside_keep_their_numbers():
    measures = {"mean": DurationMean(), **PERCENTILES, "fixed": FirstTimeFix(5)}

    found = record_table(cases(), measures, as_of=AS_OF, by=["shop"])

    expected = estimate_records(cases(), measures, as_of=AS_OF, by=["shop"])
    assert found.column("measure").to_pylist() == [one.measure for one in expected]
    assert found.column("base").to_pylist() == [one.estimate.base for one in expected]
    known = [one.estimate.value for one in expected]
    assert [value is None for value in found.column("value").to_pylist()] == [value is None for value in known]
    assert found.column("value").drop_null().to_pylist() == pytest.approx(
        [float(value) for value in known if value is not None]
    )


@pytest.mark.usefixtures("divided")
def test_parts_lie_in_the_folder_of_the_engine_and_leave_nothing(tmp_path, monkeypatch):
    used = []
    monkeypatch.setattr(spilling.tempfile, "TemporaryFile", noting(used, spilling.tempfile.TemporaryFile))
    with use_engine(connect(temporary=tmp_path / "not there yet")):
        found = record_table(cases(), PERCENTILES, as_of=AS_OF, by=["month"])

    assert found.num_rows == 12 * len(PERCENTILES)
    assert set(used) == {tmp_path}
    assert list(tmp_path.iterdir()) == []


def noting(used, function):
    def noted(*, prefix, dir):  # noqa: A002
        used.append(dir)
        return function(prefix=prefix, dir=dir)

    return noted


@pytest.mark.usefixtures("divided")
@pytest.mark.parametrize("measures", [PERCENTILES, {"fixed": FirstTimeFix(5)}], ids=["percentiles", "recurrence"])
def test_an_interrupt_leaves_no_file_and_the_engine_works_on(tmp_path, monkeypatch, measures):
    def interrupted(self, part, columns):
        raise KeyboardInterrupt

    engine = connect(temporary=tmp_path)
    with monkeypatch.context() as patch, use_engine(engine):
        patch.setattr(spilling.Parts, "add", interrupted)
        with pytest.raises(KeyboardInterrupt):
            record_table(cases(), measures, as_of=AS_OF)

    assert list(tmp_path.iterdir()) == []
    again = record_table(open_table(cases(), connection=engine), measures, as_of=AS_OF)
    assert again.column("base").to_pylist()[0] > 0


def test_too_small_a_disk_is_told_before_anything_is_written(tmp_path):
    with pytest.raises(SealmarkError) as caught:
        spilling.Parts(3, folder=tmp_path, size=10**18)

    assert str(caught.value).startswith("SM482 The disk to spill to does not suffice: 1000000000.0 GB are needed.")
