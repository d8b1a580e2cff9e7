"""Two waves in a case: which rows count, how far measures moved, and what a change rule concludes."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from tests.library.evaluation.small import CASE, PACK, edited, write_case, write_pack

from sealmark.core.errors import SealmarkError
from sealmark.evaluation.case import load_case
from sealmark.evaluation.evidence.gathering import gather
from sealmark.evaluation.evidence.small_cells import SUPPRESSED
from sealmark.evaluation.run import evaluate, open_case
from sealmark.measure import Design, Mean, Share, WavePair, estimate, joint_estimates, wave_changes
from sealmark.scheme.loading import load_edition

D = Decimal
RULES = """\
  - change: index
    minimum_base: 20
    relevant: 2
    scores: {table: {improved: 1, not-shown: 0, not-improved: 0}}
"""
BETTER = "id: better\nsource: own\nevidence:\n" + RULES
FASTER = """\
id: faster
source: own
evidence: [{change: solved, counts: lower-limit, scores: {at_least: 0}}]
"""
LOYALTY = """\
id: loyalty
source: own
instrument: customers
items: [again]
formula: {kind: share, codes: [1]}
unit: share
"""
MIDDLE = """\
id: middle
source: own
instrument: customers
items: [q1]
formula: {kind: quantile, quantile: 0.5}
unit: rating
"""
AMONG = """\
id: of-loyal
source: own
instrument: customers
items: [q1]
among: {item: again, equals: [1]}
formula: {kind: respondent-mean, factor: 10}
unit: points
"""
SURVEY = "  - {instrument: customers, file: surveys/customers.csv, site: site}\n"
ROLLING = 'waves: {column: half, before: [2025-1, "2025-2"], after: ["2025-2", 2026-1]'
TICKETS = "  - {records: tickets, file: records/tickets.csv, mapping: mappings/tickets.yaml}\n"
PERIODS = "waves: {before: {start: 2025-01-01, end: 2025-06-30}, after: {start: 2026-01-01, end: 2026-06-10}}"


def pack(folder, **requirements):
    """Return the small edition with requirements about change, and measures of every kind behind them."""
    children = edited(PACK["editions/1/tree.yaml"], "improved]", ", ".join(["improved", *requirements]) + "]")
    files = {f"editions/1/requirements/{name}.yaml": text for name, text in requirements.items()}
    measures = {"loyalty": LOYALTY, "middle": MIDDLE, "of-loyal": AMONG}
    files |= {f"editions/1/measures/{name}.yaml": text for name, text in measures.items()}
    return load_edition(write_pack(folder / "pack", {**files, "editions/1/tree.yaml": children}))


def answers(*, gain=1, seed=7, per_round=60):
    """Return three rounds of answers by the same people; the last lies `gain` steps higher."""
    random = np.random.default_rng(seed)
    own = random.normal(6, 1.5, per_round)
    rows = ["respondent,half,site,q1,q2,again"]
    for half, lift in (("2025-1", 0), ("2025-2", 0), ("2026-1", gain)):
        for who in range(per_round):
            score = int(np.clip(round(own[who] + lift + random.normal(0, 0.7)), 1, 10))
            rows.append(f"p{who},{half},site-{who % 4 + 1},{score},2,{int(score > 6)}")
    return "\n".join(rows) + "\n"


def tickets(share_before=12, share_after=18):
    """Return twenty tickets of each year; so many are solved within two days, the others in five."""
    rows = ["Number,Created,Solved,Branch"]
    for year, good in ((2025, share_before), (2026, share_after)):
        for number in range(20):
            opened = dt.date(year, 3, 1 + number)
            solved = opened + dt.timedelta(days=1 if number < good else 5)
            rows.append(f"{year}-{number},{opened} 09:00,{solved} 09:00,site-{number % 4 + 1}")
    return "\n".join(rows) + "\n"


def case(folder, *, survey="", records="", files=None):
    text = edited(CASE["case.yaml"], SURVEY, SURVEY.replace("}\n", f"{survey}}}\n"))
    text = edited(text, TICKETS, TICKETS.replace("}\n", f"{records}}}\n"))
    given = {"surveys/customers.csv": answers()} if survey else {}
    given |= {"records/tickets.csv": tickets()} if records else {}
    return write_case(folder / "case", {"case.yaml": text, **given, **(files or {})})


def measured(folder, edition, **given):
    opened = open_case(edition, case(folder, **given))
    return gather(opened.case, opened.book).evidence.measures


def rows_of(text):
    heading, *lines = [line.split(",") for line in text.splitlines()]
    table = dict(zip(heading, zip(*lines, strict=True), strict=True))
    numbers = {name: [int(value) for value in table[name]] for name in ("q1", "again")}
    return pa.table({"half": table["half"], "respondent": table["respondent"], **numbers})


PAIR = WavePair("half", ("2025-1", "2025-2"), ("2025-2", "2026-1"), respondent="respondent")
FOLLOWED = f", {ROLLING}, respondent: respondent}}"


def test_a_change_is_that_of_the_measuring_stage_and_measures_rest_on_the_later_wave(tmp_path):
    found = measured(tmp_path, pack(tmp_path, better=BETTER), survey=FOLLOWED)["index"]

    table = rows_of(answers())
    (expected,) = wave_changes(table, {"m": Mean("q1")}, design=Design(), waves=PAIR)
    later = table.filter(pa.compute.is_in(table["half"], value_set=pa.array(PAIR.after)))
    (level,) = estimate(later, {"m": Mean("q1")}, design=Design(cluster="respondent"))
    assert (found.overall.base, found.change.base) == (120, 120)
    assert float(found.overall.lower) == pytest.approx(float(level.estimate.lower) * 10, rel=1e-9)
    for name in ("value", "lower", "upper", "standard_error"):
        assert float(getattr(found.change.change, name)) == pytest.approx(10 * float(getattr(expected.change, name)))
    assert float(found.change.after.value) == pytest.approx(float(found.overall.value))


def test_only_changes_that_a_rule_asks_for_are_estimated(tmp_path):
    found = measured(tmp_path, pack(tmp_path, better=BETTER), survey=FOLLOWED)

    assert {name for name, item in found.items() if item.change} == {"index"}


def test_without_waves_there_is_no_change_and_every_row_counts(tmp_path):
    one_each = "\n".join(line for line in answers().splitlines() if "2025" not in line) + "\n"

    found = measured(tmp_path, pack(tmp_path, better=BETTER), files={"surveys/customers.csv": one_each})

    assert (found["index"].overall.base, found["index"].change) == (60, None)


def test_errors_of_changes_and_levels_go_together_as_joint_estimates_say(tmp_path):
    rules = {name: BETTER.replace("id: better", f"id: {name}").replace("change: index", f"change: {name}")
             for name in ("loyalty", "of-loyal")}  # fmt: skip

    found = measured(tmp_path, pack(tmp_path, better=BETTER, **rules), survey=FOLLOWED)

    table = rows_of(answers())
    design = Design(cluster="respondent")
    means = {"level": Mean("q1"), "share": Share("again", (1,))}
    joint = joint_estimates(table, means, design=design, by="half")
    # Rounds of equal size: the later wave is the mean of two rounds, the change half of last less first.
    labels = list(joint.labels)
    weights = {"2025-1": (0, -0.5), "2025-2": (0.5, 0), "2026-1": (0.5, 0.5)}
    level, change, share = np.zeros((3, len(labels)))
    for place, (name, (half,)) in enumerate(labels):
        if name == "level":
            level[place], change[place] = weights[half]
        else:
            share[place] = weights[half][0]

    def correlation(one, other):
        cross = one @ joint.covariance @ other
        return cross / np.sqrt((one @ joint.covariance @ one) * (other @ joint.covariance @ other))

    told = found["index"].change.correlations
    assert float(told["index"]) == pytest.approx(correlation(change, level), abs=2e-6)
    assert float(told["loyalty"]) == pytest.approx(correlation(change, share), abs=2e-6)
    assert told["index"] == found["index"].correlations["change:index"]
    assert set(told) == {"index", "loyalty", "of-loyal", "change:loyalty", "change:of-loyal"}


def test_rounds_drawn_afresh_are_strata(tmp_path):
    waves = f", {ROLLING}, independent_rounds: true}}"

    found = measured(tmp_path, pack(tmp_path, better=BETTER), survey=waves)["index"].change

    pair = replace(PAIR, respondent=None, independent_rounds=True)
    (expected,) = wave_changes(rows_of(answers()), {"m": Mean("q1")}, design=Design(), waves=pair)
    assert float(found.change.standard_error) == pytest.approx(10 * float(expected.change.standard_error))


def test_a_quantile_has_no_change(tmp_path):
    rule = BETTER.replace("change: index", "change: middle")

    found = measured(tmp_path, pack(tmp_path, better=rule), survey=FOLLOWED)["middle"].change

    assert (found.change.value, found.change.note) == (None, "a quantile of answers has no change here")


def test_a_wave_of_few_people_is_not_told(tmp_path):
    few = (
        "\n".join(line for line in answers().splitlines() if "2025" not in line or line.startswith("p1,2025-1")) + "\n"
    )
    waves = ', waves: {column: half, before: ["2025-1"], after: ["2026-1"]}'

    found = measured(tmp_path, pack(tmp_path, better=BETTER), survey=waves, files={"surveys/customers.csv": few})

    change = found["index"].change
    assert (change.before.value, change.change.value, change.change.note) == (None, None, SUPPRESSED)


def test_a_subgroup_that_nobody_of_a_wave_is_in_has_no_change(tmp_path):
    rule = BETTER.replace("change: index", "change: of-loyal")
    nobody = "\n".join(line[:-1] + "0" if "2025-1" in line else line for line in answers().splitlines()) + "\n"
    waves = ', waves: {column: half, before: ["2025-1"], after: ["2026-1"]}'

    change = measured(tmp_path, pack(tmp_path, better=rule), survey=waves, files={"surveys/customers.csv": nobody})

    assert (change["of-loyal"].change.change.value, change["of-loyal"].change.before.base) == (None, 0)


@pytest.mark.parametrize(
    ("survey", "text", "told"),
    [
        (', waves: {column: half, before: ["2024-1"], after: ["2026-1"]}', answers(), "No row belongs to the round 2024-1."),
        (', waves: {column: half, before: ["2025-1"], after: ["2026-1"]}', answers().replace("p3,2025-1", "p3,"), "1 rows do not say which round they belong to."),
        (', waves: {column: wave, before: ["2025-1"], after: ["2026-1"]}', answers(), 'The file has no column "wave"'),
        (', waves: {column: half, before: ["2026-1"], after: [2026-1]}', answers(), "Both waves are made of the same rounds"),
        (', waves: {column: half, before: ["2025-1"], after: ["2026-1"], respondent: respondent, independent_rounds: true}', answers(), "are not independent"),
        (', waves: {column: half, before: [2025-1, "2025-1"], after: ["2026-1"]}', answers(), "The round 2025-1 is named twice in one wave."),
        (', waves: {column: half, before: ["2025-1"], after: [true]}', answers(), "A round has no name."),
        (', waves: {column: half, before: [" "], after: ["2026-1"]}', answers(), "A round has no name."),
        (', waves: {column: "", before: ["2025-1"], after: ["2026-1"]}', answers(), "The text is empty."),
        (', waves: {column: half, before: ["2025-1"], after: ["2026-1"], respondent: half}', answers(), "One column names both the rounds and the people."),
    ],
)  # fmt: skip
def test_waves_that_cannot_be_compared_are_refused(tmp_path, survey, text, told):
    folder = case(tmp_path, survey=survey, files={"surveys/customers.csv": text})

    with pytest.raises(SealmarkError) as error:
        evaluate(pack(tmp_path, better=BETTER), folder, draws=2)

    assert told in str(error.value)


def test_somebody_who_answers_twice_in_a_round_is_refused(tmp_path):
    twice = answers() + "p3,2025-1,site-1,9,2,1\n"

    with pytest.raises(SealmarkError, match="SM337"):
        measured(tmp_path, pack(tmp_path, better=BETTER), survey=FOLLOWED, files={"surveys/customers.csv": twice})


def test_records_of_two_periods_are_compared(tmp_path):
    found = measured(tmp_path, pack(tmp_path, faster=FASTER), records=f", {PERIODS}")["solved"]

    change = found.change
    assert (change.before.value, change.after.value, change.change.value) == (D("0.6"), D("0.9"), D("0.3"))
    assert (found.overall.value, found.overall.base) == (D("0.9"), 20)
    error = (0.24 / 20 + 0.09 / 20) ** 0.5
    assert float(change.change.standard_error) == pytest.approx(error)
    assert float(change.correlations["solved"]) == pytest.approx((0.09 / 20) ** 0.5 / error, abs=1e-6)
    assert found.correlations == {"change:solved": change.correlations["solved"]}
    assert sum(cell.base for cell in found.sites.values()) == 20


def test_records_that_are_equal_in_the_later_wave_have_a_change_and_no_shared_error(tmp_path):
    found = measured(tmp_path, pack(tmp_path, faster=FASTER), records=f", {PERIODS}",
                     files={"records/tickets.csv": tickets(12, 20)})["solved"]  # fmt: skip

    assert (found.change.change.value, found.change.correlations) == (D("0.4"), {})
    assert found.change.change.upper > D("0.4") > found.change.change.lower > 0


def test_records_of_a_wave_without_any_are_refused(tmp_path):
    waves = ", waves: {before: {start: 2025-07-01, end: 2025-07-31}, after: {start: 2026-01-01, end: 2026-06-10}}"

    with pytest.raises(SealmarkError, match="SM371 No record was opened in 2025-07-01 to 2025-07-31"):
        measured(tmp_path, pack(tmp_path, faster=FASTER), records=waves,
                 files={"records/tickets.csv": tickets().replace("2025-03-", "2025-09-")})  # fmt: skip


@pytest.mark.parametrize(
    ("waves", "told"),
    [
        ("waves: {before: {start: 2025-01-01, end: 2026-01-01}, after: {start: 2026-01-01, end: 2026-06-10}}", "The later wave starts before the earlier one ends"),
        ("waves: {before: {start: 2025-01-01, end: 2025-06-30}, after: {start: 2025-12-31, end: 2026-06-10}}", "SM372 The later wave (2025-12-31 to 2026-06-10) leaves the period of the case."),
    ],
)  # fmt: skip
def test_record_waves_that_overlap_or_leave_the_period_are_refused(tmp_path, waves, told):
    with pytest.raises(SealmarkError) as error:
        load_case(case(tmp_path, records=f", {waves}"))

    assert told in str(error.value)


def test_an_evaluation_tells_both_waves_and_the_verdict_and_draws_the_change(tmp_path):
    edition = pack(tmp_path, better=BETTER, faster=FASTER)
    folder = case(tmp_path, survey=FOLLOWED, records=f", {PERIODS}")

    document = evaluate(edition, folder, draws=40).document

    told = document["measures"]["index"]["change"]
    (rule,) = document["findings"]["better"]["evidence"]
    assert (rule["kind"], rule["verdict"], rule["value"], rule["share"]) == ("change", "improved", "improved", "1")
    assert (told["before"]["base"], told["after"]["base"]) == (120, 120)
    assert document["findings"]["faster"]["statement"] == "conforms"
    assert {item["code"] for item in document["limitations"]} >= {"waves-independent"}
    assert evaluate(edition, folder, draws=40).document == document


@pytest.mark.parametrize(
    ("gain", "statement", "verdict"), [(0, "does-not-conform", "not-improved"), (1, "conforms", "improved")]
)
def test_both_outcomes(tmp_path, gain, statement, verdict):
    files = {"surveys/customers.csv": answers(gain=gain)}

    document = evaluate(pack(tmp_path, better=BETTER), case(tmp_path, survey=FOLLOWED, files=files), draws=2).document

    found = document["findings"]["better"]
    assert (found["statement"], found["evidence"][0]["verdict"]) == (statement, verdict)


def test_a_case_without_waves_leaves_a_change_not_determined(tmp_path):
    document = evaluate(pack(tmp_path, better=BETTER), write_case(tmp_path / "case"), draws=2).document

    found = document["findings"]["better"]
    assert (found["statement"], found["share"]) == ("not-determined", None)
    assert found["reasons"] == [{"code": "missing-change", "about": "index", "figures": {}}]
    assert found["missing"] == [{"kind": "change", "id": "index"}]


def test_a_subgroup_that_nobody_is_in_has_no_change(tmp_path):
    rule = BETTER.replace("change: index", "change: of-loyal")
    nobody = "\n".join([*answers().splitlines()[:1], *(line[:-1] + "0" for line in answers().splitlines()[1:])]) + "\n"

    found = measured(tmp_path, pack(tmp_path, better=rule), survey=FOLLOWED, files={"surveys/customers.csv": nobody})

    assert (found["of-loyal"].change.change.value, found["of-loyal"].change.correlations) == (None, {})
