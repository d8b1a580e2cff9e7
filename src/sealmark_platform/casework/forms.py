"""What each act asks for: one form per act, for pages and the programming interface alike."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from sealmark.certify import EvaluationKind, Outcome
from sealmark.scheme.edition import Edition
from sealmark_platform.casework import phrases
from sealmark_platform.casework.actions.finding import NOTES
from sealmark_platform.casework.models import Decision, Participation
from sealmark_platform.casework.models.subjects import file_of
from sealmark_platform.casework.queries.applications import prerequisites_of
from sealmark_platform.casework.queries.evaluations import outcomes_of
from sealmark_platform.catalogue.queries import edition_of, word_of
from sealmark_platform.language import reader_tag
from sealmark_platform.parties.models import Membership, Person

__all__ = ["begin_empty", "form_of", "revision_field"]

NOTHING = "\N{EN DASH}"

Fields = Mapping[str, Callable[[Any], forms.Field | None]]


def _text(label: Any, *, required: bool = True) -> Callable[[Any], forms.Field]:
    return lambda _: forms.CharField(
        label=label, required=required, max_length=20_000, widget=forms.Textarea(attrs={"rows": 4})
    )


def _line(label: Any, *, required: bool = True) -> Callable[[Any], forms.Field]:
    return lambda _: forms.CharField(label=label, required=required, max_length=300)


def _day(label: Any, *, required: bool = True) -> Callable[[Any], forms.Field]:
    return lambda _: forms.DateField(label=label, required=required, widget=forms.DateInput(attrs={"type": "date"}))


def _choice(label: Any, options: Callable[[Any], Any], *, required: bool = True) -> Callable[[Any], forms.Field]:
    def field(subject: Any) -> forms.Field:
        found = list(options(subject))
        return forms.ChoiceField(label=label, required=required, choices=found if required else [("", NOTHING), *found])

    return field


_REASON = {"reason": _text(_("Reason"))}
_ALL_THE_SAME: Fields = {
    "reason": _text(_("Why on these days, if the body is closed or somebody on leave"), required=False)
}
_UNSEEN = dict.fromkeys(("required", "invalid"), _("Look at the page again and repeat your act if it still fits."))
_CONFIRM: Fields = {"confirmed": lambda _subject: forms.BooleanField(label=_("I have read this and mean it"))}


def _people(subject: Any) -> Any:
    here = Membership.objects.filter(body=file_of(subject).body_id)
    seats = here.filter(Q(until=None) | Q(until__gte=timezone.now().date()))
    held = Person.objects.filter(pk__in=seats.values("person")).order_by("name")
    return [(str(person.pk), person.name) for person in held]


def _outcomes(subject: Any) -> Any:
    return [(word.value, phrases.OUTCOMES[word]) for word in sorted(outcomes_of(subject))]


def _sites(subject: Any) -> Any:
    return [(str(site.pk), site.name) for site in file_of(subject).organization.sites.filter(closed_on=None)]


def _planned(subject: Any) -> Any:
    chosen = subject.planned_sites.filter(excluded="").select_related("site")
    return [(str(planned.pk), planned.site.name) for planned in chosen]


def _worded(edition: Edition, kind: str, names: Iterable[str]) -> list[tuple[str, str]]:
    """Return ids with the words of the pack in the reader's language."""
    found = [(name, word_of(edition, reader_tag(), kind, name)) for name in names]
    return [(name, str(phrases.CLASSES.get(name, word)) if word == name else word) for name, word in found]


def _grades(subject: Any) -> Any:
    edition = edition_of(file_of(subject).edition)
    known = [grade.id for grade in edition.procedure.finding_grades]
    return _worded(edition, "labels", dict.fromkeys([*known, *NOTES]))


def _requirements(subject: Any) -> Any:
    edition = edition_of(file_of(subject).edition)
    return _worded(edition, "nodes", edition.requirements)


def _triggers(subject: Any) -> Any:
    edition = edition_of(file_of(subject).edition)
    return _worded(edition, "labels", edition.procedure.suspension_triggers or ("other",))


def _decisions(subject: Any) -> Any:
    kept = Decision.objects.filter(evaluation__file=subject) | Decision.objects.filter(certificate__file=subject)
    return [
        (str(item.pk), f"{phrases.OUTCOMES[item.outcome]} · {date_format(item.decided_on)}")
        for item in kept.order_by("-decided_on")
    ]


def _conditions(subject: Any) -> Any:
    return [(str(place), one["text"]) for place, one in subject.open_conditions()]


def _shown(subject: Any) -> forms.Field:
    edition = edition_of(subject.edition)
    known = [name for name, _refuses in prerequisites_of(edition)]
    # A question without an answer to choose is not asked.
    widget = forms.CheckboxSelectMultiple if known else forms.MultipleHiddenInput
    return forms.MultipleChoiceField(
        label=_("Prerequisites that are shown"), required=False, widget=widget,
        choices=_worded(edition, "labels", known),
    )  # fmt: skip


def _moves_scope(subject: Any) -> bool:
    return bool(outcomes_of(subject) & {Outcome.EXTEND, Outcome.REDUCE})


def _scope(subject: Any) -> forms.Field | None:
    label = _("What is certified from now on, if the scope changes")
    return _text(label, required=False)(subject) if _moves_scope(subject) else None


def _sites_covered(subject: Any) -> forms.Field | None:
    open_ones = file_of(subject).organization.sites.filter(closed_on=None).order_by("code")
    names = [site.name for site in open_ones]
    return forms.MultipleChoiceField(
        label=_("Sites that are certified from now on, if the scope changes"), required=False,
        widget=forms.CheckboxSelectMultiple, choices=[(name, name) for name in names],
    ) if names and _moves_scope(subject) else None  # fmt: skip


