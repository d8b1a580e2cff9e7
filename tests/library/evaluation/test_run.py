"""The whole evaluation: overlays, scheme lookup, and the same bytes wherever and however it runs."""

import datetime as dt
import os
import subprocess
import sys

import pytest
from tests.library.evaluation.small import PACK, changed, edition, write_case, write_light_case, write_pack

from sealmark.core.canonical import canonical_bytes, digest_json
from sealmark.core.errors import SealmarkError
from sealmark.evaluation.run import evaluate, open_case
from sealmark.evaluation.scaffold import new_case
from sealmark.scheme.discovery import load
from sealmark.scheme.loading import load_edition

OVERLAY = "overlay: own\nfor_edition: small/1\nkind: practice\nsupplied_by: me\nvalues: {floor: 70}\n"


def with_overlay(name, content=None):
    files = changed("case.yaml", "seed: 3", f"seed: 3\noverlay: {name}")
    return {**files, name: content} if content is not None else files


def told(folder):
    with pytest.raises(SealmarkError) as caught:
        evaluate(edition(), folder, draws=0)
    return [(item.code, item.what, item.where, item.fix) for item in caught.value.problems]


def test_an_evaluation_is_sealed_and_says_what_it_was_made_from(tmp_path):
    document = evaluate(edition(), write_case(tmp_path / "case"), draws=50).document

    body = {key: value for key, value in document.items() if key != "digest"}
    assert document["digest"] == digest_json(body)
    assert [item["path"] for item in document["inputs"]] == [
        "actions.csv", "case.yaml", "documents.csv", "facts.yaml", "judgements.csv", "mappings/tickets.yaml", "persons.csv",
        "records/tickets.csv", "sites.csv", "surveys/customers.csv",
    ]  # fmt: skip
    assert document["scheme"]["id"] == "small/1"
    assert sorted(document["scheme"]["files"]) == sorted(
        name for name in edition().files if not name.startswith("overlays/")
    )
    assert (document["seed"], document["draws"], document["sites"]) == (3, 50, {"listed": 4, "visited": 2})
    assert [item["path"] for item in document["imports"]] == [
        "judgements.csv",
        "records/tickets.csv",
        "surveys/customers.csv",
    ]


def test_twice_the_same_case_gives_the_same_bytes(tmp_path):
    folder = write_case(tmp_path / "case")

    first, second = (canonical_bytes(evaluate(edition(), folder, draws=50).document) for _ in range(2))

    assert first == second


def test_two_copies_in_two_processes_give_the_same_bytes(tmp_path):
    pack = write_pack(tmp_path / "pack")
    code = (
        "import sys, pathlib; from sealmark.core.canonical import canonical_bytes;"
        "from sealmark.evaluation.run import evaluate;"
        "sys.stdout.buffer.write(canonical_bytes(evaluate(sys.argv[1], pathlib.Path(sys.argv[2]), draws=50).document))"
    )
    found = []
    for seed, place in (("1", "here/case"), ("77", "there/quite/elsewhere/copy")):
        folder = write_case(tmp_path / place)
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run(
            [sys.executable, "-c", code, str(pack), str(folder)], capture_output=True, env=environment, check=True
        )
        found.append(done.stdout)

    assert found[0] == found[1]
    assert str(tmp_path).encode() not in found[0]


def test_the_order_in_which_files_are_named_does_not_matter(tmp_path):
    again = "  - {records: repairs, file: records/r.csv, mapping: mappings/tickets.yaml, calendar: c.yaml}\n"
    tickets = "  - {records: tickets, file: records/tickets.csv, mapping: mappings/tickets.yaml}\n"
    texts = [changed("case.yaml", tickets, order)["case.yaml"] for order in (tickets + again, again + tickets)]
    more = {"c.yaml": "time_zone: UTC\nweekly: {monday: ['09:00-17:00'], friday: ['09:00-17:00']}\n"}
    more["records/r.csv"] = (
        "Number,Created,Solved,Branch\nx1,2026-03-02 09:00,2026-03-02 11:00,site-1\nx2,2026-03-06 09:00,,site-2\n"
    )

    documents = [
        evaluate(edition(), write_case(tmp_path / str(at), {"case.yaml": text, **more}), draws=50).document
        for at, text in enumerate(texts)
    ]

    first, second = (
        {key: value for key, value in item.items() if key not in {"inputs", "fingerprints", "digest"}}
        for item in documents
    )
    assert first == second


def test_another_seed_moves_the_draws_and_nothing_else(tmp_path):
    folder = write_case(tmp_path / "case")

    first, second = (evaluate(edition(), folder, seed=seed, draws=50).document for seed in (1, 2))

    assert first["findings"] == second["findings"]
    assert first["scores"]["score"]["likely"] != second["scores"]["score"]["likely"]


def test_without_draws_there_are_no_probabilities(tmp_path):
    document = evaluate(edition(), write_light_case(tmp_path / "case"), draws=0).document

    assert (document["scores"]["score"]["likely"], document["ladders"]["stars"]["probabilities"]) == (None, {})


