"""What happens to the files of the demonstration, one function per story.

A story that ends leaves its file where it stands; one that would go on after today is cut off there.
"""

from __future__ import annotations

import datetime as dt

from sealmark.scheme.edition import Edition
from sealmark_platform.casework.actions import application as apply
from sealmark_platform.casework.actions import certificate, decision, evaluation, finding, objection
from sealmark_platform.casework.models import Decision, Finding, Objection
from sealmark_platform.catalogue.queries import edition_of
from sealmark_platform.demonstration.life import Days, Life
from sealmark_platform.demonstration.phrases import FINDINGS
from sealmark_platform.parties.actions.competence import Bond
from sealmark_platform.parties.models import Person

__all__ = ["STORIES"]

# Applications ----------------------------------------------------------------------------------------------------


def draft(life: Life) -> Days:
    """The client is still writing."""
    life.begin()
    yield 1


def submitted(life: Life) -> Days:
    """The application waits for its review."""
    life.begin()
    yield 4
    life.submit()


def asked(life: Life) -> Days:
    """The body asked for more."""
    yield from submitted(life)
    yield 5
    apply.ask_applicant(life.file, reason=life.say("ask"), by=life.who("coordinator"), at=life.now())


def answered_asked(life: Life) -> Days:
    """The client gave what was asked for."""
    yield from asked(life)
    yield 8
    life.submit()


def refused_application(life: Life) -> Days:
    """A prerequisite was missing."""
    yield from submitted(life)
    yield 6
    apply.refuse_application(life.file, reason=life.say("no"), by=life.who("coordinator"), at=life.now())


def accepted(life: Life) -> Days:
    """The agreement is not yet offered."""
    yield from submitted(life)
    yield 9
    life.accept()


def offered(life: Life) -> Days:
    """The agreement waits for the client, who looked at itself meanwhile: a torn folder was refused."""
    yield from accepted(life)
    yield 4
    life.offer()
    yield 2
    day = life.at.date()
    life.assess("first-try.zip", life.cases.torn(life.edition.edition, day))
    life.assess("our-own-surveys.zip", life.cases.case(life.edition.edition, "standard", day).archive)


def withdrawn_application(life: Life) -> Days:
    """The client took the application back."""
    yield from accepted(life)
    yield 12
    apply.withdraw_application(life.file, by=life.client, at=life.now())


def agreed(life: Life) -> Days:
    """The evaluation is not yet opened."""
    yield from life.agree()


# First evaluations -----------------------------------------------------------------------------------------------


def _first(life: Life, until: str, *, variant: str = "standard") -> Days:
    yield from life.agree()
    yield from life.evaluate("initial", "grant", variant=variant, until=until)


def planning(life: Life) -> Days:
    """An evaluation without a plan."""
    yield from _first(life, "open")


def planned(life: Life) -> Days:
    """A settled plan."""
    yield from _first(life, "plan")


def gathering(life: Life) -> Days:
    """Evidence came in, and waits for somebody who evaluates it by the button of the page."""
    yield from _first(life, "start")
    yield 3
    life.gather(life.newest())


def recommended(life: Life) -> Days:
    """The review is due; the evidence was evaluated by the button of the page."""
    yield from _first(life, "start")
    yield 4
    life.gather(life.newest())
    life.run(life.newest())
    yield from life.evaluate("initial", after="result", until="recommend")


def reviewed(life: Life) -> Days:
    """The decision is due; a decider who once advised the client stepped aside, and another one was named."""
    yield from _first(life, "review")
    yield 2
    one, tied = life.newest(), life.who("decider")
    decision.step_aside(one, reason=life.say("tied"), by=tied, at=life.now())
    life.declare(tied, Bond("consultancy", life.at.date() - dt.timedelta(days=200), life.say("tied")))
    by = life.who("coordinator")
    evaluation.assign_seat(life.newest(), life.who("decider", 2), "decision", by=by, at=life.now())


def voting(life: Life) -> Days:
    """One member of the committee has voted."""
    yield from _first(life, "vote")


