"""Where a certificate stands in the log: the entry, its path to the checkpoint, and whether the log still says so."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from sealmark.attest.documents import canonical_form, read_json
from sealmark.attest.log.checkpoints import Checkpoint, open_checkpoint
from sealmark.attest.log.notes import NoteKey, from_base64
from sealmark.attest.log.proofs import verify_consistency, verify_inclusion
from sealmark.attest.log.tiles import TileReader
from sealmark.attest.log.tree import leaf_hash
from sealmark.attest.moments import read_moment
from sealmark.attest.verifying.asking import Asking
from sealmark.attest.verifying.badges import subject_of
from sealmark.attest.verifying.material import Means
from sealmark.attest.verifying.verdict import Check, printable
from sealmark.attest.web import web_address
from sealmark.core.errors import Problem, SealmarkError

__all__ = ["Entry", "Logged", "check_inclusion", "digest_of", "read_entry"]

_MEMBERS = {"origin", "index", "size", "entry", "path", "checkpoint", "key"}
_KIND = "certificate.published"
_LONGEST_PATH = 64
_LONGEST_ENTRY = 64 * 1024
_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
_ORIGIN = re.compile(r"[a-z0-9.:-]{1,260}(/(?!\.)[A-Za-z0-9._-]{1,64}){0,8}", re.ASCII)

Document = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the log about a certificate, and the checkpoint that it stands in.

    Attributes:
        details: What it says.
        at: When it was entered.
        checkpoint: That it leads to.
        key: Of the log.
    """

    details: Document
    at: dt.datetime | None
    checkpoint: Checkpoint
    key: NoteKey


@dataclass(frozen=True, slots=True)
class Logged:
    """What was found out about the log.

    Attributes:
        check: For people.
        entry: The entry when it fits.
        is_trusted: Whether the key of the log is known from elsewhere than the bundle.
        seen: Key and newest checkpoint of the log, by origin.
    """

    check: Check
    entry: Entry | None = None
    is_trusted: bool = False
    seen: Mapping[str, tuple[str, bytes]] = field(default_factory=dict)

    @property
    def logged_at(self) -> dt.datetime | None:
        """When the credential entered the log, if that is proved by a key that does not come from the bundle."""
        return self.entry.at if self.entry and self.is_trusted else None


def digest_of(document: object) -> str:
    """Return the SHA-256 of the canonical form, hexadecimal, as entries of the log write it."""
    return hashlib.sha256(canonical_form(document)).hexdigest()


def read_entry(log: Document, credential: Document) -> Entry:
    """Return the entry that a bundle carries, when it is about the credential and stands in the checkpoint.

    Raises:
        SealmarkError: SM781 it has another form or is about something else, SM760 to SM764 it does not stand there.
    """
    index, size, text = log.get("index"), log.get("size"), log.get("entry")
    note, key, origin = (log.get(name) for name in ("checkpoint", "key", "origin"))
    _require(set(log) == _MEMBERS, "The log of the bundle does not have exactly the members that are known.")
    _require(type(index) is int and type(size) is int, "Index and size of the log are no whole numbers.")
    _require(all(isinstance(part, str) for part in (text, note, key, origin)), "A text of the log is none.")
    assert isinstance(index, int)
    known = NoteKey.from_text(str(key))
    checkpoint = open_checkpoint(str(note).encode(), known, origin=str(origin))
    _require(checkpoint.size == size, f"The checkpoint is one of {checkpoint.size} entries, not of {size}.")
    entry = str(text).encode()
    verify_inclusion(
        leaf_hash(entry), _hashes(log.get("path")), index=index, size=checkpoint.size, root=checkpoint.root
    )
    said = _said(entry, index)
    details = _details(said)
    _require(details["credential"] == digest_of(credential), "The entry of the log is about another credential.")
    stated = subject_of(credential).get("licenseNumber")
    _require(details.get("number") == stated, "The entry of the log is about another number.")
    return Entry(details, read_moment(said.get("at")), checkpoint, known)


def _hashes(path: object) -> list[bytes]:
    _require(isinstance(path, list), "The path of the log is no list.")
    assert isinstance(path, list)
    _require(len(path) <= _LONGEST_PATH and all(isinstance(item, str) for item in path), "The path is too long.")
    return [from_base64(item) for item in path]


def _said(entry: bytes, index: int) -> Document:
    _require(len(entry) <= _LONGEST_ENTRY, "The entry of the log is too long.")
    said = read_json(entry, where="entry")
    _require(canonical_form(said) == entry, "The entry of the log is not canonical JSON.")
    _require(said.get("number") == index + 1, "The entry of the log stands at another place.")
    _require(said.get("kind") == _KIND, "The entry of the log is not about the publication of a certificate.")
    return said


def _details(said: Document) -> Document:
    details = said.get("details")
    _require(isinstance(details, dict), "The entry of the log has no details.")
    assert isinstance(details, dict)
    for name in ("credential", "record"):
        _require(_HASH.fullmatch(str(details.get(name))) is not None, f"The entry of the log has no digest {name}.")
    return details


