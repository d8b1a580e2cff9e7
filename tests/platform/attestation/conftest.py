"""A body that signs, in a data folder of its own."""

import pytest
from tests.platform.people import after

from sealmark_platform.attestation.keys import make_key
from sealmark_platform.attestation.publishing import publish_due
from sealmark_platform.records.publishing import publish_log

PASSPHRASE = "a passphrase for tests"


@pytest.fixture
def data(settings, tmp_path):
    """An empty data folder, and a passphrase."""
    settings.DATA, settings.CONTEXTS, settings.KEY_PASSPHRASE = tmp_path, tmp_path / "contexts", PASSPHRASE
    return tmp_path


@pytest.fixture
def moved(data):
    """What a tick does to certificates, on a day."""

    def move(day):
        done = publish_due(after(day))
        publish_log(after(day))
        return done

    return move


@pytest.fixture
def certificate(world, moved):
    """A certificate, signed and published on day 16."""
    granted = world.certified()
    make_key(world.body, at=after(15))
    moved(16)
    return granted
