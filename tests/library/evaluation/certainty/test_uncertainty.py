"""Possible truths have the distribution that sampling theory gives them."""

import datetime as dt
import math
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from tests.library.builders import book_of, edition_of

from sealmark.assess.assessment import assess
from sealmark.assess.evidence import Changed, Evidence, Mark, Measured
from sealmark.assess.findings import Reason
from sealmark.assess.probability import grade_probabilities
from sealmark.core.estimates import Estimate
from sealmark.evaluation.certainty.uncertainty import possible_truths, uncertainty_limits

D = Decimal
DAY = dt.date(2026, 6, 30)
MARKS = {  # requirement to marks from 0 to 10 at five sites
    "a": (7, 8, 9, 5, 6),
    "b": (9, 9, 6, 7, 10),
    "c": (4, 8, 8, 7, 7),
}
WEIGHTS = {"a": 50, "b": 30, "c": 20}


def sites(number):
    return tuple(f"s{place:03d}" for place in range(number))


def evidence(marks=MARKS, listed=40, **others):
    judged = {
        name: tuple(Mark(D(value), site=site) for site, value in zip(sites(len(row)), row, strict=True))
        for name, row in marks.items()
    }
    return Evidence(DAY, sites=sites(listed), judgements=judged, **others)


def linear():
    requirements = {name: {"points": weight} for name, weight in WEIGHTS.items()}
    tree = {"id": "all", "roll_up": "sum-of-points", "children": list(requirements)}
    return book_of(edition_of(requirements, tree))


def totals(given, book, *, draws, seed=1):
    """The score of each draw of a tree that is a weighted sum; what no draw touches stays as it was judged."""
    judged = {name: float(item.share) for name, item in assess(given, book).findings.items()}
    found = []
    for draw in possible_truths(given, book, seed=seed, draws=draws):
        shares = judged | {name: float(share) for (name, _, _), share in draw.shares.items()}
        found.append(sum(WEIGHTS[name] * share for name, share in shares.items()))
    return np.array(found)


def design_based(marks=MARKS, listed=40):
    """Mean and standard error of the score by the textbook: a simple random sample of a finite population."""
    scores = np.array([sum(WEIGHTS[name] * row[site] / 10 for name, row in marks.items()) for site in range(5)])
    return scores.mean(), math.sqrt((1 - 5 / listed) * scores.var(ddof=1) / 5)


def test_the_score_of_a_linear_tree_has_exactly_the_design_based_t_distribution():
    mean, error = design_based()

    found = (totals(evidence(), linear(), draws=40_000) - mean) / error

    # 40,000 draws by a fixed seed; a wrong number of degrees of freedom (3 or 5) would give p < 1e-8.
    assert stats.kstest(found, stats.t(4).cdf).pvalue > 0.01
    for share in (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99):
        quantile = stats.t(4).ppf(share)
        error_of_quantile = math.sqrt(share * (1 - share) / 40_000) / stats.t(4).pdf(quantile)
        assert np.quantile(found, share) == pytest.approx(quantile, abs=4 * error_of_quantile)


def test_the_distribution_of_the_graded_score_is_that_of_the_draws():
    given, book = evidence(), linear()
    assessment = assess(given, book)
    mean, error = design_based()

    found = grade_probabilities(assessment, given, book, possible_truths(given, book, seed=4, draws=2000))

    low, middle, high = (float(value) for value in found.scores["score"])
    assert float(assessment.standing.scores["score"].value) == pytest.approx(mean, abs=1e-9)
    for value, share in ((low, 0.05), (middle, 0.5), (high, 0.95)):
        # The standard error of these quantiles of 2,000 draws is below 0.08 standard errors of the mean.
        assert value == pytest.approx(mean + stats.t.ppf(share, 4) * error, abs=0.3 * error)
    above = float(stats.t.sf((70 - mean) / error, 4))
    reached = sum(float(found.ladders["stars"].get(grade, 0)) for grade in ("silver", "gold"))
    assert reached == pytest.approx(above, abs=4 * math.sqrt(above * (1 - above) / 2000))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 10)] * 3), min_size=2, max_size=6), st.integers(0, 60))
