"""A statement becomes a credential in which everything is signed; one that says too little becomes none."""

import datetime as dt
import hashlib
import json
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.library.attest.credentials.examples import (
    BODY,
    BODY_PROFILE,
    EDITION,
    LISTS,
    OUTCOME,
    STARS,
    award,
    certificate,
    endorsement,
    issuance,
    person,
    status_list,
)

from sealmark.attest.contexts import OPEN_BADGES, VC_V2
from sealmark.attest.credentials.annex import sites_annex
from sealmark.attest.credentials.composing import (
    award_credential,
    certificate_credential,
    endorsement_credential,
    person_credential,
)
from sealmark.attest.credentials.statements import (
    Evidence,
    Grade,
    Holder,
    Issuer,
    Outcome,
    Person,
    Score,
    Site,
    Wording,
)
from sealmark.attest.datamodel import check_credential
from sealmark.attest.multibase import to_base64url
from sealmark.attest.rdf import canonical_rdf
from sealmark.attest.statuslists import StatusPlace, places_of
from sealmark.core.canonical import canonical_bytes
from sealmark.core.errors import SealmarkError

PAGE = EDITION.address
NAIVE = dt.datetime(2026, 1, 1)  # noqa: DTZ001  # a time that names no point of time
ENDORSED = {"id": "https://scheme.example.org/endorsements/1", "proof": {"proofValue": "z1"}}

# What Open Badges 3.0 requires of each class, read from its data model.
REQUIRED = {
    "OpenBadgeCredential": {"@context", "id", "type", "name", "issuer", "validFrom", "credentialSubject"},
    "EndorsementCredential": {"@context", "id", "type", "name", "issuer", "validFrom", "credentialSubject"},
    "AchievementSubject": {"type", "achievement"},
    "EndorsementSubject": {"id", "type"},
    "Achievement": {"id", "type", "name", "description", "criteria", "achievementType"},
    "Profile": {"id", "type", "name"},
    "Address": {"type", "addressCountryCode"},
    "Alignment": {"type", "targetName", "targetUrl"},
    "ResultDescription": {"id", "type", "name", "resultType"},
    "RubricCriterionLevel": {"id", "type", "name"},
    "Result": {"type", "resultDescription", "value"},
    "Evidence": {"id", "type", "name"},
    "IdentityObject": {"type", "hashed", "identityHash", "identityType"},
    "IdentifierEntry": {"type", "identifier", "identifierType"},
    "BitstringStatusListEntry": {"type", "statusPurpose", "statusListIndex", "statusListCredential"},
    "BitstringStatusListCredential": {"@context", "id", "type", "issuer", "validFrom", "credentialSubject"},
    "BitstringStatusList": {"id", "type", "statusPurpose", "encodedList"},
}


