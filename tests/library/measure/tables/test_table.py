import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.library.measure.tables.made_up import DESIGNS, INDICES, ITEMS, answers, questions

from sealmark.core.errors import SealmarkError
from sealmark.measure import CompanyMeans, Design, Index, Item, Promoter, RespondentMean, estimate
from sealmark.measure.tables.fastcopy import write_fast_copy
from sealmark.measure.tables.questions import Questions
from sealmark.measure.tables.table import estimate_table

COLUMNS = ("value", "standard_error", "lower", "upper", "degrees_of_freedom")


def one_by_one(table, asked, design, by=("o",)):
    """The same statistics by ``estimate``, as the rows of a table."""
    measures = {" ".join(name): measure for name, measure in asked.measures.items()}
    rows = {}
    for cell in estimate(table, measures, design=design, by=by):
        found = [getattr(cell.estimate, name) for name in COLUMNS]
        numbers = [None if number is None else float(number) for number in found]
        rows[(*cell.cell.values(), cell.measure)] = [*numbers, cell.estimate.base]
    return rows


def rows_of(result, keys=1):
    """A table of statistics as rows by cell and measure."""
    names = result.column_names[:keys]
    return {
        (*(row[name] for name in names), f"{row['measure']} {row['item'] or ''}"): [
            *(row[c] for c in COLUMNS),
            row["base"],
        ]
        for row in result.to_pylist()
    }


def assert_equal(found, expected, tolerance):
    assert found.keys() == expected.keys()
    for key, numbers in expected.items():
        assert found[key] == [
            None if number is None else pytest.approx(number, rel=tolerance, abs=1e-12) for number in numbers
        ], key


@pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS.keys())
def test_every_number_is_the_one_that_estimate_gives(design):
    table, asked = answers(), questions()

    found = estimate_table(table, asked, design=design, by=["o"])

    # estimate() cuts its numbers to twelve digits.
    assert_equal(rows_of(found.to_arrow()), one_by_one(table, asked, design), 1e-11)


@pytest.mark.parametrize("formula", INDICES.values(), ids=INDICES.keys())
def test_every_kind_of_index_is_the_one_that_estimate_gives(formula):
    table, asked, design = answers(), questions(formula), DESIGNS["weights and strata"]

    found = estimate_table(table, asked, design=design, by=["o"])

    assert_equal(rows_of(found.to_arrow()), one_by_one(table, asked, design), 1e-11)


def test_cells_may_be_made_by_several_columns_by_one_or_by_none():
    table, asked = answers(), Questions("q1")

    two = estimate_table(table, asked, design=Design(), by=("o", "s"))
    one = estimate_table(table, asked, design=Design(), by="o")
    none = estimate_table(table, asked, design=Design())

    assert_equal(rows_of(two.to_arrow(), 2), one_by_one(table, asked, Design(), ("o", "s")), 1e-11)
    assert one.cells == tuple((organization,) for organization in range(9))
    assert none.cells == ((),)
    assert none.value("mean", "q1").tolist() == [pytest.approx(np.mean(table["q1"].drop_null().to_numpy()), rel=1e-14)]


def test_answers_with_decimals_and_without_a_number_are_measured_too():
    table = pa.table({"o": [1, 1, 1, 2, 2, 2], "q": [1.5, 2.5, float("nan"), 4.0, 9.0, None]})
    asked = Questions(["q"], top_from=2.5, index=Index(["q"], RespondentMean(1)))

    found = estimate_table(table, asked, design=Design(), by=["o"])

    assert_equal(rows_of(found.to_arrow()), one_by_one(table, asked, Design()), 1e-11)


def test_a_cut_at_or_below_zero_does_not_count_missing_answers():
    table = pa.table({"q": [0, 1, None, -1]})

    found = estimate_table(table, Questions(["q"], top_from=0), design=Design())

    assert found.value("top", "q").tolist() == [pytest.approx(2 / 3)]


