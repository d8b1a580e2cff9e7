import pytest

from sealmark.core.errors import Problem, ProblemList, SealmarkError, did_you_mean


def test_a_problem_reads_as_up_to_three_lines():
    assert str(Problem("SM101", "It is wrong.")) == "SM101 It is wrong."
    assert str(Problem("SM101", "It is wrong.", "a.yaml, line 2", "Mend it.")) == (
        "SM101 It is wrong.\n  in:  a.yaml, line 2\n  fix: Mend it."
    )


def test_an_error_carries_all_its_problems():
    error = SealmarkError(Problem("SM101", "One."), Problem("SM102", "Two."))

    assert error.codes == ("SM101", "SM102")
    assert str(error) == "SM101 One.\nSM102 Two."


def test_a_list_raises_its_errors_together_and_keeps_warnings():
    problems = ProblemList()
    problems.raise_if_any()
    problems.add("SM301", "Odd.", severity="warning")
    problems.raise_if_any()
    problems.extend([Problem("SM302", "Wrong.")])
    problems.add("SM303", "Worse.", where="x", fix="y")

    with pytest.raises(SealmarkError) as caught:
        problems.raise_if_any()

    assert caught.value.codes == ("SM302", "SM303")
    assert [problem.code for problem in problems.problems] == ["SM301", "SM302", "SM303"]


@pytest.mark.parametrize(
    ("word", "known", "hint"),
    [
        ("minimun", ["minimum", "mean"], 'Did you mean "minimum"? Legal: mean, minimum.'),
        ("zzz", ["minimum", "mean"], "Legal: mean, minimum."),
        ("x", [], "Legal: none."),
    ],
)
def test_hints_name_the_nearest_word_and_all_legal_ones(word, known, hint):
    assert did_you_mean(word, known) == hint
