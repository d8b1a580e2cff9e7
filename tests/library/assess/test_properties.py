"""What must hold for every scheme, on small editions made at random."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.library.blanking import blanked, height
from tests.library.builders import DAY, book_of, edition_of, evidence_of

from sealmark.assess.assessment import assess, assess_findings, contributions
from sealmark.assess.evidence import Document, ImprovementAction, Mark, Measured, PersonCertificate
from sealmark.assess.figures import FigureBook
from sealmark.assess.findings import statement_of
from sealmark.assess.precision import settled
from sealmark.core.estimates import Estimate

D = Decimal
SHARES = [D(0), D("0.3"), D("0.5"), D(1) / 3, D("0.8"), D(1)]
NAMES = list("abcdefgh")
LINEAR = ["sum-of-points", "mean", "weighted-mean", {"rule": "sum-of-points", "renormalise": "group"}]
ROLL_UPS = [*LINEAR, "minimum", {"rule": "share-met", "met_from": D("0.5")}, "share-met"]
PARAMETERS = {"p-points": 4, "p-limit": D("0.5"), "p-base": 10, "p-months": 12, "p-grade": 70, "p-share": D("0.5")}
CONDITIONS = [
    None, None, None, {"facts": {"on": True}}, {"facts": {"kind": "shop"}}, {"sizes": ["micro", "small"]},
    {"sectors": ["trade"]}, {"modules": ["extra"]}, {"sizes": ["large"], "facts": {"on": True}},
]  # fmt: skip
POINTS = [1, 2, 5, {"parameter": "p-points"}, {"by_size": {"micro": 1, "small": 2, "large": 9}}]
LIMIT = {"parameter": "p-limit"}
RULES = [
    {"judgement": "ten"},
    {"judgement": "ten", "assessors": "lowest", "sites": "worst", "minimum_sites": 1},
    {"judgement": "ten", "marks": ["plan", "use"], "mark_roll_up": "minimum"},
    {"judgement": "soft"},
    {"sample": "met", "of": "staff", "minimum": 2},
    {"measure": "waiting", "scores": {"at_least": LIMIT}, "minimum_base": {"parameter": "p-base"}},
    {"measure": "waiting", "counts": "lower-limit", "scores": {"curve": [[0, 0], [1, 1]]}},
    {"measure": "waiting", "sites": "worst", "scores": {"at_least": D("0.4")}},
    {"measure": "waiting", "sites": "mean", "scores": {"at_least": D("0.4")}, "minimum_site_base": 5},
    {"measure": "index", "sites": "share", "scores": {"at_most": D("0.6")}},
    {"fact": "ratio", "scores": {"at_least": LIMIT}},
    {"fact": "ratio", "per": "staff", "scores": {"steps": [[D("0.01"), D("0.5")], [D("0.05"), 1]]}},
    {"fact": "kind", "scores": {"table": {"shop": 1, "web": D("0.5")}}},
    {"fact": "began", "age_in": "months", "scores": {"at_least": {"parameter": "p-months"}}},
    {"document": "plan", "no_older_than_months": {"parameter": "p-months"}},
    {"persons": "badge", "per": "staff", "scores": {"at_least": D("0.1")}},
    {"actions": "effective", "minimum": 2, "scores": {"at_least": D("0.5")}},
]  # fmt: skip
GATES = [
    {"nodes": ["a", "g1"], "at_least": LIMIT},
    {"nodes": ["all"], "mark": "use", "at_least": D("0.5")},
    {"score": "score", "at_least": {"parameter": "p-grade"}},
    {"count": ["does-not-conform"], "below": "all", "at_most": 2},
    {"count": ["does-not-conform", "partial"], "below": "g1", "at_most": D("0.5"), "as_share": True},
    {"count": ["conforms"], "below": "all", "at_least": 3},
    {"count": ["good"], "below": "all", "at_least": 1},
    {"adjustment": "minus", "at_most": 2},
    {"ladder": "second", "at_least": "first"},
    {"evidence": {"fact": "on", "scores": {"table": {"yes": 1, "no": 0}}}},
    {"evidence": {"document": "plan"}},
]  # fmt: skip
SCALES = {
    "soft": {
        "levels": [
            {"code": "bad", "share": 0},
            {"code": "fair", "share": {"parameter": "p-share"}},
            {"code": "good", "share": D("0.8"), "statement": "conforms"},
        ]
    }
}


@st.composite
def requirements(draw, missing=("not-determined", "not-determined", "does-not-conform")):
    rules = st.lists(st.sampled_from(RULES), min_size=1, max_size=2)
    return {
        "points": draw(st.sampled_from(POINTS)),
        "applies": draw(st.sampled_from(CONDITIONS)),
        "evidence": draw(rules),
        "combine": draw(st.sampled_from(["minimum", "mean", "product"])),
        "missing": draw(st.sampled_from(missing)),
    }


@st.composite
def trees(draw, roll_ups=tuple(ROLL_UPS), conditions=tuple(CONDITIONS)):
    first, second = draw(st.integers(1, 3)), draw(st.integers(4, 6))

    def group(name, children):
        return {"id": name, "points": draw(st.integers(1, 9)), "roll_up": draw(st.sampled_from(list(roll_ups))),
                "applies": draw(st.sampled_from(list(conditions))), "children": children}  # fmt: skip

    inner = group("g2", NAMES[first:second])
    tree = group("all", [group("g1", NAMES[:first]), group("g3", [inner, *NAMES[second:7]]), NAMES[7]])
    return {**tree, "applies": None}


@st.composite
def gradings(draw):
    gates = [{"id": f"gate{n}", **gate} for n, gate in enumerate(GATES)]
    adjust = {"when": draw(st.sampled_from(["before-normalisation", "after-normalisation"]))}
    some = st.lists(st.sampled_from([gate["id"] for gate in gates]), max_size=3, unique=True)
    calm = st.lists(st.sampled_from([gate["id"] for gate in gates if "ladder" not in gate]), max_size=2, unique=True)
    return {
        "source": "own",
        "scores": [{"id": "score", "node": "all", "adjustments": ["minus", "plus"], "highest": 100}],
        "adjustments": [{"id": "minus", "count": "minuses", "each": -1, **adjust},
                        {"id": "plus", "count": "pluses", "each": {"parameter": "p-points"}, "at_most": 1, **adjust}],
        "gates": gates,
        "waivable": ["gate9", "gate0"],
        "ladders": [
            {"id": "stars", "score": "score", "below": "none", "gates": draw(some),
             "grades": [{"id": "one", "at_least": 20}, {"id": "two", "at_least": 50, "gates": draw(some)},
                        {"id": "three", "at_least": {"parameter": "p-grade"}}]},
            {"id": "second", "below": "nothing", "grades": [{"id": "first", "gates": draw(calm)}]},
        ],
    }  # fmt: skip


@st.composite
def editions(draw, *, strict=False, **kinds):
    missing = {"missing": ["not-determined"]} if strict else {}
    return edition_of(
        {name: draw(requirements(**missing)) for name in NAMES},
        draw(trees(**kinds)),
        draw(gradings()),
        parameters=PARAMETERS,
        sizes={"micro": 1, "small": 10, "large": 250},
        sectors=["trade", "rail"],
        scales=SCALES,
        measures={"waiting": {"minimum_base": 5}, "index": {"instrument": "customers"}},
        instruments={"customers": {}},
    )


@st.composite
def marks_of(draw, requirement):
    """Return marks for what the requirement's rules ask."""
    given = []
    for rule in requirement.evidence:
        scale = getattr(rule, "judgement", None) or getattr(rule, "sample", None)
        values = {"ten": st.sampled_from([D(0), D(4), D(7), D(10)]), "met": st.sampled_from(["yes", "no"]),
                  "soft": st.sampled_from(["bad", "fair", "good"])}.get(scale)  # fmt: skip
        if values is None:
            continue
        given += [
            Mark(draw(values), site, dimension=dimension, units=draw(st.integers(1, 4)))
            for dimension in getattr(rule, "marks", ()) or (None,)
            for site in ("east", "west")
        ]
    return tuple(given)


