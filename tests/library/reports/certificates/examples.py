"""Bundles of signed certificates, and a body's design with everything in it."""

import datetime as dt
import json
from dataclasses import replace

from tests.library.attest.credentials.examples import BODY_PROFILE, METHOD, SIGNER, certificate, issuance, status_list

from sealmark.attest.credentials.annex import sites_annex
from sealmark.attest.credentials.composing import certificate_credential
from sealmark.attest.credentials.statements import Holder
from sealmark.attest.proofs import JCS, ProofOptions, add_proof

SIGNED = dt.datetime(2026, 8, 1, 10, tzinfo=dt.UTC)
HOLDER = Holder(
    "https://certs.example.org/holders/7", "Müller & Söhne GmbH", "DE", "HRB 12345",
    address="Große Elbstraße 12", city="22767 Hamburg",
)  # fmt: skip
LOGO = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 40"><rect width="120" height="40" fill="#7a1f3d"/>'
    b'<circle cx="20" cy="20" r="12" fill="#fff"/></svg>'
)
DESIGN = """
paper: us-letter
colours: {accent: "#7a1f3d", band: "#f7eef1"}
marks: [frame, steps]
logo: logo.svg
title: {en: Certificate of service}
accreditation: {en: Accredited under No. 0123, zh-Hant: 認可編號 0123}
signatory: {name: Dr. Ada Lovelace, role: {en: Head of certification, ru: Руководитель органа}}
complaints: mailto:complaints@certs.example.org
footer: {en: Registered in Berlin, ru: Зарегистрировано в Берлине}
"""


def statement(**changes):
    issuer = replace(BODY_PROFILE, address="Prüfstraße 1, 10115 Berlin")
    whole = {"holder": HOLDER, "first_issued": dt.date(2020, 8, 1), "issuance": issuance(issuer=issuer)}
    return certificate(**(whole | changes))


def sign(credential):
    return add_proof(credential, SIGNER, ProofOptions(JCS, METHOD, SIGNED))


def bundle_of(credential):
    lists = [status_list("revocation"), status_list("suspension")]
    return {"format": "sealmark-bundle/1", "credential": sign(credential), "issuer": {}, "status": lists, "log": {}}


def bundle(**changes):
    return bundle_of(certificate_credential(statement(**changes)))


def annex(**changes):
    return sites_annex(statement(**changes).sites)


def as_json(document):
    return json.dumps(document, ensure_ascii=False).encode()
