"""The people of a body: taken in, given functions, judged able, tied, and let go."""

import datetime as dt
import json

import pytest
from django.core import mail as mailbox
from django.urls import reverse
from tests.platform.people import person

from sealmark.core.errors import SealmarkError
from sealmark_platform.parties.actions import competence, people
from sealmark_platform.parties.models import Competence, Membership, Person, PersonTie
from sealmark_platform.parties.queries import person_stamp
from sealmark_platform.records.models import Commitment, Entry

TODAY = dt.date(2026, 5, 4)
AT = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)


def entries(before=0):
    return list(Entry.objects.filter(number__gt=before).order_by("number").values_list("kind", flat=True))


def newest():
    return Entry.objects.order_by("-number").values_list("number", flat=True).first() or 0


def functions(who, body, on=TODAY):
    held = Membership.objects.filter(person=who, body=body)
    return {one.function for one in held if one.until is None or one.until >= on}


def url(oak, name, who, *more):
    return reverse(name, args=[oak.body.code, who.pk, *more])


# Taken in ---------------------------------------------------------------------------------------------------------


def test_somebody_is_taken_in_and_invited(desk, oak, django_capture_on_commit_callbacks):
    before = newest()
    said = {"email": "New@Oak.example", "name": "Nora New", "language": "ru", "functions": ["evaluator", "reviewer"]}

    with django_capture_on_commit_callbacks(execute=True):
        answer = desk.post(reverse("person-add", args=["oak"]), said, follow=True)

    nora = Person.objects.get(email="new@oak.example")
    assert answer.redirect_chain == [(reverse("people", args=["oak"]), 302)]
    assert functions(nora, oak.body) == {"evaluator", "reviewer"}
    assert (nora.language, nora.has_usable_password()) == ("ru", False)
    assert [one.to for one in mailbox.outbox] == [["new@oak.example"]]
    assert entries(before) == ["person.add", "account.invite"]
    assert "Nora New" in answer.content.decode()


def test_the_trail_names_nobody_in_clear(desk, oak):
    before = newest()
    said = {"email": "new@oak.example", "name": "Nora New", "language": "en", "functions": ["evaluator"]}
    desk.post(reverse("person-add", args=["oak"]), said)

    told = Entry.objects.get(number=before + 1)
    kept = json.loads(told.event)["details"]
    assert "Nora" not in told.event
    assert oak.adam.name not in told.event
    assert Commitment.objects.get(digest=kept["person_name"]).value == "Nora New"


def test_an_account_that_is_there_gets_functions_and_keeps_its_name(desk, oak, elm):
    said = {"email": elm.ed.email, "name": "Wrong", "language": "en", "functions": ["evaluator"]}

    desk.post(reverse("person-add", args=["oak"]), said)

    elm.ed.refresh_from_db()
    assert functions(elm.ed, oak.body) == {"evaluator"}
    assert elm.ed.name == "Ed-elm"


@pytest.mark.parametrize(
    ("more", "code"),
    [({"email": "ada-oak@example.org"}, "SM880"), ({"email": "nowhere"}, ""), ({"functions": []}, "")],
)
def test_nobody_is_taken_in_twice_or_without_address_and_function(desk, oak, more, code):
    before, count = newest(), Person.objects.count()
    said = {"email": "new@oak.example", "name": "N", "language": "en", "functions": ["evaluator"], **more}

    answer = desk.post(reverse("person-add", args=["oak"]), said)

    assert answer.status_code == 422
    assert code in answer.content.decode()
    assert (Person.objects.count(), entries(before)) == (count, [])


def test_a_mail_that_cannot_be_sent_does_not_undo_what_was_done(desk, oak, monkeypatch):
    def refuse(*_args, **_more):
        raise OSError(550, "no")

    monkeypatch.setattr("sealmark_platform.administration.people.invite", refuse)
    said = {"email": "new@oak.example", "name": "Nora", "language": "en", "functions": ["evaluator"]}

    answer = desk.post(reverse("person-add", args=["oak"]), said, follow=True)
    again = desk.post(url(oak, "person-task", Person.objects.get(email="new@oak.example"), "invite"), {})

    assert "could not be sent" in answer.content.decode()
    assert (again.status_code, "SM891" in again.content.decode()) == (422, True)


# Functions --------------------------------------------------------------------------------------------------------


def test_functions_are_given_and_ended_and_one_entry_is_left(desk, oak):
    before = newest()
    stamp = person_stamp(oak.ed, oak.body)

    desk.post(url(oak, "person-task", oak.ed, "functions"), {"functions": ["reviewer", "decider"], "seen": stamp})

    today = dt.datetime.now(dt.UTC).date()
    assert functions(oak.ed, oak.body, today) == {"reviewer", "decider"}
    assert entries(before) == ["person.set-functions"]
    assert json.loads(Entry.objects.get(number=before + 1).event)["details"]["ended"] == ["evaluator"]


