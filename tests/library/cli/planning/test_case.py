"""``sealmark plan CASE`` from the command line."""

import json

import pytest
from click.testing import CliRunner
from tests.library.evaluation.small import write_case, write_light_case, write_pack

from sealmark.cli.main import cli

EMPTY = "scheme: small/1\norganization: {name: New}\nas_of: 2026-06-30\nperiod: {start: 2026-01-01, end: 2026-06-15}\n"


def run(*arguments):
    return CliRunner().invoke(cli, list(map(str, arguments)), prog_name="sealmark")


@pytest.fixture
def small(tmp_path):
    """The small pack and its case."""
    return write_pack(tmp_path / "pack"), write_case(tmp_path / "case")


def test_plan_says_what_holds_and_what_is_needed(small):
    pack, case = small

    result = run("plan", case, "--scheme", pack)

    assert result.exit_code == 0
    assert result.stdout == (
        "Conditions:\n"
        "  prerequisite  has-hotline   holds\n"
        "  prerequisite  has-register  does not hold  ask for more\n"
        "\n"
        "Sites: 2 of 4 (rule: root; at least 1 at random)\n"
        "  site-1  north  random\n"
        "  site-4  south  spread\n"
        "\n"
        "Respondents:\n"
        "  instrument  respondents  for    +/-  spread\n"
        "  customers   215          index  2    14.85\n"
        "\n"
        "Samples:\n"
        "  at each site  at least  to prove the tolerated share\n"
        "  records       10        29\n"
        "  staff         unknown\n"
        "\n"
        "Grades, by the score alone:\n"
        "  ladder  sites   spread  right grade  with 2 more sites  with twice the interviews\n"
        "  stars   2 of 4  9.035   82 %         95 %               82 %\n"
    )


def test_plan_of_a_case_without_evidence(small):
    pack, case = small
    write_case(
        case,
        {
            "case.yaml": "scheme: small/1\norganization: {name: New}\nas_of: 2026-06-30\nperiod: {start: 2026-01-01, end: 2026-06-15}\n"
        },
    )

    result = run(
        "plan", case, "--scheme", pack, "--event", "recertification", "--customers", "300", "--records", "60", "--json"
    )

    told = json.loads(result.stdout)
    assert [(item["kind"], item["id"], item["holds"], item["missing"]) for item in told["prerequisites"]] == [
        ("prerequisite", "has-hotline", None, ["fact has-hotline"]),
        ("prerequisite", "has-register", None, ["document register"]),
        ("retention", "actions", None, ["actions actions"]),
    ]
    assert told["sites"]["note"] == "no list of sites"
    assert (told["respondents"][0]["assumed"], told["records"][0]["population"]) == (True, 60)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--precision", "x"), "SM603"),
        (("--precision", "NaN"), "SM603"),
        (("--precision", "0"), "SM603"),
        (("--share-precision", "2"), "SM603"),
    ],
)
def test_plan_refuses_precisions_that_mean_nothing(small, arguments, code):
    pack, case = small

    result = run("plan", case, "--scheme", pack, *arguments)

    assert (result.exit_code, result.stderr[:5]) == (2, code)


def test_a_scheme_that_publishes_no_rules_leads_to_a_short_plan(tmp_path):
    bare = write_pack(
        tmp_path / "pack", {"editions/1/procedure.yaml": "source: own\nsite_sampling: {rule: not-published}\n"}
    )
    case = write_light_case(tmp_path / "case", {"sites.csv": None, "judgements.csv": None, "case.yaml": EMPTY})

    result = run("plan", case, "--scheme", bare)

    assert result.stdout.splitlines() == [
        "Conditions: the scheme publishes none for this event.",
        "",
        "Sites: not determined (no list of sites).",
        "",
        "Respondents:",
        *result.stdout.splitlines()[5:-2],
        "",
        "Samples: the scheme asks for none.",
    ]


HIERARCHY = (
    "site,level,activities,central\noffice,,,yes\n"
    + "".join(f"r{n},region,sales,\n" for n in range(5))
    + "".join(f"s{n},,{'sales' if n else 'repair'},\n" for n in range(4))
)


def test_levels_and_sites_that_differ_are_told_and_the_ledger_is_written(tmp_path):
    pack = write_pack(tmp_path / "pack")
    case = write_light_case(
        tmp_path / "case", {"sites.csv": HIERARCHY, "judgements.csv": None, "case.yaml": EMPTY + "sites: sites.csv\n"}
    )
    ledger = tmp_path / "out" / "draw.json"

    result = run("plan", "case", case, "--scheme", pack, "--response-rate", "0.5", "--spread", "12", "--ledger", ledger)

    lines = result.stdout.splitlines()
    start = lines.index("Sites: 7 of 9 (rule: root; at least 2 at random)")
    assert lines[start + 1 : start + 4] == [
        "  level without a level: 4 of 4, at least 1 at random",
        "  sampling does not fit: declared activities differ: repair, sales not at 4 of 4 sites",
        "  level region: 3 of 5, at least 1 at random",
    ]
    assert "  instrument  respondents  to invite  for    +/-  spread" in lines
    assert lines[-1].startswith("  stars   7 of 9  12 (assumed)  ")
    assert result.stderr == f"Ledger: {ledger}\n"
    again = run("plan", "replay", ledger)
    assert (again.exit_code, again.stdout) == (0, "Drawn again: the same 7 units.\n")


def test_without_a_draw_there_is_no_ledger_to_write(tmp_path):
    pack, case = (
        write_pack(tmp_path / "pack"),
        write_light_case(tmp_path / "case", {"case.yaml": EMPTY, "sites.csv": None}),
    )

    result = run("plan", case, "--scheme", pack, "--ledger", tmp_path / "draw.json")

    assert (result.exit_code, result.stderr.splitlines()[0]) == (
        2, "SM905 There is no draw to write down: no list of sites."
    )  # fmt: skip
    assert not (tmp_path / "draw.json").exists()
