"""A row of the register changed by SQL: the witness, which has no part in the platform, reports it."""

import json

from click.testing import CliRunner
from django.urls import reverse
from tests.platform.people import after

from sealmark.cli.main import cli
from sealmark_platform.casework.models import Certificate
from sealmark_platform.records.published import folder
from sealmark_platform.records.publishing import publish_log


def watched(client, tmp_path):
    register = tmp_path / "export.json"
    register.write_bytes(b"".join(client.get(reverse("register-json")).streaming_content))
    words = ["witness", str(folder()), "--state", str(tmp_path / "seen"), "--register", str(register), "--json"]
    done = CliRunner().invoke(cli, words)
    return done.exit_code, json.loads(done.stdout)


def test_a_row_changed_behind_the_platforms_back_is_cried_out(listed, client, settings, tmp_path):
    settings.DATA = tmp_path / "data"
    publish_log(after(21))

    honest = watched(client, tmp_path)
    Certificate.objects.update(grade="five-stars")
    altered = watched(client, tmp_path)

    assert (honest[0], honest[1]["register"]["compared"]) == (0, 1)
    assert (altered[0], altered[1]["consistent"]) == (1, False)
    assert altered[1]["problems"][0]["code"] == "SM782"
    assert listed.number in altered[1]["problems"][0]["what"]
