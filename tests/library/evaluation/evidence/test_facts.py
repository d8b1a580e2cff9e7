import datetime as dt
from decimal import Decimal

import pytest
from tests.library.evaluation.small import gathered, problems, write_light_case


def told(tmp_path, text):
    folder = write_light_case(tmp_path / "case", {"facts.yaml": text})
    return [(item.code, item.what, item.where, item.fix) for item in problems(folder)]


def test_declared_facts_arrive_in_their_types(tmp_path):
    folder = write_light_case(tmp_path / "case")

    assert gathered(folder).evidence.facts == {
        "has-hotline": True,
        "incidents": Decimal(2),
        "opened-on": dt.date(2020, 5, 1),
        "kind-of-firm": "family",
    }


def test_a_fact_of_null_is_not_declared(tmp_path):
    folder = write_light_case(tmp_path / "case", {"facts.yaml": "facts: {has-hotline: null, incidents: 0}\n"})

    assert gathered(folder).evidence.facts == {"incidents": Decimal(0)}


WRONG = [
    ("has-hotline: yes", "SM314", '"yes" does not fit the fact "has-hotline".', "Legal: true or false."),
    ("has-hotline: 1", "SM314", '"1" does not fit the fact "has-hotline".', "Legal: true or false."),
    ("incidents: 21", "SM314", '"21" does not fit the fact "incidents".', "Legal: a number from 0 to 20."),
    ("incidents: -1", "SM314", '"-1" does not fit the fact "incidents".', "Legal: a number from 0 to 20."),
    ("incidents: true", "SM314", '"true" does not fit the fact "incidents".', "Legal: a number from 0 to 20."),
    ("incidents: '2'", "SM314", '"2" does not fit the fact "incidents".', "Legal: a number from 0 to 20."),
    ("opened-on: soon", "SM314", '"soon" does not fit the fact "opened-on".', "Legal: a date such as 2026-01-31."),
    ("opened-on: 2026-07-01", "SM312", "2026-07-01 lies after the as-of date 2026-06-30.", "Correct the date, or as_of in case.yaml."),
    ("kind-of-firm: big", "SM314", '"big" does not fit the fact "kind-of-firm".', "Legal: family, listed."),
    ("kind-of-firms: big", "SM308", 'The scheme does not know the fact "kind-of-firms".',
     'Did you mean "kind-of-firm"? Legal: has-hotline, incidents, kind-of-firm, opened-on.'),
]  # fmt: skip


@pytest.mark.parametrize(("line", "code", "what", "fix"), WRONG, ids=[row[0] for row in WRONG])
def test_a_fact_that_does_not_fit_is_told_with_line_and_legal_values(tmp_path, line, code, what, fix):
    key = line.partition(":")[0]

    assert told(tmp_path, f"facts:\n  {line}\n") == [(code, what, f"facts.yaml, line 2, column 3, facts.{key}", fix)]


def test_malformed_keys_do_not_hide_other_facts(tmp_path):
    found = told(tmp_path, "facts:\n  incidents: 99\n  has-hotline: [1]\nverified: me\n")

    assert [(code, what, where) for code, what, where, _ in found] == [
        ("SM304", "A list of 1 is not legal here.", "facts.yaml, line 3, column 3, facts.has-hotline"),
        ("SM304", 'Unknown key "verified".', "facts.yaml, line 4, column 1, verified"),
        ("SM314", '"99" does not fit the fact "incidents".', "facts.yaml, line 2, column 3, facts.incidents"),
    ]


@pytest.mark.parametrize(
    ("text", "code"), [("", "SM106"), ("facts: 7\n", "SM304"), ("a: b: c\n", "SM102"), ("fact: {}\n", "SM304")]
)
def test_a_file_without_facts_is_told(tmp_path, text, code):
    assert {item[0] for item in told(tmp_path, text)} == {code}