def test_draws_of_any_sample_of_sites_have_its_mean_and_spread(rows, unseen):
    marks = {name: tuple(row[place] for row in rows) for place, name in enumerate("abc")}
    given = evidence(marks, listed=len(rows) + unseen)
    number, listed = len(rows), len(rows) + unseen
    scores = np.array([sum(WEIGHTS[name] * row[place] / 10 for place, name in enumerate("abc")) for row in rows])
    error = math.sqrt((1 - number / listed) * scores.var(ddof=1) / number)

    found = totals(given, linear(), draws=4000)

    if error == 0:
        # No difference between sites, or no site unseen: no spread. With two sites single draws of a requirement
        # lie thousands of points out, and their nine digits do not cancel to the last.
        assert np.quantile(np.abs(found - scores.mean()), 0.99) < 1e-6
        return
    for share in (0.25, 0.5, 0.75):
        expected = stats.t(number - 1).ppf(share)
        error_of_quantile = math.sqrt(share * (1 - share) / 4000) / stats.t(number - 1).pdf(expected)
        assert np.quantile((found - scores.mean()) / error, share) == pytest.approx(expected, abs=5 * error_of_quantile)


def test_when_every_site_was_visited_sites_vary_no_more():
    assert {tuple(draw.shares) for draw in possible_truths(evidence(listed=5), linear(), seed=1, draws=20)} == {()}
    assert uncertainty_limits(evidence(listed=5), linear()) == (Reason("assessor-severity-not-included", "judgements"),)


def test_the_nearer_to_all_sites_the_narrower():
    widths = [
        np.quantile(totals(evidence(listed=listed), linear(), draws=4000), [0.05, 0.95]) @ [-1, 1]
        for listed in (500, 20, 8, 6)
    ]

    expected = [design_based(listed=listed)[1] * 2 * stats.t(4).ppf(0.95) for listed in (500, 20, 8, 6)]
    assert widths == pytest.approx(expected, rel=0.08)


def test_one_site_of_many_has_no_spread_and_the_report_says_so():
    given = evidence({name: row[:1] for name, row in MARKS.items()})

    assert {tuple(draw.shares) for draw in possible_truths(given, linear(), seed=1, draws=5)} == {()}
    assert uncertainty_limits(given, linear())[0] == Reason("one-site-visited", "sites", {"sites": 40})


def test_a_sample_of_sites_is_a_limit_with_its_numbers():
    assert uncertainty_limits(evidence(), linear())[0] == Reason("sampled-sites", "sites", {"visited": 5, "sites": 40})


def test_the_worst_site_is_not_drawn():
    book = book_of(edition_of({"a": {"judgement": "ten", "sites": "worst"}}))

    assert {tuple(draw.shares) for draw in possible_truths(evidence({"a": MARKS["a"]}), book, seed=1, draws=3)} == {()}


def test_the_head_office_is_certain_and_dilutes_the_sample():
    at_sites = evidence({"a": MARKS["a"]})
    office = {"a": (*at_sites.judgements["a"], Mark(D(10), site="head-office"))}
    with_office = Evidence(DAY, sites=at_sites.sites, judgements=office)
    book = book_of(edition_of({"a": {"points": 1}}))

    alone = [float(draw.shares["a", 0, None]) for draw in possible_truths(at_sites, book, seed=9, draws=400)]
    diluted = [float(draw.shares["a", 0, None]) for draw in possible_truths(with_office, book, seed=9, draws=400)]

    assert np.array(diluted) == pytest.approx((5 * np.array(alone) + 1) / 6, abs=1e-8)


def test_marks_of_the_head_office_alone_do_not_vary():
    given = Evidence(DAY, sites=sites(4), judgements={"a": (Mark(D(7)),)})

    assert {tuple(draw.shares) for draw in possible_truths(given, book_of(edition_of(["a"])), seed=1, draws=3)} == {()}


