"""Lists of sites to sample from."""

import pytest
from tests.library.evaluation.planning.plans import D

from sealmark.core.errors import SealmarkError
from sealmark.evaluation.planning import (
    FrameColumns,
    read_frame,
)
from sealmark.measure import (
    SamplingUnit,
)


def frame(tmp_path, text, **columns):
    path = tmp_path / "shops.csv"
    path.write_text(text)
    return read_frame(path, FrameColumns("shop", **columns))


def test_a_sampling_frame_is_read_with_strata_and_sizes(tmp_path):
    text = "shop;region;kind;staff\n007;north;own;2.5\nb;;own;3\nc;south;;4\n"

    found = frame(tmp_path, text, strata=("region", "kind"), size="staff")

    assert found == (
        SamplingUnit("007", "north, own", D("2.5")), SamplingUnit("b", "own", D(3)), SamplingUnit("c", "south", D(4))
    )  # fmt: skip
    assert frame(tmp_path, text) == (SamplingUnit("007"), SamplingUnit("b"), SamplingUnit("c"))


def test_every_wrong_size_is_told_with_its_row(tmp_path):
    with pytest.raises(SealmarkError) as caught:
        frame(tmp_path, "shop,staff\na,many\nb,0\nc,NaN\nd,1\n", size="staff")

    assert [(item.code, item.where) for item in caught.value.problems] == [
        ("SM469", f"shops.csv, row {row}, column staff") for row in (2, 3, 4)
    ]


def test_every_missing_column_is_told(tmp_path):
    with pytest.raises(SealmarkError) as caught:
        frame(tmp_path, "store,staff\na,1\n", strata=("region",))

    assert [(item.code, item.what) for item in caught.value.problems] == [
        ("SM305", 'The column "shop" is missing.'),
        ("SM305", 'The column "region" is missing.'),
    ]