def check_inclusion(log: Document | None, credential: Document, *, means: Means, asking: Asking) -> Logged:
    """Return what the log says about a credential.

    Args:
        log: What the bundle carries of it.
        credential: The whole signed credential.
        means: Documents that the caller vouches for, and what was seen before.
        asking: The issuer's host.
    """
    if log is None:
        return Logged(Check("log", "not-checked", "log.absent"))
    values = {"origin": printable(log.get("origin", ""), longest=120)}
    try:
        entry = read_entry(log, credential)
        return _Followed(entry, means, asking).result(values)
    except SealmarkError as error:
        return Logged(Check("log", "failed", "log.failed", values, error.problems[0]))


class _Followed:
    """The log of an entry, compared with what is known of it from elsewhere."""

    def __init__(self, entry: Entry, means: Means, asking: Asking) -> None:
        self._entry, self._means, self._asking = entry, means, asking
        self._origin = entry.checkpoint.origin
        # By convention; the installation may say it otherwise.
        self._address = f"https://{self._origin}/" if _ORIGIN.fullmatch(self._origin) else ""
        self._reason: Problem | None = None

    def result(self, values: Mapping[str, str]) -> Logged:
        """Return what is known; an inconsistency is raised."""
        remembered = self._remembered()
        is_trusted = remembered is not None or self._is_pinned() or self._is_online()
        if not is_trusted:
            problem = self._reason or Problem("SM764", f"The key {self._entry.key.text[:160]} came with the bundle.")
            return Logged(Check("log", "not-checked", "log.bundled", values, problem), self._entry)
        newest = self._newest()
        if newest is None:
            if remembered is not None:
                self._require_one_log(remembered, self._entry.checkpoint)
            return Logged(Check("log", "passed", "log.included", values, self._reason), self._entry, is_trusted=True)
        now = open_checkpoint(newest, self._entry.key, origin=self._origin)
        try:
            for before in filter(None, (self._entry.checkpoint, remembered)):
                self._require_continued(before, now)
        except SealmarkError as error:
            if error.codes[0] != "SM779":
                raise
            check = Check("log", "passed", "log.included", values, error.problems[0])
            return Logged(check, self._entry, is_trusted=True)
        seen = {self._origin: (self._entry.key.text, newest)}
        told = {**values, "size": str(now.size)}
        return Logged(Check("log", "passed", "log.followed", told), self._entry, is_trusted=True, seen=seen)

    def _remembered(self) -> Checkpoint | None:
        kept = self._means.memory.get(self._origin)
        if kept is None:
            return None
        if kept[0] != self._entry.key.text:
            what = f"The log {self._origin[:80]!r} had another key before."
            raise SealmarkError(Problem("SM764", what, fix="Do not trust it; ask whoever runs the log."))
        return open_checkpoint(kept[1], self._entry.key, origin=self._origin)

    def _is_pinned(self) -> bool:
        return self._is_listed(self._means.trust.get(self._asking.installation, {}))

    def _is_online(self) -> bool:
        """Whether the installation names this key as that of its log; old ones have it beside the log only."""
        if not self._asking.is_possible:
            return False
        try:
            if self._is_listed(self._asking.document(web_address(self._asking.installation))):
                return True
        except SealmarkError as error:
            self._reason = error.problems[0]
        key = f"{self._address}key"
        try:
            return self._asking.may(key) and self._asking.read(key).strip() == self._entry.key.text.encode()
        except (SealmarkError, FileNotFoundError):
            return False

    def _is_listed(self, document: Document) -> bool:
        """Whether a document of the installation has the key; then it says where the log is, too."""
        for service in _parts(document, "service"):
            address = service.get("serviceEndpoint")
            if service.get("type") == "TransparencyLog" and isinstance(address, str) and self._asking.may(address):
                self._address = address.rstrip("/") + "/"
        multikey = self._entry.key.key.multikey
        return any(method.get("publicKeyMultibase") == multikey for method in _parts(document, "verificationMethod"))

    def _newest(self) -> bytes | None:
        if not self._asking.may(self._address):
            return None
        try:
            return self._asking.read(f"{self._address}checkpoint")
        except FileNotFoundError:
            self._reason = Problem("SM779", "The log has no checkpoint.")
        except SealmarkError as error:
            self._reason = error.problems[0]
        return None

    def _require_one_log(self, one: Checkpoint, other: Checkpoint) -> None:
        """Without a network two checkpoints can only be compared when they are of one size."""
        if one.size == other.size and one.root != other.root:
            raise _two_histories(one.size)

    def _require_continued(self, before: Checkpoint, now: Checkpoint) -> None:
        if before.size > now.size:
            what = f"The log has shrunk from {before.size} entries to {now.size}."
            raise SealmarkError(Problem("SM765", what, fix="Keep the certificate: its checkpoint proves it."))
        self._require_one_log(before, now)
        if before.size and before.size < now.size:
            proof = TileReader(self._tile, now.size).consistency_proof(before.size)
            try:
                verify_consistency((before.size, now.size), (before.root, now.root), proof)
            except SealmarkError:
                raise _two_histories(before.size) from None

    def _tile(self, path: str) -> bytes:
        return self._asking.read(self._address + path)


def _parts(document: Document, name: str) -> list[Document]:
    listed = document.get(name, [])
    return [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []


def _two_histories(size: int) -> SealmarkError:
    what = f"The log does not continue the checkpoint of {size} entries: what was there was altered."
    return SealmarkError(Problem("SM767", what, fix="Keep the certificate: its checkpoint proves it."))


def _require(fits: object, what: str) -> None:
    if not fits:
        raise SealmarkError(Problem("SM781", what, "log", "Get the certificate again from its issuer."))
