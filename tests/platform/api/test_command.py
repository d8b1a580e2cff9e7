"""The command that makes a token."""

import json

import pytest
from click.testing import CliRunner
from django.utils import timezone

from sealmark.core.errors import SealmarkError
from sealmark_platform.api.tokens import known_token
from sealmark_platform.commands import cli


def run(*arguments):
    return CliRunner().invoke(cli, ["tokens", "make", "--name", "Nightly", *arguments])


def test_a_token_is_made_by_command(world):
    done = run("--email", world.cora.email.upper(), "--scope", "act", "--json")

    told = json.loads(done.stdout)
    token = known_token(told["secret"], timezone.now())
    assert (done.exit_code, token.person, token.scopes) == (0, world.cora, ["act"])


@pytest.mark.parametrize("email", ["nobody@example.org", "dov-oak@example.org"])
def test_there_is_no_token_for_nobody(world, email):
    world.dov.is_active = False
    world.dov.save()

    done = run("--email", email)

    assert isinstance(done.exception, SealmarkError)
    assert done.exception.codes == ("SM895",)
