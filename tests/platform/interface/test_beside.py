"""What stands beside the files: meetings, complaints from outside, self-assessments, one's own, pauses of webhooks."""

import datetime as dt

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from tests.platform.people import after

from sealmark_platform.api.models import Delivery
from sealmark_platform.api.webhooks import deliver
from sealmark_platform.casework.actions import application as apply
from sealmark_platform.client_portal.models import SelfAssessment
from sealmark_platform.records.models import Entry
from sealmark_platform.register.models import Complainant


def test_a_meeting_is_called_once_and_called_off(oak, program):
    cora = program(oak.cora)
    on = (timezone.now().date() + dt.timedelta(20)).isoformat()

    made = cora.post("/bodies/oak/meetings", {"on": on, "place": "Room 1"}, Idempotency_Key="m")
    again = cora.post("/bodies/oak/meetings", {"on": on, "place": "Room 1"}, Idempotency_Key="m")
    twice = cora.post("/bodies/oak/meetings", {"on": on})
    off = cora.post(f"/bodies/oak/meetings/{made.json()['id']}/call-off", {})

    assert (made.status_code, made.json()["place"], again.json()) == (201, "Room 1", made.json())
    assert (twice.status_code, twice.json()["code"]) == (422, "SM857")
    assert off.json()["is_called_off"] is True
    assert [row["on"] for row in cora.get("/bodies/oak/meetings").json()["items"]] == [on, oak.meeting.on.isoformat()]


def test_a_complaint_is_read_filed_and_its_writer_erased(oak, program):
    cora, one = program(oak.cora), f"/outside-complaints/{oak.complaint.pk}"

    told = cora.get(one).json()
    other = cora.post(f"{one}/file", {"revision": told["revision"], "file": str(oak.edition.pk), "statement": "Slow."})
    filed = cora.post(
        f"{one}/file", {"revision": told["revision"], "file": str(oak.held.file_id), "statement": "Slow."}
    )
    late = cora.post(f"{one}/answer", {"revision": told["revision"], "reason": "No."})
    erased = cora.post(f"{one}/erase-writer", {}).json()

    assert (told["writer"]["email"], told["certificate_number"]) == ("zoe@oak.example", oak.held.number)
    assert (other.status_code, other.json()["faults"][0]["where"]) == (422, "body.file")
    assert (filed.json()["status"], filed.json()["objection"] is not None) == ("filed", True)
    assert (late.status_code, late.json()["code"]) == (409, "SM801")
    assert (erased["writer"], Complainant.objects.filter(complaint=oak.complaint).exists()) == (None, False)
    assert "zoe" not in cora.get("/bodies/oak/outside-complaints").content.decode().lower()


def test_a_complaint_is_answered(oak, program):
    cora, one = program(oak.cora), f"/outside-complaints/{oak.complaint.pk}"

    done = cora.post(f"{one}/answer", {"revision": 0, "reason": "Not ours."}).json()

    assert (done["status"], done["answer"], done["revision"]) == ("out-of-scope", "Not ours.", 1)
    assert Entry.objects.filter(kind="outside-complaint.answer").count() == 1


def test_a_self_assessment_is_made_read_and_erased(oak, program, case_archive):
    cleo = program(oak.cleo)
    said = {"organization": str(oak.organization.pk), "edition": str(oak.edition.pk)}

    made = cleo.upload("/self-assessments", **said, content=SimpleUploadedFile("case.zip", case_archive), key="s")
    again = cleo.upload("/self-assessments", **said, content=SimpleUploadedFile("case.zip", case_archive), key="s")
    one = made.headers["Location"].removeprefix("/api/v1")
    told = cleo.get(one).json()
    foreign = program(oak.cora).upload("/self-assessments", **said, content=SimpleUploadedFile("c.zip", case_archive))
    gone = cleo._client.delete(made.headers["Location"], headers=cleo._said({}))

    assert (made.status_code, again.json(), told["name"]) == (201, made.json(), "case.zip")
    assert (foreign.status_code, foreign.json()["faults"][0]["where"]) == (422, "body.organization")
    assert (gone.status_code, cleo.get(one).status_code) == (204, 404)
    assert list(SelfAssessment.objects.values_list("pk", flat=True)) == [oak.assessment.pk]


