import pytest

from sealmark.core.errors import SealmarkError
from sealmark.measure import (
    CompanyMeans,
    Gap,
    Index,
    Item,
    PathModel,
    PlsScore,
    Promoter,
    Quantile,
    RescaledMean,
    RespondentMean,
    TopBox,
    WeightedMean,
)

MODEL = PathModel({"a": [Item("x", 1, 5)], "b": [Item("y", 1, 5)]}, [("a", "b")])


@pytest.mark.parametrize(
    "build",
    [
        lambda: Item("x", 5, 1),
        lambda: Item("x", reversed=True),
        lambda: TopBox("x"),
        lambda: Promoter("x", 6, 6),
        lambda: Quantile("x", 1),
        lambda: WeightedMean([1, -1]),
        lambda: WeightedMean([0, 0]),
        lambda: CompanyMeans([1, -1]),
        lambda: Index([], RespondentMean()),
        lambda: Index(["x"], RescaledMean()),
        lambda: Index(["x"], WeightedMean([1, 2], rescaled=False)),
        lambda: Gap(["x"], []),
        lambda: Index([Item("x", 1, 5)], PlsScore(MODEL, "c")),
        lambda: Index([Item("y", 1, 5)], PlsScore(MODEL, "a")),
    ],
)
def test_measures_that_contradict_themselves_are_refused(build):
    with pytest.raises(SealmarkError) as caught:
        build()

    assert caught.value.codes == ("SM410",)


@pytest.mark.parametrize(
    ("blocks", "paths"),
    [
        ({"a": ["x"], "b": ["x"]}, [("a", "b")]),
        ({"a": ["x"], "b": ["y"]}, [("a", "c")]),
        ({"a": ["x"], "b": ["y"], "c": ["z"]}, [("a", "b")]),
        ({"a": ["x"], "b": []}, [("a", "b")]),
        ({"a": ["x"], "b": ["y"]}, [("a", "b"), ("b", "a")]),
        ([("a", ["x"]), ("a", ["y"])], [("a", "a")]),
    ],
)
def test_path_models_that_do_not_fit_are_refused(blocks, paths):
    with pytest.raises(SealmarkError) as caught:
        PathModel(blocks, paths)

    assert caught.value.codes == ("SM411",)


def test_measures_are_values():
    assert Index(["a", "b"], WeightedMean([1, 2], rescaled=False)) == Index(
        ("a", "b"), WeightedMean((1, 2), rescaled=False)
    )
    assert len({TopBox("a", at_least=9), TopBox("a", at_least=9), MODEL, MODEL}) == 2
