"""The log of an installation from its first tick over a lost disk to the checkpoint of a witness."""

import json

import pytest
from tests.platform.installations import build, fresh_database, run

from sealmark.cli.main import cli


def told(done):
    return done.returncode, json.loads(done.stdout)


@pytest.mark.slow
def test_a_lost_disk_neither_forks_the_log_nor_gives_numbers_again(tmp_path):
    from click.testing import CliRunner

    folder, place = tmp_path / "data", tmp_path / "again"
    database, other = fresh_database("sealmark_log_first"), fresh_database("sealmark_log_second")
    build(folder, database)

    def witness(log):
        return CliRunner().invoke(cli, ["witness", str(log), "--state", str(tmp_path / "seen.json")]).exit_code

    first = told(run(folder, "tick", "--as-of", "2026-04-01", "--json", database=database))
    run(folder, "backup", tmp_path / "b.zip", database=database)
    later = told(run(folder, "tick", "--as-of", "2027-02-01", "--json", database=database))
    seen = witness(folder / "log")
    restored = run(place, "restore", tmp_path / "b.zip", database=other)
    stopped = told(run(place, "tick", "--as-of", "2026-05-01", "--json", database=other))
    wrong = run(place, "log", "accept", database=other)
    accepted = run(place, "log", "accept", tmp_path / "seen.json", database=other)
    shown = told(run(place, "log", "show", "--json", database=other))
    checked = told(run(place, "check", "--json", database=other))

    assert (first[0], first[1]["log_problem"], later[1]["published"]) == (0, None, first[1]["published"] + 1)
    assert seen == 0
    assert restored.stdout.endswith(
        "Next: sealmark-platform log accept, with the newest checkpoint that was published.\n"
    )
    assert (stopped[0], stopped[1]["log_problem"], stopped[1]["mails"] > 0) == (1, "SM812", False)
    assert wrong.returncode == 2
    assert (accepted.returncode, accepted.stderr[:5]) == (2, "SM812")
    assert shown[0] == 1
    assert (shown[1]["published"], shown[1]["entries"]) == (later[1]["published"], first[1]["published"])
    assert "SM812" in [one["code"] for one in checked[1]]
    assert witness(place / "log") == 1 or not (place / "log/tile").exists()


@pytest.mark.slow
def test_who_knows_that_nothing_came_after_the_backup_goes_on(tmp_path):
    folder, place = tmp_path / "data", tmp_path / "again"
    database, other = fresh_database("sealmark_log_third"), fresh_database("sealmark_log_fourth")
    build(folder, database)
    size = told(run(folder, "log", "publish", "--json", database=database))[1]["entries"]
    run(folder, "backup", tmp_path / "b.zip", database=database)

    run(place, "restore", tmp_path / "b.zip", "--known-entries", size, database=other)
    published = told(run(place, "log", "publish", "--json", database=other))

    assert published[0] == 0
    assert (published[1]["entries"], published[1]["origin"]) == (size, "127.0.0.1:8000/log")
    assert (place / "log/checkpoint").read_bytes() == (folder / "log/checkpoint").read_bytes()
