from sealmark.cli.output import table


def test_columns_are_aligned_and_chinese_takes_two_places():
    assert table([["a", "投诉", "1"], ["bcd", "x", ""]]) == ["a    投诉  1", "bcd  x"]


def test_a_table_of_nothing_is_empty_and_short_rows_are_allowed():
    assert table([]) == []
    assert table([["a"], ["b", "c"]], indent="  ") == ["  a", "  b  c"]
