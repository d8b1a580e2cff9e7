"""Points of time are written in one way, and read only where they name one."""

import datetime as dt

import pytest

from sealmark.attest.moments import moment_text, read_moment


def test_a_moment_is_written_in_universal_time_and_read_back():
    at = dt.datetime(2026, 1, 1, 0, 30, 5, 999_999, tzinfo=dt.timezone(dt.timedelta(hours=1)))

    assert moment_text(at) == "2025-12-31T23:30:05Z"
    assert read_moment(moment_text(at)) == at.replace(microsecond=0)
    assert moment_text(dt.datetime(7, 1, 1, tzinfo=dt.UTC)) == "0007-01-01T00:00:00Z"


def test_a_time_without_zone_is_not_written():
    with pytest.raises(ValueError, match="zone"):
        moment_text(dt.datetime(2026, 1, 1))  # noqa: DTZ001  # what is refused


def test_parts_of_a_second_and_other_zones_are_read():
    assert read_moment("2026-01-01T01:00:00.123456789+01:00") == dt.datetime(2026, 1, 1, 0, 0, 0, 123_456, dt.UTC)


@pytest.mark.parametrize(
    "text",
    [
        *(None, 20260101, "", "2026-01-01", "2026-01-01T00:00:00", "2026-01-01 00:00:00Z", "2026-13-01T00:00:00Z"),
        *("2026-01-01T24:00:01Z", "2026-01-01T00:00:00z", "2026-01-01T00:00:00Z\n", "٢026-01-01T00:00:00Z"),
        *("0001-01-01T00:00:00+01:00", "2026-02-30T00:00:00Z"),
    ],
)
def test_what_names_no_moment_is_none(text):
    assert read_moment(text) is None
