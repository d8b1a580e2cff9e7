"""Where the real data lie: SEALMARK_REAL_DATA, by default beside the repository."""

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def real_data():
    folder = Path(os.environ.get("SEALMARK_REAL_DATA", REPOSITORY.parent / "shared" / "data"))
    if not folder.is_dir():
        reason = f"SEALMARK_REAL_DATA is not set and {folder} does not exist"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return folder
