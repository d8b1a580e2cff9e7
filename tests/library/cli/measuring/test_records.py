"""``sealmark measure records`` and ``sealmark measure rows``, and every argument that makes no sense."""

import csv
import json
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from python_calamine import CalamineWorkbook

from sealmark.cli.main import cli
from sealmark.cli.measuring.records import CALENDAR, HowCounted, parse_record_measure
from sealmark.core.errors import SealmarkError
from sealmark.measure.records import measures as definitions
from sealmark.measure.records.measures import Clock

# Opened at 9 on Mondays to Fridays; the fourth is open for 20 hours on the as-of day, the fifth for six.
TEXT = """case,opened,resolved,promised,customer,channel,level,urgent
=1+1,2026-06-01 09:00:00,2026-06-01 11:00:00,2026-06-01 12:00:00,x,phone,1,true
b,2026-06-01 10:00:00,2026-06-02 10:00:00,2026-06-01 12:00:00,x,phone,2,false
c,2026-06-02 09:00:00,2026-06-02 12:00:00,,y,email,2,true
d,2026-06-29 04:00:00,,2026-06-29 12:00:00,z,email,3,false
e,2026-06-29 18:00:00,,2026-07-01 12:00:00,,email,3,false
"""
AS_OF = ("--as-of", "2026-06-29")


def run(*arguments):
    return CliRunner().invoke(cli, ["measure", *map(str, arguments)], prog_name="sealmark")


def records(*arguments):
    result = run("records", *arguments, *AS_OF)
    assert result.exit_code == 0, result.stderr
    return [line.split() for line in result.stdout.splitlines()]


def refused(*arguments):
    result = run(*arguments)
    assert result.exit_code == 2
    return result.stderr


@pytest.fixture
def table(tmp_path):
    (tmp_path / "t.csv").write_text(TEXT)
    return tmp_path / "t.csv"


def test_both_figures_stand_side_by_side(table):
    found = records(table, "--measure", "share-within:opened..resolved<=8h")

    assert found[0] == ["measure", "value", "lower", "upper", "n", "finished", "only", "open", "unit"]
    # Two in time, one late, one open and late, one undecided.
    assert (found[1][1], found[1][4:8]) == ("0.5", ["4", "0.666667", "2", "share"])


def test_json_holds_counts_and_both_estimates(table):
    result = run("records", table, "--measure", "duration-percentile:opened..resolved@0.5", "--open-cases",
                 "kaplan-meier", "--by", "channel", *AS_OF, "--json")  # fmt: skip

    found = json.loads(result.stdout)
    assert [(item["cell"], item["estimate"]["value"], item["finished_only"]["value"], item["counts"]["open"])
            for item in found] == [({"channel": "email"}, None, "3", 2), ({"channel": "phone"}, "13", "13", 0)]  # fmt: skip
    assert (found[0]["unit"], found[0]["bound"]) == ("hours", "")


def test_measures_without_open_cases_show_a_dash(table):
    found = records(table, "--measure", "record-share:channel=phone", "--where", "level=1|2")

    assert (found[1][1], found[1][5:8]) == ("0.666667", ["-", "-", "share"])


def test_opening_hours_filter_and_cells(table, tmp_path):
    (tmp_path / "c.yaml").write_text("time_zone: UTC\nweekly: {monday: ['09:00-17:00'], tuesday: ['09:00-17:00']}\n")

    found = records(table, "--measure", "duration-mean:opened..resolved", "--calendar", tmp_path / "c.yaml",
                    "--where", "urgent=true")  # fmt: skip

    assert found[1][1] == "2.5"


