"""What an application still lacks, as its scheme asks for it."""

from __future__ import annotations

from collections.abc import Collection

from sealmark.scheme.edition import Edition
from sealmark_platform.casework.models import CertificationFile
from sealmark_platform.catalogue.queries import edition_of

__all__ = ["documents_asked", "missing_parts", "prerequisites_of", "prerequisites_unmet"]


def documents_asked(file: CertificationFile) -> tuple[str, ...]:
    """Return the kinds of documents that the scheme asks applicants for."""
    return edition_of(file.edition).procedure.application_documents


def prerequisites_of(edition: Edition) -> tuple[tuple[str, bool], ...]:
    """Return the prerequisites with whether an application is refused without them."""
    return tuple((item.id, bool(item.refuse)) for item in edition.procedure.prerequisites)


def missing_parts(file: CertificationFile) -> tuple[str, ...]:
    """Return what must be there before the application can be handed in."""
    given = set(file.documents.values_list("kind", flat=True))
    missing = [kind for kind in documents_asked(file) if kind not in given]
    return (*([] if file.scope.strip() else ["scope"]), *missing)


def prerequisites_unmet(file: CertificationFile, shown: Collection[str]) -> tuple[str, ...]:
    """Return the prerequisites that refuse and are not among those the reviewer found shown."""
    wanted = prerequisites_of(edition_of(file.edition))
    return tuple(name for name, refuses in wanted if refuses and name not in shown)
