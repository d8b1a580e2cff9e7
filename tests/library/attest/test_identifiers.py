"""Which key an identifier stands for, and when a signature of a key counts."""

import copy
import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sealmark.attest.identifiers import KeyTerm, did_document, did_of, key_did, key_document, key_for
from sealmark.attest.keys import SoftwareSigner
from sealmark.attest.web import web_address, web_did
from sealmark.core.errors import SealmarkError

DID = "did:web:certs.example.org"
NEW, OLD, STOLEN = (SoftwareSigner.generate(bytes(range(start, start + 32))).key for start in (30, 70, 110))
THEFT = dt.datetime(2026, 9, 1, tzinfo=dt.UTC)
BEFORE, AFTER = THEFT - dt.timedelta(days=9), THEFT + dt.timedelta(days=9)
DOCUMENT = did_document(DID, [KeyTerm("key-3", NEW), KeyTerm("key-1", OLD), KeyTerm("key-2", STOLEN, THEFT)])


def codes(call, *arguments, **named):
    with pytest.raises(SealmarkError) as caught:
        call(*arguments, **named)
    return caught.value.codes


def test_a_document_lists_every_key_and_grants_the_sound_ones():
    assert [entry["id"] for entry in DOCUMENT["verificationMethod"]] == [f"{DID}#key-{number}" for number in (3, 1, 2)]
    assert DOCUMENT["assertionMethod"] == [f"{DID}#key-3", f"{DID}#key-1"]
    assert DOCUMENT["verificationMethod"][2] == {
        "id": f"{DID}#key-2",
        "type": "Multikey",
        "controller": DID,
        "publicKeyMultibase": STOLEN.multikey,
        "revoked": "2026-09-01T00:00:00Z",
    }


@pytest.mark.parametrize(("name", "key"), [("key-3", NEW), ("key-1", OLD)])
def test_a_past_key_counts_as_the_present_one(name, key):
    assert key_for(DOCUMENT, f"{DID}#{name}", signed_at=AFTER) == key


def test_a_stolen_key_counts_only_where_the_log_proves_that_it_signed_before():
    method = f"{DID}#key-2"

    assert key_for(DOCUMENT, method, signed_at=BEFORE, logged_at=THEFT - dt.timedelta(seconds=1)) == STOLEN
    assert codes(key_for, DOCUMENT, method, signed_at=BEFORE) == ("SM773",)
    assert codes(key_for, DOCUMENT, method, signed_at=BEFORE, logged_at=THEFT) == ("SM773",)
    assert codes(key_for, DOCUMENT, method, signed_at=THEFT, logged_at=BEFORE) == ("SM773",)
    assert codes(key_for, DOCUMENT, method, signed_at=None, logged_at=BEFORE) == ("SM773",)


def changed(change):
    document = copy.deepcopy(DOCUMENT)
    change(document, document["verificationMethod"][0])
    return document


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda document, _: document.update(id="did:web:other.example.org"), "SM771"),
        (lambda document, _: document.update(verificationMethod="none"), "SM771"),
        (lambda document, _: document.update(assertionMethod={"id": f"{DID}#key-3"}), "SM771"),
        (lambda document, _: document.update(assertionMethod=[]), "SM772"),
        (lambda document, _: document.pop("assertionMethod"), "SM772"),
        (lambda document, _: document.update(assertionMethod=[f"did:web:x.org{DID}#key-3", 3, None]), "SM772"),
        (lambda document, key: document["verificationMethod"].append(dict(key)), "SM772"),
        (lambda document, _: document["verificationMethod"].clear(), "SM772"),
        (lambda _, key: key.update(controller="did:web:other.example.org"), "SM772"),
        (lambda _, key: key.update(type="JsonWebKey"), "SM772"),
        (lambda _, key: key.update(publicKeyMultibase="z6Mk"), "SM750"),
        (lambda _, key: key.update(publicKeyMultibase="z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw"), "SM751"),
        (lambda _, key: key.update(revoked="yesterday"), "SM773"),
        (lambda _, key: key.update(revoked=None), "SM773"),
    ],
)
def test_a_document_that_does_not_grant_the_key_is_refused(change, code):
    assert codes(key_for, changed(change), f"{DID}#key-3", signed_at=BEFORE) == (code,)


