from decimal import Decimal

import pytest

from sealmark.scheme.requirements import Scale

BANDED = Scale.model_validate({
    "lowest": 0, "highest": 100, "step": 5,
    "bands": [{"id": "low", "lowest": 0, "highest": 40}, {"id": "high", "lowest": 45, "highest": 90},
              {"id": "top", "lowest": 100, "highest": 100}],
})  # fmt: skip


@pytest.mark.parametrize(
    ("share", "band"),
    [("0", "low"), ("0.4", "low"), ("0.449", "low"), ("0.45", "high"), ("0.9", "high"), ("0.949", "high"),
     ("0.95", None), ("0.99", None), ("1", "top")],
)  # fmt: skip
def test_a_share_lies_in_the_band_of_its_mark(share, band):
    found = BANDED.band_at(Decimal(share))

    assert (found and found.id) == band


def test_a_scale_of_levels_has_no_bands():
    scale = Scale.model_validate({"levels": [{"code": "met", "share": 1}]})

    assert scale.band_at(Decimal(1)) is None
