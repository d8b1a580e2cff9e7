"""Every address of the platform, tried by everybody against their own and a foreign file."""

import datetime as dt
import re

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, reverse
from django.utils import timezone
from tests.platform.accounts.pages import OF_AN_ACCOUNT
from tests.platform.administration.pages import OF_THE_ADMINISTRATION
from tests.platform.desk.pages import OF_THE_DESK
from tests.platform.people import after, person
from tests.platform.register.pages import OF_THE_REGISTER
from tests.platform.scenes import NOW, WHY, Cast, snapshot

from sealmark.certify import ACTS, Function, separated_pairs
from sealmark.core.errors import SealmarkError
from sealmark.reports import html
from sealmark_platform import urls
from sealmark_platform.api.tokens import make_token
from sealmark_platform.casework.actions import decision, evaluation, evidence, finding, objection
from sealmark_platform.casework.models import Decision
from sealmark_platform.casework.performing import BY_HAND, perform

PDF = b"%PDF-1.7 nothing"
INSIDE = {
    "coordinator", "observer", "administrator", "lead", "evaluator", "reviewer", "decider", "panellist", "client",
}  # fmt: skip
OUTSIDE = {
    "without a seat", "stranger", "operator", "former coordinator", "foreign coordinator", "foreign observer",
    "foreign lead", "foreign client",
}  # fmt: skip
EVERYBODY = INSIDE | OUTSIDE | {"nobody"}


class Planted(Cast):
    """A file with everything in it: documents, evidence, result, findings, decision, certificate, appeal."""

    def __init__(self, code, sealed):
        super().__init__(code)
        self.sealed = sealed
        self.draft_file = self.draft()
        one = self.evaluation("gathering", file=self.agreed())
        self.evidence = evidence.add_evidence(one, SimpleUploadedFile(f"{code}.pdf", PDF), by=self.ada, at=after(11))
        self.finding = finding.raise_finding(one, "minor", f"Secret of {code}.", by=self.ada, at=after(11))
        answer = {"correction": "Done.", "cause": "Known.", "corrective_action": "Planned."}
        finding.answer_finding(self.finding, **answer, by=self.cleo, at=after(12))
        finding.accept_answer(self.finding, by=self.ada, at=after(12))
        evaluation.record_result(one, sealed, by=self.ada, at=after(12))
        evaluation.recommend(one, reason=WHY, by=self.ada, at=after(13))
        evaluation.review_evaluation(one, reason=WHY, by=self.rex, at=after(14))
        # An example may be anything but certifiable: what is decided matters little here.
        one.refresh_from_db()
        word = "grant" if one.is_certifiable else "refuse"
        self.decision = decision.decide(one, word, reason=WHY, by=self.bo, at=after(15))
        one.refresh_from_db()
        self.finding.refresh_from_db()
        self.evaluation_done, self.file = one, one.file
        self.objection = objection.file_objection(
            self.file, "Wrong.", by=self.cleo, at=after(16), against=self.decision
        )
        objection.name_panellist(self.objection, self.pia, by=self.cora, at=after(16))
        self.certificate_held = getattr(self.file, "certificate", None)
        self.document = self.file.documents.first()
        self.document.content.save("x.bin", ContentFile(PDF))

    def subjects(self):
        return {
            "application": self.file, "evaluation": self.evaluation_done, "finding": self.finding,
            "certificate": self.certificate_held, "objection": self.objection,
        }  # fmt: skip

    def addresses(self):
        """Return the addresses of everything that belongs to the file, by the name of the page."""
        return {
            "file": reverse("file", args=[self.file.pk]),
            "result": reverse("result", args=[self.evaluation_done.pk]),
            "report": reverse("report", args=[self.evaluation_done.pk]),
            "run": reverse("run", args=[self.evaluation_done.pk]),
            "evidence": reverse("evidence", args=[self.evidence.pk]),
            "document": reverse("document", args=[self.document.pk]),
        }


def planted(request, _made, code="oak"):
    """The layer of a body with a whole file."""
    return Planted(code, request.getfixturevalue("sealed"))


@pytest.fixture(scope="module")
def layers(layers):
    return {**layers, "oak": (planted,), "elm": (planted, "elm")}


