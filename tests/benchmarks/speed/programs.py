"""Run other programs on the same data and read what they found; skipped, with a printed line, where they are missing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

__all__ = ["PEERS", "one_thread", "run_peer"]

PEERS = Path(__file__).parent / "peers"
ROOT = Path(__file__).parents[3]


def one_thread() -> dict[str, str]:
    """Return an environment in which linear algebra takes one thread.

    Idle threads that wait for each other would be counted as work, on either side.
    """
    return os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def run_peer(script: str, *arguments: object) -> dict[str, Any] | None:
    """Return what a script of the folder ``peers`` printed, or None, with a line on the screen, without its program.

    Args:
        script: An R script needs ``Rscript`` and its packages; a Python script the environment ``.venv-peers``
            (``make bench-peers``) or the one that SEALMARK_PEERS names.
        arguments: Handed to the script.
    """
    command = _command(script)
    if command is None:
        print(f"{script}: its program is not installed (see tests/benchmarks/peers.md)")
        return None
    done = subprocess.run(
        [*command, str(PEERS / script), *map(str, arguments)],
        check=False, capture_output=True, text=True, env=one_thread(), cwd=ROOT,
    )  # fmt: skip
    if done.returncode:
        print(f"{script}: does not run here: {(done.stderr.strip().splitlines() or ['no reason given'])[-1]}")
        return None
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def _command(script: str) -> Sequence[str] | None:
    if script.endswith(".R"):
        found = shutil.which("Rscript")
        return None if found is None else [found]
    python = Path(os.environ.get("SEALMARK_PEERS", ROOT / ".venv-peers")) / "bin" / "python"
    return [str(python), "-W", "ignore"] if python.exists() else None
