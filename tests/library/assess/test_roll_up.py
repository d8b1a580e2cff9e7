from decimal import Decimal

import pytest
from tests.library.builders import DAY, book_of, edition_of, evidence_of

from sealmark.assess.assessment import assess
from sealmark.assess.figures import Missing
from sealmark.assess.findings import Finding, statement_of
from sealmark.assess.precision import settled
from sealmark.assess.roll_up import roll_up
from sealmark.scheme.requirements import Group

D = Decimal
HALF = D("0.5")
OPEN = {"parameter": "open"}
NA = "not-applicable"
BOOK = book_of(edition_of(["a"], parameters={"open": None}))
SWITCH = {"facts": {"on": True}}


def near(value):
    """Twenty places: the numbers expected here are divided with less care."""
    return round(D(value), 20)


def finding(name, share, points=None, marks=None, missing=()):
    if share == NA:
        return Finding(name, NA, None)
    share = None if share is None else D(share)
    gap = (Missing("fact", f"f-{name}"),) if share is None else ()
    return Finding(name, statement_of(share), share, None if points is None else D(points), marks or {},
                   missing=gap + tuple(missing))  # fmt: skip


def rolled(group, *findings, like=None, **facts):
    group = Group.model_validate({"id": "top", **group})
    given = {item.requirement: item for item in findings}
    return roll_up(group, given, evidence_of(facts=facts), BOOK, like=like)


def bounds(node):
    return node.lower, node.upper


ABC = {"children": ["a", "b", "c"]}


@pytest.mark.parametrize(
    ("rule", "share"),
    [
        ("sum-of-points", D("0.75")),
        ("weighted-mean", D("0.75")),
        ("mean", HALF),
        ("minimum", 0),
        ("share-met", D(1) / 3),
        ({"rule": "share-met", "met_from": HALF}, D(2) / 3),
    ],
)
def test_roll_up_by_rule(rule, share):
    node = rolled({**ABC, "roll_up": rule}, finding("a", 1, 7), finding("b", HALF, 1), finding("c", 0, 2))

    assert near(node.share) == near(D(share))
    assert (node.statement, bounds(node)) == ("partial" if share else "does-not-conform", (node.share, node.share))


@pytest.mark.parametrize("rule", ["sum-of-points", "weighted-mean", "mean", "minimum", "share-met"])
def test_what_does_not_apply_leaves_the_denominator(rule):
    node = rolled({**ABC, "roll_up": rule}, finding("a", 1, 7), finding("b", 1, 1), finding("c", NA))

    assert (node.share, node.statement) == (1, "conforms")


@pytest.mark.parametrize("rule", ["sum-of-points", "weighted-mean", "mean", "minimum", "share-met"])
def test_nothing_applicable_makes_the_group_not_applicable(rule):
    node = rolled({**ABC, "roll_up": rule}, *(finding(name, NA) for name in "abc"))

    assert (node.statement, node.share, node.points, bounds(node)) == (NA, None, None, (None, None))


@pytest.mark.parametrize(
    ("rule", "lower", "upper"),
    [
        ("sum-of-points", D("0.5"), D("0.7")),
        ("weighted-mean", D("0.5"), D("0.7")),
        ("mean", HALF, D("2.5") / 3),
        ("minimum", 0, HALF),
        ("share-met", D(1) / 3, D(2) / 3),
    ],
)
def test_one_open_child_leaves_the_group_open_between_bounds(rule, lower, upper):
    node = rolled({**ABC, "roll_up": rule}, finding("a", 1, 2), finding("b", HALF, 6), finding("c", None, 2))

    assert (node.share, node.statement, node.missing) == (None, "not-determined", (Missing("fact", "f-c"),))
    assert tuple(map(near, bounds(node))) == (near(D(lower)), near(D(upper)))


def test_a_nought_does_not_settle_a_minimum_with_an_open_child():
    node = rolled({"children": ["a", "b"], "roll_up": "minimum"}, finding("a", 0), finding("b", None))

    assert (node.share, node.statement, bounds(node)) == (None, "not-determined", (0, 0))


def test_points_of_what_does_not_apply_leave_the_whole():
    inner = {"id": "in", "points": 10, "roll_up": "sum-of-points", "children": ["a", "b"]}
    node = rolled({"roll_up": "sum-of-points", "children": [inner, "c"]},
                  finding("a", 1, 4), finding("b", NA), finding("c", 0, 4))  # fmt: skip

    assert (node.children[0].points, node.children[0].earned) == (4, 4)
    assert (node.share, node.points, node.earned) == (HALF, 8, 4)


def test_a_group_that_keeps_its_points_shrinks_inside_only():
    inner = {
        "id": "in",
        "points": 10,
        "roll_up": {"rule": "sum-of-points", "renormalise": "group"},
        "children": ["a", "b"],
    }
    node = rolled({"roll_up": "sum-of-points", "children": [inner, "c"]},
                  finding("a", HALF, 4), finding("b", NA), finding("c", 0, 10))  # fmt: skip

    assert (node.children[0].points, node.children[0].earned) == (10, 5)
    assert (node.share, node.points) == (D("0.25"), 20)


