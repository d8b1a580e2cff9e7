import io
import sys

import pytest

from sealmark.cli.output import counted, progress, table


def test_columns_are_aligned_and_chinese_takes_two_places():
    assert table([["a", "投诉", "1"], ["bcd", "x", ""]]) == ["a    投诉  1", "bcd  x"]


def test_a_table_of_nothing_is_empty_and_short_rows_are_allowed():
    assert table([]) == []
    assert table([["a"], ["b", "c"]], indent="  ") == ["  a", "  b  c"]


def test_numbers_stand_with_their_nouns():
    assert [counted(number, "error") for number in (0, 1, 1200)] == ["0 errors", "1 error", "1,200 errors"]
    assert [counted(number, "entry", "entries") for number in (1, 2)] == ["1 entry", "2 entries"]


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_progress_on_a_terminal_is_a_bar_that_names_the_step(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())

    with progress(2, "Demo") as steps:
        steps("small: evaluating")

    shown = sys.stderr.getvalue()
    assert ("Demo" in shown, "50%" in shown, "small: evaluating" in shown) == (True, True, True)


@pytest.mark.parametrize(("lines", "told"), [(False, ""), (True, "small: evaluating\n")])
def test_progress_elsewhere_is_silent_or_a_line_per_step(capsys, lines, told):
    with progress(2, "Demo", lines=lines) as steps:
        steps("small: evaluating")

    assert capsys.readouterr() == ("", told)