def test_what_changes_nothing_leaves_no_entry(oak):
    before = newest()

    people.set_functions(oak.body, oak.ed, ["evaluator"], by=oak.adam, at=AT)

    assert entries(before) == []


def test_two_who_change_at_once_one_wins_and_the_other_is_told(desk, oak):
    page = desk.get(url(oak, "person-task", oak.ed, "functions"))
    stamp = page.context["form"].initial["seen"]
    competence.add_competence(
        oak.body, oak.ed, competence.Ability("sealmark-charter", "retail"), schemes=["sealmark-charter"], by=oak.adam,
        at=AT,
    )  # fmt: skip

    answer = desk.post(url(oak, "person-task", oak.ed, "functions"), {"functions": ["decider"], "seen": stamp})

    assert (answer.status_code, "SM801" in answer.content.decode()) == (409, True)
    assert functions(oak.ed, oak.body) == {"evaluator"}


def test_a_body_keeps_an_administrator(oak):
    for change in (
        lambda: people.set_functions(oak.body, oak.adam, ["observer"], by=oak.adam, at=AT),
        lambda: people.let_go(oak.body, oak.adam, reason="Tired.", by=oak.adam, at=AT),
    ):
        with pytest.raises(SealmarkError, match="SM881"):
            change()

    people.set_functions(oak.body, oak.ed, ["administrator"], by=oak.adam, at=AT)
    people.let_go(oak.body, oak.adam, reason="Tired.", by=oak.ed, at=AT)
    assert functions(oak.adam, oak.body) == set()


def test_an_unknown_function_is_refused(oak):
    with pytest.raises(SealmarkError, match="SM838"):
        people.set_functions(oak.body, oak.ed, ["king"], by=oak.adam, at=AT)


def test_who_is_let_go_stays_in_the_records_and_cannot_sign_in(desk, oak):
    stamp = person_stamp(oak.ed, oak.body)
    before = newest()

    desk.post(url(oak, "person-task", oak.ed, "let-go"), {"reason": "Moved away.", "confirmed": "on", "seen": stamp})

    oak.ed.refresh_from_db()
    today = dt.datetime.now(dt.UTC).date()
    assert (functions(oak.ed, oak.body, today), oak.ed.is_active) == (set(), False)
    assert entries(before) == ["person.let-go"]
    assert "Moved away" not in Entry.objects.get(number=before + 1).event
    assert "Ed-oak" in desk.get(reverse("people", args=["oak"]) + "?state=left").content.decode()
    assert "Ed-oak" not in desk.get(reverse("people", args=["oak"])).content.decode()


def test_who_works_elsewhere_keeps_the_account(oak, elm):
    Membership.objects.create(person=oak.ed, body=elm.body, function="evaluator")

    people.let_go(oak.body, oak.ed, reason="", by=oak.adam, at=AT)

    oak.ed.refresh_from_db()
    assert (oak.ed.is_active, functions(oak.ed, elm.body)) == (True, {"evaluator"})


def test_who_comes_back_wakes_up(oak):
    people.let_go(oak.body, oak.ed, reason="", by=oak.adam, at=AT)
    people.add_person(oak.body, people.account_of(oak.ed.email, "x"), ["evaluator"], by=oak.adam, at=AT)

    oak.ed.refresh_from_db()
    assert (oak.ed.is_active, functions(oak.ed, oak.body)) == (True, {"evaluator"})


# Competence -------------------------------------------------------------------------------------------------------


def test_a_competence_is_noted_and_ended(desk, oak):
    before = newest()
    said = {"scheme": "sealmark-charter", "sector": "retail", "language": "ru", "until": "2031-01-31",
            "evidence": "Exam of 2026."}  # fmt: skip

    desk.post(url(oak, "person-task", oak.rex, "competence"), said)
    found = Competence.objects.get(person=oak.rex)
    desk.post(url(oak, "person-item-task", oak.rex, "end-competence", found.pk), {"until": "2027-01-31"})

    found.refresh_from_db()
    assert (found.sector, found.language, found.valid_until) == ("retail", "ru", dt.date(2027, 1, 31))
    assert entries(before) == ["competence.add", "competence.end"]
    assert "Exam" not in Entry.objects.get(number=before + 1).event