def test_what_is_not_given_is_missing_by_name(tmp_path):
    document = evaluate(edition(), write_light_case(tmp_path / "case"), draws=10).document

    assert document["ladders"]["stars"]["grade"] == "not-determined"
    assert document["missing"] == [{"id": "index", "kind": "measure"}, {"id": "solved", "kind": "measure"}]


def test_progress_names_what_is_worked_on(tmp_path):
    steps = []

    evaluate(edition(), write_light_case(tmp_path / "case"), draws=0, progress=steps.append)

    assert steps == ["assessment", "probabilities"]


def test_an_overlay_of_the_pack_or_of_the_case_is_named_and_digested(tmp_path):
    packed = evaluate(edition(), write_light_case(tmp_path / "a"), draws=0).document["overlay"]
    of_pack = write_case(tmp_path / "b", with_overlay("practice"))
    of_case = write_case(tmp_path / "c", with_overlay("o.yaml", OVERLAY))

    found = [evaluate(edition(), folder, draws=0).document for folder in (of_pack, of_case)]

    assert packed is None
    assert [item["overlay"]["id"] for item in found] == ["practice", "own"]
    assert len({item["overlay"]["digest"] for item in found}) == 2
    assert {"code": "figures-from-overlay", "about": "small/1", "figures": {"parameters": 1}} in found[0]["limitations"]


BAD_OVERLAYS = {
    "unknown": ("practise", None, ("SM319", 'The scheme has no overlay "practise".', "case.yaml, line 8, column 1, overlay",
                'Did you mean "practice"? Legal: practice. Or name an overlay file (.yaml) in the case folder.')),
    "other edition": ("o.yaml", OVERLAY.replace("small/1", "small/2"), ("SM319", 'The overlay "own" is for small/2, the case is under small/1.',
                      "o.yaml, for_edition", "Use an overlay of this edition.")),
    "fills what is set": ("o.yaml", OVERLAY.replace("floor", "fixed"), ("SM319", 'The parameter "fixed" is set by the scheme (1).',
                          "o.yaml, values.fixed", "An overlay fills only figures that are null. Legal: floor.")),
    "no such parameter": ("o.yaml", OVERLAY.replace("floor", "flor"), ("SM319", 'The edition has no parameter "flor".', "o.yaml, values.flor",
                          'Did you mean "floor"? Legal: floor.')),
    "out of range": ("o.yaml", OVERLAY.replace("70", "170"), ("SM319", 'The parameter "floor" cannot be 170.', "o.yaml, values.floor",
                     "Legal: from 0 to 100.")),
    "malformed": ("o/o.yaml", OVERLAY.replace("practice", "practise"), ("SM202", '"practise" is not legal here.', "o/o.yaml, line 3, column 1, kind",
                  'Did you mean "practice"? Legal: licence-holder, practice.')),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_OVERLAYS)
def test_an_overlay_that_does_not_fit_is_told(tmp_path, name):
    overlay, content, expected = BAD_OVERLAYS[name]

    assert told(write_light_case(tmp_path / "case", _light(with_overlay(overlay, content)))) == [expected]


def _light(files):
    """The same change to the case without survey and records."""
    text = files["case.yaml"]
    start, end = text.index("surveys:"), text.index("judgements:")
    return {**files, "case.yaml": text[:start] + text[end:]}


def test_problems_of_the_overlay_come_with_those_of_the_files(tmp_path):
    files = {**_light(with_overlay("practise")), "facts.yaml": "facts: {incidents: 99}\n"}

    assert [item[0] for item in told(write_light_case(tmp_path / "case", files))] == ["SM319", "SM314"]


def test_a_case_may_hold_its_own_pack(tmp_path):
    folder = write_light_case(tmp_path / "case", _light(changed("case.yaml", "scheme: small/1", "scheme: packs/own")))
    write_pack(folder / "packs/own")

    assert evaluate(None, folder, draws=0).document["scheme"]["id"] == "small/1"


@pytest.mark.parametrize("place", ["../pack", "/pack"])
def test_a_pack_outside_the_case_is_not_followed(tmp_path, place):
    write_pack(tmp_path / "pack")
    name = place if place.startswith("..") else f"{tmp_path}{place}"
    folder = write_light_case(tmp_path / "case", _light(changed("case.yaml", "scheme: small/1", f"scheme: {name}")))

    with pytest.raises(SealmarkError) as caught:
        evaluate(None, folder)

    assert str(caught.value) == (
        f'SM302 The pack "{name}" lies outside the case folder.\n  in:  case.yaml, line 1, column 1, scheme\n'
        "  fix: Name an installed scheme (`sealmark scheme list`), copy the pack into the case, or use --scheme."
    )


