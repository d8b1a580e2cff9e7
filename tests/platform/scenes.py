"""For every act of the table a file in which it can be done now, the call that does it, and who may."""

from dataclasses import dataclass
from decimal import Decimal

from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.platform.people import World, after, person

from sealmark.certify import EvaluationKind
from sealmark_platform.casework.actions import application as apply
from sealmark_platform.casework.actions import certificate, decision, evaluation, evidence, finding, objection
from sealmark_platform.casework.actions.steps import Step
from sealmark_platform.catalogue.queries import loaded
from sealmark_platform.parties.models import Competence, Membership
from sealmark_platform.records.models import Entry

DAY = 60
NOW = after(DAY)
WHY = "Because it is so."


def snapshot():
    """Return every row of every table that an act may write."""
    tables = [model for name in ("casework", "records") for model in apps.get_app_config(name).get_models()]
    return {model.__name__: sorted(map(str, model.objects.values_list())) for model in tables}


def kinds_after(number):
    return list(Entry.objects.filter(number__gt=number).order_by("number").values_list("kind", flat=True))


@dataclass
class Scene:
    """One file before an act.

    Attributes:
        call: Does the act, given who and when.
        able: Who may, besides those who share the function.
        entries: The entries that it leaves.
    """

    call: object
    able: object
    entries: list[str]


class Cast(World):
    """The people of the body with everybody who has no part: each by what they are."""

    def __init__(self, code="oak"):
        super().__init__(code)
        self.ed, self.oda, self.adam, self.mia = (person(f"{name}-{code}") for name in ("Ed", "Oda", "Adam", "Mia"))
        for who, function in ((self.ed, "evaluator"), (self.oda, "observer"), (self.adam, "administrator")):
            Membership.objects.create(person=who, body=self.body, function=function)
        # Mia may do everything in the body, and has no seat anywhere but where a test puts her.
        for function in ("evaluator", "reviewer", "decider", "panellist"):
            Membership.objects.create(person=self.mia, body=self.body, function=function)
        for who in (self.ed, self.mia):
            Competence.objects.create(person=who, body=self.body, scheme=self.edition.edition.partition("/")[0])

    def people(self):
        """Return everybody of this body with the functions they have in its file; the clock is nobody."""
        return {
            "coordinator": (self.cora, {"coordinator"}), "client": (self.cleo, {"client"}),
            "lead": (self.ada, {"lead-evaluator", "evaluator"}), "evaluator": (self.ed, {"evaluator"}),
            "reviewer": (self.rex, {"reviewer"}), "decider": (self.bo, {"decider"}),
            "panellist": (self.pia, {"panellist"}), "observer": (self.oda, set()), "administrator": (self.adam, set()),
            "without a seat": (self.mia, set()), "stranger": (self.dov, set()), "clock": (None, {"clock"}),
        }  # fmt: skip

    def prerequisites(self):
        return [item.id for item in loaded(self.edition.edition).procedure.prerequisites]

    def application(self, stage):
        file = self.draft()
        for name, act in (
            ("submitted", lambda file: apply.submit_application(file, by=self.cleo, at=after(1))),
            ("accepted", lambda file: apply.accept_application(
                file, reason=WHY, shown=self.prerequisites(), by=self.cora, at=after(2))),
            ("offered", lambda file: apply.offer_agreement(file, text="We agree.", by=self.cora, at=after(3))),
        ):  # fmt: skip
            if file.status == stage:
                break
            file = act(file)
            assert file.status == name
        return file

    def evaluation(self, stage, kind="initial", file=None, day=5):
        one = self.planning(file, kind, day)
        evaluation.assign_seat(one, self.ed, "evaluation", by=self.cora, at=after(day))
        on = after(day + 5).date()
        for act in (
            lambda one: evaluation.settle_plan(
                one, starts_on=on, ends_on=on, days=Decimal(12), reason=WHY, by=self.cora, at=after(day + 1)),
            lambda one: evaluation.start_evaluation(one, by=self.ada, at=after(day + 5)),
            lambda one: evaluation.record_result(one, self.result(), by=self.ada, at=after(day + 6)),
            lambda one: evaluation.recommend(one, reason=WHY, by=self.ada, at=after(day + 7)),
            lambda one: evaluation.review_evaluation(one, reason=WHY, by=self.rex, at=after(day + 8)),
        ):  # fmt: skip
            if one.status == stage:
                break
            one = act(one)
        one.refresh_from_db()
        assert one.status == stage
        return one

    def finding(self, stage):
        one = finding.raise_finding(self.evaluation("gathering"), "minor", "Late.", by=self.ada, at=after(12))
        answer = {"correction": "Done.", "cause": "Known.", "corrective_action": "Planned."}
        for act in (
            lambda one: finding.answer_finding(one, **answer, by=self.cleo, at=after(13)),
            lambda one: finding.accept_answer(one, by=self.ada, at=after(14)),
            lambda one: finding.verify_finding(one, reason=WHY, by=self.ada, at=after(15)),
        ):
            if one.status == stage:
                break
            one = act(one)
        return one

    def decided(self, outcome="grant", kind="initial", file=None, day=5, **terms):
        one = self.evaluation("reviewed", kind, file, day)
        return decision.decide(one, outcome, reason=WHY, by=self.bo, at=after(day + 9), **terms)

    def certificate(self, *, suspended=False, conditions=()):
        outcome = "grant-with-conditions" if conditions else "grant"
        found = self.decided(outcome, conditions=conditions).evaluation.file.certificate
        if suspended:
            found = certificate.suspend_certificate(
                found, trigger="own-wish", way_back="Pay.", reason=WHY, by=self.bo, at=after(20)
            )
        return found

    def objection(self, stage, panellist=None):
        against = self.decided()
        one = objection.file_objection(against.evaluation.file, "Wrong.", by=self.cleo, at=after(20), against=against)
        objection.name_panellist(one, panellist or self.pia, by=self.cora, at=after(20))
        for act in (objection.admit, objection.investigate):
            if one.status == stage:
                break
            one = act(one, reason=WHY, by=self.pia, at=after(21))
        if stage == "decided":
            one = objection.decide_objection(one, is_upheld=False, reason=WHY, by=self.pia, at=after(22))
        return one


