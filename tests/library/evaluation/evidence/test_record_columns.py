import pytest
from tests.library.builders import edition_of

from sealmark.evaluation.evidence.record_columns import in_opening_hours, record_columns
from sealmark.scheme.discovery import load

CLOCK = ["opened", "resolved"]
NEEDS = {
    "duration": ({"kind": "duration-mean"}, CLOCK),
    "promised": ({"kind": "share-within", "start": "ordered", "end": "delivered", "target": "promised"},
                 ["opened", "ordered", "promised", "delivered"]),
    "open": ({"kind": "open-share", "end": "closed"}, ["opened", "closed"]),
    "next update": ({"kind": "share-within", "target_hours": 24, "between": "updates"}, [*CLOCK, "updates"]),
    "first time": ({"kind": "first-time-fix", "same": "asset", "window_days": 30}, ["opened", "asset"]),
    "returns": ({"kind": "return-rate", "same": "asset", "window_days": 30}, [*CLOCK, "asset"]),
    "share": ({"kind": "record-share", "column": "kind", "values": ["back"]}, ["opened", "kind"]),
    "ratio": ({"kind": "record-ratio", "column": "kind", "values": ["back"], "base_column": "type", "base_values": ["x"]},
              ["opened", "kind", "type"]),
}  # fmt: skip


def columns(**measures):
    return record_columns(edition_of(["a"], measures=measures), "tickets")


@pytest.mark.parametrize("name", NEEDS)
def test_every_formula_names_its_columns_between_case_and_site(name):
    formula, needed = NEEDS[name]

    found = columns(m={"records": "tickets", "formula": formula, "unit": "share"})

    assert [column.name for column in found] == ["case", *needed, "site"]


def test_moments_are_times_and_the_rest_is_text():
    found = columns(m={"records": "tickets", "formula": NEEDS["promised"][0], "unit": "share"})

    assert {column.name: column.type for column in found if column.type == "text"} == {"case": "text", "site": "text"}


def test_values_that_count_are_gathered_over_the_measures():
    where = [{"column": "channel", "values": ["phone", "chat"]}]
    found = columns(
        calls={"records": "tickets", "formula": "duration-mean", "unit": "hours", "where": where},
        mails={"records": "tickets", "formula": "duration-mean", "unit": "hours",
               "where": [{"column": "channel", "values": ["mail", "phone"]}]},
        other={"records": "repairs", "formula": "duration-mean", "unit": "hours",
               "where": [{"column": "colour", "values": ["red"]}]},
    )  # fmt: skip

    channel = next(column for column in found if column.name == "channel")
    assert (channel.values, channel.about) == (("phone", "chat", "mail"), "for calls, mails")
    assert [column.name for column in found] == ["case", *CLOCK, "channel", "site"]


def test_a_class_without_measures_still_has_cases():
    assert [(column.name, column.about) for column in columns()] == [
        ("case", "names each record once"),
        ("opened", "when it began; every record needs it"),
        ("site", "the site as sites.csv names it; leave it out where there is one place"),
    ]


def test_opening_hours_count_for_the_class_that_a_measure_names():
    edition = load("gbt27922/2011")

    found = {name: in_opening_hours(edition, name) for name in edition.declarations.records}

    assert found == {"deliveries": False, "repairs": False, "service-requests": True}