def test_equal_answers_tell_nothing_of_the_spread_and_a_cell_without_answers_has_no_number():
    table = pa.table({"o": [1, 1, 1, 2, 2, 3, 3], "q": [9, 9, 9, None, None, 5, None]})

    found = estimate_table(table, Questions(["q"]), design=Design(), by=["o"])
    expected = one_by_one(table, found.questions, Design())

    assert found.standard_error("mean", "q").tolist()[:2] == [pytest.approx(np.nan, nan_ok=True)] * 2
    rows = rows_of(found.to_arrow())
    assert rows[1, "mean q"] == [9.0, None, None, None, None, 3]
    assert rows[2, "mean q"] == [None, None, None, None, None, 0]
    assert_equal({key: row[:2] for key, row in rows.items()}, {key: row[:2] for key, row in expected.items()}, 1e-11)


def test_clusters_of_one_stratum_each_need_no_word_of_nesting():
    table = answers().append_column(
        "own",
        pa.array([f"{s} {k}" for s, k in zip(answers()["s"].to_pylist(), answers()["k"].to_pylist(), strict=True)]),
    )
    asked = Questions(["q1"])

    named = estimate_table(table, asked, design=Design(strata="s", cluster="own"), by=["o"])
    nested = estimate_table(table, asked, design=Design(strata="s", cluster="k", nested=True), by=["o"])

    assert named.standard_error("mean", "q1") == pytest.approx(nested.standard_error("mean", "q1"), rel=1e-12)


def test_missing_values_make_a_cell_of_their_own():
    table = pa.table({"o": [1, 1, None, None], "q": [1, 2, 3, 4]})

    found = estimate_table(table, Questions(["q"]), design=Design(), by=["o"])

    assert found.cells == ((1,), (None,))
    assert found.value("mean", "q").tolist() == [1.5, 3.5]


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """A file with answers, and its fast copy in several parts."""
    path = tmp_path_factory.mktemp("answers") / "answers.parquet"
    pq.write_table(answers(), path)
    return path


@pytest.fixture(scope="module")
def copy(source):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sealmark.measure.tables.fastcopy._ROWS_PER_PART", 600)
        return write_fast_copy(
            source, source.with_name("copy"), items=("q1", "q2", "r"), keys=("o", "s", "k", "N"), weight="w"
        )


@pytest.mark.parametrize("formula", INDICES.values(), ids=INDICES.keys())
@pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS.keys())
def test_the_kernel_gives_the_numbers_of_the_query(source, copy, design, formula):
    asked = questions(formula)

    query = estimate_table(source, asked, design=design, by=["o"], engine="portable")
    kernel = estimate_table(copy, asked, design=design, by=["o"], engine="kernel")

    assert copy.parts == 3
    assert kernel.cells == query.cells
    for name, expected in query.figures.items():
        found = kernel.figures[name]
        for part in ("value", "variance", "degrees", "base", "units", "equal"):
            assert getattr(found, part) == pytest.approx(getattr(expected, part), rel=1e-11, abs=1e-14, nan_ok=True)


def test_an_index_of_plain_answers_is_added_up_in_whole_numbers(source, copy):
    plain = Questions(["q1"], index=Index(["q1", "q2"], RespondentMean(10)))
    design = DESIGNS["weights and strata"]

    for chosen in (design, Design()):
        query = estimate_table(source, plain, design=chosen, by=["o"], engine="portable")
        kernel = estimate_table(copy, plain, design=chosen, by=["o"], engine="kernel")

        assert kernel.value("index") == pytest.approx(query.value("index"), rel=1e-13)
        assert kernel.standard_error("index") == pytest.approx(query.standard_error("index"), rel=1e-11)