def people(_request, _made, code="oak"):
    """The layer of a body with everybody."""
    return Cast(code)


def scene_of(_request, made, act):
    """The layer above the people of whom an act's scene is made."""
    return call_of(made["cast"], act)


def _reasoned(function, subject):
    return lambda by, at: function(subject, reason=WHY, by=by, at=at)


def _plain(function, subject):
    return lambda by, at: function(subject, by=by, at=at)


def _carried(cast, act, outcome, kind=None):
    """Return what carries a decision out that is there, in a file that has a certificate unless one is issued."""
    from sealmark_platform.casework.models import Decision

    file = None if kind is None else cast.certificate().file
    one = cast.evaluation("reviewed", kind or "initial", file, 5 if kind is None else 25)
    said = Decision.objects.create(
        evaluation=one, outcome=outcome, reason=WHY, decided_on=after(40).date(), decided_by=cast.bo, grade="two-stars"
    )
    return lambda by, at: certificate.carry_out(act, said, by=by, at=at)


def _expire(cast):
    one = cast.certificate()

    def call(by, at):
        with Step(
            "certificate.expire", one, by=by, at=at.replace(year=2030), facts=lambda _: {"term_ends": one.valid_until}
        ):
            pass

    return call


def _of_application(cast, act):
    verb = act.partition(".")[2]
    stage = {
        "ask": "submitted", "accept": "submitted", "refuse": "submitted", "offer-agreement": "accepted",
        "sign-agreement": "offered",
    }  # fmt: skip
    file = None if verb == "begin" else cast.application(stage.get(verb, "draft"))
    return {
        "begin": lambda by, at: apply.begin_application(cast.organization, cast.edition, language="en", by=by, at=at),
        "submit": _plain(apply.submit_application, file),
        "ask": _reasoned(apply.ask_applicant, file),
        "accept": lambda by, at: apply.accept_application(
            file, reason=WHY, shown=cast.prerequisites(), by=by, at=at),
        "refuse": _reasoned(apply.refuse_application, file),
        "offer-agreement": lambda by, at: apply.offer_agreement(file, text="We agree.", by=by, at=at),
        "sign-agreement": _plain(apply.sign_agreement, file),
        "withdraw": _plain(apply.withdraw_application, file),
    }[verb]  # fmt: skip


