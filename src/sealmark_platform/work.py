"""The worker: does what requests left for later, in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from django.db import OperationalError, close_old_connections

__all__ = ["accompanying", "work"]

_PAUSE = 1.0
_FAREWELL = 60


def work(*, is_over: Callable[[], bool] = lambda: False, once: bool = False) -> None:
    """Do what waits, and wait for more.

    Ended by SIGTERM or SIGINT it finishes what it does first.

    Args:
        is_over: Asked between tasks: whether there is nobody left to work for.
        once: End as soon as nothing waits.
    """
    from django_tasks_db.management.commands.db_worker import Worker

    ending: list[int] = []

    def end(number: int, frame: FrameType | None) -> None:
        ending.append(number)
        worker.running = False

    worker = Worker(
        queue_names=["*"], interval=0, batch=True, backend_name="default", startup_delay=False, max_tasks=None,
        worker_id=f"worker-{os.getpid()}", excluded_queue_names=[],
    )  # fmt: skip
    if not once:
        signal.signal(signal.SIGTERM, end)
        signal.signal(signal.SIGINT, end)
    while True:
        # A database that is away, or busy for long, is asked again.
        with suppress(OperationalError):
            worker.run()
        if once or ending or is_over():
            break
        close_old_connections()
        time.sleep(_PAUSE)


@contextmanager
def accompanying() -> Iterator[None]:
    """Let a worker run beside what is done inside; it ends with it, and with this process."""
    command = [sys.executable, "-m", "sealmark_platform.commands", "work", "--for-process", str(os.getpid())]
    worker = subprocess.Popen(command, env=os.environ)  # noqa: S603
    try:
        yield
    finally:
        worker.terminate()
        try:
            worker.wait(timeout=_FAREWELL)
        except subprocess.TimeoutExpired:
            worker.kill()
