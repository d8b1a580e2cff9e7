"""The life of a key by the operator's commands, from its making to its compromise."""

import json

import pytest
from click.testing import CliRunner
from django.urls import reverse

from sealmark_platform.commands import cli
from sealmark_platform.records.models import Entry


@pytest.fixture
def run(data):
    """Run a command with ``--json`` in this process; return its exit code and what it told."""

    def command(*words):
        done = CliRunner().invoke(cli, [*words, "--json"], catch_exceptions=True)
        return done.exit_code, json.loads(done.stdout) if done.stdout else done.exception.codes

    return command


def test_a_key_lives_by_commands(world, run, client):
    number = world.certified().number
    missing = run("keys", "check")
    made = run("keys", "make", "oak")
    published = run("publish", "--whole")
    entries = Entry.objects.count()
    again = run("publish")
    sound = run("keys", "check")
    rotated = run("keys", "rotate", "oak")
    marked = run("keys", "compromise", "oak", "key-1", "--since", "2026-03-10")
    renewed = run("publish")
    retired = run("keys", "retire", "oak")
    unknown = run("keys", "rotate", "elm")

    assert (missing[0], [one["code"] for one in missing[1]]) == (1, ["SM813"])
    assert (made[0], made[1]["name"], made[1]["place"], made[1]["retired_at"]) == (0, "key-1", "file", None)
    assert published == (0, {"certificates": [number], "lists": 2, "entries": entries, "problems": []})
    assert again == (0, {"certificates": [], "lists": 0, "entries": entries, "problems": []})
    assert (sound, rotated[1]["name"], marked[1]["compromised_at"]) == (
        (0, []), "key-2", "2026-03-10T00:00:00+00:00",
    )  # fmt: skip
    assert renewed == (0, {"certificates": [number], "lists": 2, "entries": entries + 4, "problems": []})
    assert (retired[1]["name"], unknown) == ("key-2", (1, ("SM837",)))
    assert [one["name"] for one in run("keys", "list", "oak")[1]] == ["key-2", "key-1"]
    assert client.get(reverse("body-did", args=["oak"])).json()["assertionMethod"] == [
        "did:web:localhost%3A8000:bodies:oak#key-2"
    ]
