"""Pages of the people of a body: who they are, what they may judge, what ties them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from sealmark.core.errors import Problem, SealmarkError
from sealmark_platform.accounts.actions import invite
from sealmark_platform.administration import calendars
from sealmark_platform.administration.access import Desk, desk_of
from sealmark_platform.administration.tasks import DeskForm, Place, Task, day_field, paged, run_task
from sealmark_platform.administration.words import history_of
from sealmark_platform.api.exports import exported
from sealmark_platform.parties.actions.competence import (
    Ability,
    Bond,
    add_competence,
    client_named,
    declare_tie,
    end_competence,
    end_tie,
)
from sealmark_platform.parties.actions.people import account_of, add_person, let_go, set_functions
from sealmark_platform.parties.models import Body, Competence, Leave, Membership, Person, PersonTie
from sealmark_platform.parties.queries import current, people_of, person_stamp, tied_clients
from sealmark_platform.workbench.templatetags.plain import scheme_name

__all__ = [
    "ADD", "ITEM_TASKS", "TASKS", "EndForm", "TieForm", "add", "carried", "invited", "item_task", "one", "people",
    "schemes_of", "task",
]  # fmt: skip

TAGS = [("en", "English"), ("ru", "Русский"), ("zh-Hans", "简体中文"), ("zh-Hant", "繁體中文")]
_FUNCTIONS = Membership.Function.choices


def schemes_of(body: Body) -> list[str]:
    """Return the ids of the schemes a body certifies by."""
    return sorted({name.partition("/")[0] for name in body.editions.values_list("edition", flat=True)})


def scheme_words(body: Body) -> dict[str, str]:
    """Return what the schemes of a body call themselves, by id."""
    newest = {one.edition.partition("/")[0]: one for one in body.editions.order_by("edition")}
    return {name: scheme_name(newest[name]) for name in sorted(newest)}


def _worded(items: Iterable[Competence], words: Mapping[str, str]) -> list[Competence]:
    """Return competences, each with the word for its scheme and for its language."""
    found = list(items)
    for item in found:
        item.word = words.get(item.scheme, item.scheme)  # type: ignore[attr-defined]
        item.spoken = dict(TAGS).get(item.language, item.language)  # type: ignore[attr-defined]
    return found


# Lists -----------------------------------------------------------------------------------------------------------


@login_required
def people(request: HttpRequest, code: str) -> HttpResponseBase:
    """Everybody who works or worked for the body."""
    desk = desk_of(request, code)
    query, function, state = (request.GET.get(name, "").strip() for name in ("q", "function", "state"))
    found = _wanted(desk, query, function, state)
    if request.GET.get("as") in {"csv", "xlsx"}:
        names = ["name", "email", "functions", "competences", "active"]
        return exported(request.GET["as"], "people", names, _rows(found))
    page, words = paged(request, found), scheme_words(desk.body)
    for person in page.object_list:
        _worded(person.able, words)
    shown = {
        "desk": desk, "tab": "people", "page": page, "query": query, "function": function,
        "state": state, "functions": _FUNCTIONS, "carried": carried(request),
    }  # fmt: skip
    return render(request, "administration/people.html", shown)


def carried(request: HttpRequest) -> str:
    """Return what a link to another page of the same list carries."""
    kept = request.GET.copy()
    for name in ("page", "as"):
        kept.pop(name, None)
    return f"{kept.urlencode()}&" if kept else ""


def _wanted(desk: Desk, query: str, function: str, state: str) -> QuerySet[Person]:
    seats = Membership.objects.filter(body=desk.body)
    now = seats.filter(current(desk.on))
    found = people_of(desk.body)
    if query:
        found = found.filter(Q(name__icontains=query) | Q(email__icontains=query))
    if function:
        found = found.filter(pk__in=now.filter(function=function).values("person"))
    if state == "left":
        found = found.exclude(pk__in=now.values("person"))
    elif state != "all":
        found = found.filter(pk__in=now.values("person"))
    own = Competence.objects.filter(Q(valid_until=None) | Q(valid_until__gte=desk.on), body=desk.body)
    return found.order_by("name", "pk").prefetch_related(
        Prefetch("memberships", now.order_by("pk"), to_attr="seats"),
        Prefetch("competences", own.order_by("scheme"), to_attr="able"),
    )


def _rows(found: QuerySet[Person]) -> Iterator[list[Any]]:
    for person in found.iterator(chunk_size=500):
        seats, able = person.seats, person.able  # type: ignore[attr-defined]
        yield [
            person.name, person.email, [seat.function for seat in seats], sorted({str(item) for item in able}),
            bool(seats) and person.is_active,
        ]  # fmt: skip


def _member(desk: Desk, pk: str) -> Person:
    return get_object_or_404(people_of(desk.body), pk=pk)


@login_required
def one(request: HttpRequest, code: str, pk: str) -> HttpResponseBase:
    """One person of the body."""
    desk = desk_of(request, code)
    person = _member(desk, pk)
    seats = list(Membership.objects.filter(body=desk.body, person=person).order_by("pk"))
    able = Competence.objects.filter(body=desk.body, person=person)
    shown = {
        "desk": desk, "tab": "people", "person": person, "on": desk.on,
        "held": [seat for seat in seats if seat.until is None or seat.until >= desk.on],
        "ended": [seat for seat in seats if seat.until is not None and seat.until < desk.on],
        "competences": _worded(able.order_by("scheme", "sector"), scheme_words(desk.body)),
        "ties": tied_clients(person, desk.body).order_by("organization__name"),
        "leave": person.leaves.filter(body=desk.body, last__gte=desk.on).order_by("first"),
        "entries": history_of(desk.body, f"person:{person.pk}"),
    }  # fmt: skip
    return render(request, "administration/person.html", shown)


# Tasks -----------------------------------------------------------------------------------------------------------


class _AddForm(DeskForm):
    email = forms.EmailField(label=_("E-mail"), help_text=_("The invitation goes there."))
    name = forms.CharField(label=_("Name"), max_length=200)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    functions = forms.MultipleChoiceField(label=_("Functions"), choices=_FUNCTIONS, widget=forms.CheckboxSelectMultiple)


class _FunctionsForm(DeskForm):
    functions = forms.MultipleChoiceField(
        label=_("Functions"), choices=_FUNCTIONS, widget=forms.CheckboxSelectMultiple, required=False
    )


class _CompetenceForm(DeskForm):
    scheme = forms.ChoiceField(label=_("Scheme"))
    sector = forms.CharField(label=_("Sector"), required=False, max_length=60, help_text=_("Left empty: every sector."))
    language = forms.ChoiceField(label=_("Language of the evaluation"), required=False)
    until = day_field(_("Last day"), required=False, help_text=_("Left empty: until it is ended."))
    evidence = forms.CharField(
        label=_("By what it is shown"), required=False, max_length=2_000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def settle(self) -> None:
        """Offer the schemes of the body."""
        self.offer("scheme", [(name, f"{word} ({name})") for name, word in scheme_words(self.desk.body).items()])
        self.offer("language", [("", _("every language")), *TAGS])


class EndForm(DeskForm):
    """Asks for a last day."""

    until = day_field(_("Last day"))


class TieForm(DeskForm):
    """Asks what ties somebody to an organization."""

    organization = forms.CharField(
        label=_("Organization"), max_length=300,
        help_text=_("Its name, or its number in the commercial register."),
    )  # fmt: skip
    kind = forms.ChoiceField(label=_("What ties"), choices=PersonTie.Kind.choices)
    until = day_field(
        _("Last day"), required=False, help_text=_("Left empty: it goes on. The cooling-off period begins after it.")
    )
    note = forms.CharField(label=_("Note"), required=False, max_length=300)


class _LetGoForm(DeskForm):
    reason = forms.CharField(label=_("Reason"), max_length=2_000, widget=forms.Textarea(attrs={"rows": 3}))
    confirmed = forms.BooleanField(label=_("I have read this and mean it"))


def _add(desk: Desk, _subject: object, said: Mapping[str, Any]) -> str:
    account = account_of(said["email"], said["name"], language=said["language"])
    person = add_person(desk.body, account, said["functions"], by=desk.by, at=desk.at)
    return invited(desk, person)


def invited(desk: Desk, person: Person) -> str:
    """Invite somebody, and return what came of it."""
    try:
        invite(person, by=desk.by, at=desk.at, body=desk.body)
    except OSError:
        told = _now("%(person)s was taken in, but the mail could not be sent: send the invitation again.")
        return told % {"person": person.name}
    return _now("%(person)s was taken in, and the invitation is on its way.") % {"person": person.name}


def _functions(desk: Desk, person: Person, said: Mapping[str, Any]) -> None:
    set_functions(desk.body, person, said["functions"], by=desk.by, at=desk.at, seen=said["seen"])


def _competence(desk: Desk, person: Person, said: Mapping[str, Any]) -> None:
    ability = Ability(said["scheme"], said["sector"], said["language"], said["until"], said["evidence"])
    known = schemes_of(desk.body)
    add_competence(desk.body, person, ability, schemes=known, by=desk.by, at=desk.at, seen=said["seen"])


def _end_competence(desk: Desk, item: Competence, said: Mapping[str, Any]) -> None:
    end_competence(item, until=said["until"], by=desk.by, at=desk.at, seen=said["seen"])


def _tie(desk: Desk, person: Person, said: Mapping[str, Any]) -> None:
    organization = client_named(said["organization"], desk.body)
    bond = Bond(said["kind"], said["until"], said["note"])
    declare_tie(desk.body, person, organization, bond, by=desk.by, at=desk.at, seen=said["seen"])


def _end_tie(desk: Desk, item: PersonTie, said: Mapping[str, Any]) -> None:
    end_tie(desk.body, item, until=said["until"], by=desk.by, at=desk.at, seen=said["seen"])


def _let_go(desk: Desk, person: Person, said: Mapping[str, Any]) -> None:
    let_go(desk.body, person, reason=said["reason"], by=desk.by, at=desk.at, seen=said["seen"])


def _invite(desk: Desk, person: Person, _said: object) -> None:
    try:
        invite(person, by=desk.by, at=desk.at, body=desk.body)
    except OSError as error:
        what = "The mail could not be sent."
        raise SealmarkError(Problem("SM891", what, fix="Try again later, or ask the operator.")) from error


ADD = Task(_("Take somebody in"), _AddForm, _add)
TASKS: dict[str, Task] = {
    "functions": Task(_("Change functions"), _FunctionsForm, _functions),
    "competence": Task(_("Note a competence"), _CompetenceForm, _competence,
                       intro=_("The same scheme, sector and language again gets a new last day.")),
    "tie": Task(_("Declare a tie"), TieForm, _tie,
                intro=_("Who is tied to an organization takes no part in its files: see the cooling-off period.")),
    "leave": calendars.LEAVE,
    "invite": Task(_("Send the invitation again"), DeskForm, _invite),
    "let-go": Task(_("End all functions"), _LetGoForm, _let_go, is_final=False,
                   intro=_("All functions in this body end. What the person did stays in the records.")),
}  # fmt: skip
ITEM_TASKS: dict[str, tuple[Any, Task]] = {
    "end-competence": (Competence, Task(_("End the competence"), EndForm, _end_competence)),
    "end-tie": (PersonTie, Task(_("End the tie"), EndForm, _end_tie)),
    "take-back-leave": (Leave, calendars.TAKE_BACK),
}


@login_required
def add(request: HttpRequest, code: str) -> HttpResponseBase:
    """Take somebody in."""
    desk = desk_of(request, code)
    return run_task(request, desk, ADD, None, Place(reverse("people", args=[code]), str(_("People")), "people"))


@login_required
def task(request: HttpRequest, code: str, pk: str, task: str) -> HttpResponseBase:
    """Do something about a person."""
    desk = desk_of(request, code)
    person = _member(desk, pk)
    if task not in TASKS:
        raise Http404
    chosen = TASKS[task]
    if task == "functions":
        held = Membership.objects.filter(current(desk.on), body=desk.body, person=person)
        chosen = _starting(chosen, {"functions": list(held.values_list("function", flat=True))})
    return run_task(request, desk, chosen, person, _place(desk, person))


def _starting(chosen: Task, start: dict[str, Any]) -> Task:
    return Task(chosen.title, chosen.form, chosen.do, lambda _subject: start, chosen.intro, chosen.is_final)


def _place(desk: Desk, person: Person) -> Place:
    back = reverse("person", args=[desk.body.code, person.pk])
    return Place(back, person.name, "people", person_stamp(person, desk.body))


@login_required
def item_task(request: HttpRequest, code: str, pk: str, task: str, item: int) -> HttpResponseBase:
    """Do something about a competence or a tie of a person."""
    desk = desk_of(request, code)
    person = _member(desk, pk)
    if task not in ITEM_TASKS:
        raise Http404
    kind, chosen = ITEM_TASKS[task]
    found = _items(kind, desk, person).filter(pk=item).first()
    if found is None:
        raise Http404
    return run_task(request, desk, _starting(chosen, {"until": desk.on}), found, _place(desk, person))


def _items(kind: Any, desk: Desk, person: Person) -> QuerySet[Any]:
    return tied_clients(person, desk.body) if kind is PersonTie else kind.objects.filter(body=desk.body, person=person)
