from decimal import Decimal

import pytest
from tests.library.builders import book_of, edition_of, evidence_of, rule_of

from sealmark.assess.evidence import Measured
from sealmark.assess.figures import Missing
from sealmark.assess.measured import judge_measure, needed_base
from sealmark.core.estimates import Estimate

D = Decimal
HALF = D("0.5")
OPEN = {"parameter": "open"}
EDITION = edition_of(
    ["a"],
    parameters={"open": None, "floor": 30},
    sizes={"micro": 1, "large": 250},
    measures={
        "waiting": {"minimum_base": 20},
        "plain": {},
        "index": {"instrument": "customers", "minimum_base": 50},
        "vague": {"instrument": "unsized"},
    },
    instruments={
        "customers": {"minimum_base": 100},
        "unsized": {"minimum_base": {"by_size": {"micro": 30, "large": 400}}},
    },
)
BOOK = book_of(EDITION)
AT_80 = {"at_least": 80}


def estimate(value, lower=None, upper=None, base=1000):
    return Estimate(*(None if item is None else D(item) for item in (value, lower, upper)), base=base)


def judged(rule, measured, sites=(), book=BOOK):
    rule = rule_of({"measure": "plain", "scores": AT_80, **rule})
    given = {} if measured is None else {rule.measure: measured}
    return judge_measure(rule, evidence_of(measures=given, sites=sites), book)


def codes(result):
    return [reason.code for reason in result.reasons]


@pytest.mark.parametrize(
    ("measure", "own", "needed"),
    [("plain", None, 1), ("waiting", None, 20), ("waiting", 25, 25), ("waiting", 10, 20), ("index", 60, 100)],
)
def test_needed_base_is_the_largest_that_applies(measure, own, needed):
    rule = rule_of({"measure": measure, "scores": AT_80, "minimum_base": own})

    assert needed_base(rule, BOOK) == needed


def test_needed_base_is_unknown_where_one_part_is():
    rules = [rule_of({"measure": "vague", "scores": AT_80}),
             rule_of({"measure": "waiting", "scores": AT_80, "minimum_base": OPEN})]  # fmt: skip

    assert [needed_base(rule, BOOK) for rule in rules] == [Missing("size", "employees"), Missing("parameter", "open")]
    assert needed_base(rules[0], book_of(EDITION, 300)) == 400


@pytest.mark.parametrize(("counts", "share"), [("estimate", 1), ("lower-limit", 0), ("upper-limit", 1)])
def test_the_number_that_counts_is_compared(counts, share):
    result = judged({"counts": counts}, Measured(estimate(80, 78, 82), pointer="answers.csv"))

    value = {"estimate": 80, "lower-limit": 78, "upper-limit": 82}[counts]
    assert (result.share, result.value, result.base, result.pointers) == (share, value, 1000, ("answers.csv",))


def test_the_lower_limit_exactly_on_the_threshold_conforms():
    assert judged({"counts": "lower-limit"}, Measured(estimate(83, 80, 86))).share == 1


@pytest.mark.parametrize(
    ("measured", "code"),
    [
        (None, "missing-measure"),
        (Measured(Estimate.unknown("no answers")), "no-estimate"),
        (Measured(estimate(90, base=0)), "base-too-small"),
        (Measured(estimate(90)), "no-interval"),
    ],
)
def test_without_a_usable_estimate_it_stays_open(measured, code):
    result = judged({"counts": "lower-limit"}, measured)

    assert (result.share, result.missing, codes(result)) == (None, (Missing("measure", "plain"),), [code])


@pytest.mark.parametrize(("base", "share"), [(29, None), (30, 1)])
def test_a_base_exactly_large_enough_counts(base, share):
    assert judged({"minimum_base": {"parameter": "floor"}}, Measured(estimate(90, base=base))).share == share


@pytest.mark.parametrize("rule", [{"minimum_base": OPEN}, {"scores": {"at_least": OPEN}}])
def test_an_unknown_figure_is_named(rule):
    result = judged(rule, Measured(estimate(90)))

    assert (result.share, result.missing, codes(result)) == (
        None,
        (Missing("parameter", "open"),),
        ["unknown-parameter"],
    )
    assert result.value == 90


def test_an_unknown_size_is_named_as_a_size():
    result = judged({"measure": "vague"}, Measured(estimate(90)))

    assert (result.missing, codes(result)) == ((Missing("size", "employees"),), ["missing-size"])


SITES = Measured(
    estimate(85),
    {"east": estimate(90, base=40), "west": estimate(70, base=40), "north": estimate(80, base=40)},
)
CURVE = {"curve": [[60, 0], [80, 1]]}


@pytest.mark.parametrize(
    ("sites", "share"), [("overall", 1), ("worst", HALF), ("mean", D("2.5") / 3), ("share", D(2) / 3)]
)
def test_sites(sites, share):
    result = judged({"sites": sites, "scores": CURVE}, SITES)

    assert (result.share, result.value) == (share, 85)
    assert dict(result.sites) == ({} if sites == "overall" else {"east": 1, "north": 1, "west": HALF})


@pytest.mark.parametrize(("sites", "share"), [("worst", None), ("mean", D("0.625")), ("share", HALF)])
def test_a_site_without_an_estimate_counts_as_nothing_or_leaves_the_worst_open(sites, share):
    result = judged({"sites": sites, "scores": CURVE}, SITES, ("east", "west", "north", "south"))

    assert result.share == share
    assert codes(result) == (["sites-count-as-zero"] if share else ["sites-without-estimate"])


def test_a_site_with_too_few_answers_has_no_estimate():
    measured = Measured(estimate(85), {"east": estimate(90, base=30), "west": estimate(90, base=29)})

    assert judged({"sites": "mean", "minimum_site_base": {"parameter": "floor"}}, measured).share == HALF
    assert judged({"sites": "mean", "minimum_site_base": 31}, measured).share is None
    assert judged({"sites": "mean", "minimum_site_base": OPEN}, measured).missing == (Missing("parameter", "open"),)


def test_sites_with_an_unknown_threshold_are_open():
    result = judged({"sites": "mean", "scores": {"at_least": OPEN}}, SITES)

    assert (result.share, result.missing) == (None, (Missing("parameter", "open"),))


def test_no_site_measured_at_all_is_open():
    assert judged({"sites": "mean"}, Measured(estimate(85)), ("east",)).share is None
    assert judged({"sites": "mean"}, Measured(estimate(85))).share is None


def test_every_unknown_figure_of_a_rule_is_named():
    other = {"parameter": "other"}
    edition = edition_of(
        ["a"], measures={"m": {"minimum_base": other}}, parameters={"open": None, "other": None, "site": None}
    )
    scores = {"steps": [[OPEN, 1]]}
    rules = [
        {"measure": "m", "minimum_base": 3, "scores": scores},
        {"measure": "m", "sites": "mean", "minimum_site_base": {"parameter": "site"}, "scores": scores},
    ]

    found = [
        judge_measure(rule_of(rule), evidence_of(measures={"m": Measured(estimate(90))}), book_of(edition))
        for rule in rules
    ]

    assert [[item.id for item in result.missing] for result in found] == [["other", "open"], ["other", "site", "open"]]
    assert [codes(result) for result in found] == [["unknown-parameter"] * 2, ["unknown-parameter"] * 3]


def test_an_unknown_floor_of_sites_and_limit_are_both_named():
    rule = {"sites": "mean", "minimum_site_base": OPEN, "scores": {"at_least": {"parameter": "unset"}}}

    assert [item.id for item in judged(rule, SITES).missing] == ["open", "unset"]
