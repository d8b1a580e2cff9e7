"""Who takes part in certification."""

from sealmark_platform.parties.models.body import Body, Membership
from sealmark_platform.parties.models.organization import Organization, Representation, Site
from sealmark_platform.parties.models.person import Competence, Person, PersonTie

__all__ = [
    "Body", "Competence", "Membership", "Organization", "Person", "PersonTie", "Representation", "Site",
]  # fmt: skip
