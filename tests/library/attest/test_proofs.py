import copy
import datetime as dt
import json
import random
import time

import pytest
from tests.library.attest.samples import DID, METHOD, certificate

from sealmark.attest import ProofOptions, VerificationKey, add_proof, check_proof, proofs_of, rdf, read_json
from sealmark.attest.documents import canonical_form
from sealmark.attest.proofs import JCS, RDFC, _short_proof_rdf, signed_bytes
from sealmark.attest.rdf import canonical_rdf, general_rdf
from sealmark.core.errors import SealmarkError

AT = dt.datetime(2023, 2, 24, 23, 36, 38, tzinfo=dt.UTC)
CITIZENSHIP = "https://w3id.org/citizenship/v4rc1"
SUITES = {"eddsa-jcs-2022": "JCS", "eddsa-rdfc-2022": "DataInt"}


@pytest.fixture(scope="module")
def folder(vectors):
    return vectors / "vc-di-eddsa/TestVectors"


@pytest.fixture(scope="module")
def signed(contexts, signer, signed_at):
    """Our certificate under both suites."""
    return {
        suite: add_proof(certificate(), signer, ProofOptions(suite, METHOD, signed_at), contexts=contexts)
        for suite in (JCS, RDFC)
    }


def load(path):
    return json.loads(path.read_text(encoding="utf-8"))


def codes(call, *arguments, **options):
    with pytest.raises(SealmarkError) as caught:
        call(*arguments, **options)
    return caught.value.codes


# --- the vectors of W3C -------------------------------------------------------------------------------


@pytest.mark.parametrize("suite", [JCS, RDFC])
def test_every_step_is_byte_for_byte_that_of_the_vectors(folder, w3c_contexts, published_signer, suite):
    name = SUITES[suite]
    signer = published_signer(load(folder / "keyPair.json"))
    document, options = load(folder / "unsigned.json"), load(folder / suite / f"proofConfig{name}.json")
    method = f"did:key:{signer.key.multikey}#{signer.key.multikey}"

    made = add_proof(document, signer, ProofOptions(suite, method, AT), contexts=w3c_contexts)

    forms = [
        canonical_form(part) if suite == JCS else canonical_rdf(part, w3c_contexts) for part in (document, options)
    ]
    assert forms == [(folder / suite / f"{part}{name}.txt").read_bytes() for part in ("canonDoc", "proofCanon")]
    assert (
        signed_bytes(document, options, w3c_contexts).hex() == (folder / suite / f"combinedHash{name}.txt").read_text()
    )
    assert made["proof"]["proofValue"] == (folder / suite / f"sigBTC58{name}.txt").read_text()
    assert json.dumps(made) == json.dumps(load(folder / suite / f"signed{name}.json"))
    assert check_proof(made, made["proof"], signer.key, contexts=w3c_contexts).created == AT


def test_the_second_vector_has_the_hash_and_signature_of_w3c(folder, published_signer):
    """Its context is not at hand, so the canonical texts of the vector stand in for ours."""
    import hashlib

    employ = folder / "eddsa-rdfc-2022/employ"
    signer = published_signer(load(folder / "keyPair.json"))
    forms = [(employ / f"{part}DataInt.txt").read_bytes() for part in ("proofCanon", "canonDoc")]
    message = b"".join(hashlib.sha256(form).digest() for form in forms)

    assert message.hex() == (employ / "combinedHashDataInt.txt").read_text()
    assert signer.sign(message).hex() == (employ / "sigHexDataInt.txt").read_text()
    assert _short_proof_rdf(load(employ / "proofConfigDataInt.json")) == forms[0]


def test_a_set_of_proofs_grows_as_in_the_vectors(folder, w3c_contexts, published_signer):
    pairs, chain = load(folder / "proof-set-chain/multiKeyPairs.json"), folder / "proof-set-chain"
    document = load(chain / "unsigned.json")
    for number in (1, 2):
        signer, options = published_signer(pairs[f"keyPair{number}"]), load(chain / f"proofSetConfig{number}.json")
        wanted = ProofOptions(RDFC, options["verificationMethod"], AT, id=options["id"])

        document = add_proof(document, signer, wanted, contexts=w3c_contexts)

        first = load(chain / f"signedProofSet{number}.json")
        assert list(proofs_of(document)) == list(proofs_of(first))
        assert check_proof(document, proofs_of(document)[-1], signer.key, contexts=w3c_contexts).method == wanted.method


