from decimal import Decimal

import pytest
from tests.library.builders import book_of, edition_of, evidence_of, marks, rule_of

from sealmark.assess.evidence import Draw, Mark
from sealmark.assess.figures import Missing
from sealmark.assess.judgements import judge, judge_sample, mark_share, site_shares

D = Decimal
HALF = D("0.5")
PLACE = ("a", 0)
OPEN = {"parameter": "open"}
SCALES = {"fuzzy": {"levels": [{"code": "some", "share": OPEN}, {"code": "all", "share": 1}]}}
BOOK = book_of(edition_of(["a"], parameters={"open": None}, scales=SCALES))


def judged(rule, given, draw=None):
    evidence = evidence_of({"a": given}, draw=draw or Draw())
    return judge(rule_of(rule), evidence, BOOK, place=PLACE)


def sampled(rule, given, draw=None):
    evidence = evidence_of({"a": given}, draw=draw or Draw())
    return judge_sample(rule_of({"of": "staff", **rule}), evidence, BOOK, place=PLACE)


@pytest.mark.parametrize(
    ("scale", "mark", "share"),
    [
        ("met", "yes", 1),
        ("met", "no", 0),
        ("met", "maybe", None),
        ("bands", "partial", HALF),
        ("ten", D(0), 0),
        ("ten", D("7.5"), D("0.75")),
        ("ten", D(10), 1),
        ("ten", D("10.1"), None),
        ("ten", D("-0.1"), None),
        ("ten", "7", None),
        ("fuzzy", "some", Missing("parameter", "open")),
    ],
)
def test_mark_share_reads_levels_and_ranges(scale, mark, share):
    assert mark_share(BOOK.edition.scales[scale], mark, BOOK) == share


def test_one_mark_is_the_share():
    result = judged({"judgement": "bands"}, ["partial"])

    assert (result.share, result.codes, result.marks, result.sites, result.base) == (HALF, ("partial",), {}, {}, 1)


@pytest.mark.parametrize(("assessors", "share"), [("mean", D("0.6")), ("lowest", D("0.4"))])
def test_assessors_at_one_site_combine_first(assessors, share):
    assert judged({"judgement": "ten", "assessors": assessors}, [4, 8]).share == share


@pytest.mark.parametrize(("sites", "share"), [("mean", D("0.7")), ("worst", D("0.6"))])
def test_sites_combine_after_assessors(sites, share):
    given = [("east", 4), ("east", 8), ("west", 8)]

    result = judged({"judgement": "ten", "sites": sites}, given)

    assert (result.share, dict(result.sites)) == (share, {"east": D("0.6"), "west": D("0.8")})


@pytest.mark.parametrize(("mark_roll_up", "share"), [("mean", D("0.6")), ("minimum", D("0.2"))])
def test_several_marks_make_one_share(mark_roll_up, share):
    given = marks(2, dimension="plan") + marks(10, dimension="use")

    result = judged({"judgement": "ten", "marks": ["plan", "use"], "mark_roll_up": mark_roll_up}, given)

    assert (result.share, dict(result.marks)) == (share, {"plan": D("0.2"), "use": 1})


def test_sites_of_several_marks_combine_per_site():
    given = marks(("east", 2), ("west", 8), dimension="plan") + marks(("east", 4), dimension="use")

    result = judged({"judgement": "ten", "marks": ["plan", "use"]}, given)

    assert dict(result.sites) == {"east": D("0.3"), "west": D("0.8")}
    assert dict(result.marks) == {"plan": HALF, "use": D("0.4")}


def test_a_mark_that_is_not_there_leaves_the_share_open_and_the_other_column_known():
    result = judged({"judgement": "ten", "marks": ["plan", "use"]}, marks(2, dimension="plan"))

    assert result.share is None
    assert dict(result.marks) == {"plan": D("0.2"), "use": None}
    assert result.missing == (Missing("judgement", "a"),)
    assert [reason.code for reason in result.reasons] == ["missing-judgement"]


def test_marks_without_any_mark_are_told_once():
    result = judged({"judgement": "ten", "marks": ["plan", "use"]}, ())

    assert (len(result.reasons), dict(result.marks)) == (1, {"plan": None, "use": None})


@pytest.mark.parametrize("given", [[], [None], [None, 10], [10, None], [11], ["yes"], marks(10, dimension="plan")])
def test_missing_blank_and_illegal_marks_leave_it_open(given):
    result = judged({"judgement": "ten"}, given)

    assert (result.share, result.missing) == (None, (Missing("judgement", "a"),))