@st.composite
def bodies(draw, edition):
    """Return whole evidence: nothing is missing."""
    share = st.sampled_from(SHARES)
    estimate = st.builds(
        lambda value, base: Estimate(value, value - D("0.1"), value + D("0.1"), base=base),
        share,
        st.sampled_from([4, 9, 10, 50]),
    )
    measured = st.builds(
        lambda whole, east, west: Measured(whole, {"east": east, "west": west}), estimate, estimate, estimate
    )
    return evidence_of(
        {},
        employees=draw(st.sampled_from([5, 50, 500])),
        sector=draw(st.sampled_from(["trade", "rail"])),
        modules=draw(st.sampled_from([frozenset(), frozenset({"extra"})])),
        sites=("east", "west"),
        facts={"on": draw(st.booleans()), "kind": draw(st.sampled_from(["shop", "web"])), "ratio": draw(share), "staff": D(20),
               "began": DAY.replace(year=draw(st.sampled_from([2024, 2026]))), "minuses": D(draw(st.integers(0, 3))), "pluses": D(draw(st.integers(0, 2)))},
        documents={"plan": Document(DAY.replace(year=draw(st.sampled_from([2020, 2026]))))},
        persons=(PersonCertificate("badge", DAY, number=draw(st.integers(1, 3))),),
        actions=(ImprovementAction(DAY, draw(st.sampled_from(["planned", "effective"])), 2), ImprovementAction(DAY, "effective", 1)),
        measures={"waiting": draw(measured), "index": draw(measured)},
        judgements={name: draw(marks_of(item)) for name, item in edition.requirements.items()},
        waivers=draw(st.sampled_from([{}, {"gate9": "outstanding"}])),
    )  # fmt: skip