SAMPLE = {"a": {"sample": "met", "of": "contacts"}}


def test_a_judged_sample_where_all_was_seen_is_a_beta_distribution():
    marks = (Mark("yes", units=18), Mark("no", units=2))
    given = Evidence(DAY, judgements={"a": marks})

    found = [
        float(draw.shares["a", 0, None])
        for draw in possible_truths(given, book_of(edition_of(SAMPLE)), seed=2, draws=20_000)
    ]

    # Jeffreys: 18 of 20 conform, so beta(18.5, 2.5).
    assert stats.kstest(found, stats.beta(18.5, 2.5).cdf).pvalue > 0.01


def test_a_judged_sample_at_the_head_office_varies_also_when_sites_are_unseen():
    given = Evidence(DAY, sites=sites(9), judgements={"a": (Mark("yes", units=9), Mark("no", units=1))})

    (draw,) = possible_truths(given, book_of(edition_of(SAMPLE)), seed=2, draws=1)

    assert list(draw.shares) == [("a", 0, None)]


def test_a_single_unit_is_no_sample():
    given = Evidence(DAY, judgements={"a": (Mark("yes"),)})

    (draw,) = possible_truths(given, book_of(edition_of(SAMPLE)), seed=2, draws=1)

    assert draw.shares == {}


def test_pooled_units_count_by_their_number():
    marks = tuple(
        Mark(code, site=site, units=units)
        for site, code, units in [("s000", "yes", 30), ("s000", "no", 10), ("s001", "yes", 5), ("s001", "no", 15)]
    )
    given = Evidence(DAY, sites=sites(50), judgements={"a": marks})
    book = book_of(edition_of(SAMPLE))

    found = np.array([float(draw.shares["a", 0, None]) for draw in possible_truths(given, book, seed=5, draws=20_000)])

    # Weights 2/3 and 1/3, shares 0.75 and 0.25: mean 35/60; a ratio of two sites has deviations w n (v - m).
    deviations = np.array([2 / 3 * 2 * (0.75 - 35 / 60), 1 / 3 * 2 * (0.25 - 35 / 60)])
    error = math.sqrt((1 - 2 / 50) / 2 * (deviations @ deviations))
    assert np.quantile(found, [0.25, 0.5, 0.75]) == pytest.approx(
        35 / 60 + error * stats.t(1).ppf([0.25, 0.5, 0.75]), abs=0.03 * error * 5
    )


MEASURES = {
    "index": {"instrument": "people", "items": ["q1"], "formula": "respondent-mean", "unit": "points"},
    "share": {"instrument": "people", "items": ["q1"], "formula": {"kind": "share", "codes": [1]}, "unit": "share"},
}


def measured(**cells):
    book = book_of(
        edition_of(
            {"a": {"measure": "index", "scores": {"at_least": 80}}}, measures=MEASURES, instruments={"people": {}}
        )
    )
    return book, Evidence(DAY, measures={name: Measured(cell) for name, cell in cells.items()})


def draws_of(name, cell, draws=20_000):
    book, given = measured(**{name: cell})
    return np.array([float(draw.estimates[name, None]) for draw in possible_truths(given, book, seed=3, draws=draws)])


@pytest.mark.parametrize("freedom", [3, 11, None])
def test_a_measure_moves_by_its_standard_error_with_its_degrees_of_freedom(freedom):
    cell = Estimate(
        D(84), base=400, standard_error=D("1.5"), degrees_of_freedom=None if freedom is None else D(freedom)
    )
    expected = stats.norm() if freedom is None else stats.t(freedom)

    found = (draws_of("index", cell) - 84) / 1.5

    assert stats.kstest(found, expected.cdf).pvalue > 0.01


def test_a_share_stays_between_nothing_and_all():
    cell = Estimate(D("0.97"), base=60, standard_error=D("0.02"), degrees_of_freedom=D(59))

    found = draws_of("share", cell)

    assert 0 < found.min() < found.max() < 1
    logits = (np.log(found / (1 - found)) - math.log(0.97 / 0.03)) / (0.02 / (0.97 * 0.03))
    assert stats.kstest(logits, stats.t(59).cdf).pvalue > 0.01


