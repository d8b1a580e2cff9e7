"""What comes in from outside: size, kind by content, archives without tricks, names without paths."""

from __future__ import annotations

import dataclasses
import hashlib
import lzma
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, Literal

from django.core.files.uploadedfile import UploadedFile

from sealmark.core.errors import Problem, SealmarkError
from sealmark.evaluation.case import Case, read_case
from sealmark.scheme.discovery import pack_folders

__all__ = ["LARGEST", "Upload", "checked_upload", "labelled_case", "unpack_case"]

LARGEST = 50 * 1024 * 1024
_FIGURES = "figures-of-the-body.yaml"
_UNPACKED, _MEMBERS, _RATIO = 500 * 1024 * 1024, 2_000, 200
_HEADS = (
    (b"%PDF-", "application/pdf"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"),
    (b"PAR1", "application/vnd.apache.parquet"),
)  # fmt: skip
_TEXTS = {
    ".csv": "text/csv",
    ".txt": "text/plain",
    ".yaml": "text/plain",
    ".yml": "text/plain",
    ".json": "application/json",
}
_LOCKED = 0x1  # a password, in the flags of a member
_BROKEN = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, NotImplementedError, RuntimeError)
_LINK = 0xA  # file type of a symbolic link, in the upper bits of the attributes


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was looked at.

    Attributes:
        name: Without path, control characters or tricks of writing direction.
        media_type: By its content, never by what the sender says.
        size: Bytes.
        digest: SHA-256 of the content.
        is_case_folder: An archive with a case.yaml.
    """

    name: str
    media_type: str
    size: int
    digest: str
    is_case_folder: bool


def checked_upload(content: UploadedFile[Any]) -> Upload:
    """Return what is known of an upload.

    Raises:
        SealmarkError: SM820 empty or too large, SM821 a kind that is not taken, SM822 no archive, or a bomb,
            SM824 an archive of several case folders.
    """
    name, size = _clean_name(content.name or ""), content.size or 0
    if not 0 < size <= LARGEST:
        what = f'"{name}" has {size:,} bytes.'
        raise SealmarkError(Problem("SM820", what, fix=f"Files of 1 to {LARGEST:,} bytes are taken."))
    digest = hashlib.sha256()
    for chunk in content.chunks():
        digest.update(chunk)
    content.seek(0)
    media_type, is_case = _kind(name, content)
    content.seek(0)
    return Upload(name, media_type, size, f"sha256:{digest.hexdigest()}", is_case)


def _clean_name(name: str) -> str:
    last = re.split(r"[/\\]", name)[-1]
    kept = "".join(char for char in last if unicodedata.category(char)[0] != "C")
    return (kept.strip(" .") or "file")[-150:]


def _kind(name: str, content: UploadedFile[Any]) -> tuple[str, bool]:
    head = content.read(4096)
    for start, media_type in _HEADS:
        if head.startswith(start):
            return media_type, False
    if head.startswith(b"PK\x03\x04"):
        content.seek(0)
        return _archive(name, content)
    if b"\x00" not in head and Path(name).suffix.lower() in _TEXTS and _is_text(head):
        return _TEXTS[Path(name).suffix.lower()], False
    fix = "PDF, PNG, JPEG, CSV, TXT, YAML, JSON, XLSX, Parquet, or a case folder as .zip are taken."
    raise SealmarkError(Problem("SM821", f'"{name}" is none of the kinds that are taken.', fix=fix))


def _is_text(head: bytes) -> bool:
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start > len(head) - 4
    return True


def _archive(name: str, content: IO[bytes] | UploadedFile[Any]) -> tuple[str, bool]:
    members = _members(name, content)
    _case_file(members)
    names = {PurePosixPath(member.filename).name for member in members}
    if "[Content_Types].xml" in names:
        return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", False
    return "application/zip", "case.yaml" in names


def _members(name: str, content: IO[bytes] | UploadedFile[Any]) -> list[zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(content) as archive:
            members = archive.infolist()
    except zipfile.BadZipFile as error:
        raise SealmarkError(Problem("SM822", f'"{name}" is no whole archive.', fix="Pack it again.")) from error
    if any(one.flag_bits & _LOCKED for one in members):
        raise SealmarkError(Problem("SM822", f'"{name}" asks for a password.', fix="Pack it without a password."))
    total, packed = sum(one.file_size for one in members), sum(one.compress_size for one in members)
    if len(members) > _MEMBERS or total > _UNPACKED or total > _RATIO * max(packed, 1):
        what = f'"{name}" would unpack to {total:,} bytes in {len(members):,} files.'
        raise SealmarkError(Problem("SM822", what, fix=f"At most {_UNPACKED:,} bytes in {_MEMBERS:,} files are taken."))
    return members


def unpack_case(content: IO[bytes], folder: Path) -> Path:
    """Unpack a case folder and return where its case.yaml lies.

    Raises:
        SealmarkError: SM822 the archive is a bomb, broken or locked, SM823 a member would leave the folder,
            SM824 there is no case.yaml, or several.
    """
    members = _members("case folder", content)
    for member in members:
        if _leaves(member):
            what = f'The archive has a member "{member.filename[:80]}".'
            raise SealmarkError(Problem("SM823", what, fix="Pack the folder anew."))
    content.seek(0)
    try:
        with zipfile.ZipFile(content) as archive:
            _extract(archive, members, folder)
    except _BROKEN as error:
        raise SealmarkError(Problem("SM822", "The archive cannot be unpacked.", fix="Pack it again.")) from error
    found = _case_file(members)
    if found is None:
        raise SealmarkError(Problem("SM824", "The archive has no case.yaml.", fix="Pack the whole case folder."))
    return folder / found.parent


def _case_file(members: Iterable[zipfile.ZipInfo]) -> PurePosixPath | None:
    """Return which member is the case.yaml: the outermost; nothing when there is none.

    Raises:
        SealmarkError: SM824 there are several, and nothing says which is meant.
    """
    paths = (PurePosixPath(member.filename) for member in members if not member.is_dir())
    found = sorted((path for path in paths if path.name == "case.yaml"), key=lambda path: (len(path.parts), path))
    strangers = [one for one in found[1:] if one == found[0] or not one.is_relative_to(found[0].parent)]
    if strangers:
        what = f"The archive has more than one case folder: {found[0]} and {strangers[0]}."
        raise SealmarkError(Problem("SM824", what[:300], fix="Pack each case folder into an archive of its own."))
    return found[0] if found else None


def _leaves(member: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(member.filename)
    is_link = member.external_attr >> 28 == _LINK
    # A drive of Windows is a way out as well.
    return (
        path.is_absolute() or ":" in "".join(path.parts[:1]) or ".." in path.parts or "\\" in member.filename or is_link
    )


def _extract(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], folder: Path) -> None:
    left = _UNPACKED
    for member in members:
        target = folder / member.filename
        if member.is_dir():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(member) as source, target.open("wb") as stream:
            while chunk := source.read(1 << 20):
                # What the list of contents says may be a lie: count what comes out.
                left -= len(chunk)
                if left < 0:
                    raise SealmarkError(Problem("SM822", "The archive unpacks to more than it says."))
                stream.write(chunk)


def labelled_case(
    folder: Path, label: Literal["evaluation", "self-assessment"], *, figures: str = "", scheme: str = ""
) -> Case:
    """Return a case folder as what it is here, whatever it calls itself: the label stands in the sealed result.

    Args:
        folder: Where the case lies; the figures are written beside it.
        label: What it is.
        figures: Overlay by which the body fills what the edition leaves open. An evaluation takes no other: evidence
            does not bring the figures it is judged by. A self-assessment for which there are none keeps its own.
        scheme: Edition it is judged by. A case of another edition may be, one of another scheme may not.

    Raises:
        SealmarkError: Every problem of the case file; SM899 it belongs to another scheme.
    """
    case = read_case(folder)
    named = case.file.scheme.partition("/")[0]
    if scheme and named != scheme.partition("/")[0] and named in pack_folders():
        # Otherwise every row would be told as unknown, and the reason not at all.
        what = f"The case folder is for {case.file.scheme}, not for {scheme}."
        raise SealmarkError(Problem("SM899", what, where="case.yaml", fix="Give the case folder of this scheme."))
    known: dict[str, str | None] = {}
    if figures.strip():
        (folder / _FIGURES).write_text(figures, encoding="utf-8")
        known = {"overlay": _FIGURES}
    elif label == "evaluation":
        known = {"overlay": None}
    return dataclasses.replace(case, file=case.file.model_copy(update={"label": label, **known}))
