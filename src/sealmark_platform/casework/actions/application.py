"""Acts on an application (17065, 7.2 and 7.3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping

from django.db import transaction

from sealmark.certify.states import ApplicationStatus
from sealmark.core.canonical import Json, digest_bytes
from sealmark.core.errors import Problem, SealmarkError
from sealmark_platform.casework.actions.steps import Step, clients_of
from sealmark_platform.casework.models import Agreement, CertificationFile
from sealmark_platform.casework.queries.actors import members_with
from sealmark_platform.casework.queries.applications import answer_faults, missing_parts, prerequisites_unmet
from sealmark_platform.casework.queries.numbers import next_number
from sealmark_platform.catalogue.models import AdoptedEdition
from sealmark_platform.parties.models import Organization, Person

__all__ = [
    "accept_application", "ask_applicant", "begin_application", "offer_agreement", "own_draft",
    "refuse_application", "sign_agreement", "submit_application", "withdraw_application", "write_application",
]  # fmt: skip


def begin_application(
    organization: Organization, edition: AdoptedEdition, *, language: str, by: Person, at: dt.datetime
) -> CertificationFile:
    """Open a file with an empty application."""
    with transaction.atomic():
        file = CertificationFile(
            body=edition.body, organization=organization, edition=edition, opened_at=at, language=language,
            number=next_number(edition.body, at.year),
        )  # fmt: skip
        with Step("application.begin", file, by=by, at=at) as step:
            step.note(edition=edition.edition, digest=edition.digest)
    return file


@transaction.atomic
def write_application(
    file: CertificationFile, *, scope: str, answers: Mapping[str, Json], by: Person, at: dt.datetime, revision: int
) -> CertificationFile:
    """Save what the applicant has written so far: a draft is the client's own and leaves no record.

    Raises:
        SealmarkError: SM702 it was submitted, SM703 the person does not speak for the client, SM801 somebody wrote
            in between, SM807 an answer does not fit the scheme's application form.
    """
    file = own_draft(file, by)
    faults = answer_faults(file, answers)
    if faults:
        fix = "Answer what the application form of the scheme asks."
        raise SealmarkError(*(Problem("SM807", f"An answer does not fit: {fault}.", fix=fix) for fault in faults))
    if file.revision != revision:
        raise SealmarkError(Problem("SM801", "Somebody else acted here in the meantime."))
    file.scope, file.answers = scope.strip(), dict(answers)
    file.revision += 1
    file.save(update_fields=["scope", "answers", "revision"])
    return file


def own_draft(file: CertificationFile, by: Person) -> CertificationFile:
    """Return an application locked, if it is still written and the person speaks for the client.

    Raises:
        SealmarkError: SM702 it was submitted, SM703 the person does not speak for the client.
    """
    if not by.representations.filter(organization=file.organization_id).exists():
        raise SealmarkError(Problem("SM703", "An application is written by the client."))
    locked = CertificationFile.objects.select_for_update(no_key=True).get(pk=file.pk)
    if locked.status not in {ApplicationStatus.DRAFT, ApplicationStatus.ASKED}:
        raise SealmarkError(Problem("SM702", "The application has been submitted and cannot be changed."))
    return locked


def submit_application(
    file: CertificationFile, *, by: Person, at: dt.datetime, revision: int | None = None
) -> CertificationFile:
    """Hand the application in."""
    facts = lambda file: {"missing": missing_parts(file)}  # noqa: E731
    with Step("application.submit", file, by=by, at=at, revision=revision, facts=facts) as step:
        step.subject.submitted_at = at
        _tell_coordinators(step, "application-submitted")
    return step.subject  # type: ignore[no-any-return]


def ask_applicant(
    file: CertificationFile, *, reason: str, by: Person, at: dt.datetime, revision: int | None = None
) -> CertificationFile:
    """Ask for what is missing before deciding whether to accept."""
    with Step("application.ask", file, by=by, at=at, reason=reason, revision=revision) as step:
        step.tell(clients_of(step.subject), "application-asked")
    return step.subject  # type: ignore[no-any-return]


def accept_application(
    file: CertificationFile,
    *,
    reason: str,
    shown: Collection[str],
    by: Person,
    at: dt.datetime,
    revision: int | None = None,
) -> CertificationFile:
    """Accept it after the application review.

    Args:
        file: The application.
        reason: Why it is accepted.
        shown: The prerequisites of the scheme that the reviewer found shown.
        by: The coordinator.
        at: When.
        revision: That the page showed.
    """
    facts = lambda file: {"prerequisites_unmet": prerequisites_unmet(file, shown)}  # noqa: E731
    with Step("application.accept", file, by=by, at=at, reason=reason, revision=revision, facts=facts) as step:
        step.subject.prerequisites_shown = sorted(shown)
        step.note(prerequisites=[*map(str, sorted(shown))])
        step.tell(clients_of(step.subject), "application-accepted")
    return step.subject  # type: ignore[no-any-return]


def refuse_application(
    file: CertificationFile, *, reason: str, by: Person, at: dt.datetime, revision: int | None = None
) -> CertificationFile:
    """Refuse it, with the reason told to the applicant."""
    with Step("application.refuse", file, by=by, at=at, reason=reason, revision=revision) as step:
        step.tell(clients_of(step.subject), "application-refused")
    return step.subject  # type: ignore[no-any-return]


def offer_agreement(
    file: CertificationFile, *, text: str, by: Person, at: dt.datetime, revision: int | None = None
) -> CertificationFile:
    """Offer the agreement; its text is kept with its digest."""
    with Step("application.offer-agreement", file, by=by, at=at, revision=revision) as step:
        digest = digest_bytes(text.encode())
        Agreement.objects.create(file=step.subject, text=text, digest=digest, offered_on=step.on)
        step.note(agreement=digest)
        step.tell(clients_of(step.subject), "agreement-offered")
    return step.subject  # type: ignore[no-any-return]


def sign_agreement(
    file: CertificationFile, *, by: Person, at: dt.datetime, revision: int | None = None
) -> CertificationFile:
    """Sign the agreement for the client."""

    def facts(file: CertificationFile) -> Mapping[str, object]:
        return {"may_sign": by.representations.filter(organization=file.organization_id, may_sign=True).exists()}

    with Step("application.sign-agreement", file, by=by, at=at, revision=revision, facts=facts) as step:
        Agreement.objects.filter(file=step.subject).update(signed_on=step.on, signed_by=by)
        step.note(agreement=step.subject.agreement.digest)
        _tell_coordinators(step, "agreement-signed")
    return step.subject  # type: ignore[no-any-return]


def withdraw_application(
    file: CertificationFile, *, by: Person, at: dt.datetime, revision: int | None = None
) -> CertificationFile:
    """Take the application back."""
    with Step("application.withdraw", file, by=by, at=at, revision=revision) as step:
        _tell_coordinators(step, "application-withdrawn")
    return step.subject  # type: ignore[no-any-return]


def _tell_coordinators(step: Step, kind: str) -> None:
    step.tell(members_with(step.subject, "coordinator", step.on).select_related("person"), kind)
