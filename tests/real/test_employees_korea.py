"""Employee survey: prestige, identification and commitment scales, checked with NumPy from the definitions."""

import csv

import numpy as np
import pytest

from sealmark.measure import Design, Index, Item, RescaledMean, compare, estimate, scale_reliability
from sealmark.measure.comparisons.differences import Between

SCALES = {
    "prestige": [f"cei{i}" for i in range(1, 9)],
    "identification": [f"ma{i}" for i in range(1, 7)],
    "commitment": ["orgcmt1", "orgcmt2", "orgcmt3", "orgcmt7"],
    "joy": ["orgcmt5", "orgcmt6", "orgcmt8"],
}


@pytest.fixture(scope="module")
def path(real_data):
    return real_data / "employees_korea" / "bergami_bagozzi_2000.csv"


@pytest.fixture(scope="module")
def rows(path):
    with path.open(encoding="utf-8", newline="") as stream:
        records = list(csv.DictReader(stream))
    return {name: np.array([float(record[name]) for record in records]) for name in records[0]}


@pytest.mark.parametrize("scale", SCALES)
def test_scale_means_and_alpha(path, rows, scale):
    names = SCALES[scale]
    data = np.stack([rows[name] for name in names], axis=1)
    score = (data.mean(axis=1) - 1) / 4 * 100

    (cell,) = estimate(path, {scale: Index([Item(name, 1, 5) for name in names], RescaledMean())}, design=Design())
    found = scale_reliability(path, names)

    assert float(cell.estimate.value) == pytest.approx(score.mean(), rel=1e-10)
    assert float(cell.estimate.standard_error) == pytest.approx(score.std(ddof=1) / np.sqrt(305), rel=1e-10)
    assert cell.estimate.base == 305
    size = len(names)
    alpha = size / (size - 1) * (1 - data.var(axis=0, ddof=1).sum() / data.sum(axis=1).var(ddof=1))
    assert float(found.alpha) == pytest.approx(alpha, rel=1e-10)
    rest = [np.corrcoef(data[:, i], np.delete(data, i, 1).sum(1))[0, 1] for i in range(size)]
    assert [float(value) for value in found.item_total.values()] == pytest.approx(rest, rel=1e-10)


def test_groups_of_employees_differ_as_in_welchs_test(path, rows):
    score = np.stack([rows[name] for name in SCALES["joy"]], axis=1).mean(axis=1) * 25 - 25
    first, second = (score[rows["gender"] == code] for code in (1, 2))
    error = np.sqrt(first.var(ddof=1) / len(first) + second.var(ddof=1) / len(second))

    (change,) = compare(
        path,
        {"joy": Index([Item(name, 1, 5) for name in SCALES["joy"]], RescaledMean())},
        design=Design(),
        between=Between("gender", 1, 2, independent=True),
    )

    assert float(change.difference.value) == pytest.approx(second.mean() - first.mean(), rel=1e-9)
    assert float(change.difference.standard_error) == pytest.approx(error, rel=1e-9)
    assert float(change.t) == pytest.approx((second.mean() - first.mean()) / error, rel=1e-9)
