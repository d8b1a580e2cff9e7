"""Airport customers 2017 and 2018: weights, runs as clusters, boarding areas as strata.

0, 6 and blank are not ratings; 11 is no answer to the question whether one
would recommend. The check is SQL with the textbook formulas for a ratio under
stratified cluster sampling.
"""

import duckdb
import pytest
from scipy import stats

from sealmark.measure import Between, Design, Item, Mean, Promoter, TopBox, compare, estimate

RATING = Item("rating", 1, 5)
MEASURES = {
    "mean": Mean(RATING),
    "content": TopBox(RATING, at_least=4),
    "promoter": Promoter(Item("recommend", 0, 10)),
}
ROW = {
    "mean": ("rating", "rating BETWEEN 1 AND 5"),
    "content": ("(rating >= 4)::int", "rating BETWEEN 1 AND 5"),
    "promoter": ("100 * ((recommend >= 9)::int - (recommend <= 6)::int)", "recommend BETWEEN 0 AND 10"),
}
DESIGN = Design(weight="weight", strata=("year", "area"), cluster="run", nested=True)


@pytest.fixture(scope="module")
def answers(real_data):
    """Both waves under common names; the twelve rows of 2018 without a run make one run per area."""
    parts = [
        f"""SELECT {year} AS year, BAREA AS area, coalesce(RUNID, -1) AS run, WEIGHT AS weight,
                   try_cast(Q7ALL AS INTEGER) AS rating, NETPRO AS recommend
            FROM read_csv('{real_data / "sfo_airport_survey" / f"sfo_{year}.csv.gz"}')"""
        for year in (2017, 2018)
    ]
    return duckdb.sql(" UNION ALL ".join(parts)).to_arrow_table()


TEXTBOOK = """
WITH valid AS (SELECT *, CASE WHEN {valid} THEN weight ELSE 0 END AS d,
                         CASE WHEN {valid} THEN weight * ({row}) ELSE 0 END AS b FROM answers),
     point AS (SELECT year, sum(b) / sum(d) AS m, sum(d) AS a, count(*) FILTER ({valid}) AS n FROM valid GROUP BY year),
     runs AS (SELECT year, area, run, (sum(b) - any_value(m) * sum(d)) / any_value(a) AS u,
                     (sum(d) > 0)::int AS answered
              FROM valid JOIN point USING (year) GROUP BY year, area, run),
     areas AS (SELECT year, sum(answered) AS runs, count(*) * var_samp(u) AS v FROM runs GROUP BY year, area)
SELECT m, sqrt(sum(v)), sum(runs) - count(*), any_value(n)
FROM areas JOIN point USING (year) WHERE year = {year} GROUP BY m
"""


def textbook(answers, name, year):
    """Estimate, standard error, degrees of freedom (clusters with answers less strata), base, by SQL."""
    row, valid = ROW[name]
    with duckdb.connect() as connection:
        connection.register("answers", answers)
        return tuple(map(float, connection.execute(TEXTBOOK.format(row=row, valid=valid, year=year)).fetchone()))


@pytest.mark.parametrize("name", MEASURES)
@pytest.mark.parametrize("year", [2017, 2018])
def test_one_wave(answers, name, year):
    value, error, degrees, base = textbook(answers, name, year)

    cells = estimate(answers, MEASURES, design=DESIGN, by="year")
    (found,) = (c.estimate for c in cells if (c.cell["year"], c.measure) == (year, name))

    assert float(found.value) == pytest.approx(value, rel=1e-10)
    assert float(found.standard_error) == pytest.approx(error, rel=1e-9)
    assert (found.degrees_of_freedom, found.base) == (degrees, base)
    if name != "content":
        half = stats.t.ppf(0.975, degrees) * error
        assert [float(found.lower), float(found.upper)] == pytest.approx([value - half, value + half], rel=1e-8)


@pytest.mark.parametrize("name", MEASURES)
def test_change_between_the_years(answers, name):
    old, new = (textbook(answers, name, year) for year in (2017, 2018))
    error = (old[1] ** 2 + new[1] ** 2) ** 0.5
    half = stats.t.ppf(0.975, old[2] + new[2]) * error

    changes = compare(answers, MEASURES, design=DESIGN, between=Between("year", 2017, 2018))
    (found,) = (change for change in changes if change.measure == name)

    difference = found.difference
    assert float(difference.value) == pytest.approx(new[0] - old[0], rel=1e-8)
    assert float(difference.standard_error) == pytest.approx(error, rel=1e-9)
    assert [float(difference.lower), float(difference.upper)] == pytest.approx(
        [new[0] - old[0] - half, new[0] - old[0] + half], rel=1e-8
    )
    assert difference.degrees_of_freedom == old[2] + new[2]


def test_codes_outside_the_scale_are_not_ratings(answers):
    rated = sum(textbook(answers, "mean", year)[3] for year in (2017, 2018))

    (cell,) = estimate(answers, {"m": Mean(RATING)}, design=DESIGN)

    # Of 5,640 rows, 143 and 184 are blank.
    assert cell.estimate.base == rated == 5640 - 143 - 184


def test_clusters_cost_precision(answers):
    cells = estimate(answers, MEASURES, design=DESIGN, by="year")

    assert all(cell.design_effect > 1 for cell in cells)
    assert all(cell.effective_base < cell.estimate.base for cell in cells)
