"""A prior group: made from evaluations, named by a case, used for the probability and nothing else."""

import datetime as dt
import random

import pytest
from tests.library.evaluation.small import CASE, edited, edition, problems, write_light_case

from sealmark.core.documents import parse_yaml
from sealmark.core.errors import SealmarkError
from sealmark.evaluation.certainty.gleaning import glean_prior_group
from sealmark.evaluation.evidence.prior_group import PriorGroup, prior_group_text
from sealmark.evaluation.run import evaluate

GROUP = """\
id: alike
name: Twenty firms alike
edition: small/1
until: 2026-01-31
roots:
  all: {mean: 0.7, between: 0.08, within: 0.06, freedom: 9, members: 20}
"""


def with_group(folder, text=GROUP, **others):
    case = edited(others.pop("case", CASE["case.yaml"]), "seed: 3\n", "seed: 3\nprior_group: group.yaml\n")
    start, end = case.index("surveys:"), case.index("judgements:")
    return write_light_case(folder, {"case.yaml": case[:start] + case[end:], "group.yaml": text, **others})


def document(organization, shares, *, as_of="2026-03-31", scheme="small/1", made_up=False):
    sites = {f"s{place}": str(share) for place, share in enumerate(shares)}
    return {
        "scheme": {"id": scheme},
        "organization": {"name": organization},
        "as_of": as_of,
        "made_up": made_up,
        "digest": f"sha256:{organization}-{as_of}",
        "site_scores": {"all": {"sites": sites}} if sites else None,
    }


def archive(number=12):
    draw = random.Random(4)
    documents = {}
    for place in range(number):
        level = draw.gauss(0.8, 0.08)
        shares = [round(level + draw.gauss(0, 0.05), 3) for _ in range(2 + place % 3)]
        documents[f"{place}.json"] = document(f"firm {place}", shares)
    return documents


def test_the_group_enters_the_probability_and_leaves_score_and_grade_alone(tmp_path):
    alone = evaluate(edition(), write_light_case(tmp_path / "alone")).document
    beside = evaluate(edition(), with_group(tmp_path / "beside")).document

    assert beside["scores"]["score"]["value"] == alone["scores"]["score"]["value"]
    assert beside["ladders"]["stars"]["grade"] == alone["ladders"]["stars"]["grade"]
    assert beside["ladders"]["stars"]["probabilities"] != alone["ladders"]["stars"]["probabilities"]
    assert (alone["prior_group"], beside["prior_group"]["name"]) == (None, "Twenty firms alike")
    assert {item["role"] for item in beside["inputs"]} - {item["role"] for item in alone["inputs"]} == {"prior-group"}


def test_the_report_is_told_whose_sites_were_borrowed_and_without_a_group_that_few_were_seen(tmp_path):
    alone = evaluate(edition(), write_light_case(tmp_path / "alone")).document
    beside = evaluate(edition(), with_group(tmp_path / "beside")).document
    made_up = evaluate(edition(), with_group(tmp_path / "made-up", GROUP + "made_up: true\n")).document

    told = [{item["code"]: item["figures"] for item in found["limitations"]} for found in (alone, beside, made_up)]
    assert told[0]["few-visits-without-group"] == {"visits": 10}
    assert "few-visits-without-group" not in told[1]
    assert told[1]["prior-group"] == told[2]["prior-group-made-up"] == {"group": "Twenty firms alike", "members": 20}


def test_own_sites_weigh_more_the_more_of_them_were_seen(tmp_path):
    found = evaluate(edition(), with_group(tmp_path)).document["prior_group"]["roots"]["all"]

    spread = (9 * 0.06**2 + variance([0.95, 0.7 / 3 + 0.5 / 3 + 0.5 / 3])) / 10
    assert float(found["own_weight"]) == pytest.approx(0.08**2 / (0.08**2 + spread / 2), rel=1e-6)
    assert found["degrees_of_freedom"] == "10"


def variance(values):
    mean = sum(values) / len(values)
    return sum((value - mean) ** 2 for value in values) / (len(values) - 1)


def test_a_single_visited_site_gets_a_probability_beside_a_group(tmp_path):
    one = "".join(line for line in CASE["judgements.csv"].splitlines(keepends=True) if "site-2" not in line)
    document = evaluate(edition(), with_group(tmp_path, **{"judgements.csv": one})).document

    codes = {item["code"] for item in document["limitations"]}
    assert {"sampled-sites", "prior-group"} <= codes
    assert "one-site-visited" not in codes
    assert document["site_scores"] is None
    assert document["prior_group"]["roots"]["all"]["degrees_of_freedom"] == "9"


def test_where_every_site_was_seen_the_group_is_not_used_and_that_is_said(tmp_path):
    document = evaluate(
        edition(),
        with_group(tmp_path, **{"sites.csv": "site,name,region,visited\nsite-1,One,north,yes\nsite-2,Two,south,yes\n"}),
    ).document

    assert document["prior_group"]["roots"] == {}
    assert "prior-group-unused" in {item["code"] for item in document["limitations"]}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("edition: small/1", "edition: small/2", "was evaluated under small/2"),
        ("  all: {", "  al: {", 'has no root "al"'),
        ("until: 2026-01-31", "until: 2026-07-01", "reaches until 2026-07-01"),
        ("members: 20", "members: 9", "members"),
        ("within: 0.06", "within: 0", "within"),
        ("mean: 0.7", "mean: 70", "mean"),
    ],
)
def test_a_group_that_does_not_fit_is_refused(tmp_path, old, new, told):
    found = problems(with_group(tmp_path, edited(GROUP, old, new)))

    assert len(found) == 1
    assert told in str(found[0])
    assert "group.yaml" in found[0].where


