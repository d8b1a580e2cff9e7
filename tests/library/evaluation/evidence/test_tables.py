"""Sites, documents, persons and actions: what they become, and every wrong row."""

import datetime as dt

import pytest
from tests.library.evaluation.small import CASE, gathered, problems, write_light_case

from sealmark.assess.evidence import Document, ImprovementAction, PersonCertificate
from sealmark.evaluation.evidence.tables import Site

DAY = dt.date


def told(tmp_path, name, text):
    folder = write_light_case(tmp_path / "case", {name: text})
    return [(item.code, item.what, item.where.removeprefix(f"{name}, "), item.fix) for item in problems(folder)]


def evidence(tmp_path, **texts):
    return gathered(write_light_case(tmp_path / "case", {f"{name}.csv": text for name, text in texts.items()})).evidence


def test_small_tables_arrive_in_their_types(tmp_path):
    found = evidence(tmp_path)

    assert found.documents == {
        "manual": Document(DAY(2026, 1, 10), DAY(2027, 1, 10), "documents.csv, row 2"),
        "register": Document(None, None, "documents.csv, row 3"),
    }
    assert found.persons == (
        PersonCertificate("practitioner", DAY(2025, 4, 1), None, 2),
        PersonCertificate("practitioner", DAY(2025, 9, 1), None, 1),
    )
    assert found.actions == (
        ImprovementAction(DAY(2026, 2, 1), "effective"),
        ImprovementAction(DAY(2026, 3, 1), "done"),
    )


def test_sites_take_their_stratum_from_the_columns_of_the_scheme(tmp_path):
    folder = write_light_case(tmp_path / "case", {"sites.csv": "site,region,type,stratum,employees,central\n"
                                                  "site-1,north,shop,,12,no\nsite-2,north,,,,\nsite-3,,,own,,\nsite-4,,,,,yes\n"})  # fmt: skip

    assert gathered(folder).sites == (
        Site("site-1", "", "north, shop", 12),
        Site("site-2", "", "north"),
        Site("site-3", "", "own"),
        Site("site-4", central=True),
    )
    assert gathered(folder).evidence.sites == ("site-1", "site-2", "site-3")


def test_a_number_of_none_is_none_and_not_one(tmp_path):
    persons = evidence(tmp_path, persons="credential,obtained,number\npractitioner,2025-04-01,0\n").persons

    assert [item.number for item in persons] == [0]


def test_tables_that_are_not_given_are_unknown_not_empty(tmp_path):
    text = CASE["case.yaml"]
    start, end = text.index("surveys:"), text.index("facts:")
    found = gathered(write_light_case(tmp_path / "case", {"case.yaml": text[:start] + text[end:].replace("persons: persons.csv\n", "").replace(
        "actions: actions.csv\n", "").replace("documents: documents.csv\n", "").replace("facts: facts.yaml\n", "")})).evidence  # fmt: skip

    assert (found.persons, found.actions, found.documents, found.facts, found.judgements) == (None, None, {}, {}, {})


def test_a_list_without_rows_says_that_there_are_none(tmp_path):
    found = evidence(
        tmp_path, documents="document,dated\n", persons="credential,obtained\n", actions="action,due,state\n"
    )

    assert (found.documents, found.persons, found.actions) == ({}, (), ())


