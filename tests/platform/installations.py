"""Installations of their own: a data folder and a database each, worked by the command."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[2]
BUILD = """
import django; django.setup()
from pathlib import Path
from django.conf import settings
from sealmark_platform.records.actions import make_checkpoint
from tests.platform.people import World, after
world = World()
world.certified()
make_checkpoint(after(20))
(Path(settings.DATA) / "files").mkdir(parents=True, exist_ok=True)
(Path(settings.DATA) / "files" / "x").write_bytes(b"an upload")
"""


def run(folder, *words, database="", **environment):
    """Run ``sealmark-platform`` in a data folder."""
    more = {"SEALMARK_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "sealmark_platform.settings", **environment}
    if database:
        more["SEALMARK_DATABASE"] = database
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SEALMARK_")}
    return subprocess.run(
        [sys.executable, "-m", "sealmark_platform.commands", *map(str, words)], env={**kept, **more}, cwd=ROOT,
        capture_output=True, text=True, check=False, timeout=120, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def build(folder, database=""):
    """Make an installation with one certified file."""
    assert run(folder, "migrate", database=database).returncode == 0
    more = {"SEALMARK_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "sealmark_platform.settings",
            "SEALMARK_SECRET_KEY": "only-for-tests"}  # fmt: skip
    if database:
        more["SEALMARK_DATABASE"] = database
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SEALMARK_")}
    subprocess.run([sys.executable, "-c", BUILD], env={**kept, **more}, cwd=ROOT, check=True, timeout=120)


def fresh_database(name):
    """Return the address of an empty database on the server the tests run on; nothing for SQLite.

    All workers use one server: each has its own databases, or one would drop what another is about to fill.
    """
    address = os.environ.get("SEALMARK_TEST_DATABASE", "")
    if not address:
        return ""
    import psycopg

    name = f"{name}_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name}")
        connection.execute(f"CREATE DATABASE {name}")
    parts = urlsplit(address)
    return parts._replace(path=f"/{name}").geturl()
