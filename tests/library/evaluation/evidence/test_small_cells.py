"""Figures of small sites count in the grade and cannot be worked out from what is told."""

import json
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.library.builders import book_of, edition_of, evidence_of
from tests.library.evaluation.small import PACK, write_case, write_pack

from sealmark.assess.evidence import Measured
from sealmark.assess.requirements import find
from sealmark.core.estimates import Estimate
from sealmark.evaluation.evidence.small_cells import SUPPRESSED, protect, suppressed
from sealmark.evaluation.run import evaluate
from sealmark.reports.blocks import Table
from sealmark.reports.findings import requirement_view
from sealmark.reports.html import render_html
from sealmark.reports.page import build_page
from sealmark.reports.reading import read_evaluation
from sealmark.reports.voice import Voice
from sealmark.scheme.figures import ParameterRef

D = Decimal
TEN = D(10)
ITEMS = [{"id": "q1", "lowest": 1, "highest": 10}, {"id": "yes", "lowest": 0, "highest": 1, "choices": [0, 1]}]
MEAN = {"instrument": "people", "items": ["q1"], "formula": "mean"}
CURVE = {"curve": [[1, 0], [10, 1]]}
PASS = {"at_least": 5}


def book(*rules, floor=TEN, **measures):
    """A scheme with these rules on the measure "mean", and the instrument's smallest cell."""
    wanted = {f"r{place}": {"measure": "mean", **rule} for place, rule in enumerate(rules)} or {
        "a": {"judgement": "ten"}
    }
    made = edition_of(wanted, measures={"mean": MEAN, **measures}, instruments={"people": {"items": ITEMS}})
    made.instruments["people"] = made.instruments["people"].model_copy(update={"smallest_cell": floor})
    return book_of(made)


def measured(cells, *, rest=0):
    """A measure with (base, value) by site, and respondents whose site is not known."""
    sites = {site: Estimate(D(found), D(found), D(found), base=base) for site, (base, found) in cells.items()}
    return Measured(Estimate(D(7), D(7), D(7), base=sum(base for base, _ in cells.values()) + rest), sites)


def hidden(cells, *rules, rest=0, **keys):
    made = book(*rules, **keys)
    found = protect({"mean": measured(cells, rest=rest)}, made, made.edition.instruments["people"])["mean"]
    return set(found.hidden), found.withheld


CELLS = {"a": (3, 9), "b": (12, 8), "c": (20, 7), "d": (30, 6), "e": (40, 5)}


def test_nothing_is_hidden_where_no_cell_is_small():
    assert hidden({"a": (10, 9), "b": (12, 8)}) == (set(), False)


def test_the_next_smallest_goes_too_so_that_one_alone_is_not_the_rest():
    assert hidden(CELLS) == ({"a", "b"}, False)


def test_hidden_sites_together_are_no_small_cell():
    assert hidden({"a": (3, 9), "b": (4, 8), "c": (20, 7), "d": (30, 6)}) == ({"a", "b", "c"}, False)


def test_respondents_of_unknown_site_are_a_cell_that_nobody_is_told_of():
    assert hidden(CELLS, rest=7) == ({"a"}, False)
    assert hidden(CELLS, rest=6) == ({"a", "b"}, False)


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([{"sites": "mean", "scores": CURVE}], {"a", "b", "c"}),
        ([{"sites": "worst", "scores": CURVE}], {"a", "b", "c"}),
        ([{"sites": "mean", "scores": CURVE}] * 2, {"a", "b", "c", "d"}),
        ([{"sites": "mean", "scores": PASS}, {"sites": "worst", "scores": PASS}], {"a", "b"}),
        ([{"sites": "share", "scores": CURVE}], {"a", "b"}),
        ([{"scores": CURVE}], {"a", "b"}),
    ],
    ids=["mean", "worst", "two", "pass-or-fail", "share", "overall"],
)
def test_every_number_made_of_all_sites_hides_one_more(rules, expected):
    assert hidden(CELLS, *rules) == (expected, False)


def test_gates_tell_of_sites_as_well():
    rule = {"measure": "mean", "sites": "mean", "scores": CURVE}
    ladders = [{"id": "stars", "below": "none", "gates": ["g"], "grades": [{"id": "one"}]}]
    made = edition_of(
        ["a"], measures={"mean": MEAN}, instruments={"people": {"items": ITEMS}},
        grading={"gates": [{"id": "g", "evidence": rule}], "ladders": ladders},
    )  # fmt: skip
    made.instruments["people"] = made.instruments["people"].model_copy(update={"smallest_cell": D(10)})

    found = protect({"mean": measured(CELLS)}, book_of(made), made.instruments["people"])["mean"]

    assert found.hidden == {"a", "b", "c"}