@st.composite
def cases(draw, **kinds):
    edition = draw(editions(**kinds))
    evidence = draw(bodies(edition))
    return book_of(edition, evidence.employees), evidence


@settings(max_examples=60, deadline=None)
@given(case=cases())
def test_blanking_anything_never_raises_a_grade(case):
    book, evidence = case
    whole = assess(evidence, book)

    for what, poorer, figures in blanked(evidence, book):
        after = assess(poorer, figures)
        for ladder in book.edition.grading.ladders:
            assert height(after, ladder) <= height(whole, ladder), what


@settings(max_examples=30, deadline=None)
@given(case=cases(), data=st.data())
def test_blanking_one_thing_after_another_never_raises_a_grade(case, data):
    book, evidence = case
    before = assess(evidence, book)

    for _ in range(4):
        what, evidence, book = data.draw(st.sampled_from(list(blanked(evidence, book))))
        after = assess(evidence, book)
        for ladder in book.edition.grading.ladders:
            assert height(after, ladder) <= height(before, ladder), what
        before = after


@settings(max_examples=60, deadline=None)
@given(case=cases(strict=True))
def test_bounds_hold_every_completion(case):
    """Whatever is blanked, the share known when it was there lies between the bounds without it.

    Two things count as nothing by rule and not as unknown, and are left out: sites without
    an estimate in a mean of sites, and requirements that say so of missing evidence.
    """
    book, evidence = case
    whole = assess(evidence, book).nodes

    for what, poorer, figures in blanked(evidence, book):
        if what.startswith("site "):
            continue
        for name, node in assess(poorer, figures).nodes.items():
            share = whole[name].share
            if share is None or node.statement == "not-applicable":
                continue
            assert node.lower is not None, (what, name)
            assert settled(node.lower) <= settled(share) <= settled(node.upper), (what, name)
            assert node.share is None or node.lower == node.share == node.upper, (what, name)


def raised(finding, share):
    return replace(finding, share=share, statement=statement_of(share), code=None, missing=(),
                   marks=dict.fromkeys(finding.marks, share))  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(case=cases(), data=st.data())
