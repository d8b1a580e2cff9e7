"""A body with its administrator at the desk."""

import shutil
from importlib import resources
from pathlib import Path

import pytest
from django.utils import timezone
from tests.platform.administration import editions
from tests.platform.people import SCHEME
from tests.platform.scenes import people

from sealmark_platform.catalogue.queries import loaded


@pytest.fixture(scope="session")
def layers(layers):
    return {**layers, "oak": (people,), "elm": (people, "elm")}


@pytest.fixture
def oak(staged, db):
    """A body with everybody; Adam administers it."""
    return staged["oak"]


@pytest.fixture
def elm(staged, db):
    """Another body."""
    return staged["elm"]


@pytest.fixture
def desk(client, oak):
    """A browser in which Adam is signed in."""
    client.force_login(oak.adam)
    return client


@pytest.fixture
def now():
    """The moment at which pages work."""
    return timezone.now()


@pytest.fixture(scope="session")
def two_editions(tmp_path_factory):
    """The Charter with a later edition, for all tests that ask for it."""
    folder = tmp_path_factory.mktemp("packs")
    editions.install(folder)
    yield editions.NEW
    editions.uninstall(folder)
    loaded.cache_clear()


@pytest.fixture(scope="session")
def case_archive(tmp_path_factory):
    """A case folder of the Charter's example as an archive."""
    from sealmark.evaluation.example import make_example, read_profile

    place = tmp_path_factory.mktemp("case")
    profile = read_profile(Path(str(resources.files("sealmark.cli"))) / "examples" / "sealmark-charter.yaml")
    make_example(profile, loaded(SCHEME), place / "case")
    return Path(shutil.make_archive(str(place / "case"), "zip", place, "case")).read_bytes()
