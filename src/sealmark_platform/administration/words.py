"""What the entries of a body's own changes are called, and how their history is told."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from sealmark_platform.parties.models import Body, Person
from sealmark_platform.records.models import Entry

__all__ = ["AREAS", "CHANGES", "history_of"]

CHANGES: Mapping[str, str | Promise] = {
    "body.begin": _("The certification body was set up"),
    "body.change-settings": _("Settings changed"),
    "person.add": _("Taken in"),
    "person.set-functions": _("Functions changed"),
    "person.let-go": _("All functions ended"),
    "account.invite": _("Invited"),
    "competence.add": _("Competence noted"),
    "competence.end": _("Competence ended"),
    "tie.declare": _("Tie declared"),
    "tie.end": _("Tie ended"),
    "organization.add": _("Taken down"),
    "organization.change": _("Particulars changed"),
    "organization.add-sites": _("Sites added"),
    "organization.close-site": _("Site closed"),
    "organization.add-representative": _("Representative added"),
    "organization.end-representation": _("Representative removed"),
    "calendar.set-week": _("Working days changed"),
    "calendar.add-days": _("Holidays added"),
    "calendar.remove-day": _("Holiday removed"),
    "leave.take": _("Leave noted"),
    "leave.take-back": _("Leave taken back"),
    "edition.adopt": _("Adopted"),
    "edition.give-figures": _("Figures given"),
    "edition.plan-succession": _("Succession planned"),
    "edition.call-off-succession": _("Succession called off"),
    "edition.succeed": _("Succession in force"),
    "register.take-over": _("List of another register taken over"),
    "webhook.make": _("Webhook made"),
    "webhook.pause": _("Webhook paused"),
    "webhook.resume": _("Webhook went on"),
    "webhook.end": _("Webhook ended"),
}
AREAS: Mapping[str, str | Promise] = {
    "edition": _("edition"),
    "requirement": _("requirement"),
    "group": _("group of requirements"),
    "scale": _("scale"),
    "parameter": _("figure"),
    "measure": _("measure"),
    "instrument": _("questionnaire"),
    "item": _("question"),
    "fact": _("fact to be declared"),
    "score": _("score"),
    "adjustment": _("adjustment"),
    "gate": _("gate"),
    "waivable gate": _("gate that may be waived"),
    "ladder": _("ladder of grades"),
    "grade": _("grade"),
    "source": _("source"),
    "procedure": _("procedure"),
    "declaration": _("declarations"),
    "overlay": _("overlay for practice"),
}
"""What changes between editions, as :func:`sealmark.scheme.comparing.compare` names it."""
_SHOWN = 50


def history_of(body: Body, *subjects: str) -> list[Entry]:
    """Return the newest entries about subjects of a body, each with what happened and who did it."""
    found = list(Entry.objects.filter(tenant=str(body.pk), subject__in=subjects).order_by("-number")[:_SHOWN])
    people = {entry.actor for entry in found} - {"clock", "operator"}
    names = {str(pk): name for pk, name in Person.objects.filter(pk__in=people).values_list("pk", "name")}
    others = {"clock": _now("the calendar"), "operator": _now("the operator")}
    for entry in found:
        entry.who = names.get(entry.actor) or others.get(entry.actor, entry.actor)  # type: ignore[attr-defined]
        entry.what = CHANGES.get(entry.kind, entry.kind)  # type: ignore[attr-defined]
    return found