def test_a_mapping_makes_records_of_an_event_log_with_updates(tmp_path):
    (tmp_path / "log.csv").write_text(
        "id,what,when\n1,open,2026-06-01 09:00\n1,told,2026-06-01 12:00\n1,told,2026-06-02 09:00\n1,done,2026-06-02 10:00\n"
    )
    (tmp_path / "m.yaml").write_text(
        "layout: events\ndates: {time_zone: UTC}\ncolumns:\n  case: {from: id, type: text}\n"
        "  activity: {from: what, type: text}\n  at: {from: when, type: datetime}\n"
        "events:\n  clocks: {resolved: {activities: [done]}}\n  moments: {updates: {activities: [told]}}\n"
    )

    found = records(tmp_path / "log.csv", "--mapping", tmp_path / "m.yaml", "--between", "updates",
                    "--measure", "duration-mean:opened..resolved")  # fmt: skip
    shown = run("rows", tmp_path / "log.csv", "--mapping", tmp_path / "m.yaml", "--between", "updates",
                "--measure", "duration-mean:opened..resolved", *AS_OF, "--json")  # fmt: skip

    assert found[1][1] == "21"
    (row,) = json.loads(shown.stdout)["rows"]
    assert (row["updates"], row["duration"], row["in_base"]) == (
        "2026-06-01T12:00:00+00:00, 2026-06-02T09:00:00+00:00",
        21,
        True,
    )


HOW = HowCounted({"level": ("1", "2")}, types={"level": "int64", "urgent": "boolean"})
WHERE = {"level": (1, 2)}
MEASURES = {
    "duration-mean:opened..closed": definitions.DurationMean(Clock(end="closed"), where=WHERE),
    "duration-percentile:opened..closed@0.9": definitions.DurationPercentile(
        Decimal("0.9"), Clock(end="closed"), where=WHERE
    ),
    "share-within:opened..first_response<=30m": definitions.ShareWithin(
        1800, None, Clock(end="first_response"), where=WHERE
    ),
    "share-within:opened..resolved<=promised": definitions.ShareWithin(None, "promised", where=WHERE),
    "open-share:opened..resolved": definitions.OpenShare(where=WHERE),
    "open-share:opened..resolved>1.5d": definitions.OpenShare(overdue_seconds=129_600, where=WHERE),
    "open-share:opened..resolved>promised": definitions.OpenShare(promised="promised", where=WHERE),
    "first-time-fix:asset@30d": definitions.FirstTimeFix(30, ("asset",), where=WHERE),
    "repeat-rate:customer@7d": definitions.RepeatRate(7, ("customer",), where=WHERE),
    "return-rate:asset@7d": definitions.ReturnRate(7, ("asset",), where=WHERE),
    "record-share:urgent=true": definitions.RecordShare("urgent", (True,), where=WHERE),
    "record-ratio:type=complaint/type=order|visit": definitions.RecordRatio(
        {"type": ("complaint",)}, {"type": ("order", "visit")}, 1, where=WHERE
    ),
}


@pytest.mark.parametrize(("text", "expected"), MEASURES.items())
def test_every_kind_of_measure_is_understood(text, expected):
    assert parse_record_measure(text, HOW) == expected


def test_options_shape_the_clock():
    how = HowCounted(opening_hours=True, open_cases="bound", between="updates")

    found = parse_record_measure("share-within:opened..resolved<=4h", how)

    assert found == definitions.ShareWithin(14_400, None, Clock(calendar=CALENDAR, between="updates"))


@pytest.mark.parametrize(
    ("text", "how", "message"),
    [
        ("duration:opened..resolved", HowCounted(), '"duration" is no measure.'),
        ("duration-mean:opened-resolved", HowCounted(), "Write it like duration-mean:opened..resolved."),
        ("record-share:level=high", HOW, '"high" is none.'),
        ("record-share:a=b", HowCounted(opening_hours=True), '"record-share" takes no --calendar.'),
        ("repeat-rate:a@1d", HowCounted(between="updates"), '"repeat-rate" takes no --between.'),
        ("open-share:a..b", HowCounted(open_cases="bound"), '"open-share" takes no --open-cases.'),
    ],
)
def test_measures_that_make_no_sense_are_refused(text, how, message):
    with pytest.raises(SealmarkError, match="SM903") as caught:
        parse_record_measure(text, how)

    assert message in str(caught.value)


