"""Response rates, answer rates and the rule that withholds thin numbers."""

from decimal import Decimal

import pyarrow as pa
import pytest

from sealmark.core.errors import SealmarkError
from sealmark.core.estimates import Estimate
from sealmark.measure import Item
from sealmark.measure.surveys.estimation import CellEstimate
from sealmark.measure.surveys.nonresponse import BaseRule, answer_rates, apply_base_rule, response_rates

MEANING = {"done": "responded", "partial": "responded", "no": "not-responded", "?": "unknown", "gone": "ineligible"}
ASKED = ["done"] * 3 + ["partial"] + ["no"] * 2 + ["?"] * 4 + ["gone"] * 2


def rate(**parts):
    (found,) = response_rates(pa.table({"end": ASKED, "w": [2.0] + [1.0] * 11}), "end", MEANING, **parts)
    return found


def test_unknown_eligibility_by_three_rules():
    """Four of six known eligible answered; six of eight known units are eligible."""
    found = {name: rate(unknown=name) for name in ("eligible", "in-proportion", "ineligible")}

    assert {name: (one.eligible, one.rate) for name, one in found.items()} == {
        "eligible": (10, Decimal("0.4")),
        "in-proportion": (9, Decimal("0.444444444444")),
        "ineligible": (6, Decimal("0.666666666667")),
    }


def test_counts_and_weighted_rate():
    found = rate(weight="w")

    assert found.counts == {"responded": 4, "not-responded": 2, "unknown": 4, "ineligible": 2}
    assert found.weighted_rate == Decimal("0.454545454545")
    assert rate().weighted_rate is None


def test_cells_empty_codes_and_nobody_eligible():
    table = pa.table({"end": ["done", None, "gone", "?"], "site": ["a", "a", "b", None]})

    found = response_rates(table, "end", MEANING | {None: "not-responded"}, by="site", unknown="in-proportion")

    assert [(one.cell["site"], one.rate) for one in found] == [("a", Decimal("0.5")), ("b", None), (None, Decimal(0))]


@pytest.mark.parametrize(
    ("parts", "code", "words"),
    [
        ({"column": "ends"}, "SM403", "ends"),
        ({"by": "cell"}, "SM403", "cell"),
        ({"weight": "end"}, "SM404", "end"),
        ({"dispositions": {"done": "maybe"}}, "SM444", "'maybe' is no disposition"),
        ({"dispositions": {"done": "responded"}}, "SM444", "holds '\\?', 'gone', 'no', 'partial' without a meaning"),
    ],
)
def test_refusals(parts, code, words):
    with pytest.raises(SealmarkError, match=words) as caught:
        response_rates(pa.table({"end": ASKED}), **({"column": "end", "dispositions": MEANING} | parts))

    assert caught.value.codes == (code,)


def test_answer_rates_count_valid_answers():
    table = pa.table({"q": [1, 9, 99, None], "r": [1, 1, 1, None], "cell": ["b", "a", "a", "a"]})

    found = answer_rates(table, {"q": Item("q", 1, 10), "r": "r"}, by="cell")

    assert [(one.cell["cell"], one.item, one.rows, one.answered) for one in found] == [
        ("a", "q", 3, 1),
        ("a", "r", 3, 2),
        ("b", "q", 1, 1),
        ("b", "r", 1, 1),
    ]
    assert found[0].rate == Decimal("0.333333333333")
    assert [one.rate for one in answer_rates(table, {"q": "q"})] == [Decimal("0.75")]


def test_answer_rates_check_columns():
    with pytest.raises(SealmarkError) as caught:
        answer_rates(pa.table({"q": [1]}), {"q": "qq"})

    assert caught.value.codes == ("SM403",)


def cell(value=50, base=40, error=2, half=4, effective=35):
    number = Estimate(
        Decimal(value),
        None if half is None else Decimal(value - half),
        None if half is None else Decimal(value + half),
        base=base,
        standard_error=None if error is None else Decimal(error),
    )
    return CellEstimate(
        {"site": "a"}, "m", number, Decimal(1), None if effective is None else Decimal(effective), "points"
    )


EFFECTIVE, WIDTH, ERROR = (
    {"minimum_effective_base": Decimal(35)},
    {"widest_interval": Decimal(8)},
    {"largest_relative_error": Decimal("0.04")},
)


@pytest.mark.parametrize("rule", [{}, EFFECTIVE, WIDTH, ERROR, EFFECTIVE | WIDTH | ERROR])
def test_numbers_on_the_limit_are_told(rule):
    assert apply_base_rule([cell()], BaseRule(minimum_base=40, **rule)) == (cell(),)


@pytest.mark.parametrize(
    ("thin", "rule", "note"),
    [
        (cell(base=39), {}, "The base of 39 is below 40."),
        (cell(effective=34), EFFECTIVE, "The effective base of 34 is below 35."),
        (cell(effective=None), EFFECTIVE, "The effective base of unknown size is below 35."),
        (cell(half=5), WIDTH, "The interval's width of 10 is above 8."),
        (cell(half=None), WIDTH, "The interval's width of unknown size is above 8."),
        (cell(error=3), ERROR, "The relative error of 0.06 is above 0.04."),
        (cell(error=None), ERROR, "The relative error of unknown size is above 0.04."),
        (cell(value=0), ERROR, "The relative error of unknown size is above 0.04."),
    ],
)
def test_thin_numbers_become_unknown_with_the_reason(thin, rule, note):
    (found,) = apply_base_rule([thin], BaseRule(minimum_base=40, **rule))

    assert found == CellEstimate(
        {"site": "a"}, "m", Estimate.unknown(note, base=thin.estimate.base), None, None, "points"
    )


def test_unknown_numbers_keep_their_own_reason():
    unknown = CellEstimate({}, "m", Estimate.unknown("Nobody was asked."))

    assert apply_base_rule([unknown], BaseRule()) == (unknown,)


@pytest.mark.parametrize("parts", [{"minimum_base": 0}, {"widest_interval": Decimal(0)}])
def test_rules_without_sense(parts):
    with pytest.raises(SealmarkError) as caught:
        BaseRule(**parts)

    assert caught.value.codes == ("SM446",)
