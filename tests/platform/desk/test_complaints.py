"""Complaints by people without an account, from the form to the answer, and who may read them."""

import datetime as dt
import json
import re

import pytest
from django.core import mail
from django.core.mail.backends import locmem
from django.urls import reverse
from django.utils import timezone
from tests.platform.people import after, person
from tests.platform.scenes import people

from sealmark.core.errors import SealmarkError
from sealmark_platform.casework.models import CertificationFile, Notice, Objection
from sealmark_platform.casework.queries.consistency import disagreements
from sealmark_platform.parties.models import Membership, PersonTie
from sealmark_platform.records.models import Commitment, Entry
from sealmark_platform.records.queries import verify_trail
from sealmark_platform.register import complaints
from sealmark_platform.register.letters import send_letters
from sealmark_platform.register.models import Complainant, OutsideComplaint, OutsideMail

WORDS = "They never called back."
SECRET_WORDS = ("Zoe Public", "zoe@example.net", WORDS)


def certified(_request, made):
    return made["oak"].certified()


@pytest.fixture(scope="module")
def layers(layers):
    return {**layers, "oak": (people,), "held": (certified,)}


@pytest.fixture
def oak(staged, db):
    return staged["oak"]


@pytest.fixture
def held(staged, oak):
    return staged["held"]


def said(**more):
    return {
        "name": "Zoe Public",
        "email": "zoe@example.net",
        "statement": WORDS,
        "certificate": "OAK-C2026-00001",
        **more,
    }


def send(client, **more):
    return client.post(reverse("complain"), said(**more))


def received(world, certificate=None, *, at=None, address="192.0.2.1"):
    told = complaints.Told("Zoe Public", "zoe@example.net", WORDS, "en", address)
    return complaints.receive_complaint(world.body, certificate, told, at=at or timezone.now())


# -- the way in ------------------------------------------------------------------------------------


def test_the_page_of_a_certificate_leads_to_the_form_with_its_number(held, client):
    page = client.get(reverse("certificate", args=[held.number])).content.decode()
    address = re.search(r'href="(/complain/[^"]+)"', page)[1]

    form = client.get(address).context["form"]

    assert form.initial["certificate"] == held.number


