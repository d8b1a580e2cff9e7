import datetime as dt
from decimal import Decimal

import pytest
from tests.library.builders import DAY, book_of, edition_of

from sealmark.assess.figures import FigureBook, Missing
from sealmark.scheme.figures import BySize, Parameter, ParameterRef
from sealmark.scheme.rules import Scores

SIZES = {"micro": 1, "small": 10, "large": 250}


@pytest.mark.parametrize(
    ("employees", "size"),
    [
        (None, None),
        (0, None),
        (1, "micro"),
        (9, "micro"),
        (10, "small"),
        (249, "small"),
        (250, "large"),
        (9000, "large"),
    ],
)
def test_size_begins_where_the_class_begins(employees, size):
    book = book_of(edition_of(["a"], sizes=SIZES), employees)

    assert book.size == size


def test_number_written_out_is_itself():
    assert book_of(edition_of(["a"])).number(Decimal("0.80")) == Decimal("0.80")


def test_number_by_size_takes_the_class():
    number = BySize.model_validate({"by_size": {"micro": 30, "small": {"parameter": "p"}}})
    edition = edition_of(["a"], sizes=SIZES, parameters={"p": 70})

    assert book_of(edition, 5).number(number) == 30
    assert book_of(edition, 10).number(number) == 70


@pytest.mark.parametrize("employees", [None, 0, 250])
def test_number_by_size_is_missing_for_a_class_without_a_number(employees):
    number = BySize.model_validate({"by_size": {"micro": 30, "small": 70}})

    assert book_of(edition_of(["a"], sizes=SIZES), employees).number(number) == Missing("size", "employees")


def test_parameter_without_a_value_is_missing_by_name():
    book = book_of(edition_of(["a"], parameters={"t": None}))

    assert book.number(ParameterRef(parameter="t")) == Missing("parameter", "t")
    assert book.parameter("never-heard-of") == Missing("parameter", "never-heard-of")


def test_overlay_fills_what_is_open_and_nothing_else():
    edition = edition_of(["a"], parameters={"open": None, "given": 5})

    book = book_of(edition, open=7, given=8, strange=9)

    assert (book.parameter("open"), book.parameter("given")) == (7, 5)
    assert book.parameter("strange") == Missing("parameter", "strange")


def test_parameter_counts_from_its_day():
    values = [
        {"effective_from": dt.date(2025, 1, 1), "value": 1, "source": "own"},
        {"effective_from": DAY, "value": 2, "source": "own"},
    ]
    edition = edition_of(["a"], parameters={"t": 0})
    edition.parameters["t"] = Parameter.model_validate({"values": values})

    found = [FigureBook(edition, day, overlay={"t": Decimal(9)}).parameter("t") for day in
             (dt.date(2024, 12, 31), dt.date(2025, 1, 1), DAY - dt.timedelta(days=1), DAY)]  # fmt: skip

    assert found == [Missing("parameter", "t"), 1, 1, 2]


def test_unknown_in_names_every_unknown_figure_once():
    scores = Scores.model_validate(
        {"steps": [[1, {"parameter": "open"}], [{"by_size": {"small": 2}}, {"parameter": "open"}]]}
    )

    found = book_of(edition_of("a", parameters={"open": None, "given": 1})).unknown_in(
        ParameterRef(parameter="given"), scores
    )

    assert found == (Missing("parameter", "open"), Missing("size", "employees"))
