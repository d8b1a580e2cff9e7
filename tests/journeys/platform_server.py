"""A platform of its own for journeys in a browser: a temporary folder, seeded, served on a free port."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium")
ARGUMENTS = [
    "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
]  # fmt: skip


@dataclass(frozen=True)
class Place:
    """A platform that is up.

    Attributes:
        address: Where it answers.
        command: The command line of the platform on its data.
        environment: For that command.
    """

    address: str
    command: list[str]
    environment: dict[str, str]


@contextmanager
def served(folder):
    """Yield the address of a platform that is up, and end it afterwards."""
    with running(folder, "platform_seed.py") as place:
        yield place.address


@contextmanager
def running(folder, seed, *arguments, **environment):
    """Yield a platform that is up, filled by a program of this folder, and end it afterwards."""
    data = folder / "data"
    environment = {
        **os.environ, "PYTHONPATH": str(ROOT), "SEALMARK_DATA": str(data), "SEALMARK_SECRET_KEY": "only-for-journeys",
        "DJANGO_SETTINGS_MODULE": "sealmark_platform.settings", **environment,
    }  # fmt: skip
    environment.pop("SEALMARK_DATABASE", None)
    command = [sys.executable, "-m", "sealmark_platform.commands", "--data", str(data)]
    subprocess.run([*command, "migrate"], env=environment, check=True, capture_output=True)
    filling = [sys.executable, str(ROOT / "tests/journeys" / seed), *arguments]
    subprocess.run(filling, env=environment, check=True, capture_output=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # Certificates name the place where their keys and lists are found.
    environment["SEALMARK_ADDRESS"] = f"http://127.0.0.1:{port}/"
    log = (folder / "server.log").open("w")
    server = subprocess.Popen([*command, "serve", "--port", str(port)], env=environment, stdout=log, stderr=log)
    try:
        _wait(f"http://127.0.0.1:{port}/healthz", server)
        yield Place(f"http://127.0.0.1:{port}", command, environment)
    finally:
        server.terminate()
        server.wait(20)
        log.close()


def _wait(address, server):
    for _attempt in range(600):
        assert server.poll() is None, "the server ended before it answered"
        try:
            urllib.request.urlopen(address, timeout=2).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server does not answer")
