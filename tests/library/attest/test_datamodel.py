"""The accept and reject corpus of the W3C data model test suite, and what it does not ask."""

import json

import pytest
from tests.library.attest.samples import certificate

from sealmark.attest import check_credential, check_presentation
from sealmark.core.errors import SealmarkError

# Presentations without a verdict in their name: whether a holder may vouch for itself is no question of shape.
NO_VERDICT = {"holder-mismatch", "issuer-mismatch", "no-holder"}


@pytest.fixture(scope="module")
def corpus(vectors):
    """Each document of the suite with its verdict, filled in as the suite's own runner does before it issues."""
    found = {}
    for path in sorted((vectors / "vcdm2-inputs/tests/input").rglob("*.json")):
        text = path.read_text(encoding="utf-8")
        dated = text.replace("FUTURE DATE", "2999-01-01T00:00:00Z").replace("PAST DATE", "2000-01-01T00:00:00Z")
        found[path.stem] = json.loads(dated)
        if path.stem.startswith("credential") or path.stem.startswith("issuer"):
            fill_issuer(found[path.stem])
    return found


def fill_issuer(document):
    issuer = document.setdefault("issuer", "did:example:issuer")
    if isinstance(issuer, dict):
        issuer.setdefault("id", "did:example:issuer")


def verdict(name, document, contexts):
    check = check_presentation if name.startswith("presentation") else check_credential
    try:
        check(document, contexts=contexts)
    except SealmarkError as problem:
        return "fail" if set(problem.codes) == {"SM759"} else problem.codes
    return "ok"


def wanted(name):
    return "fail" if "-fail" in name else "ok"


def test_every_verdict_of_the_corpus_is_ours(corpus, w3c_contexts):
    told = {name: verdict(name, document, w3c_contexts) for name, document in corpus.items()}
    judged = {name: told[name] for name in told if not name.endswith(tuple(NO_VERDICT))}

    assert judged == {name: wanted(name) for name in judged}
    assert len(judged) == 117
    assert sum(answer == "fail" for answer in judged.values()) == 52


def test_without_contexts_only_a_type_that_one_may_define_is_let_pass(corpus):
    told = {name: verdict(name, document, None) for name, document in corpus.items()}
    wrong = sorted(name for name in told if told[name] != wanted(name) and not name.endswith(tuple(NO_VERDICT)))

    assert wrong == []


def test_our_certificate_is_a_credential(contexts):
    check_credential(certificate(), contexts=contexts)


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"type": ["VerifiableCredential", "Urkunde"]}, ["type"]),
        ({"type": "VerifiableCredential", "@context": "https://www.w3.org/ns/credentials/v2"}, ["@context"]),
        ({"type": []}, ["type", "type"]),
        ({"validFrom": "2026-03-01"}, ["validFrom"]),
        ({"credentialSubject": []}, ["credentialSubject"]),
        ({"credentialSubject": "x"}, ["credentialSubject"]),
        ({"credentialStatus": [{}]}, ["credentialStatus.type"]),
        ({"relatedResource": {"id": "urn:x"}}, ["relatedResource"]),
        ({"relatedResource": {"digestSRI": "x", "id": 5}}, ["relatedResource.id"]),
        ({"name": {"@value": "x", "@language": "e n"}}, ["name"]),
        ({"name": {"@value": "x", "@direction": "up"}}, ["name"]),
        ({"name": 5, "description": None}, ["name", "description"]),
        ({"proof": {"type": "Unheard"}}, ["proof.type"]),
    ],
)
def test_each_wrong_member_is_named(contexts, changes, where):
    with pytest.raises(SealmarkError) as caught:
        check_credential(certificate() | changes, contexts=contexts)

    assert [problem.where for problem in caught.value.problems] == where


@pytest.mark.parametrize(
    "changes",
    [
        {"relatedResource": {"id": "urn:x", "digestSRI": "sha384-x"}},
        {"name": [{"@value": "酒店", "@language": "zh-Hans"}, {"@value": "x", "@language": "ar", "@direction": "rtl"}]},
        {"issuer": "did:web:body.example"},
    ],
)
def test_what_the_data_model_allows_passes(contexts, changes):
    check_credential(certificate() | changes, contexts=contexts)


def test_an_envelope_in_a_presentation_has_its_address():
    inner = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": "EnvelopedVerifiableCredential",
        "id": "urn:x",
    }
    outer = {"@context": ["https://www.w3.org/ns/credentials/v2"], "type": "VerifiablePresentation"}

    with pytest.raises(SealmarkError, match="data: address"):
        check_presentation(outer | {"verifiableCredential": inner})
    with pytest.raises(SealmarkError, match=r"verifiableCredential.@context is not"):
        check_presentation(
            outer | {"verifiableCredential": inner | {"@context": [], "id": "data:application/vc+jwt,a.b.c"}}
        )
    check_presentation(outer | {"verifiableCredential": inner | {"id": "data:application/vc+jwt,a.b.c"}})
