"""The owner of a scheme stands behind a body: signed by a command, kept by a command, shown by verify."""

import json

import pytest
from click.testing import CliRunner
from django.urls import reverse

from sealmark.attest.identifiers import KeyTerm, did_document
from sealmark.attest.keys import SoftwareSigner
from sealmark.cli.main import cli as library
from sealmark_platform.commands import cli as platform
from sealmark_platform.records.models import Entry

OWNER, PASSPHRASE = "did:web:owner.example", "the owner of a scheme"
BODY = "did:web:localhost%3A8000:bodies:oak"


@pytest.fixture
def owner(tmp_path):
    """The key of the owner of a scheme, and their DID document."""
    signer = SoftwareSigner.from_seed(bytes(range(7, 39)))
    (tmp_path / "owner.pem").write_bytes(signer.to_pem(PASSPHRASE))
    (tmp_path / "owner.json").write_text(json.dumps(did_document(OWNER, [KeyTerm("key-1", signer.key)])))
    return tmp_path


def endorse(owner, issuer=BODY, *words):
    given = ["certificate", "endorse", issuer, "--key", owner / "owner.pem", "--name", "Example Standards",
             "--comment", "Licensed for the Oak scheme.", "--out", owner / "endorsement.json", "--json", *words]  # fmt: skip
    environment = {"SEALMARK_KEY_PASSPHRASE": PASSPHRASE}
    done = CliRunner().invoke(library, [str(word) for word in given], env=environment)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def keep(owner, *words):
    given = ["keys", "endorse", "oak", owner / "endorsement.json", *words, "--json"]
    done = CliRunner().invoke(platform, [str(word) for word in given])
    return json.loads(done.stdout) if done.exit_code == 0 else done.exception.codes


def test_certificates_carry_an_endorsement_and_verify_shows_it(world, certificate, owner, client):
    endorse(owner, BODY, "--method", f"{OWNER}#key-1", "--until", "2099-12-31")
    kept = keep(owner, "--owner", owner / "owner.json")
    again = keep(owner, "--owner", owner / "owner.json")
    bundle, keys = (
        client.get(address) for address in (reverse("bundle", args=[certificate.number]), "/bodies/oak/did.json")
    )
    (service,) = keys.json()["service"]
    (owner / "certificate.json").write_bytes(bundle.content)
    (owner / "oak.json").write_bytes(keys.content)
    given = ["verify", owner / "certificate.json", "--offline", "--trust", f"{OWNER}={owner / 'owner.json'}", "--trust",
             f"{BODY}={owner / 'oak.json'}", "--json"]  # fmt: skip
    told = json.loads(CliRunner().invoke(library, [str(word) for word in given]).stdout)
    (check,) = [one for one in told["checks"] if one["name"] == "endorsement"]

    assert kept == again == {"body": "oak", "endorser": OWNER}
    assert Entry.objects.filter(kind="endorsement.keep").count() == 2
    assert (
        client.get(service["serviceEndpoint"].removeprefix("https://localhost:8000")).json()
        == bundle.json()["endorsements"]
    )
    assert (check["outcome"], OWNER in check["sentence"]) == ("passed", True)


def test_what_is_no_endorsement_of_the_body_is_not_kept(world, certificate, owner, client):
    endorse(owner, "did:web:elsewhere.example")
    of_another = keep(owner)
    endorse(owner, BODY, "--method", f"{OWNER}#key-1")
    whose = keep(owner)
    signed = json.loads((owner / "endorsement.json").read_text())
    signed["credentialSubject"]["endorsementComment"] = "Licensed for everything."
    (owner / "endorsement.json").write_text(json.dumps(signed))
    altered = keep(owner, "--owner", owner / "owner.json")
    (owner / "endorsement.json").write_text("[]")

    assert (of_another, whose, altered, keep(owner)) == (("SM785",), ("SM785",), ("SM757",), ("SM753",))
    assert client.get("/bodies/oak/endorsements.json").status_code == 404
    endorse(owner)
    assert keep(owner)["endorser"].startswith("did:key:z6Mk")
