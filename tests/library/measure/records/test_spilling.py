import errno
import os
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sealmark.core.errors import SealmarkError
from sealmark.measure.records import spilling
from sealmark.measure.records.sorting import sort_words
from sealmark.measure.records.spilling import Parts, part_count

BATCHES = st.lists(st.lists(st.tuples(st.integers(0, 4), st.integers(-(2**31), 2**31 - 1)), max_size=9), max_size=6)


@settings(max_examples=40, deadline=None)
@given(batches=BATCHES, waits=st.sampled_from([1, 7, 1_000]), count=st.sampled_from([1, 5]))
def test_a_part_holds_its_rows_and_their_columns_agree(batches, waits, count):
    with pytest.MonkeyPatch.context() as patch, Parts(count, folder=Path(tempfile.gettempdir()), size=0) as parts:
        patch.setattr(spilling, "ROWS_OF_A_BATCH", waits)
        for rows in batches:
            part = np.array([row[0] % count for row in rows], np.uint8)
            short = np.array([row[1] for row in rows], np.int32)
            parts.add(part, {"short": short, "long": short.astype(np.int64) * 2**31})
        found = [(parts.column(part, "short"), parts.column(part, "long")) for part in range(count)]
        chunks = [[values for (values,) in parts.chunks(part, ["short"])] for part in range(count)]
        assert [parts.rows(part) for part in range(count)] == [len(short) for short, _ in found]

    for part, (short, long) in enumerate(found):
        expected = sorted(row[1] for rows in batches for row in rows if row[0] % count == part)
        assert sorted(short.tolist()) == expected
        assert (short.astype(np.int64) * 2**31 == long).all()
        assert np.concatenate([np.zeros(0, np.int32), *chunks[part]]).tolist() == short.tolist()


def test_a_part_may_be_read_again(tmp_path):
    with Parts(3, folder=tmp_path, size=0) as parts:
        parts.add(np.array([2, 0, 2], np.uint8), {"x": np.array([1, 2, 3])})

        assert [parts.column(part, "x").tolist() for part in (2, 0, 1, 2)] == [[1, 3], [2], [], [1, 3]]
        assert list(tmp_path.iterdir()) == []


def test_a_disk_that_fills_up_is_told_in_a_sentence(tmp_path, monkeypatch):
    class Full:
        def write(self, _):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        def close(self):
            pass

    monkeypatch.setattr(spilling.tempfile, "TemporaryFile", lambda **_: Full())
    with Parts(3, folder=tmp_path, size=0) as parts:
        parts.add(np.zeros(1, np.uint8), {"x": np.zeros(1, np.int64)})
        with pytest.raises(
            SealmarkError, match=r"SM482 The disk to spill to does not suffice: No space left on device"
        ):
            parts.column(0, "x")


@pytest.mark.parametrize(("rows", "count"), [(0, 1), (799_999, 1), (800_000, 3), (10**7, 25), (10**12, 251)])
def test_parts_stay_small_and_are_odd_in_number(rows, count):
    assert part_count(rows) == count


# Numbers close together are told apart by their last bits only.
WORDS = st.lists(st.tuples(st.integers(0, 3) | st.integers(0, 2**62), st.integers(0, 3)), max_size=20)


@given(rows=WORDS)
def test_words_are_sorted_one_after_the_other(rows):
    first, second = (np.array([row[place] for row in rows], np.int64) for place in (0, 1))

    order = sort_words([first, second])

    assert [rows[place] for place in order] == sorted(rows)
    assert first[sort_words([first])].tolist() == sorted(first.tolist())