def test_a_folder_of_the_working_directory_is_not_taken_for_the_scheme(tmp_path, monkeypatch):
    write_pack(tmp_path / "small")
    monkeypatch.chdir(tmp_path)
    folder = write_light_case(tmp_path / "case", _light(changed("case.yaml", "scheme: small/1", "scheme: small")))

    with pytest.raises(SealmarkError) as caught:
        evaluate(None, folder)

    assert caught.value.codes == ("SM208",)
    assert caught.value.problems[0].where == "case.yaml, line 1, column 1, scheme"


def test_without_its_scheme_a_case_still_tells_its_own_problems(tmp_path):
    folder = write_light_case(
        tmp_path / "case", {**_light(changed("case.yaml", "seed: 3", "sed: 3")), "facts.yaml": None}
    )

    with pytest.raises(SealmarkError) as caught:
        open_case(None, folder)

    assert caught.value.codes == ("SM304", "SM303", "SM208")


def test_limits_say_when_the_edition_was_not_in_force_or_a_gate_was_waived(tmp_path):
    text = _light(
        changed("case.yaml", "seed: 3", "seed: 3\nwaivers: [{gate: politeness, reason: r, by: b, on: 2019-06-01}]")
    )["case.yaml"]
    early = (
        text.replace("2026-06-30", "2019-06-30").replace("2026-01-01", "2019-01-01").replace("2026-06-15", "2019-06-15")
    )
    without = "".join(
        line
        for line in early.splitlines(keepends=True)
        if not line.startswith(("judgements", "facts", "documents", "persons", "actions"))
    )

    document = evaluate(edition(), write_light_case(tmp_path / "case", {"case.yaml": without}), draws=0).document

    assert document["limitations"] == [
        {"code": "edition-not-in-force", "about": "small/1", "figures": {"from": "2020-01-01"}},
        {"code": "gates-waived", "about": "gates", "figures": {"gates": "politeness"}},
    ]
    assert document["waivers"] == [{"gate": "politeness", "reason": "r", "by": "b", "on": "2019-06-01"}]


def test_suppressed_cells_are_a_limit(tmp_path):
    survey = {"surveys/customers.csv": "respondent,site,q1,q2,again\nr1,site-1,7,2,1\n"}

    document = evaluate(edition(), write_case(tmp_path / "case", survey), draws=0).document

    assert {"code": "cells-suppressed", "about": "measures", "figures": {"measures": "index"}} in document[
        "limitations"
    ]


def test_questions_coded_the_wrong_way_round_are_a_limit(tmp_path):
    # q2 is declared as lower-is-better; here its answers rise with those of q1.
    rows = "".join(f"r{i},site-{i % 3 + 1},{i % 10 + 1},{i % 10 + 1},1\n" for i in range(60))
    survey = {"surveys/customers.csv": "respondent,site,q1,q2,again\n" + rows}

    both = {"editions/1/measures/index.yaml": PACK["editions/1/measures/index.yaml"].replace("[q1]", "[q1, q2]")}
    pack = load_edition(write_pack(tmp_path / "pack", both))

    document = evaluate(pack, write_case(tmp_path / "case", survey), draws=0).document

    found = [item for item in document["limitations"] if item["code"] == "items-opposed"]
    assert found == [{"code": "items-opposed", "about": "index", "figures": {"items": "q1, q2"}}]


def points_overlay(tmp_path, *, changes=(), scheme="gbt27922/2011"):
    """Open a new case under the equal split of points, with some of them changed."""
    edition = load(scheme)
    new_case(tmp_path / "case", edition, as_of=dt.date(2026, 6, 30))
    text = edition.files["overlays/equal-split.yaml"].decode()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (tmp_path / "case/o.yaml").write_text(text)
    path = tmp_path / "case/case.yaml"
    path.write_text(path.read_text().replace(f"scheme: {scheme}", f"scheme: {scheme}\noverlay: o.yaml"))
    return open_case(None, tmp_path / "case")


def test_points_of_an_overlay_must_add_up_to_those_of_their_group(tmp_path):
    opened = points_overlay(tmp_path, changes=[("points-5.1.7: 5.74", "points-5.1.7: 5.71")])

    assert [(item.code, item.what, item.where, item.fix) for item in opened.case.problems] == [
        (
            "SM319",
            'With the overlay "equal-split" the children of "5.1" have 39.97 points together, the group has 40.',
            "o.yaml, values",
            "Change the figures so that they add up; the difference is 0.03.",
        )
    ]


@pytest.mark.parametrize("changes", [(), [("  points-5.1.7: 5.74\n", "")]], ids=["all given", "one left open"])
def test_points_of_an_overlay_that_add_up_or_stay_open_are_taken(tmp_path, changes):
    assert points_overlay(tmp_path, changes=changes).case.problems == ()


def test_the_figures_of_an_overlay_stand_in_the_document(tmp_path):
    case = write_light_case(tmp_path / "case", with_overlay("o.yaml", OVERLAY))

    overlay = evaluate(edition(), case, draws=0).document["overlay"]

    assert overlay["values"] == {"floor": "70"}
