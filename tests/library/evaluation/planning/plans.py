"""Plans and books that the tests of planning share."""

from dataclasses import replace
from decimal import Decimal

from tests.library.builders import book_of, edition_of

from sealmark.evaluation.planning import (
    draw_sites,
    sites_needed,
)
from sealmark.scheme.procedure import Procedure

D = Decimal
ROOT = {
    "rule": "root",
    "root": {"factor": {"initial": 1, "surveillance": D("0.6"), "recertification": D("0.8")}},
    "at_least_random": D("0.25"),
}

# IAF MD1 as tabulated in the literature: number of sites to visit by number of sites.
SITES = (2, 3, 4, 5, 9, 10, 16, 25, 26, 50, 100, 200, 500, 1000)

PUBLISHED = {
    "initial": (2, 2, 2, 3, 3, 4, 4, 5, 6, 8, 10, 15, 23, 32),
    "surveillance": (1, 2, 2, 2, 2, 2, 3, 3, 4, 5, 6, 9, 14, 19),
    "recertification": (2, 2, 2, 2, 3, 3, 4, 4, 5, 6, 8, 12, 18, 26),
}
AT_RANDOM = (1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 3, 4, 6, 8)


def book(sampling=None, *, parameters=None, **procedure):
    keys = {"source": "own", "site_sampling": sampling or ROOT, **procedure}
    return book_of(replace(edition_of(["a"], parameters=parameters), procedure=Procedure.model_validate(keys)))


def needed(sampling, event, listed, **others):
    found = book(sampling, **others)
    return sites_needed(found.edition.procedure.site_sampling, event, listed, found)


def plan(sites, sampling=None, *, event="initial", seed=5, **others):
    return draw_sites(sites, book(sampling, **others), event=event, seed=seed)
