"""A key on a token: SoftHSM2 stands in for the card (apt install softhsm2)."""

import sys
from pathlib import Path

import pytest
from tests.library.attest.samples import METHOD, certificate
from tests.library.attest.tokens import given_token

from sealmark.attest import ProofOptions, Signer, add_proof, check_proof
from sealmark.attest.pkcs11 import open_token
from sealmark.attest.proofs import JCS
from sealmark.core.errors import SealmarkError


@pytest.fixture(scope="module")
def token():
    """A token with a key pair, a pair of another curve, and a pair whose halves do not belong together."""
    return given_token()


def opened(given, label="certificates", **changes):
    given = given | changes
    return open_token(given["library"], token=given["token"], label=label, pin=given["pin"])


def refusal(given, *arguments, **changes):
    with pytest.raises(SealmarkError) as caught, opened(given, *arguments, **changes):
        pass
    assert caught.value.codes == ("SM752",)
    return caught.value.problems[0].what


def test_a_certificate_is_signed_by_the_token(token, signed_at):
    with opened(token) as signer:
        signed = add_proof(certificate(), signer, ProofOptions(JCS, METHOD, signed_at))
        assert isinstance(signer, Signer)
        assert repr(signer) == f"TokenSigner({signer.key.multikey})"

    assert check_proof(signed, signed["proof"], signer.key).created == signed_at


def test_what_cannot_be_opened_is_told(token):
    assert "The token 'other' cannot be opened" in refusal(token, token="other")
    assert "PinIncorrect" in refusal(token, pin="0000-wrong")
    assert "The token has no one Ed25519 key 'x'" in refusal(token, "x")
    assert "cannot be opened" in refusal(token, library=Path("/nowhere.so"))


def test_halves_that_do_not_belong_together_are_refused(token):
    assert "do not belong together" in refusal(token, "torn")


def test_a_token_that_was_taken_out_does_not_sign(token):
    with opened(token) as signer:
        pass

    with pytest.raises(SealmarkError, match="SM752 The token does not sign"):
        signer.sign(b"text")


def test_without_the_extra_the_extra_is_named(monkeypatch, token):
    monkeypatch.setitem(sys.modules, "pkcs11", None)

    assert refusal(token) == "Keys on tokens need the extra: pip install 'sealmark[pkcs11]'."
