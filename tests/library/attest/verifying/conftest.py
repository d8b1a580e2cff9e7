"""One signed certificate for all tests of a module; houses are cheap."""

import pytest
from tests.library.attest.verifying.house import JCS, RDFC, House, composed, signed


@pytest.fixture(scope="session")
def credential(contexts):
    """Signed as the platform signs: both suites."""
    return signed(composed(), (RDFC, JCS), contexts=contexts)


@pytest.fixture
def house(credential):
    return House(credential)