@pytest.mark.parametrize("cell", [Estimate(D(84), base=1), Estimate.exact(D(84), base=9), Estimate.unknown("nothing")])
def test_a_measure_without_an_error_does_not_move(cell):
    book, given = measured(index=cell)

    assert {tuple(draw.estimates) for draw in possible_truths(given, book, seed=3, draws=3)} == {()}


def test_a_share_of_all_moves_like_a_number():
    found = draws_of("share", Estimate(D(1), base=9, standard_error=D("0.01"), degrees_of_freedom=D(8)), draws=500)

    assert (found > 1).any()


def test_sites_of_a_measure_are_drawn_only_where_a_rule_looks_at_sites():
    cell = Estimate(D(84), base=400, standard_error=D("1.5"), degrees_of_freedom=D(9))
    given = Evidence(
        DAY, measures={"index": Measured(cell, {"s1": cell, "s2": Estimate.unknown("small cell suppressed")})}
    )

    def keys(sites):
        rule = {"measure": "index", "sites": sites, "scores": {"at_least": 80}}
        book = book_of(edition_of({"a": rule}, measures=MEASURES, instruments={"people": {}}))
        return list(next(iter(possible_truths(given, book, seed=3, draws=1))).estimates)

    assert keys("overall") == [("index", None)]
    assert keys("worst") == [("index", None), ("index", "s1")]


def test_measures_of_one_survey_move_together_and_each_as_it_would_alone():
    one, other = (
        Estimate(D(value), base=200, standard_error=D(error), degrees_of_freedom=D(12))
        for value, error in ((84, "1.5"), (40, "3"))
    )
    _, given = measured(index=one)
    book = book_of(
        edition_of(
            {"a": {"measure": "index", "scores": {"at_least": 80}}},
            measures=MEASURES | {"second": MEASURES["index"]},
            instruments={"people": {}},
        )
    )
    together = {"index": Measured(one, correlations={"second": D("-0.7")}),
                "second": Measured(other, correlations={"index": D("-0.7")}), "share": Measured(one)}  # fmt: skip

    draws = list(possible_truths(replace(given, measures=together), book, seed=3, draws=40_000))

    found = {name: np.array([float(draw.estimates[name, None]) for draw in draws]) for name in together}
    for name, mean, error in (("index", 84, 1.5), ("second", 40, 3)):
        assert stats.kstest((found[name] - mean) / error, stats.t(12).cdf).pvalue > 0.01
    # 40,000 draws: a rank correlation is known to .005.
    expected = 6 / math.pi * math.asin(-0.7 / 2)
    assert stats.spearmanr(found["index"], found["second"]).statistic == pytest.approx(expected, abs=0.02)
    assert stats.spearmanr(found["index"], found["share"]).statistic == pytest.approx(0, abs=0.02)


def test_measures_without_error_and_several_measures_of_records_are_limits():
    ticket = {"records": "tickets", "formula": "open-share", "unit": "share"}
    book = book_of(
        edition_of(
            {"a": {"measure": "index", "scores": {"at_least": 80}}},
            measures=MEASURES | {"open": ticket, "open-too": ticket},
            instruments={"people": {}},
        )
    )
    known = Estimate(D("0.5"), base=9, standard_error=D("0.1"))
    cells = {"index": Estimate(D(84), base=1), "open": known, "open-too": known}
    given = Evidence(DAY, measures={name: Measured(cell) for name, cell in cells.items()})

    assert uncertainty_limits(given, book) == (
        Reason("measures-without-error", "measures", {"measures": "index"}),
        Reason("measures-drawn-independently", "measures"),
    )


def test_a_requirement_alike_at_all_sites_is_left_as_it_was_judged():
    given = evidence({**MARKS, "b": (7, 7, 7, 7, 7)})

    (draw,) = possible_truths(given, linear(), seed=1, draws=1)

    assert sorted(name for name, _, _ in draw.shares) == ["a", "c"]


