"""Who is where in which week, and who would fit a plan."""

import datetime as dt

import pytest
from django.urls import reverse
from tests.platform.people import after, person

from sealmark_platform.casework.models import Evaluation, Participation
from sealmark_platform.casework.queries.crews import candidates_for, clashing, open_plans, visiting_days, visits_of
from sealmark_platform.parties.calendars import WorkingCalendar
from sealmark_platform.parties.models import Competence, Membership, PersonTie

MONDAY = dt.date(2026, 3, 9)


def evaluator(world, name, **competence):
    found = person(f"{name}-{world.body.code}")
    Membership.objects.create(person=found, body=world.body, function="evaluator")
    if competence.pop("knows", True):
        scheme = world.edition.edition.partition("/")[0]
        Competence.objects.create(person=found, body=world.body, scheme=scheme, **competence)
    return found


def moved(one, first, last):
    Evaluation.objects.filter(pk=one.pk).update(starts_on=first, ends_on=last)


def test_two_visits_that_share_a_day_clash_and_two_that_follow_do_not(world):
    one, other, third = world.gathering(), world.gathering(), world.gathering()
    moved(one, MONDAY, MONDAY + dt.timedelta(1))
    moved(other, MONDAY + dt.timedelta(1), MONDAY + dt.timedelta(2))
    moved(third, MONDAY + dt.timedelta(3), MONDAY + dt.timedelta(3))

    visits = visits_of(world.body, MONDAY, MONDAY + dt.timedelta(6))

    assert [visit.evaluation.pk for visit in visits] == [one.pk, other.pk, third.pk]
    assert clashing(visits) == {(world.ada.pk, one.pk), (world.ada.pk, other.pk)}
    assert visiting_days(visits, MONDAY, MONDAY + dt.timedelta(6), WorkingCalendar()) == 4


@pytest.mark.parametrize(("first", "length", "days"), [(0, 1, 1), (0, 7, 5), (4, 4, 2), (5, 2, 2), (5, 1, 1)])
def test_weekends_count_only_where_a_visit_has_no_other_day(world, first, length, days):
    one = world.gathering()
    begins = MONDAY + dt.timedelta(first)
    moved(one, begins, begins + dt.timedelta(length - 1))

    visits = visits_of(world.body, MONDAY, MONDAY + dt.timedelta(13))

    assert visiting_days(visits, MONDAY, MONDAY + dt.timedelta(13), WorkingCalendar()) == days


def test_plans_cancelled_evaluations_and_who_stepped_aside_are_no_visits(world):
    one, other = world.gathering(), world.gathering()
    days = (MONDAY, MONDAY + dt.timedelta(6))
    Evaluation.objects.filter(pk=one.pk).update(status="cancelled")
    Participation.objects.filter(evaluation=other, person=world.ada).update(stepped_aside="Ill.")

    assert visits_of(world.body, *days) == []


def test_the_page_shows_weeks_loads_and_clashes_of_the_own_body_alone(world, elsewhere, client):
    one, other = world.gathering(), world.gathering()
    for each in (one, other):
        moved(each, MONDAY, MONDAY + dt.timedelta(1))
    elsewhere.gathering()
    client.force_login(world.cora)

    page = client.get(reverse("planner"), {"from": "2026-03-11"})

    (part,) = page.context["parts"]
    assert page.context["weeks"][0] == (MONDAY, dt.date(2026, 3, 15))
    assert [(row[0].name, [cell.days for cell in row[1]], row[2]) for row in part["rows"]] == [
        ("Ada-oak", [2, 0, 0, 0, 0, 0], 2)
    ]
    assert page.content.decode().count("two visits at once") == 2
    assert "Willow elm" not in page.content.decode()


@pytest.mark.parametrize("said", ["", "x", "2026-02-30", "0001-01-01", "9999-12-31"])
def test_a_week_that_is_none_is_the_present_one(world, client, said):
    client.force_login(world.cora)

    page = client.get(reverse("planner"), {"from": said})

    today = page.context["today"]
    assert page.context["weeks"][0][0] == today - dt.timedelta(today.weekday())


def test_everybody_is_listed_with_what_speaks_against_them(world):
    plan = world.planning()
    fit, unknown = evaluator(world, "Fay"), evaluator(world, "Una", knows=False)
    mute, tied = evaluator(world, "Max", language="ru"), evaluator(world, "Tia")
    PersonTie.objects.create(person=tied, organization=world.organization, kind="consultancy")

    found = {one.person: one for one in candidates_for(plan, "evaluation", after(6).date())}

    assert {one.person.name: one.faults for one in found.values()} == {
        "Ada-oak": (), "Fay-oak": (),
        "Una-oak": ("Una-oak has no valid competence for the scheme and sector",),
        "Max-oak": ("Max-oak does not speak the language of the evaluation",),
        "Tia-oak": ("Tia-oak is tied to the organization",),
    }  # fmt: skip
    assert next(iter(found)) == fit
    assert (found[world.ada].fits, found[world.ada].side) == (False, "evaluation")
    assert not any(found[one].fits for one in (unknown, mute, tied))


def test_who_is_on_another_visit_on_these_days_is_told(world):
    plan, other = world.planning(), world.gathering()
    moved(plan, MONDAY, MONDAY)
    moved(other, MONDAY, MONDAY)
    plan.refresh_from_db()

    (ada,) = candidates_for(plan, "evaluation", after(6).date())

    assert [visit.evaluation for visit in ada.visits] == [other]


def test_the_page_assigns_with_the_person_chosen_and_says_why_others_do_not_fit(world, client):
    plan = world.planning()
    fay, una = evaluator(world, "Fay"), evaluator(world, "Una", knows=False)
    plan.refresh_from_db()
    client.force_login(world.cora)

    page = client.get(reverse("crew", args=[plan.pk])).content.decode()
    posted = {"person": fay.pk, "side": "evaluation", "revision": plan.revision}
    answer = client.post(reverse("act", args=["evaluation.assign", plan.pk]), posted)

    assert f'value="{fay.pk}"' in page
    assert f'value="{una.pk}"' not in page
    assert "Una-oak has no valid competence for the scheme and sector" in page
    assert answer.status_code == 302
    assert plan.participations.filter(person=fay, side="evaluation").exists()


def test_other_sides_have_their_own_people(world, client):
    plan = world.planning()
    client.force_login(world.cora)

    sides = {
        side: client.get(reverse("crew", args=[plan.pk]), {"side": side}).context
        for side in ("review", "decision", "x")
    }

    names = {side: [one["one"].person.name for one in context["candidates"]] for side, context in sides.items()}
    assert names == {"review": ["Rex-oak"], "decision": ["Bo-oak"], "x": ["Ada-oak"]}


def test_open_plans_stand_there_until_they_are_settled(world):
    plan = world.planning()
    world.gathering()

    assert open_plans(world.body) == [plan]
