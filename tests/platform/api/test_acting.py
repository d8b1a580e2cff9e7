"""Acts, applications and uploads through the interface."""

from django.core.files.uploadedfile import SimpleUploadedFile
from tests.platform.people import after

from sealmark_platform.casework.actions import application as apply
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
    bare = cora.post(address, {"reason": "Good."})

    assert [fault["where"] for fault in wrong.json()["faults"]] == ["body.more", "body.shown", "body.reason"]
    assert [fault["where"] for fault in empty.json()["faults"]] == ["body.reason"]
    assert [answer.status_code for answer in (wrong, empty, unkept, bare)] == [422] * 4


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
    written = cleo.put(f"/files/{told['id']}/application", {"revision": told["revision"], "scope": "Shops"})
    kinds = told["documents_missing"]
    added = [cleo.upload(f"/files/{told['id']}/documents", kind=kind, content=_pdf()) for kind in kinds[1:]]
    gone = cleo.put(f"/files/{told['id']}/application", {"revision": told["revision"], "scope": "Other"})

    assert (begun.status_code, begun.headers["Location"]) == (201, f"/api/v1/files/{told['id']}")
    assert (written.json()["scope"], written.json()["language"]) == ("Shops", "zh-Hant")
    assert [answer.status_code for answer in added] == [201] * len(kinds[1:])
    assert cleo.get(f"/files/{told['id']}").json()["documents_missing"] == kinds[:1][:0]
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
