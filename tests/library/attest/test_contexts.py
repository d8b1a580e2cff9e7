import hashlib
import io
import json
import tarfile

import pytest
from click.testing import CliRunner

from sealmark.attest.contexts import KNOWN_CONTEXTS, VC_V2, Contexts, KnownContext, find_contexts
from sealmark.cli import contexts as command
from sealmark.cli.main import cli
from sealmark.core.errors import SealmarkError

DATA_MODEL, OPEN_BADGES = KNOWN_CONTEXTS


@pytest.fixture
def original(vectors):
    return (vectors / "contexts/credentials-v2.jsonld").read_bytes()


def run(*arguments, **options):
    return CliRunner().invoke(cli, ["contexts", *map(str, arguments)], prog_name="sealmark", **options)


def test_missing_contexts_are_listed_as_missing(tmp_path, original):
    (tmp_path / DATA_MODEL.file).write_bytes(original)

    out = run("list", "--folder", tmp_path)

    assert out.exit_code == 1
    assert [line.split()[:2] for line in out.output.splitlines()] == [
        ["present", DATA_MODEL.file],
        ["missing", OPEN_BADGES.file],
    ]
    assert [row["present"] for row in json.loads(run("list", "--folder", tmp_path, "--json").output)] == [True, False]


def test_a_file_with_other_bytes_is_refused(tmp_path, original):
    (tmp_path / DATA_MODEL.file).write_bytes(original + b"\n")

    out = run("list", env={"SEALMARK_CONTEXTS": str(tmp_path)})

    assert out.exit_code == 2
    assert "SM754 The file credentials-v2.jsonld is not the context" in out.output


def test_contexts_are_added_from_a_module_in_a_package(tmp_path, original):
    module = b"/* by whoever */\n'use strict';\n\nmodule.exports = " + original.rstrip(b"\n") + b";\n"
    package = tmp_path / "package.tgz"
    with tarfile.open(package, "w:gz") as archive:
        for name, content in (("package/README.md", b"no context"), ("package/js/context.js", module)):
            item = tarfile.TarInfo(name)
            item.size = len(content)
            archive.addfile(item, io.BytesIO(content))
        archive.addfile(tarfile.TarInfo("package/empty"))

    out = run("add", package, "--folder", tmp_path / "kept")

    assert (out.exit_code, out.output) == (0, f"{tmp_path / 'kept' / DATA_MODEL.file}\n")
    assert Contexts.from_folder(tmp_path / "kept").urls == (VC_V2,)


def test_files_that_are_no_known_context_are_refused(tmp_path):
    (tmp_path / "x.json").write_text("{}")

    out = run("add", tmp_path / "x.json", "--folder", tmp_path)

    assert out.exit_code == 2
    assert "SM754 None of the files holds a context that is known." in out.output


def test_what_is_fetched_is_kept_when_its_digest_is_right(tmp_path, monkeypatch, original):
    asked = []
    (tmp_path / OPEN_BADGES.file).write_text("not looked at")
    monkeypatch.setattr(command, "fetched", lambda url: asked.append(url) or original)

    first, second = run("fetch", "--folder", tmp_path), run("fetch", "--folder", tmp_path)

    assert (first.exit_code, second.exit_code, asked) == (0, 0, [VC_V2])
    assert (tmp_path / DATA_MODEL.file).read_bytes() == original
    assert "there already" in second.output


def test_what_is_fetched_with_other_bytes_is_not_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(command, "fetched", lambda _: b"{}")

    out = run("fetch", "--folder", tmp_path)

    assert out.exit_code == 2
    assert "SM754" in out.output
    assert list(tmp_path.iterdir()) == []


def test_an_address_that_does_not_answer_is_told_as_such():
    def refuse(request, timeout):
        raise OSError("no route")

    with pytest.raises(SealmarkError, match="cannot be fetched: no route"):
        command.fetched(VC_V2, refuse)
    assert command.fetched(VC_V2, lambda *_, **__: io.BytesIO(b"x")) == b"x"


def test_the_context_of_open_badges_is_the_one_of_1edtech(contexts):
    assert contexts.urls == tuple(sorted([VC_V2, OPEN_BADGES.url]))
    assert "OpenBadgeCredential" in contexts.load(OPEN_BADGES.url)["@context"]


def test_contexts_are_checked_one_by_one():
    item = KnownContext("urn:x", hashlib.sha256(b"{}").hexdigest(), "x.json")

    assert Contexts.of({item: b"{}"}).load("urn:x") == {}
    with pytest.raises(SealmarkError, match="SM754"):
        Contexts.of({item: b"{ }"})
    with pytest.raises(SealmarkError, match="written out"):
        Contexts({}).load({})


def test_what_is_no_module_holds_no_context(original):
    assert find_contexts(b'{"module.exports = {": 1}') == find_contexts(b"module.exports = {") == {}
    assert find_contexts(original) == {DATA_MODEL: original}
