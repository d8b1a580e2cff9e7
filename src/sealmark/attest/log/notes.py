"""Signed notes (C2SP signed-note): a text, and lines that say who signed it."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass

from sealmark.attest.keys import VerificationKey, refuse_published
from sealmark.core.errors import Problem, SealmarkError

__all__ = ["COSIGNATURE", "ED25519", "Note", "NoteKey", "NoteSignature", "from_base64", "read_note", "to_base64"]

ED25519 = 0x01
"""Type of a key that signs the text of a note."""
COSIGNATURE = 0x04
"""Type of a key of a witness, which signs the text and the time (C2SP tlog-cosignature)."""
LARGEST_NOTE = 64 * 1024
_MOST_SIGNATURES = 64
_ID_SIZE = 4
_DASH = "\u2014 "


@dataclass(frozen=True)
class NoteKey:
    """A public key with the name under which it signs notes.

    Attributes:
        name: Without spaces and plus signs, such as ``register.example/log``.
        key: The Ed25519 key.
        kind: :data:`ED25519` or :data:`COSIGNATURE`.

    Raises:
        SealmarkError: SM763 no key may have this name.
    """

    name: str
    key: VerificationKey
    kind: int = ED25519

    def __post_init__(self) -> None:
        if not _is_name(self.name):
            raise _no_note(f'"{self.name[:80]}" is no name of a key.', "A name has no spaces, plus or control signs.")

    @property
    def id(self) -> bytes:
        """Four bytes that stand before each of its signatures."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.key.raw).digest()[:_ID_SIZE]

    @property
    def text(self) -> str:
        """The key as text, ``<name>+<id>+<type and key>``, as other programs for notes write it too."""
        return f"{self.name}+{self.id.hex()}+{to_base64(bytes([self.kind]) + self.key.raw)}"

    @classmethod
    def from_text(cls, text: str) -> NoteKey:
        """Return the key that :attr:`text` wrote.

        Raises:
            SealmarkError: SM763 it is no such text, SM750 or SM751 its key cannot be trusted.
        """
        name, _, rest = text.strip().partition("+")
        number, _, key = rest.partition("+")
        content = from_base64(key)
        if content[:1] not in {bytes([ED25519]), bytes([COSIGNATURE])}:
            raise _no_note(f'"{text[:80]}" is no key of a log.', "Such as register.example/log+1a2b3c4d+AZJk...")
        made = cls(name, VerificationKey(content[1:]), content[0])
        if made.id.hex() != number:
            raise _no_note(f'The key of "{name}" was mistyped: its number is {made.id.hex()}.', "Copy it whole.")
        refuse_published(made.key)
        return made


@dataclass(frozen=True)
class NoteSignature:
    """A line that says who signed.

    Attributes:
        name: Of the key.
        id: Of the key, four bytes.
        content: The signature; of a witness, the time before it.
    """

    name: str
    id: bytes
    content: bytes

    @property
    def line(self) -> str:
        """The line as it stands in the note."""
        return f"{_DASH}{self.name} {to_base64(self.id + self.content)}\n"


@dataclass(frozen=True)
class Note:
    """A text with the signatures that stand below it.

    Attributes:
        text: Ends with a line feed.
        signatures: In their order; nothing says yet that they are right.
    """

    text: str
    signatures: tuple[NoteSignature, ...]

    def __bytes__(self) -> bytes:
        """Return the note as it is kept and sent."""
        return (self.text + "\n" + "".join(one.line for one in self.signatures)).encode()

    def signatures_by(self, key: NoteKey) -> list[NoteSignature]:
        """Return the signatures that say to be by a key."""
        return [one for one in self.signatures if (one.name, one.id) == (key.name, key.id)]


def read_note(content: bytes) -> Note:
    """Return a note with its signatures, of which none is checked yet.

    Raises:
        SealmarkError: SM763 it is no note.
    """
    if len(content) > LARGEST_NOTE:
        raise _no_note(f"A note of {len(content):,} bytes is too large.", f"At most {LARGEST_NOTE:,}.")
    try:
        whole = content.decode()
    except UnicodeDecodeError:
        raise _no_note("The note is not UTF-8 text.", "Fetch it again.") from None
    if any(sign < " " and sign != "\n" for sign in whole):
        raise _no_note("The note has control signs.", "Fetch it again.")
    text, blank, signatures = whole.rpartition("\n\n")
    lines = signatures.split("\n")
    if not blank or not text or lines.pop() != "" or not 0 < len(lines) <= _MOST_SIGNATURES:
        raise _no_note("The note has no signature lines.", f"After a blank line stand 1 to {_MOST_SIGNATURES} of them.")
    return Note(text + "\n", tuple(_signature(line) for line in lines))


def _signature(line: str) -> NoteSignature:
    name, space, encoded = line.removeprefix(_DASH).partition(" ")
    content = from_base64(encoded)
    if not line.startswith(_DASH) or not space or not _is_name(name) or len(content) <= _ID_SIZE:
        raise _no_note(f'"{line[:80]}" is no signature line.', f"Such as {_DASH}register.example/log 1a2b...")
    return NoteSignature(name, content[:_ID_SIZE], content[_ID_SIZE:])


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(sign.isspace() or sign < " " for sign in name)


def to_base64(content: bytes) -> str:
    """Return bytes in the base64 of notes, with padding."""
    return base64.b64encode(content).decode()


def from_base64(text: str) -> bytes:
    """Return the bytes of base64, which has to be written in the one way there is.

    Raises:
        SealmarkError: SM763 it is no base64.
    """
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        content = b""
    if not content or to_base64(content) != text:
        raise _no_note(f'"{text[:80]}" is no base64.', "With padding, and without spaces.")
    return content


def _no_note(what: str, fix: str) -> SealmarkError:
    return SealmarkError(Problem("SM763", what, fix=fix))
