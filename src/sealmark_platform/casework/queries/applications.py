"""What an application still lacks, as its scheme asks for it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sealmark.core.canonical import Json
from sealmark.scheme.edition import Edition
from sealmark_platform.casework.models import CertificationFile
from sealmark_platform.catalogue.queries import edition_of, word_of

__all__ = [
    "answer_faults", "answers_given", "applicants_of", "documents_asked", "missing_parts", "prerequisites_of",
    "prerequisites_unmet",
]  # fmt: skip


def applicants_of(edition: Edition) -> tuple[str, ...]:
    """Return the classes of applicants that a scheme names; none: anybody may apply."""
    return edition.procedure.who_may_apply


def answer_faults(file: CertificationFile, answers: Mapping[str, Json]) -> tuple[str, ...]:
    """Return what does not fit the application form.

    Args:
        file: Whose scheme has the form.
        answers: ``applicant`` is a class of the scheme or empty, ``prerequisites`` says by id how each is shown.
    """
    edition = edition_of(file.edition)
    found = [f'there is no answer "{name}"' for name in answers if name not in {"applicant", "prerequisites"}]
    applicant, shown = answers.get("applicant", ""), answers.get("prerequisites", {})
    if applicant not in {"", *applicants_of(edition)}:
        found.append(f'the scheme has no applicants "{applicant}"')
    if not isinstance(shown, Mapping) or not all(isinstance(text, str) for text in shown.values()):
        return (*found, "prerequisites are texts by id")
    known = {name for name, _refuses in prerequisites_of(edition)}
    return (*found, *(f'the scheme has no prerequisite "{name}"' for name in shown if name not in known))


def documents_asked(file: CertificationFile) -> tuple[str, ...]:
    """Return the kinds of documents that the scheme asks applicants for."""
    return edition_of(file.edition).procedure.application_documents


def prerequisites_of(edition: Edition) -> tuple[tuple[str, bool], ...]:
    """Return the prerequisites with whether an application is refused without them."""
    return tuple((item.id, bool(item.refuse)) for item in edition.procedure.prerequisites)


def answers_given(file: CertificationFile, language: str) -> tuple[tuple[str, str], ...]:
    """Return what the applicant answered: words of the scheme in a language, and the answer."""
    edition = edition_of(file.edition)
    applicant, shown = file.answers.get("applicant"), file.answers.get("prerequisites", {})
    who = [("", word_of(edition, language, "labels", applicant))] if applicant else []
    return (*who, *((word_of(edition, language, "labels", name), text) for name, text in shown.items()))


def missing_parts(file: CertificationFile) -> tuple[str, ...]:
    """Return what must be there before the application can be handed in."""
    given = set(file.documents.values_list("kind", flat=True))
    missing = [kind for kind in documents_asked(file) if kind not in given]
    classes = applicants_of(edition_of(file.edition))
    is_placed = not classes or file.answers.get("applicant") in classes
    return (*([] if file.scope.strip() else ["scope"]), *([] if is_placed else ["applicant"]), *missing)


def prerequisites_unmet(file: CertificationFile, shown: Collection[str]) -> tuple[str, ...]:
    """Return the prerequisites that refuse and are not among those the reviewer found shown."""
    wanted = prerequisites_of(edition_of(file.edition))
    return tuple(name for name, refuses in wanted if refuses and name not in shown)
