"""The public record of a certificate, asked for now, against the log and against the certificate."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from sealmark.attest.moments import read_moment
from sealmark.attest.verifying.asking import Asking
from sealmark.attest.verifying.badges import subject_of
from sealmark.attest.verifying.inclusion import Logged, check_inclusion, digest_of
from sealmark.attest.verifying.material import Means, read_bundle
from sealmark.attest.verifying.verdict import Check
from sealmark.core.errors import Problem, SealmarkError

__all__ = ["Recorded", "check_record"]

RECORD = "sealmark-record/1"
_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}", re.ASCII)
_WORDS = {"active": "", "suspended": "suspended", "withdrawn": "withdrawn", "expired": "expired"}

Document = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the register says now.

    Attributes:
        check: For people.
        standing: ``suspended``, ``withdrawn``, ``expired`` or ``superseded``; empty when it says nothing of that kind.
    """

    check: Check
    standing: str = ""


def check_record(credential: Document, *, means: Means, asking: Asking, on: dt.datetime) -> Recorded:
    """Return what the register of the issuer's host says about a certificate now.

    Args:
        credential: The certificate, whose proof is right.
        means: What the caller knows of logs.
        asking: The issuer's host.
        on: The point of time in question; what was recorded later says nothing about it.
    """
    number = subject_of(credential).get("licenseNumber")
    if not asking.is_possible:
        return Recorded(Check("record", "not-checked", "record.offline"))
    if not isinstance(number, str) or not _NUMBER.fullmatch(number):
        return Recorded(Check("record", "not-checked", "record.absent"))
    page = f"{asking.root}register/{number}/"
    try:
        record = asking.document(page + "record.json")
        bundle = read_bundle(asking.read(page + "certificate.json"))
    except FileNotFoundError:
        return Recorded(Check("record", "not-checked", "record.absent"))
    except SealmarkError as error:
        is_broken = error.codes[0] != "SM779"
        key = "record.failed" if is_broken else "record.unreachable"
        return Recorded(Check("record", "failed" if is_broken else "not-checked", key, problem=error.problems[0]))
    logged = check_inclusion(bundle.log, bundle.credential, means=means, asking=asking)
    found = _compared(record, bundle.credential, logged, credential=credential, number=number)
    updated = read_moment(record.get("updated"))
    return replace(found, standing="") if updated is not None and on < updated else found


def _compared(record: Document, current: Document, logged: Logged, *, credential: Document, number: str) -> Recorded:
    """What is on the page, in the log and in hand has to be one story."""
    try:
        _require(record.get("format") == RECORD and record.get("number") == number, "The record is of another number.")
        status = str(record.get("status"))
        _require(status in _WORDS, f"The record has the status {status[:40]!r}.")
        named = record.get("credential")
        digest = named.get("sha256") if isinstance(named, dict) else None
        _require(digest == digest_of(current), "The record names another certificate than the register serves.")
        if logged.check.outcome == "failed":
            return Recorded(Check("record", "failed", "record.failed", problem=logged.check.problem))
        if logged.entry is None or not logged.is_trusted:
            return Recorded(Check("record", "not-checked", "record.unlogged"), _WORDS[status])
        details = logged.entry.details
        _require(details.get("record") == digest_of(record), "The record is not the one that stands in the log.")
        _require(details.get("status") == status, "The record has another status than the log.")
    except SealmarkError as error:
        return Recorded(Check("record", "failed", "record.failed", problem=error.problems[0]))
    is_present = digest == digest_of(credential) or _is_bare(credential, current)
    standing = _WORDS[status] or ("" if is_present else "superseded")
    return Recorded(Check("record", "passed", "record.passed"), standing)


def _is_bare(credential: Document, current: Document) -> bool:
    """Whether an envelope, which has no proofs, holds the present credential."""
    bare = {name: value for name, value in current.items() if name != "proof"}
    return "proof" not in credential and digest_of(bare) == digest_of(credential)


def _require(fits: object, what: str) -> None:
    if not fits:
        fix = "Ask the certification body; the register may have been altered."
        raise SealmarkError(Problem("SM782", what, "record.json", fix))