def test_answers_that_count_only_within_limits_are_left_out_by_both(source, copy):
    narrow = [Item("q1", 3, 8)]
    asked = Questions(narrow, index=Index(narrow, RespondentMean(10)))

    query = estimate_table(source, asked, design=Design(weight="w"), by=["o"], engine="portable")
    kernel = estimate_table(copy, asked, design=Design(weight="w"), by=["o"], engine="kernel")

    assert kernel.value("mean", "q1") == pytest.approx(query.value("mean", "q1"), rel=1e-13)
    assert kernel.value("index") == pytest.approx(10 * kernel.value("mean", "q1"), rel=1e-13)


def test_without_being_told_the_copy_is_used_where_it_serves_and_its_source_where_not(source, copy):
    inside = estimate_table(copy, questions(), design=DESIGNS["clusters"], by=["o"])
    outside = estimate_table(copy, Questions(["k"]), design=Design(), by=["q1"])

    assert inside.cells == estimate_table(source, questions(), design=DESIGNS["clusters"], by=["o"]).cells
    assert outside.value("mean", "k") == pytest.approx(
        estimate_table(source, Questions(["k"]), design=Design(), by=["q1"]).value("mean", "k"), rel=1e-13
    )


def code(call, *arguments, **options):
    with pytest.raises(SealmarkError) as caught:
        call(*arguments, **options)
    return [problem.code for problem in caught.value.problems]


def test_the_kernel_without_a_copy_is_refused(source):
    assert code(estimate_table, source, Questions(["q1"]), design=Design(), engine="kernel") == ["SM486"]


def test_a_copy_that_lacks_columns_is_refused_by_name(copy):
    with pytest.raises(SealmarkError, match='lacks the key "q1", the item "k", the weight "N"'):
        estimate_table(copy, Questions(["k"]), design=Design(weight="N"), by=["q1"], engine="kernel")


def test_the_kernel_without_the_extra_is_refused(copy, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "numba", None)

    assert code(estimate_table, copy, Questions(["q1"]), design=Design(), engine="kernel") == ["SM486"]
    assert estimate_table(copy, Questions(["q1"]), design=Design()).cells == ((),)


def test_what_a_table_does_not_offer_is_refused_in_one_go():
    index = Index(ITEMS, CompanyMeans())

    assert code(Questions, ["q", "q"], index=index, promoter=Promoter("r", interval="adjusted-wald")) == ["SM483"] * 3
    assert code(Questions, []) == ["SM483"]
    two_stages = Design(cluster="k", population=9, population2=9)
    assert code(estimate_table, answers(), Questions(["q1"]), design=two_stages) == ["SM483"]


def test_rows_and_strata_that_do_not_serve_get_the_errors_of_estimate():
    lonely = pa.table({"s": [1, 2, 2], "q": [1, 2, 3]})
    weights = pa.table({"w": [1.0, -1.0, None], "q": [1, 2, 3]})
    strata = pa.table({"s": [1, 1, None], "q": [1, 2, 3]})
    population = pa.table({"s": [1, 1, 2, 2], "N": [5, 6, 1, 1], "q": [1, 2, 3, 4]})
    slip = pa.table({"s": [1, 1, 2, 2], "k": ["a", "b", "b", "c"], "q": [1, 2, 3, 4]})
    slips = pa.table({"s": [1, 1, 2, 2], "k": ["a", "b", "b", "a"], "q": [1, 2, 3, 4]})
    asked = Questions(["q"])

    assert code(estimate_table, lonely, asked, design=Design(strata="s")) == ["SM408"]
    assert code(estimate_table, weights, asked, design=Design(weight="w")) == ["SM406"]
    assert code(estimate_table, strata, asked, design=Design(strata="s")) == ["SM406"]
    assert code(estimate_table, population, asked, design=Design(strata="s", population="N")) == ["SM407"] * 2
    assert code(estimate_table, slip, asked, design=Design(strata="s", cluster="k")) == ["SM488"]
    assert code(estimate_table, slips, asked, design=Design(strata="s", cluster="k")) == ["SM488"]
    assert code(estimate_table, slip, asked, design=Design(), by=["nothing"]) == ["SM403"]
    assert code(estimate_table, slip, Questions(["k"]), design=Design()) == ["SM404"]