WRONG = [
    ("documents.csv", "document,dated,valid_until\nmanual,2026-07-10,\n", "SM312", "2026-07-10 lies after the as-of date 2026-06-30.",
     "row 2, column dated", "Correct the date, or as_of in case.yaml."),
    ("documents.csv", "document,dated,valid_until\nmanual,2026-01-10,2025-01-10\n", "SM312",
     "2025-01-10 lies before 2026-01-10 in the column dated.", "row 2, column valid_until", "Correct one of the dates."),
    ("documents.csv", "document,dated\nmanual,\nmanual,\n", "SM309", 'The document "manual" stands twice.', "row 3, column document", "Keep the newest."),
    ("documents.csv", "document,dated\nmanul,\n", "SM308", '"manul" is not known in the column "document".', "row 2, column document",
     'Did you mean "manual"? Legal: manual, register.'),
    ("sites.csv", "site,name\n", "SM331", "The table has headings but no rows.", "sites.csv", "Fill it in, or take it out of case.yaml."),
    ("persons.csv", "credential,obtained\npractitionr,2025-04-01\n", "SM308", '"practitionr" is not known in the column "credential".',
     "row 2, column credential", 'Did you mean "practitioner"? Legal: practitioner.'),
    ("persons.csv", "credential,obtained\npractitioner,\n", "SM307", 'The cell "obtained" is empty.', "row 2, column obtained", "Fill it in."),
    ("persons.csv", "credential,obtained\npractitioner,2026-12-01\n", "SM312", "2026-12-01 lies after the as-of date 2026-06-30.",
     "row 2, column obtained", "Correct the date, or as_of in case.yaml."),
    ("persons.csv", "credential,obtained,expires\npractitioner,2026-02-01,2026-01-01\n", "SM312",
     "2026-01-01 lies before 2026-02-01 in the column obtained.", "row 2, column expires", "Correct one of the dates."),
    ("persons.csv", "credential,obtained,number\npractitioner,2026-02-01,many\n", "SM307", '"many" is not legal in the column "number".',
     "row 2, column number", "Legal: a whole number from 0 to 1,000,000,000."),
    ("persons.csv", "credential,obtained\npractitioner,2026-02-01\npractitioner,2026-02-01\n", "SM309",
     '"practitioner, 2026-02-01" stands twice and would count twice.', "row 3",
     "Keep one; the other is in persons.csv, row 2. Several alike: one row with their number, or name each."),
    ("persons.csv", "credential,obtained,person\npractitioner,2026-02-01,Eve\npractitioner,2026-03-01,Eve\n", "SM309",
     '"Eve, practitioner" stands twice and would count twice.', "row 3",
     "Keep one; the other is in persons.csv, row 2. Several alike: one row with their number, or name each."),
    ("actions.csv", "action,due,state\na,2026-02-01,effectiv\n", "SM308", '"effectiv" is not known in the column "state".', "row 2, column state",
     'Did you mean "effective"? Legal: done, effective, planned.'),
    ("actions.csv", "action,due,state\na,2026-02-01,done\na,2026-02-01,planned\n", "SM309", '"a" stands twice and would count twice.', "row 3",
     "Keep one; the other is in actions.csv, row 2. Several alike: one row with their number, or name each."),
    ("actions.csv", "action,due,state\na,,done\n", "SM307", 'The cell "due" is empty.', "row 2, column due", "Fill it in."),
    ("actions.csv", "action,due,state\n,2026-02-01,done\n", "SM307", 'The cell "action" is empty.', "row 2, column action", "Fill it in."),
    ("actions.csv", "action,due,state\na,2026-13-01,done\n", "SM307", '"2026-13-01" is not legal in the column "due".', "row 2, column due",
     "Legal: a date such as 2026-01-31."),
    ("actions.csv", "action,due,state,requirement\na,2026-02-01,done,manners\n", "SM308", '"manners" is not known in the column "requirement".',
     "row 2, column requirement", "Legal: greeting, hotline, improved, liked, manual-kept, polite, quick, trained, visible."),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text", "code", "what", "where", "fix"), WRONG, ids=[f"{row[0]}-{row[3][:40]}" for row in WRONG]
)
def test_a_wrong_row_is_told_with_column_and_cure(tmp_path, name, text, code, what, where, fix):
    assert told(tmp_path, name, text) == [(code, what, where, fix)]


def test_every_wrong_site_is_told(tmp_path):
    text = "site,visited,employees\nsite-1,maybe,-1\nsite-1,yes,\n,yes,1.5\nsite-2,,\nsite-3,,\nsite-4,,\n"

    assert [item[:3] for item in told(tmp_path, "sites.csv", text)] == [
        ("SM307", '"maybe" is not legal in the column "visited".', "row 2, column visited"),
        ("SM307", '"-1" is not legal in the column "employees".', "row 2, column employees"),
        ("SM309", 'The site "site-1" stands twice.', "row 3, column site"),
        ("SM307", 'The cell "site" is empty.', "row 4, column site"),
        ("SM307", '"1.5" is not legal in the column "employees".', "row 4, column employees"),
    ]


def test_a_long_list_of_legal_names_is_not_printed(tmp_path):
    sites = "site\n" + "".join(f"place-{number}\n" for number in range(60))
    marks = "requirement,site,mark\npolite,plcae-7,7\n"
    folder = write_light_case(tmp_path / "case", {"sites.csv": sites, "judgements.csv": marks})

    assert [item.fix for item in problems(folder)] == [
        "Did you mean place-7 or place-57 or place-47? There are 60 legal ones."
    ]


def test_sites_have_levels_parents_and_activities(tmp_path):
    text = "site,level,parent,activities\nsite-1,region,,sales; repair;\nsite-2,shop,site-1,\nsite-3,,,\nsite-4,,,\n"

    found = gathered(write_light_case(tmp_path / "case", {"sites.csv": text})).sites

    assert found[:2] == (
        Site("site-1", level="region", activities=frozenset({"sales", "repair"})),
        Site("site-2", level="shop", parent="site-1"),
    )


def test_parents_that_are_not_listed_or_lead_in_a_circle_are_told(tmp_path):
    text = "site,parent\nsite-1,site-2\nsite-2,site-1\nsite-3,sight-1\nsite-4,site-1\n"

    assert [item[:3] for item in told(tmp_path, "sites.csv", text)] == [
        ("SM474", 'The site "site-1" belongs to itself by way of its parents.', "row 2, column parent"),
        ("SM474", 'The site "site-2" belongs to itself by way of its parents.', "row 3, column parent"),
        ("SM308", 'The parent "sight-1" is not in the list of sites.', "row 4, column parent"),
    ]
