"""A body whose key lies on a token: what is signed with it is signed like with any other."""

from tests.library.attest.tokens import given_token
from tests.platform.attestation.test_publishing import bundle_of
from tests.platform.people import after

from sealmark.attest.verifying.signatures import Signed, check_proofs
from sealmark_platform.attestation import keys
from sealmark_platform.attestation.models import SigningKey


def test_a_certificate_is_signed_on_a_token(world, moved, data, settings, client):
    settings.PKCS11 = given_token()
    certificate = world.certified()
    made = keys.make_key(world.body, at=after(15), label="certificates")
    done = moved(16)
    bundle = bundle_of(client, certificate)
    signed = Signed(bundle["issuer"]["id"], bundle["issuer"], None, after(17))
    (method,) = bundle["issuer"]["verificationMethod"]

    assert (made.place, done.certificates, done.problems) == (SigningKey.Place.TOKEN, (certificate.number,), ())
    assert method["publicKeyMultibase"] == made.multikey
    assert check_proofs(bundle["credential"], signed) == ("eddsa-jcs-2022",)
    assert [check_proofs(one, signed) for one in bundle["status"]] == [("eddsa-jcs-2022",)] * 2
    assert not list(data.glob("keys/*.pem"))
