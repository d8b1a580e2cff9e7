"""What a succession means: what changes between the editions, which files it meets, what they would be worth."""

from __future__ import annotations

import dataclasses
import datetime as dt
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sealmark.core.canonical import Json
from sealmark.core.errors import SealmarkError
from sealmark.scheme.comparing import Change, compare
from sealmark.scheme.edition import Edition
from sealmark_platform.administration.moving import live_files
from sealmark_platform.casework.intake import unpack_case
from sealmark_platform.casework.models import Certificate, CertificationFile, Evaluation, Evidence
from sealmark_platform.casework.queries.results import grade_of, grade_words
from sealmark_platform.catalogue.models import AdoptedEdition, Trial
from sealmark_platform.catalogue.queries import edition_of

__all__ = ["Affected", "affected", "changes_between", "try_pending"]

NO_CASE = "No case folder is kept with its newest result."
"""Why most files that are not determined are not; told in the reader's language on the page."""
_DRAWS = 20
"""The grade does not depend on them, only the probabilities, which are not kept."""
_LONGEST_REASON = 500


@dataclass(frozen=True)
class Affected:
    """One file that a succession meets.

    Attributes:
        file: The file.
        certificate: If it has one.
        moves_on: The day by which it moves at the latest; nothing: not before its recertification.
        grade: Of its newest result, in words.
        trial: What its evidence would be worth; nothing: not tried yet, or nothing to try.
        has_case: Whether there is evidence to try.
    """

    file: CertificationFile
    certificate: Certificate | None
    moves_on: dt.date | None
    grade: str
    trial: Trial | None
    has_case: bool
    new_grade: str = ""


def changes_between(old: AdoptedEdition, new: AdoptedEdition) -> tuple[Change, ...]:
    """Return every difference between two adopted editions, what can change a grade first."""
    return compare(edition_of(old), edition_of(new))


def _newest_results(files: Iterable[CertificationFile]) -> dict[object, Evaluation]:
    done = Evaluation.objects.filter(file__in=[one.pk for one in files], result__isnull=False).defer("result")
    return {one.file_id: one for one in done.order_by("number")}


def _cases(evaluations: Iterable[Evaluation]) -> dict[object, Evidence]:
    kept = Evidence.objects.filter(evaluation__in=[one.pk for one in evaluations], is_case_folder=True)
    return {one.evaluation_id: one for one in kept.order_by("added_at")}


def affected(
    old: AdoptedEdition, new: AdoptedEdition, files: Iterable[CertificationFile], language: str
) -> Iterator[Affected]:
    """Yield what a succession means for files of the old edition, in few queries."""
    found = list(files)
    results = _newest_results(found)
    cases = _cases(results.values())
    trials = {one.evidence: one for one in new.trials.filter(evidence__in=[one.digest for one in cases.values()])}
    certificates = {one.file_id: one for one in Certificate.objects.filter(file__in=[one.pk for one in found])}
    before, after = edition_of(old), edition_of(new)
    for file in found:
        result, certificate = results.get(file.pk), certificates.get(file.pk)
        case = None if result is None else cases.get(result.pk)
        trial = None if case is None else trials.get(case.digest)
        yield Affected(
            file, certificate, _moves_on(old, certificate),
            "" if result is None else grade_words(before, language, result.grade), trial, case is not None,
            "" if trial is None else grade_words(after, language, trial.grade),
        )  # fmt: skip


def _moves_on(old: AdoptedEdition, certificate: Certificate | None) -> dt.date | None:
    days = [old.files_until, None if certificate is None else certificate.valid_until]
    return min((day for day in days if day is not None), default=None)


def try_pending(old: AdoptedEdition, new: AdoptedEdition, at: dt.datetime, *, seconds: float) -> int:
    """Evaluate stored evidence of live files by the new edition, for some seconds; return how many are left.

    Nothing of it touches a file: a trial is kept apart by the digest of the evidence.
    """
    results = _newest_results(live_files(old))
    cases = _cases(results.values())
    known = set(new.trials.values_list("evidence", flat=True))
    left = {one.digest: one for one in cases.values() if one.digest not in known}
    edition, end = edition_of(new), time.monotonic() + seconds
    for digest in sorted(left):
        if time.monotonic() > end:
            break
        _try(new, edition, left.pop(digest), at)
    return len(left)


def _try(new: AdoptedEdition, edition: Edition, case: Evidence, at: dt.datetime) -> None:
    grade, is_certifiable, reason = "", None, ""
    try:
        with tempfile.TemporaryDirectory() as folder, case.content.open("rb") as stream:
            document = _evaluated(edition, unpack_case(stream, Path(folder)))
        found = grade_of(edition, document)
        grade, is_certifiable, reason = found.label, found.is_certifiable, _missing(document, edition)
    except SealmarkError as error:
        reason = "; ".join(dict.fromkeys(one.what for one in error.problems))
    except OSError:
        reason = "The stored evidence cannot be read."
    Trial.objects.update_or_create(
        edition=new, evidence=case.digest,
        defaults={"grade": grade, "is_certifiable": is_certifiable, "reason": reason[:_LONGEST_REASON], "made_at": at},
    )  # fmt: skip


def _evaluated(edition: Edition, place: Path) -> dict[str, Json]:
    from sealmark.evaluation.case import read_case
    from sealmark.evaluation.run import evaluate

    case = read_case(place)
    # What organizations alike taught under the old edition counts for chances alone, and for no grade.
    alone = dataclasses.replace(case, file=case.file.model_copy(update={"prior_group": None}))
    return evaluate(edition, alone, draws=_DRAWS).document


def _missing(document: Mapping[str, Any], edition: Edition) -> str:
    ladders = document.get("ladders")
    first = {} if ladders is None else ladders.get(edition.grading.ladders[0].id, {})
    missing = first.get("missing") or []
    return "; ".join(f"{one.get('kind')} {one.get('id')}" if isinstance(one, dict) else str(one) for one in missing)
