"""The secret halves of signing keys: in encrypted files of the data folder, or on a token that they never leave."""

from __future__ import annotations

import functools
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from sealmark.attest.keys import Signer, SoftwareSigner, VerificationKey
from sealmark.core.errors import Problem, SealmarkError
from sealmark_platform.attestation.models import SigningKey

__all__ = ["destroy_secret", "key_on_token", "make_secret", "secret_path", "signing"]


def secret_path(key: SigningKey) -> Path:
    """Return the file of a key's secret half."""
    return Path(settings.DATA) / "keys" / f"{key.body.code}-{key.name}.pem"


def make_secret(path: Path) -> VerificationKey:
    """Make a key in an encrypted file that only its owner may read, and return its public half.

    Raises:
        SealmarkError: SM814 there is no passphrase, or the file is there already; SM752 the passphrase is short.
    """
    signer = SoftwareSigner.generate(secrets.token_bytes(32))
    pem = signer.to_pem(_passphrase())
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise _closed(f'"{path}" is there already.', "Move it away; it is a secret that no row knows.") from None
    with os.fdopen(made, "wb") as stream:
        stream.write(pem)
        stream.flush()
        os.fsync(stream.fileno())
    return signer.key


def destroy_secret(key: SigningKey) -> None:
    """Take the file of a key away: a key that signs no longer shall not be able to."""
    if key.place == SigningKey.Place.FILE:
        secret_path(key).unlink(missing_ok=True)


def key_on_token(label: str) -> VerificationKey:
    """Return the public half of a key pair on the token.

    Raises:
        SealmarkError: SM814 no token is set; SM752 it cannot be opened or has no such key.
    """
    with _on_token(label) as signer:
        return signer.key


@contextmanager
def signing(key: SigningKey) -> Iterator[Signer]:
    """Give what signs with a key.

    Raises:
        SealmarkError: SM814 its secret half cannot be had, or is that of another key; SM752 what it lies in cannot be
            opened.
    """
    if key.place == SigningKey.Place.TOKEN:
        with _on_token(key.label) as signer:
            yield _checked(signer, key)
        return
    path = secret_path(key)
    if not path.is_file():
        raise _closed(
            f'The key "{path}" is missing.', "Bring it back, or make a new one: sealmark-platform keys rotate"
        )
    yield _checked(_opened(path, path.stat().st_mtime_ns, _passphrase()), key)


def _checked(signer: Signer, key: SigningKey) -> Signer:
    if signer.key.multikey != key.multikey:
        what = f'The secret half of the key "{key.name}" of {key.body.code} is that of {signer.key.multikey}.'
        raise _closed(what, "Bring back the one that belongs to it.")
    return signer


@functools.lru_cache(maxsize=16)
def _opened(path: Path, _changed: int, passphrase: str) -> SoftwareSigner:
    return SoftwareSigner.from_pem(path.read_bytes(), passphrase)


def _passphrase() -> str:
    if settings.KEY_PASSPHRASE:
        return str(settings.KEY_PASSPHRASE)
    if settings.DEMO:
        return str(settings.SECRET_KEY)
    raise _closed("No passphrase for signing keys is set.", "Set SEALMARK_KEY_PASSPHRASE_FILE.")


@contextmanager
def _on_token(label: str) -> Iterator[Signer]:
    from sealmark.attest.pkcs11 import open_token

    if not settings.PKCS11["library"]:
        raise _closed("No token is set.", "Set SEALMARK_PKCS11_LIBRARY, _TOKEN and _PIN_FILE.")
    library, token = Path(settings.PKCS11["library"]), settings.PKCS11["token"]
    with open_token(library, token=token, label=label, pin=settings.PKCS11["pin"]) as signer:
        yield signer


def _closed(what: str, fix: str) -> SealmarkError:
    return SealmarkError(Problem("SM814", what, fix=fix))
