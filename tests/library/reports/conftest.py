import pytest
from tests.library.reports.samples import sample_document, sample_edition


@pytest.fixture(scope="session")
def edition():
    return sample_edition()


@pytest.fixture(scope="session")
def document(edition):
    return sample_document(edition)


@pytest.fixture(scope="session")
def fonts(tmp_path_factory):
    return tmp_path_factory.mktemp("fonts")
