"""How a certification runs: who may apply, stages, sampling, findings, validity, surveillance, appeal."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from sealmark.scheme.figures import Flag, Id, Number, Part
from sealmark.scheme.rules import Rule

__all__ = ["Event", "FindingGrade", "Objective", "Prerequisite", "Procedure", "SiteSampling", "Stage", "Surveillance"]

Event = Literal["initial", "surveillance", "recertification"]


class Prerequisite(Part):
    """What must hold before an application is accepted."""

    id: Id
    evidence: Rule
    refuse: Flag = True
    """false: ask for more instead of refusing."""


class Stage(Part):
    """One step of an evaluation with its evidence modes."""

    id: Id
    event: tuple[Event, ...]
    modes: tuple[Id, ...] = ()
    lowest_days: Number | None = None
    """Assessor days at least."""


class RootRule(Part):
    """ceil(factor x square root of the number of sites)."""

    factor: dict[Event, Number]


class SiteSampling(Part):
    """Which sites are visited. Exactly the rule named applies."""

    rule: Literal["root", "all", "share", "count", "not-published"]
    root: RootRule | None = None
    share: dict[Event, Number] = {}
    """share, and surveillance where all sites are visited otherwise: share of the sites, rounded up."""
    count: dict[Event, Number] = {}
    at_least_random: Number | None = None
    """Share of the sample drawn at random; the rest is chosen to differ over the cycle."""
    central_function: Flag = True
    """The head office is visited every time, on top of the sample."""
    strata: tuple[Id, ...] = ()
    """Columns of the site list the draw is stratified by."""
    unlike_sites: dict[Event, Number] = {}
    """Share visited, rounded up, where sampling does not fit: sites of one level declare different
    activities. All of them when left out."""


class RecordSampling(Part):
    """How many records, staff or contacts are drawn per site."""

    of: Literal["staff", "records", "outlets", "contacts", "documents", "units"]
    lowest: Number
    confidence: Number | None = None
    tolerated_share: Number | None = None
    """With confidence: as many as show that at most this share does not conform."""


class FindingGrade(Part):
    """A class of finding and its deadlines."""

    id: Id
    correction_days: Number | None = None
    plan_days: Number | None = None
    verified_days: Number | None = None
    blocks_decision: Flag = False


class Surveillance(Part):
    """Rhythm of visits and reviews after the decision."""

    months: Number
    """Months between the decision, or the visit before, and the next."""
    modes: tuple[Id, ...] = ()
    must_show: tuple[Rule, ...] = ()
    """What keeps the certificate valid (retention)."""


class Objective(Part):
    """A target the holder sets itself."""

    id: Id
    serves: tuple[Id, ...] = Field(min_length=1)
    """Requirements it serves."""
    rhythm: Literal["monthly", "quarterly", "half-yearly", "yearly"]
    quantified: Flag = True
    measure: Id | None = None


class Procedure(Part):
    """The file procedure.yaml. Empty parts mean: the scheme does not say."""

    source: Id
    who_may_apply: tuple[Id, ...] = ()
    """Wording ids of the classes of applicants."""
    prerequisites: tuple[Prerequisite, ...] = ()
    application_documents: tuple[Id, ...] = ()
    modes: tuple[Id, ...] = ()
    """Every evidence mode of the scheme."""
    stages: tuple[Stage, ...] = ()
    site_sampling: SiteSampling
    record_sampling: tuple[RecordSampling, ...] = ()
    roles: tuple[Id, ...] = ()
    separations: tuple[tuple[Id, Id], ...] = ()
    """Pairs of roles one person may not hold in one file."""
    cooling_off_days: Number | None = None
    finding_grades: tuple[FindingGrade, ...] = ()
    validity_months: Number | None = None
    surveillance: Surveillance | None = None
    retention: tuple[Rule, ...] = ()
    suspension_triggers: tuple[Id, ...] = ()
    suspension_days_at_most: Number | None = None
    appeal_days_to_file: Number | None = None
    appeal_days_to_decide: Number | None = None
    objectives: tuple[Objective, ...] = ()

    def rules_to_keep(self, event: Event) -> tuple[Rule, ...]:
        """Return what must hold at an event so that the certificate is kept."""
        if event == "surveillance":
            return () if self.surveillance is None else self.surveillance.must_show
        return self.retention if event == "recertification" else ()