def deferred(life: Life) -> Days:
    """The committee put the decision off."""
    yield from _first(life, "review")
    yield 3
    one = life.newest()
    decision.cast_vote(one, "defer", reason=life.say("more"), by=life.who("decider", 1), at=life.now())
    decision.defer(one, reason=life.say("more"), by=life.who("decider"), at=life.now())


def sent_back(life: Life) -> Days:
    """The reviewer sent it back, and the team gathers more; what came in is torn, and cannot be evaluated."""
    yield from _first(life, "recommend")
    yield 4
    evaluation.send_back(life.newest(), reason=life.say("more"), by=life.who("reviewer"), at=life.now())
    yield 2
    one = life.newest()
    evaluation.gather_more(one, reason=life.say("more"), by=life.lead(one), at=life.now())
    yield 5
    life.hand_in(one, life.cases.torn(life.edition.edition, life.at.date()))
    life.run(one)


def cancelled(life: Life) -> Days:
    """A settled plan was changed once, then called off."""
    yield from _first(life, "plan")
    yield 2
    evaluation.change_plan(life.newest(), reason=life.say("cancel"), by=life.who("coordinator"), at=life.now())
    yield 9
    evaluation.cancel_evaluation(life.newest(), reason=life.say("cancel"), by=life.who("coordinator"), at=life.now())


# Findings --------------------------------------------------------------------------------------------------------


def _grades(edition: Edition) -> tuple[str, str]:
    """Return the class that blocks and one that does not."""
    known = edition.procedure.finding_grades
    blocks = next((grade.id for grade in known if grade.blocks_decision), "observation")
    return blocks, next((grade.id for grade in known if not grade.blocks_decision), "observation")


def _raise(life: Life, grade: str, number: int) -> Finding:
    text = FINDINGS[number].get(life.language, FINDINGS[number]["en"])
    one = life.newest()
    requirement = sorted(edition_of(life.edition).requirements)[number]
    site = life.organization.sites.order_by("code").first()
    return finding.raise_finding(
        one, grade, text, by=life.lead(one), at=life.now(), requirement=requirement, site=site if number else None
    )


def _answer(life: Life, one: Finding) -> None:
    one.refresh_from_db()
    finding.answer_finding(
        one, correction=life.say("correction"), cause=life.say("cause"),
        corrective_action=life.say("corrective-action"), by=life.client, at=life.now(),
    )  # fmt: skip


def _by_team(life: Life, act: str, one: Finding, reason: str = "") -> None:
    one.refresh_from_db()
    said = {"reason": life.say(reason)} if reason else {}
    getattr(finding, act)(one, by=life.lead(one.evaluation), at=life.now(), **said)


def findings_open(life: Life) -> Days:
    """Findings in every status before the recommendation; one answer came back, one deadline was extended."""
    yield from _first(life, "result")
    major, minor = _grades(edition_of(life.edition))
    found = [_raise(life, major, 0), _raise(life, minor, 1), _raise(life, minor, 2), _raise(life, "strength", 3),
             _raise(life, major, 1), _raise(life, minor, 0), _raise(life, minor, 2)]  # fmt: skip
    yield 5
    for one in (*found[:3], *found[5:]):
        _answer(life, one)
    yield 4
    _by_team(life, "return_answer", found[1], "return")
    _by_team(life, "accept_answer", found[0])
    _by_team(life, "accept_answer", found[2])
    _by_team(life, "take_back_finding", found[5], "take-back")
    yield 12
    _by_team(life, "verify_finding", found[0], "verify")
    last = found[4]
    until = life.at.date() + dt.timedelta(days=120)
    finding.extend_finding(last, until=until, reason=life.say("extend"), by=life.lead(last.evaluation), at=life.now())


def maintained_after_findings(life: Life) -> Days:
    """Certified once a finding was verified; its effect was confirmed; two surveillances."""
    yield from _first(life, "result")
    major, _ = _grades(edition_of(life.edition))
    found = _raise(life, major, 0)
    _raise(life, "strength", 3)
    yield 6
    _answer(life, found)
    yield 4
    _by_team(life, "accept_answer", found)
    yield 15
    _by_team(life, "verify_finding", found, "verify")
    yield from life.evaluate("initial", "grant", after="result")
    yield 95
    _by_team(life, "confirm_effect", found, "effect")
    yield 215
    yield from life.evaluate("surveillance", "maintain")
    yield 290
    yield from life.evaluate("surveillance", "maintain")


