"""Ed25519 keys: one to check with, and whatever can sign.

A key that was printed in a standard or a manual proves nothing, since everybody
has its secret half: such keys are refused by name, when signing and when checking.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, runtime_checkable

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from sealmark.attest.multibase import from_base58, from_base64url, to_base58, to_base64url
from sealmark.attest.published import published_in
from sealmark.core.errors import Problem, SealmarkError

__all__ = ["Signer", "SoftwareSigner", "VerificationKey", "refuse_published"]

_KEY_SIZE = 32
_SIGNATURE_SIZE = 64
_MULTICODEC = b"\xed\x01"  # ed25519-pub
_SHORTEST_PASSPHRASE = 12
_FIELD = 2**255 - 19
# Points of small order (RFC 7748, section 7): under such a key one signature fits many messages.
_WEAK = {
    0,
    1,
    _FIELD - 1,
    int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"),
    int.from_bytes(bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), "little"),
}


@dataclass(frozen=True)
class VerificationKey:
    """A public Ed25519 key.

    Attributes:
        raw: Its 32 bytes (RFC 8032).

    Raises:
        SealmarkError: SM750, these bytes are no key that can be trusted.
    """

    raw: bytes

    def __post_init__(self) -> None:
        if len(self.raw) != _KEY_SIZE:
            raise _no_key(f"A key of {len(self.raw)} bytes is not an Ed25519 key.", "It has 32 bytes.")
        height = int.from_bytes(self.raw, "little") & (2**255 - 1)
        if height >= _FIELD or height in _WEAK:
            raise _no_key("The key is a point under which one signature fits many messages.", "Use another key.")

    @classmethod
    def from_multikey(cls, text: object, *, allow_published: bool = False, where: str = "") -> VerificationKey:
        """Return the key of a Multikey text such as ``z6Mk...``.

        Args:
            text: The ``publicKeyMultibase`` of a DID document, or what follows ``did:key:``.
            allow_published: Take published test keys too; only to check test vectors.
            where: What the text is part of, for the message.

        Raises:
            SealmarkError: SM750, it is no Ed25519 Multikey; SM751, it is a published test key.
        """
        content = from_base58(text, size=len(_MULTICODEC) + _KEY_SIZE, where=where)
        if not content.startswith(_MULTICODEC):
            raise _no_key(f"{text!r} is a key of another kind.", 'An Ed25519 key begins with "z6Mk".')
        key = cls(content[len(_MULTICODEC) :])
        if not allow_published:
            refuse_published(key)
        return key

    @classmethod
    def from_jwk(cls, jwk: object, *, allow_published: bool = False) -> VerificationKey:
        """Return the key of a JSON Web Key with ``kty`` OKP and ``crv`` Ed25519 (RFC 8037).

        Raises:
            SealmarkError: SM750, it is no such key or holds a secret; SM751, it is a published test key.
        """
        if not isinstance(jwk, dict) or (jwk.get("kty"), jwk.get("crv")) != ("OKP", "Ed25519"):
            raise _no_key("The JSON Web Key is not an Ed25519 key.", 'It has "kty": "OKP" and "crv": "Ed25519".')
        if "d" in jwk:
            raise _no_key(
                "The JSON Web Key holds the secret half too.", "Publish only the public half; change the key."
            )
        key = cls(from_base64url(jwk.get("x"), size=_KEY_SIZE))
        if not allow_published:
            refuse_published(key)
        return key

    @cached_property
    def multikey(self) -> str:
        """The key as Multikey text, ``z6Mk...``."""
        return to_base58(_MULTICODEC + self.raw)

    @property
    def jwk(self) -> dict[str, str]:
        """The key as public JSON Web Key."""
        return {"kty": "OKP", "crv": "Ed25519", "x": to_base64url(self.raw)}

    @cached_property
    def _public(self) -> Ed25519PublicKey:
        return Ed25519PublicKey.from_public_bytes(self.raw)

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Tell whether ``signature`` (64 bytes) is this key's signature of ``message``."""
        if len(signature) != _SIGNATURE_SIZE:
            return False
        try:
            self._public.verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


