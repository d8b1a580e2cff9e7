"""What a statement must have before it becomes a credential: everything that is wrong, at once."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Hashable, Iterable
from decimal import Decimal

from sealmark.attest.credentials.annex import is_digest
from sealmark.attest.credentials.statements import (
    AwardStatement,
    CertificateStatement,
    Edition,
    EndorsementStatement,
    Evidence,
    Grade,
    Holder,
    Issuance,
    Outcome,
    Person,
    PersonStatement,
    Score,
)
from sealmark.attest.statuslists import LARGEST_ENTRIES, PURPOSES
from sealmark.core.errors import ProblemList, did_you_mean

__all__ = ["MOST_SITES_INSIDE", "require_award", "require_certificate", "require_endorsement", "require_person"]

MOST_SITES_INSIDE = 60
_MOST_LETTERS = 20_000
_SHORTEST_SALT = 16
_URI = re.compile(r"[a-z][a-z0-9+.-]*:[!#$%&'()*+,./0-9:;=?@A-Z_a-z~\[\]-]+", re.ASCII)
_WORD = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)
_COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", re.ASCII)
_HIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
# The words of Open Badges 3.0 for what an identifier of a person is.
_KINDS = {"name", "emailAddress", "nationalIdentityNumber", "userName", "accountId", "systemId", "identifier"}


class _Findings(ProblemList):
    """Problems of one statement, all of one code."""

    def note(self, where: str, what: str, fix: str) -> None:
        self.add("SM776", what, where=where, fix=fix)

    def uri(self, where: str, value: str, *, https: bool = False) -> None:
        if not _URI.fullmatch(value) or (https and not value.startswith("https://")):
            wanted = "an https address" if https else "an absolute URI in ASCII"
            self.note(where, f"{value[:80]!r} is not {wanted}.", f"Give {wanted}.")

    def text(self, where: str, value: str, *, needed: bool = True) -> None:
        if _HIDDEN.search(value) or len(value) > _MOST_LETTERS:
            self.note(where, f"{value[:40]!r} has hidden letters or is too long.", "Give one line of plain text.")
        elif needed and not value.strip():
            self.note(where, "The text is empty.", "Give it.")

    def country(self, where: str, value: str) -> None:
        if value and not _COUNTRY.fullmatch(value):
            self.note(where, f"{value[:20]!r} is no country.", "Give the two letters of ISO 3166-1, or nothing.")

    def digest(self, where: str, value: str) -> None:
        if not is_digest(value):
            self.note(where, f"{value[:80]!r} is no digest.", 'Give "sha256:" and 64 small hexadecimal digits.')

    def distinct(self, where: str, values: Iterable[Hashable]) -> None:
        """Two nodes of one name would become one in the canonical form."""
        listed = list(values)
        if len(set(listed)) != len(listed):
            self.note(where, "Two of them are the same.", "Give each its own.")

    def instant(self, where: str, value: dt.datetime | None) -> bool:
        if value is not None and value.utcoffset() is None:
            self.note(where, f"{value} has no time zone.", "Give a point of time with its zone.")
            return False
        return value is not None


def require_certificate(statement: CertificateStatement) -> None:
    """Refuse a certificate that cannot become a credential.

    Raises:
        SealmarkError: SM776, one problem for each part that is wrong.
    """
    found = _Findings()
    _check_issuance(found, statement.issuance)
    _check_number(found, statement.number)
    _check_holder(found, "holder", statement.holder)
    _check_outcome(found, statement.outcome)
    found.text("scope", statement.scope)
    _check_lines(found, "conditions", statement.conditions)
    _check_sites(found, statement)
    first, starts = statement.first_issued, statement.issuance.valid_from.date()
    if first and first > starts:
        found.note("first_issued", f"{first} is after {starts}.", "It was first issued when it first became valid.")
    addresses = [*_addresses(statement.outcome), statement.annex_address, *_endorsement_ids(found, statement)]
    _check_nodes(found, statement.issuance, statement.holder.id, *addresses)
    found.raise_if_any()


def require_person(statement: PersonStatement) -> None:
    """Refuse a personal certificate that cannot become a credential.

    Raises:
        SealmarkError: SM776, one problem for each part that is wrong.
    """
    found = _Findings()
    _check_issuance(found, statement.issuance)
    _check_number(found, statement.number)
    _check_person(found, "person", statement.person)
    _check_outcome(found, statement.outcome)
    found.text("scope", statement.scope)
    _check_lines(found, "conditions", statement.conditions)
    _check_nodes(found, statement.issuance, statement.person.id, *_addresses(statement.outcome))
    found.raise_if_any()


def require_award(statement: AwardStatement) -> None:
    """Refuse an award that cannot become a credential.

    Raises:
        SealmarkError: SM776, one problem for each part that is wrong.
    """
    found = _Findings()
    _check_issuance(found, statement.issuance)
    if isinstance(statement.recipient, Person):
        _check_person(found, "recipient", statement.recipient)
    else:
        _check_holder(found, "recipient", statement.recipient)
    _check_outcome(found, statement.outcome)
    found.text("citation", statement.citation)
    _check_nodes(found, statement.issuance, statement.recipient.id, *_addresses(statement.outcome))
    found.raise_if_any()


def require_endorsement(statement: EndorsementStatement) -> None:
    """Refuse an endorsement that cannot become a credential.

    Raises:
        SealmarkError: SM776, one problem for each part that is wrong.
    """
    found = _Findings()
    _check_issuance(found, statement.issuance)
    found.text("name", statement.name)
    found.text("comment", statement.comment)
    found.uri("endorsed", statement.endorsed)
    _check_nodes(found, statement.issuance, statement.endorsed)
    found.raise_if_any()


def _check_issuance(found: _Findings, issuance: Issuance) -> None:
    found.uri("issuance.id", issuance.id)
    found.uri("issuance.issuer.id", issuance.issuer.id)
    found.text("issuance.issuer.name", issuance.issuer.name)
    found.country("issuance.issuer.country", issuance.issuer.country)
    found.text("issuance.issuer.address", issuance.issuer.address, needed=False)
    for where, address in (("issuer.url", issuance.issuer.url), ("register_address", issuance.register_address)):
        if address:
            found.uri(f"issuance.{where}", address, https=True)
    if not _LANGUAGE.fullmatch(issuance.language):
        found.note("issuance.language", f"{issuance.language[:20]!r} is no language.", 'Give a code such as "en".')
    starts = found.instant("issuance.valid_from", issuance.valid_from)
    ends = found.instant("issuance.valid_until", issuance.valid_until)
    found.instant("issuance.awarded", issuance.awarded)
    if starts and ends and issuance.valid_until is not None and issuance.valid_until <= issuance.valid_from:
        found.note("issuance.valid_until", "The credential would be valid at no time.", "Let it end after it begins.")
    _check_status(found, issuance)


def _check_status(found: _Findings, issuance: Issuance) -> None:
    found.distinct("issuance.status", (place.purpose for place in issuance.status))
    found.distinct("issuance.status", (place.address for place in issuance.status))
    for place in issuance.status:
        found.uri("issuance.status", place.address, https=True)
        if "#" in place.address:
            found.note("issuance.status", f"{place.address!r} is a part of a list.", "Give the address of the list.")
        if place.purpose not in PURPOSES:
            found.note("issuance.status", f"{place.purpose!r} is no purpose.", did_you_mean(place.purpose, PURPOSES))
        if not 0 <= place.index < LARGEST_ENTRIES:
            found.note("issuance.status", f"Place {place.index} is in no list.", f"Give 0 to {LARGEST_ENTRIES - 1}.")


def _check_number(found: _Findings, number: str) -> None:
    longest = 60  # what registers of certificates take
    found.text("number", number)
    if len(number) > longest:
        found.note("number", f"The number has {len(number)} letters.", f"Give at most {longest}.")


def _check_holder(found: _Findings, where: str, holder: Holder) -> None:
    found.uri(f"{where}.id", holder.id)
    found.text(f"{where}.name", holder.name)
    found.text(f"{where}.register_number", holder.register_number, needed=False)
    found.country(f"{where}.country", holder.country)
    found.text(f"{where}.address", holder.address, needed=False)
    found.text(f"{where}.city", holder.city, needed=False)


def _check_person(found: _Findings, where: str, person: Person) -> None:
    found.text(f"{where}.value", person.value)
    if person.id:
        found.uri(f"{where}.id", person.id)
    if person.kind not in _KINDS:
        found.note(f"{where}.kind", f"{person.kind[:40]!r} is no kind.", did_you_mean(person.kind, _KINDS))
    if person.salt and len(person.salt) < _SHORTEST_SALT:
        what = f"A salt of {len(person.salt)} letters lets a name be guessed."
        found.note(f"{where}.salt", what, f"Give at least {_SHORTEST_SALT} random letters.")
    found.text(f"{where}.salt", person.salt, needed=False)


def _check_outcome(found: _Findings, outcome: Outcome) -> None:
    _check_edition(found, outcome.edition)
    keys = [f"grade-{grade.ladder}" for grade in outcome.grades] + [f"score-{score.key}" for score in outcome.scores]
    found.distinct("outcome", keys)
    for grade in outcome.grades:
        _check_grade(found, grade)
    for score in outcome.scores:
        _check_score(found, score)
    for item in outcome.evidence:
        _check_evidence(found, item)
    found.distinct("outcome.evidence", (item.address or item.digest for item in outcome.evidence))
    first, last = outcome.evidence_from, outcome.evidence_until
    if first and last and last < first:
        found.note("outcome.evidence_until", f"{last} is before {first}.", "Give the last day that evidence covers.")


def _check_edition(found: _Findings, edition: Edition) -> None:
    where = "outcome.edition"
    found.uri(f"{where}.address", edition.address)
    if "#" in edition.address:
        found.note(f"{where}.address", "The address names a part of a page.", 'Give it without "#".')
    for name in ("code", "name", "scheme", "description"):
        found.text(f"{where}.{name}", getattr(edition, name))
    found.digest(f"{where}.digest", edition.digest)


def _check_grade(found: _Findings, grade: Grade) -> None:
    where = f"outcome.grades[{grade.ladder[:40]}]"
    if not _WORD.fullmatch(grade.ladder):
        found.note(where, f"{grade.ladder[:40]!r} is no key.", 'Give small letters, digits and "-".')
    found.text(f"{where}.name", grade.name)
    _check_lines(found, f"{where}.labels", grade.labels)
    if not 1 <= grade.position <= len(grade.labels):
        what = f"Position {grade.position} is not on a ladder of {len(grade.labels)}."
        found.note(f"{where}.position", what, "1 is the lowest grade.")
    sure = grade.probability
    if sure is not None and not (sure.is_finite() and 0 <= sure <= 1):
        found.note(f"{where}.probability", f"{sure} is no probability.", "Give a share from 0 to 1.")


def _check_score(found: _Findings, score: Score) -> None:
    where = f"outcome.scores[{score.key[:40]}]"
    if not _WORD.fullmatch(score.key):
        found.note(where, f"{score.key[:40]!r} is no key.", 'Give small letters, digits and "-".')
    found.text(f"{where}.name", score.name)
    numbers = (score.lowest, score.value, score.highest)
    if not all(map(Decimal.is_finite, numbers)) or not score.lowest <= score.value <= score.highest:
        what = f"{score.value} is not between {score.lowest} and {score.highest}."
        found.note(f"{where}.value", what, "Give a score that is on its scale.")


def _check_evidence(found: _Findings, item: Evidence) -> None:
    where = f"outcome.evidence[{item.name[:40]}]"
    found.text(f"{where}.name", item.name)
    found.text(f"{where}.kind", item.kind)
    found.text(f"{where}.media_type", item.media_type, needed=False)
    found.digest(f"{where}.digest", item.digest)
    if item.address:
        found.uri(f"{where}.address", item.address)


def _check_sites(found: _Findings, statement: CertificateStatement) -> None:
    sites = statement.sites
    found.distinct("sites", (site.code for site in sites))
    for site in sites:
        found.text(f"sites[{site.code[:40]}].code", site.code)
        found.text(f"sites[{site.code[:40]}].name", site.name)
        found.text(f"sites[{site.code[:40]}].place", site.place, needed=False)
    if statement.annex_address:
        found.uri("annex_address", statement.annex_address, https=True)
    elif len(sites) > MOST_SITES_INSIDE:
        what = f"{len(sites)} sites do not fit into the credential."
        found.note("sites", what, f"Publish the annex and give its address; up to {MOST_SITES_INSIDE} fit without.")


def _endorsement_ids(found: _Findings, statement: CertificateStatement) -> list[str]:
    ids = [str(each.get("id", "")) for each in statement.endorsements]
    for name in ids:
        found.uri("endorsements", name, https=True)
    return ids


def _check_lines(found: _Findings, where: str, lines: tuple[str, ...]) -> None:
    found.distinct(where, lines)
    for line in lines:
        found.text(where, line)


def _addresses(outcome: Outcome) -> list[str]:
    return [outcome.edition.address, *(item.address for item in outcome.evidence)]


def _check_nodes(found: _Findings, issuance: Issuance, *others: str) -> None:
    """Different things have different addresses: else they would become one in the canonical form."""
    found.distinct("id", [name for name in (issuance.id, issuance.issuer.id, *others) if name])
