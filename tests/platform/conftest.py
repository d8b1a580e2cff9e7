"""Fixtures of the platform's tests."""

import tempfile
from importlib import resources
from pathlib import Path

import pytest
from tests.platform.people import SCHEME, World
from tests.platform.stages import Stage

STAGE = Stage()


@pytest.fixture(autouse=True)
def kept_connection(monkeypatch):
    """A worker that runs in a test works in the test's own connection, inside its transaction: it must not close it."""
    from django_tasks_db.management.commands import db_worker

    monkeypatch.setattr(db_worker, "close_old_connections", lambda: None)


def pytest_collection_modifyitems(items):
    """Let tests that play in the same scene follow each other, so that it is set once."""
    places = {}
    for place, item in enumerate(items):
        if "scene" in item.fixturenames:
            places.setdefault(item.path, []).append(place)
    for found in places.values():
        in_order = sorted((items[place] for place in found), key=_scene)
        for place, item in zip(found, in_order, strict=True):
            items[place] = item


def _scene(item):
    act = item.callspec.params["act"]
    return getattr(act, "id", act)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """Take the stage down before a test that is marked: it has its database before it has fixtures."""
    if item.get_closest_marker("django_db"):
        STAGE.clear()


@pytest.fixture(scope="session")
def stage(django_db_setup, django_db_blocker):
    """What stands in the database before a test begins."""
    with STAGE.on(django_db_blocker):
        yield STAGE


def world_at_work(_request, _made, code="oak"):
    return World(code)


@pytest.fixture(scope="session")
def layers():
    """What fixtures are made of: by their names functions and arguments, as :class:`Stage` wants them, in order."""
    return {"world": (world_at_work,), "elsewhere": (world_at_work, "elm")}


@pytest.fixture(autouse=True)
def staged(request, layers):
    """What the layers made that a test asks for, by name: before its own transaction begins."""
    wanted = {name: layer for name, layer in layers.items() if name in request.fixturenames}
    if request.node.get_closest_marker("django_db"):
        made = {}
        for name, (make, *rest) in wanted.items():
            made[name] = make(request, made, *rest)
        return made
    if wanted:
        return request.getfixturevalue("stage").lend(request, wanted)
    STAGE.clear()
    return {}


@pytest.fixture
def world(staged, db):
    """A certification body at work."""
    return staged["world"]


@pytest.fixture
def elsewhere(staged, db):
    """Another body with its own people and files."""
    return staged["elsewhere"]


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
