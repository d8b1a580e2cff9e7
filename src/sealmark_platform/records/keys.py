"""The key that signs checkpoints: a file of its own, outside the database, readable by its owner alone."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from django.conf import settings

from sealmark.attest.keys import SoftwareSigner

__all__ = ["sign", "signer", "verify"]


def sign(text: str) -> str:
    """Return the signature of a text, hexadecimal; the key is made when there is none."""
    return _key().sign(text.encode()).hex()


def signer() -> SoftwareSigner:
    """Return the key as the library uses keys, to sign what is published."""
    return SoftwareSigner(_key())


def verify(text: str, signature: str) -> bool:
    """Tell whether a signature is ours."""
    try:
        _key().public_key().verify(bytes.fromhex(signature), text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def _key() -> Ed25519PrivateKey:
    path = Path(settings.DATA) / "trail.key"
    if not path.is_file():
        _make(path)
    key = load_pem_private_key(path.read_bytes(), password=None)
    assert isinstance(key, Ed25519PrivateKey)
    return key


def _make(path: Path) -> None:
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(pem)
