"""The published log grows with the trail, and nothing is signed that contradicts what was published."""

import itertools
import shutil
import zipfile
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.test import Client
from tests.platform.people import after

from sealmark.attest.log.checkpoints import Checkpoint, open_checkpoint, sign_checkpoint
from sealmark.attest.log.notes import NoteKey
from sealmark.attest.log.tiles import TileReader
from sealmark.attest.log.witness import follow
from sealmark.core.errors import SealmarkError
from sealmark_platform import restoring
from sealmark_platform.casework.queries.numbers import next_certificate_number
from sealmark_platform.checks import faults_of_installation
from sealmark_platform.records import keys
from sealmark_platform.records.actions import append_record, make_checkpoint
from sealmark_platform.records.models import Checkpoint as Point
from sealmark_platform.records.models import Entry
from sealmark_platform.records.published import log_key, log_state, require_log
from sealmark_platform.records.publishing import accept_checkpoint, expect_news, publish_log

ORIGIN = "localhost:8000/log"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    """A data folder of its own: what is published cannot be rolled back."""
    settings.DATA = tmp_path
    return tmp_path / "log"


def write(number, actor="ada"):
    with transaction.atomic():
        for _entry in range(number):
            append_record("application.submit", actor=actor, at=after(1), subject="application:1", file="f")


def publish(number=0, **more):
    write(number)
    return publish_log(after(2), **more)


def content(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != ".lock"
    }


def refusal(act, *words, **more):
    with pytest.raises(SealmarkError) as caught:
        act(*words, **more)
    return caught.value.codes[0]


def sql(text, *values):
    with connection.cursor() as cursor:
        for table, verb in itertools.product(("records_entry", "records_checkpoint"), ("update", "delete")):
            drop = f"DROP TRIGGER IF EXISTS {table}_no_{verb}"
            cursor.execute(drop if connection.vendor == "sqlite" else f"{drop} ON {table}")
        cursor.execute(text, values)


def lose(after_entry):
    """Go back to a state of the database that an old backup holds."""
    sql("DELETE FROM records_entry WHERE number > %s", after_entry)
    sql("DELETE FROM records_checkpoint WHERE size > %s", after_entry)
    sql("DELETE FROM records_node WHERE id > %s", 2 * after_entry - 2)


def fetch_from(folder):
    return lambda path: (folder / path).read_bytes()


def test_a_witness_follows_the_log_as_the_trail_grows(folder):
    seen, tiles = None, []

    for number in (0, 3, 4, 250, 2, 300):
        tiles.append(publish(number).tiles)
        key = NoteKey.from_text((folder / "key").read_text())
        seen = follow((folder / "checkpoint").read_bytes(), seen, key=key, fetch=fetch_from(folder)).checkpoint

    assert (seen.origin, seen.size, seen.root.hex()) == (ORIGIN, 559, Point.objects.get(size=559).root)
    assert tiles == [0, 1, 1, 3, 1, 3]
    assert sorted(content(folder)) == [
        "checkpoint", "key", "tile/0/000", "tile/0/001", "tile/0/002.p/47", "tile/1/000.p/1", "tile/1/000.p/2",
    ]  # fmt: skip
    assert log_state().problem is None


def test_publishing_again_changes_nothing_and_what_is_missing_is_written(folder):
    publish(5)
    before = content(folder)
    (folder / "tile/0/000.p/5").unlink()

    assert publish(is_whole=True).tiles == 1
    assert publish().tiles == 0
    assert content(folder) == before


def test_entries_are_not_published(folder):
    publish(3)

    texts = [path for path, found in content(folder).items() if b"application" in found or b"ada" in found]

    assert texts == []
    assert not (folder / "tile/entries").exists()


def test_a_database_that_is_behind_the_log_signs_and_numbers_nothing(folder, world):
    publish(6)
    published = content(folder)
    entries = Entry.objects.count()
    lose(entries - 4)

    codes = [refusal(publish), refusal(require_log), refusal(next_certificate_number, world.body, 2026)]

    assert codes == ["SM812"] * 3
    state = log_state()
    assert (state.entries, state.published) == (entries - 4, entries)
    assert f"{entries} entries, the database {entries - 4}: 4 of them are lost" in state.problem.what
    assert "SM812" in [one.code for one in faults_of_installation()]
    write(9)
    # As many entries again do not make them the same.
    assert (refusal(publish), refusal(next_certificate_number, world.body, 2026)) == ("SM811", "SM811")
    assert content(folder) == published


def test_an_entry_altered_behind_the_back_of_the_platform_is_not_signed(folder):
    publish(3)
    published = content(folder)
    write(2)
    make_checkpoint(after(3))
    sql("UPDATE records_entry SET leaf = %s WHERE number = 4", "0" * 64)

    assert refusal(publish) == "SM811"
    sql("UPDATE records_entry SET leaf = 'nothing' WHERE number = 4")
    assert refusal(publish) == "SM811"
    assert (folder / "checkpoint").read_bytes() == published["checkpoint"]


def test_an_entry_altered_after_it_was_published_is_found_by_the_whole_comparison(folder):
    publish(260)
    sql("UPDATE records_entry SET leaf = %s WHERE number = 4", "0" * 64)

    assert publish(1).tiles == 1
    assert refusal(publish, is_whole=True) == "SM811"


