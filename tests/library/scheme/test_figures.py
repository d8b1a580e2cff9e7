import datetime as dt
from decimal import Decimal

import pytest
from pydantic import TypeAdapter, ValidationError

from sealmark.scheme.figures import BySize, Figure, Number, Parameter, ParameterRef, Part, numbers_in

NUMBER = TypeAdapter(Number)


class Limits(Part):
    low: Number
    high: Number | None = None
    more: dict[str, tuple[Number, ...]] = {}


@pytest.mark.parametrize(
    ("written", "number"),
    [
        (12, Decimal(12)),
        (Decimal("0.80"), Decimal("0.80")),
        ({"parameter": "floor"}, ParameterRef(parameter="floor")),
        (ParameterRef(parameter="floor"), ParameterRef(parameter="floor")),
        ({"by_size": {"small": 1}}, BySize(by_size={"small": Decimal(1)})),
    ],
)
def test_a_number_is_written_in_one_of_three_ways(written, number):
    assert NUMBER.validate_python(written) == number


@pytest.mark.parametrize(
    "written", ["12", "eighty", True, 0.5, None, [1], {"param": "x"}, {}, {"by_size": {"small": {"by_size": {}}}}]
)
def test_anything_else_is_one_error(written):
    with pytest.raises(ValidationError) as caught:
        NUMBER.validate_python(written)

    assert caught.value.error_count() == 1


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity"])
def test_a_number_is_finite(value):
    with pytest.raises(ValidationError):
        TypeAdapter(Figure).validate_python(Decimal(value))


def test_a_parameter_has_the_value_of_its_day():
    parameter = Parameter.model_validate(
        {
            "values": [
                {"effective_from": dt.date(2026, 1, 1), "value": 70, "source": "s"},
                {"effective_from": dt.date(2027, 1, 1), "value": 75, "source": "s"},
            ]
        }
    )

    found = [parameter.on(dt.date(*day)) for day in ((2025, 12, 31), (2026, 1, 1), (2026, 12, 31), (2027, 1, 1))]

    assert [item and item.value for item in found] == [None, 70, 70, 75]


def test_numbers_are_found_at_any_depth():
    limits = Limits(low=Decimal(1), high=BySize(by_size={"small": Decimal(2)}), more={"x": (Decimal(3),)})

    assert numbers_in(limits) == [Decimal(1), Decimal(2), Decimal(3)]
    assert numbers_in({"text": "no number"}) == []