@pytest.fixture
def oak(staged, db):
    return staged["oak"]


@pytest.fixture
def elm(staged, oak):
    return staged["elm"]


def everybody(oak, elm):
    """Return everybody by what they are to Oak's file."""
    from sealmark_platform.parties.models import Membership, Person

    former = person("Former")
    Membership.objects.create(person=former, body=oak.body, function="coordinator", until=after(-400).date())
    operator = Person.objects.create_superuser("ops@example.org", "Operator", "correct horse battery staple")
    return {
        **{name: who for name, (who, _held) in oak.people().items() if name != "clock"}, "operator": operator,
        "former coordinator": former, "foreign coordinator": elm.cora, "foreign observer": elm.oda,
        "foreign lead": elm.ada, "foreign client": elm.cleo, "nobody": None,
    }  # fmt: skip


@pytest.fixture
def everyone(oak, elm):
    """Everybody at a browser of their own."""
    found = {name: Client() for name in EVERYBODY}
    for name, who in everybody(oak, elm).items():
        if who is not None:
            found[name].force_login(who)
    return found


def statuses(everyone, address, *, post=None):
    found = {}
    for name, client in everyone.items():
        answer = client.get(address) if post is None else client.post(address, post)
        found[name] = answer.status_code
        if answer.streaming:
            # Read to its end a file is closed.
            assert b"".join(answer.streaming_content)
    return found


def expected(inside, outside=404, nobody=302):
    return {**dict.fromkeys(INSIDE, inside), **dict.fromkeys(OUTSIDE, outside), "nobody": nobody}


# -- no page is forgotten ---------------------------------------------------------------------------

OF_ONE_FILE = {"file", "result", "report", "run", "evidence", "document", "application", "act"}
OF_THE_READER = {"today", "files", "apply", "tokens"}
OF_EVERYBODY = {
    "home", "sign-in", "sign-out", "demo-sign-in", "language", "health", "register", "certificate",
    "log-file", "verify", "did", "body-did", "body-endorsements", "scheme", "scheme-edition",
    "record", "bundle", "credential", "credential-sites",
    "status-list", "certificate-pdf", "badge",
}  # fmt: skip
OF_ONE_PERSON = {"token-revoke"}


def test_every_page_is_tried_here():
    named = {pattern.name for pattern in urls.urlpatterns if isinstance(pattern, URLPattern)}

    named -= set(OF_AN_ACCOUNT)  # tried in tests/platform/accounts
    named -= OF_THE_DESK  # tried in tests/platform/desk
    named -= OF_THE_REGISTER  # tried in tests/platform/register
    named -= OF_THE_ADMINISTRATION  # tried in tests/platform/administration
    assert named == OF_ONE_FILE | OF_THE_READER | OF_ONE_PERSON | OF_EVERYBODY


@pytest.fixture
def drawn_once(monkeypatch):
    """A report that is the same for every reader."""
    whole, known = html.render_html, {}

    def render(document, *rest):
        asked = (document["digest"], *map(str, rest[1:]))
        if asked not in known:
            known[asked] = whole(document, *rest)
        return known[asked]

    monkeypatch.setattr(html, "render_html", render)


def test_what_belongs_to_a_file_is_shown_inside_and_is_not_there_outside(oak, everyone, drawn_once):

    found = {name: statuses(everyone, address) for name, address in oak.addresses().items()}

    assert set(everyone) == EVERYBODY
    # What the body's people gathered is the body's; what the client added itself it may open.
    assert found == {name: expected(200) | ({"client": 403} if name == "evidence" else {}) for name in oak.addresses()}


def test_an_application_is_written_by_its_client_alone(oak, everyone):
    address = reverse("application", args=[oak.draft_file.pk])
    before = snapshot()

    looked = statuses(everyone, address)
    del everyone["client"]
    posted = statuses(everyone, address, post={"scope": "Mine now", "revision": oak.draft_file.revision})

    may = {"coordinator", "observer", "administrator"}
    wanted = {name: 403 if name in may else 404 for name in EVERYBODY} | {"client": 200, "nobody": 302}
    assert looked == wanted
    assert posted == {name: status for name, status in wanted.items() if name != "client"}
    assert snapshot() == before


