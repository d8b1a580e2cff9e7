"""Who may not do a thing cannot: every act of the table, tried by everybody, in the act and in the database."""

import datetime as dt
import itertools

import pytest
from django.db import DatabaseError, connection, transaction
from tests.platform.people import after
from tests.platform.scenes import NOW, WHY, kinds_after, people, scene_of, snapshot

from sealmark.certify import ACTS, Function
from sealmark.core.errors import SealmarkError
from sealmark_platform.casework.actions import certificate, decision, evaluation, objection
from sealmark_platform.casework.models import Decision, Panellist, Participation, Vote
from sealmark_platform.casework.queries.consistency import disagreements
from sealmark_platform.parties.models import Competence, Membership, PersonTie, Representation
from sealmark_platform.records.models import Entry
from sealmark_platform.records.queries import verify_trail

OF_THE_CLOCK = {"evaluation.open", "certificate.expire"}
LEAVES = {"evaluation.decide": ["evaluation.decide", "certificate.issue"]}
BY_PEOPLE = [act for act in ACTS.values() if act.functions != {Function.CLOCK}]
# Who has a conflict may leave: that is what stepping aside is for.
HANDLING = [act for act in BY_PEOPLE if Function.CLIENT not in act.functions and act.id != "evaluation.step-aside"]
TODAY = NOW.date()
FREE, TIED = TODAY - dt.timedelta(days=730), TODAY - dt.timedelta(days=729)
SIDES = ("evaluation", "review", "decision", "review-and-decision", "panel")


@pytest.fixture
def layers(request, layers):
    """The people, and upon them the scene of the test's act."""
    act = getattr(request.node, "callspec", None) and request.node.callspec.params.get("act")
    return {**layers, "cast": (people,), "scene": (scene_of, getattr(act, "id", act))}


@pytest.fixture
def cast(staged, db):
    return staged["cast"]


@pytest.fixture
def scene(staged, db):
    """What does the act, in a file in which it can be done."""
    return staged["scene"]


def refused(call, by, at=NOW):
    with pytest.raises(SealmarkError) as told:
        call(by, at)
    return set(told.value.codes)


def by_database(make):
    """Tell whether the database itself refuses a row."""
    try:
        with transaction.atomic():
            make()
    except DatabaseError:
        return True
    return False


@pytest.mark.parametrize("act", [*ACTS.values()], ids=lambda act: act.id)
def test_everybody_without_the_function_is_refused_and_nothing_is_written(cast, scene, act):
    before = snapshot()
    functions = {function.value for function in act.functions}
    others = {name: who for name, (who, held) in cast.people().items() if not held & functions}
    if act.id not in OF_THE_CLOCK:
        others.pop("clock")
    if act.subject == "certificate":
        # Whoever decides in the body acts on its certificates.
        others.pop("without a seat")

    codes = {name: refused(scene, who) for name, who in others.items()}

    assert {name for name, found in codes.items() if "SM703" not in found} == set()
    assert len(codes) >= 7
    assert snapshot() == before


@pytest.mark.parametrize(
    ("act", "name"),
    [
        (act, name)
        for act in ACTS
        for name, functions in {
            "coordinator": {"coordinator"}, "client": {"client"}, "lead": {"lead-evaluator", "evaluator"},
            "evaluator": {"evaluator"}, "reviewer": {"reviewer"}, "decider": {"decider"}, "panellist": {"panellist"},
            "clock": {"clock"},
        }.items()
        if functions & ACTS[act].functions
    ],
)  # fmt: skip
def test_everybody_with_the_function_may_and_leaves_one_entry(cast, scene, act, name):
    number = Entry.objects.count()

    scene(cast.people()[name][0], NOW)

    assert kinds_after(number) == LEAVES.get(act, [act])
    assert verify_trail().faults == ()
    if ACTS[act].subject != "certificate":
        assert disagreements() == ()


@pytest.mark.parametrize("act", HANDLING, ids=lambda act: act.id)
def test_nobody_handles_a_file_before_the_cooling_off_period_is_over_to_the_day(cast, scene, act):
    able = next(
        who for name, (who, held) in cast.people().items() if who and held & {one.value for one in act.functions}
    )
    tie = PersonTie.objects.create(person=able, organization=cast.organization, kind="consultancy", until=TIED)
    before = snapshot()

    codes = refused(scene, able)
    same = snapshot() == before
    tie.until = FREE
    tie.save()
    scene(able, NOW)

    assert codes & {"SM704", "SM707"}
    assert same


