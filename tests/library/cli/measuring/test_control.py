"""``sealmark measure control``: charts, seasons and trend of a table, and every option that would be ignored."""

import datetime as dt
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from sealmark.cli.main import cli


@pytest.fixture
def table(tmp_path):
    """Two years of days, four cases each: one late, and two from July of the second year on."""
    days = [dt.date(2024, 1, 1) + dt.timedelta(days=index) for index in range(731)]
    rows = [(day, int(number < (2 if day >= dt.date(2025, 7, 1) else 1)), day.month + number, 10.0, day.year)
            for day in days for number in range(4)]  # fmt: skip
    names = ("opened", "late", "days", "visits", "year")
    path = tmp_path / "cases.parquet"
    pq.write_table(pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))), path)
    return path


def run(*args):
    return CliRunner().invoke(cli, ["measure", "control", *map(str, args)])


def test_a_share_makes_a_p_chart_with_its_signals(table):
    result = run(table, "--measure", "share:late=1", "--period", "opened:quarter", "--baseline", "2024-Q1", "2025-Q2")

    lines = result.stdout.splitlines()
    assert result.exit_code == 0
    assert lines[0] == "p chart: centre 0.25, from 2024-Q1 to 2025-Q2"
    assert lines[1].split() == ["period", "value", "lower", "upper", "n", "signal"]
    assert lines[8].split()[:2] == ["2025-Q3", "0.5"]
    assert lines[8].split()[5] == "beyond-3-sigma"
    assert lines[10] == "2 periods with a signal."
    assert lines[11] == "Note: Centre and limits rest on 6 periods; below 20 they still move with each new one."


def test_json_holds_charts_seasons_and_trend(table):
    result = run(table, "--measure", "share:late=1", "--period", "opened:month", "--better", "lower", "--minimum",
                 "0.02", "--seasons", "--json")  # fmt: skip

    found = json.loads(result.stdout)
    assert result.exit_code == 0
    assert (found["charts"][0]["kind"], len(found["charts"][0]["points"])) == ("p", 24)
    assert (found["trend"]["better"], found["trend"]["minimum"], found["trend"]["seasonal"]) == ("lower", "0.02", True)
    assert [part["season"] for part in found["seasons"]["effects"]][:2] == ["January", "February"]


def test_seasons_and_trend_are_told_in_words(table):
    result = run(table, "--measure", "mean:days", "--period", "opened:month", "--seasons", "--better", "lower")

    lines = result.stdout.splitlines()
    (season,) = [line for line in lines if line.startswith("Seasons:")]
    (slope,) = [line for line in lines if line.startswith("Trend:")]
    assert season.startswith("Seasons: seasonal; F(11, 11) = ")
    assert slope.endswith("a year, smallest that matters 0")
    assert any(line.startswith("individuals chart: centre 8,") for line in lines)
    assert any(line.startswith("moving-range chart:") for line in lines)


def test_a_ratio_makes_a_u_chart_and_over_dispersion_widens_it(table):
    plain = run(table, "--measure", "ratio:late/visits", "--period", "opened:month")
    wide = run(table, "--measure", "ratio:late/visits", "--period", "opened:month", "--overdispersed")

    assert plain.stdout.startswith("u chart: centre 0.03")
    assert ", limits widened " in wide.stdout.splitlines()[0]


def test_a_cusum_finds_the_shift(table):
    result = run(table, "--measure", "mean:late", "--period", "opened:month", "--kind", "cusum", "--target", "0.25",
                 "--sigma", "0.1", "--h", "4")  # fmt: skip

    lines = result.stdout.splitlines()
    assert lines[0] == "CUSUM: target 0.25, slack 0.05, limit 0.4"
    assert lines[21].split() == ["2025-08", "0.5", "0.4", "0"]
    assert lines[22].split() == ["2025-09", "0.5", "0.6", "0", "above", "since", "2025-07"]
    assert lines[26] == "4 periods with a signal."


def test_a_span_and_every_rule(table):
    result = run(table, "--measure", "share:late=1", "--period", "opened:month", "--from", "2024-01-01", "--until",
                 "2025-03-31", "--every-rule")  # fmt: skip

    # Fifteen equal months: nothing stirs, and that itself is a signal.
    assert "fifteen-within-1-sigma" in result.stdout
    assert "1 period with a signal." in result.stdout
    plain = run(table, "--measure", "share:late=1", "--period", "opened:month", "--from", "2024-01-01", "--until",
                "2025-03-31")  # fmt: skip
    assert "No period is more than chance." in plain.stdout


def test_periods_can_have_a_column_of_their_own(table):
    result = run(table, "--measure", "share:late=1", "--period", "year")

    assert [line.split()[0] for line in result.stdout.splitlines()[2:4]] == ["2024", "2025"]


@pytest.mark.parametrize(("kind", "measure"), [("p", "share:late=1"), ("cusum", "mean:days")])
@pytest.mark.parametrize("ending", ["svg", "html"])
def test_a_drawing_is_written(table, tmp_path, kind, measure, ending):
    target = tmp_path / f"chart.{ending}"

    result = run(table, "--measure", measure, "--period", "opened:quarter", "--kind", kind, "--chart", target)

    text = target.read_text(encoding="utf-8")
    assert result.exit_code == 0
    assert text.startswith("<svg" if ending == "svg" else "<!doctype html>")
    assert (f"<h1>{measure}</h1>" in text) == (ending == "html")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--period", "opened:fortnight"], '"fortnight" is no length of a period.'),
        (["--period", "opened:month", "--from", "2024-01-01"], "A span needs"),
        (["--period", "year", "--from", "2024-01-01", "--until", "2025-01-01"], "A span needs"),
        (["--period", "year", "--kind", "u"], "A u chart cannot be made of this measure."),
        (["--period", "year", "--target", "5"], "The option would change nothing"),
        (["--period", "year", "--h", "4"], "The option would change nothing"),
        (["--period", "year", "--kind", "xmr", "--overdispersed"], "The option would change nothing"),
        (["--period", "year", "--kind", "cusum", "--every-rule"], "The option would change nothing"),
        (["--period", "year", "--better", "lower", "--minimum", "much"], '"much" is no number.'),
        (["--period", "year", "--better", "lower", "--minimum", "inf"], '"inf" is no number.'),
        (["--period", "year", "--minimum", "1"], "The option would change nothing"),
        (["--period", "opened:month", "--chart", "chart.png"], '"chart.png" is no kind of drawing.'),
    ],
)
def test_what_makes_no_sense_is_refused(table, options, told):
    result = run(table, "--measure", "share:late=1", *options)

    assert result.exit_code == 2
    assert result.stderr.startswith("SM903")
    assert told in result.stderr


def test_seasons_of_too_short_a_series_are_refused(table):
    result = run(table, "--measure", "share:late=1", "--period", "year", "--seasons")

    assert (result.exit_code, result.stderr[:5]) == (2, "SM465")
