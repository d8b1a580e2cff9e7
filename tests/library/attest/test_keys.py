import json

import pytest

from sealmark.attest import Signer, SoftwareSigner, VerificationKey
from sealmark.attest.keys import refuse_published
from sealmark.attest.multibase import to_base58
from sealmark.core.errors import SealmarkError

PASSPHRASE = "correct horse battery"
# RFC 8032, section 7.1, test 3.
SEED = bytes.fromhex("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7")
SIGNATURE = (
    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
    "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
)


def codes(call, *arguments, **options):
    with pytest.raises(SealmarkError) as caught:
        call(*arguments, **options)
    return caught.value.codes


def test_a_signature_is_that_of_rfc_8032():
    signer = SoftwareSigner.from_seed(SEED, allow_published=True)

    assert signer.sign(bytes.fromhex("af82")).hex() == SIGNATURE
    assert signer.key.raw.hex() == "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025"
    assert isinstance(signer, Signer)


def test_a_key_has_the_text_of_the_w3c_vectors(vectors, published_signer):
    pair = json.loads((vectors / "vc-di-eddsa/TestVectors/keyPair.json").read_text())

    key = published_signer(pair).key

    assert key.multikey == pair["publicKeyMultibase"]
    assert VerificationKey.from_multikey(key.multikey, allow_published=True) == key


def test_texts_of_a_key_come_back_as_the_key(signer):
    assert VerificationKey.from_multikey(signer.key.multikey) == signer.key
    assert VerificationKey.from_jwk(signer.key.jwk) == signer.key
    assert VerificationKey.from_jwk(signer.key.jwk, allow_published=True) == signer.key


def test_a_key_file_opens_with_its_passphrase_only(signer):
    pem = signer.to_pem(PASSPHRASE)

    assert SoftwareSigner.from_pem(pem, PASSPHRASE).key == signer.key
    assert b"ENCRYPTED PRIVATE KEY" in pem
    assert codes(SoftwareSigner.from_pem, pem, "another passphrase") == ("SM752",)
    assert codes(SoftwareSigner.from_pem, b"no file", PASSPHRASE) == ("SM752",)
    assert codes(signer.to_pem, "short") == ("SM752",)


def test_a_key_file_without_a_passphrase_or_of_another_kind_is_refused(signer):
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric import ec

    lock = form.BestAvailableEncryption(PASSPHRASE.encode())
    bare = signer._secret.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
    other = ec.generate_private_key(ec.SECP256R1()).private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, lock)

    assert codes(SoftwareSigner.from_pem, bare, PASSPHRASE) == ("SM752",)
    assert codes(SoftwareSigner.from_pem, other, PASSPHRASE) == ("SM752",)


def test_the_secret_half_is_never_shown(signer):
    assert repr(signer) == f"SoftwareSigner({signer.key.multikey})"


@pytest.mark.parametrize("seed", [SEED, bytes(32), bytes(range(32))])
def test_published_test_keys_are_refused_by_name(seed):
    key = SoftwareSigner.from_seed(seed, allow_published=True).key

    assert codes(SoftwareSigner.from_seed, seed) == ("SM751",)
    assert codes(refuse_published, key) == ("SM751",)
    assert codes(VerificationKey.from_multikey, key.multikey) == ("SM751",)
    assert codes(VerificationKey.from_jwk, key.jwk) == ("SM751",)


def test_every_key_of_the_w3c_vectors_is_refused(vectors):
    folder = vectors / "vc-di-eddsa/TestVectors"
    pairs = [json.loads((folder / "keyPair.json").read_text())]
    pairs += json.loads((folder / "proof-set-chain/multiKeyPairs.json").read_text()).values()

    told = [codes(VerificationKey.from_multikey, pair["publicKeyMultibase"]) for pair in pairs]

    assert told == [("SM751",)] * 5


def test_what_is_no_randomness_makes_no_key():
    assert codes(SoftwareSigner.generate, b"ab" * 16) == ("SM750",)
    assert codes(SoftwareSigner.generate, bytes(range(9))) == ("SM750",)
    assert codes(SoftwareSigner.from_seed, b"short") == ("SM750",)


@pytest.mark.parametrize(
    "raw",
    [
        bytes(31),
        bytes(32),  # order 4
        bytes([1]) + bytes(31),  # the neutral point, under which any S = 0 fits
        bytes([1]) + bytes(30) + b"\x80",
        bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
        bytes.fromhex("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
        bytes.fromhex("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),  # beyond the field
    ],
)
def test_keys_that_prove_nothing_are_refused(raw):
    assert codes(VerificationKey, raw) == ("SM750",)


def test_keys_of_other_kinds_are_refused(signer):
    x25519 = to_base58(b"\xec\x01" + signer.key.raw)

    assert codes(VerificationKey.from_multikey, x25519) == ("SM750",)
    assert codes(VerificationKey.from_multikey, to_base58(b"\xed\x01short")) == ("SM750",)
    assert codes(VerificationKey.from_jwk, {**signer.key.jwk, "crv": "X25519"}) == ("SM750",)
    assert codes(VerificationKey.from_jwk, {**signer.key.jwk, "d": "AAAA"}) == ("SM750",)
    assert codes(VerificationKey.from_jwk, "no object") == ("SM750",)


def test_signatures_of_another_size_or_text_do_not_fit(signer):
    signature = signer.sign(b"text")
    larger = signature[:32] + (
        int.from_bytes(signature[32:], "little") + 2**252 + 27742317777372353535851937790883648493
    ).to_bytes(32, "little")

    assert signer.key.verify(b"text", signature)
    assert not signer.key.verify(b"texT", signature)
    assert not signer.key.verify(b"text", signature[:-1])
    assert not signer.key.verify(b"text", larger)  # the same S plus the order of the group


def test_the_package_offers_nothing_it_does_not_have():
    import sealmark.attest

    assert sorted(sealmark.attest._HOMES) == sorted(sealmark.attest.__all__)
    assert all(getattr(sealmark.attest, name) for name in sealmark.attest.__all__)
    with pytest.raises(AttributeError, match="no attribute 'Certificate'"):
        _ = sealmark.attest.Certificate