@pytest.mark.parametrize("act", HANDLING, ids=lambda act: act.id)
def test_nobody_who_speaks_for_the_client_handles_its_file(cast, scene, act):
    able = next(
        who for name, (who, held) in cast.people().items() if who and held & {one.value for one in act.functions}
    )
    Representation.objects.create(person=able, organization=cast.organization)

    assert refused(scene, able) & {"SM704", "SM707"}


# -- sides ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("first", "second"), [*itertools.permutations(SIDES[:4], 2)])
def test_one_person_stands_on_one_side(cast, first, second):
    cast.body.reviewer_may_decide = True
    cast.body.save()
    one = cast.evaluation("planning")
    evaluation.assign_seat(one, cast.mia, first, by=cast.cora, at=after(6))
    before = snapshot()

    codes = refused(lambda by, at: evaluation.assign_seat(one, cast.mia, second, by=by, at=at), cast.cora)
    second_row = by_database(
        lambda: Participation.objects.create(evaluation=one, person=cast.mia, side=second, assigned_on=TODAY)
    )
    moved = by_database(lambda: Participation.objects.filter(person=cast.mia).update(side=second))

    assert (codes, second_row, moved) == ({"SM712"}, True, True)
    assert snapshot() == before


@pytest.mark.parametrize("side", SIDES[:4])
def test_nobody_who_took_part_sits_on_the_panel(cast, side):
    cast.body.reviewer_may_decide = True
    cast.body.save()
    one = cast.evaluation("planning")
    evaluation.assign_seat(one, cast.mia, side, by=cast.cora, at=after(6))
    complaint = objection.file_objection(one.file, "Rude.", by=cast.cleo, at=after(7))

    codes = refused(lambda by, at: objection.name_panellist(complaint, cast.mia, by=by, at=at), cast.cora)

    assert codes == {"SM730"}
    assert by_database(lambda: Panellist.objects.create(objection=complaint, person=cast.mia, assigned_on=TODAY))


def test_the_decider_cannot_sit_on_the_appeal_even_with_a_row_from_elsewhere(cast):
    one = cast.objection("received", panellist=cast.mia)
    Membership.objects.create(person=cast.bo, body=cast.body, function="panellist")

    codes = refused(lambda by, at: objection.name_panellist(one, cast.bo, by=by, at=at), cast.cora)
    row = by_database(lambda: Panellist.objects.create(objection=one, person=cast.bo, assigned_on=TODAY))
    moved = by_database(lambda: Panellist.objects.filter(objection=one).update(person=cast.bo))

    assert (codes, row, moved) == ({"SM730"}, True, True)


def test_a_panellist_gets_no_seat_in_what_is_appealed(cast):
    one = cast.objection("received", panellist=cast.mia)

    assert by_database(
        lambda: Participation.objects.create(
            evaluation=one.against.evaluation, person=cast.mia, side="review", assigned_on=TODAY
        )
    )


def test_one_panel_may_hear_two_appeals_against_the_same_decision(cast):
    first = cast.objection("received")
    second = objection.file_objection(first.file, "Still wrong.", by=cast.cleo, at=after(21), against=first.against)

    objection.name_panellist(second, cast.pia, by=cast.cora, at=after(21))

    assert [seat.person for seat in second.panel.all()] == [cast.pia]
    again = refused(lambda by, at: objection.name_panellist(second, cast.pia, by=by, at=at), cast.cora)
    assert again == {"SM730"}


def test_the_reviewer_decides_only_where_the_body_allows_it(cast):
    one = cast.evaluation("planning")
    seat = lambda by, at: evaluation.assign_seat(one, cast.mia, "review-and-decision", by=by, at=at)  # noqa: E731
    raw = lambda: Participation.objects.create(  # noqa: E731
        evaluation=one, person=cast.mia, side="review-and-decision", assigned_on=TODAY
    )

    assert (refused(seat, cast.cora), by_database(raw)) == ({"SM712"}, True)

    cast.body.reviewer_may_decide = True
    cast.body.save()
    seat(cast.cora, after(6))
    assert Participation.objects.get(person=cast.mia).side == "review-and-decision"