def test_filters_and_cells_that_make_no_sense_are_refused(table):
    measure = ("--measure", "duration-mean:opened..resolved", *AS_OF)

    assert '"level" chooses no records.' in refused("records", table, *measure, "--where", "level")
    assert '"level" names no cell.' in refused("rows", table, *measure, "--cell", "level")
    assert '"lat" is no role.' in refused("rows", table, *measure, "--role", "lat")
    assert '"x.pdf" is no kind of table.' in refused("rows", table, *measure, "--out", "x.pdf")
    assert "Missing option '--as-of'" in refused("records", table, *measure[:2])


# Rows behind a number


def test_rows_are_counted_by_role_and_listed(table):
    result = run("rows", table, "--measure", "share-within:opened..resolved<=8h", *AS_OF, "--limit", "2")

    lines = [line.split() for line in result.stdout.splitlines()]
    assert lines[:6] == [
        ["role", "rows"],
        ["counted", "2"],
        ["late", "1"],
        ["open-past-target", "1"],
        ["undecided", "1"],
        [],
    ]
    assert [line[0] for line in lines[6:]] == ["case", "=1+1", "b"]


def test_no_rows_are_listed_when_none_are_asked_for(table):
    result = run("rows", table, "--measure", "duration-mean:opened..resolved", *AS_OF, "--limit", "0")

    assert result.stdout.splitlines() == ["role     rows", "counted  3", "open     2"]


def test_cell_of_records_without_a_value_and_of_numbers(table):
    measure = ("--measure", "duration-mean:opened..resolved", *AS_OF, "--json")

    nobody = json.loads(run("rows", table, *measure, "--cell", "customer=").stdout)
    level = json.loads(run("rows", table, *measure, "--cell", "level=2").stdout)

    assert [row["case"] for row in nobody["rows"]] == ["e"]
    assert [row["case"] for row in level["rows"]] == ["b", "c"]
    assert level["roles"] == {"counted": 2}


def test_rows_written_for_a_spreadsheet_hold_no_formula(table, tmp_path):
    measure = ("--measure", "share-within:opened..resolved<=8h", *AS_OF, "--role", "counted", "--role", "late")

    written = [run("rows", table, *measure, "--out", tmp_path / name) for name in ("r.csv", "r.xlsx")]

    assert [result.exit_code for result in written] == [0, 0]
    assert written[0].stderr.strip().endswith("r.csv: may hold personal data")
    with (tmp_path / "r.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["case"], row["role"], row["in_base"], row["duration"]) for row in rows] == [
        ("'=1+1", "counted", "true", "2.0"),
        ("b", "late", "true", "24.0"),
        ("c", "counted", "true", "3.0"),
    ]
    sheet = CalamineWorkbook.from_path(tmp_path / "r.xlsx").get_sheet_by_index(0).to_python()
    assert [row[0] for row in sheet] == ["case", "'=1+1", "b", "c"]


def test_pauses_are_written_as_text(tmp_path):
    moment = pa.timestamp("us", tz="UTC")
    start, end = (pa.scalar(1_780_000_000_000_000 + 3_600_000_000 * hours, moment).as_py() for hours in (0, 5))
    kind = pa.list_(pa.struct([("start", moment), ("end", moment)]))
    columns = {
        "case": ["a"],
        "opened": [start],
        "resolved": [end],
        "pauses": pa.array([[{"start": end, "end": None}]], kind),
    }
    pq.write_table(pa.table(columns), tmp_path / "t.parquet")

    result = run("rows", tmp_path / "t.parquet", "--measure", "duration-mean:opened..resolved", *AS_OF, "--json")

    (row,) = json.loads(result.stdout)["rows"]
    assert row["pauses"] == f"{end.isoformat()} to "
