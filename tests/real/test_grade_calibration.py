"""Grade probabilities on real sites: food inspections of Chicago, ZIP areas as organizations, all their sites as the truth.

Each area is "assessed" many times by a few of its sites drawn at random; the
prior group are the other areas, seen as often. Nothing here is normal: scores
are skewed, and the areas differ little, which is when a few sites tell least.
"""

import duckdb
import numpy as np
import pytest
from tests.benchmarks.calibration import prior_of, summarize_chances

from sealmark.measure.smallarea import class_chances, outlook

FEWEST_SITES = 40
REPEATS = 60


@pytest.fixture(scope="module")
def areas(real_data):
    """Scores of the sites by area: 100 less 4 per critical, 2 per serious and 1 per minor criterion not met."""
    found = duckdb.sql(
        """
        SELECT zip, list(score) FROM (
            SELECT zip, license, greatest(0, 100 - 4 * critical_count - 2 * serious_count - minor_count) AS score
            FROM read_csv(?) WHERE zip IS NOT NULL
            QUALIFY row_number() OVER (PARTITION BY license ORDER BY inspection_date DESC, inspection_id DESC) = 1
        ) GROUP BY zip HAVING count(*) >= ? ORDER BY zip
        """,
        params=[str(real_data / "chicago_food_inspections/chicago_food_inspections.csv.gz"), FEWEST_SITES],
    ).fetchall()
    return [np.array(scores, float) for _, scores in found]


def assessed(areas, visited, seed):
    """Probabilities of the class of every area with and without a group, and its true class."""
    random = np.random.default_rng([seed, visited])
    truth = np.array([scores.mean() for scores in areas])
    cuts = np.quantile(truth, [0.25, 0.5, 0.75])
    listed = np.array([len(scores) for scores in areas])
    group, alone = [], []
    for _ in range(REPEATS):
        seen = np.array([random.choice(scores, visited, replace=False) for scores in areas])
        mean, variance = seen.mean(axis=1), seen.var(axis=1, ddof=1)
        alone.append(class_chances(outlook(mean, variance, visited=visited, listed=listed), cuts))
        rows = []
        for at in range(len(areas)):
            others = np.arange(len(areas)) != at
            prior = prior_of(seen[others])
            own = outlook(mean[at : at + 1], variance[at : at + 1], visited=visited, listed=listed[at], prior=prior)
            rows.append(class_chances(own, cuts)[0])
        group.append(np.array(rows))
    classes = np.tile(np.searchsorted(cuts, truth, side="right"), REPEATS)
    return np.concatenate(group), np.concatenate(alone), classes


@pytest.mark.parametrize(("visited", "error"), [(3, 0.12), (5, 0.08), (10, 0.07)])
def test_the_group_calibrates_what_a_few_real_sites_say(areas, visited, error):
    group, alone, classes = assessed(areas, visited, seed=5)

    with_group, without = (summarize_chances(chances, classes) for chances in (group, alone))
    assert with_group.calibration_error < error < without.calibration_error / 2
    assert with_group.brier < without.brier
