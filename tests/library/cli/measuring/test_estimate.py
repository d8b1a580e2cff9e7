"""``sealmark measure``: estimates from a table, and every argument that makes no sense."""

import json
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from click.testing import CliRunner

from sealmark.cli.main import cli
from sealmark.cli.measuring.estimate import parse_design, parse_measure
from sealmark.core.errors import SealmarkError
from sealmark.measure.surveys import formulas
from sealmark.measure.surveys.design import Design

TEXT = "q1,q2,q3,w,shop\n7,8,9,1.5,a\n5,6,7,1,a\n9,9,9,1,b\n3,4,2,1,b\n"


def run(*arguments):
    return CliRunner().invoke(cli, ["measure", *map(str, arguments)], prog_name="sealmark")


@pytest.fixture
def table(tmp_path):
    (tmp_path / "t.csv").write_text(TEXT)
    return tmp_path / "t.csv"


def test_a_mean_with_its_interval(table):
    result = run(table, "--measure", "mean:q1")

    assert result.exit_code == 0
    assert [line.split() for line in result.stdout.splitlines()] == [
        ["measure", "value", "lower", "upper", "se", "df", "n", "deff"],
        ["mean:q1", "6", "1.89148", "10.1085", "1.29099", "3", "4", "1"],
    ]


@pytest.mark.parametrize("asked", [["--measure", "mean:q1"], ["--measure", "share:q2=1", "--design", "weight=w"]])
def test_a_table_of_headings_alone_is_told_as_that(tmp_path, asked):
    (tmp_path / "t.csv").write_text(TEXT.partition("\n")[0] + "\n")

    result = run(tmp_path / "t.csv", *asked)

    assert result.exit_code == 2
    assert "SM404" in result.stderr
    assert "the table has no rows, only headings" in result.stderr
    assert "Export it again, with its rows." in result.stderr


def test_cells_and_design_as_json(table):
    result = run(table, "--measure", "mean:q1", "--by", "shop", "--design", "weight=w", "--json")

    found = json.loads(result.stdout)
    assert [item["cell"] for item in found] == [{"shop": "a"}, {"shop": "b"}]
    assert [Decimal(item["estimate"]["value"]) for item in found] == [Decimal("6.2"), Decimal(6)]


def test_a_question_coded_the_wrong_way_round_is_named(tmp_path):
    rows = "".join(f"{i % 10 + 1},{(i + i % 3) % 10 + 1},{10 - i % 10}\n" for i in range(90))
    (tmp_path / "t.csv").write_text("a,b,turned\n" + rows)
    limitation = "These items run against the others, perhaps coded the wrong way round: turned."

    told = run(tmp_path / "t.csv", "--measure", "index:a,b,turned*10")
    (found,) = json.loads(run(tmp_path / "t.csv", "--measure", "index:a,b,turned*10", "--json").stdout)

    assert told.stdout.rstrip().endswith(limitation)
    assert found["limitations"] == [limitation]


