"""What a certificate says, gathered from the rows of its file; nothing that anybody else supplies."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from sealmark.attest.credentials.annex import is_digest
from sealmark.attest.credentials.checks import MOST_SITES_INSIDE
from sealmark.attest.credentials.statements import (
    CertificateStatement,
    Edition,
    Evidence,
    Grade,
    Holder,
    Issuance,
    Issuer,
    Outcome,
    Score,
    Site,
    Wording,
)
from sealmark.attest.statuslists import StatusPlace
from sealmark.certify import Outcome as Decided
from sealmark.scheme.edition import Edition as Pack
from sealmark.scheme.grading import Ladder
from sealmark_platform.attestation.places import body_did, certificate_address, credential_address, place
from sealmark_platform.attestation.records import since, sites_of
from sealmark_platform.casework.models import Certificate, Decision
from sealmark_platform.catalogue.queries import edition_of, word_of

__all__ = ["Frame", "statement_of"]

_HIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_GIVING = (Decided.GRANT, Decided.GRANT_WITH_CONDITIONS, Decided.CHANGE_GRADE, Decided.RENEW)


@dataclass(frozen=True)
class Frame:
    """What tells one credential of a certificate from another one that says the same.

    Attributes:
        version: Its number.
        status: Its places in the lists.
    """

    version: int = 0
    status: tuple[StatusPlace, ...] = ()


def statement_of(certificate: Certificate, frame: Frame | None = None) -> CertificateStatement:
    """Return what a certificate says now, in the language of its file."""
    frame, file = frame or Frame(), certificate.file
    adopted = certificate.granted_by
    pack, result = edition_of(adopted), _result(certificate)
    sites = tuple(Site(str(one["code"]), _line(one["name"]), _line(one["address"])) for one in sites_of(certificate))
    holder = file.organization
    identity = credential_address(certificate.number, frame.version)
    return CertificateStatement(
        issuance=_issuance(certificate, identity, frame.status, result.decided_on),
        number=certificate.number,
        holder=Holder(
            f"urn:uuid:{holder.pk}", _line(holder.name), holder.country, _line(holder.register_number),
            _line(holder.address), _line(holder.city),
        ),
        outcome=_outcome(certificate, pack, result),
        scope=_line(certificate.scope),
        sites=sites,
        annex_address=f"{identity}/sites.json" if len(sites) > MOST_SITES_INSIDE else "",
        first_issued=certificate.first_issued_on,
    )  # fmt: skip


def _issuance(
    certificate: Certificate, identity: str, status: tuple[StatusPlace, ...], decided_on: dt.date | None
) -> Issuance:
    body, language = certificate.file.body, certificate.file.language
    return Issuance(
        id=identity,
        issuer=Issuer(body_did(body), _line(body.name), place(), body.country, _line(body.address)),
        valid_from=dt.datetime.combine(since(certificate), dt.time(), dt.UTC),
        awarded=None if decided_on is None else dt.datetime.combine(decided_on, dt.time(), dt.UTC),
        valid_until=dt.datetime.combine(certificate.valid_until, dt.time(23, 59, 59), dt.UTC),
        register_address=certificate_address(certificate.number),
        status=status,
        language=language,
        wording=_wording(language),
    )


def _wording(language: str) -> Wording:
    with translation.override(language.lower()):
        return Wording(
            scope=_("Scope"), sites=_("Sites"), conditions=_("Conditions"),
            more_sites=_("Further sites are listed in the annex."), probability=_("Probability of the grade"),
            first_issued=_("First issued"),
        )  # fmt: skip


@dataclass(frozen=True)
class _Result:
    """The sealed evaluation behind the grade."""

    document: Mapping[str, Any]
    digest: str
    decided_on: dt.date | None = None


def _result(certificate: Certificate) -> _Result:
    """Return the result of the evaluation by which the grade was given; an empty one when none is kept."""
    decisions = Decision.objects.filter(evaluation__file=certificate.file_id, outcome__in=_GIVING)
    given = (
        decisions.filter(grade=certificate.grade).order_by("-decided_on", "-pk").select_related("evaluation").first()
    )
    evaluation = given.evaluation if given else None
    if given is None or evaluation is None or not evaluation.result:
        return _Result({}, "", given.decided_on if given else None)
    return _Result(evaluation.result, evaluation.result_digest, given.decided_on)


def _outcome(certificate: Certificate, pack: Pack, result: _Result) -> Outcome:
    adopted, language = certificate.granted_by, certificate.file.language
    period = result.document.get("period") or {}
    evidence = (Evidence("evaluation.json", result.digest, "evaluation", "application/json"),)
    return Outcome(
        edition=_edition(adopted.edition, adopted.digest, pack, language),
        grades=tuple(_grades(certificate, pack, result)),
        scores=tuple(_scores(pack, result, language)),
        evidence=evidence if is_digest(result.digest) else (),
        evidence_from=_day(period.get("start")),
        evidence_until=_day(period.get("end")),
    )


def _edition(name: str, digest: str, pack: Pack, language: str) -> Edition:
    wording = pack.wording.get(language) or pack.wording["en"]  # type: ignore[call-overload]
    title = _line(wording.title)
    return Edition(place(f"schemes/{name}/"), name, title, title, _line(wording.summary), digest)


def _grades(certificate: Certificate, pack: Pack, result: _Result) -> Iterator[Grade]:
    """Give the grade of each ladder, in the order in which the label of the certificate names them."""
    left = certificate.grade.split(", ") if certificate.grade else []
    language = certificate.file.language
    for ladder in pack.grading.ladders:
        rungs = _rungs(ladder, left[0] if left else "")
        if not left or left[0] not in rungs:
            continue
        reached = left.pop(0)
        told = result.document.get("ladders", {}).get(ladder.id, {})
        labels = tuple(_line(word_of(pack, language, "grades", rung)) for rung in rungs)
        sure = _number(told.get("probabilities", {}).get(reached)) if told.get("grade") == reached else None
        name = _line(word_of(pack, language, "ladders", ladder.id))
        yield Grade(ladder.id, name, labels, rungs.index(reached) + 1, sure)


def _rungs(ladder: Ladder, reached: str) -> list[str]:
    is_counted = ladder.below_is_a_result or reached == ladder.below
    return [*([ladder.below] if is_counted else []), *(grade.id for grade in ladder.grades)]


def _scores(pack: Pack, result: _Result, language: str) -> Iterator[Score]:
    for score in pack.grading.scores:
        told = result.document.get("scores", {}).get(score.id, {})
        value, highest = _number(told.get("value")), _number(told.get("scale"))
        if value is not None and highest is not None and 0 <= value <= highest:
            yield Score(score.id, _line(word_of(pack, language, "scores", score.id)), value, Decimal(0), highest)


def _number(text: object) -> Decimal | None:
    return Decimal(text) if isinstance(text, str) else None


def _day(text: object) -> dt.date | None:
    return dt.date.fromisoformat(text) if isinstance(text, str) else None


def _line(text: object) -> str:
    """Return a text as one line without letters that nobody sees."""
    return " ".join(_HIDDEN.sub(" ", str(text)).split())