@runtime_checkable
class Signer(Protocol):
    """Whatever can sign: a key in a file, or one that never leaves its token."""

    @property
    def key(self) -> VerificationKey:
        """The public half."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Return the Ed25519 signature of ``message``, 64 bytes."""
        ...


class SoftwareSigner:
    """A secret key in memory.

    Example:
        >>> signer = SoftwareSigner.generate(bytes(range(7, 39)))  # in earnest: secrets.token_bytes(32)
        >>> signer.key.verify(b"message", signer.sign(b"message"))
        True
    """

    def __init__(self, secret: Ed25519PrivateKey, *, allow_published: bool = False) -> None:
        self._secret = secret
        self._key = VerificationKey(secret.public_key().public_bytes_raw())
        if not allow_published:
            refuse_published(self._key)

    def __repr__(self) -> str:
        """Return the public half only."""
        return f"SoftwareSigner({self._key.multikey})"

    @classmethod
    def from_seed(cls, seed: bytes, *, allow_published: bool = False) -> SoftwareSigner:
        """Return the signer of a secret of 32 bytes.

        Args:
            seed: The secret key of RFC 8032.
            allow_published: Take published test keys too; only to check test vectors.

        Raises:
            SealmarkError: SM750, there are not 32 bytes; SM751, it is a published test key.
        """
        if len(seed) != _KEY_SIZE:
            raise _no_key(f"A secret of {len(seed)} bytes makes no Ed25519 key.", "It has 32 bytes.")
        return cls(Ed25519PrivateKey.from_private_bytes(seed), allow_published=allow_published)

    @classmethod
    def generate(cls, randomness: bytes) -> SoftwareSigner:
        """Return a new signer made of 32 bytes that the caller took from ``secrets.token_bytes(32)``.

        Raises:
            SealmarkError: SM750, there are not 32 bytes, or they are no randomness.
        """
        if len(set(randomness)) < _KEY_SIZE // 4:
            raise _no_key("The bytes given are no randomness.", "Take them from secrets.token_bytes(32).")
        return cls.from_seed(randomness)

    @classmethod
    def from_pem(cls, pem: bytes, passphrase: str) -> SoftwareSigner:
        """Return the signer of an encrypted PKCS#8 file.

        Raises:
            SealmarkError: SM752, the file cannot be opened; SM751, it holds a published test key.
        """
        try:
            secret = load_pem_private_key(pem, password=passphrase.encode())
        except (ValueError, TypeError, UnsupportedAlgorithm):
            raise _closed_file("The key file cannot be opened with this passphrase.") from None
        if not isinstance(secret, Ed25519PrivateKey):
            raise _closed_file("The key file holds a key of another kind than Ed25519.")
        return cls(secret)

    def to_pem(self, passphrase: str) -> bytes:
        """Return the key as encrypted PKCS#8 file.

        Raises:
            SealmarkError: SM752, the passphrase is shorter than 12 characters.
        """
        if len(passphrase) < _SHORTEST_PASSPHRASE:
            raise _closed_file(f"A passphrase of {len(passphrase)} characters does not protect a key.")
        protection = BestAvailableEncryption(passphrase.encode())
        return self._secret.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, protection)

    @property
    def key(self) -> VerificationKey:
        """The public half."""
        return self._key

    def sign(self, message: bytes) -> bytes:
        """Return the Ed25519 signature of ``message``, 64 bytes."""
        return self._secret.sign(message)


def refuse_published(key: VerificationKey) -> None:
    """Refuse a key whose secret half is printed somewhere.

    Raises:
        SealmarkError: SM751, it is one.
    """
    place = published_in(key.multikey)
    if place is not None:
        raise SealmarkError(
            Problem(
                "SM751",
                f"The key {key.multikey} is a published test key: its secret half stands in {place}.",
                fix="Make a key of your own; trust nothing that this one signed.",
            )
        )


def _no_key(what: str, fix: str) -> SealmarkError:
    return SealmarkError(Problem("SM750", what, fix=fix))


def _closed_file(what: str) -> SealmarkError:
    fix = "Give an encrypted PKCS#8 file of an Ed25519 key and its passphrase of at least 12 characters."
    return SealmarkError(Problem("SM752", what, fix=fix))
