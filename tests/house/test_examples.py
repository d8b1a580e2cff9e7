"""The examples run: scripts, the example case, and the example packs."""

import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted((ROOT / "examples").glob("*.py"))
PACKS = sorted((ROOT / "examples/schemes").iterdir())
SAID = {
    "evaluate_a_case": "Willow Repairs (made up) 77.5 certified",
    "measure_a_table": "north less south: 0.99 (0.05 to 1.93), higher",
    "walk_a_pack": "sealmark-charter/2026",
}


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_script_runs_and_says_what_it_should(script, capsys):
    runpy.run_path(str(script), run_name="__main__")

    assert SAID[script.stem] in capsys.readouterr().out.splitlines()


@pytest.mark.parametrize("pack", PACKS, ids=lambda path: path.name)
def test_example_pack_has_no_error_and_passes_its_cases(pack):
    from sealmark.assess.golden import run_cases
    from sealmark.scheme.checking import inspect_pack
    from sealmark.scheme.loading import load_edition

    results = run_cases(load_edition(pack))

    assert inspect_pack(pack).errors == ()
    assert len(results) > 4
    assert [(item.case, item.differences) for item in results if not item.passed] == []


def test_every_example_pack_stands_among_the_recipes():
    recipes = (ROOT / "docs/how-to/scheme-recipes.md").read_text(encoding="utf-8")

    assert [pack.name for pack in PACKS if f"generated: example {pack.name} " not in recipes] == []
