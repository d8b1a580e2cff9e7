"""The shape of W3C Verifiable Credentials 2.0: what a document must be before anything in it counts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from sealmark.attest.contexts import VC_V2, Contexts
from sealmark.attest.moments import read_moment
from sealmark.attest.terms import TermTable, is_address
from sealmark.core.errors import ProblemList

__all__ = ["check_credential", "check_presentation"]

_FIX = "See the data model of Verifiable Credentials 2.0."
_WITH_TYPE = ("credentialStatus", "credentialSchema", "refreshService", "termsOfUse", "evidence", "proof")
_TEXT_KEYS = {"@value", "@language", "@direction"}
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*", re.ASCII)
_ENVELOPED = "EnvelopedVerifiableCredential"
_ENVELOPE = re.compile(r"data:application/[a-z+-]+(;[a-z0-9]+)?,[A-Za-z0-9_.~-]+")


def check_credential(document: Mapping[str, object], *, contexts: Contexts | None = None) -> None:
    """Refuse a document that is not a credential of the W3C data model 2.0.

    Args:
        document: Plain JSON.
        contexts: What the addresses in ``@context`` mean. A type that only an
            unknown context could define is let pass: nobody can tell offline.

    Raises:
        SealmarkError: SM759 for each thing that is wrong.
    """
    problems = ProblemList()
    _check_credential(document, contexts, problems)
    problems.raise_if_any()


def check_presentation(document: Mapping[str, object], *, contexts: Contexts | None = None) -> None:
    """Refuse a document that is not a presentation of the W3C data model 2.0, or holds what is no credential.

    Raises:
        SealmarkError: SM759 for each thing that is wrong.
    """
    problems = ProblemList()
    _check_head(document, "VerifiablePresentation", contexts, problems)
    if "holder" in document:
        _check_party(document["holder"], "holder", problems)
    for inner in _items(document, "verifiableCredential", problems):
        if _ENVELOPED in _texts(inner.get("type")):
            _check_envelope(inner, problems)
        else:
            _check_credential(inner, contexts, problems)
    problems.raise_if_any()


def _check_credential(document: Mapping[str, object], contexts: Contexts | None, problems: ProblemList) -> None:
    terms = _check_head(document, "VerifiableCredential", contexts, problems)
    _check_issuer(document, problems)
    _check_subjects(document, problems)
    _check_dates(document, problems)
    for name in _WITH_TYPE:
        for item in _items(document, name, problems):
            _check_id(item, name, problems)
            _check_types(item, name, terms, problems)
            if name == "credentialSchema" and "id" not in item:
                _wrong(problems, name, "has no id")
    for item in _items(document, "relatedResource", problems):
        _check_id(item, "relatedResource", problems)
        if "id" not in item or not {"digestSRI", "digestMultibase"} & item.keys():
            _wrong(problems, "relatedResource", "has no id or no digest")
    _check_wording(document, "", problems)


def _check_head(
    document: Mapping[str, object], needed: str, contexts: Contexts | None, problems: ProblemList
) -> TermTable:
    listed = document.get("@context")
    terms = TermTable(contexts)
    if not isinstance(listed, list) or listed[:1] != [VC_V2]:
        _wrong(problems, "@context", f"is not a list that begins with {VC_V2}")
        terms.take_any()
    else:
        for reason in terms.read(listed):
            _wrong(problems, "@context", reason)
    _check_id(document, "", problems)
    _check_types(document, "", terms, problems)
    if needed not in _texts(document.get("type")):
        _wrong(problems, "type", f"does not hold {needed}")
    return terms


def _check_issuer(document: Mapping[str, object], problems: ProblemList) -> None:
    issuer = document.get("issuer")
    _check_party(issuer, "issuer", problems)
    if isinstance(issuer, dict):
        _check_wording(issuer, "issuer.", problems)


def _check_party(value: object, name: str, problems: ProblemList) -> None:
    address = value.get("id") if isinstance(value, dict) else value
    if not is_address(address):
        _wrong(problems, name, f"is {str(address)[:80]!r} instead of an address or an object with one as id")


def _check_subjects(document: Mapping[str, object], problems: ProblemList) -> None:
    if "credentialSubject" not in document:
        _wrong(problems, "credentialSubject", "is missing")
    for subject in _items(document, "credentialSubject", problems):
        if not subject:
            _wrong(problems, "credentialSubject", "says nothing")
        _check_id(subject, "credentialSubject", problems)


def _check_dates(document: Mapping[str, object], problems: ProblemList) -> None:
    moments = []
    for name in ("validFrom", "validUntil"):
        if name not in document:
            continue
        moment = read_moment(document[name])
        if moment is None:
            _wrong(problems, name, f"is {str(document[name])[:60]!r} instead of a time such as 2026-03-01T12:00:00Z")
        else:
            moments.append(moment)
    if len(moments) == 2 and moments[0] > moments[1]:  # noqa: PLR2004  # from and until
        _wrong(problems, "validUntil", "is before validFrom")


def _check_wording(owner: Mapping[str, object], path: str, problems: ProblemList) -> None:
    for name in ("name", "description"):
        value = owner.get(name, "")
        for text in value if isinstance(value, list) else [value]:
            if not _is_wording(text):
                _wrong(problems, path + name, "is neither a text nor a text with language and direction")


def _is_wording(text: object) -> bool:
    if not isinstance(text, dict):
        return isinstance(text, str)
    return (
        isinstance(text.get("@value"), str)
        and text.keys() <= _TEXT_KEYS
        and _LANGUAGE.fullmatch(str(text.get("@language", "und"))) is not None
        and text.get("@direction", "ltr") in {"ltr", "rtl"}
    )


def _check_id(owner: Mapping[str, object], name: str, problems: ProblemList) -> None:
    if "id" in owner and not is_address(owner["id"]):
        _wrong(problems, f"{name}.id".lstrip("."), f"is {str(owner['id'])[:80]!r} instead of one address")


def _check_types(owner: Mapping[str, object], name: str, terms: TermTable, problems: ProblemList) -> None:
    types = _texts(owner.get("type"))
    if not types:
        _wrong(problems, f"{name}.type".lstrip("."), "is not the name of a type, nor a list of such names")
    for item in types:
        if not terms.names_type(item):
            _wrong(problems, f"{name}.type".lstrip("."), f"holds {item[:80]!r}, which no context maps to an address")


def _check_envelope(document: Mapping[str, object], problems: ProblemList) -> None:
    context = document.get("@context")
    if (context if isinstance(context, str) else _texts(context)[:1]) not in (VC_V2, [VC_V2]):
        _wrong(problems, "verifiableCredential.@context", f"is not {VC_V2}")
    if not isinstance(document.get("id"), str) or not _ENVELOPE.fullmatch(str(document["id"])):
        _wrong(problems, "verifiableCredential.id", "is not a data: address with the envelope")


def _items(document: Mapping[str, object], name: str, problems: ProblemList) -> Iterator[Mapping[str, object]]:
    if name not in document:
        return
    value = document[name]
    items = value if isinstance(value, list) else [value]
    if not items:
        _wrong(problems, name, "is an empty list")
    for item in items:
        if isinstance(item, dict):
            yield item
        else:
            _wrong(problems, name, f"holds {str(item)[:60]!r} instead of an object")


def _texts(value: object) -> list[str]:
    """The texts of a text or a list of texts; none when anything else is in it."""
    items = value if isinstance(value, list) else [value]
    texts = [item for item in items if isinstance(item, str) and item]
    return texts if len(texts) == len(items) else []


def _wrong(problems: ProblemList, name: str, what: str) -> None:
    problems.add("SM759", f"{name} {what}.", where=name, fix=_FIX)