def test_raising_one_share_lowers_neither_score_nor_grade(case, data):
    book, evidence = case
    gradings = [gate for gate in book.edition.grading.gates if "good" in getattr(gate, "count", ())]
    unused = {gate.id for gate in gradings}  # counts a code, which a share alone does not have
    before = assess(evidence, book)
    movable = [name for name, item in before.findings.items() if item.share is not None and item.share < 1]
    if not movable:
        return
    name = data.draw(st.sampled_from(movable))
    share = data.draw(st.sampled_from([share for share in SHARES if share > before.findings[name].share]))

    after = assess_findings({**before.findings, name: raised(before.findings[name], share)}, evidence, book)

    for score, result in before.standing.scores.items():
        if result.value is not None:
            assert after.standing.scores[score].value >= result.value
    for ladder in book.edition.grading.ladders:
        if not unused & {gate for grade in ladder.grades for gate in (*grade.gates, *ladder.gates)}:
            assert height(after, ladder) >= height(before, ladder)


@settings(max_examples=60, deadline=None)
@given(case=cases(roll_ups=(*LINEAR, "minimum", "share-met"), conditions=(None, {"facts": {"on": True}})))
def test_contributions_add_up_to_the_score_and_with_losses_to_the_scale(case):
    book, evidence = case
    root = assess(evidence, book).roots[0]

    parts = [part for part in contributions(root, D(100)).values() if part != (None, None)]

    if root.share is not None:
        assert abs(sum(gained for gained, _ in parts) - root.share * 100) < D("1e-20")
        assert abs(sum(gained + lost for gained, lost in parts) - 100) < D("1e-20")
        assert all(gained >= 0 and lost >= 0 for gained, lost in parts)


def turned(group):
    children = [turned(child) if isinstance(child, dict) else child for child in group["children"]]
    return {**group, "children": children[::-1]}


@settings(max_examples=30, deadline=None)
@given(case=cases())
def test_the_order_of_files_and_rows_changes_nothing(case):
    book, evidence = case
    edition = book.edition
    tree = edition.tree.model_copy(
        update={
            "roots": tuple(
                type(edition.tree.roots[0]).model_validate(turned(root.model_dump(exclude_none=True)))
                for root in edition.tree.roots
            )
        }
    )
    backward = replace(edition, tree=tree, **{part: dict(reversed(list(getattr(edition, part).items())))
                                             for part in ("requirements", "parameters", "measures", "scales")})  # fmt: skip
    mirrored = replace(evidence, facts=dict(reversed(evidence.facts.items())), sites=evidence.sites[::-1],
                       judgements={name: marks[::-1] for name, marks in reversed(evidence.judgements.items())})  # fmt: skip

    before, after = assess(evidence, book), assess(mirrored, FigureBook(backward, book.as_of, book.employees))

    assert {name: item.grade for name, item in after.standing.ladders.items()} == {
        name: item.grade for name, item in before.standing.ladders.items()}  # fmt: skip
    assert {name: item.value for name, item in after.standing.scores.items()} == {
        name: item.value for name, item in before.standing.scores.items()}  # fmt: skip
    assert after.missing == before.missing
    assert {name: item.statement for name, item in after.findings.items()} == {
        name: item.statement for name, item in before.findings.items()}  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(
    mark=st.integers(0, 10),
    points=st.integers(1, 97),
    other=st.integers(1, 97),
    epsilon=st.integers(1, 24).map(lambda places: D(1).scaleb(-places)),
)
def test_a_limit_is_inclusive_and_exact(mark, points, other, epsilon):
    """The score of two requirements stands on the limit, or the smallest step above or below it."""
    tree = {"id": "all", "roll_up": "sum-of-points", "children": ["a", "b"]}
    exact = D(mark * points + 10 * other) / (points + other) * 10
    limit = D(str(exact)[:20])
    reached = D(mark * points + 10 * other) * 10 >= limit * (points + other)

    def grade(at_least):
        rules = {"source": "own", "scores": [{"id": "s", "node": "all", "decimals": 0}],
                 "ladders": [{"id": "l", "score": "s", "below": "no", "grades": [{"id": "yes", "at_least": at_least}]}]}  # fmt: skip
        edition = edition_of({"a": {"points": points}, "b": {"points": other}}, tree, rules)
        return assess(evidence_of({"a": mark, "b": 10}), book_of(edition)).standing.ladders["l"].grade

    assert reached
    assert grade(limit) == "yes"
    if limit == exact:
        assert grade(limit + epsilon) == "no"
        assert grade(limit - epsilon) == "yes"
