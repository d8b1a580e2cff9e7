"""What an import says of its columns."""

import datetime as dt

from tests.library.measure.imports.exports import CASES, columns


def test_profile_describes_each_column(load):
    result = load(
        "n,s,d\n3,a,2026-01-01\n1,a,2027-01-01\n,b,\n2,,2026-01-01\n",
        columns(n="whole", s="text", d="date"),
        as_of=dt.date(2026, 6, 1),
    )

    profile = {column.name: column for column in result.profile.columns}
    assert (profile["n"].count, profile["n"].missing, profile["n"].lowest, profile["n"].highest) == (3, 1, "1", "3")
    assert profile["s"].top == (("a", 2), ("b", 1))
    assert profile["d"].highest == "2027-01-01"
    assert result.profile.warnings == ("d: dates up to 2027-01-01 lie after 2026-06-01.",)


def test_profile_warns_of_constant_and_mostly_missing_columns(load):
    result = load("a,b\n5,\n5,1\n05,\n", columns(a="whole", b="whole"))

    assert result.profile.warnings == ("a: every value is the same.", "b: 2 of 3 values are missing.")


def test_profile_does_not_list_many_different_texts(load):
    content = "name\n" + "".join(f"person {n}\n" for n in range(10))

    assert load(content, columns(name="text")).profile.columns[0].top == ()


def test_profile_warns_of_clocks_that_run_backwards(load):
    mapping = CASES | {"columns": CASES["columns"] | {"resolved": {"from": "r", "type": "date"}}}

    result = load("id,day,n,r\nA,2026-01-05,1,2026-01-01\nB,2026-01-04,2,2026-01-06\n", mapping)

    assert result.profile.warnings == ("resolved: 1 cases have it before they were opened.",)


def test_results_have_json_forms(load):
    result = load("a\n1\n1\n", columns(a="whole"))

    assert result.reconciliation.to_json()["rows_in"] == 2
    assert result.profile.to_json()["columns"][0]["top"] == [["1", 2]]
