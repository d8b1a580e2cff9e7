"""Fixtures of the platform's tests."""

import copy
import dataclasses
import functools
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


@pytest.fixture(autouse=True)
def no_numbers_given(settings):
    """What a test gave out for good is gone with its database."""
    Path(settings.DATA, "numbers.json").unlink(missing_ok=True)


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
def known_results():
    """Evaluations that were made, by all that they are a function of."""
    return {}


def evaluate_once(known, whole, edition, case, *, draws=20):
    """Return what the library makes of a case; what it was given before, it is not given again."""
    from sealmark.core.canonical import digest_folder
    from sealmark.evaluation.case import Case, read_case

    read = case if isinstance(case, Case) else read_case(case)
    if read.problems:
        return whole(edition, read, draws=draws)
    files = {name: read.path(name).read_bytes() for name in read.named_files()}
    asked = (edition.digest, digest_folder(files), read.file.model_dump_json(), read.event, draws)
    if asked not in known:
        known[asked] = whole(edition, read, draws=draws)
    return dataclasses.replace(known[asked], document=copy.deepcopy(known[asked].document))


@pytest.fixture
def quick(monkeypatch, known_results):
    """Fewer draws, and the same case is evaluated once."""
    from sealmark.evaluation import run

    monkeypatch.setattr(run, "evaluate", functools.partial(evaluate_once, known_results, run.evaluate))


@pytest.fixture(scope="session")
def example_case(tmp_path_factory):
    """The folder of an example case that calls itself an evaluation."""
    from sealmark.evaluation.example import make_example, read_profile
    from sealmark_platform.catalogue.queries import loaded

    folder = tmp_path_factory.mktemp("example") / "case"
    profile = read_profile(Path(str(resources.files("sealmark.cli"))) / "examples" / "sealmark-charter.yaml")
    make_example(profile, loaded(SCHEME), folder)
    text = (folder / "case.yaml").read_text(encoding="utf-8")
    (folder / "case.yaml").write_text(text.replace("label: example", "label: evaluation"), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def sealed(known_results, example_case):
    """A whole result, as the library seals it."""
    from sealmark.evaluation import run
    from sealmark_platform.casework.intake import labelled_case
    from sealmark_platform.catalogue.queries import loaded

    case = labelled_case(example_case, "evaluation")
    return evaluate_once(known_results, run.evaluate, loaded(SCHEME), case).document