def test_the_same_seed_gives_the_same_draws_and_another_gives_others():
    first, second, other = (totals(evidence(), linear(), draws=5, seed=seed).tolist() for seed in (1, 1, 2))

    assert first == second != other


def respondents(number):
    spread = D("14")
    return Estimate(D(80), base=number, standard_error=spread / D(number).sqrt(), degrees_of_freedom=D(number - 1))


def test_more_visited_sites_narrow_the_likely_range():
    random = np.random.default_rng(5)
    truth = {name: np.clip(random.normal(7.5, 1.5, 40).round(), 0, 10) for name in MARKS}
    widths = []
    for visited in (3, 6, 12):
        spreads = []
        for sample in range(12):
            places = np.random.default_rng(sample).permutation(40)[:visited]
            marks = {name: tuple(int(row[place]) for place in places) for name, row in truth.items()}
            spreads.append(
                np.quantile(totals(evidence(marks), linear(), draws=600, seed=sample), [0.05, 0.95]) @ [-1, 1]
            )
        widths.append(float(np.mean(spreads)))

    assert widths[0] > 1.4 * widths[1] > 1.4 * 1.2 * widths[2]


def test_more_respondents_narrow_the_likely_range():
    rule = {"measure": "index", "scores": {"curve": [[0, 0], [100, 1]]}}
    book = book_of(edition_of({"a": rule}, measures=MEASURES, instruments={"people": {}}))
    widths = []
    for number in (50, 200, 800):
        given = Evidence(DAY, measures={"index": Measured(respondents(number))})
        found = grade_probabilities(assess(given, book), given, book, possible_truths(given, book, seed=1, draws=1500))
        low, _, high = found.scores["score"]
        widths.append(float(high - low))

    assert widths == pytest.approx([2 * stats.t(n - 1).ppf(0.95) * 14 / math.sqrt(n) for n in (50, 200, 800)], rel=0.1)


def test_a_change_moves_with_the_measure_it_is_part_of_and_may_fall_below_nothing():
    level, change = (
        Estimate(D(value), base=200, standard_error=D(error), degrees_of_freedom=D(12))
        for value, error in (("0.9", "0.02"), ("0.01", "0.03"))
    )
    share = MEASURES["index"] | {"unit": "share"}
    rules = {"a": {"measure": "index", "scores": {"at_least": 1}}, "b": {"change": "index", "scores": {"at_least": 0}}}
    book = book_of(edition_of(rules, measures={"index": share}, instruments={"people": {}}))
    waves = Changed(level, level, change, {"index": D("0.6")})
    given = Evidence(DAY, measures={"index": Measured(level, correlations={"change:index": D("0.6")}, change=waves)})

    draws = list(possible_truths(given, book, seed=3, draws=40_000))

    levels = np.array([float(draw.estimates["index", None]) for draw in draws])
    changes = np.array([float(draw.changes["index"]) for draw in draws])
    assert set(draws[0].estimates) == {("index", None)}
    assert stats.kstest((changes - 0.01) / 0.03, stats.t(12).cdf).pvalue > 0.01
    assert changes.min() < 0
    expected = 6 / math.pi * math.asin(0.6 / 2)
    assert stats.spearmanr(levels, changes).statistic == pytest.approx(expected, abs=0.02)


def test_a_change_without_error_is_a_limit_and_one_of_records_says_that_waves_are_independent():
    ticket = {"records": "tickets", "formula": "open-share", "unit": "share"}
    book = book_of(edition_of(["a"], measures={"open": ticket}))
    known, bare = Estimate(D("0.5"), base=9, standard_error=D("0.1")), Estimate(D("0.1"), base=18)
    given = Evidence(DAY, measures={"open": Measured(known, change=Changed(known, known, bare))})

    assert uncertainty_limits(given, book) == (
        Reason("measures-without-error", "measures", {"measures": "open"}),
        Reason("waves-independent", "measures"),
    )
    assert [draw.changes for draw in possible_truths(given, book, seed=3, draws=1)] == [{}]
