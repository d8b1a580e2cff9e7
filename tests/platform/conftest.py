"""Fixtures of the platform's tests."""

import tempfile
from importlib import resources
from pathlib import Path

import pytest
from tests.platform.people import SCHEME, World


@pytest.fixture(autouse=True)
def kept_connection(monkeypatch):
    """A worker that runs in a test works in the test's own connection, inside its transaction: it must not close it."""
    from django_tasks_db.management.commands import db_worker

    monkeypatch.setattr(db_worker, "close_old_connections", lambda: None)


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
