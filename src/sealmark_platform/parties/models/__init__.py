"""Who takes part in certification."""

from sealmark_platform.parties.models.body import Body, Membership
from sealmark_platform.parties.models.calendar import Holiday, Leave
from sealmark_platform.parties.models.client import Client
from sealmark_platform.parties.models.mailbox import Mailbox
from sealmark_platform.parties.models.organization import Organization, Representation, Site
from sealmark_platform.parties.models.person import Competence, Person, PersonTie

__all__ = [
    "Body", "Client", "Competence", "Holiday", "Leave", "Mailbox", "Membership", "Organization", "Person", "PersonTie",
    "Representation", "Site",
]  # fmt: skip
