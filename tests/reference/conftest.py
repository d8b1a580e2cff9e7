"""Where the numbers of other programs lie: SEALMARK_REFERENCE_DATA, by default beside the repository."""

import json
import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]


def _folder(variable, default):
    folder = Path(os.environ.get(variable, REPOSITORY.parent / "shared" / default))
    if not folder.is_dir():
        reason = f"{variable} is not set and {folder} does not exist"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return folder


@pytest.fixture(scope="session")
def reference_data():
    return _folder("SEALMARK_REFERENCE_DATA", "refdata")


@pytest.fixture(scope="session")
def real_data():
    return _folder("SEALMARK_REAL_DATA", "data")


@pytest.fixture(scope="session")
def survey(reference_data):
    """Numbers of R 4.2.2 with survey 4.1.1 on the api samples; 15 significant digits."""
    return json.loads((reference_data / "api_expected_R_survey.json").read_text(encoding="utf-8"))
