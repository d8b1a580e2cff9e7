"""Timing in CPU seconds, peak memory in fresh processes, and a table of ratios beside their bars.

CPU seconds are user and system time of the process and of its children that
have ended. They say less about the machine's other work than wall time does;
still, only numbers of one run are compared, as ratios.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["FULL", "Row", "Usage", "best_of", "cpu", "in_fresh_process", "peak_memory", "print_table"]

ROOT = Path(__file__).parents[3]
FULL = os.environ.get("SEALMARK_BENCH", "") == "full"
"""Set SEALMARK_BENCH=full to run the sizes that take minutes."""


def cpu(function: Callable[[], object]) -> float:
    """Return the seconds of user and system time that a call takes, its children's included."""
    before = _seconds()
    function()
    return _seconds() - before


def _seconds() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def best_of(times: int, *functions: Callable[[], object]) -> list[float]:
    """Return each function's least CPU seconds over several rounds.

    The functions take turns, so that a change in the machine's load meets all of them.
    """
    rounds = [[cpu(function) for function in functions] for _ in range(times)]
    return [min(column) for column in zip(*rounds, strict=True)]


@dataclass(frozen=True)
class Usage:
    """What a fresh process used.

    Attributes:
        cpu: Seconds of user and system time between start and end of the work, imports left out.
        wall: Seconds by the clock, likewise.
        peak: Largest resident memory of the whole process, in gigabytes (10^9 bytes).
        answer: What the function returned; JSON.
    """

    cpu: float
    wall: float
    peak: float
    answer: object


def in_fresh_process(target: str, *arguments: object, warm: Sequence[object] = ()) -> Usage:
    """Return what a function uses when a new interpreter runs it alone.

    Args:
        target: Module and function, for example ``tests.benchmarks.speed.surveys:table``;
            the function returns something that JSON can hold.
        arguments: Given to the function; JSON.
        warm: Arguments of a small call before, which is not counted: it imports and compiles what is needed.
    """
    command = [sys.executable, "-m", "tests.benchmarks.speed.harness", target, json.dumps(arguments), json.dumps(warm)]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    return Usage(**json.loads(done.stdout.splitlines()[-1]))


def peak_memory() -> float:
    """Return the largest resident memory of this process so far, in gigabytes."""
    # Not getrusage: its figure is inherited from the parent that started the process.
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    kilobytes = next(line.split()[1] for line in lines if line.startswith("VmHWM"))
    return int(kilobytes) * 1024 / 1e9


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes:
        name: What was done.
        ours: Our figure, in CPU seconds unless ``unit`` says otherwise.
        limit: What it is compared with: the limit's or the peer's figure.
        bar: The largest ratio of ours to limit that passes; with ``faster`` the least ratio of limit
            to ours. None: shown without judgement.
        faster: The bar says how many times faster than a peer.
        unit: Unit of both figures.
    """

    name: str
    ours: float
    limit: float
    bar: float | None = None
    faster: bool = False
    unit: str = "s"

    @property
    def ratio(self) -> float:
        """Ours over the limit, or with ``faster`` the other way round."""
        return self.limit / self.ours if self.faster else self.ours / self.limit

    @property
    def passes(self) -> bool:
        """Tell whether the bar is met; without a bar it is."""
        if self.bar is None:
            return True
        return self.ratio >= self.bar if self.faster else self.ratio <= self.bar


def print_table(rows: Sequence[Row], title: str = "") -> None:
    """Print ratios beside their bars; what misses its bar is marked."""
    width = max((len(row.name) for row in rows), default=0)
    print(f"\n{title}" if title else "")
    print(f"{'':{width}} {'ours':>10} {'limit':>10}   {'ratio':>8}  {'bar':>8}")
    for row in rows:
        sign = ">=" if row.faster else "<="
        bar = "" if row.bar is None else f"{sign} {row.bar:g}"
        ours, limit = (f"{value:.4g} {row.unit}" for value in (row.ours, row.limit))
        print(f"{row.name:{width}} {ours:>10} {limit:>10}   {row.ratio:>7.4g}x {bar:>9}{_mark(row)}")


def _mark(row: Row) -> str:
    return "" if row.passes else "   MISSED"


def _run(target: str, arguments: Sequence[object], warm: Sequence[object]) -> None:
    module, _, name = target.partition(":")
    function = getattr(__import__(module, fromlist=[name]), name)
    if warm:
        function(*warm)
    start = time.perf_counter()
    answer: list[object] = []
    seconds = cpu(lambda: answer.append(function(*arguments)))
    wall = time.perf_counter() - start
    print(json.dumps({"cpu": seconds, "wall": wall, "peak": peak_memory(), "answer": answer[0]}))


if __name__ == "__main__":
    _run(sys.argv[1], json.loads(sys.argv[2]), json.loads(sys.argv[3]))
