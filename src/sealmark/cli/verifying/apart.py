"""Taking a certificate out of a PDF or a picture in a process of its own, with an end to its time and memory.

The readers of such files are large, and somebody may have made the file to bring them down: then only this
process ends.
"""

from __future__ import annotations

import base64
import contextlib
import json
import subprocess
import sys

from sealmark.attest.verifying.reading import LARGEST_FILE, Address, unwrapped
from sealmark.core.errors import Problem, SealmarkError

__all__ = ["unwrapped_apart"]

_SECONDS = 20
_MEMORY = 1 << 30


def unwrapped_apart(content: bytes, where: str) -> bytes | Address:
    """Return what :func:`sealmark.attest.verifying.reading.unwrapped` returns, worked out apart.

    Raises:
        SealmarkError: SM777 there is no certificate in it, SM778 it cannot be read, or not in bounded time.
    """
    try:
        ended = subprocess.run(  # noqa: S603  # our own program, our own words
            [sys.executable, "-P", "-m", __name__], input=content, capture_output=True, timeout=_SECONDS, check=False
        )
        told = json.loads(ended.stdout) if ended.returncode == 0 else {}
    except (subprocess.TimeoutExpired, ValueError):
        told = {}
    if "content" in told:
        inner = base64.b64decode(told["content"])
        return Address(inner.decode()) if told["is_address"] else inner
    code, what, fix = told.get("problem") or (
        "SM778", "The file cannot be read in the time and memory that there is.", "Get it again from the register.",
    )  # fmt: skip
    raise SealmarkError(Problem(code, what, where, fix))


def _work(content: bytes) -> dict[str, object]:
    try:
        inner = unwrapped(content)
    except SealmarkError as error:
        problem = error.problems[0]
        return {"problem": [problem.code, problem.what, problem.fix]}
    is_address = isinstance(inner, Address)
    found = inner.encode() if isinstance(inner, Address) else inner
    return {"content": base64.b64encode(found).decode(), "is_address": is_address}


def _limit() -> None:
    """Bound memory and processor time where the system can do that; the time of the caller holds everywhere."""
    with contextlib.suppress(ImportError):
        import resource  # not everywhere

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))


if __name__ == "__main__":
    _limit()
    sys.stdout.write(json.dumps(_work(sys.stdin.buffer.read(LARGEST_FILE + 1))))