def test_a_group_that_is_not_there_is_told_with_the_other_problems(tmp_path):
    case = edited(CASE["case.yaml"], "seed: 3\n", "seed: 3\nprior_group: nowhere.yaml\n")

    assert problems(write_light_case(tmp_path, {"case.yaml": case}))[0].code == "SM303"


def test_a_group_is_made_of_the_latest_evaluation_of_each_organization():
    documents = archive() | {
        "old.json": document("firm 0", [0.1, 0.2], as_of="2024-01-31"),
        "paper.json": document("firm 99", []),
    }

    made = glean_prior_group(documents, group="shops", name="Shops")

    alone = glean_prior_group(archive(), group="shops", name="Shops")
    assert made.group == alone.group
    assert (made.repeated, made.unspread) == (1, 1)
    assert made.group.roots["all"].members == 12
    assert made.group.until == dt.date(2026, 3, 31)
    assert len(made.group.evaluations) == 12
    assert float(made.group.roots["all"].mean) == pytest.approx(0.8, abs=0.06)


def test_a_group_of_made_up_evaluations_is_made_up():
    documents = archive() | {"x.json": document("x", [0.8, 0.9], made_up=True)}

    assert glean_prior_group(documents, group="g", name="G").group.made_up


def test_the_file_reads_back_as_the_group_and_names_no_organization(tmp_path):
    group = glean_prior_group(archive(), group="shops", name="Shops").group
    text = prior_group_text(group)

    beside = with_group(tmp_path, text)
    assert "firm" not in text.split("evaluations:")[0]
    assert evaluate(edition(), beside).document["prior_group"]["id"] == "shops"
    assert PriorGroup.model_validate(parse_yaml(text, "group.yaml").content) == group


@pytest.mark.parametrize(
    ("code", "documents"),
    [
        ("SM347", archive() | {"y.json": document("y", [0.8, 0.9], scheme="small/2")}),
        ("SM498", archive(9)),
        ("SM499", {f"{n}.json": document(f"firm {n}", [0.8, 0.8]) for n in range(12)}),
    ],
)
def test_evaluations_that_make_no_group_are_refused(code, documents):
    with pytest.raises(SealmarkError, match=code):
        glean_prior_group(documents, group="g", name="G")


def judged(organizations, *, nested=False, severity=0.06):
    """Evaluations of organizations whose sites were judged by two of six assessors, or all by one of their own."""
    draw = random.Random(11)
    severities = [draw.gauss(0, severity) for _ in range(6)]
    documents = {}
    for number in range(organizations):
        level = draw.gauss(0.7, 0.08)
        team = [number] if nested else draw.sample(range(6), 2)
        names = [team[site % len(team)] for site in range(6)]
        shares = [round(level + draw.gauss(0, 0.03) - severities[name % 6], 4) for name in names]
        found = document(f"firm {number}", shares)
        found["site_scores"]["all"]["assessors"] = {f"s{at}": [f"assessor {name}"] for at, name in enumerate(names)}
        documents[f"{number}.json"] = found
    return documents


def test_assessors_that_differ_are_told_apart_from_organizations_that_differ():
    root = glean_prior_group(judged(60), group="g", name="G").group.roots["all"]

    # Six assessors tell their spread only roughly; that of sixty organizations is known to about a tenth.
    assert float(root.assessors) == pytest.approx(0.06, rel=0.5)
    assert float(root.between) == pytest.approx(0.08, rel=0.25)


@pytest.mark.parametrize("documents", [judged(20, nested=True), archive()])
def test_assessors_who_share_no_organization_are_not_told_apart(documents):
    assert glean_prior_group(documents, group="g", name="G").group.roots["all"].assessors is None


def test_severity_widens_the_outlook_and_one_limitation_less_is_told(tmp_path):
    without = evaluate(edition(), with_group(tmp_path / "without")).document
    text = edited(GROUP, "freedom: 9", "freedom: 9, assessors: 0.05")
    beside = evaluate(edition(), with_group(tmp_path / "beside", text)).document

    errors = [float(found["prior_group"]["roots"]["all"]["standard_error"]) for found in (without, beside)]
    assert errors[1] > errors[0]
    told = [{item["code"] for item in found["limitations"]} for found in (without, beside)]
    assert told[0] - told[1] == {"assessor-severity-not-included"}


def test_severity_counts_where_every_site_was_seen(tmp_path):
    both = "site,name,region,visited\nsite-1,One,north,yes\nsite-2,Two,south,yes\n"
    text = edited(GROUP, "freedom: 9", "freedom: 9, assessors: 0.05")
    found = evaluate(edition(), with_group(tmp_path, text, **{"sites.csv": both})).document

    root = found["prior_group"]["roots"]["all"]
    assert float(root["standard_error"]) > 0
    assert 0 < float(root["own_weight"]) < 1
