"""Fixtures of the platform's tests."""

import tempfile
from importlib import resources
from pathlib import Path

import pytest
from tests.platform.people import SCHEME, World


@pytest.fixture
def world(db):
    """A certification body at work."""
    return World()


@pytest.fixture
def elsewhere(db):
    """Another body with its own people and files."""
    return World("elm")


@pytest.fixture(scope="session")
def sealed():
    """A whole result, as the library seals it."""
    from sealmark.evaluation.example import make_example, read_profile
    from sealmark.evaluation.run import evaluate
    from sealmark_platform.casework.intake import labelled_case
    from sealmark_platform.catalogue.queries import loaded

    pack = loaded(SCHEME)
    profile = read_profile(Path(str(resources.files("sealmark.cli"))) / "examples" / "sealmark-charter.yaml")
    with tempfile.TemporaryDirectory() as place:
        make_example(profile, pack, Path(place) / "case")
        return evaluate(pack, labelled_case(Path(place) / "case", "evaluation"), draws=20).document
