"""What comes in from outside: told by its content, of bearable size, with no way out of its folder, and inert."""

import io
import struct
import warnings
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests.platform.people import after

from sealmark.core.errors import SealmarkError
from sealmark_platform.casework import intake
from sealmark_platform.casework.actions.application import submit_application
from sealmark_platform.casework.actions.evaluation import record_result
from sealmark_platform.casework.actions.evidence import add_document, add_evidence
from sealmark_platform.casework.intake import checked_upload, unpack_case
from sealmark_platform.records.models import Entry

CASE = b"scheme: sealmark-charter/2026\n"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
HTML = b"<!doctype html><script>alert(1)</script>"
EXE = b"MZ\x90\x00\x03\x00\x00\x00\x04"


def upload(name, content):
    return SimpleUploadedFile(name, content)


def archive(members, *, method=zipfile.ZIP_DEFLATED):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as packed:
        for name, text in members.items():
            packed.writestr(name if isinstance(name, zipfile.ZipInfo) else zipfile.ZipInfo(name), text, method)
    return content.getvalue()


def link(name, target):
    info = zipfile.ZipInfo(name)
    info.external_attr = 0o120777 << 16
    return archive({info: target, "case.yaml": CASE})


def refused(name, content):
    with pytest.raises(SealmarkError) as told:
        checked_upload(upload(name, content))
    return told.value.codes


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (name, content)
        for content in (SVG, HTML, EXE, b"\x7fELF\x02\x01\x01\x00", b"#!/bin/sh\nrm -rf /\n", b"GIF89a\x00")
        for name in ("picture.svg", "page.html", "report.pdf", "photo.png", "tool.exe", "book.xlsx", "case.zip", "none")
    ],
)
def test_what_is_not_taken_is_not_taken_by_another_name(name, content):
    assert refused(name, content) == ("SM821",)


@pytest.mark.parametrize("content", [EXE, b"\x00\x01", b"\xff\xfe\x00a", b"caf\xe9 au lait" + b" " * 20])
def test_binaries_are_no_text_whatever_their_ending(content):
    assert {refused(f"list{ending}", content) for ending in (".csv", ".txt", ".yaml", ".json")} == {("SM821",)}


def test_html_that_calls_itself_text_is_text_and_nothing_more():
    found = checked_upload(upload("page.txt", HTML))

    assert (found.media_type, found.is_case_folder) == ("text/plain", False)


@pytest.mark.parametrize("size", [0, intake.LARGEST + 1])
def test_empty_and_too_large(size):
    assert refused("a.pdf", b"%PDF-" + b"x" * (size - 5) if size else b"") == ("SM820",)


def test_the_largest_is_still_taken():
    assert checked_upload(upload("a.pdf", b"%PDF-" + b"x" * (intake.LARGEST - 5))).size == intake.LARGEST


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"), ("..\\..\\boot.txt", "boot.txt"), ("/etc/cron.d/x.txt", "x.txt"),
        ("a\u202etxt.exe.txt", "atxt.exe.txt"), ("a\x00b\r\nc.txt", "abc.txt"), ("\u2066nice\u2069.txt", "nice.txt"),
        ("...", "file"), ("x" * 400 + ".txt", "x" * 146 + ".txt"), ("a\u200bb.txt", "ab.txt"),
    ],
)  # fmt: skip
def test_names_carry_no_path_and_no_tricks(name, kept):
    assert intake._clean_name(name) == kept


def test_archives_are_told_by_their_content():
    book = archive({"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>"})

    found = [checked_upload(upload(name, content)) for name, content in (
        ("a.zip", archive({"case/case.yaml": CASE})), ("b.pdf", archive({"b.txt": b"x"})), ("c.zip", book),
    )]  # fmt: skip

    assert [(one.media_type.rpartition(".")[2], one.is_case_folder) for one in found] == [
        ("application/zip", True), ("application/zip", False), ("sheet", False),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["case.zip", "book.xlsx"])
def test_bombs_of_ratio_and_of_count_are_refused(name):
    head = {"[Content_Types].xml": b"<x/>"} if name == "book.xlsx" else {"case.yaml": CASE}

    assert refused(name, archive({**head, "xl/sheet1.xml": b"0" * 30_000_000})) == ("SM822",)
    assert refused(name, archive({**head, **{f"f/{number}": b"" for number in range(2_000)}})) == ("SM822",)


def test_an_archive_in_an_archive_is_never_opened(tmp_path):
    inner = archive({"bomb": b"0" * 30_000_000})
    content = io.BytesIO(archive({"case.yaml": CASE, "inner.zip": inner}))

    place = unpack_case(content, tmp_path)

    assert sorted(path.name for path in place.iterdir()) == ["case.yaml", "inner.zip"]
    assert sum(path.stat().st_size for path in place.iterdir()) == len(CASE) + len(inner)


def test_an_archive_that_lies_about_its_size_is_stopped_while_it_unpacks(tmp_path, monkeypatch):
    content = bytearray(archive({"case.yaml": CASE, "much": b"01" * 2_000_000}))
    place = content.rindex(b"PK\x01\x02")
    content[place + 24 : place + 28] = struct.pack("<I", 10)
    monkeypatch.setattr(intake, "_UNPACKED", 1_000_000)

    with pytest.raises(SealmarkError, match="SM822"):
        unpack_case(io.BytesIO(bytes(content)), tmp_path)

    assert sum(path.stat().st_size for path in tmp_path.rglob("*")) < 1_100_000