def test_a_checkpoint_of_the_trail_that_was_made_to_fit_is_not_signed(folder):
    write(3)
    make_checkpoint(after(2))
    sql("UPDATE records_checkpoint SET root = %s", "1" * 64)

    assert refusal(publish) == "SM811"
    assert "checkpoint" not in content(folder)


def test_another_key_or_another_name_of_the_log_is_refused(folder, settings):
    publish(3)
    settings.ADDRESS = "https://register.example/"
    kept = publish(1).checkpoint.origin
    settings.LOG_ORIGIN = "register.example/log"
    renamed = refusal(publish)
    settings.LOG_ORIGIN = ""
    (Path(settings.DATA) / "trail.key").unlink()

    assert (kept, renamed, refusal(publish), log_state().problem.code) == (ORIGIN, "SM811", "SM811", "SM811")


def test_a_tile_that_was_exchanged_is_not_written_over(folder):
    publish(3)
    (folder / "tile/0/000.p/3").write_bytes(bytes(96))

    assert refusal(publish, is_whole=True) == "SM811"


# After a restore --------------------------------------------------------------------------------------------------


def test_after_a_restore_nothing_is_signed_until_somebody_says_what_was_published(folder):
    write(5)
    expect_news(None)

    assert (refusal(publish), refusal(require_log)) == ("SM812", "SM812")
    assert accept_checkpoint(None) is None
    assert publish().checkpoint.size == 5


@pytest.mark.parametrize(("known", "code"), [(0, "SM812"), (4, None), (5, None), (6, "SM812")])
def test_who_says_at_the_restore_how_much_was_published_is_not_asked_again(folder, tmp_path, known, code):
    write(5)
    with zipfile.ZipFile(tmp_path / "a.zip", "w"):
        pass

    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        restoring._expect_news(archive, {"members": {}, "trail": {"entries": 5}}, known)

    assert getattr(log_state().problem, "code", None) == code


def test_the_checkpoint_of_a_witness_lets_the_log_go_on(folder):
    publish(260)
    known = (folder / "checkpoint").read_bytes()
    shutil.rmtree(folder)
    expect_news(None)

    accepted = accept_checkpoint(known)
    publish(2)

    assert accepted.size == 260
    assert open_checkpoint((folder / "checkpoint").read_bytes(), log_key(ORIGIN)).size == 262
    assert TileReader(fetch_from(folder), 262).root().hex() == Point.objects.get(size=262).root


def test_a_tile_that_is_gone_is_said_with_the_cure(folder):
    publish(260)
    (folder / "tile/1/000.p/1").unlink()

    with pytest.raises(SealmarkError, match=r"(?s)SM811 .*tile/1/000.p/1. is not there.*publish --whole"):
        publish(1)
    assert publish(is_whole=True).checkpoint.size == 261


def test_a_checkpoint_ahead_of_the_trail_keeps_everything_closed(folder):
    publish(5)
    early = (folder / "checkpoint").read_bytes()
    publish(4)
    late = (folder / "checkpoint").read_bytes()
    lose(7)
    (folder / "checkpoint").unlink()
    expect_news(early)

    assert refusal(accept_checkpoint, late) == "SM812"
    assert log_state().published == 9
    assert refusal(accept_checkpoint, None) == "SM812"
    assert refusal(accept_checkpoint, early) == "SM812"


def test_a_checkpoint_that_contradicts_the_trail_or_is_of_nobody_is_refused(folder):
    publish(5)
    kept = content(folder)
    expect_news(None)
    forged = bytes(sign_checkpoint(Checkpoint(ORIGIN, 4, bytes(32)), keys.signer()))

    assert refusal(accept_checkpoint, forged) == "SM811"
    assert refusal(accept_checkpoint, b"no checkpoint") == "SM811"
    assert content(folder) == kept


# Pages ------------------------------------------------------------------------------------------------------------


def test_the_log_is_served_as_files_to_everybody(folder):
    publish(260)
    client = Client()

    point, tile, key = (client.get(f"/log/{name}") for name in ("checkpoint", "tile/0/000", "key"))

    assert (point.content, tile.content) == ((folder / "checkpoint").read_bytes(), (folder / "tile/0/000").read_bytes())
    assert (point["Content-Type"], point["Cache-Control"]) == ("text/plain; charset=utf-8", "no-cache")
    assert tile["Content-Type"] == "application/octet-stream"
    assert tile["Cache-Control"] == "public, max-age=31536000, immutable"
    assert key.content.decode().startswith(f"{ORIGIN}+")
    assert {answer["Access-Control-Allow-Origin"] for answer in (point, tile, key)} == {"*"}
    assert not any(answer.cookies for answer in (point, tile, key))
    assert client.post("/log/checkpoint").status_code == 405


@pytest.mark.parametrize(
    "name",
    ["", "tile/0/009", "tile/0/000.p/9", "tile/entries/000", "tile/0/../../../trail.key", "../trail.key", "restored",
     ".lock", "tile/0/%2e%2e/000", "tile/0", "tile/0/000/x"],
)  # fmt: skip
def test_nothing_else_is_served(folder, name):
    publish(3)

    assert Client().get(f"/log/{name}").status_code == 404