def test_a_group_without_points_earns_none():
    node = rolled({"roll_up": "mean", "children": ["a"]}, finding("a", 1))

    assert (node.points, node.earned) == (None, None)


def test_unknown_points_of_a_requirement_leave_the_sum_open_and_bounds_stay_true():
    gap = Missing("parameter", "open")
    node = rolled({**ABC, "roll_up": "sum-of-points"},
                  finding("a", 1, None, missing=[gap]), finding("b", HALF, 6), finding("c", NA))  # fmt: skip

    assert (node.share, node.missing, node.points, bounds(node)) == (None, (gap,), None, (HALF, 1))
    assert node.parts == (None, None, None)


def test_unknown_points_of_a_group_are_named_where_they_weigh():
    inner = {"id": "in", "points": OPEN, "roll_up": "mean", "children": ["a"]}
    node = rolled({"roll_up": "weighted-mean", "children": [inner, "b"]}, finding("a", 1), finding("b", 0, 3))

    assert node.children[0].share == 1
    assert (node.share, node.missing) == (None, (Missing("parameter", "open"),))


def test_unknown_points_of_a_group_that_adds_up_are_not_needed():
    inner = {"id": "in", "points": OPEN, "roll_up": "sum-of-points", "children": ["a"]}
    node = rolled({"roll_up": "sum-of-points", "children": [inner, "b"]}, finding("a", 1, 1), finding("b", 0, 3))

    assert (node.share, node.missing) == (D("0.25"), ())


def test_without_any_points_children_weigh_alike():
    node = rolled({"roll_up": "sum-of-points", "children": ["a", "b"]}, finding("a", 1, 0), finding("b", 0, 0))

    assert (node.share, node.parts, node.points) == (HALF, (HALF, HALF), 0)


def test_points_below_nought_give_no_share():
    inner = {"id": "in", "roll_up": "sum-of-points", "children": ["a"]}
    node = rolled({"roll_up": "weighted-mean", "children": [inner]}, finding("a", 1, -1))

    assert (node.share, node.children[0].share, node.children[0].parts) == (None, None, (None,))


def test_bounds_are_unknown_where_not_even_the_extremes_are():
    inner = {"id": "in", "roll_up": "sum-of-points", "children": ["a"]}
    outer = {"id": "out", "points": OPEN, "roll_up": "sum-of-points", "children": [inner]}
    hidden = {"id": "hidden", "roll_up": {"rule": "sum-of-points", "renormalise": "group"}, "points": OPEN,
              "children": [outer]}  # fmt: skip

    node = rolled({"roll_up": "sum-of-points", "children": [hidden]}, finding("a", 1, -1))

    assert (node.share, bounds(node)) == (None, (None, None))


THIRD = {"id": "in", "roll_up": "mean", "children": ["a", "b", "c"]}


@pytest.mark.parametrize("points", [1, 3, 6, 7, 9, 12, 21])
def test_thirds_add_up_exactly(points):
    inner = {**THIRD, "points": points * 3}
    node = rolled({"roll_up": "weighted-mean", "children": [inner, "d"]},
                  finding("a", 1), finding("b", 0), finding("c", 0), finding("d", 0, 100 - points * 3))  # fmt: skip

    assert settled(node.share * 100) == points


@pytest.mark.parametrize("rule", ["mean", "share-met"])
def test_met_counts_a_share_that_only_division_made_smaller(rule):
    node = rolled({"children": ["a"], "roll_up": {"rule": "share-met", "met_from": D("0.3")}},
                  finding("a", D("0.3") - D("1e-50")))  # fmt: skip

    assert node.share == 1


def test_share_met_counts_requirements_at_any_depth_and_says_which():
    inner = {"id": "in", "roll_up": "mean", "children": ["b", "c"]}
    node = rolled({"roll_up": "share-met", "children": ["a", inner, "d"]},
                  finding("a", 1), finding("b", 1), finding("c", HALF), finding("d", NA))  # fmt: skip

    assert near(node.share) == near(D(2) / 3)
    assert dict(node.met) == {"a": 1, "b": 1, "c": 0}
    assert [near(part) for part in node.parts] == [near(D(n) / 3) for n in (1, 2, 0)]


def test_share_met_below_a_switched_off_group_counts_nothing_of_it():
    deep = {"id": "deep", "roll_up": "mean", "children": ["c"], "applies": SWITCH}
    inner = {"id": "in", "roll_up": "mean", "children": ["b", deep]}
    top = {"roll_up": "share-met", "children": ["a", inner]}
    given = [finding("a", 1), finding("b", 1), finding("c", 0)]

    shares = [rolled(top, *given, on=True).share, rolled(top, *given, on=False).share, rolled(top, *given).share]

    assert [share if share is None else near(share) for share in shares] == [near(D(2) / 3), 1, None]


