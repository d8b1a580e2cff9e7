"""Attest: statements that anybody can check, with software that is not ours.

A credential is a JSON document with a proof, a proof is an Ed25519 signature
over the document's canonical form. The package has no clock, no network and no
randomness of its own: dates, keys and random bytes come from the caller.

Example:
    >>> from sealmark.attest import SoftwareSigner
    >>> signer = SoftwareSigner.generate(bytes(range(7, 39)))
    >>> signer.key.verify(b"text", signer.sign(b"text"))
    True
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sealmark.attest.contexts import Contexts, KnownContext
    from sealmark.attest.credentials.composing import (
        award_credential,
        certificate_credential,
        endorsement_credential,
        person_credential,
    )
    from sealmark.attest.credentials.statements import (
        AwardStatement,
        CertificateStatement,
        Edition,
        EndorsementStatement,
        Evidence,
        Grade,
        Holder,
        Issuance,
        Issuer,
        Outcome,
        Person,
        PersonStatement,
        Score,
        Site,
        Wording,
    )
    from sealmark.attest.datamodel import check_credential, check_presentation
    from sealmark.attest.documents import Limits, canonical_form, read_json
    from sealmark.attest.envelopes import OpenedEnvelope, open_jwt, seal_jwt
    from sealmark.attest.identifiers import KeyTerm, did_document, key_did, key_document, key_for
    from sealmark.attest.keys import Signer, SoftwareSigner, VerificationKey
    from sealmark.attest.log.checkpoints import Checkpoint, cosign, cosignatures, open_checkpoint, sign_checkpoint
    from sealmark.attest.log.notes import NoteKey
    from sealmark.attest.log.proofs import verify_consistency, verify_inclusion
    from sealmark.attest.log.tiles import Tile, TileReader
    from sealmark.attest.log.tree import leaf_hash
    from sealmark.attest.log.witness import follow
    from sealmark.attest.proofs import CheckedProof, ProofOptions, add_proof, check_proof, proofs_of
    from sealmark.attest.statuslists import (
        StatusList,
        StatusPlace,
        bits_of,
        places_of,
        status_list_credential,
        status_of,
    )
    from sealmark.attest.verifying.checking import verify
    from sealmark.attest.verifying.material import Material, Means
    from sealmark.attest.verifying.reading import read_material
    from sealmark.attest.verifying.verdict import Check, Verdict
    from sealmark.attest.web import web_address, web_did

__all__ = [
    "AwardStatement",
    "CertificateStatement",
    "Check",
    "CheckedProof",
    "Checkpoint",
    "Contexts",
    "Edition",
    "EndorsementStatement",
    "Evidence",
    "Grade",
    "Holder",
    "Issuance",
    "Issuer",
    "KeyTerm",
    "KnownContext",
    "Limits",
    "Material",
    "Means",
    "NoteKey",
    "OpenedEnvelope",
    "Outcome",
    "Person",
    "PersonStatement",
    "ProofOptions",
    "Score",
    "Signer",
    "Site",
    "SoftwareSigner",
    "StatusList",
    "StatusPlace",
    "Tile",
    "TileReader",
    "Verdict",
    "VerificationKey",
    "Wording",
    "add_proof",
    "award_credential",
    "bits_of",
    "canonical_form",
    "certificate_credential",
    "check_credential",
    "check_presentation",
    "check_proof",
    "cosign",
    "cosignatures",
    "did_document",
    "endorsement_credential",
    "follow",
    "key_did",
    "key_document",
    "key_for",
    "leaf_hash",
    "open_checkpoint",
    "open_jwt",
    "person_credential",
    "places_of",
    "proofs_of",
    "read_json",
    "read_material",
    "seal_jwt",
    "sign_checkpoint",
    "status_list_credential",
    "status_of",
    "verify",
    "verify_consistency",
    "verify_inclusion",
    "web_address",
    "web_did",
]  # fmt: skip

# One row per module that this package offers names of; modules load when a name is used.
_NAMES = {
    "log.checkpoints": "Checkpoint cosign cosignatures open_checkpoint sign_checkpoint",
    "log.notes": "NoteKey",
    "log.proofs": "verify_consistency verify_inclusion",
    "log.tiles": "Tile TileReader",
    "log.tree": "leaf_hash",
    "log.witness": "follow",
    "contexts": "Contexts KnownContext",
    "datamodel": "check_credential check_presentation",
    "documents": "Limits canonical_form read_json",
    "envelopes": "OpenedEnvelope open_jwt seal_jwt",
    "keys": "Signer SoftwareSigner VerificationKey",
    "proofs": "CheckedProof ProofOptions add_proof check_proof proofs_of",
    "credentials.composing": "award_credential certificate_credential endorsement_credential person_credential",
    "credentials.statements": "AwardStatement CertificateStatement Edition EndorsementStatement Evidence Grade Holder "
    "Issuance Issuer Outcome Person PersonStatement Score Site Wording",
    "identifiers": "KeyTerm did_document key_did key_document key_for",
    "statuslists": "StatusList StatusPlace bits_of places_of status_list_credential status_of",
    "verifying.checking": "verify",
    "verifying.material": "Material Means",
    "verifying.reading": "read_material",
    "verifying.verdict": "Check Verdict",
    "web": "web_address web_did",
}
_HOMES = {name: module for module, names in _NAMES.items() for name in names.split()}


def __getattr__(name: str) -> object:
    """Load a public name's module when the name is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
