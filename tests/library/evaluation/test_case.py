"""What is wrong with case.yaml and the files it names, word for word."""

import pytest
from tests.library.evaluation.small import CASE, changed, problems, write_case

from sealmark.core.errors import SealmarkError
from sealmark.evaluation.case import load_case, read_case

OUTSIDE = "Copy the file into the case folder and name it by its path from there, without `..`."
KEYS = (
    "actions, as_of, documents, facts, judgements, label, made_up, note, organization, overlay, period, persons, prior_group, "
    "records, scheme, seed, sites, surveys, waivers"
)
SITES = ("case.yaml", "sites: sites.csv")

WRONG = [
    ("seed: 3", "sed: 3", "SM304", 'Unknown key "sed".', "line 7, column 1, sed", f'Did you mean "seed"? Legal: {KEYS}.'),
    ("seed: 3", "seed: -1", "SM304", '"-1" is too small.', "line 7, column 1, seed", "Legal: 0 or more."),
    ("seed: 3", f"seed: {2**53}", "SM304", f'"{2**53}" is too large.', "line 7, column 1, seed", f"Legal: {2**53 - 1} or less."),
    ("seed: 3", "label: review", "SM304", '"review" is not legal here.', "line 7, column 1, label",
     "Legal: evaluation, example, rehearsal, self-assessment."),
    ("employees: 40", "employees: many", "SM304", '"many" is not a whole number.', "line 4, column 3, organization.employees",
     "Write a whole number without quotes, for example 12."),
    ("as_of: 2026-06-30", "as_of: June", "SM304", '"June" is not a date.', "line 5, column 1, as_of", "Write dates as 2026-01-31."),
    ("as_of: 2026-06-30", "as_of: 2026-06-14", "SM304", "as_of (2026-06-14) lies before the end of the period (2026-06-15).",
     "line 5, column 1, as_of", "Let as_of be the last day of the period or later."),
    ("end: 2026-06-15", "end: 2025-06-15", "SM304", "The period ends before it starts.", "line 6, column 1, period",
     "Swap start and end, or correct one of them."),
    ("period: {start: 2026-01-01, end: 2026-06-15}\n", "", "SM304", 'The key "period" is missing.', "line 1, column 1, period",
     "Add it; `sealmark schema` prints what it may hold."),
    ("seed: 3", "seed: 3\nseed: 4", "SM104", 'The key "seed" stands twice.', "line 8, column 1", "Keep one of the two."),
    ("organization:\n", "organization\n", "SM102", "The file is not valid YAML: could not find expected ':'.", "line 3, column 7",
     "Look at indentation, colons and quotes on this line and the one above."),
    ("sites: sites.csv", "sites: /etc/hostname", "SM302", '"/etc/hostname" lies outside the case folder.', "line 8, column 1, sites.file", OUTSIDE),
    ("sites: sites.csv", "sites: ../case/sites.csv", "SM302", '"../case/sites.csv" lies outside the case folder.',
     "line 8, column 1, sites.file", OUTSIDE),
    ("sites: sites.csv", "sites: site.csv", "SM303", 'The file "site.csv" does not exist.', "line 8, column 1, sites.file",
     'Did you mean "sites.csv"? Put the file there, or correct its name in case.yaml.'),
    ("sites: sites.csv", "sites: xyz.parquet", "SM303", 'The file "xyz.parquet" does not exist.', "line 8, column 1, sites.file",
     "Put the file there, or correct its name in case.yaml."),
    ("sites: sites.csv", "sites: surveys", "SM303", '"surveys" is a folder, not a file.', "line 8, column 1, sites.file", "Name a file in it."),
    ("mapping: mappings/tickets.yaml", "mapping: 'mappings\\tickets.yaml'", "SM303", 'The file "mappings\\tickets.yaml" does not exist.',
     "line 12, column 51, records.0.mapping", 'Did you mean "mappings/tickets.yaml"? Put the file there, or correct its name in case.yaml.'),
    ("judgements: [judgements.csv]", "judgements: [judgements.csv, judgements.csv]", "SM320",
     'The judgement table "judgements.csv" stands twice.', "line 13, column 30, judgements.1",
     "Keep one; join the rows of several files into one file."),
    ("records:\n", "  - {instrument: customers, file: surveys/customers.csv}\nrecords:\n", "SM320",
     'The instrument "customers" stands twice.', "line 11, column 5, surveys.1", "Keep one; join the rows of several files into one file."),
    ("seed: 3", "waivers: [{gate: politeness, reason: r, by: b, on: 2026-07-01}]", "SM312",
     "2026-07-01 lies after the as-of date 2026-06-30.", "line 7, column 48, waivers.0.on", "Correct the date."),
    ("seed: 3", "waivers: [{gate: polite, reason: r, by: b, on: 2026-06-01}]", "SM316", 'The scheme small/1 has no waivable gate "polite".',
     "line 7, column 12, waivers.0.gate", 'Did you mean "politeness"? Legal: politeness.'),
    ("employees: 40", "sector: banking", "SM316", 'The scheme small/1 has no sector "banking".', "line 4, column 3, organization.sector",
     "Legal: repair, retail."),
    ("employees: 40", "modules: [core, extr]", "SM316", 'The scheme small/1 has no module "extr".', "line 4, column 19, organization.modules.1",
     'Did you mean "extra"? Legal: core, extra.'),
    ("instrument: customers", "instrument: customer", "SM316", 'The scheme small/1 has no instrument "customer".',
     "line 10, column 6, surveys.0.instrument", 'Did you mean "customers"? Legal: customers.'),
    ("records: tickets,", "records: ticket,", "SM316", 'The scheme small/1 has no record class "ticket".',
     "line 12, column 6, records.0.records", 'Did you mean "tickets"? Legal: repairs, tickets.'),
    ("records: tickets,", "records: repairs,", "SM315",
     "The case names no calendar for records/tickets.csv, but opening hours count in solved-in-hours.",
     "line 12, column 5, records.0", "Add `calendar: calendars/office.yaml` to these records."),
    ("site: site}", "site: site, not_asked: [q9]}", "SM316", 'The scheme small/1 has no item "q9".',
     "line 10, column 82, surveys.0.not_asked.0", "Legal: again, q1, q2."),
    ("site: site}", "site: site, design: {weigth: w}}", "SM304", 'Unknown key "weigth".', "line 10, column 79, surveys.0.design.weigth",
     'Did you mean "weight"? Legal: cluster, lonely, nested, population, strata, weight.'),
]  # fmt: skip


