"""Population variance and standard deviation."""

import numpy as np
import pyarrow as pa
import pytest

from sealmark.core.errors import SealmarkError
from sealmark.measure import Design, Item, Mean, estimate
from sealmark.measure.surveys.dispersion import estimate_deviations, estimate_variances
from sealmark.measure.surveys.estimation import ALL_EQUAL


@pytest.fixture
def rows():
    random = np.random.default_rng(4)
    return pa.table(
        {
            "q": random.integers(1, 11, 90),
            "w": random.uniform(1, 3, 90),
            "shop": np.repeat(np.arange(18), 5),
            "cell": np.repeat(["a", "b"], 45),
        }
    )


def test_a_simple_sample_has_the_usual_variance(rows):
    (cell,) = estimate_variances(rows, {"v": "q"}, design=Design())

    assert float(cell.estimate.value) == pytest.approx(np.var(rows["q"].to_numpy(), ddof=1))
    assert (cell.unit, cell.measure, cell.estimate.base) == ("scale squared", "v", 90)


@pytest.mark.parametrize("design", [Design("w"), Design("w", cluster="shop", population=40)])
def test_the_error_is_that_of_the_mean_of_squared_deviations(rows, design):
    """The mean moves nothing to first order, so it may be held fixed."""
    cells = estimate_variances(rows, {"v": "q"}, design=design, by="cell")

    for place, name in enumerate("ab"):
        part = rows.to_pydict()
        inside = np.array(part["cell"]) == name
        w, q = np.array(part["w"])[inside], np.array(part["q"])[inside]
        squares = (np.array(part["q"]) - (w @ q) / w.sum()) ** 2 * 45 / 44
        table = rows.append_column("d", pa.array(squares))
        (expected,) = estimate(table, {"d": Mean("d")}, design=design, domain={"cell": [name]})
        found = cells[place]
        assert dict(found.cell) == {"cell": name}
        assert float(found.estimate.value) == pytest.approx(float(expected.estimate.value))
        assert float(found.estimate.standard_error) == pytest.approx(float(expected.estimate.standard_error), rel=1e-9)


def test_the_deviation_is_its_root(rows):
    (variance,) = estimate_variances(rows, {"v": "q"}, design=Design("w"))
    (deviation,) = estimate_deviations(rows, {"v": "q"}, design=Design("w"), by=())

    root = float(variance.estimate.value) ** 0.5
    assert float(deviation.estimate.value) == pytest.approx(root)
    error = float(variance.estimate.standard_error) / (2 * root)
    assert float(deviation.estimate.standard_error) == pytest.approx(error)
    assert deviation.unit == "scale"


def test_large_numbers_lose_no_digits():
    far = pa.table({"q": [1e9 + value for value in (1.0, 2.0, 3.0, 4.0)]})

    (cell,) = estimate_variances(far, {"v": "q"}, design=Design())

    assert float(cell.estimate.value) == pytest.approx(5 / 3, rel=1e-11)


def test_items_and_thin_cells():
    table = pa.table({"q": [3, 3, 99, None, 5], "cell": ["a", "a", "b", "c", "d"]})

    cells = estimate_variances(table, {"v": Item("q", 1, 10)}, design=Design(), by="cell")

    assert [cell.estimate.value for cell in cells] == [0, None, None, None]
    (deviation, *_) = estimate_deviations(table, {"v": Item("q", 1, 10)}, design=Design(), by="cell")
    assert (deviation.estimate.value, deviation.estimate.standard_error, deviation.estimate.note) == (
        0,
        None,
        ALL_EQUAL,
    )


def test_columns_without_answers():
    table = pa.table({"q": pa.array([None, None], pa.int64())})

    (cell,) = estimate_variances(table, {"v": "q"}, design=Design())

    assert cell.estimate.value is None


def test_refusals(rows):
    for parts, code in (({"columns": {"v": "qq"}}, "SM403"), ({"confidence": 0}, "SM413"), ({"by": "x"}, "SM403")):
        with pytest.raises(SealmarkError) as caught:
            estimate_variances(rows, **({"columns": {"v": "q"}, "design": Design()} | parts))

        assert caught.value.codes == (code,)