def _of_evaluation(cast, act):
    verb = act.partition(".")[2]
    stage = {
        "start": "planned", "change-plan": "planned", "add-evidence": "gathering", "record-result": "gathering",
        "gather-more": "evaluated", "recommend": "evaluated", "send-back": "recommended", "review": "recommended",
        "vote": "reviewed", "step-aside": "reviewed", "decide": "reviewed", "defer": "reviewed",
    }  # fmt: skip
    if verb == "open":
        file = cast.agreed()
        return lambda by, at: evaluation.open_evaluation(file, EvaluationKind.INITIAL, by=by, at=at)
    one = cast.evaluation(stage.get(verb, "planning"))
    on = NOW.date()
    return {
        "assign": lambda by, at: evaluation.assign_seat(one, cast.mia, "review", by=by, at=at),
        "draw-sites": lambda by, at: evaluation.draw_planned_sites(one, seed=3, by=by, at=at),
        "exclude-site": lambda by, at: evaluation.exclude_site(one.planned_sites.first(), reason=WHY, by=by, at=at),
        "settle-plan": lambda by, at: evaluation.settle_plan(
            one, starts_on=on, ends_on=on, days=Decimal(12), reason=WHY, by=by, at=at),
        "change-plan": _reasoned(evaluation.change_plan, one),
        "start": _plain(evaluation.start_evaluation, one),
        "add-evidence": lambda by, at: evidence.add_evidence(
            one, SimpleUploadedFile("a.txt", b"Something was seen."), by=by, at=at),
        "record-result": lambda by, at: evaluation.record_result(one, cast.result(), by=by, at=at),
        "gather-more": _reasoned(evaluation.gather_more, one),
        "recommend": _reasoned(evaluation.recommend, one),
        "send-back": _reasoned(evaluation.send_back, one),
        "review": _reasoned(evaluation.review_evaluation, one),
        "vote": lambda by, at: decision.cast_vote(one, "grant", reason=WHY, by=by, at=at),
        "step-aside": _reasoned(decision.step_aside, one),
        "decide": lambda by, at: decision.decide(one, "grant", reason=WHY, by=by, at=at),
        "defer": _reasoned(decision.defer, one),
        "cancel": _reasoned(evaluation.cancel_evaluation, one),
    }[verb]  # fmt: skip


def _of_finding(cast, act):
    verb = act.partition(".")[2]
    if verb in {"raise", "note"}:
        one = cast.evaluation("gathering")
        grade = "minor" if verb == "raise" else "observation"
        return lambda by, at: finding.raise_finding(one, grade, "Late.", by=by, at=at)
    stage = {
        "return": "answered", "accept": "answered", "verify": "accepted", "confirm-effect": "verified",
        "reopen": "verified",
    }  # fmt: skip
    one = cast.finding(stage.get(verb, "raised"))
    answer = {"correction": "Done.", "cause": "Known.", "corrective_action": "Planned."}
    return {
        "answer": lambda by, at: finding.answer_finding(one, **answer, by=by, at=at),
        "return": _reasoned(finding.return_answer, one),
        "accept": _plain(finding.accept_answer, one),
        "verify": _reasoned(finding.verify_finding, one),
        "confirm-effect": _reasoned(finding.confirm_effect, one),
        "reopen": _reasoned(finding.reopen_finding, one),
        "extend": lambda by, at: finding.extend_finding(one, until=after(400).date(), reason=WHY, by=by, at=at),
        "take-back": _reasoned(finding.take_back_finding, one),
    }[verb]


def _of_certificate(cast, act):
    verb = act.partition(".")[2]
    carried = {
        "issue": ("grant", None), "maintain": ("maintain", "surveillance"), "change-scope": ("reduce", "surveillance"),
        "change-grade": ("change-grade", "surveillance"), "renew": ("renew", "recertification"),
    }  # fmt: skip
    if verb in carried:
        return _carried(cast, act, *carried[verb])
    if verb == "expire":
        return _expire(cast)
    asked = [{"text": "Train the staff.", "until": after(90).date().isoformat()}] if verb == "settle-condition" else []
    one = cast.certificate(suspended=verb == "restore", conditions=asked)
    return {
        "settle-condition": lambda by, at: certificate.settle_condition(one, 0, reason=WHY, by=by, at=at),
        "suspend": lambda by, at: certificate.suspend_certificate(
            one, trigger="own-wish", way_back="Pay.", reason=WHY, by=by, at=at),
        "restore": _reasoned(certificate.restore_certificate, one),
        "withdraw": _reasoned(certificate.withdraw_certificate, one),
    }[verb]  # fmt: skip


def _of_objection(cast, act):
    verb = act.partition(".")[2]
    if verb == "file":
        file = cast.agreed()
        return lambda by, at: objection.file_objection(file, "Rude.", by=by, at=at)
    one = cast.objection(
        {"investigate": "admitted", "decide": "investigated", "close": "decided"}.get(verb, "received")
    )
    return {
        "name-panellist": lambda by, at: objection.name_panellist(one, cast.mia, by=by, at=at),
        "admit": _reasoned(objection.admit, one),
        "reject": _reasoned(objection.reject, one),
        "investigate": _reasoned(objection.investigate, one),
        "decide": lambda by, at: objection.decide_objection(one, is_upheld=True, reason=WHY, by=by, at=at),
        "close": _plain(objection.close_objection, one),
    }[verb]


def call_of(cast, act):
    """Return what does an act, in a file that was brought to where it is possible."""
    kind = act.partition(".")[0]
    return {
        "application": _of_application, "evaluation": _of_evaluation, "finding": _of_finding,
        "certificate": _of_certificate, "objection": _of_objection,
    }[kind](cast, act)  # fmt: skip
