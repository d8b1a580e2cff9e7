"""Acts, applications and uploads through the interface."""

import datetime as dt
import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection
from django.test import Client
from django.utils import timezone
from tests.platform.people import after

from sealmark_platform.api import acting
from sealmark_platform.api.models import KeptAnswer
from sealmark_platform.api.replays import KEPT, forget_answers
from sealmark_platform.casework.actions import application as apply
from sealmark_platform.casework.actions import objection
from sealmark_platform.casework.models import CertificationFile
from sealmark_platform.records.models import Entry

PDF = b"%PDF-1.7 small"


def _pdf(name="map.pdf"):
    return SimpleUploadedFile(name, PDF)


def test_an_act_is_done_once_with_its_record(world, program):
    file = world.draft()

    done = program(world.cleo).post(f"/acts/application.submit/{file.pk}", {"revision": file.revision}).json()

    file.refresh_from_db()
    assert file.status == "submitted"
    assert done == {
        "act": "application.submit", "subject": str(file.pk), "status": "submitted", "revision": file.revision,
        "record": Entry.objects.get(kind="application.submit").number, "made": None,
    }  # fmt: skip


def test_an_old_revision_is_refused_and_changes_nothing(world, program):
    file = world.draft()

    answer = program(world.cleo).post(f"/acts/application.submit/{file.pk}", {"revision": file.revision - 1})

    assert (answer.status_code, answer.json()["code"]) == (409, "SM801")
    file.refresh_from_db()
    assert file.status == "draft"


def test_the_form_of_an_act_is_told_with_its_choices(world, program):
    file = world.draft()
    apply.submit_application(file, by=world.cleo, at=after(1))

    told = program(world.cora).get(f"/acts/application.accept/{file.pk}").json()

    assert [(field["name"], field["kind"], field["is_required"]) for field in told["fields"]] == [
        ("shown", "multiplechoice", False), ("reason", "char", True),
    ]  # fmt: skip
    assert len(told["fields"][0]["choices"]) > 0


def test_what_does_not_fit_the_form_is_told_field_by_field(world, program):
    file = world.draft()
    apply.submit_application(file, by=world.cleo, at=after(1))
    file.refresh_from_db()
    cora = program(world.cora)
    address = f"/acts/application.accept/{file.pk}"

    wrong = cora.post(address, {"revision": file.revision, "reason": True, "shown": "a", "more": 1})
    empty = cora.post(address, {"revision": file.revision})
    unkept = cora.post(address, {"revision": file.revision, "reason": "a\0b"})
    halved = cora.post(address, {"revision": file.revision, "reason": "Good.", "shown": ["a\ud800"]})
    bare = cora.post(address, {"reason": "Good."})

    assert [fault["where"] for fault in wrong.json()["faults"]] == ["body.more", "body.shown", "body.reason"]
    assert [fault["where"] for fault in empty.json()["faults"]] == ["body.reason"]
    assert [answer.status_code for answer in (wrong, empty, unkept, halved, bare)] == [422] * 5


def test_insiders_without_the_function_strangers_and_the_wrong_status_are_told_apart(world, elsewhere, program):
    file = world.draft()
    said = {"revision": file.revision, "reason": "Good."}
    submitted = world.draft()
    apply.submit_application(submitted, by=world.cleo, at=after(1))

    answers = [
        program(world.cleo).post(f"/acts/application.accept/{submitted.pk}", said),
        program(world.cora).post(f"/acts/application.accept/{file.pk}", said),
        program(elsewhere.cora).post(f"/acts/application.accept/{submitted.pk}", said),
        program(world.cora).post(f"/acts/application.nothing/{file.pk}", said),
    ]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [
        (403, "SM870"), (409, "SM702"), (404, "SM862"), (404, "SM862"),
    ]  # fmt: skip


def test_an_act_that_makes_its_subject_tells_what_it_made(world, program):
    file = world.agreed()

    done = program(world.cora).post(
        f"/acts/evaluation.open/{file.pk}", {"revision": file.revision, "kind": "initial", "due_on": "2027-01-15"}
    ).json()  # fmt: skip

    made = file.evaluations.get()
    assert (done["made"], str(made.due_on)) == (str(made.pk), "2027-01-15")


def test_a_token_that_may_only_read_acts_on_nothing(world, program):
    file = world.draft()

    answer = program(world.cleo, "read").post(f"/acts/application.submit/{file.pk}", {"revision": file.revision})

    assert (answer.status_code, answer.json()["code"]) == (403, "SM861")