def test_where_too_few_sites_are_left_the_number_itself_is_withheld():
    two = {"a": (3, 9), "b": (50, 8)}

    assert hidden(two, {"sites": "mean", "scores": CURVE}) == ({"a", "b"}, True)
    assert hidden(two, {"sites": "mean", "scores": PASS}) == ({"a", "b"}, False)


def test_one_site_unlike_the_others_in_size_would_be_the_difference_of_two_sums():
    rule = {"sites": "mean", "scores": CURVE}

    assert hidden({"a": (2, 9), "b": (2, 8), "c": (6, 7)}, rule) == ({"a", "b", "c"}, True)
    assert hidden({"a": (2, 9), "b": (2, 8), "c": (6, 7), "d": (20, 7)}, rule) == ({"a", "b", "c", "d"}, False)
    assert hidden({"a": (4, 9), "b": (4, 8), "c": (4, 7)}, rule) == ({"a", "b", "c"}, False)


def test_an_unknown_smallest_cell_hides_every_site():
    made = book()
    figure = ParameterRef(parameter="not-published")
    unknown = made.edition.instruments["people"].model_copy(update={"smallest_cell": figure})

    found = protect({"mean": measured(CELLS)}, made, unknown)["mean"]

    assert (set(found.hidden), found.withheld) == (set(CELLS), False)


def test_measures_of_the_same_people_are_hidden_together():
    made = book(other={"instrument": "people", "items": ["yes"], "formula": "mean"})
    other = measured({**CELLS, "a": (12, 9), "c": (9, 7)})

    found = protect({"mean": measured(CELLS), "other": other}, made, made.edition.instruments["people"])

    assert [item.hidden for item in found.values()] == [{"a", "c"}, {"a", "c"}]


def test_a_subgroup_is_hidden_on_its_own_and_where_those_outside_it_are_few():
    among = {**MEAN, "among": {"item": "yes", "equals": [1]}}
    made = book(some=among)
    everyone = {"a": (40, 9), "b": (50, 8), "c": (60, 7), "d": (70, 7)}
    some = {"a": (35, 9), "b": (20, 8), "c": (30, 7), "d": (3, 6)}

    found = protect({"mean": measured(everyone), "some": measured(some)}, made, made.edition.instruments["people"])

    assert (found["mean"].hidden, found["some"].hidden) == (set(), {"a", "d"})


def test_a_measure_without_answers_hides_nothing_more():
    made = book(other={"instrument": "people", "items": ["yes"], "formula": "mean"})
    nothing = Measured(Estimate.unknown("there are no answers"))

    found = protect({"mean": measured(CELLS), "other": nothing}, made, made.edition.instruments["people"])

    assert found["mean"].hidden == {"a", "b"}


def test_the_whole_is_unknown_where_it_is_small_itself():
    estimate = Estimate(D(7), base=4)

    assert suppressed(estimate, D(4)) is estimate
    assert suppressed(estimate, D(5)) == Estimate.unknown(SUPPRESSED, base=4)


def test_a_small_site_counts_with_its_own_figure():
    made = book({"sites": "mean", "scores": CURVE})
    found = protect({"mean": measured(CELLS)}, made, made.edition.instruments["people"])

    finding = find(made.edition.requirements["r0"], evidence_of(measures=found, sites=tuple(CELLS)), made)

    assert round(finding.share * 45, 12) == 8 + 7 + 6 + 5 + 4


@pytest.mark.parametrize("missing", ["not-determined", "does-not-conform"])
def test_what_would_give_a_site_away_is_not_determined_and_says_why(missing):
    made = book({"sites": "mean", "scores": CURVE})
    requirement = made.edition.requirements["r0"].model_copy(update={"missing": missing})
    found = protect({"mean": measured({"a": (3, 9), "b": (50, 8)})}, made, made.edition.instruments["people"])

    finding = find(requirement, evidence_of(measures=found, sites=("a", "b")), made)

    assert (finding.statement, [reason.code for reason in finding.reasons]) == ("not-determined", ["sites-protected"])


RULES = st.lists(
    st.tuples(st.sampled_from(["mean", "worst", "share", "overall"]), st.sampled_from([CURVE, PASS])), max_size=3
)