def test_unknown_share_of_a_level_is_named_only_where_the_level_was_given():
    assert judged({"judgement": "fuzzy"}, ["some"]).missing == (Missing("parameter", "open"),)
    assert judged({"judgement": "fuzzy"}, ["all"]).share == 1


@pytest.mark.parametrize(("sites", "share"), [(2, 1), (3, None)])
def test_minimum_sites(sites, share):
    result = judged({"judgement": "ten", "minimum_sites": sites}, [("east", 10), ("west", 10)])

    assert result.share == share
    assert [reason.code for reason in result.reasons] == ([] if share else ["too-few-sites"])


def test_minimum_sites_unknown_is_named():
    result = judged({"judgement": "ten", "minimum_sites": OPEN}, [10])

    assert (result.share, result.missing) == (None, (Missing("parameter", "open"),))
    assert result.reasons[0].code == "unknown-parameter"


def test_codes_come_worst_first_and_equal_shares_in_the_order_of_the_scale():
    assert judged({"judgement": "bands"}, ["plus", "compliant", "non"]).codes == ("non", "compliant", "plus")
    assert judged({"judgement": "fuzzy"}, ["all", "some"]).codes == ()


def test_a_draw_replaces_the_share_of_its_mark_even_beyond_the_scale():
    draw = Draw(shares={("a", 0, "plan"): D("-0.1"), ("a", 1, "use"): D(0)})
    given = marks(2, dimension="plan") + marks(10, dimension="use")

    result = judged({"judgement": "ten", "marks": ["plan", "use"]}, given, draw)

    assert dict(result.marks) == {"plan": D("-0.1"), "use": 1}
    assert result.share == D("0.45")


def test_pointers_are_kept_up_to_twenty():
    given = (*(Mark(D(10), pointer=f"marks.csv, row {row}") for row in range(30)), Mark(D(10)))

    assert len(judged({"judgement": "ten"}, given).pointers) == 20


def test_sample_of_thirty_outlets_with_three_poor_ones_loses_a_tenth():
    given = (Mark("yes", units=27), Mark("no", units=3))

    result = sampled({"sample": "met"}, given)

    assert (result.share, result.base, dict(result.sites)) == (D("0.9"), 30, {})


@pytest.mark.parametrize(("sites", "share"), [("pooled", D("0.75")), ("mean", D("0.7")), ("worst", D("0.6"))])
def test_sample_by_site(sites, share):
    east = (Mark("yes", "east", units=12), Mark("no", "east", units=3))
    west = (Mark("yes", "west", units=3), Mark("no", "west", units=2))

    result = sampled({"sample": "met", "sites": sites}, east + west)

    assert (result.share, dict(result.sites)) == (share, {"east": D("0.8"), "west": D("0.6")})


@pytest.mark.parametrize(("minimum", "share"), [(4, 1), (5, None)])
def test_sample_minimum(minimum, share):
    result = sampled({"sample": "met", "minimum": minimum}, (Mark("yes", units=4),))

    assert result.share == share
    assert [reason.code for reason in result.reasons] == ([] if share else ["sample-too-small"])


@pytest.mark.parametrize("given", [(), (Mark(None),), (Mark("yes"), Mark(None)), (Mark("perhaps"),)])
def test_sample_with_a_missing_or_unknown_mark_is_open(given):
    result = sampled({"sample": "met"}, given)

    assert (result.kind, result.share, result.missing) == ("sample", None, (Missing("judgement", "a"),))


@pytest.mark.parametrize("rule", [{"sample": "met", "minimum": OPEN}, {"sample": "fuzzy"}])
def test_sample_names_an_unknown_figure(rule):
    given = (Mark("some" if rule["sample"] == "fuzzy" else "yes"),)

    assert sampled(rule, given).missing == (Missing("parameter", "open"),)


def test_sample_leaves_marks_of_another_kind_out():
    given = (Mark("yes", units=3), Mark("no", units=1), Mark(D(9), dimension="plan", units=50))

    result = sampled({"sample": "met"}, given)

    assert (result.share, result.base) == (D("0.75"), 4)


def test_sample_under_a_draw():
    assert sampled({"sample": "met"}, (Mark("no"),), Draw(shares={("a", 0, None): D("0.3")})).share == D("0.3")


def test_site_shares_by_site():
    rule = rule_of({"judgement": "ten"})

    shares = site_shares(rule, marks(("east", 4), ("east", 6), ("west", 10)), None, BOOK)

    assert shares == {"east": HALF, "west": 1}
