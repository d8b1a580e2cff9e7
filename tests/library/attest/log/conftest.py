"""Where the published cases of Merkle proofs lie: SEALMARK_VECTORS, by default beside the repository."""

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[4]


@pytest.fixture(scope="session")
def merkle():
    folder = Path(os.environ.get("SEALMARK_VECTORS", REPOSITORY.parent / "shared" / "vectors")) / "merkle-rfc6962"
    if not folder.is_dir():
        pytest.skip(f"SEALMARK_VECTORS is not set and {folder} does not exist")
    return folder