@pytest.mark.parametrize(
    "ability", [competence.Ability("cse-style"), competence.Ability("sealmark-charter", until=dt.date(2026, 5, 3))]
)
def test_a_competence_is_for_a_scheme_of_the_body_and_not_over(oak, ability):
    with pytest.raises(SealmarkError, match="SM882"):
        competence.add_competence(oak.body, oak.rex, ability, schemes=["sealmark-charter"], by=oak.adam, at=AT)


# Ties -------------------------------------------------------------------------------------------------------------


def test_a_tie_is_declared_for_somebody_and_ended(desk, oak):
    oak.draft()
    before = newest()
    desk.post(
        url(oak, "person-task", oak.ed, "tie"), {"organization": "willow OAK", "kind": "consultancy", "note": "2024"}
    )
    tie = PersonTie.objects.get(person=oak.ed)
    desk.post(url(oak, "person-item-task", oak.ed, "end-tie", tie.pk), {"until": "2026-01-01"})

    tie.refresh_from_db()
    assert (tie.organization, tie.kind, tie.until) == (oak.organization, "consultancy", dt.date(2026, 1, 1))
    assert entries(before) == ["tie.declare", "tie.end"]


@pytest.mark.parametrize("words", ["Elm", "W", "", "Willow elm"])
def test_a_tie_is_to_a_client_of_the_body(oak, elm, words):
    oak.draft()
    elm.draft()

    with pytest.raises(SealmarkError, match="SM883"):
        competence.client_named(words, oak.body)


def test_part_of_a_name_is_enough_unless_it_fits_several(oak):
    from sealmark_platform.parties.actions.organizations import add_organization

    oak.draft()
    assert competence.client_named("illow", oak.body) == oak.organization
    add_organization(oak.body, {"name": "Willow and Sons", "country": "GB"}, by=oak.adam, at=AT)
    with pytest.raises(SealmarkError, match="Willow and Sons, Willow oak"):
        competence.client_named("illow", oak.body)


def test_everybody_declares_their_own_ties(client, oak):
    oak.draft()
    client.force_login(oak.ada)
    said = {"body": "oak", "organization": "Willow oak", "kind": "interest", "note": "Shares."}

    answer = client.post(reverse("my-declarations"), said, follow=True)
    tie = PersonTie.objects.get(person=oak.ada)
    early = client.post(reverse("my-declaration-end", args=[tie.pk]), {"until": "2020-01-01"})
    client.post(reverse("my-declaration-end", args=[tie.pk]), {"until": "2099-01-01"})

    tie.refresh_from_db()
    assert "Willow oak" in answer.content.decode()
    assert (early.status_code, "SM883" in early.content.decode()) == (422, True)
    assert tie.until == dt.date(2099, 1, 1)


def test_who_works_for_nobody_has_nothing_to_declare(client, oak):
    client.force_login(oak.dov)
    assert client.get(reverse("my-declarations")).status_code == 404


def test_nobody_ends_the_tie_of_somebody_else(client, oak):
    oak.draft()
    tie = PersonTie.objects.create(person=oak.ed, organization=oak.organization, kind="interest")
    client.force_login(oak.ada)

    assert client.post(reverse("my-declaration-end", args=[tie.pk]), {"until": "2099-01-01"}).status_code == 404


def test_a_body_sees_only_ties_to_its_own_clients(desk, oak, elm):
    elm.draft()
    PersonTie.objects.create(person=oak.ed, organization=elm.organization, kind="interest", note="Secret of elm")

    page = desk.get(url(oak, "person", oak.ed)).content.decode()

    assert "Willow elm" not in page
    assert "Secret of elm" not in page


# Lists ------------------------------------------------------------------------------------------------------------


def test_the_list_is_searched_filtered_and_downloaded(desk, oak):
    address = reverse("people", args=["oak"])

    def names(query):
        return [one.name for one in desk.get(address + query).context["page"].object_list]

    assert names("?q=rex") == ["Rex-oak"]
    assert names("?function=decider") == ["Bo-oak", "Mia-oak"]
    assert names("?q=nobody") == []
    lines = b"".join(desk.get(address + "?function=decider&as=csv").streaming_content).decode().splitlines()
    assert lines[0] == "name,email,functions,competences,active"
    assert [line.split(",")[0] for line in lines[1:]] == ["Bo-oak", "Mia-oak"]


def test_pages_of_a_person_cost_the_same_with_many(desk, oak, django_assert_max_num_queries):
    for number in range(60):
        Membership.objects.create(person=person(f"N{number}"), body=oak.body, function="observer")

    with django_assert_max_num_queries(14):
        page = desk.get(reverse("people", args=["oak"]))

    assert len(page.context["page"].object_list) == 50