def test_an_application_is_begun_written_and_given_its_documents(world, program):
    cleo = program(world.cleo)
    said = {"organization": str(world.organization.pk), "edition": str(world.edition.pk), "language": "zh-Hant"}

    begun = cleo.post("/applications", said)
    told = begun.json()
    saying = {"revision": told["revision"], "scope": "Shops", "answers": world.answers()}
    written = cleo.put(f"/files/{told['id']}/application", saying)
    kinds = [kind for kind in told["documents_missing"] if kind not in {"scope", "applicant"}]
    added = [cleo.upload(f"/files/{told['id']}/documents", kind=kind, content=_pdf()) for kind in kinds]
    gone = cleo.put(f"/files/{told['id']}/application", {"revision": told["revision"], "scope": "Other"})

    assert (begun.status_code, begun.headers["Location"]) == (201, f"/api/v1/files/{told['id']}")
    assert (written.json()["scope"], written.json()["language"]) == ("Shops", "zh-Hant")
    assert [answer.status_code for answer in added] == [201] * len(kinds)
    assert told["documents_missing"] == ["scope", "applicant", *kinds]
    assert cleo.get(f"/files/{told['id']}").json()["documents_missing"] == []
    assert (gone.status_code, gone.json()["code"]) == (409, "SM801")


def test_nobody_applies_for_an_organization_of_others(world, elsewhere, program):
    said = {"organization": str(world.organization.pk), "edition": str(world.edition.pk)}

    answer = program(elsewhere.cleo).post("/applications", said)

    assert (answer.status_code, answer.json()["faults"][0]["where"]) == (422, "body.organization")
    assert CertificationFile.objects.count() == 0


def test_evidence_is_taken_in_and_given_back_inert(world, elsewhere, program):
    one = world.gathering()
    ada = program(world.ada)

    answer = ada.upload(f"/evaluations/{one.pk}/evidence", revision=one.revision, content=_pdf("<b>.pdf"))
    kept = ada.get(answer.headers["Location"].removeprefix("/api/v1"))
    stranger = program(elsewhere.ada).get(answer.headers["Location"].removeprefix("/api/v1"))

    assert (answer.status_code, answer.json()["media_type"]) == (201, "application/pdf")
    assert b"".join(kept.streaming_content) == PDF
    assert kept.headers["Content-Type"] == "application/octet-stream"
    assert kept.headers["Content-Disposition"].startswith("attachment")
    assert kept.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert stranger.status_code == 404


def test_an_upload_of_a_kind_that_is_not_taken_is_refused(world, program):
    one = world.gathering()
    svg = SimpleUploadedFile("a.svg", b"<svg onload='x'/>")

    answer = program(world.ada).upload(f"/evaluations/{one.pk}/evidence", revision=one.revision, content=svg)
    by_act = program(world.ada).post(f"/acts/evaluation.add-evidence/{one.pk}", {"revision": one.revision})

    assert (answer.status_code, answer.json()["code"]) == (422, "SM821")
    assert (by_act.status_code, by_act.json()["code"]) == (422, "SM863")


def test_the_same_key_does_an_act_once_and_answers_the_same(world, program):
    file = world.agreed()
    cora = program(world.cora)
    said = {"revision": file.revision, "kind": "initial"}

    first = cora.post(f"/acts/evaluation.open/{file.pk}", said, Idempotency_Key="k-1")
    again = cora.post(f"/acts/evaluation.open/{file.pk}", said, Idempotency_Key="k-1")
    other = cora.post(f"/acts/evaluation.open/{file.pk}", {**said, "kind": "special"}, Idempotency_Key="k-1")

    assert file.evaluations.count() == 1
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert (first.headers.get("Idempotency-Replayed"), again.headers["Idempotency-Replayed"]) == (None, "true")
    assert (other.status_code, other.json()["code"]) == (409, "SM865")


def test_an_error_is_kept_for_its_key_too_and_a_failed_act_leaves_nothing(world, program):
    file = world.draft()
    cleo = program(world.cleo)
    before = Entry.objects.count()

    first = cleo.post(f"/acts/application.submit/{file.pk}", {"revision": 0}, Idempotency_Key="k-1")
    again = cleo.post(f"/acts/application.submit/{file.pk}", {"revision": 0}, Idempotency_Key="k-1")

    assert (first.status_code, again.status_code, again.content) == (409, 409, first.content)
    assert Entry.objects.count() == before


def test_a_key_belongs_to_its_person_and_uploads_are_known_by_their_content(world, elsewhere, program):
    one, two = world.gathering(), elsewhere.gathering()
    ada, other = program(world.ada), program(elsewhere.ada)

    first = ada.upload(f"/evaluations/{one.pk}/evidence", revision=one.revision, content=_pdf(), key="k")
    again = ada.upload(f"/evaluations/{one.pk}/evidence", revision=one.revision, content=_pdf(), key="k")
    third = other.upload(f"/evaluations/{two.pk}/evidence", revision=two.revision, content=_pdf(), key="k")

    assert (again.content, again.headers["Location"]) == (first.content, first.headers["Location"])
    assert (one.evidence.count(), two.evidence.count(), third.status_code) == (1, 1, 201)


