"""Issuing and checking a certificate against one Ed25519 operation of ``cryptography`` (``make bench``).

CPU time in one process, contexts read and keys loaded: what a platform does that issues many.
"""

import time

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.benchmarks.speed.harness import Row, print_table
from tests.library.attest.conftest import contexts, signed_at, signer, vectors  # noqa: F401  # fixtures
from tests.library.attest.samples import METHOD, certificate

from sealmark.attest import ProofOptions, add_proof, check_proof, open_jwt, seal_jwt
from sealmark.attest.documents import canonical_form, read_json
from sealmark.attest.proofs import JCS, RDFC

TIMES = 7
ISSUE = {JCS: 6.0, RDFC: 60.0}
CHECK = {JCS: 4.0, RDFC: None}


def seconds(call, number):
    """CPU time of one call, the best of a few rounds."""
    call()
    rounds = []
    for _ in range(TIMES):
        started = time.process_time()
        for _ in range(number):
            call()
        rounds.append((time.process_time() - started) / number)
    return min(rounds)


@pytest.fixture(scope="module")
def operations():
    """One signature of 64 bytes, and checking it."""
    secret = Ed25519PrivateKey.generate()
    message = bytes(64)
    signature, public = secret.sign(message), secret.public_key()
    return seconds(lambda: secret.sign(message), 300), seconds(lambda: public.verify(signature, message), 300)


def test_issuing_and_checking_cost_a_few_signatures(contexts, signer, signed_at, operations):  # noqa: F811
    signing, verifying = operations
    document = certificate()
    rows = []
    for suite in (JCS, RDFC):
        options = ProofOptions(suite, METHOD, signed_at)
        signed = add_proof(document, signer, options, contexts=contexts)
        issue = seconds(lambda: add_proof(document, signer, options, contexts=contexts), 30)  # noqa: B023
        check = seconds(lambda: check_proof(signed, signed["proof"], signer.key, contexts=contexts), 30)  # noqa: B023
        rows += [
            Row(f"issue {suite}", issue, signing, ISSUE[suite]),
            Row(f"check {suite}", check, verifying, CHECK[suite]),
        ]
    sealed, written = seal_jwt(document, signer, METHOD), canonical_form(signed)
    rows += [
        Row("seal VC-JWT", seconds(lambda: seal_jwt(document, signer, METHOD), 100), signing),
        Row("open VC-JWT", seconds(lambda: open_jwt(sealed, lambda _: signer.key), 100), verifying),
        Row("read the JSON", seconds(lambda: read_json(written), 100), verifying),
    ]

    print_table(rows, "One certificate; limit: one Ed25519 operation of cryptography")
    assert [row.name for row in rows if not row.passes] == []