def test_one_person_reviews_and_decides_where_the_body_allows_it_and_no_longer_when_it_stops(cast):
    cast.body.reviewer_may_decide = True
    cast.body.save()
    one = cast.evaluation("planning")
    evaluation.assign_seat(one, cast.mia, "review-and-decision", by=cast.cora, at=after(5))
    day = after(10).date()
    evaluation.settle_plan(one, starts_on=day, ends_on=day, days=12, by=cast.cora, at=after(6))
    evaluation.start_evaluation(one, by=cast.ada, at=after(10))
    evaluation.record_result(one, cast.result(), by=cast.ada, at=after(11))
    evaluation.recommend(one, reason=WHY, by=cast.ada, at=after(12))
    evaluation.review_evaluation(one, reason=WHY, by=cast.mia, at=after(13))
    decide = lambda by, at: decision.decide(one, "grant", reason=WHY, by=by, at=at)  # noqa: E731

    cast.body.reviewer_may_decide = False
    cast.body.save()
    stopped = refused(decide, cast.mia)
    cast.body.reviewer_may_decide = True
    cast.body.save()

    assert stopped == {"SM706"}
    assert decide(cast.mia, after(14)).decided_by == cast.mia


def test_who_acted_keeps_the_seat(cast):
    one = cast.evaluation("evaluated")

    assert by_database(lambda: Participation.objects.filter(evaluation=one, person=cast.ada).delete())
    Participation.objects.filter(evaluation=one, person=cast.bo).delete()


def test_who_stepped_aside_no_longer_votes_or_decides(cast):
    one = cast.evaluation("reviewed")
    decision.cast_vote(one, "grant", reason=WHY, by=cast.bo, at=after(14))
    decision.step_aside(one, reason="My cousin works there.", by=cast.bo, at=after(15))
    seat = Participation.objects.get(evaluation=one, person=cast.bo)

    codes = refused(lambda by, at: decision.decide(one, "grant", reason=WHY, by=by, at=at), cast.bo)
    vote = by_database(
        lambda: Vote.objects.create(evaluation=one, participation=seat, outcome="grant", reason=WHY, at=NOW)
    )

    assert "SM703" in codes
    assert (vote, Vote.objects.count()) == (True, 0)
    assert disagreements() == ()


# -- the database alone ----------------------------------------------------------------------------


@pytest.mark.parametrize(("until", "expected"), [(TIED, True), (None, True), (FREE, False)])
def test_the_database_knows_the_edge_of_the_cooling_off_period(cast, until, expected):
    one = cast.evaluation("reviewed")
    complaint = objection.file_objection(one.file, "Rude.", by=cast.cleo, at=after(21))
    issued = decision.decide(one, "grant", reason=WHY, by=cast.bo, at=after(22)).evaluation.file.certificate
    special = cast.evaluation("planning", "special", one.file, 30)
    PersonTie.objects.create(person=cast.mia, organization=cast.organization, kind="employment", until=until)
    Participation.objects.filter(evaluation=one, person=cast.mia).delete()

    seat = by_database(
        lambda: Participation.objects.create(evaluation=special, person=cast.mia, side="review", assigned_on=TODAY)
    )
    alone = by_database(
        lambda: Decision.objects.create(
            certificate=issued, outcome="suspend", reason=WHY, decided_on=TODAY, decided_by=cast.mia
        )
    )
    Participation.objects.filter(person=cast.mia).delete()
    panel = by_database(lambda: Panellist.objects.create(objection=complaint, person=cast.mia, assigned_on=TODAY))

    assert (seat, alone, panel) == (expected,) * 3


def test_the_database_refuses_a_decision_by_somebody_who_became_tied_after_the_seat_was_given(cast):
    one = cast.evaluation("reviewed")
    PersonTie.objects.create(person=cast.bo, organization=cast.organization, kind="interest")

    assert by_database(
        lambda: Decision.objects.create(
            evaluation=one, outcome="grant", reason=WHY, decided_on=TODAY, decided_by=cast.bo
        )
    )


def test_the_database_refuses_who_does_not_decide(cast):
    one = cast.evaluation("reviewed")
    seats = {seat.person: seat for seat in one.participations.all()}
    outsiders = [cast.ada, cast.ed, cast.rex, cast.cora, cast.cleo, cast.mia, cast.pia]

    decided = [
        by_database(
            lambda who=who: Decision.objects.create(
                evaluation=one, outcome="grant", reason=WHY, decided_on=TODAY, decided_by=who
            )
        )
        for who in outsiders
    ]
    voted = [
        by_database(
            lambda who=who: Vote.objects.create(
                evaluation=one, participation=seats[who], outcome="grant", reason=WHY, at=NOW
            )
        )
        for who in (cast.ada, cast.ed, cast.rex)
    ]

    assert decided == [True] * 7
    assert voted == [True] * 3