def test_a_page_of_the_reader_asks_who_reads(oak, everyone):

    for name in sorted(OF_THE_READER):
        assert statuses(everyone, reverse(name)) == dict.fromkeys(EVERYBODY, 200) | {"nobody": 302}


def test_a_token_is_revoked_by_its_person_alone(oak, everyone):
    token, _secret = make_token(
        oak.cora, "export", ["read"], expires_on=timezone.now().date() + dt.timedelta(9), at=timezone.now()
    )
    address = reverse("token-revoke", args=[token.pk])
    own = everyone.pop("coordinator")

    others = statuses(everyone, address, post={"x": "x"})
    token.refresh_from_db()
    kept = token.revoked_at
    mine = statuses({"coordinator": own}, address, post={"x": "x"})
    token.refresh_from_db()

    assert others == dict.fromkeys(set(EVERYBODY) - {"coordinator"}, 404) | {"nobody": 302}
    assert (kept, mine) == (None, {"coordinator": 302})
    assert token.revoked_at is not None


def test_what_is_public_is_the_same_for_everybody(oak, everyone):

    assert set(statuses(everyone, reverse("health")).values()) == {200}
    assert set(statuses(everyone, reverse("register")).values()) == {200}
    assert set(statuses(everyone, reverse("certificate", args=["OAK-C2026-09999"])).values()) == {404}
    assert set(statuses(everyone, reverse("log-file", args=["checkpoint"])).values()) == {404}
    assert set(statuses(everyone, reverse("demo-sign-in"), post={"person": str(oak.cora.pk)}).values()) == {404}


# -- acts ------------------------------------------------------------------------------------------


def _may(act, name, held, subject):
    """Tell by the table alone whether somebody inside is offered an act."""
    if act == "certificate.settle-condition":
        # It was granted without conditions.
        return False
    known = ACTS[act]
    possible = known.makes_subject or subject.status in known.sources
    if known.subject == "certificate" and name == "decider":
        held = {Function.DECIDER}
    fitting = held & known.functions
    return (
        possible and bool(fitting) and not any((one, other) in separated_pairs() for one in fitting for other in held)
    )


def _form_of(act, oak, everyone):
    """Return what everybody is answered who asks for the form of an act, who tries it without, and what they should be."""
    kind = {"evaluation.open": "application", "finding.raise": "evaluation", "objection.file": "application"}
    subject = oak.subjects()[kind.get(act, act.partition(".")[0])]
    address = reverse("act", args=[act, subject.pk])
    held = {name: {Function(one) for one in functions} for name, (_who, functions) in oak.people().items()}
    wanted = expected(403) | {name: 200 for name in INSIDE if _may(act, name, held.get(name, set()), subject)}
    looked = statuses(everyone, address)
    others = {name: one for name, one in everyone.items() if wanted[name] != 200}
    said = {"reason": WHY, "confirmed": "on", "revision": subject.revision}
    posted = statuses(others, address, post=said)
    return looked, {**wanted, **posted}, wanted


@pytest.mark.parametrize("subject", ["application", "evaluation", "finding", "certificate", "objection"])
def test_the_form_of_an_act_is_there_for_who_may_forbidden_inside_and_missing_outside(oak, everyone, subject):
    before = snapshot()

    for act in sorted(one for one in BY_HAND if one.partition(".")[0] == subject):
        looked, posted, wanted = _form_of(act, oak, everyone)
        assert (act, looked, posted) == (act, wanted, wanted)
    assert snapshot() == before


def test_an_act_that_nobody_does_by_hand_has_no_form(oak, client):
    client.force_login(oak.cora)

    answers = [client.get(f"/acts/{act}/{oak.file.pk}/").status_code for act in ("certificate.expire", "no.such", "x")]

    assert answers == [404, 404, 404]


# -- lists, counts, searches -------------------------------------------------------------------------

QUERIES = ("", "?q=elm", "?q=Willow", "?q=ELM-2026", "?status=draft", "?page=2", "?q=%25", "?q=_", "?status=%27")


