import datetime as dt
from decimal import Decimal
from typing import Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field

from sealmark.core.documents import (
    LIMIT_BYTES,
    LIMIT_DEPTH,
    Position,
    harmless,
    parse_yaml,
    read_model,
    read_yaml_model,
    salvage,
)
from sealmark.core.errors import SealmarkError


def parse(text):
    return parse_yaml(text, "x.yaml")


def problem_of(text):
    with pytest.raises(SealmarkError) as caught:
        parse(text)
    (problem,) = caught.value.problems
    return problem


def test_values_are_exact_and_only_true_and_false_are_booleans():
    content = parse(
        "{whole: 12, negative: -3, exact: 0.80, day: 2026-01-31, on: yes, true: true, none: null, empty: ,"
        ' quoted: "12", version: 1.2.3, exponent: 1e3, octal: 010, time: 12:30, wrong_day: 2026-02-30}'
    ).content

    assert content == {
        "whole": 12,
        "negative": -3,
        "exact": Decimal("0.80"),
        "day": dt.date(2026, 1, 31),
        "on": "yes",
        "true": True,
        "none": None,
        "empty": None,
        "quoted": "12",
        "version": "1.2.3",
        "exponent": "1e3",
        "octal": "010",
        "time": "12:30",
        "wrong_day": "2026-02-30",
    }
    assert str(content["exact"]) == "0.80"


def test_positions_are_those_of_keys_and_list_items():
    document = parse("a:\n  - x\n  - b: 1\n    c: 2\n")

    assert document.positions == {
        (): Position(1, 1),
        ("a",): Position(1, 1),
        ("a", 0): Position(2, 5),
        ("a", 1): Position(3, 5),
        ("a", 1, "b"): Position(3, 5),
        ("a", 1, "c"): Position(4, 5),
    }
    assert document.where(("a", 1, "c")) == "x.yaml, line 4, column 5, a.1.c"
    assert document.where(("a", 1, "d", "e")) == "x.yaml, line 3, column 5, a.1.d.e"
    assert document.where() == "x.yaml, line 1, column 1"


def test_a_byte_order_mark_and_crlf_are_accepted():
    assert parse("\ufeffa: 1\r\nb: 2\r\n".encode()).content == {"a": 1, "b": 2}


def test_sm101_bytes_that_are_not_utf8_name_their_line():
    problem = problem_of("a: 1\nb: caf\xe9\n".encode("latin-1"))

    assert (problem.code, problem.where) == ("SM101", "x.yaml, line 2")


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("a: [1, 2\nb: 3\n", "x.yaml, line 2, column 2"),
        ("a: 1\n  b: 2\n", "x.yaml, line 2, column 4"),
        ("a: 'open\n", "x.yaml, line 2, column 1"),
        ("\ta: 1\n", "x.yaml, line 1, column 1"),
        ("a: 1\n---\nb: 2\n", "x.yaml, line 2, column 1"),
    ],
)
def test_sm102_broken_yaml_names_its_place(text, where):
    problem = problem_of(text)

    assert (problem.code, problem.where) == ("SM102", where)
    assert problem.fix == "Look at indentation, colons and quotes on this line and the one above."


def test_sm102_control_characters_are_no_yaml():
    assert problem_of("a: \x00\n").code == "SM102"


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("a: &x 1\n", "x.yaml, line 1, column 4"),
        ("a: 1\nb: *x\n", "x.yaml, line 2, column 4"),
        ("a: {<<: *x}\n", "x.yaml, line 1, column 9"),
    ],
)
def test_sm103_anchors_and_aliases_are_refused(text, where):
    problem = problem_of(text)

    assert (problem.code, problem.where) == ("SM103", where)


def test_sm103_a_bomb_of_aliases_is_refused_before_it_grows():
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]

    assert problem_of("\n".join(levels)).code == "SM103"


def test_sm104_every_double_key_is_named():
    with pytest.raises(SealmarkError) as caught:
        parse("a: 1\nb: {c: 1, c: 2}\na: 3\n")

    assert [(problem.what, problem.where) for problem in caught.value.problems] == [
        ('The key "c" stands twice.', "x.yaml, line 2, column 11"),
        ('The key "a" stands twice.', "x.yaml, line 3, column 1"),
    ]
    assert set(caught.value.codes) == {"SM104"}


def test_sm105_depth_and_size_are_limited():
    assert parse("[" * LIMIT_DEPTH + "]" * LIMIT_DEPTH).content is not None
    assert problem_of("[" * (LIMIT_DEPTH + 1) + "]" * (LIMIT_DEPTH + 1)).code == "SM105"
    assert problem_of("[" * 100_000).code == "SM105"
    assert problem_of("a: " + "x" * LIMIT_BYTES).code == "SM105"


@pytest.mark.parametrize("text", ["", "\n", "# only a comment\n", b""])
def test_sm106_an_empty_file_says_so(text):
    assert problem_of(text).code == "SM106"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("? [a, b]\n: 1\n", "A key must be text."),
        ("a: !!python/object:os.system x\n", 'The tag "tag:yaml.org,2002:python/object:os.system" is not allowed.'),
        ("a: !secret x\n", 'The tag "!secret" is not allowed.'),
        ("a: !!binary aGk=\n", 'The tag "tag:yaml.org,2002:binary" is not allowed.'),
    ],
)
def test_sm107_keys_are_text_and_tags_are_refused(text, what):
    problem = problem_of(text)

    assert (problem.code, problem.what) == ("SM107", what)


class Wheel(BaseModel):
    model_config = ConfigDict(extra="forbid")
    size: int = Field(ge=1)
    maker: str = Field(default="x", min_length=1)


