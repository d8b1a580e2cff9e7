"""What a credential is to say, before it has a form: plain facts, no JSON."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from sealmark.attest.statuslists import StatusPlace
from sealmark.core.canonical import Json

__all__ = [
    "AwardStatement",
    "CertificateStatement",
    "Edition",
    "EndorsementStatement",
    "Evidence",
    "Grade",
    "Holder",
    "Issuance",
    "Issuer",
    "Outcome",
    "Person",
    "PersonStatement",
    "Score",
    "Site",
    "Wording",
]


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who says it.

    Attributes:
        id: Its identifier, a ``did:web`` or ``did:key``.
        name: Of the body.
        url: Its home page.
        country: Two letters of ISO 3166-1.
        address: Street and town, on one line.
    """

    id: str
    name: str
    url: str = ""
    country: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Holder:
    """An organization about which something is said.

    Attributes:
        id: A URI for it that never changes, for example its address in the register.
        name: Its legal name.
        country: Two letters of ISO 3166-1.
        register_number: Its number in the register of companies or the like.
        address: Street and house, on one line.
        city: Where it is.
    """

    id: str
    name: str
    country: str = ""
    register_number: str = ""
    address: str = ""
    city: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """A natural person, named in clear or by a hash that only who knows the value can match.

    Attributes:
        value: The name, mail address or number.
        kind: What the value is, a word of Open Badges: ``name``, ``emailAddress``, ``nationalIdentityNumber``...
        salt: Random text to hash the value with; without it the value stands in clear.
        id: A URI for the person, if there is one.
    """

    value: str
    kind: str = "name"
    salt: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class Edition:
    """The rules something was assessed against: an edition of a scheme, of an award, of a personal qualification.

    Attributes:
        address: Of its public page; also the id of the achievement.
        code: For example ``sealmark-charter/2026``.
        name: Of the edition, as certificates print it.
        scheme: Name of the scheme it belongs to.
        description: One or two sentences on what it asks for.
        digest: ``sha256:`` and 64 hexadecimal digits, as ``sealmark scheme show`` prints it.
    """

    address: str
    code: str
    name: str
    scheme: str
    description: str
    digest: str


@dataclass(frozen=True, slots=True)
class Grade:
    """A grade on a ladder.

    Attributes:
        ladder: Short word for the ladder in addresses, for example ``stars``.
        name: Of the ladder, as people read it.
        labels: Every grade of the ladder, the lowest first.
        position: Which one was reached; 1 is the lowest.
        probability: How sure it is, 0 to 1, when the scheme has it computed.
    """

    ladder: str
    name: str
    labels: tuple[str, ...]
    position: int
    probability: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """A number of points, with the ends of its scale.

    Attributes:
        key: Short word for the score in addresses.
        name: As people read it.
    """

    key: str
    name: str
    value: Decimal
    lowest: Decimal
    highest: Decimal


@dataclass(frozen=True, slots=True)
class Site:
    """A place that the certificate covers."""

    code: str
    name: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A file that stands behind the result, known by its digest.

    Attributes:
        name: Of the file.
        digest: ``sha256:`` and 64 hexadecimal digits of its bytes.
        kind: What it is, in one or two words.
        media_type: For example ``application/json``.
        address: Where it is published, if it is.
    """

    name: str
    digest: str
    kind: str
    media_type: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was reached, by which rules, on what evidence.

    Attributes:
        edition: The rules.
        grades: One per ladder.
        scores: One per score.
        evidence: Files by digest, ``evaluation.json`` first.
        evidence_from: First day that the evidence covers.
        evidence_until: Last day that it covers.
    """

    edition: Edition
    grades: tuple[Grade, ...] = ()
    scores: tuple[Score, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    evidence_from: dt.date | None = None
    evidence_until: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Wording:
    """Headings that are written into a credential, in its language."""

    scope: str = "Scope"
    sites: str = "Sites"
    more_sites: str = "Further sites are listed in the annex."
    conditions: str = "Conditions"
    probability: str = "Probability of the grade"
    first_issued: str = "First issued"


@dataclass(frozen=True, slots=True)
class Issuance:
    """What every credential has.

    Attributes:
        id: Its own address; a changed certificate has a new one.
        issuer: Who signs it.
        valid_from: Since when it holds.
        valid_until: Until when, if it ends.
        awarded: When the decision was taken.
        register_address: The page where anybody reads how things stand.
        status: Where its revocation and suspension are said.
        language: Of the texts, for example ``en`` or ``zh-Hans``.
        wording: Headings in that language.
    """

    id: str
    issuer: Issuer
    valid_from: dt.datetime
    valid_until: dt.datetime | None = None
    awarded: dt.datetime | None = None
    register_address: str = ""
    status: tuple[StatusPlace, ...] = ()
    language: str = "en"
    wording: Wording = field(default_factory=Wording)


@dataclass(frozen=True, slots=True)
class CertificateStatement:
    """An organization conforms.

    Attributes:
        issuance: Id, issuer, dates and status.
        number: Of the certificate.
        holder: Who conforms.
        outcome: To what, and how well.
        scope: The services that are covered.
        sites: The places that are covered; none when the scope says all.
        annex_address: Where the file of :func:`~sealmark.attest.credentials.annex.sites_annex` is published.
        conditions: What the certificate is tied to.
        endorsements: Signed endorsements of the issuer, published at their ids as canonical JSON.
        first_issued: Day on which the certificate of this number was issued for the first time.
    """

    issuance: Issuance
    number: str
    holder: Holder
    outcome: Outcome
    scope: str
    sites: tuple[Site, ...] = ()
    annex_address: str = ""
    conditions: tuple[str, ...] = ()
    endorsements: tuple[Mapping[str, Json], ...] = ()
    first_issued: dt.date | None = None


@dataclass(frozen=True, slots=True)
class PersonStatement:
    """A person holds a qualification.

    Attributes:
        issuance: Id, issuer, dates and status.
        number: Of the certificate.
        person: Who.
        outcome: By which rules, with what result.
        scope: What the person is qualified for.
        conditions: What the certificate is tied to.
    """

    issuance: Issuance
    number: str
    person: Person
    outcome: Outcome
    scope: str
    conditions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AwardStatement:
    """Somebody won an award.

    Attributes:
        issuance: Id, issuer, dates and status.
        recipient: Who.
        outcome: By which rules, with what result.
        citation: What it is given for.
    """

    issuance: Issuance
    recipient: Holder | Person
    outcome: Outcome
    citation: str


@dataclass(frozen=True, slots=True)
class EndorsementStatement:
    """The owner of a scheme, or an accreditation body, stands behind an issuer.

    Attributes:
        issuance: Id, endorser as issuer, dates and status.
        name: Title of the endorsement.
        endorsed: The identifier of who is endorsed.
        comment: For what.
    """

    issuance: Issuance
    name: str
    endorsed: str
    comment: str