def test_workbook_and_parquet_are_measured_like_csv(table, tmp_path):
    rows = [line.split(",") for line in TEXT.splitlines()]
    with xlsxwriter.Workbook(tmp_path / "t.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, rows[0])
        for number, row in enumerate(rows[1:], start=1):
            sheet.write_row(number, 0, [float(cell) if cell[0].isdigit() else cell for cell in row])
    columns = {name: [row[at] for row in rows[1:]] for at, name in enumerate(rows[0])}
    numbers = {name: pa.array([float(cell) for cell in cells]) for name, cells in columns.items() if name != "shop"}
    pq.write_table(pa.table({**numbers, "shop": columns["shop"]}), tmp_path / "t.parquet")

    found = {
        run(tmp_path / name, "--measure", "mean:q1", "--by", "shop").stdout for name in ("t.csv", "t.xlsx", "t.parquet")
    }

    assert len(found) == 1


def test_a_mapping_makes_a_messy_export_measurable(tmp_path):
    (tmp_path / "t.csv").write_text("Note;Wert\na;7,5\nb;-99\nc;8,5\n")
    (tmp_path / "m.yaml").write_text(
        'file: {delimiter: ";"}\nnumbers: {decimal: ","}\ncolumns:\n  q: {from: Wert, type: decimal, missing: [-99]}\n'
    )

    result = run(tmp_path / "t.csv", "--mapping", tmp_path / "m.yaml", "--measure", "mean:q", "--json")

    estimate = json.loads(result.stdout)[0]["estimate"]
    assert (estimate["value"], estimate["base"]) == ("8", 2)


MEASURES = {
    "mean:q1": formulas.Mean("q1"),
    "total:amount": formulas.Total("amount"),
    "share:q1=4|5": formulas.Share("q1", (4, 5)),
    "share:q1=yes|5": formulas.Share("q1", ("yes", 5)),
    "top-box:q1>=8.5": formulas.TopBox("q1", Decimal("8.5")),
    "promoter:q": formulas.Promoter("q"),
    "effort:q": formulas.Effort("q"),
    "ratio:a/b": formulas.Ratio("a", "b"),
    "quantile:d@0.9": formulas.Quantile("d", Decimal("0.9")),
    "quantile:d@.5": formulas.Quantile("d", Decimal("0.5")),
    "index:a,b*10": formulas.Index(("a", "b"), formulas.RespondentMean(Decimal(10))),
    "rescaled:a,b@1-10": formulas.Index(
        (formulas.Item("a", 1, 10), formulas.Item("b", 1, 10)), formulas.RescaledMean()
    ),
}


@pytest.mark.parametrize("text", MEASURES)
def test_measures_are_written_as_the_help_says(text):
    assert parse_measure(text) == MEASURES[text]


@pytest.mark.parametrize(
    "text",
    ["mean:", "share:q1", "top-box:q1>=1.2.3", "top-box:q1>8", "ratio:a", "quantile:d@1.5", "index:a,,b*10", "index:a*x", "index:a*1.2.3",
     "rescaled:a@1", "rescaled:,a@1-10"],
)  # fmt: skip
def test_a_measure_that_is_not_understood_is_told_with_an_example(text):
    kind = text.partition(":")[0]

    with pytest.raises(SealmarkError) as caught:
        parse_measure(text)

    (problem,) = caught.value.problems
    assert (problem.code, problem.what, problem.where) == ("SM903", f'"{text}" is not understood.', "--measure")
    assert problem.fix.startswith(f"Write it like {kind}:")


def test_an_unknown_measure_is_told_with_the_legal_ones():
    with pytest.raises(SealmarkError) as caught:
        parse_measure("men:q1")

    assert caught.value.problems[0].fix == (
        'Did you mean "mean"? Legal: effort, index, mean, promoter, quantile, ratio, rescaled, share, top-box, total.'
    )


def test_designs_are_written_as_the_help_says():
    assert parse_design("") == Design()
    assert parse_design("weight=w,strata=a+b,cluster=c,population=500,lonely=adjust") == Design(
        "w", ("a", "b"), "c", 500, "adjust"
    )
    assert parse_design("population=N") == Design(population="N")
    assert parse_design("strata=a,cluster=c,nested=yes") == Design(strata="a", cluster="c", nested=True)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("weigth=w", '"weigth=w" is no part of a design.'),
        ("weight=", '"weight=" is no part of a design.'),
        ("lonely=bad", '"bad" is no way to treat a stratum of one unit.'),
        ("nested=true", '"nested=true" is neither yes nor no.'),
        ("population=0", "A population of 0 cannot be."),
        ("population=-3", "A population of -3 cannot be."),
        ("population=12.5", "A population of 12.5 cannot be."),
    ],
)
def test_a_design_that_makes_no_sense_is_told(text, what):
    with pytest.raises(SealmarkError) as caught:
        parse_design(text)

    assert [(problem.code, problem.what, problem.where) for problem in caught.value.problems] == [
        ("SM903", what, "--design")
    ]


def test_an_unknown_column_is_a_wrong_use(table):
    result = run(table, "--measure", "mean:q9")

    assert (result.exit_code, result.stdout) == (2, "")
    assert "q9" in result.stderr
