"""Fixtures of the platform's tests."""

import pytest
from tests.platform.people import World


@pytest.fixture
def world(db):
    """A certification body at work."""
    return World()


@pytest.fixture
def elsewhere(db):
    """Another body with its own people and files."""
    return World("elm")
