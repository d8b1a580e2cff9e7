import pytest

from sealmark.measure.imports.headings import Heading, WantedColumn, column_lines, match_headings, meaning_of

OPENED = WantedColumn("opened", "datetime")
CHANNEL = WantedColumn("channel", "text", ("phone", "e-mail"), "for answered")


def found(wanted, headings):
    return {name: heading.text for name, heading in match_headings(wanted, headings).items()}


@pytest.mark.parametrize(
    ("text", "dated", "meaning"),
    [
        ("Created at", True, "opened"),
        ("Created by", False, ""),
        ("Ticket ID", False, "case"),
        ("Paid", False, ""),
        ("Номер заявки", False, "case"),
        ("关闭时间", True, "closed"),
        ("Status", False, "status"),
    ],
)
def test_a_heading_points_to_one_of_our_names(text, dated, meaning):
    assert meaning_of(Heading(text, is_dated=dated)) == meaning


def test_the_same_name_counts_more_than_a_word_for_it():
    headings = [Heading("Created", is_dated=True), Heading("Opened", is_dated=True)]

    assert found([OPENED], headings) == {"opened": "Opened"}


def test_two_headings_that_do_equally_well_decide_nothing():
    headings = [Heading("Created", is_dated=True), Heading("Received", is_dated=True)]

    assert found([OPENED], headings) == {}


def test_dates_are_only_looked_for_among_dates():
    assert found([OPENED], [Heading("opened")]) == {}
    assert found([CHANNEL], [Heading("channel", is_dated=True)]) == {}


def test_a_heading_is_given_away_once():
    wanted = [WantedColumn("customer", "text"), WantedColumn("customers", "text")]

    assert found(wanted, [Heading("Customer")]) == {"customer": "Customer"}


def test_a_name_that_is_nearly_the_same_is_found_last():
    assert found([WantedColumn("waranty", "text")], [Heading("Warranty"), Heading("Remark")]) == {"waranty": "Warranty"}
    assert found([WantedColumn("warranty", "text")], [Heading("War")]) == {}


def test_short_words_are_whole_words():
    assert found([WantedColumn("promised", "datetime")], [Heading("Residue", is_dated=True)]) == {}
    assert found([WantedColumn("promised", "datetime")], [Heading("Due on", is_dated=True)]) == {"promised": "Due on"}


def test_a_line_says_what_a_column_is_for_and_what_counts():
    assert column_lines(CHANNEL, "Kind", remark="check") == [
        "  # for answered; counted: phone, e-mail",
        '  # other words in the file: add values: {"their word": phone}, other_values: keep',
        '  channel: {from: "Kind", type: text}  # check',
    ]
    assert column_lines(WantedColumn("5.1", "text"), "渠道") == ['  "5.1": {from: "渠道", type: text}']
    assert column_lines(OPENED, "Day", kind="date") == ['  opened: {from: "Day", type: date}']