def test_one_declares_ends_and_chooses_for_oneself(oak, program):
    ada = program(oak.ada)
    said = {"body": "oak", "organization": "Willow oak", "kind": "employment"}

    made = ada.post("/me/ties", said)
    none = ada.post("/me/ties", {**said, "body": "elm"})
    past = ada.post(f"/me/ties/{made.json()['id']}/end", {"until": "2020-01-01"})
    ended = ada.post(f"/me/ties/{made.json()['id']}/end", {"until": "2099-01-01"})
    wishes = ada.put("/me/settings", {"language": "ru", "rhythm": "daily"})

    assert (made.status_code, none.json()["faults"][0]["where"]) == (201, "body.body")
    assert (past.status_code, past.json()["code"]) == (422, "SM883")
    assert ended.json()["until"] == "2099-01-01"
    assert (wishes.json(), ada.get("/me/settings").json()) == ({"language": "ru", "rhythm": "daily"},) * 2


def test_a_paused_webhook_hears_of_what_happened_when_it_goes_on(oak, program):
    adam, one = program(oak.adam), f"/webhooks/{oak.hook.pk}"
    deliver(timezone.now(), _Deaf())
    before = Delivery.objects.count()

    paused = adam.post(f"{one}/pause", {}).json()
    adam.post(f"{one}/pause", {})
    apply.submit_application(oak.draft(), by=oak.cleo, at=after(1))
    silent = deliver(timezone.now() + dt.timedelta(days=9), _Deaf())
    resumed = adam.post(f"{one}/resume", {}).json()
    adam.post(f"{one}/resume", {})
    heard = deliver(timezone.now() + dt.timedelta(days=9), _Deaf())

    assert (paused["paused_at"] is not None, resumed["paused_at"]) == (True, None)
    assert (silent.queued, silent.arrived, silent.failed) == (0, 0, 0)
    assert (heard.queued > 0, Delivery.objects.count() > before) == (True, True)
    kinds = Entry.objects.filter(subject=f"webhook:{oak.hook.pk}").values_list("kind", flat=True)
    assert sorted(kinds) == ["webhook.pause", "webhook.resume"]


class _Deaf:
    """Takes everything and calls nobody."""

    def post(self, *_said):
        return 200


def test_a_webhook_that_has_ended_neither_pauses_nor_goes_on(oak, program, client):
    adam, one = program(oak.adam), f"/webhooks/{oak.hook.pk}"
    adam.post(f"{one}/end", {})
    client.force_login(oak.adam)

    answers = [adam.post(f"{one}/{word}", {}) for word in ("pause", "resume")]
    page = client.post(f"/administration/oak/webhooks/{oak.hook.pk}/", {"do": "pause"})

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(422, "SM892")] * 2
    assert (page.status_code, "The webhook has ended." in page.content.decode()) == (422, True)


def test_a_webhook_is_paused_and_goes_on_by_its_page(oak, client):
    client.force_login(oak.adam)
    address = f"/administration/oak/webhooks/{oak.hook.pk}/"

    paused = client.post(address, {"do": "pause"}, follow=True).content.decode()
    listed = client.get("/administration/oak/webhooks/").content.decode()
    resumed = client.post(address, {"do": "resume"}, follow=True).content.decode()

    assert ("Let the webhook go on" in paused, "paused" in listed) == (True, True)
    assert "Pause the webhook" in resumed


def test_pages_offer_their_list_as_a_file(oak, client):
    client.force_login(oak.adam)
    pages = ("/administration/oak/organizations/", "/administration/oak/editions/", "/administration/oak/mails/",
             "/complaints/", "/planner/?from=2026-03-02", "/calendar/?month=2026-03&kind=visit")  # fmt: skip

    for page in pages:
        text = client.get(page).content.decode()
        links = [part.partition('"')[0].replace("&amp;", "&") for part in text.split('href="')[1:]]
        files = [link for link in links if "=csv" in link]
        assert (page, len(files)) == (page, 1)
        answer = client.get(files[0] if files[0].startswith("/") else page.partition("?")[0] + files[0])
        assert (page, answer.status_code, answer.headers["Content-Type"]) == (
            page, 200, "text/csv; charset=utf-8; header=present",
        )  # fmt: skip
        assert len(list(answer.streaming_content)) > 1
