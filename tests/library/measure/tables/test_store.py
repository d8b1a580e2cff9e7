import numpy as np
import pyarrow as pa
import pytest
from tests.library.measure.tables.made_up import DESIGNS, answers, questions

from sealmark.core.errors import SealmarkError
from sealmark.measure import Design, Item, Promoter, Quantile, Replication, TopBox, estimate, estimate_replicated
from sealmark.measure.tables.questions import Questions
from sealmark.measure.tables.store import open_statistics, write_statistics
from sealmark.measure.tables.table import estimate_table


def code(call, *arguments, **options):
    with pytest.raises(SealmarkError) as caught:
        call(*arguments, **options)
    return [problem.code for problem in caught.value.problems]


def numbers(cells):
    cells = list(cells)
    return [float(cell.estimate.value) for cell in cells], [float(cell.estimate.standard_error) for cell in cells]


@pytest.mark.parametrize("name", ["weights and strata", "strata across cells", "clusters"])
def test_a_store_gives_the_table_without_the_answers(tmp_path, name):
    table, asked, design = answers(), questions(), DESIGNS[name]
    write_statistics(table, tmp_path / "kept", asked, design=design, by=["o"])

    found = open_statistics(tmp_path / "kept", asked, design=design, by="o").table()

    expected = estimate_table(table, asked, design=design, by=["o"])
    assert found.cells == expected.cells
    for variable in asked.variables:
        assert found.value(*variable).tolist() == expected.value(*variable).tolist()
        assert found.standard_error(*variable).tolist() == expected.standard_error(*variable).tolist()


@pytest.mark.parametrize("name", ["rows alike", "weights and strata", "strata across cells", "population in a column"])
def test_other_cuts_limits_and_quantiles_follow_from_the_histograms(tmp_path, name):
    table, asked, design = answers(), Questions(["q1", "r"]), DESIGNS[name]
    store = write_statistics(table, tmp_path / "kept", asked, design=design, by=["o"])
    wanted = {"box": TopBox("q1", at_least=4, at_most=7), "low": TopBox("q1", at_most=3), "median": Quantile("r"),
              "promoter": Promoter("r", promoters_from=8, detractors_to=5)}  # fmt: skip

    cells = estimate(table, wanted, design=design, by=["o"])

    for kind, found in {
        "box": store.box("q1", at_least=4, at_most=7),
        "low": store.box("q1", at_most=3),
        "promoter": store.promoter("r", promoters_from=8, detractors_to=5),
    }.items():
        value, error = numbers(cell for cell in cells if cell.measure == kind)
        assert found.value == pytest.approx(value, rel=1e-11)
        assert np.sqrt(found.variance) == pytest.approx(error, rel=1e-11)
    medians = [float(cell.estimate.value) for cell in cells if cell.measure == "median"]
    assert store.quantile("r").tolist() == medians


def test_a_cell_without_answers_has_no_quantile(tmp_path):
    table = pa.table({"o": [1, 1, None, None], "q": [3, 4, None, None]})

    store = write_statistics(table, tmp_path / "kept", Questions(["q"]), design=Design(), by=["o"])

    assert store.quantile("q", 0.5).tolist() == [3.0, pytest.approx(np.nan, nan_ok=True)]


@pytest.mark.parametrize("name", ["clusters", "clusters of a finite population", "clusters across cells"])
def test_bootstrap_from_totals_gives_the_numbers_of_the_bootstrap_from_answers(tmp_path, name):
    table, asked, design = answers(), questions(), DESIGNS[name]
    store = write_statistics(table, tmp_path / "kept", asked, design=design, by=["o"])
    measures = {" ".join(variable): measure for variable, measure in asked.measures.items()}

    found = store.bootstrap(60, seed=5)

    expected = estimate_replicated(
        table, measures, design=design, by=["o"], replication=Replication("bootstrap", count=60, seed=5)
    )
    for variable in asked.variables:
        value, error = numbers(cell for cell in expected if cell.measure == " ".join(variable))
        assert found.value(*variable) == pytest.approx(value, rel=1e-11)
        assert found.standard_error(*variable) == pytest.approx(error, rel=1e-9)


def test_replicates_in_which_nobody_answered_are_left_out(tmp_path):
    table = pa.table({"k": [1, 2, 3, 3], "q": [4, None, 6, 9]})
    design, asked = Design(cluster="k"), Questions(["q"])
    store = write_statistics(table, tmp_path / "kept", asked, design=design)

    found = store.bootstrap(200, seed=1)

    (expected,) = estimate_replicated(
        table, {"mean": asked.measures["mean", "q"]}, design=design,
        replication=Replication("bootstrap", count=200, seed=1),
    )  # fmt: skip
    assert found.standard_error("mean", "q") == pytest.approx([float(expected.estimate.standard_error)], rel=1e-9)


def test_rows_drawn_one_by_one_have_no_totals_to_draw_from(tmp_path):
    store = write_statistics(answers(), tmp_path / "kept", Questions(["q1"]), design=Design())

    assert code(store.bootstrap, seed=1) == ["SM487"]


def test_what_a_store_does_not_keep_is_refused(tmp_path):
    plain = write_statistics(answers(), tmp_path / "rows", Questions(["q1"]), design=Design())
    clusters = write_statistics(answers(), tmp_path / "clusters", Questions(["q1"]), design=Design(cluster="k"))

    assert code(plain.box, "q2", at_least=9) == ["SM487"]
    assert code(clusters.quantile, "q1") == ["SM487"]


def test_a_store_is_opened_with_what_it_was_made_for(tmp_path):
    asked, design = Questions(["q1"]), Design(weight="w")
    write_statistics(answers(), tmp_path / "kept", asked, design=design, by="o")

    assert code(open_statistics, tmp_path / "kept", asked, design=Design(), by="o") == ["SM487"]
    assert code(open_statistics, tmp_path / "kept", Questions([Item("q1", 1, 9)]), design=design, by="o") == ["SM487"]
    assert code(open_statistics, tmp_path / "nothing", asked, design=design, by="o") == ["SM487"]


def test_an_older_store_is_replaced_and_anything_else_is_left_alone(tmp_path):
    (tmp_path / "mine").mkdir()
    write_statistics(answers(), tmp_path / "kept", Questions(["q1"]), design=Design())
    write_statistics(answers(), tmp_path / "kept", Questions(["q2"]), design=Design(cluster="k"))

    store = open_statistics(tmp_path / "kept", Questions(["q2"]), design=Design(cluster="k"))

    assert store.histograms is None
    assert code(write_statistics, answers(), tmp_path / "mine", Questions(["q1"]), design=Design()) == ["SM487"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kept", "mine"]
