"""``sealmark certificate endorse``: the owner of a scheme stands behind a certification body."""

from __future__ import annotations

import datetime as dt
import json
import os
import uuid
from pathlib import Path

import click

from sealmark.cli.output import json_option, result

__all__ = ["endorse"]

_PASSPHRASE = "SEALMARK_KEY_PASSPHRASE"  # noqa: S105


@click.command(epilog="Example: sealmark certificate endorse did:web:cert.example.org:bodies:oak --key owner.pem "
               "--name 'Example Standards' --comment 'Licensed for our scheme' --out endorsement.json")  # fmt: skip
@click.argument("issuer")
@click.option("--key", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=True,
              help=f"Encrypted PEM of an Ed25519 key; passphrase in {_PASSPHRASE}.")  # fmt: skip
@click.option("--name", required=True, help="Of whoever endorses.")
@click.option("--country", default="", help="Two letters of ISO 3166-1.")
@click.option("--method", default="", help="Name of the key in the DID document of whoever endorses, such as "
              "did:web:owner.example#key-1; a did:key unless told.")  # fmt: skip
@click.option("--comment", required=True, help="What for.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Last day, UTC; without it no end.")
@click.option("--contexts", type=click.Path(file_okay=False, path_type=Path), default="contexts", show_default=True,
              envvar="SEALMARK_CONTEXTS", help="Folder of JSON-LD contexts (or SEALMARK_CONTEXTS).")  # fmt: skip
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The file to write.")
@json_option
def endorse(
    issuer: str, key: Path, name: str, country: str, method: str, comment: str, until: dt.datetime | None,
    contexts: Path, out: Path,
) -> None:  # fmt: skip
    """Sign that the certification body with the DID ISSUER is endorsed.

    It has a proof that reads it as RDF only where the contexts are there. The body keeps it with
    `sealmark-platform keys endorse`.
    """
    from sealmark.attest.contexts import KNOWN_CONTEXTS, Contexts
    from sealmark.attest.credentials.composing import endorsement_credential
    from sealmark.attest.credentials.statements import EndorsementStatement, Issuance, Issuer
    from sealmark.attest.identifiers import did_of, key_did
    from sealmark.attest.keys import SoftwareSigner
    from sealmark.attest.proofs import JCS, RDFC, ProofOptions, add_proof

    signer = SoftwareSigner.from_pem(key.read_bytes(), os.environ.get(_PASSPHRASE, ""))
    method = method or f"{key_did(signer.key)}#{signer.key.multikey}"
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    end = until and until.replace(hour=23, minute=59, second=59, tzinfo=dt.UTC)
    owner = Issuer(did_of(method), name, country=country)
    issuance = Issuance(f"urn:uuid:{uuid.uuid4()}", owner, now, valid_until=end)
    made: dict[str, object] = {
        **endorsement_credential(EndorsementStatement(issuance, f"Endorsement by {name}", issuer, comment))
    }
    known = Contexts.from_folder(contexts)
    if all(one.url in known.urls for one in KNOWN_CONTEXTS):
        made = add_proof(made, signer, ProofOptions(RDFC, method, now), contexts=known)
    made = add_proof(made, signer, ProofOptions(JCS, method, now))
    out.write_text(json.dumps(made, ensure_ascii=False, indent=1), encoding="utf-8")
    result({"file": str(out), "endorser": owner.id, "endorsed": issuer}, [f"Written: {out}, signed by {owner.id}"])
