"""The log of an installation from its first tick over a lost disk to the checkpoint of a witness."""

import json

import pytest
from click.testing import CliRunner
from tests.platform.installations import build, fresh_database, run

from sealmark.cli.main import cli


def told(done):
    return done.returncode, json.loads(done.stdout)


@pytest.mark.slow
def test_a_lost_disk_does_not_fork_the_log(tmp_path):
    folder, seen, archive = tmp_path / "data", tmp_path / "seen.json", tmp_path / "backup.zip"
    first, second = (fresh_database(f"sealmark_log_{name}") for name in ("first", "second"))
    build(folder, first)

    early = told(run(folder, "tick", "--as-of", "2026-04-01", "--json", database=first))
    run(folder, "backup", archive, database=first)
    late = told(run(folder, "tick", "--as-of", "2027-02-01", "--json", database=first))
    witness = CliRunner().invoke(cli, ["witness", str(folder / "log"), "--state", str(seen)])
    restored = run(tmp_path / "lost", "restore", archive, database=second)
    stopped = told(run(tmp_path / "lost", "tick", "--as-of", "2026-05-01", "--json", database=second))
    accepted = run(tmp_path / "lost", "log", "accept", seen, database=second)

    size = early[1]["published"]
    assert (early[0], early[1]["log_problem"], late[1]["published"], witness.exit_code) == (0, None, size + 1, 0)
    assert restored.stdout.splitlines()[-1].startswith("Next: sealmark-platform log accept")
    assert (stopped[0], stopped[1]["published"], stopped[1]["log_problem"]) == (1, 0, "SM812")
    assert (accepted.returncode, accepted.stderr[:5]) == (2, "SM812")
    assert not (tmp_path / "lost/log/tile").exists()
