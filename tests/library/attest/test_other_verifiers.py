"""Two verifiers that others wrote accept what we sign, and refuse it once it is changed, suspended or revoked."""

import copy
import datetime as dt
import json
import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from openvc.did.base import DidResolverRegistry
from openvc.did.did_key import DidKeyResolver
from openvc.did.did_web import DidWebResolver
from openvc.errors import OpenvcError
from openvc.verify import VerificationPolicy, verify_credential
from tests.library.attest.credentials.examples import (
    BODY,
    DOCUMENTS,
    LISTS,
    METHOD,
    NOW,
    OWNER,
    OWNER_SIGNER,
    PLACES,
    SIGNER,
    award,
    certificate,
    endorsement,
    issuance,
    person,
    status_list,
)

from sealmark.attest.contexts import OPEN_BADGES
from sealmark.attest.credentials.composing import (
    award_credential,
    certificate_credential,
    endorsement_credential,
    person_credential,
)
from sealmark.attest.datamodel import check_credential
from sealmark.attest.identifiers import KeyTerm, did_document
from sealmark.attest.keys import SoftwareSigner
from sealmark.attest.proofs import JCS, RDFC, ProofOptions, add_proof
from sealmark.attest.web import web_address

NODE = Path(__file__).parent / "node"
CREATED = dt.datetime(2026, 8, 1, 10, tzinfo=dt.UTC)
COMPROMISED = {
    BODY: did_document(
        BODY,
        [
            KeyTerm("key-2", SoftwareSigner.generate(bytes(range(120, 152))).key),
            KeyTerm("key-1", SIGNER.key, compromised=dt.datetime(2026, 9, 1, tzinfo=dt.UTC)),
        ],
    )
}


@pytest.fixture(scope="module")
def signed(contexts):
    """Every kind of credential with either proof, lists in several states, and copies that were changed."""

    def sign(document, suite=RDFC, method=METHOD, signer=SIGNER):
        check_credential(document, contexts=contexts)
        return add_proof(document, signer, ProofOptions(suite, method, CREATED), contexts=contexts)

    endorsed = sign(endorsement_credential(endorsement()), method=f"{OWNER}#key-1", signer=OWNER_SIGNER)
    made = {
        "certificate": certificate_credential(certificate()),
        "person": person_credential(person()),
        "award": award_credential(award()),
        "with endorsement": certificate_credential(certificate(endorsements=(endorsed,))),
        "expired": certificate_credential(
            certificate(issuance=issuance(valid_until=dt.datetime(2026, 11, 1, tzinfo=dt.UTC)))
        ),
    }
    good = {f"{name} {suite}": sign(document, suite) for name, document in made.items() for suite in (RDFC, JCS)}
    good["endorsement"] = endorsed
    foreign = sign(certificate_credential(certificate()), method=f"{OWNER}#key-1", signer=OWNER_SIGNER)
    return good, _lists(sign), foreign


def _lists(sign):
    """The two lists by what they say: nothing, suspended, revoked, or something that was changed."""
    clean = {purpose: sign(status_list(purpose)) for purpose in LISTS}
    states = {"clean": clean}
    for purpose, place in PLACES.items():
        states[purpose] = {**clean, purpose: sign(status_list(purpose, place, place + 1))}
    lifted = copy.deepcopy(states["suspension"])
    lifted["suspension"]["credentialSubject"] = clean["suspension"]["credentialSubject"]
    states["lifted by a stranger"] = lifted
    states["swapped"] = {**clean, "suspension": {**clean["revocation"], "id": LISTS["suspension"]}}
    states["of another purpose"] = {**clean, "suspension": sign(status_list("revocation", address=LISTS["suspension"]))}
    return {state: {LISTS[purpose]: each for purpose, each in lists.items()} for state, lists in states.items()}


def _tampered(document):
    """Copies with one thing changed each."""
    changes = {
        "grade": lambda copy: copy["credentialSubject"]["result"][1].update(value="Three stars"),
        "holder": lambda copy: copy["credentialSubject"].update(name="Somebody else"),
        "number": lambda copy: copy["credentialSubject"].update(licenseNumber="EX-2026-0002"),
        "end": lambda copy: copy.update(validUntil="2039-08-01T00:00:00Z"),
        "digest": lambda copy: copy["evidence"][0].update(digestMultibase="uEiA" + "A" * 42),
        "place": lambda copy: copy["credentialStatus"][1].update(statusListIndex="23453"),
        "no suspension": lambda copy: copy["credentialStatus"].pop(),
        "issuer": lambda copy: copy["issuer"].update(id=OWNER),
        "date of the proof": lambda copy: copy["proof"].update(created="2026-08-02T10:00:00Z"),
        "added": lambda copy: copy["credentialSubject"].update(role="Best of all"),
    }
    for name, change in changes.items():
        changed = copy.deepcopy(document)
        change(changed)
        yield name, changed