def parts_of(value):
    """Every object in a document."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from parts_of(inner)


def check_badge(document):
    """Hold a document against the data model of Open Badges 3.0, as far as we use it."""
    results, described = set(), {}
    for part in parts_of(document):
        kinds = [part["type"]] if isinstance(part.get("type"), str) else part.get("type", [])
        for kind in kinds:
            if kind != "VerifiableCredential":
                assert REQUIRED[kind] - part.keys() == set(), kind
        if "Result" in kinds:
            results.add((part["resultDescription"], part.get("achievedLevel")))
        if "ResultDescription" in kinds:
            described[part["id"]] = {level["id"] for level in part.get("rubricCriterionLevel", [])} | {None}
        if "AchievementSubject" in kinds:
            assert "id" in part or part["identifier"]
        assert [] not in part.values()
        assert "" not in part.values()
    assert all(level in described[name] for name, level in results)


STATEMENTS = {
    "certificate": lambda: certificate_credential(certificate(endorsements=(ENDORSED,))),
    "certificate with addresses": lambda: certificate_credential(
        certificate(
            holder=Holder("urn:uuid:8f4b5a52-6f6e-4dd3-a3cf-1d6f4a0a8e11", "H", "DE", address="Weg 1", city="Bonn"),
            issuance=issuance(issuer=replace(BODY_PROFILE, address="Platz 2")),
            first_issued=dt.date(2020, 8, 1),
        )
    ),
    "plain certificate": lambda: certificate_credential(
        certificate(
            issuance=issuance(valid_until=None, awarded=None, register_address="", status=(), issuer=Issuer(BODY, "B")),
            holder=Holder("urn:uuid:8f4b5a52-6f6e-4dd3-a3cf-1d6f4a0a8e11", "H"),
            outcome=Outcome(EDITION),
            sites=(),
            annex_address="",
            conditions=(),
        )
    ),
    "person": lambda: person_credential(person()),
    "person in clear": lambda: person_credential(
        person(person=Person("Adele", id="did:web:adele.example.org"), conditions=())
    ),
    "award": lambda: award_credential(award()),
    "award of a person": lambda: award_credential(award(recipient=Person("Adele"))),
    "endorsement": lambda: endorsement_credential(endorsement()),
    "revocation": lambda: status_list("revocation", 5),
}


@pytest.mark.parametrize("name", STATEMENTS)
def test_everything_in_a_credential_is_signed_and_has_the_shape_of_both_standards(name, contexts):
    document = STATEMENTS[name]()

    check_credential(document, contexts=contexts)
    check_badge(document)
    graph = canonical_rdf(document, contexts).decode()
    texts = [item for part in parts_of(document) for item in part.values() if isinstance(item, str)]
    assert [text for text in texts if json.dumps(text, ensure_ascii=False)[1:-1] not in graph] == []


def test_a_certificate_says_what_a_buyer_asks():
    document = certificate_credential(certificate())
    subject = document["credentialSubject"]

    assert document["@context"] == [VC_V2, OPEN_BADGES]
    assert document["type"] == ["VerifiableCredential", "OpenBadgeCredential"]
    assert document["name"] == "Example Charter 2026: Two stars"
    assert document["description"] == "Repair of household appliances"
    assert document["url"] == "https://certs.example.org/register/1"
    assert document["issuer"] == {
        "id": BODY,
        "type": ["Profile"],
        "name": "Example Certification",
        "url": "https://certs.example.org/",
        "address": {"type": ["Address"], "addressCountryCode": "DE"},
    }
    assert (document["validFrom"], document["validUntil"]) == ("2026-08-01T00:00:00Z", "2029-08-01T00:00:00Z")
    assert document["awardedDate"] == "2026-07-28T09:30:00Z"
    assert places_of(document) == certificate().issuance.status
    assert (subject["name"], subject["licenseNumber"]) == ("Müller & Söhne GmbH", "EX-2026-0001")
    assert subject["otherIdentifier"][0]["identifier"] == "HRB 12345"
    assert (subject["activityStartDate"], subject["activityEndDate"]) == (
        "2026-01-01T00:00:00Z",
        "2026-06-30T00:00:00Z",
    )
    assert subject["narrative"] == (
        "**Scope**\n\nRepair of household appliances\n\n**Sites**\n\n- HH-1 · Hafen · Hamburg\n- B-2 · Mitte\n\n"
        "**Conditions**\n\n- A surveillance visit before August 2027"
    )


def test_addresses_and_the_day_of_first_issue_are_signed_where_they_are_given():
    document = STATEMENTS["certificate with addresses"]()
    subject = document["credentialSubject"]

    assert subject["address"] == {
        "type": ["Address"],
        "streetAddress": "Weg 1",
        "addressLocality": "Bonn",
        "addressCountryCode": "DE",
    }
    assert document["issuer"]["address"]["streetAddress"] == "Platz 2"
    assert subject["result"][-1] == {
        "type": ["Result"],
        "resultDescription": f"{PAGE}#first-issued",
        "value": "2020-08-01",
    }


def test_results_point_to_what_they_can_be():
    subject = certificate_credential(certificate())["credentialSubject"]

    assert subject["result"] == [
        {"type": ["Result"], "resultDescription": f"{PAGE}#score-total", "value": "83.5"},
        {
            "type": ["Result"],
            "resultDescription": f"{PAGE}#grade-stars",
            "value": "Two stars",
            "achievedLevel": f"{PAGE}#grade-stars-2",
        },
        {"type": ["Result"], "resultDescription": f"{PAGE}#grade-stars-probability", "value": "0.83"},
    ]
    described = {each["id"]: each for each in subject["achievement"]["resultDescription"]}
    assert described[f"{PAGE}#score-total"] == {
        "id": f"{PAGE}#score-total",
        "type": ["ResultDescription"],
        "name": "Score",
        "resultType": "ScaledScore",
        "valueMin": "0",
        "valueMax": "100",
    }
    levels = described[f"{PAGE}#grade-stars"]["rubricCriterionLevel"]
    assert [(level["id"], level["name"], level["level"]) for level in levels] == [
        (f"{PAGE}#grade-stars-1", "One star", "1"),
        (f"{PAGE}#grade-stars-2", "Two stars", "2"),
        (f"{PAGE}#grade-stars-3", "Three stars", "3"),
    ]
    assert described[f"{PAGE}#grade-stars-probability"]["resultType"] == "ext:Probability"


def multihash(digest):
    return "u" + to_base64url(b"\x12\x20" + digest)


def test_edition_evidence_annex_and_endorsement_are_bound_by_digest():
    document = certificate_credential(certificate(endorsements=(ENDORSED,)))
    achievement = document["credentialSubject"]["achievement"]

    assert achievement["achievementType"] == "QualityAssuranceCredential"
    assert achievement["alignment"] == [
        {
            "type": ["Alignment"],
            "targetName": "Example Charter 2026",
            "targetFramework": "Example Charter",
            "targetCode": "charter/2026",
            "targetUrl": PAGE,
            "digestMultibase": multihash(b"\x5a" * 32),
        }
    ]
    assert [(item["id"], item["digestMultibase"]) for item in document["evidence"]] == [
        ("ni:///sha-256;" + to_base64url(b"\xe1" * 32), multihash(b"\xe1" * 32)),
        ("https://certs.example.org/reports/1.pdf", multihash(b"\xe2" * 32)),
    ]
    annex = b'[{"code":"HH-1","name":"Hafen","place":"Hamburg"},{"code":"B-2","name":"Mitte","place":""}]'
    assert sites_annex(certificate().sites) == annex
    assert [(item["id"], item["digestMultibase"]) for item in document["relatedResource"]] == [
        ("https://certs.example.org/credentials/1/sites.json", multihash(hashlib.sha256(annex).digest())),
        (ENDORSED["id"], multihash(hashlib.sha256(canonical_bytes(ENDORSED)).digest())),
    ]


def test_a_person_is_named_by_a_salted_hash_or_in_clear():
    hashed, clear = (person_credential(person(person=each)) for each in (person().person, Person("Adele Braun")))

    identity = hashed["credentialSubject"]["identifier"][0]
    assert hashed["credentialSubject"]["achievement"]["achievementType"] == "Certification"
    assert identity["identityHash"] == ("sha256$" + hashlib.sha256(b"adele@example.orgk3J9x0pQ2mB7vT5w").hexdigest())
    assert (identity["hashed"], identity["salt"], identity["identityType"]) == (
        True,
        "k3J9x0pQ2mB7vT5w",
        "emailAddress",
    )
    assert clear["credentialSubject"]["identifier"] == [
        {"type": "IdentityObject", "hashed": False, "identityHash": "Adele Braun", "identityType": "name"}
    ]
    assert "adele" not in json.dumps(hashed)


def test_an_award_and_an_endorsement_say_who_and_what_for():
    won, endorsed = award_credential(award()), endorsement_credential(endorsement())

    assert won["credentialSubject"]["achievement"]["achievementType"] == "Award"
    assert (won["description"], won["credentialSubject"]["name"]) == ("Best service of the year", "客户服务有限公司")
    assert endorsed["type"] == ["VerifiableCredential", "EndorsementCredential"]
    assert endorsed["credentialSubject"] == {
        "id": BODY,
        "type": ["EndorsementSubject"],
        "endorsementComment": "May certify to the Example Charter.",
    }


def test_words_stand_in_the_language_of_the_certificate_and_stay_words():
    wording = Wording("Geltungsbereich", "Standorte", "Weitere im Anhang.", "Auflagen", "Sicherheit")
    made = certificate(
        issuance=issuance(language="de", wording=wording),
        scope="[Alles](https://evil.example) <b>*",
        sites=tuple(Site(f"S{number}", "Filiale") for number in range(80)),
    )

    document = certificate_credential(made)

    narrative = document["credentialSubject"]["narrative"]
    assert narrative.startswith(
        "**Geltungsbereich**\n\n\\[Alles\\](https://evil.example) \\<b\\>\\*\n\n**Standorte**\n"
    )
    assert "- S59 · Filiale\n- Weitere im Anhang.\n" in narrative
    assert document["credentialSubject"]["achievement"]["inLanguage"] == "de"


def outcome(**changes):
    return {"outcome": replace(OUTCOME, **changes)}


def edition(**changes):
    return outcome(edition=replace(EDITION, **changes))


def grade(**changes):
    return outcome(grades=(replace(STARS, **changes),))


def score(*numbers, key="total"):
    return outcome(scores=(Score(key, "Score", *map(Decimal, numbers)),))


def made(**changes):
    return {"issuance": issuance(**changes)}


def place(*places):
    return made(status=tuple(StatusPlace(*each) for each in places))


WRONG = {
    "no number": ({"number": " "}, "number"),
    "long number": ({"number": "9" * 61}, "number"),
    "no scope": ({"scope": ""}, "scope"),
    "first issued late": ({"first_issued": dt.date(2027, 1, 1)}, "first_issued"),
    "lines in an address": (made(issuer=replace(BODY_PROFILE, address="a\nb")), "issuance.issuer.address"),
    "hidden letters": ({"scope": "all\u2028"}, "scope"),
    "half a letter": ({"scope": "a\ud800"}, "scope"),
    "id": (made(id="credentials/1"), "issuance.id"),
    "id with a blank": (made(id="https://x.org/a b"), "issuance.id"),
    "id that is a label": (made(id="_:b0"), "issuance.id"),
    "issuer": (made(issuer=replace(BODY_PROFILE, id="Body")), "issuance.issuer.id"),
    "issuer without name": (made(issuer=replace(BODY_PROFILE, name="")), "issuance.issuer.name"),
    "issuer's page": (made(issuer=replace(BODY_PROFILE, url="javascript:alert(1)")), "issuance.issuer.url"),
    "country": (made(issuer=replace(BODY_PROFILE, country="Germany")), "issuance.issuer.country"),
    "register": (made(register_address="http://x.org"), "issuance.register_address"),
    "language": (made(language="English"), "issuance.language"),
    "no zone": (made(valid_from=NAIVE), "issuance.valid_from"),
    "ends first": (made(valid_until=dt.datetime(2026, 7, 1, tzinfo=dt.UTC)), "issuance.valid_until"),
    "status twice": (place((LISTS["revocation"], "revocation", 1), (LISTS["suspension"], "revocation", 1)), None),
    "one list": (place((LISTS["revocation"], "revocation", 1), (LISTS["revocation"], "suspension", 2)), None),
    "status purpose": (place((LISTS["revocation"], "refresh", 1)), "issuance.status"),
    "status index": (place((LISTS["revocation"], "revocation", -1)), "issuance.status"),
    "status address": (place(("http://x.org/1", "revocation", 1)), "issuance.status"),
    "status part": (place(("https://x.org/1#a", "revocation", 1)), "issuance.status"),
    "holder": ({"holder": Holder("urn:x:1", "")}, "holder.name"),
    "holder is issuer": ({"holder": Holder(BODY, "Body")}, "id"),
    "edition address": (edition(address="https://x.org/#2026"), "outcome.edition.address"),
    "edition digest": (edition(digest="5a" * 32), "outcome.edition.digest"),
    "edition name": (edition(name=""), "outcome.edition.name"),
    "ladder": (grade(ladder="Stars!"), "outcome.grades[Stars!]"),
    "position nought": (grade(position=0), "outcome.grades[stars].position"),
    "position too high": (grade(position=4), "outcome.grades[stars].position"),
    "labels": (grade(labels=("One", "One"), position=1), "outcome.grades[stars].labels"),
    "probability": (grade(probability=Decimal("1.01")), "outcome.grades[stars].probability"),
    "no probability": (grade(probability=Decimal("NaN")), "outcome.grades[stars].probability"),
    "ladders": (outcome(grades=(STARS, Grade("stars", "Levels", ("A",), 1))), "outcome"),
    "score off scale": (score(101, 0, 100), "outcome.scores[total].value"),
    "no score": (score("NaN", 0, 100), "outcome.scores[total].value"),
    "score key": (score(1, 0, 100, key=""), "outcome.scores[]"),
    "evidence digest": (outcome(evidence=(Evidence("e", "sha256:00", "k"),)), "outcome.evidence[e].digest"),
    "evidence address": (outcome(evidence=(replace(OUTCOME.evidence[0], address="x"),)), None),
    "evidence twice": (outcome(evidence=(OUTCOME.evidence[0],) * 2), "outcome.evidence"),
    "evidence days": (outcome(evidence_until=dt.date(2025, 1, 1)), "outcome.evidence_until"),
    "site twice": ({"sites": (Site("A", "a"), Site("A", "b"))}, "sites"),
    "site without name": ({"sites": (Site("A", ""),)}, "sites[A].name"),
    "many sites": ({"sites": tuple(Site(str(n), "s") for n in range(61)), "annex_address": ""}, "sites"),
    "annex": ({"annex_address": "sites.json"}, "annex_address"),
    "annex is credential": ({"annex_address": "https://certs.example.org/credentials/1"}, "id"),
    "condition": ({"conditions": ("",)}, "conditions"),
    "endorsement": ({"endorsements": ({"type": "?"},)}, "endorsements"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_certificate_that_says_too_little_or_wrong_is_not_made(name):
    changes, where = WRONG[name]

    with pytest.raises(SealmarkError) as caught:
        certificate_credential(certificate(**changes))

    assert caught.value.codes == ("SM776",)
    assert where in {None, caught.value.problems[0].where}


def test_all_problems_are_told_at_once():
    with pytest.raises(SealmarkError) as caught:
        certificate_credential(certificate(number="", scope="", **made(language="?")))

    assert [problem.where for problem in caught.value.problems] == ["issuance.language", "number", "scope"]


@pytest.mark.parametrize(
    ("compose", "statement", "where"),
    [
        (person_credential, person(person=Person("", "name")), "person.value"),
        (person_credential, person(person=Person("Adele", "nick")), "person.kind"),
        (person_credential, person(person=Person("Adele", salt="short")), "person.salt"),
        (person_credential, person(person=Person("Adele", id="adele")), "person.id"),
        (award_credential, award(recipient=Person("")), "recipient.value"),
        (award_credential, award(recipient=Holder("x", "H")), "recipient.id"),
        (award_credential, award(citation=""), "citation"),
        (endorsement_credential, endorsement(endorsed="body"), "endorsed"),
        (endorsement_credential, endorsement(comment=""), "comment"),
    ],
)
def test_other_statements_are_held_to_the_same(compose, statement, where):
    with pytest.raises(SealmarkError) as caught:
        compose(statement)

    assert [(problem.code, problem.where) for problem in caught.value.problems] == [("SM776", where)]


WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=30).filter(str.strip)


@given(WORDS, WORDS, st.lists(WORDS, min_size=1, max_size=4, unique=True), st.decimals(0, 100, places=3))
@settings(max_examples=12, deadline=None)
def test_whatever_people_write_is_signed_as_they_wrote_it(contexts, scope, name, labels, points):
    statement = certificate(
        scope=scope,
        holder=Holder("urn:x:1", name),
        outcome=replace(
            OUTCOME,
            grades=(Grade("steps", name, tuple(labels), len(labels)),),
            scores=(Score("all", name, points, Decimal(0), Decimal(100)),),
        ),
    )

    document = certificate_credential(statement)

    check_credential(document, contexts=contexts)
    other = certificate_credential(replace(statement, scope=scope + "."))
    assert canonical_rdf(document, contexts) != canonical_rdf(other, contexts)
    assert json.loads(canonical_bytes(document)) == document