_FIELDS: Mapping[str, Fields] = {
    "application.submit": {},
    "application.ask": _REASON,
    "application.accept": {"shown": _shown, **_REASON},
    "application.refuse": _REASON,
    "application.offer-agreement": {"text": _text(_("Text of the agreement"))},
    "application.sign-agreement": _CONFIRM,
    "application.withdraw": _CONFIRM,
    "evaluation.open": {
        "kind": _choice(_("Kind"), lambda _s: [(word.value, phrases.KINDS[word]) for word in EvaluationKind]),
        "purpose": _text(_("Why"), required=False),
        "due_on": _day(_("Due on"), required=False),
    },
    "evaluation.assign": {
        "person": _choice(_("Person"), _people),
        "side": _choice(_("Side"), lambda _s: Participation.Side.choices[:4]),
        "is_lead": lambda _s: forms.BooleanField(label=_("Leads the team"), required=False),
        "role": _line(_("Role in the scheme"), required=False),
        **_ALL_THE_SAME,
    },
    "evaluation.draw-sites": {
        "seed": lambda _s: forms.IntegerField(
            label=_("Seed of the draw"), min_value=0, max_value=2**31 - 1, initial=lambda: secrets.randbelow(2**31)
        )
    },
    "evaluation.exclude-site": {"site": _choice(_("Site"), _planned), **_REASON},
    "evaluation.settle-plan": {
        "starts_on": _day(_("First day")),
        "ends_on": _day(_("Last day")),
        "days": lambda _s: forms.DecimalField(label=_("Assessor days"), min_value=0, max_digits=6, decimal_places=2),
        **_ALL_THE_SAME,
    },
    "evaluation.change-plan": _REASON,
    "evaluation.start": {},
    "evaluation.add-evidence": {"content": lambda _s: forms.FileField(label=_("File, or a case folder as .zip"))},
    "evaluation.record-result": {},
    "evaluation.gather-more": _REASON,
    "evaluation.recommend": _REASON,
    "evaluation.send-back": _REASON,
    "evaluation.review": _REASON,
    "evaluation.vote": {"outcome": _choice(_("Outcome"), _outcomes), **_REASON},
    "evaluation.decide": {
        "outcome": _choice(_("Outcome"), _outcomes),
        **_REASON,
        "condition": _line(_("Condition, if granted with one"), required=False),
        "condition_until": _day(_("To be met until"), required=False),
        "valid_from": _day(_("Valid from, if later than today"), required=False),
        "trigger": _choice(_("Trigger, if suspended"), _triggers, required=False),
        "way_back": _text(_("What ends the suspension"), required=False),
        "scope": _scope, "sites": _sites_covered,
    },
    "evaluation.defer": _REASON,
    "evaluation.cancel": _REASON,
    "evaluation.step-aside": _REASON,
    "finding.raise": {
        "grade": _choice(_("Class"), _grades),
        "requirement": _choice(_("Requirement"), _requirements, required=False),
        "site": _choice(_("Site"), _sites, required=False),
        "statement": _text(_("What was found")),
    },
    "finding.answer": {
        "correction": _text(_("Correction: what was put right")),
        "cause": _text(_("Cause: why it happened")),
        "corrective_action": _text(_("Corrective action: why it will not happen again")),
    },
    "finding.return": _REASON,
    "finding.accept": {},
    "finding.verify": _REASON,
    "finding.confirm-effect": _REASON,
    "finding.reopen": _REASON,
    "finding.extend": {"until": _day(_("New deadline")), **_REASON},
    "finding.take-back": _REASON,
    "certificate.suspend": {
        "trigger": _choice(_("Trigger"), _triggers), "way_back": _text(_("What ends the suspension")), **_REASON,
    },
    "certificate.restore": _REASON,
    "certificate.withdraw": _REASON,
    "certificate.settle-condition": {"condition": _choice(_("Condition"), _conditions), **_REASON},
    "objection.file": {
        "against": _choice(_("Appeal against, or nothing for a complaint"), _decisions, required=False),
        "statement": _text(_("What it is about")),
    },
    "objection.name-panellist": {"person": _choice(_("Person"), _people)},
    "objection.admit": _REASON,
    "objection.reject": _REASON,
    "objection.investigate": _REASON,
    "objection.decide": {
        "is_upheld": lambda _s: forms.BooleanField(label=_("It is upheld"), required=False), **_REASON,
    },
    "objection.close": {},
}  # fmt: skip


def revision_field() -> forms.IntegerField:
    """Return the field that carries the revision a page showed: nobody acts on what they have not seen."""
    return forms.IntegerField(widget=forms.HiddenInput, error_messages=_UNSEEN)


def begin_empty(form: forms.Form) -> forms.Form:
    """Return a form whose lists begin with nothing: nobody gives an answer that they have not chosen."""
    for field in form.fields.values():
        choices: Any = field.choices if type(field) is forms.ChoiceField and field.required else ()
        if len(choices) > 1:
            field.choices = [("", NOTHING), *choices]  # type: ignore[attr-defined]
    return form


def form_of(act: str, subject: Any) -> type[forms.Form]:
    """Return the form of an act on a subject.

    Args:
        act: In the library's table.
        subject: What the act is done to; for acts that make their subject, what it will belong to.

    Raises:
        KeyError: Nobody does this act by hand.
    """
    made = {name: make(subject) for name, make in _FIELDS[act].items()}
    fields: dict[str, Any] = {name: field for name, field in made.items() if field is not None}
    fields["revision"] = revision_field()
    return type("ActForm", (forms.Form,), fields)