@pytest.fixture(scope="module")
def cases(signed):
    """Name to credential, DID documents and lists, and what must come out: good, or refused."""
    good, lists, foreign = signed
    whole = {**DOCUMENTS, **lists["clean"]}
    found = {name: (document, whole, "expired" not in name) for name, document in good.items()}
    for suite in (RDFC, JCS):
        document = good[f"certificate {suite}"]
        for state, pair in lists.items():
            found[f"{state} {suite}"] = (document, {**DOCUMENTS, **pair}, state == "clean")
        for name, changed in _tampered(document):
            found[f"tampered {name} {suite}"] = (changed, whole, False)
        found[f"key compromised {suite}"] = (document, {**whole, **COMPROMISED}, False)
        found[f"no list {suite}"] = (document, DOCUMENTS, False)
    found["signed by somebody else"] = (foreign, whole, False)
    return found


@pytest.fixture(scope="module")
def run_node():
    """Run a script on Node.js: JSON in, JSON out. All cases go to one process."""
    program = shutil.which("node")
    if program is None or not (NODE / "node_modules").is_dir():
        reason = f"The second verifier is NOT THERE: install Node.js, then run `npm ci --ignore-scripts` in {NODE}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)

    def run(script, given):
        command = [program, "--no-warnings", str(NODE / script)]
        done = subprocess.run(
            command, input=json.dumps(given), capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


def test_digital_bazaar_comes_to_the_same_answers(cases, run_node):
    batch = {name: {"credential": document, "documents": around} for name, (document, around, _) in cases.items()}

    # A proof set is for verifiers that read lists of proofs, as these do.
    document = cases[f"certificate {RDFC}"][0]
    both = add_proof(document, SIGNER, ProofOptions(JCS, METHOD, CREATED))
    batch["proof set"] = {"credential": both, "documents": cases[f"certificate {RDFC}"][1]}

    answers = run_node("verify.mjs", {"now": NOW.isoformat(), "cases": batch})

    wrong = {
        name: answers[name]
        for name, (_, _, good) in cases.items()
        if (answers[name]["verified"] and not answers[name]["set"]) != good
    }
    assert wrong == {}
    assert answers["proof set"] == {"verified": True, "set": [], "error": ""}
    reasons = {answer["error"] for name, answer in answers.items() if name.startswith("tampered")}
    assert reasons == {"Verification error(s).: Invalid signature."}
    assert answers[f"suspension {RDFC}"] == {"verified": True, "set": ["suspension"], "error": ""}
    assert answers[f"revocation {JCS}"] == {"verified": True, "set": ["revocation"], "error": ""}


def test_openvc_comes_to_the_same_answers(cases, contexts):
    answers = {
        name: _ask_openvc(document, around, {OPEN_BADGES: contexts.load(OPEN_BADGES)})
        for name, (document, around, _) in cases.items()
    }

    assert {name: answer for name, answer in answers.items() if (answer == "good") != cases[name][2]} == {}
    assert {answer for name, answer in answers.items() if name.startswith("tampered")} == {"SignatureInvalid"}
    assert answers[f"suspension {RDFC}"] == "CredentialSuspended"
    assert answers[f"revocation {JCS}"] == "CredentialRevoked"


def _ask_openvc(document, around, extra):
    """Return ``good``, or the name of what openvc raises; it gets nothing but what lies around."""
    addresses = {web_address(did): each for did, each in around.items() if did.startswith("did:web:")}
    registry = DidResolverRegistry([DidKeyResolver(), DidWebResolver(addresses.__getitem__)])
    policy = VerificationPolicy(now=NOW, require_status_issuer_binding=True)

    def fetch_list(address):
        if address not in around:
            raise OpenvcError(address)
        alone = replace(policy, require_status=False, require_status_issuer_binding=False)
        return verify_credential(around[address], resolver=registry, policy=alone, extra_contexts=extra).credential

    try:
        verify_credential(
            document, policy=policy, resolver=registry, resolve_status_list=fetch_list, extra_contexts=extra
        )
    except OpenvcError as refusal:
        return type(refusal).__name__
    return "good"