def test_the_database_refuses_who_may_not_suspend(cast):
    issued = cast.certificate()
    Membership.objects.create(person=cast.ada, body=cast.body, function="decider")

    tried = {
        who.name: by_database(
            lambda who=who: Decision.objects.create(
                certificate=issued, outcome="suspend", reason=WHY, decided_on=TODAY, decided_by=who
            )
        )
        for who in (cast.ada, cast.rex, cast.cora, cast.cleo, cast.bo)
    }
    by_act = refused(
        lambda by, at: certificate.suspend_certificate(
            issued, trigger="own-wish", way_back="Pay.", reason=WHY, by=by, at=at
        ),
        cast.ada,
    )

    assert tried == {"Ada-oak": True, "Rex-oak": True, "Cora-oak": True, "Cleo-oak": True, "Bo-oak": False}
    assert by_act == {"SM705"}


def test_the_client_gets_no_seat(cast):
    one = cast.evaluation("planning")
    for function in ("evaluator", "reviewer", "decider", "panellist"):
        Membership.objects.create(person=cast.cleo, body=cast.body, function=function)
    Competence.objects.create(person=cast.cleo, body=cast.body, scheme="sealmark-charter")

    acts = [
        refused(lambda by, at, side=side: evaluation.assign_seat(one, cast.cleo, side, by=by, at=at), cast.cora)
        for side in ("evaluation", "review", "decision")
    ]
    rows = [
        by_database(
            lambda side=side: Participation.objects.create(
                evaluation=one, person=cast.cleo, side=side, assigned_on=TODAY
            )
        )
        for side in SIDES
    ]

    assert (acts, rows) == ([{"SM712"}] * 3, [True] * 5)


@pytest.mark.parametrize("side", ["review", "decision", "panel"])
def test_only_the_team_has_a_lead(cast, side):
    one = cast.evaluation("planning")
    one.participations.filter(is_lead=True).delete()

    assert by_database(
        lambda: Participation.objects.create(
            evaluation=one, person=cast.mia, side=side, is_lead=True, assigned_on=TODAY
        )
    )


def test_every_trigger_is_in_the_database(db):
    from importlib import import_module

    earlier, later = (
        import_module(f"sealmark_platform.casework.migrations.{name}")
        for name in ("0003_separation", "0004_trail_known")
    )
    wanted = {f"{name}_{verb}" for name, *_ in earlier.TRIGGERS for verb in ("insert", "update")}
    wanted |= {f"{name}_{verb}" for name, _, verbs, *_ in later.TRIGGERS for verb in verbs}
    wanted |= {f"records_{table}_no_{verb}" for table in ("entry", "checkpoint") for verb in ("update", "delete")}
    asked = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
    }
    with connection.cursor() as cursor:
        cursor.execute(asked[connection.vendor])
        found = {name for (name,) in cursor.fetchall()}

    assert found >= wanted


# -- team ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"scheme": "another"}, "no valid competence"), ({"sector": "hotels"}, "no valid competence"),
        ({"valid_until": TODAY - dt.timedelta(days=1)}, "no valid competence"), ({"language": "ru"}, "does not speak"),
    ],
)  # fmt: skip
def test_the_team_has_competence_for_scheme_sector_and_language_on_the_day(cast, change, word):
    one = cast.evaluation("planning")
    Competence.objects.filter(person=cast.mia).update(**change)

    with pytest.raises(SealmarkError, match=word):
        evaluation.assign_seat(one, cast.mia, "evaluation", by=cast.cora, at=NOW)


def test_competence_counts_to_its_last_day(cast):
    one = cast.evaluation("planning")
    Competence.objects.filter(person=cast.mia).update(valid_until=TODAY)

    assert evaluation.assign_seat(one, cast.mia, "evaluation", by=cast.cora, at=NOW).side == "evaluation"


def test_a_lead_rotates(cast):
    cast.body.rotation_evaluations = 1
    cast.body.save()
    file = cast.certificate().file
    nextone = evaluation.open_evaluation(file, "surveillance", by=cast.cora, at=NOW)

    with pytest.raises(SealmarkError, match="rotate"):
        evaluation.assign_seat(nextone, cast.ada, "evaluation", is_lead=True, by=cast.cora, at=NOW)
    assert evaluation.assign_seat(nextone, cast.mia, "evaluation", is_lead=True, by=cast.cora, at=NOW).is_lead


def test_a_membership_that_ended_gives_no_function(cast):
    file = cast.application("submitted")
    Membership.objects.filter(person=cast.cora).update(until=TODAY - dt.timedelta(days=1))

    assert "SM703" in refused(call_accept(cast, file), cast.cora)


def call_accept(cast, file):
    from sealmark_platform.casework.actions.application import accept_application

    return lambda by, at: accept_application(file, reason=WHY, shown=cast.prerequisites(), by=by, at=at)