@pytest.mark.parametrize("name", ["files", "today"])
def test_no_list_tells_of_another_body(oak, elm, client, name):
    for who in (oak.cora, oak.oda, oak.ada, oak.cleo, oak.mia, oak.dov):
        client.force_login(who)
        for query in QUERIES:
            page = client.get(reverse(name) + query).content.decode()
            for word in (elm.file.number, elm.draft_file.number, "Willow elm", "Secret of elm", "Ada-elm"):
                assert word not in page, (who, query, word)


def test_counts_are_those_of_the_readers_own_files(oak, elm, client):
    counts = {}
    for name, who in everybody(oak, elm).items():
        if who is not None:
            client.force_login(who)
            counts[name] = client.get(reverse("files")).context["files"].count()

    assert counts == {
        "coordinator": 2, "client": 2, "lead": 1, "evaluator": 1, "reviewer": 1, "decider": 1, "panellist": 1,
        "observer": 2, "administrator": 2, "without a seat": 0, "stranger": 0, "operator": 0, "former coordinator": 0,
        "foreign coordinator": 2, "foreign observer": 2, "foreign lead": 1, "foreign client": 2,
    }  # fmt: skip


def test_the_register_tells_of_certificates_and_of_nothing_else(oak, elm, client):
    for query in ("", "?q=Willow", "?q=draft", f"?q={oak.draft_file.number}"):
        page = client.get(reverse("register") + query).content.decode()
        held = {one.certificate_held for one in (oak, elm) if one.certificate_held and query in {"", "?q=Willow"}}
        assert set(re.findall('href="/register/([^/"]+)/"', page)) == {one.number for one in held}
        assert "Secret of" not in page
        assert "Ada-" not in page


# -- what a form may choose --------------------------------------------------------------------------


def _foreign_choices(oak, elm):
    running = oak.evaluation("planning", "special" if oak.certificate_held else "initial", oak.file, 30)
    gathering = oak.evaluation("gathering", file=oak.agreed(), day=40)
    elms = elm.evaluation_done
    return [
        ("evaluation.assign", running, oak.cora, {"person": elm.ada.pk, "side": "evaluation", "is_lead": False, "role": ""}),
        ("evaluation.assign", running, oak.cora, {"person": oak.dov.pk, "side": "review", "is_lead": False, "role": ""}),
        ("evaluation.exclude-site", running, oak.cora, {"site": elms.planned_sites.first().pk, "reason": WHY}),
        ("finding.raise", gathering, oak.ada,
         {"grade": "minor", "statement": "x", "requirement": "", "site": elm.organization.sites.first().pk}),
        ("objection.file", oak.file, oak.cleo, {"against": elm.decision.pk, "statement": "x"}),
        ("objection.name-panellist", oak.objection, oak.cora, {"person": elm.pia.pk}),
    ]  # fmt: skip


def test_nothing_of_another_file_can_be_chosen_in_a_form_or_past_it(oak, elm, client):
    tried = _foreign_choices(oak, elm)
    before = snapshot()

    for act, subject, who, said in tried:
        client.force_login(who)
        subject.refresh_from_db()
        answer = client.post(reverse("act", args=[act, subject.pk]), {**said, "revision": subject.revision})
        with pytest.raises(SealmarkError) as told:
            perform(act, subject, {**said, "revision": subject.revision}, by=who, at=NOW)
        assert (act, answer.status_code, told.value.codes) == (act, 422, ("SM850",))
    assert snapshot() == before


def test_actions_themselves_take_nothing_of_another_file(oak, elm):
    gathering = oak.evaluation("gathering", file=oak.agreed(), day=40)
    before = snapshot()

    with pytest.raises(SealmarkError, match="SM850"):
        finding.raise_finding(gathering, "minor", "x", site=elm.organization.sites.first(), by=oak.ada, at=NOW)
    with pytest.raises(SealmarkError, match="SM850"):
        objection.file_objection(oak.file, "x", against=Decision.objects.get(pk=elm.decision.pk), by=oak.cleo, at=NOW)
    assert snapshot() == before


def test_nobody_applies_for_an_organization_they_do_not_speak_for(oak, elm, client):
    client.force_login(oak.cleo)
    before = snapshot()

    said = {"organization": elm.organization.pk, "edition": oak.edition.pk, "language": "en"}
    answer = client.post(reverse("apply"), said)

    assert answer.status_code == 422
    assert snapshot() == before