def told(folder):
    try:
        found = problems(folder)
    except SealmarkError as error:
        found = list(error.problems)
    return [(item.code, item.what, item.where, item.fix) for item in found]


@pytest.mark.parametrize(("before", "after", "code", "what", "where", "fix"), WRONG, ids=[row[1][:40] for row in WRONG])
def test_a_mistake_in_the_case_file_is_told_once_with_place_and_cure(tmp_path, before, after, code, what, where, fix):
    folder = write_case(tmp_path / "case", changed("case.yaml", before, after))

    try:
        found = told(folder)
    except SealmarkError as error:
        found = [(item.code, item.what, item.where, item.fix) for item in error.problems]

    assert found == [(code, what, f"case.yaml, {where}", fix)]


def test_a_link_out_of_the_folder_is_refused(tmp_path):
    (tmp_path / "elsewhere.csv").write_text(CASE["sites.csv"])
    folder = write_case(tmp_path / "case", {"sites.csv": None})
    (folder / "sites.csv").symlink_to(tmp_path / "elsewhere.csv")

    found = told(folder)

    assert found == [
        ("SM302", '"sites.csv" lies outside the case folder.', "case.yaml, line 8, column 1, sites.file", OUTSIDE)
    ]


def test_a_link_inside_the_folder_is_followed(tmp_path):
    folder = write_case(tmp_path / "case", {"sites.csv": None, "lists/all.csv": CASE["sites.csv"]})
    (folder / "sites.csv").symlink_to(folder / "lists/all.csv")

    assert told(folder) == []


def test_a_name_that_no_system_knows_is_refused_not_a_crash(tmp_path):
    folder = write_case(tmp_path / "case", changed("case.yaml", "sites: sites.csv", 'sites: "a\\0b"'))

    assert [item[0] for item in told(folder)] == ["SM302"]


def test_there_is_no_case(tmp_path):
    with pytest.raises(SealmarkError) as caught:
        load_case(tmp_path)

    assert str(caught.value) == (
        f'SM301 There is no case.yaml in "{tmp_path.name}".\n  in:  case.yaml\n'
        "  fix: Name a case folder, or make one: sealmark case new DIR --scheme sealmark-charter/2026"
    )


@pytest.mark.parametrize(
    ("content", "code"),
    [("", "SM106"), ("[1, 2]\n", "SM304"), ("a: &x 1\nb: *x\n", "SM103"), ("\xff".encode("latin-1"), "SM101")],
)
def test_what_is_no_case_file_stops_at_once(tmp_path, content, code):
    folder = write_case(tmp_path / "case", {"case.yaml": content})

    assert [item[0] for item in told(folder)] == [code]


def test_nothing_is_left_to_check_without_day_and_period(tmp_path):
    without = CASE["case.yaml"].replace("as_of: 2026-06-30\nperiod: {start: 2026-01-01, end: 2026-06-15}\n", "")
    folder = write_case(tmp_path / "case", {"case.yaml": without, "facts.yaml": "facts: {no-fact: 1}\n"})

    assert [(item[0], item[1]) for item in told(folder)] == [
        ("SM304", 'The key "as_of" is missing.'),
        ("SM304", 'The key "period" is missing.'),
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("as_of: 2026-06-30", "as_of: June"),
        ("period: {start: 2026-01-01, end: 2026-06-15}", "period: [2026]"),
        ("  name: Example", "  nam: Example"),
        ("as_of: 2026-06-30", "as_of: 2026-06-14"),
        ("scheme: small/1", "scheme: small/1\nfoo: 1"),
    ],
)
def test_a_mistake_in_the_case_file_does_not_hide_those_of_its_files(tmp_path, before, after):
    changes = {**changed("case.yaml", before, after), "facts.yaml": "facts: {no-fact: 1}\n"}
    folder = write_case(tmp_path / "case", changes)

    assert ("SM308", 'The scheme does not know the fact "no-fact".') in [item[:2] for item in told(folder)]
    assert {item[0] for item in told(folder)} == {"SM304", "SM308"}


def test_load_case_refuses_what_read_case_notes(tmp_path):
    folder = write_case(tmp_path / "case", changed(*SITES, "sites: site.csv"))

    with pytest.raises(SealmarkError) as caught:
        load_case(folder)

    assert caught.value.problems == read_case(folder).problems
    assert read_case(folder).file.sites.file == "site.csv"


def test_files_of_a_case_are_listed_with_what_they_are_for(tmp_path):
    folder = write_case(tmp_path / "case")

    assert load_case(folder).named_files() == {
        "case.yaml": "case",
        "surveys/customers.csv": "survey:customers",
        "records/tickets.csv": "records:tickets",
        "mappings/tickets.yaml": "mapping",
        "facts.yaml": "facts",
        "judgements.csv": "judgements",
        "sites.csv": "sites",
        "documents.csv": "documents",
        "persons.csv": "persons",
        "actions.csv": "actions",
    }
