"""Many people at once, and a process that is killed: real processes, real connections, a database of their own."""

import json
import os
import subprocess
import sys
import uuid

import pytest

ACTS, FILES = 17, 200
RIVALS = 16
ENDS = 30


@pytest.fixture
def place(tmp_path):
    """The environment of processes with a fresh database of the kind that is tested, and one body in it."""
    told = {**os.environ, "SEALMARK_DATA": str(tmp_path), "SEALMARK_SECRET_KEY": "only-for-tests"}
    server = told.pop("SEALMARK_TEST_DATABASE", None)
    told["SEALMARK_DATABASE"] = str(tmp_path / "many.sqlite3")
    name = f"many_{uuid.uuid4().hex}"
    if server is not None:
        _on_server(server, f"CREATE DATABASE {name}")
        told["SEALMARK_DATABASE"] = server.replace("/postgres?", f"/{name}?")
    assert run(told, "prepare", 0) is None
    yield told
    if server is not None:
        _on_server(server, f"DROP DATABASE {name} WITH (FORCE)")


def _on_server(address, statement):
    import psycopg

    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(statement)


def run(place, what, number):
    done = subprocess.run(
        [sys.executable, "-m", "tests.platform.living", what, str(number)],
        env=place, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3_000:]
    return json.loads(done.stdout) if done.stdout else None


@pytest.mark.slow
def test_sixteen_live_two_hundred_files_and_nothing_is_lost(place):
    found = run(place, "many", FILES)

    assert found == {
        "errors": [], "files": FILES, "certificates": FILES, "entries": FILES * ACTS, "faults": [], "disagreements": [],
    }  # fmt: skip


@pytest.mark.slow
def test_of_sixteen_who_act_on_what_they_saw_one_wins_and_the_others_are_told(place):
    rounds = 3

    found = run(place, "rivals", rounds)

    for codes in found["codes"]:
        answers = [code for line in codes for code in line.split(",") if code]
        # Both acts of everybody were answered: one of each was done.
        assert len(codes) == RIVALS
        assert (len(answers), set(answers)) == (2 * (RIVALS - 1), {"SM801"})
    assert (found["certificates"], found["files"]) == (rounds, 2 * rounds)
    assert found["entries"] == rounds * (2 + ACTS)
    assert (found["faults"], found["disagreements"]) == ([], [])


@pytest.mark.slow
def test_a_form_that_is_sent_twice_at_once_is_done_once(place):
    found = run(place, "twice", 2)

    # The other one is told that somebody acted, or comes when the act is no longer open.
    done_once = {act: [answer[0] for answer in answers] for act, answers in found["answers"].items()}
    others = {answer[1] for answers in found["answers"].values() for answer in answers}
    assert done_once == {act: [302, 302] for act in found["answers"]}
    assert others <= {409, 403}
    assert len(found["answers"]) > 5
    assert (found["faults"], found["disagreements"]) == ([], [])


@pytest.mark.slow
def test_a_process_that_is_killed_leaves_every_file_before_or_after_an_act(place):
    found = run(place, "killed", ENDS)

    assert [(one["faults"], one["disagreements"]) for one in found] == [([], [])] * ENDS
    entries = [one["entries"] for one in found]
    assert entries == sorted(entries)
    assert entries[-1] > 2 * ENDS
    # Some were killed in the middle of a life, between two acts or in one.
    assert found[-1]["files"] > found[-1]["certificates"] > 0
