"""A body, its key, a certificate with everything in it, and status lists."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

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
)
from sealmark.attest.identifiers import KeyTerm, did_document
from sealmark.attest.keys import SoftwareSigner
from sealmark.attest.statuslists import MINIMUM_ENTRIES, StatusList, StatusPlace, bits_of, status_list_credential

BODY = "did:web:certs.example.org"
OWNER = "did:web:scheme.example.org"
METHOD = f"{BODY}#key-1"
SIGNER = SoftwareSigner.generate(bytes(range(40, 72)))
OWNER_SIGNER = SoftwareSigner.generate(bytes(range(80, 112)))
DOCUMENTS = {
    BODY: did_document(BODY, [KeyTerm("key-1", SIGNER.key)]),
    OWNER: did_document(OWNER, [KeyTerm("key-1", OWNER_SIGNER.key)]),
}
NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
LISTS = {"revocation": "https://certs.example.org/status/1", "suspension": "https://certs.example.org/status/2"}
PLACES = {"revocation": 94_567, "suspension": 23_452}

BODY_PROFILE = Issuer(BODY, "Example Certification", url="https://certs.example.org/", country="DE")
EDITION = Edition(
    address="https://scheme.example.org/charter/2026",
    code="charter/2026",
    name="Example Charter 2026",
    scheme="Example Charter",
    description="Promises to customers, kept and measured.",
    digest="sha256:" + "5a" * 32,
)
STARS = Grade("stars", "Stars", ("One star", "Two stars", "Three stars"), 2, Decimal("0.83"))
OUTCOME = Outcome(
    EDITION,
    grades=(STARS,),
    scores=(Score("total", "Score", Decimal("83.50"), Decimal(0), Decimal(100)),),
    evidence=(
        Evidence("evaluation.json", "sha256:" + "e1" * 32, "evaluation", "application/json"),
        Evidence("report.pdf", "sha256:" + "e2" * 32, "report", address="https://certs.example.org/reports/1.pdf"),
    ),
    evidence_from=dt.date(2026, 1, 1),
    evidence_until=dt.date(2026, 6, 30),
)


def issuance(name="1", **changes):
    whole = Issuance(
        id=f"https://certs.example.org/credentials/{name}",
        issuer=BODY_PROFILE,
        valid_from=dt.datetime(2026, 8, 1, tzinfo=dt.UTC),
        valid_until=dt.datetime(2029, 8, 1, tzinfo=dt.UTC),
        awarded=dt.datetime(2026, 7, 28, 9, 30, tzinfo=dt.UTC),
        register_address=f"https://certs.example.org/register/{name}",
        status=tuple(StatusPlace(LISTS[purpose], purpose, PLACES[purpose]) for purpose in LISTS),
    )
    return replace(whole, **changes)


def certificate(**changes):
    whole = CertificateStatement(
        issuance=issuance(),
        number="EX-2026-0001",
        holder=Holder("https://certs.example.org/holders/7", "Müller & Söhne GmbH", "DE", "HRB 12345"),
        outcome=OUTCOME,
        scope="Repair of household appliances",
        sites=(Site("HH-1", "Hafen", "Hamburg"), Site("B-2", "Mitte")),
        annex_address="https://certs.example.org/credentials/1/sites.json",
        conditions=("A surveillance visit before August 2027",),
    )
    return replace(whole, **changes)


def person(**changes):
    whole = PersonStatement(
        issuance=issuance("p1"),
        number="P-17",
        person=Person("adele@example.org", "emailAddress", salt="k3J9x0pQ2mB7vT5w"),
        outcome=replace(OUTCOME, evidence=(), grades=()),
        scope="Service manager",
        conditions=("Renewed every three years",),
    )
    return replace(whole, **changes)


def award(**changes):
    holder = Holder("https://certs.example.org/holders/9", "客户服务有限公司", "CN")
    outcome = Outcome(EDITION)
    return replace(AwardStatement(issuance("a1"), holder, outcome, "Best service of the year"), **changes)


def endorsement(**changes):
    owner = Issuer(OWNER, "Example Scheme Owner")
    made = issuance("e1", id="https://scheme.example.org/endorsements/1", issuer=owner, status=(), register_address="")
    return replace(EndorsementStatement(made, "Licence", BODY, "May certify to the Example Charter."), **changes)


def status_list(purpose, *set_places, **changes):
    whole = StatusList(
        address=LISTS.get(purpose, ""),
        issuer=BODY,
        purpose=purpose,
        bits=bits_of(set_places, entries=MINIMUM_ENTRIES),
        valid_from=dt.datetime(2026, 11, 22, tzinfo=dt.UTC),
        valid_until=dt.datetime(2026, 11, 23, tzinfo=dt.UTC),
    )
    return status_list_credential(replace(whole, **changes))