@pytest.mark.parametrize(
    ("facts", "statements", "missing"),
    [
        ({"on": True}, ["partial", "does-not-conform", "conforms"], ()),
        ({"on": False}, [NA, NA, NA], ()),
        ({}, ["not-determined"] * 3, (Missing("fact", "on"),)),
    ],
)
def test_a_switched_off_group_switches_off_all_below(facts, statements, missing):
    deep = {"id": "deep", "roll_up": "mean", "children": ["b"]}
    inner = {"id": "in", "roll_up": "mean", "children": ["a", deep], "applies": SWITCH}
    node = rolled({"roll_up": "mean", "children": [inner]},
                  finding("a", 1), finding("b", 0)).children[0] if not facts else rolled(
        {"roll_up": "mean", "children": [inner]}, finding("a", 1), finding("b", 0), **facts).children[0]  # fmt: skip

    leaves = {item.requirement: item.statement for item in node.leaves()}
    assert [node.statement, leaves["b"], leaves["a"]] == statements
    assert node.missing == missing


def test_a_group_of_unknown_applicability_keeps_points_results_and_marks_open():
    inner = {"id": "in", "roll_up": "sum-of-points", "children": ["a", "b", "c"], "applies": SWITCH}
    node = rolled({"roll_up": "sum-of-points", "children": [inner]},
                  finding("a", 1, 4, {"plan": D(1)}), finding("b", None, 2), finding("c", NA))  # fmt: skip

    assert (node.points, dict(node.marks), bounds(node)) == (6, {"plan": None}, (0, 1))
    assert node.missing == (Missing("fact", "on"), Missing("fact", "f-b"))
    assert [item.statement for item in node.leaves()] == ["not-determined", "not-determined", NA]


def test_columns_roll_up_over_what_has_the_mark():
    node = rolled({**ABC, "roll_up": "sum-of-points"},
                  finding("a", HALF, 3, {"plan": D(1), "use": D(0)}), finding("b", HALF, 1, {"plan": D(0), "use": None}),
                  finding("c", 1, 6))  # fmt: skip

    assert dict(node.marks) == {"plan": D("0.75"), "use": None}


def test_columns_leave_out_what_does_not_apply():
    node = rolled({**ABC, "roll_up": "mean"},
                  finding("a", 1, marks={"plan": D(1)}), finding("b", NA), finding("c", 0, marks={"plan": D(0)}))  # fmt: skip

    assert dict(node.marks) == {"plan": HALF}


@pytest.mark.parametrize(
    ("shares", "parts"),
    [((1, HALF, 0), (0, 0, 1)), ((HALF, 1, HALF), (HALF, 0, HALF)), ((1, None, 1), (None, None, None)),
     ((NA, None, 1), (0, None, None)), ((NA, 1, HALF), (0, 0, 1))],
)  # fmt: skip
def test_parts_of_a_minimum_belong_to_the_lowest(shares, parts):
    node = rolled(
        {**ABC, "roll_up": "minimum"}, *(finding(name, share) for name, share in zip("abc", shares, strict=True))
    )

    assert node.parts == parts


def test_parts_of_a_sum_are_weights_of_what_applies():
    node = rolled({**ABC, "roll_up": "sum-of-points"}, finding("a", 1, 3), finding("b", None, 1), finding("c", NA))

    assert node.parts == (D("0.75"), D("0.25"), 0)


def test_unchanged_branches_are_taken_over_and_changed_ones_are_not():
    left = {"id": "left", "roll_up": "mean", "children": ["a"]}
    right = {"id": "right", "roll_up": "mean", "children": ["b"]}
    tree, first, second = {"roll_up": "mean", "children": [left, right]}, finding("a", 1), finding("b", 0)
    before = rolled(tree, first, second)
    like = {node.id: node for node in before.walk()}

    same = rolled(tree, first, second, like=like)
    after = rolled(tree, first, finding("b", 1), like=like)

    assert same is before
    assert after.children[0] is before.children[0]
    assert (after.share, after.children[1].share) == (1, 1)


def test_walk_is_parents_first():
    inner = {"id": "in", "roll_up": "mean", "children": ["b"]}
    node = rolled({"roll_up": "mean", "children": ["a", inner]}, finding("a", 1), finding("b", 1))

    assert [item.id for item in node.walk()] == ["top", "a", "in", "b"]
    assert [item.requirement for item in node.leaves()] == ["a", "b"]


CRITERIA = {"insight": 11, "culture": 11, "access": 12, "delivery": 13, "timeliness": 10}


@pytest.mark.parametrize(
    ("criterion", "needed"), [("insight", 9), ("culture", 9), ("access", 10), ("delivery", 11), ("timeliness", 8)]
)
@pytest.mark.parametrize("short", [0, 1])
def test_four_fifths_of_the_elements_of_each_criterion(criterion, needed, short):
    elements = [f"e{number}" for number in range(CRITERIA[criterion])]
    tree = {"id": criterion, "roll_up": "share-met", "children": elements}
    edition = edition_of({name: {"judgement": "bands"} for name in elements}, tree)
    met = needed - short
    given = {name: "plus" if n % 3 else "compliant" for n, name in enumerate(elements[:met])}
    given |= dict.fromkeys(elements[met:], "partial")

    share = assess(evidence_of(given, as_of=DAY), book_of(edition)).nodes[criterion].share

    assert (settled(share) >= D("0.8")) is not bool(short)