# Certificates ----------------------------------------------------------------------------------------------------


def certified(life: Life) -> Days:
    """A certificate of some months."""
    yield from _first(life, "decide")


def granted_with_conditions(life: Life) -> Days:
    """A certificate with two conditions: one is settled, the day of the other comes near."""
    yield from life.agree()
    until = (life.at.date() + dt.timedelta(days=195)).isoformat()
    conditions = [{"text": life.say(name), "until": until} for name in ("condition", "condition-more")]
    yield from life.evaluate("initial", "grant-with-conditions", terms={"conditions": conditions})
    yield 70
    certificate.settle_condition(
        life.certificate, 1, reason=life.say("settled"), by=life.who("decider"), at=life.now()
    )  # fmt: skip


def surveillance_late(life: Life) -> Days:
    """The calendar opened surveillance, and nobody planned it."""
    yield from certified(life)


def maintained(life: Life) -> Days:
    """Surveillance every year; the third visit is a few days ahead."""
    yield from certified(life)
    yield 310
    yield from life.evaluate("surveillance", "maintain")
    yield 320
    yield from life.evaluate("surveillance", "maintain")
    yield life.until(8)
    yield from life.evaluate("surveillance", until="plan")


def recertified(life: Life) -> Days:
    """A whole cycle: two surveillances, then three years more."""
    yield from certified(life)
    for _ in range(2):
        yield 325
        yield from life.evaluate("surveillance", "maintain")
    yield 285
    yield from life.evaluate("recertification", "renew")


def renewed_yearly(life: Life) -> Days:
    """A scheme of one year, renewed in time twice; a complaint was not taken up."""
    yield from certified(life)
    for _ in range(2):
        yield 310
        yield from life.evaluate("recertification", "renew")
    yield 20
    _panel(life, "reject", _object(life, "complaint", None, life.who("coordinator")), "reject")


def expired(life: Life) -> Days:
    """Nobody planned the recertification: the term ran out, and it was called off."""
    yield from certified(life)
    yield 385
    evaluation.cancel_evaluation(life.newest(), reason=life.say("cancel"), by=life.who("coordinator"), at=life.now())


def upgraded(life: Life) -> Days:
    """Up to standard first, then stars after the year the scheme asks for; the next surveillance is to be reviewed."""
    yield from _first(life, "decide", variant="plain")
    yield 315
    yield from life.evaluate("surveillance", "maintain", variant="plain")
    yield 90
    yield from life.evaluate("upgrade", "change-grade")
    yield 150
    life.assess("自查资料.zip", life.cases.case(life.edition.edition, "standard", life.at.date()).archive)
    yield 40
    yield from life.evaluate("surveillance", "maintain", until="recommend")


def scope_extended(life: Life) -> Days:
    """New sites came under the certificate; a complaint was taken up."""
    yield from certified(life)
    yield 60
    yield from life.evaluate("scope", "extend", terms={"scope": f"{life.file.scope}; {life.say('scope-more')}"})
    yield 30
    _panel(life, "admit", _object(life, "complaint", None, life.who("coordinator")), "admit")


def _suspend(life: Life) -> None:
    triggers = edition_of(life.edition).procedure.suspension_triggers
    certificate.suspend_certificate(
        life.certificate, trigger=triggers[0], way_back=life.say("way-back"), reason=life.say("suspend"),
        by=life.who("decider"), at=life.now(),
    )  # fmt: skip


def suspended(life: Life) -> Days:
    """Surveillance was missed."""
    yield from certified(life)
    yield 470
    _suspend(life)


def restored(life: Life) -> Days:
    """A suspension that ended well."""
    yield from certified(life)
    yield 375
    _suspend(life)
    yield 30
    certificate.restore_certificate(life.certificate, reason=life.say("restore"), by=life.who("decider"), at=life.now())
    yield 5
    yield from life.evaluate("surveillance", "maintain")


def suspended_then_withdrawn(life: Life) -> Days:
    """A suspension that ended badly."""
    yield from certified(life)
    yield 400
    _suspend(life)
    yield 180
    _withdraw(life)