class Car(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str
    colour: Literal["red", "blue"] = "red"
    wheels: list[Wheel] = Field(min_length=1)
    spare: dict[str, Wheel] = {}
    weight: Decimal | None = None
    built: dt.date | None = None
    seats: int | bool = 4
    plate: Literal["front", "rear"] | int = "front"


def read(text):
    return read_model(parse(text), Car, code="SM999")


def messages(text):
    with pytest.raises(SealmarkError) as caught:
        read(text)
    return [(problem.what, problem.where.removeprefix("x.yaml, "), problem.fix) for problem in caught.value.problems]


GOOD = "name: Beetle\nwheels: [{size: 15}]\n"


def test_content_that_fits_becomes_the_model():
    car = read(GOOD + "weight: 0.80\n")

    assert (car.name, car.wheels[0].size, car.weight) == ("Beetle", 15, Decimal("0.80"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("colour: bleu", ('"bleu" is not legal here.', "line 3, column 1, colour", 'Did you mean "blue"? Legal: blue, red.')),
        ("colr: red", ('Unknown key "colr".', "line 3, column 1, colr",
                       'Did you mean "colour"? Legal: built, colour, name, plate, seats, spare, weight, wheels.')),
        ("weight: heavy", ('"heavy" is not a number.', "line 3, column 1, weight",
                           "Write a number without quotes, for example 12 or 0.80.")),
        ("built: 31.01.2026", ('"31.01.2026" is not a date.', "line 3, column 1, built", "Write dates as 2026-01-31.")),
        ("spare: {left: {size: 0}}", ('"0" is too small.', "line 3, column 16, spare.left.size", "Legal: 1 or more.")),
        ("spare: {left: {sise: 1, size: 1}}", ('Unknown key "sise".', "line 3, column 16, spare.left.sise",
                                              'Did you mean "size"? Legal: maker, size.')),
        ('spare: {left: {size: 1, maker: ""}}', ("The text is empty.", "line 3, column 25, spare.left.maker",
                                                 "Write it, or remove the key.")),
        ("spare: [1]", ("A list of 1 stands where keys with values are needed.", "line 3, column 1, spare",
                        "Write one `key: value` per line.")),
        ("plate: middle", ('"middle" is not legal here.', "line 3, column 1, plate",
                           "Legal: front, rear, a whole number.")),
    ],
)  # fmt: skip
def test_one_wrong_value_draws_one_message(text, expected):
    assert messages(GOOD + text + "\n") == [expected]


def test_every_problem_comes_at_once():
    assert messages("wheels:\n  - {size: big}\n  - {maker: 5}\nname: 12\n") == [
        ('"12" is a number where text is needed.', "line 4, column 1, name", 'Put it in quotes: "12".'),
        ('"big" is not a whole number.', "line 2, column 6, wheels.0.size",
         "Write a whole number without quotes, for example 12."),
        ('The key "size" is missing.', "line 3, column 5, wheels.1.size",
         "Add it; `sealmark schema` prints what it may hold."),
        ('"5" is a number where text is needed.', "line 3, column 6, wheels.1.maker", 'Put it in quotes: "5".'),
    ]  # fmt: skip


def test_a_file_that_is_a_list_says_what_is_needed():
    assert messages("- a\n- b\n") == [
        (
            "A list of 2 stands where keys with values are needed.",
            "line 1, column 1",
            "Write one `key: value` per line.",
        )
    ]


def test_a_list_whose_entries_are_wrong_is_not_called_empty_as_well():
    assert messages("name: x\nwheels: [{size: big}]\n") == [
        ('"big" is not a whole number.', "line 2, column 11, wheels.0.size",
         "Write a whole number without quotes, for example 12.")
    ]  # fmt: skip


def test_salvage_leaves_out_what_does_not_fit():
    unknown, only_extra = salvage(parse(GOOD + "colr: red\n"), Car)
    wrong, only_extra_too = salvage(parse(GOOD + "weight: heavy\n"), Car)

    assert (unknown.name, only_extra) == ("Beetle", True)
    assert (wrong.weight, only_extra_too) == (None, False)
    assert salvage(parse("wheels: [{size: 1}]\n"), Car) == (None, False)


def test_salvage_drops_the_right_items_of_a_list():
    car, _ = salvage(parse("name: x\nwheels: [{size: a}, {size: 1}, {size: b}, {size: 2}]\n"), Car)

    assert [wheel.size for wheel in car.wheels] == [1, 2]


@pytest.mark.parametrize(
    "text", ["=1+1", "+49 30", "-5", "@sum", "\tx", "\r\n", "\n=x", "\uff1dA1", "  =1", "\u00a0=1"]
)
def test_text_a_spreadsheet_would_run_gets_an_apostrophe(text):
    assert harmless(text) == "'" + text


@pytest.mark.parametrize("text", ["", "Ada", "1+1", "a=b", "'=1", "客户"])
def test_other_text_stays(text):
    assert harmless(text) == text


def test_a_file_is_read_as_its_model(tmp_path):
    path = tmp_path / "car.yaml"
    path.write_text("name: x\nwheels: [{size: 1}]\n")

    assert read_yaml_model(path, Car, code="SM999").name == "x"
    path.write_text("nmae: x\n")
    with pytest.raises(SealmarkError) as unknown:
        read_yaml_model(str(path), Car, code="SM999")
    assert {problem.code for problem in unknown.value.problems} == {"SM999"}
    assert unknown.value.problems[0].where.startswith("car.yaml")


def test_a_file_that_cannot_be_opened_is_named(tmp_path):
    with pytest.raises(SealmarkError) as caught:
        read_yaml_model(tmp_path / "none.yaml", Car, code="SM999")

    assert [(problem.code, problem.where) for problem in caught.value.problems] == [
        ("SM331", str(tmp_path / "none.yaml"))
    ]