def test_a_chain_of_proofs_is_refused_and_told(folder, w3c_contexts, published_signer):
    document = load(folder / "proof-set-chain/signedProofChain1.json")
    key = published_signer(load(folder / "proof-set-chain/multiKeyPairs.json")["keyPair3"]).key

    with pytest.raises(SealmarkError, match="SM756 The proof says 'previousProof'"):
        check_proof(document, proofs_of(document)[-1], key, contexts=w3c_contexts)


@pytest.mark.parametrize(
    "changes", [{}, {"created": None}, {"purpose": "authentication"}, {"id": "urn:uuid:1"}, {"expires": AT}]
)
def test_the_short_way_of_a_plain_proof_is_that_of_the_processor(contexts, signer, signed_at, changes):
    options = {"suite": RDFC, "method": METHOD, "created": signed_at, **changes}
    proof = add_proof(certificate(), signer, ProofOptions(**options), contexts=contexts)["proof"]
    whole = {name: value for name, value in proof.items() if name != "proofValue"}
    whole["@context"] = certificate()["@context"]

    short = _short_proof_rdf(whole)

    assert (short is None) == bool(changes.keys() & {"id", "expires", "purpose"})
    assert short in (None, canonical_rdf(whole, contexts))


def test_what_the_processor_remembers_changes_nothing(contexts):
    from pyld import jsonld

    options = {
        "algorithm": "URDNA2015",
        "format": "application/n-quads",
        "documentLoader": lambda url, _: {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": url, "document": contexts.load(url)},
    }  # fmt: skip
    inner = certificate() | {"id": "urn:uuid:1", "type": ["VerifiableCredential", "EndorsementCredential"]}
    inner["credentialSubject"] = {"id": "urn:x", "type": ["EndorsementSubject"], "endorsementComment": "x"}
    documents = [certificate(), certificate() | {"endorsement": [inner]}, inner]

    for document in [*documents, *reversed(documents)]:
        wanted = jsonld.normalize(document, options).encode()
        assert canonical_rdf(document, contexts) == general_rdf(document, contexts) == wanted


# --- our credentials ----------------------------------------------------------------------------------


@pytest.mark.parametrize("suite", [JCS, RDFC])
def test_what_was_signed_is_checked_after_writing_and_reading(contexts, signer, signed, signed_at, suite):
    document = read_json(canonical_form(signed[suite]))

    checked = check_proof(document, proofs_of(document)[0], signer.key, contexts=contexts)

    assert (checked.suite, checked.method, checked.created, checked.expires) == (suite, METHOD, signed_at, None)


@pytest.mark.parametrize(("suite", "tries"), [(JCS, 700), (RDFC, 250)])
def test_any_bit_changed_is_refused(contexts, signer, signed, suite, tries):
    content = canonical_form(signed[suite])
    places = random.Random(20260301).sample(range(len(content) * 8), tries)

    passed = []
    for place in places:
        changed = bytearray(content)
        changed[place // 8] ^= 1 << place % 8
        try:
            document = read_json(bytes(changed))
            check_proof(document, proofs_of(document)[0], signer.key, contexts=contexts)
        except SealmarkError:
            continue
        passed.append((place, bytes(changed[max(place // 8 - 20, 0) : place // 8 + 20])))

    assert passed == []


def test_two_suites_stand_beside_each_other(contexts, signer, signed, signed_at):
    both = add_proof(signed[RDFC], signer, ProofOptions(JCS, METHOD, signed_at))

    found = [check_proof(both, proof, signer.key, contexts=contexts).suite for proof in proofs_of(both)]

    assert found == [RDFC, JCS]


def test_the_document_given_stays_as_it_is(contexts, signer, signed_at):
    document = certificate()
    add_proof(document, signer, ProofOptions(JCS, METHOD, signed_at))

    assert document == certificate()


def test_another_key_does_not_fit(contexts, signed):
    other = VerificationKey.from_multikey("z6MkmjY8GnV5i9YTDtPETC2uUAW6ejw3nk5mXF5yci5ab7th")

    for document in signed.values():
        assert codes(check_proof, document, document["proof"], other, contexts=contexts) == ("SM757",)


def alias(document):
    """A status under another name: the same RDF, unseen by who looks for credentialStatus."""
    document["@context"].append(
        {"note": {"@id": "https://www.w3.org/2018/credentials#credentialStatus", "@type": "@id"}}
    )
    document["note"] = document.pop("credentialStatus")


def whole_name(document):
    document["https://www.w3.org/2018/credentials#credentialStatus"] = document.pop("credentialStatus")


def keyword(document):
    document["@included"] = [{"id": DID, "name": "Body"}]


def inner_context(document):
    document["credentialSubject"]["@context"] = {"licenseNumber": "https://example.org/other"}


def null(document):
    document["description"] = None


def undefined(document):
    document["sonstiges"] = "x"


def relative(document):
    document["credentialSubject"]["id"] = "hotel"


def relative_type(document):
    document["credentialSubject"]["type"].append("Gast")


def blank_label(document):
    document["evidence"][0]["id"] = "_:b7"


def capitals(document):
    document["name"] = {"@value": "x", "@language": "zh-Hans"}


def direction(document):
    document["name"] = {"@value": "x", "@language": "ar", "@direction": "rtl"}


def digits(document):
    document["credentialSubject"]["creditsEarned"] = 0.1234567890123456


def unwritable(document):
    document["evidence"][0]["id"] = "urn:x>y"


def unknown_context(document):
    document["@context"].append("https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json")


def control(document):
    document["name"] = "x\x7f"


def moved(document):
    """The same RDF again, when some part refers to the certificate itself."""
    document["evidence"].append({"id": document["id"], "type": ["Evidence"], "name": "x"})


def deep(document):
    inner = document["credentialSubject"]["achievement"]
    for _ in range(70):
        inner["related"] = inner = {"type": ["Related"], "id": "urn:x"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (alias, "SM754"), (whole_name, "SM755"), (keyword, "SM755"), (inner_context, "SM754"), (null, "SM755"),
        (undefined, "SM755"), (relative, "SM755"), (relative_type, "SM755"), (blank_label, "SM755"),
        (capitals, "SM755"), (direction, "SM755"), (digits, "SM755"), (unwritable, "SM755"),
        (unknown_context, "SM754"), (deep, "SM755"), (moved, "SM755"), (control, "SM755"),
    ],
    ids=lambda item: getattr(item, "__name__", ""),
)  # fmt: skip
def test_what_rdf_would_pass_over_is_neither_signed_nor_taken(contexts, signer, signed, signed_at, change, code):
    document = copy.deepcopy(signed[RDFC])
    change(document)

    assert codes(add_proof, document, signer, ProofOptions(RDFC, METHOD, signed_at), contexts=contexts) == (code,)
    assert codes(check_proof, document, document["proof"], signer.key, contexts=contexts) == (code,)


def leaves(value, path=()):
    if isinstance(value, (dict, list)):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(item, (*path, key))
    else:
        yield path


@pytest.mark.parametrize("written", [canonical_rdf, general_rdf])
@pytest.mark.parametrize("suffix", ["x", "\n", "/../y"])
def test_each_value_of_a_certificate_reaches_the_graph(contexts, written, suffix):
    before = written(certificate(), contexts)
    lost = []
    for path in leaves(certificate()):
        document = certificate()
        owner = document
        for key in path[:-1]:
            owner = owner[key]
        owner[path[-1]] += suffix
        try:
            if written(document, contexts) == before:
                lost.append(path)
        except SealmarkError:
            continue

    assert lost == []


def branches(depth, number):
    if depth == 0:
        return {"type": ["Evidence"]}
    return {"type": ["Achievement"], "related": [branches(depth - 1, number) for _ in range(number)]}


HOSTILE = {
    "nameless parts that are all alike": {"evidence": [branches(2, 12)]},
    "nameless parts that branch": {"evidence": [branches(9, 2)]},
    "a long list": {"evidence": [{"type": ["Evidence"], "name": str(number)} for number in range(3000)]},
    "one node in many places": {"evidence": [{"id": "urn:x", "type": ["Evidence"], "name": [f"{a} {b}" for b in range(50)]} for a in range(60)]},
    "lists in lists": {"name": [[str(number)] for number in range(50)]},
    "many values": {"evidence": [{"id": f"urn:{number}", "type": ["Evidence"]} for number in range(20_000)]},
    "an id that is a number": {"id": 5},
    "an id in an id": {"id": {"id": "urn:x"}},
    "a keyword as value": {"type": ["VerifiableCredential", "@json"]},
    "a name that is empty": {"": "x"},
    "an empty address": {"credentialSubject": {"id": "", "type": ["AchievementSubject"]}},
    "a context in a context": {"@context": [["https://www.w3.org/ns/credentials/v2"]]},
    "a context that is nothing": {"@context": None},
    "no context": {"@context": []},
    "many contexts": {"@context": ["https://www.w3.org/ns/credentials/v2"] * 9},
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_documents_end_with_a_sentence_in_bounded_time(contexts, name):
    document = certificate() | HOSTILE[name]
    started = time.process_time()

    told = codes(canonical_rdf, document, contexts)

    assert told in {("SM754",), ("SM755",)}
    assert time.process_time() - started < 5


def test_what_the_processor_remembers_is_bounded(contexts, monkeypatch):
    before = canonical_rdf(certificate(), contexts)
    monkeypatch.setattr(rdf, "_MOST_APPLIED", 3)

    for number in range(1, 6):
        document = certificate() | {"@context": certificate()["@context"] * (number % 4 + 1)}
        assert canonical_rdf(document, contexts) == before
        assert len(contexts.prepared["pyld"]._applied) <= 20

    assert len(contexts.prepared["pyld"]._applied) <= 3


def test_an_inner_document_may_name_its_context_as_one_text(contexts):
    inner = certificate() | {"id": "urn:uuid:1", "@context": certificate()["@context"][0]}
    inner = {name: inner[name] for name in ("@context", "id", "type", "issuer", "validFrom")} | {
        "type": "VerifiableCredential"
    }
    inner["credentialSubject"], inner["issuer"] = {"id": "urn:x"}, "urn:y"

    assert b"<urn:uuid:1>" in canonical_rdf(certificate() | {"endorsement": [inner]}, contexts)


# --- proofs that are none -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"type": "Ed25519Signature2020"}, "SM756"),
        ({"cryptosuite": "ecdsa-rdfc-2019"}, "SM756"),
        ({"cryptosuite": ["eddsa-jcs-2022"]}, "SM756"),
        ({"proofPurpose": "authentication"}, "SM756"),
        ({"verificationMethod": "key-1"}, "SM756"),
        ({"verificationMethod": {"id": METHOD}}, "SM756"),
        ({"verificationMethod": "did:key:z6MkmjY8GnV5i9YTDtPETC2uUAW6ejw3nk5mXF5yci5ab7th#z6Mk"}, "SM756"),
        ({"created": "2026-03-01"}, "SM756"),
        ({"created": "2026-13-01T00:00:00Z"}, "SM756"),
        ({"expires": 5}, "SM756"),
        ({"nonce": "x"}, "SM756"),
        ({"@context": ["https://www.w3.org/ns/credentials/v2"]}, "SM756"),
        ({"id": "proof"}, "SM756"),
        ({"proofValue": "z"}, "SM750"),
        ({"proofValue": "u" + "A" * 86}, "SM750"),
        ({"proofValue": None}, "SM750"),
    ],
)
def test_proofs_of_other_kinds_are_refused(signed, signer, contexts, changes, code):
    proof = signed[JCS]["proof"] | changes

    assert codes(check_proof, signed[JCS], proof, signer.key, contexts=contexts) == (code,)


@pytest.mark.parametrize("name", ["cryptosuite", "verificationMethod", "proofPurpose", "proofValue", "type"])
def test_a_proof_that_lacks_something_is_refused(signed, signer, name):
    proof = {key: value for key, value in signed[JCS]["proof"].items() if key != name}

    assert codes(check_proof, signed[JCS], proof, signer.key) == ("SM756",)


@pytest.mark.parametrize("proof", [None, [], "x", ["x"], [{}] * 17])
def test_documents_without_readable_proofs_are_refused(proof):
    assert codes(proofs_of, {"proof": proof}) == ("SM756",)


def test_options_that_do_not_fit_are_refused_before_signing(signer, signed_at):
    key = "did:key:z6MkmjY8GnV5i9YTDtPETC2uUAW6ejw3nk5mXF5yci5ab7th"

    assert codes(add_proof, certificate(), signer, ProofOptions("rsa", METHOD, signed_at)) == ("SM756",)
    assert codes(add_proof, certificate(), signer, ProofOptions(JCS, "key-1", signed_at)) == ("SM756",)
    assert codes(add_proof, certificate(), signer, ProofOptions(JCS, key, signed_at)) == ("SM756",)
    assert codes(add_proof, certificate(), signer, ProofOptions(JCS, METHOD, purpose="keyAgreement")) == ("SM756",)
    assert codes(add_proof, certificate(), signer, ProofOptions(RDFC, METHOD, signed_at)) == ("SM756",)


def test_checking_jcs_needs_no_json_ld_processor():
    import subprocess
    import sys

    code = (
        "import sys\nfrom sealmark.attest import check_proof, open_jwt, read_json, check_credential\n"
        "print(sorted({'pyld', 'lxml', 'joserfc', 'numpy', 'pydantic', 'django'} & set(sys.modules)))"
    )

    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