def test_a_complaint_is_kept_acknowledged_and_followed_by_a_secret_link(
    held, client, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        answer = send(client)
    complaint = OutsideComplaint.objects.get()
    (letter,) = mail.outbox
    shown = client.get(answer.url)

    assert answer.status_code == 302
    assert (complaint.reference, complaint.certificate, complaint.status) == (
        f"OAK-X{timezone.now().year}-00001", held, "received",
    )  # fmt: skip
    assert (letter.to, letter.subject) == (["zoe@example.net"], f"Your complaint {complaint.reference}")
    assert answer.url in letter.body
    assert shown.status_code == 200
    assert complaint.reference in shown.content.decode()
    assert shown["Referrer-Policy"] == "no-referrer"
    assert OutsideMail.objects.get().sent_at is not None


@pytest.mark.parametrize("language", ["ru", "zh-hans", "zh-hant"])
def test_the_mail_is_in_the_language_of_the_page(held, client, language, django_capture_on_commit_callbacks):
    client.cookies["language"] = language

    with django_capture_on_commit_callbacks(execute=True):
        send(client)

    assert mail.outbox[0].extra_headers["Content-Language"] == language


def test_without_a_number_the_body_is_chosen(oak, client):
    assert send(client, certificate="").status_code == 422
    assert send(client, certificate="", body="x").status_code == 422
    assert send(client, certificate="", body=oak.body.pk).status_code == 302
    assert OutsideComplaint.objects.get().certificate is None


def test_an_unknown_number_is_told_and_nothing_is_kept(oak, client):
    answer = send(client, certificate="OAK-C1999-00001")

    assert answer.status_code == 422
    assert "There is no certificate of this number." in answer.content.decode()
    assert not OutsideComplaint.objects.exists()


@pytest.mark.parametrize("missing", ["name", "email", "statement"])
def test_who_what_and_where_to_answer_are_needed(held, client, missing):
    assert send(client, **{missing: ""}).status_code == 422
    assert not OutsideComplaint.objects.exists()


def test_a_machine_that_fills_in_everything_is_thanked_and_nothing_is_kept(held, client):
    answer = send(client, website="https://example.net")

    assert answer.status_code == 200
    assert "Your complaint has been received" in answer.content.decode()
    assert not OutsideComplaint.objects.exists()
    assert not Entry.objects.filter(kind__startswith="outside").exists()


def test_so_many_an_hour_from_one_address_and_no_more(held, client):
    answers = [send(client).status_code for _time in range(complaints.AN_HOUR + 1)]
    other = client.post(reverse("complain"), said(), REMOTE_ADDR="198.51.100.7").status_code

    refused = send(client)
    assert answers == [302] * complaints.AN_HOUR + [429]
    assert (other, refused["Retry-After"]) == (302, "3600")
    assert "SM854" in refused.content.decode()


def test_an_hour_later_it_is_taken_again(oak):
    at = timezone.now()
    for _time in range(complaints.AN_HOUR):
        received(oak, at=at)

    with pytest.raises(SealmarkError, match="SM854"):
        received(oak, at=at + dt.timedelta(minutes=59))
    assert received(oak, at=at + dt.timedelta(minutes=61)).reference.endswith("-00006")


def test_behind_a_proxy_the_address_the_proxy_wrote_counts(held, client, settings):
    settings.BEHIND_PROXY = True
    for number in range(complaints.AN_HOUR + 1):
        answer = client.post(reverse("complain"), said(), headers={"x-forwarded-for": f"203.0.113.{number}, 192.0.2.9"})

    assert answer.status_code == 429


def test_a_mail_that_cannot_be_sent_waits_for_the_next_time(oak, monkeypatch):
    complaint = received(oak)
    with monkeypatch.context() as broken:
        broken.setattr(locmem.EmailBackend, "send_messages", refuse)
        failed = send_letters(after(0))

    assert (failed, send_letters(after(1)), send_letters(after(2))) == ((0, 1), (1, 0), (0, 0))
    assert complaint.reference in mail.outbox[0].subject


def refuse(*_arguments):
    raise OSError("no server")


@pytest.mark.parametrize("secret", ["x", "0" * 40])
def test_without_the_secret_there_is_no_status(oak, client, secret):
    complaint = received(oak)

    assert client.get(reverse("complaint-status", args=[complaint.pk, secret])).status_code == 404


# -- the coordinator -------------------------------------------------------------------------------


def test_a_coordinator_files_it_in_words_that_name_nobody(oak, held, client, django_capture_on_commit_callbacks):
    complaint = received(oak, held)
    client.force_login(oak.cora)
    address = reverse("outside-complaint", args=[complaint.pk])
    last = Entry.objects.latest("number").number

    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(
            address, {"do": "file", "file": held.file.pk, "statement": "A customer was not called back.", "revision": 0}
        )

    complaint.refresh_from_db()
    filed = Objection.objects.get()
    assert answer.status_code == 302
    assert (complaint.status, complaint.objection, complaint.answered_by) == ("filed", filed, oak.cora)
    assert (filed.kind, filed.status, filed.statement, filed.filed_by) == (
        "complaint", "received", "A customer was not called back.", oak.cora,
    )  # fmt: skip
    kinds = list(Entry.objects.filter(number__gt=last).values_list("kind", flat=True))
    assert kinds == ["objection.file", "outside-complaint.file"]
    assert [len(mail.outbox), mail.outbox[-1].to] == [2, ["zoe@example.net"]]
    assert disagreements() == ()


def test_a_coordinator_answers_that_it_is_out_of_scope_and_the_sender_reads_the_reason(
    oak, client, django_capture_on_commit_callbacks
):
    complaint = received(oak)
    client.force_login(oak.cora)

    with django_capture_on_commit_callbacks(execute=True):
        client.post(
            reverse("outside-complaint", args=[complaint.pk]),
            {"do": "answer", "reason": "This is about a parcel.", "revision": 0},
        )
    client.logout()
    shown = client.get(reverse("complaint-status", args=[complaint.pk, complaints.secret_of(complaint)]))

    complaint.refresh_from_db()
    assert complaint.status == "out-of-scope"
    assert "This is about a parcel." in mail.outbox[-1].body
    assert "This is about a parcel." in shown.content.decode()


@pytest.mark.parametrize("status", ["received", "not-admitted", "decided"])
@pytest.mark.parametrize("is_upheld", [True, False])
def test_the_sender_sees_how_a_filed_complaint_stands(oak, held, client, status, is_upheld):
    complaint = complaints.file_complaint(received(oak, held), held.file, "Slow.", by=oak.cora, at=timezone.now())
    Objection.objects.update(status=status, is_upheld=is_upheld if status == "decided" else None)

    page = client.get(
        reverse("complaint-status", args=[complaint.pk, complaints.secret_of(complaint)])
    ).content.decode()

    sentence = {
        "received": "It is being handled by people who took no part in the file.",
        "not-admitted": "It was looked at and not taken up.",
        "decided": f"It was decided: it is {'' if is_upheld else 'not '}upheld.",
    }[status]
    assert sentence in page


def test_two_coordinators_at_once_one_wins_and_nothing_is_done_twice(oak, held):
    complaint, at = received(oak, held), timezone.now()
    complaints.answer_out_of_scope(complaint, "Not ours.", by=oak.cora, at=at, revision=0)

    with pytest.raises(SealmarkError, match="SM801"):
        complaints.file_complaint(complaint, held.file, "x", by=oak.cora, at=at, revision=0)
    with pytest.raises(SealmarkError, match="SM855"):
        complaints.file_complaint(complaint, held.file, "x", by=oak.cora, at=at)
    assert not Objection.objects.exists()


def test_who_is_tied_to_the_organization_answers_nothing(oak, held):
    complaint, at = received(oak, held), timezone.now()
    PersonTie.objects.create(person=oak.cora, organization=oak.organization, kind="interest")

    with pytest.raises(SealmarkError, match="SM704"):
        complaints.answer_out_of_scope(complaint, "Not ours.", by=oak.cora, at=at)
    with pytest.raises(SealmarkError, match="SM704"):
        complaints.file_complaint(complaint, held.file, "x", by=oak.cora, at=at)
    complaint.refresh_from_db()
    assert complaint.status == "received"


def test_an_answer_needs_a_reason_and_a_file_of_the_body(oak, held, elsewhere):
    complaint, at = received(oak, held), timezone.now()

    with pytest.raises(SealmarkError, match="SM856"):
        complaints.answer_out_of_scope(complaint, " ", by=oak.cora, at=at)
    with pytest.raises(SealmarkError, match="SM850"):
        complaints.file_complaint(complaint, elsewhere.agreed(), "x", by=oak.cora, at=at)


def test_a_form_offers_files_of_the_own_body_alone(oak, held, elsewhere, client):
    complaint = received(oak, held)
    other = elsewhere.agreed()
    client.force_login(oak.cora)
    address = reverse("outside-complaint", args=[complaint.pk])

    offered = list(client.get(address).context["file_form"].fields["file"].queryset)
    answer = client.post(address, {"do": "file", "file": other.pk, "statement": "x", "revision": 0})

    assert offered == [held.file]
    assert answer.status_code == 422


def test_an_unknown_button_does_nothing(oak, client):
    complaint = received(oak)
    client.force_login(oak.cora)

    assert client.post(reverse("outside-complaint", args=[complaint.pk]), {"do": "x"}).status_code == 404


def test_the_list_shows_what_waits_first_and_all_on_request(oak, held, client):
    waiting, done = received(oak), received(oak, held)
    complaints.answer_out_of_scope(done, "No.", by=oak.cora, at=timezone.now())
    client.force_login(oak.cora)

    lists = [
        client.get(reverse("outside-complaints"), {"show": show}).context["page"].object_list for show in ("", "all")
    ]

    assert [list(lists[0]), set(lists[1])] == [[waiting], {waiting, done}]


def test_coordinators_are_told_by_a_notice_and_by_a_number_on_their_pages(oak, held, client):
    received(oak)
    Notice.objects.all().delete()
    received(oak, held)
    client.force_login(oak.cora)

    page = client.get(reverse("today")).content.decode()

    assert list(Notice.objects.values_list("person__name", "kind")) == [("Cora-oak", "outside-complaint")]
    assert "A complaint came in from outside." in page
    assert 'tag warn">2<span' in page


# -- personal data ---------------------------------------------------------------------------------


def test_what_is_personal_stands_in_one_row_alone_and_never_in_the_trail(oak, held):
    complaint = received(oak, held)
    complaints.answer_out_of_scope(complaint, "No.", by=oak.cora, at=timezone.now())
    complaint.refresh_from_db()

    rows = json.dumps([list(OutsideComplaint.objects.values()), list(Entry.objects.values("event"))], default=str)
    rows += json.dumps(list(Commitment.objects.values("value")))
    assert not any(word in rows for word in SECRET_WORDS)


@pytest.mark.parametrize("way", ["coordinator", "sender"])
def test_it_is_erased_by_a_coordinator_or_by_the_sender_and_the_rest_stays(oak, client, way):
    complaint = received(oak)
    secret = reverse("complaint-status", args=[complaint.pk, complaints.secret_of(complaint)])
    if way == "coordinator":
        client.force_login(oak.cora)
        client.post(reverse("outside-complaint", args=[complaint.pk]), {"do": "erase"})
    else:
        client.post(secret)

    page = client.get(secret).content.decode()
    assert not Complainant.objects.exists()
    assert not OutsideMail.objects.exists()
    assert complaint.reference in page
    assert not any(word in page for word in SECRET_WORDS)
    erased = Entry.objects.get(kind="outside-complaint.erase")
    assert erased.actor == (str(oak.cora.pk) if way == "coordinator" else "public")
    assert disagreements() == ()


def test_the_answer_is_erased_with_who_complained_and_the_trail_still_proves_itself(oak, held, client):
    complaint, at = received(oak, held), timezone.now()
    complaints.answer_out_of_scope(complaint, "Dear Wilma, not ours.", by=oak.cora, at=at)
    assert Commitment.objects.filter(value__contains="Wilma").exists()

    complaints.erase_complainant(complaint, by=oak.cora, at=at)

    secret = reverse("complaint-status", args=[complaint.pk, complaints.secret_of(complaint)])
    rows = json.dumps([list(OutsideComplaint.objects.values()), list(Commitment.objects.values())], default=str)
    assert "Wilma" not in rows + client.get(secret).content.decode()
    assert verify_trail().faults == ()
    assert disagreements() == ()


@pytest.mark.parametrize("way", ["coordinator", "sender"])
def test_an_answer_that_came_after_the_erasure_can_be_erased_too(oak, client, way):
    complaint, at = received(oak), timezone.now()
    complaints.erase_complainant(complaint, by=None, at=at)
    complaints.answer_out_of_scope(complaint, "Dear Wilma, not ours.", by=oak.cora, at=at)
    address = reverse("complaint-status", args=[complaint.pk, complaints.secret_of(complaint)])
    if way == "coordinator":
        client.force_login(oak.cora)
        address = reverse("outside-complaint", args=[complaint.pk])

    before = client.get(address).content.decode()
    after_it = client.post(address, {"do": "erase"}, follow=True).content.decode()

    assert ("Wilma" in before, "Erase the answer" in before) == (True, True)
    assert ("Wilma" in after_it, "Erase the answer" in after_it) == (False, False)


def test_erasing_twice_leaves_one_entry_and_answering_afterwards_sends_no_mail(oak):
    complaint, at = received(oak), timezone.now()
    for _time in range(2):
        complaints.erase_complainant(complaint, by=None, at=at)
    complaints.answer_out_of_scope(complaint, "No.", by=oak.cora, at=at)

    assert Entry.objects.filter(kind="outside-complaint.erase").count() == 1
    assert send_letters(at) == (0, 0)


def test_neither_the_client_nor_the_evaluators_learn_who_complained(oak, held, client):
    complaint = received(oak, held)
    complaints.file_complaint(complaint, held.file, "A customer waited.", by=oak.cora, at=timezone.now())
    for who in (oak.cleo, oak.cora):
        client.force_login(who)
        page = client.get(reverse("file", args=[held.file.pk])).content.decode()
        assert "A customer waited." in page
        assert not any(word in page for word in SECRET_WORDS)


# -- who may ---------------------------------------------------------------------------------------


def test_the_list_and_a_complaint_are_for_coordinators_and_who_oversees_them(oak, held, elsewhere, client):
    complaint = received(oak, held)
    former = person("Former")
    Membership.objects.create(person=former, body=oak.body, function="coordinator", until=dt.date(2020, 1, 1))
    people = {name: who for name, (who, _held) in oak.people().items() if who is not None}
    people |= {"foreign coordinator": elsewhere.cora, "foreign client": elsewhere.cleo, "former": former}
    pages = {name: reverse("outside-complaints") for name in people}
    one = reverse("outside-complaint", args=[complaint.pk])

    found = {}
    for name, who in people.items():
        client.force_login(who)
        found[name] = (
            client.get(pages[name]).status_code,
            client.get(one).status_code,
            client.post(one, {"do": "erase"}).status_code,
        )
        assert Complainant.objects.exists() or name == "coordinator"
        if name == "coordinator":
            complaint = received(oak, held)
            one = reverse("outside-complaint", args=[complaint.pk])

    readers, insiders = (
        {"administrator", "observer"},
        {"lead", "evaluator", "reviewer", "decider", "panellist", "without a seat"},
    )
    assert found == {
        "coordinator": (200, 200, 302),
        **dict.fromkeys(readers, (200, 200, 403)),
        **dict.fromkeys(insiders, (403, 403, 403)),
        **dict.fromkeys(("client", "stranger", "foreign client", "former"), (404, 404, 404)),
        "foreign coordinator": (200, 404, 404),
    }  # fmt: skip


def test_an_act_itself_refuses_who_does_not_coordinate_this_body(oak, elsewhere):
    complaint, at = received(oak), timezone.now()

    for who in (oak.adam, oak.oda, oak.ada, oak.cleo, elsewhere.cora):
        with pytest.raises(SealmarkError, match="SM855"):
            complaints.answer_out_of_scope(complaint, "No.", by=who, at=at)
        with pytest.raises(SealmarkError, match="SM855"):
            complaints.erase_complainant(complaint, by=who, at=at)
    assert CertificationFile.objects.count() == 0
    assert Complainant.objects.count() == 1
