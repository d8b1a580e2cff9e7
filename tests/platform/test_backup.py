"""An archive holds everything of one moment, and brings everything back or nothing."""

import hashlib
import json
import shutil
import zipfile

import pytest
from tests.platform.installations import build, fresh_database, run


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """An installation with one certified file: folder, database, its archive and what the command told of it."""
    folder = tmp_path_factory.mktemp("first") / "data"
    database = fresh_database("sealmark_backup_first")
    build(folder, database)
    archive = folder.parent / "backup.zip"
    done = run(folder, "backup", archive, "--json", database=database)
    assert done.returncode == 0, done.stderr
    return folder, database, archive, json.loads(done.stdout)


def altered(archive, target, change):
    """Write an archive anew with some members changed."""
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
    return target


def test_an_archive_comes_back_whole_and_can_be_written_again(first, tmp_path):
    folder, _, archive, told = first
    database = fresh_database("sealmark_backup_second")

    done = run(tmp_path / "data", "restore", archive, "--json", database=database)
    again = run(tmp_path / "data", "backup", tmp_path / "again.zip", "--json", database=database)
    verified = run(tmp_path / "data", "records", "verify", database=database)

    assert done.returncode == 0, done.stderr
    back = json.loads(done.stdout)
    assert (back["rows"], back["uploads"], back["root"]) == (told["rows"], 1, told["root"])
    assert (back["entries"], back["is_behind"]) == (told["entries"], False)
    assert verified.returncode == 0, verified.stdout
    assert (tmp_path / "data/files/x").read_bytes() == b"an upload"
    assert (tmp_path / "data/trail.key").read_bytes() == (folder / "trail.key").read_bytes()
    with zipfile.ZipFile(archive) as one, zipfile.ZipFile(tmp_path / "again.zip") as other:
        members = [json.loads(item.read("manifest.json"))["members"] for item in (one, other)]
    assert again.returncode == 0
    assert members[0] == members[1]


def test_acts_go_on_after_a_restore(first, tmp_path):
    _, _, archive, told = first
    database = fresh_database("sealmark_backup_third")
    run(tmp_path / "data", "restore", archive, database=database)

    moved = run(tmp_path / "data", "tick", "--as-of", "2027-02-01", "--json", database=database)
    verified = run(tmp_path / "data", "records", "verify", "--json", database=database)

    assert json.loads(moved.stdout)["opened"] == ["OAK-C2026-00001 surveillance"]
    assert json.loads(verified.stdout)["entries"] == told["entries"] + 1
    assert json.loads(verified.stdout)["faults"] == []


def test_an_archive_is_not_written_over_nor_restored_over_something(first):
    folder, database, archive, _ = first

    written = run(folder, "backup", archive, database=database)
    restored = run(folder, "restore", archive, database=database)

    assert (written.returncode, written.stderr[:5]) == (2, "SM831")
    assert (restored.returncode, restored.stderr[:5]) == (2, "SM832")


def test_what_was_altered_is_refused_and_leaves_nothing(first, tmp_path):
    _, _, archive, _ = first
    database = fresh_database("sealmark_backup_fourth")
    held = "rows/casework.certificate.jsonl"
    altered(archive, tmp_path / "broken.zip", lambda name, old: old + b" " if name == "files/x" else old)
    altered(archive, tmp_path / "torn.zip", lambda name, old: old.replace(b"OAK", b"ELM") if name == held else old)

    def forged(rows, change):
        """Change rows of the database and correct the manifest's digest, as a forger would."""
        kept = change(zipfile.ZipFile(archive).read(rows))

        def renewed(name, old):
            if name == "manifest.json":
                manifest = json.loads(old)
                manifest["members"][rows] = hashlib.sha256(kept).hexdigest()
                return json.dumps(manifest).encode()
            return kept if name == rows else old

        return renewed

    last_act_out = forged("rows/records.entry.jsonl", lambda old: b"".join(old.splitlines(keepends=True)[:-1]))
    altered(archive, tmp_path / "forged.zip", last_act_out)
    suspended = forged(held, lambda old: old.replace(b'"active"', b'"suspended"'))
    altered(archive, tmp_path / "suspended.zip", suspended)
    (tmp_path / "text.zip").write_text("no archive", encoding="utf-8")

    codes = [
        run(tmp_path / "data", "restore", tmp_path / f"{name}.zip", database=database).stderr[:5]
        for name in ("broken", "torn", "forged", "suspended", "text")
    ]

    assert codes == ["SM833", "SM833", "SM835", "SM835", "SM833"]
    assert not (tmp_path / "data/files").exists()
    assert run(tmp_path / "data", "restore", archive, database=database).returncode == 0


def test_the_archive_of_another_version_is_refused(first, tmp_path):
    def older(name, old):
        if name != "manifest.json":
            return old
        manifest = json.loads(old)
        manifest["migrations"].pop()
        return json.dumps(manifest).encode()

    archive = altered(first[2], tmp_path / "older.zip", older)

    assert run(tmp_path / "data", "restore", archive).stderr[:5] == "SM834"


def test_without_keys_the_key_stays_out_and_lost_acts_are_told(first, tmp_path):
    folder, database, _, told = first
    made = run(folder, "backup", tmp_path / "bare.zip", "--without-keys", "--json", database=database)
    (tmp_path / "data").mkdir()
    shutil.copy(folder / "trail.key", tmp_path / "data/trail.key")

    done = run(tmp_path / "data", "restore", tmp_path / "bare.zip", "--known-entries", told["entries"] + 3)

    assert json.loads(made.stdout)["has_key"] is False
    assert "keys/trail.key" not in zipfile.ZipFile(tmp_path / "bare.zip").namelist()
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "The archive is older than the checkpoint you know of: 3 acts are lost."


def test_a_missing_upload_is_named_instead_of_left_out(first, tmp_path):
    folder, database, _, _ = first
    (folder / "files/x").rename(tmp_path / "x")
    try:
        done = run(folder, "backup", tmp_path / "backup.zip", database=database)
    finally:
        (tmp_path / "x").rename(folder / "files/x")

    assert done.stderr.splitlines()[0] == 'SM836 The upload "x" is missing in the data folder.'
    assert sorted(path.name for path in tmp_path.iterdir()) == []
