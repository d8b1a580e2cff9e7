"""Cells are counted before rows are grouped."""

import datetime as dt

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sealmark.core.errors import SealmarkError
from sealmark.measure import Design, Mean, Quantile, estimate
from sealmark.measure.engine import open_table
from sealmark.measure.records import tables as record_tables
from sealmark.measure.records.measures import OpenShare
from sealmark.measure.records.tables import record_table
from sealmark.measure.surveys import estimation, totals
from sealmark.measure.surveys.totals import check_cells, require_few
from sealmark.measure.tables import kernel, portable
from sealmark.measure.tables.fastcopy import write_fast_copy
from sealmark.measure.tables.questions import Questions
from sealmark.measure.tables.table import estimate_table

NUMBER = np.arange(400)
ROWS = pa.table(
    {
        "person": NUMBER,
        "shop": NUMBER % 10,
        "day": NUMBER % 20,
        "hour": NUMBER // 20,
        "gap": pa.array([None if number % 2 else "a" for number in NUMBER]),
        "q": NUMBER % 7,
    }
)


def refusal(by, **limits):
    """What is told; nothing where all is well."""
    try:
        check_cells(open_table(ROWS), by, **limits)
    except SealmarkError as error:
        return f"{error.problems[0].code} {error.problems[0].what}"
    return None


def too_many(count, most):
    return f"SM489 The columns to split by ask for {count} estimates; at most {most} fit at once."


@pytest.mark.parametrize(
    ("by", "limits"),
    [
        ([], {"most": 1}),
        (["person"], {"most": 400}),
        (["shop"], {"most": 10}),
        (["shop"], {"most": 30, "each": 3}),
        (["day", "hour"], {"most": 400}),
        (["shop", "day"], {"most": 20}),
        (["gap"], {"most": 2}),
        (["gap", "shop"], {"most": 10}),
    ],
)
def test_as_many_cells_as_are_allowed_pass(by, limits):
    assert refusal(by, **limits) is None


@pytest.mark.parametrize(
    ("by", "limits", "count"),
    [
        (["person"], {"most": 399}, "400"),
        (["shop"], {"most": 9}, "10"),
        (["shop"], {"most": 29, "each": 3}, "30"),
        (["day", "hour"], {"most": 399}, "400"),
        (["shop", "day"], {"most": 19}, "20"),
        (["gap"], {"most": 1}, "2"),
    ],
)
def test_one_too_many_is_counted_exactly(by, limits, count):
    assert refusal(by, **limits) == too_many(count, limits["most"])


def test_far_too_many_are_counted_roughly(monkeypatch):
    def never(*_):
        raise AssertionError

    monkeypatch.setattr(totals, "require_few", never)

    assert refusal(["person"], most=20).startswith("SM489 The columns to split by ask for about ")
    assert refusal(["day", "hour"], most=40).startswith("SM489 The columns to split by ask for about ")


@pytest.mark.parametrize("measure", [Mean("q"), Quantile("q", 0.5)])
def test_an_estimate_is_refused_before_the_rows_are_grouped(monkeypatch, measure):
    def never(*_, **__):
        raise AssertionError

    for module in (totals, estimation):
        monkeypatch.setattr(module, "MOST_CELLS", 50)
    monkeypatch.setattr(check_cells, "__kwdefaults__", {"each": 1, "most": 50})
    monkeypatch.setattr(estimation, "add_up", never)
    monkeypatch.setattr(estimation, "estimate_quantiles", never)

    with pytest.raises(SealmarkError) as caught:
        estimate(ROWS, {"m": measure}, design=Design(), by=["person"])

    assert caught.value.codes == ("SM489",)


def test_adding_up_is_refused_too_and_few_cells_of_many_rows_are_not(monkeypatch):
    for module in (totals, estimation):
        monkeypatch.setattr(module, "MOST_CELLS", 50)

    cells = estimate(ROWS, {"m": Mean("q"), "d": Quantile("q", 0.5)}, design=Design(), by=["shop"])

    assert len(cells) == 20


@pytest.mark.parametrize("by", [["person"], ["day", "hour"]])
def test_tables_of_statistics_and_of_records_are_refused_before_the_rows_are_grouped(monkeypatch, by):
    for module in (portable, record_tables):
        monkeypatch.setattr(module, "MOST_FIGURES", 799)
    day = pa.array([dt.date(2026, 1, 1)] * 400)
    cases = open_table(ROWS.append_column("opened", day).append_column("resolved", day))
    first, second = OpenShare(), OpenShare()

    for call in (
        lambda: estimate_table(open_table(ROWS), Questions(["q"]), design=Design(), by=by),
        lambda: record_table(cases, {"a": first, "b": second}, as_of=dt.date(2026, 2, 1), by=by),
    ):
        with pytest.raises(SealmarkError) as caught:
            call()
        assert str(caught.value).splitlines()[0] == too_many(800, 799)


def test_a_fast_copy_is_refused_too(monkeypatch, tmp_path):
    pq.write_table(ROWS.select(["person", "q"]), tmp_path / "a.parquet")
    copy = write_fast_copy(tmp_path / "a.parquet", tmp_path / "copy", items=["q"], keys=["person"])
    monkeypatch.setattr(kernel, "MOST_FIGURES", 799)

    with pytest.raises(SealmarkError) as caught:
        kernel.copy_totals(copy, Questions(["q"]), design=Design(), by=["person"])

    assert str(caught.value).splitlines()[0] == too_many(800, 799)


def test_a_count_is_compared():
    require_few(5, 5)
    with pytest.raises(SealmarkError) as caught:
        require_few(6, 5)

    assert str(caught.value).splitlines()[0] == too_many(6, 5)