def test_acts_that_leave_the_status_are_open_to_those_who_may_do_them(world, program):
    one = world.gathering()
    complaint = objection.file_objection(one.file, "Late answers.", by=world.cleo, at=after(12))
    address = f"/acts/objection.name-panellist/{complaint.pk}"

    told = program(world.cora).get(f"/objections/{complaint.pk}").json()["acts"]
    theirs = program(world.ada).get(f"/evaluations/{one.pk}").json()["acts"]
    people = program(world.cora).get(address).json()["fields"][0]["choices"]
    hidden = program(world.cleo).get(address)

    assert (told, "evaluation.step-aside" in theirs) == (["objection.name-panellist"], True)
    assert len(people) == 5
    assert (hidden.status_code, hidden.json()["code"]) == (403, "SM870")


def test_a_result_is_recorded_once_for_its_key(world, program):
    one = world.gathering()
    ada = program(world.ada)
    said = {"revision": one.revision}

    first = ada.post(f"/acts/evaluation.record-result/{one.pk}", said, Idempotency_Key="k")
    again = ada.post(f"/acts/evaluation.record-result/{one.pk}", said, Idempotency_Key="k")

    assert (first.status_code, first.json()["code"]) == (422, "SM825")
    assert (again.status_code, again.content, again.headers["Idempotency-Replayed"]) == (422, first.content, "true")


def test_a_key_is_forgotten_after_a_day(world, program):
    file = world.agreed()
    cora = program(world.cora)
    said = {"revision": file.revision, "kind": "initial"}
    cora.post(f"/acts/evaluation.open/{file.pk}", said, Idempotency_Key="k-1")
    KeptAnswer.objects.update(made_at=timezone.now() - KEPT - dt.timedelta(seconds=1))

    again = cora.post(f"/acts/evaluation.open/{file.pk}", {**said, "kind": "special"}, Idempotency_Key="k-1")

    assert (again.status_code, file.evaluations.count()) == (200, 2)
    assert (forget_answers(timezone.now()), forget_answers(timezone.now() + KEPT + KEPT)) == (0, 1)


def test_a_key_that_is_too_long_or_unprintable_is_refused(world, program):
    file = world.draft()
    cleo = program(world.cleo)

    answers = [
        cleo.post(f"/acts/application.submit/{file.pk}", {"revision": file.revision}, Idempotency_Key=key)
        for key in ("k" * 201, "k\u007f")
    ]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(422, "SM863")] * 2


def test_a_file_that_is_too_large_is_told_so(world, program, monkeypatch):
    monkeypatch.setattr(acting, "LARGEST", 5)
    one = world.gathering()

    answer = program(world.ada).upload(f"/evaluations/{one.pk}/evidence", revision=one.revision, content=_pdf())

    assert (answer.status_code, answer.json()["code"]) == (413, "SM868")


def test_content_that_the_store_lost_is_told_as_missing(world, program):
    file = world.draft()

    answers = [program(world.cleo).get(f"/documents/{pk}/content") for pk in (file.documents.first().pk, 2**70)]

    assert [answer.status_code for answer in answers] == [404, 404]


@pytest.mark.django_db(transaction=True)
def test_two_requests_with_one_key_at_the_same_moment_do_the_act_once(world, program):
    if connection.vendor == "sqlite":
        pytest.skip("SQLite lets one write at a time: the second request waits before it begins")
    file = world.agreed()
    secret = program(world.cora).secret
    start, answers = threading.Barrier(4), []

    def ask():
        start.wait()
        answers.append(
            Client().post(
                f"/api/v1/acts/evaluation.open/{file.pk}", {"revision": file.revision, "kind": "initial"},
                content_type="application/json",
                headers={"Authorization": f"Bearer {secret}", "Idempotency-Key": "k"},
            )
        )  # fmt: skip
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert {(answer.status_code, answer.content) for answer in answers} == {(200, answers[0].content)}
    assert file.evaluations.count() == 1


def test_what_the_database_refuses_is_a_conflict(world, program, monkeypatch):
    def refuse(*_args, **_more):
        raise IntegrityError

    monkeypatch.setattr(acting, "perform", refuse)
    file = world.draft()

    answer = program(world.cleo).post(f"/acts/application.submit/{file.pk}", {"revision": file.revision})

    assert (answer.status_code, answer.json()["code"]) == (409, "SM801")


def test_a_mark_is_true_or_false_and_nothing_else(world, program):
    file = world.draft()
    said = {"revision": file.revision, "confirmed": "yes"}

    wrong = program(world.cleo).post(f"/acts/application.withdraw/{file.pk}", said)
    done = program(world.cleo).post(f"/acts/application.withdraw/{file.pk}", {**said, "confirmed": True})

    assert (wrong.status_code, wrong.json()["faults"][0]["where"]) == (422, "body.confirmed")
    assert done.json()["status"] == "withdrawn"
