"""One survey of 500 answers: what a process needs to start against what measuring costs (``make bench``).

Starting is the interpreter with everything an evaluation imports. Queries are compiled once per process: from the
second case under an edition on, measuring a survey must cost less than starting did.
"""

import pytest
from tests.benchmarks.speed.harness import Row, best_of, in_fresh_process, print_table
from tests.benchmarks.speed.small import RESPONDENTS, start_up, write_case

TIMES = 2
IMPORTS = "import sealmark.evaluation.run"
HELP = "from sealmark.cli.main import main; main()"


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    return write_case(tmp_path_factory.mktemp("small") / "case")


def test_a_small_survey_costs_less_than_starting(case):
    found = [in_fresh_process("tests.benchmarks.speed.small:figures", str(case), TIMES).answer for _ in range(TIMES)]
    first, later, whole = (min(one[key] for one in found) for key in ("first", "later", "whole"))
    starting, bare, helping = best_of(
        TIMES,
        start_up("-c", IMPORTS),
        start_up("-c", "import sealmark.evaluation"),
        start_up("-c", HELP, "--help"),
    )

    rows = [
        Row("measuring again in the same process", later, starting, 1.0),
        Row("measuring for the first time", first, starting),
        Row("evaluating again, 1,000 possible truths graded", whole, starting),
        Row("import sealmark.evaluation", bare, starting),
        Row("sealmark --help", helping, starting),
    ]
    print_table(rows, f"One survey of {RESPONDENTS} answers; limit: start of Python with what an evaluation imports")
    assert [row.name for row in rows if not row.passes] == []
    assert later < first
