import base64
import json

import pytest
from joserfc import jws
from joserfc.jwk import OKPKey
from tests.library.attest.samples import METHOD, certificate

from sealmark.attest import open_jwt, seal_jwt
from sealmark.core.errors import SealmarkError

HEADER = {"alg": "Ed25519", "typ": "vc+jwt", "cty": "vc", "kid": METHOD}


@pytest.fixture(scope="module")
def sealed(signer):
    return seal_jwt(certificate(), signer, METHOD)


@pytest.fixture(scope="module")
def key_of(signer):
    return {METHOD: signer.key}.__getitem__


def part(value):
    content = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def sealed_by_hand(signer, header, payload):
    text = f"{part(header)}.{part(payload)}"
    return f"{text}.{part(signer.sign(text.encode()))}"


def codes(call, *arguments):
    with pytest.raises(SealmarkError) as caught:
        call(*arguments)
    return caught.value.codes


def test_what_was_sealed_is_opened(sealed, key_of):
    opened = open_jwt(sealed, key_of)

    assert (opened.credential, opened.method) == (certificate(), METHOD)


def test_joserfc_opens_what_we_seal(sealed, signer):
    key = OKPKey.import_key(signer.key.jwk)

    opened = jws.deserialize_compact(sealed, key, algorithms=["Ed25519"])

    assert json.loads(opened.payload) == certificate()
    assert opened.headers() == HEADER


@pytest.mark.parametrize("algorithm", ["Ed25519", pytest.param("EdDSA", marks=pytest.mark.filterwarnings("ignore"))])
def test_we_open_what_joserfc_seals(signer, key_of, algorithm):
    secret = OKPKey.import_key({**signer.key.jwk, "d": part(bytes(range(100, 132)))})

    text = jws.serialize_compact(
        HEADER | {"alg": algorithm}, json.dumps(certificate()).encode(), secret, algorithms=[algorithm]
    )

    assert open_jwt(text, key_of).credential == certificate()


def test_any_bit_changed_is_refused(sealed, signer):
    passed = []
    for place in range(0, len(sealed) * 8, 7):
        changed = bytearray(sealed.encode())
        changed[place // 8] ^= 1 << place % 8
        try:
            open_jwt(changed.decode("latin-1"), lambda _: signer.key)
        except SealmarkError:
            continue
        passed.append(place)

    assert passed == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"alg": "none"}, "SM758"),
        ({"alg": "HS256"}, "SM758"),
        ({"alg": None}, "SM758"),
        ({"alg": ["Ed25519"]}, "SM758"),
        ({"typ": "JWT"}, "SM758"),
        ({"typ": "vp+jwt"}, "SM758"),
        ({"cty": "vp"}, "SM758"),
        ({"crit": ["b64"], "b64": False}, "SM758"),
        ({"jwk": {}}, "SM758"),
        ({"kid": ""}, "SM758"),
        ({"kid": 5}, "SM758"),
    ],
)
def test_headers_of_other_kinds_are_refused(signer, key_of, changes, code):
    text = sealed_by_hand(signer, HEADER | changes, certificate())

    assert codes(open_jwt, text, key_of) == (code,)


def test_a_secret_key_made_of_the_public_one_opens_nothing(signer, key_of):
    import hashlib
    import hmac

    text = f"{part(HEADER | {'alg': 'HS256'})}.{part(certificate())}"
    mac = hmac.new(signer.key.raw, text.encode(), hashlib.sha512).digest()

    assert codes(open_jwt, f"{text}.{part(mac)}", key_of) == ("SM758",)


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "did:web:other.example"},
        {"sub": "x"},
        {"jti": "x"},
        {"nbf": 1},
        {"exp": 4_000_000_000},
        {"vc": {}},
        {"aud": "x"},
    ],
)
def test_claims_that_contradict_the_credential_are_refused(signer, key_of, claims):
    assert codes(open_jwt, sealed_by_hand(signer, HEADER, certificate() | claims), key_of) == ("SM758",)


def test_claims_that_repeat_the_credential_are_taken(signer, key_of):
    claims = {
        "iss": "did:web:body.example",
        "sub": "did:web:hotel.example",
        "jti": certificate()["id"],
        "nbf": 1772323200,
        "exp": 1867017599,
    }

    assert open_jwt(sealed_by_hand(signer, HEADER, certificate() | claims), key_of).credential["iss"] == claims["iss"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "SM758"),
        ("a.b", "SM758"),
        ("a.b.c.d", "SM758"),
        ("a.b.c", "SM750"),
        ("." * 2_000_000, "SM758"),
        ("é.b.c", "SM750"),
        ("..", "SM753"),
    ],
    ids=range(7),
)
def test_other_texts_are_no_envelopes(key_of, text, code):
    assert codes(open_jwt, text, key_of) == (code,)


def test_a_payload_is_read_only_when_its_signature_fits(signer, key_of, sealed):
    header, _, signature = sealed.split(".")

    assert codes(open_jwt, f"{header}.{part(b'[' * 99)}.{signature}", key_of) == ("SM757",)
    assert codes(open_jwt, sealed_by_hand(signer, HEADER, b"[" * 99), key_of) == ("SM753",)
    assert codes(open_jwt, sealed_by_hand(signer, HEADER, b'{"a":1,"a":2}'), key_of) == ("SM753",)


def test_a_credential_with_a_proof_is_not_sealed(signer):
    assert codes(seal_jwt, certificate() | {"proof": {}}, signer, METHOD) == ("SM758",)
