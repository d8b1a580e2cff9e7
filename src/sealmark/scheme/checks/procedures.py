"""Procedure, relations, dates of the edition, and overlays."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sealmark.core.errors import Problem
from sealmark.core.numbers import plain
from sealmark.scheme.checks.numbers import outside
from sealmark.scheme.checks.rules import not_a_share
from sealmark.scheme.checks.view import View
from sealmark.scheme.edition import Overlay
from sealmark.scheme.procedure import SiteSampling

__all__ = ["check_manifest", "check_overlays", "check_procedure", "check_relations"]

_TARGET = re.compile(r"(law:.+|[A-Za-z0-9._-]+/[A-Za-z0-9._-]+(#.+)?)\Z")
_LAW = re.compile(r"law:[a-z]{2}/[a-z0-9]+([.-][a-z0-9]+)*#[A-Za-z0-9]+([.()-]+[A-Za-z0-9]+)*\)?\Z")


def check_procedure(view: View) -> Iterator[Problem]:
    """Yield sampling rules without their figures, and separations that separate nothing."""
    yield from _site_sampling(view, view.edition.procedure.site_sampling)
    file, procedure = "procedure.yaml", view.edition.procedure
    for position, (first, second) in enumerate(procedure.separations):
        if first == second:
            what = f'The role "{first}" is separated from itself.'
            yield view.problem("SM251", what, (file, ("separations", position)), "Name two roles.")
    for position, item in enumerate(procedure.record_sampling):
        for key in ("confidence", "tolerated_share"):
            if getattr(item, key) is not None:
                yield from not_a_share(view, getattr(item, key), (file, ("record_sampling", position, key)))


def _site_sampling(view: View, sampling: SiteSampling) -> Iterator[Problem]:
    file = "procedure.yaml"
    for key in ("root", "share", "count"):
        given = bool(getattr(sampling, key))
        if key == sampling.rule and not given:
            what = f'The site sampling rule "{key}" needs the key "{key}".'
            yield view.problem("SM250", what, (file, ("site_sampling",)), f"Add `{key}:` with one number per event.")
        # Shares may stand beside "all": they cut down surveillance visits.
        if key != sampling.rule and given and not (key == "share" and sampling.rule == "all"):
            what = f'The site sampling rule "{sampling.rule}" does not use the key "{key}".'
            yield view.problem("SM250", what, (file, ("site_sampling", key)), "Remove it, or change the rule.")
    for event, number in sampling.share.items():
        yield from not_a_share(view, number, (file, ("site_sampling", "share", event)))
    for event, number in sampling.unlike_sites.items():
        yield from not_a_share(view, number, (file, ("site_sampling", "unlike_sites", event)))
    if sampling.at_least_random is not None:
        yield from not_a_share(view, sampling.at_least_random, (file, ("site_sampling", "at_least_random")))


def check_relations(view: View) -> Iterator[Problem]:
    """Yield relations whose target nobody can look up."""
    for position, relation in enumerate(view.edition.relations):
        if not _TARGET.match(relation.to):
            what = f'"{relation.to}" names no requirement and no law.'
            fix = "Write scheme/edition#id, or law:country/law#clause."
            yield view.problem("SM252", what, ("relations.yaml", ("relations", position, "to")), fix)
        elif relation.to.startswith("law:") and not _LAW.match(relation.to):
            what = f'"{relation.to}" does not name a country, a law and a clause.'
            fix = "Write law:country/law#clause in small letters, for example law:eu/reg-2016-679#13."
            yield view.problem("SM287", what, ("relations.yaml", ("relations", position, "to")), fix)


def check_manifest(view: View) -> Iterator[Problem]:
    """Yield days and names in edition.yaml that contradict each other or scheme.yaml."""
    file, manifest = "edition.yaml", view.edition.manifest
    if manifest.effective_to is not None and manifest.effective_to < manifest.effective_from:
        what = (
            f"The edition ends on {manifest.effective_to.isoformat()}, "
            f"before it begins ({manifest.effective_from.isoformat()})."
        )
        yield view.problem("SM253", what, (file, ("effective_to",)), "effective_to is the last day it counts.")
    if manifest.scheme != view.edition.scheme.id:
        what = f'The edition belongs to "{manifest.scheme}", the pack is "{view.edition.scheme.id}".'
        yield view.problem("SM254", what, (file, ("scheme",)), "Use the id of scheme.yaml.")
    for key in ("replaces", "successor"):
        named = getattr(manifest, key)
        own = {view.edition.id, manifest.edition}
        if named in own:
            what = f'The edition names itself as its own "{key}".'
            yield view.problem("SM254", what, (file, (key,)), "Name another edition, or remove the key.")
    if not 0 < manifest.confidence < 1:
        what = f"{plain(manifest.confidence)} is not a confidence level."
        yield view.problem("SM231", what, (file, ("confidence",)), "Write a share, for example 0.95.")


def check_overlays(view: View) -> Iterator[Problem]:
    """Yield overlays for another edition, and values that fill what is not empty."""
    for file, part in view.edition.parts.items():
        if isinstance(part, Overlay):
            if part.for_edition != view.edition.id:
                what = f'The overlay is for "{part.for_edition}", but lies in "{view.edition.id}".'
                yield view.problem(
                    "SM260", what, (file, ("for_edition",)), f'Write "{view.edition.id}", or move the file.'
                )
            for name, value in part.values.items():
                at = (file, ("values", name))
                parameter = view.edition.parameters.get(name)
                if parameter is not None and all(item.value is not None for item in parameter.values):
                    what = f'The overlay fills the parameter "{name}", which has a value already.'
                    fix = "An overlay fills only parameters that are null; remove the line."
                    yield view.problem("SM261", what, at, fix)
                yield from outside(view, name, value, at)
