from decimal import Decimal

import pytest
from tests.library.builders import book_of, edition_of, evidence_of, marks, requirement_of

from sealmark.assess.evidence import Draw, Measured
from sealmark.assess.figures import Missing
from sealmark.assess.requirements import applies, find
from sealmark.core.estimates import Estimate
from sealmark.scheme.rules import Applies

D = Decimal
OPEN = {"parameter": "open"}
YES = {"fact": "f", "scores": {"at_least": 1}}
GIVEN = {"fact": "g", "scores": {"curve": [[0, 0], [1, 1]]}}
UNKNOWN = {"fact": "f", "scores": {"at_least": OPEN}}
SCALES = {
    "told": {
        "levels": [
            {"code": "poor", "share": D("0.2"), "statement": "does-not-conform"},
            {"code": "sound", "share": D("0.8"), "statement": "conforms"},
            {"code": "best", "share": 1},
        ]
    }
}
EDITION = edition_of(["a"], parameters={"open": None, "two": 2}, sizes={"micro": 1, "large": 250}, scales=SCALES)


def found(given, judged=None, employees=None, draw=None, **evidence):
    evidence = evidence_of({} if judged is None else {"a": judged}, draw=draw or Draw(), **evidence)
    return find(requirement_of("a", given), evidence, book_of(EDITION, employees))


@pytest.mark.parametrize(
    ("condition", "outcome"),
    [
        (None, True),
        ({}, True),
        ({"sizes": ["micro"]}, False),
        ({"sizes": ["large"]}, True),
        ({"sectors": ["trade"]}, True),
        ({"sectors": ["rail"]}, False),
        ({"modules": ["export"]}, True),
        ({"modules": ["repair", "export"]}, True),
        ({"modules": ["repair"]}, False),
        ({"facts": {"sells": True}}, True),
        ({"facts": {"sells": False}}, False),
        ({"facts": {"kind": "shop"}}, True),
        ({"facts": {"kind": "shop", "other": True}}, (Missing("fact", "other"),)),
        ({"facts": {"kind": "web", "other": True}}, False),
        ({"sectors": ["trade"], "modules": ["repair"]}, False),
    ],
)
def test_applies_when_every_key_holds_and_one_false_key_decides(condition, outcome):
    evidence = evidence_of(sector="trade", modules=frozenset({"export"}), facts={"sells": True, "kind": "shop"})
    condition = None if condition is None else Applies.model_validate(condition)

    assert applies(condition, evidence, book_of(EDITION, 300)) == outcome


@pytest.mark.parametrize(
    ("condition", "missing"),
    [
        ({"sizes": ["micro"]}, [Missing("size", "employees")]),
        ({"sectors": ["trade"]}, [Missing("sector", "sector")]),
        ({"modules": ["repair"]}, [Missing("modules", "modules")]),
        ({"facts": {"sells": True}}, [Missing("fact", "sells")]),
        (
            {"sectors": ["trade"], "modules": ["repair"], "facts": {"sells": True, "kind": "shop"}},
            [
                Missing("sector", "sector"),
                Missing("modules", "modules"),
                Missing("fact", "sells"),
                Missing("fact", "kind"),
            ],
        ),
    ],
)
def test_applies_is_open_where_something_needed_is_unknown(condition, missing):
    assert applies(Applies.model_validate(condition), evidence_of(), book_of(EDITION)) == tuple(missing)


def test_no_module_taken_is_not_the_same_as_none_declared():
    condition = Applies(modules=("repair",))

    assert applies(condition, evidence_of(modules=frozenset()), book_of(EDITION)) is False
    assert applies(condition, evidence_of(), book_of(EDITION)) == (Missing("modules", "modules"),)


def test_finding_that_does_not_apply_says_so():
    finding = found({"applies": {"facts": {"sells": True}}, "points": 3}, facts={"sells": False})

    assert (finding.statement, finding.share, finding.points, finding.missing) == ("not-applicable", None, None, ())
    assert [reason.code for reason in finding.reasons] == ["does-not-apply"]


def test_finding_of_unknown_applicability_is_open_and_keeps_its_marks_and_points():
    given = {"applies": {"facts": {"sells": True}}, "points": 3, "evidence": [{"judgement": "ten", "marks": ["plan"]}]}

    finding = found(given, marks(10, dimension="plan"))

    assert (finding.statement, finding.points, finding.missing) == ("not-determined", 3, (Missing("fact", "sells"),))
    assert finding.marks == {"plan": None}


def test_finding_of_unknown_applicability_names_unknown_points_too():
    finding = found({"applies": {"facts": {"sells": True}}, "points": OPEN})

    assert finding.missing == (Missing("fact", "sells"), Missing("parameter", "open"))


def test_points_are_looked_up():
    finding = found({"points": {"parameter": "two"}}, 5)

    assert (finding.share, finding.points, finding.earned) == (D("0.5"), 2, 1)


def test_unknown_points_leave_the_share_and_are_named():
    finding = found({"points": OPEN}, 5)

    assert (finding.statement, finding.share, finding.earned) == ("partial", D("0.5"), None)
    assert finding.missing == (Missing("parameter", "open"),)


