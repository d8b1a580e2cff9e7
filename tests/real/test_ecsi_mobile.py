"""European satisfaction index data: 250 customers of a mobile phone provider, checked with plain SQL."""

import duckdb
import pytest

from sealmark.measure import (
    Design,
    Index,
    Item,
    Mean,
    Promoter,
    RescaledMean,
    RespondentMean,
    estimate,
    scale_reliability,
)

ITEMS = ("CUSA1", "CUSA2", "CUSA3")


@pytest.fixture(scope="module")
def folder(real_data):
    return real_data / "ecsi_mobile"


def asked(folder, sql):
    with duckdb.connect() as connection:
        return connection.execute(sql.replace("MOBI", f"read_csv('{folder / 'mobi.csv'}')")).fetchone()


def ask(folder, measure, file="mobi.csv"):
    (cell,) = estimate(folder / file, {"m": measure}, design=Design())
    return cell.estimate


T249 = 1.969536867  # Student's t, 249 degrees of freedom, 97.5 %


@pytest.mark.parametrize(
    ("measure", "row"),
    [
        (Index(ITEMS, RespondentMean(10)), "(CUSA1 + CUSA2 + CUSA3) / 3 * 10"),
        (Index([Item(name, 1, 10) for name in ITEMS], RescaledMean()), "((CUSA1 + CUSA2 + CUSA3) / 3 - 1) / 9 * 100"),
        (Promoter("CUSL3"), "100 * ((CUSL3 >= 9)::int - (CUSL3 <= 6)::int)"),
        (Mean("CUSA1"), "CUSA1"),
    ],
    ids=["mean x 10", "0-100", "promoter style", "mean"],
)
def test_indices_with_intervals(folder, measure, row):
    mean, error = asked(folder, f"SELECT avg({row}), stddev_samp({row}) / sqrt(count(*)) FROM MOBI")

    found = ask(folder, measure)

    assert float(found.value) == pytest.approx(mean, rel=1e-10)
    assert float(found.standard_error) == pytest.approx(error, rel=1e-10)
    assert [float(found.lower), float(found.upper)] == pytest.approx(
        [mean - T249 * error, mean + T249 * error], rel=1e-8
    )
    assert found.base == 250


def test_alpha_of_satisfaction(folder):
    (alpha,) = asked(
        folder,
        """SELECT 1.5 * (1 - (var_samp(CUSA1) + var_samp(CUSA2) + var_samp(CUSA3))
                               / var_samp(CUSA1 + CUSA2 + CUSA3)) FROM MOBI""",
    )

    found = scale_reliability(folder / "mobi.csv", ITEMS)

    assert float(found.alpha) == pytest.approx(alpha, rel=1e-10)


@pytest.mark.parametrize("item", range(1, 4))
def test_the_rescaled_copy_published_by_others(folder, item):
    """Another package publishes the same answers on 0-100, rounded to two decimals."""
    ours = ask(folder, Index([Item(f"CUSA{item}", 1, 10)], RescaledMean()))
    theirs = ask(folder, Mean(f"sat{item}"), "mobile_0_100.csv")

    assert float(ours.value) == pytest.approx(float(theirs.value), abs=0.005)