@settings(max_examples=150, deadline=None)
@given(bases=st.lists(st.integers(0, 25), min_size=1, max_size=8), rest=st.integers(0, 12), rules=RULES)
def test_no_hidden_value_is_a_combination_of_what_is_told(bases, rest, rules):
    made = book(*({"sites": sites, "scores": scores} for sites, scores in rules))
    cells = {f"s{place}": (base, 7) for place, base in enumerate(bases)}
    found = protect({"mean": measured(cells, rest=rest)}, made, made.edition.instruments["people"])["mean"]

    told = told_sums(found, rules, list(cells), rest)
    untold = [place for place, site in enumerate(cells) if site in found.hidden]

    # Below the smallest cell the whole is not told either.
    for place in untold if sum(bases) + rest >= TEN else ():
        alone = np.zeros((1, told.shape[1]))
        alone[0, place] = 1
        assert np.linalg.matrix_rank(np.vstack([told, alone])) > np.linalg.matrix_rank(told)
    small = {site for site, (base, _) in cells.items() if 0 < base < 10}
    assert small <= found.hidden


def told_sums(found, rules, names, rest):
    """Each told number as weights of the sites' values, the last column for respondents of unknown site."""
    total = found.overall.base or 1
    rows = [[*(found.sites[name].base / total for name in names), rest / total]]
    for place, name in enumerate(names):
        if name not in found.hidden:
            rows.append([float(at == place) for at in range(len(names) + 1)])
    if not found.withheld and ("mean", CURVE) in rules:
        rows.append([*([1 / len(names)] * len(names)), 0.0])
    return np.array(rows)


SURVEY = "respondent,site,q1,q2,again\n" + "".join(
    f"r{n},site-{site},{mark},1,1\n" for n, (site, mark) in enumerate(
        [(1, 9)] + [(2, 8)] * 2 + [(2, 7)] + [(3, 4)] * 4 + [(4, 10)] * 4 + [(4, 9)]
    )
)  # fmt: skip


@pytest.fixture
def told(tmp_path):
    """The document of a case of which one site has one respondent, under a rule on the mean over sites."""
    rule = PACK["editions/1/requirements/liked.yaml"].replace("{measure: index,", "{measure: index, sites: mean,")
    pack = write_pack(tmp_path / "pack", {"editions/1/requirements/liked.yaml": rule})
    return evaluate(str(pack), write_case(tmp_path / "case", {"surveys/customers.csv": SURVEY}), draws=20)


def test_the_document_tells_no_figure_of_a_hidden_site(told):
    sites = told.document["measures"]["index"]["sites"]
    rule = told.document["findings"]["liked"]["evidence"][0]

    assert [name for name, cell in sites.items() if cell["note"] == SUPPRESSED] == ["site-1", "site-2", "site-3"]
    assert {json.dumps(sites[name], sort_keys=True) for name in ("site-1", "site-2", "site-3")} == {
        json.dumps({"base": None, "confidence": "0.95", "degrees_of_freedom": None, "lower": None, "note": SUPPRESSED,
                    "standard_error": None, "upper": None, "value": None}, sort_keys=True)
    }  # fmt: skip
    assert rule["sites"] == {"site-1": None, "site-2": None, "site-3": None, "site-4": "1"}
    assert rule["share"] == "0.666666666667"  # (1 + 2/3 + 0 + 1) / 4
    assert {"code": "sites-hidden", "about": "measures", "figures": {"measures": "index"}} in told.document[
        "limitations"
    ]


def test_the_report_shows_hidden_sites_as_hidden(told):
    page = build_page(told.document, told.edition, "en")

    tables = [block for section in page.sections for block in section.blocks if isinstance(block, Table)]
    rows = {row[0]: row[1:] for table in tables if table.caption == "index: by site" for row in table.rows}
    assert [rows[f"site-{number}"][:4] for number in (1, 2, 3)] == [("hidden", "\u2013", "\u2013", "\u2013")] * 3
    assert rows["site-4"][0] == "98.0"
    assert "It counts in the result." in render_html(told.document, told.edition, "en")


def test_the_tree_of_requirements_shows_hidden_sites_as_hidden(told):
    voice = Voice(read_evaluation(told.document), told.edition, "en")
    liked = voice.evaluation.nodes["liked"]

    (item,) = requirement_view(liked, voice).evidence

    assert [row[:2] for row in item.sites.rows] == [
        ("site-1", "hidden"), ("site-2", "hidden"), ("site-3", "hidden"), ("site-4", "100%"),
    ]  # fmt: skip