def test_what_is_no_document_is_refused():
    assert codes(key_for, [DOCUMENT], f"{DID}#key-3", signed_at=BEFORE) == ("SM771",)


def test_a_key_may_stand_by_its_short_name_or_inside_the_grant():
    entry = {**DOCUMENT["verificationMethod"][0], "id": "#key-3"}
    short = {"id": DID, "verificationMethod": [entry], "assertionMethod": ["#key-3"]}
    inside = {"id": DID, "assertionMethod": [entry]}

    assert key_for(short, f"{DID}#key-3", signed_at=None) == NEW
    assert key_for(inside, f"{DID}#key-3", signed_at=None) == NEW


def test_keys_of_a_document_differ():
    assert codes(did_document, DID, []) == ("SM771",)
    assert codes(did_document, DID, [KeyTerm("key-1", NEW), KeyTerm("key-1", OLD)]) == ("SM771",)
    assert codes(did_document, DID, [KeyTerm("key-1", NEW), KeyTerm("key-2", NEW)]) == ("SM771",)


def test_a_did_key_is_its_own_document():
    did = key_did(NEW)

    assert key_for(key_document(did), f"{did}#{NEW.multikey}", signed_at=None) == NEW
    assert codes(key_document, DID) == ("SM770",)
    assert codes(key_document, did[:-1]) == ("SM750",)


@pytest.mark.parametrize(
    "method", [None, "", DID, f"{DID}#", f"{DID}#a#b", "https://certs.example.org#key-1", "did:ion:x#k"]
)
def test_a_method_names_a_key_of_a_did(method):
    assert codes(did_of, method) == ("SM770",)


@pytest.mark.parametrize(
    ("address", "did", "place"),
    [
        ("https://certs.example.org", "did:web:certs.example.org", "https://certs.example.org/.well-known/did.json"),
        ("https://Certs.Example.org:443/", DID, "https://certs.example.org/.well-known/did.json"),
        ("https://x.org:8443", "did:web:x.org%3A8443", "https://x.org:8443/.well-known/did.json"),
        ("https://x.org/bodies/a-1/", "did:web:x.org:bodies:a-1", "https://x.org/bodies/a-1/did.json"),
        ("https://xn--fa-hia.de", "did:web:xn--fa-hia.de", "https://xn--fa-hia.de/.well-known/did.json"),
    ],
)
def test_an_address_and_its_identifier(address, did, place):
    assert web_did(address) == did
    assert web_address(did) == place


@pytest.mark.parametrize(
    "address",
    [
        *(
            "http://x.org",
            "x.org",
            "https://",
            "https://u@x.org",
            "https://x.org?a",
            "https://x.org#a",
            "https://x.org:0",
        ),
        *(
            "https://127.0.0.1",
            "https://[::1]",
            "https://2130706433",
            "https://0x7f.1",
            "https://x.org:99999",
            "https://[x",
        ),
        *("https://x.org/../a", "https://x.org//a", "https://x.org/a%2fb", "https://x.org/a:b", "https://faß.de"),
        *("https://x.org/.well-known", "https://exa\tmple.org", "https://-x.org", "https://" + "a." * 130 + "org"),
    ],
)
def test_an_address_that_leads_astray_is_no_identifier(address):
    assert codes(web_did, address) == ("SM770",)


@pytest.mark.parametrize(
    "rest",
    [
        *("", ":", "x.org:", "X.org", "x.org%3a80", "x.org%3A443", "x.org%3A080", "x.org%3A", "x.org%2Fa", "x.org/a"),
        *("x.org:a%2e", "x.org:..", "x.org:.well-known", "x.org#a", "1.2.3.4", "user%40x.org", "x.org:a b"),
    ],
)
def test_an_identifier_that_leads_astray_has_no_address(rest):
    assert codes(web_address, "did:web:" + rest) == ("SM770",)


def test_an_address_is_no_identifier():
    assert codes(web_address, "https://x.org") == ("SM770",)


@given(st.text(st.sampled_from("abcXYZ01.:-_%3A/@#?\\ \n"), max_size=24))
@settings(max_examples=150, deadline=None)
def test_one_identifier_has_one_address_and_back(rest):
    try:
        address = web_address("did:web:" + rest)
    except SealmarkError:
        return
    home = address.removesuffix("/did.json").removesuffix("/.well-known")
    assert web_did(home) == "did:web:" + rest
