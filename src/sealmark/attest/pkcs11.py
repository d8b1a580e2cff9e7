"""A key that never leaves its token: a smart card or security module behind PKCS#11 (extra ``pkcs11``)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sealmark.attest.keys import VerificationKey, refuse_published
from sealmark.core.errors import Problem, SealmarkError

if TYPE_CHECKING:
    import pkcs11

__all__ = ["TokenSigner", "open_token"]

_POINT = b"\x04\x20"  # DER: an octet string of 32 bytes
_KEY_SIZE = 32
_CHALLENGE = b"sealmark: do both halves of the key belong together?"


class TokenSigner:
    """A secret key on a token, in a session that is open; see :func:`open_token`."""

    def __init__(self, secret: Any, key: VerificationKey) -> None:
        self._secret = secret
        self._key = key
        self._one_at_a_time = threading.Lock()  # a session does one thing after the other

    def __repr__(self) -> str:
        """Return the public half only."""
        return f"TokenSigner({self._key.multikey})"

    @property
    def key(self) -> VerificationKey:
        """The public half."""
        return self._key

    def sign(self, message: bytes) -> bytes:
        """Return the Ed25519 signature of ``message``, 64 bytes, made by the token.

        Raises:
            SealmarkError: SM752, the token does not sign.
        """
        import pkcs11

        try:
            with self._one_at_a_time:
                return bytes(self._secret.sign(message, mechanism=pkcs11.Mechanism.EDDSA))
        except pkcs11.PKCS11Error as problem:
            raise _closed("The token does not sign", problem) from None


@contextmanager
def open_token(library: Path, *, token: str, label: str, pin: str) -> Iterator[TokenSigner]:
    """Give the signer of a key on a token; its session is closed at the end.

    Args:
        library: The PKCS#11 library of the token's maker.
        token: Label of the token.
        label: Label of the key pair; its public half lies on the token too.
        pin: What opens the token.

    Raises:
        SealmarkError: SM752, the extra is missing, the token cannot be opened or has no such Ed25519 key;
            SM751, it is a published test key.
    """
    try:
        import pkcs11
    except ImportError:
        raise _closed("Keys on tokens need the extra", "pip install 'sealmark[pkcs11]'") from None
    try:
        session = pkcs11.lib(str(library)).get_token(token_label=token).open(user_pin=pin)
    except (pkcs11.PKCS11Error, RuntimeError) as problem:
        raise _closed(f"The token {token!r} cannot be opened", problem) from None
    with session:
        yield _signer(session, label)


def _signer(session: pkcs11.Session, label: str) -> TokenSigner:
    import pkcs11

    try:
        kind = pkcs11.KeyType.EC_EDWARDS
        public = session.get_key(pkcs11.ObjectClass.PUBLIC_KEY, key_type=kind, label=label)
        secret = session.get_key(pkcs11.ObjectClass.PRIVATE_KEY, key_type=kind, label=label)
        point = bytes(public[pkcs11.Attribute.EC_POINT])
    except pkcs11.PKCS11Error as problem:
        raise _closed(f"The token has no one Ed25519 key {label!r}", problem) from None
    key = VerificationKey(point.removeprefix(_POINT) if len(point) > _KEY_SIZE else point)
    refuse_published(key)
    signer = TokenSigner(secret, key)
    if not key.verify(_CHALLENGE, signer.sign(_CHALLENGE)):
        raise _closed(f"The two halves of the key {label!r} do not belong together", key.multikey)
    return signer


def _closed(what: str, why: object) -> SealmarkError:
    reason = str(why) or type(why).__name__
    fix = "Give the maker's library, the labels of token and key, and the PIN."
    return SealmarkError(Problem("SM752", f"{what}: {reason}.", fix=fix))
