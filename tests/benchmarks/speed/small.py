"""One survey of 500 answers under a pack: what evaluating it costs the first time and later, for ``bench_small``."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import yaml
from tests.benchmarks.speed.harness import cpu

from sealmark.evaluation.evidence.gathering import gather
from sealmark.evaluation.example import make_example, read_profile
from sealmark.evaluation.run import evaluate, open_case
from sealmark.measure.compiled import compiled_queries

__all__ = ["RESPONDENTS", "figures", "start_up", "write_case"]

RESPONDENTS = 500
_PROFILE = "examples/servicemark-style.yaml"
_INSTRUMENT = "customers"


def write_case(folder: Path) -> Path:
    """Write a made-up case with one survey and return its folder."""
    profile = read_profile(Path(str(resources.files("sealmark.cli"))) / _PROFILE)
    survey = profile.surveys[_INSTRUMENT].model_copy(update={"respondents": RESPONDENTS})
    profile = profile.model_copy(update={"surveys": {**profile.surveys, _INSTRUMENT: survey}})
    from sealmark.scheme.discovery import load  # the pack is needed here only

    make_example(profile, load(profile.scheme), folder)
    path = folder / "case.yaml"
    case = yaml.safe_load(path.read_text(encoding="utf-8"))
    case["surveys"] = [entry for entry in case["surveys"] if entry["instrument"] == _INSTRUMENT]
    path.write_text(yaml.safe_dump(case, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return folder


def figures(folder: str, times: int) -> dict[str, float]:
    """Return CPU seconds of measuring and of evaluating the case, for the first time and the least of some later times.

    Args:
        folder: The case.
        times: How often it is done after the first time.
    """

    def measuring() -> object:
        opened = open_case(None, folder)
        return gather(opened.case, opened.book)

    first = cpu(measuring)
    compiled = compiled_queries.misses
    later = _least(times, measuring)
    assert compiled_queries.misses == compiled
    whole = cpu(lambda: evaluate(None, folder))
    return {"first": first, "later": later, "whole": min(whole, _least(times, lambda: evaluate(None, folder)))}


def _least(times: int, function: Callable[[], object]) -> float:
    return min(cpu(function) for _ in range(times))


def start_up(*command: str) -> Callable[[], object]:
    """Return what starts a fresh interpreter, for timing."""
    return lambda: subprocess.run([sys.executable, *command], check=True, stdout=subprocess.DEVNULL)