@pytest.mark.parametrize(
    ("combine", "f", "g", "share"),
    [
        ("minimum", 1, "0.5", "0.5"),
        ("mean", 1, "0.5", "0.75"),
        ("product", 1, "0.5", "0.5"),
        ("minimum", 1, None, None),
        ("mean", 1, None, None),
        ("product", 1, None, None),
        ("minimum", 0, None, "0"),
        ("product", 0, None, "0"),
        ("mean", 0, None, None),
        ("minimum", None, "0.5", None),
    ],
)
def test_rules_combine(combine, f, g, share):
    facts = {name: D(value) for name, value in (("f", f), ("g", g)) if value is not None}

    finding = found({"evidence": [YES, GIVEN], "combine": combine}, facts=facts)

    assert finding.share == (None if share is None else D(share))
    assert (finding.missing == ()) is (share is not None)


def test_product_multiplies():
    assert found({"evidence": [GIVEN, GIVEN, GIVEN], "combine": "product"}, facts={"g": D("0.5")}).share == D("0.125")


def test_a_share_drawn_below_nought_is_not_cut_off():
    draw = Draw(shares={("a", 0, None): D("-0.1")})

    assert found({"evidence": [{"judgement": "ten"}]}, 1, draw=draw).share == D("-0.1")


@pytest.mark.parametrize(("rule", "statement"), [(YES, "does-not-conform"), (UNKNOWN, "not-determined")])
def test_missing_evidence_may_mean_nought_unless_a_figure_is_unknown_too(rule, statement):
    assert found({"evidence": [rule], "missing": "does-not-conform"}).statement == statement


def test_a_missing_parameter_never_means_nought():
    finding = found({"evidence": [UNKNOWN], "missing": "does-not-conform"}, facts={"f": D(1)})

    assert (finding.statement, finding.missing) == ("not-determined", (Missing("parameter", "open"),))


@pytest.mark.parametrize(("missing", "mark"), [("not-determined", None), ("does-not-conform", 0)])
def test_a_missing_mark_is_worth_what_the_requirement_says(missing, mark):
    given = {"evidence": [{"judgement": "ten", "marks": ["plan", "use"]}], "missing": missing}

    finding = found(given, marks(10, dimension="plan"))

    assert (finding.share, dict(finding.marks)) == (mark, {"plan": 1, "use": mark})


@pytest.mark.parametrize(
    ("given", "statement", "code"),
    [
        (["sound"], "conforms", "sound"),
        (["best"], "conforms", "best"),
        (["poor"], "does-not-conform", "poor"),
        (["best", "sound"], "conforms", "sound"),
        (["best", "poor"], "does-not-conform", "poor"),
    ],
)
def test_a_level_may_set_the_statement_and_the_worst_level_speaks(given, statement, code):
    finding = found({"judgement": "told"}, given)

    assert (finding.statement, finding.code) == (statement, code)


def test_several_rules_have_no_code_of_their_own():
    finding = found({"evidence": [{"judgement": "told"}, YES]}, "sound", facts={"f": D(1)})

    assert (finding.statement, finding.code, finding.share) == ("partial", None, D("0.8"))


def test_reasons_and_missing_of_all_rules_are_kept_once():
    finding = found({"evidence": [YES, YES]})

    assert (len(finding.results), len(finding.reasons), finding.missing) == (2, 2, (Missing("fact", "f"),))


def test_a_nought_that_stands_for_missing_evidence_does_not_settle_an_unknown_rest():
    given = {"evidence": [GIVEN, UNKNOWN], "missing": "does-not-conform"}

    shares = [found(given, facts={"f": D(1), **facts}).share for facts in ({"g": D("0.5")}, {}, {"g": D(0)})]

    assert shares == [None, None, 0]


def test_a_nought_of_sites_that_were_not_measured_does_not_settle_an_unknown_rest():
    rule = {"measure": "waiting", "sites": "share", "scores": {"at_least": 1}}
    edition = edition_of(["a"], measures={"waiting": {}})
    measured = Measured(Estimate.exact(D(1), base=9), {"east": Estimate.exact(D(0), base=9)})

    shares = [
        find(
            requirement_of("a", [rule, YES]), evidence_of(measures={"waiting": measured}, sites=sites), book_of(edition)
        ).share
        for sites in (("east",), ("east", "west"))
    ]

    assert shares == [0, None]


@pytest.mark.parametrize(
    ("employees", "statement"), [(5, "does-not-conform"), (300, "not-determined"), (None, "not-determined")]
)
def test_missing_evidence_looks_at_the_figure_of_the_own_size_only(employees, statement):
    rule = {"fact": "f", "scores": {"at_least": {"by_size": {"micro": 1, "large": OPEN}}}}

    assert found({"evidence": [rule], "missing": "does-not-conform"}, employees=employees).statement == statement


def test_a_missing_measure_with_an_unknown_base_is_open():
    edition = edition_of(["a"], parameters={"open": None}, measures={"waiting": {"minimum_base": OPEN}, "plain": {}})
    rules = [{"measure": name, "scores": {"at_least": 1}} for name in ("waiting", "plain")]

    found_shares = [find(requirement_of("a", {"evidence": [rule], "missing": "does-not-conform"}), evidence_of(), book_of(edition)).share
                    for rule in rules]  # fmt: skip

    assert found_shares == [None, 0]