def withdrawn_certificate(life: Life) -> Days:
    """Withdrawn because a surveillance went badly."""
    yield from certified(life)
    yield 330
    yield from life.evaluate("surveillance", "withdraw", variant="weak")


def _withdraw(life: Life) -> None:
    certificate.withdraw_certificate(
        life.certificate, reason=life.say("withdraw"), by=life.who("decider"), at=life.now()
    )
    for one in life.file.evaluations.exclude(status__in=["decided", "cancelled"]):
        evaluation.cancel_evaluation(one, reason=life.say("withdraw"), by=life.who("coordinator"), at=life.now())


# Complaints and appeals ------------------------------------------------------------------------------------------


def _object(life: Life, text: str, against: Decision | None, by: Person) -> Objection:
    filed = objection.file_objection(life.file, life.say(text), against=against, by=by, at=life.now())
    for turn in range(2):
        person = life.who("panellist", turn)
        objection.name_panellist(filed, person, by=life.who("coordinator"), at=life.now())
    return filed


def _panel(life: Life, act: str, filed: Objection, reason: str, **more: bool) -> None:
    filed.refresh_from_db()
    getattr(objection, act)(filed, reason=life.say(reason), by=life.who("panellist"), at=life.now(), **more)


def complaint_investigated(life: Life) -> Days:
    """A complaint about a certified client."""
    yield from certified(life)
    yield 160
    filed = _object(life, "complaint", None, life.who("coordinator"))
    yield 4
    _panel(life, "admit", filed, "admit")
    yield 20
    _panel(life, "investigate", filed, "investigate")


def _refused(life: Life) -> Days:
    yield from life.agree()
    yield from life.evaluate("initial", "refuse", variant="weak")


def refused_appeal_received(life: Life) -> Days:
    """Refused, and an appeal came in."""
    yield from _refused(life)
    yield 9
    objection.file_objection(life.file, life.say("appeal"), against=life.decision, by=life.client, at=life.now())


def _appeal(life: Life) -> Days:
    yield from _refused(life)
    yield 12
    life.filed = _object(life, "appeal", life.decision, life.client)
    yield 5


def _decided(life: Life, *, is_upheld: bool) -> Days:
    yield from _appeal(life)
    assert life.filed is not None
    _panel(life, "admit", life.filed, "admit")
    yield 15
    _panel(life, "investigate", life.filed, "investigate")
    yield 12
    _panel(life, "decide_objection", life.filed, "upheld" if is_upheld else "not-upheld", is_upheld=is_upheld)


def refused_appeal_decided(life: Life) -> Days:
    """Refused, appealed, not upheld, closed."""
    yield from _decided(life, is_upheld=False)
    yield 6
    _close(life)


def refused_appeal_upheld(life: Life) -> Days:
    """Refused, appealed, upheld: the evaluation is repeated and ends in a certificate."""
    yield from _decided(life, is_upheld=True)
    yield 20
    yield from life.evaluate("initial", "grant")


def refused_appeal_rejected(life: Life) -> Days:
    """Refused; the appeal was not taken up."""
    yield from _appeal(life)
    assert life.filed is not None
    _panel(life, "reject", life.filed, "reject")
    yield 3
    _close(life)


def _close(life: Life) -> None:
    assert life.filed is not None
    life.filed.refresh_from_db()
    objection.close_objection(life.filed, by=life.who("coordinator"), at=life.now())


STORIES = {
    story.__name__: story
    for story in (
        draft, submitted, asked, answered_asked, refused_application, accepted, offered, withdrawn_application, agreed,
        planning, planned, gathering, recommended, reviewed, voting, deferred, sent_back, cancelled, findings_open,
        maintained_after_findings, certified, granted_with_conditions, surveillance_late, maintained, recertified,
        renewed_yearly, expired, upgraded, scope_extended, suspended, restored, suspended_then_withdrawn,
        withdrawn_certificate, complaint_investigated, refused_appeal_received, refused_appeal_decided,
        refused_appeal_upheld, refused_appeal_rejected,
    )
}  # fmt: skip
"""Every story by its name."""