@pytest.mark.parametrize(
    "name", ["../out.txt", "a/../../out.txt", "/etc/out.txt", "..\\out.txt", "a\\b.txt", "C:/out.txt", "C:\\out.txt"]
)
def test_no_member_leaves_the_folder(tmp_path, name):
    with pytest.raises(SealmarkError, match="SM823"):
        unpack_case(io.BytesIO(archive({name: b"x", "case.yaml": CASE})), tmp_path / "case")

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("target", ["/etc/passwd", "../../x", "case.yaml"])
def test_a_link_in_an_archive_is_refused(tmp_path, target):
    with pytest.raises(SealmarkError, match="SM823"):
        unpack_case(io.BytesIO(link("data.csv", target)), tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_an_archive_with_a_password_is_refused_when_it_comes_in_and_when_it_is_unpacked(tmp_path):
    content = bytearray(archive({"case.yaml": CASE}))
    content[6] |= 1
    content[content.rindex(b"PK\x01\x02") + 8] |= 1

    assert refused("case.zip", bytes(content)) == ("SM822",)
    with pytest.raises(SealmarkError, match="SM822"):
        unpack_case(io.BytesIO(bytes(content)), tmp_path)


@pytest.mark.parametrize("content", [b"PK\x03\x04", b"PK\x03\x04" + b"x" * 500])
def test_what_only_begins_like_an_archive_is_refused(content):
    assert refused("case.zip", content) == ("SM822",)


def test_a_damaged_member_is_refused(tmp_path):
    content = bytearray(archive({"case.yaml": CASE * 20}))
    content[45] ^= 0xFF

    with pytest.raises(SealmarkError, match="SM822"):
        unpack_case(io.BytesIO(bytes(content)), tmp_path)


def test_a_file_and_a_folder_of_one_name_are_refused(tmp_path):
    with pytest.raises(SealmarkError, match="SM82"):
        unpack_case(io.BytesIO(archive({"a": b"x", "a/b": b"x", "case.yaml": CASE})), tmp_path)


def test_an_archive_without_a_case_is_refused(tmp_path):
    with pytest.raises(SealmarkError, match="SM824"):
        unpack_case(io.BytesIO(archive({"a.txt": b"x"})), tmp_path)


@pytest.mark.parametrize(
    "names", [("a/case.yaml", "b/case.yaml"), ("case", "a/case.yaml", "b/c/case.yaml"), ("case.yaml", "case.yaml")]
)
def test_an_archive_of_two_case_folders_is_refused_with_both_named(tmp_path, names):
    content = io.BytesIO()
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(content, "w") as packed:
        for name in names:
            packed.writestr(name, CASE)

    with pytest.raises(SealmarkError, match=f"SM824 .*{names[-2]} and {names[-1]}"):
        unpack_case(content, tmp_path)
    assert refused("two.zip", content.getvalue()) == ("SM824",)


def test_a_case_folder_inside_a_case_folder_belongs_to_it(tmp_path):
    inside = io.BytesIO(archive({"now/case.yaml": CASE, "now/before/case.yaml": CASE}))

    assert unpack_case(inside, tmp_path) == tmp_path / "now"


def test_what_is_refused_leaves_no_entry_and_no_file(world, settings):
    one = world.gathering()
    number = Entry.objects.count()

    with pytest.raises(SealmarkError, match="SM821"):
        add_evidence(one, upload("a.svg", SVG), by=world.ada, at=after(12))

    assert (one.evidence.count(), Entry.objects.count()) == (0, number)


def test_what_was_uploaded_goes_out_inert_and_under_a_harmless_name(world, client):
    one = world.gathering()
    kept = add_evidence(one, upload("../p\u202eage.txt", HTML), by=world.ada, at=after(12))
    draft = world.draft(after(13))
    document = add_document(draft, "site-list", upload('li"st.txt', SVG), by=world.cleo, at=after(13))
    client.force_login(world.cora)

    for address, name in (
        (reverse("evidence", args=[kept.pk]), "page.txt"), (reverse("document", args=[document.pk]), 'li\\"st.txt'),
    ):  # fmt: skip
        answer = client.get(address)
        assert answer.status_code == 200
        assert answer["Content-Type"] == "application/octet-stream"
        assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert b"".join(answer.streaming_content) in {HTML, SVG}


def test_the_report_of_a_result_runs_nothing(world, client, sealed):
    one = record_result(world.gathering(), sealed, by=world.ada, at=after(12))
    client.force_login(world.cora)

    answer = client.get(reverse("report", args=[one.pk]))

    assert answer["Content-Security-Policy"].startswith("sandbox; default-src 'none'; ")
    assert "script-src" not in answer["Content-Security-Policy"]


def test_a_result_as_for_a_first_certification_says_what_it_leaves_open_of_keeping_one(world, client, sealed):
    first = world.certified()
    one = record_result(world.gathering(first.file, "surveillance", 340), sealed, by=world.ada, at=after(350))
    client.force_login(world.ada)

    page = client.get(reverse("result", args=[one.pk])).content.decode()

    assert "so that the certificate is kept was not looked at." in page


def test_a_document_is_added_by_the_client_and_only_while_the_application_is_written(world):
    draft = world.draft()
    add = lambda who: add_document(draft, "site-list", upload("a.txt", b"x"), by=who, at=after(1))  # noqa: E731

    with pytest.raises(SealmarkError, match="SM703"):
        add(world.cora)
    submit_application(draft, by=world.cleo, at=after(1))
    with pytest.raises(SealmarkError, match="SM702"):
        add(world.cleo)
