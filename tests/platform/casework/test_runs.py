"""Evidence is evaluated outside the request: asked for once, recorded as who asked, or told why not."""

import io
import re
import zipfile
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from tests.platform.people import after
from tests.platform.scenes import kinds_after, people

from sealmark.core.errors import SealmarkError
from sealmark.evaluation.document import seal
from sealmark_platform.casework.actions import runs
from sealmark_platform.casework.actions.evaluation import record_result
from sealmark_platform.casework.actions.evidence import add_evidence
from sealmark_platform.casework.intake import labelled_case
from sealmark_platform.casework.kept_runs import PATIENCE
from sealmark_platform.casework.models import EvaluationRun, Notice
from sealmark_platform.records.models import Entry
from sealmark_platform.work import work

TEXT = b"schema: 1\nscheme: nothing/1\n"


def zipped(members):
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return SimpleUploadedFile("case.zip", kept.getvalue())


@pytest.fixture(scope="module")
def layers(layers):
    return {**layers, "cast": (people,)}


@pytest.fixture
def cast(staged, db):
    return staged["cast"]


@pytest.fixture
def example(example_case):
    """The files of an example case of the scheme that the body certifies by."""
    return {str(one.relative_to(example_case)): one.read_bytes() for one in example_case.rglob("*") if one.is_file()}


def gathering(cast, members):
    one = cast.evaluation("gathering")
    add_evidence(one, zipped(members), by=cast.ada, at=after(11))
    one.refresh_from_db()
    return one


def test_what_was_asked_for_is_recorded_by_the_worker_as_who_asked(cast, example, quick):
    one = gathering(cast, example)
    number = Entry.objects.count()

    run = runs.ask_run(one, by=cast.ada, at=timezone.now(), revision=one.revision)
    before = (run.status, kinds_after(number))
    work(once=True)

    run.refresh_from_db()
    one.refresh_from_db()
    assert before == ("queued", [])
    assert (run.status, one.status, run.problems) == ("done", "evaluated", [])
    assert kinds_after(number) == ["evaluation.record-result"]
    assert Entry.objects.last().actor == str(cast.ada.pk)


def test_a_case_with_faults_is_told_with_all_of_them(cast, client):
    one = gathering(cast, {"case.yaml": TEXT})
    run = runs.ask_run(one, by=cast.ada, at=timezone.now())

    work(once=True)

    run.refresh_from_db()
    one.refresh_from_db()
    assert (run.status, one.status) == ("refused", "gathering")
    assert len(run.problems) > 1
    client.force_login(cast.ada)
    page = client.get(reverse("file", args=[one.file_id])).content.decode()
    assert all(problem["code"] in page for problem in run.problems)
    assert Notice.objects.filter(person=cast.ada, kind="evaluation-refused").count() == 1
    assert runs.ask_run(one, by=cast.ada, at=timezone.now()).status == "queued"


def test_what_could_not_be_evaluated_is_told_until_another_case_folder_is_there(cast, client):
    one = gathering(cast, {"case.yaml": TEXT})
    at = timezone.now()
    refused = runs.carry_out_run(runs.ask_run(one, by=cast.ada, at=at), at=at)
    one.refresh_from_db()
    client.force_login(cast.ada)
    place = reverse("file", args=[one.file_id])
    before = client.get(place).content.decode()

    add_evidence(one, zipped({"case.yaml": TEXT}), by=cast.ada, at=at + timedelta(minutes=5))

    told = "The evidence could not be evaluated"
    assert refused.status == "refused"
    assert (told in before, told in client.get(place).content.decode()) == (True, False)


BROKEN = {
    "not text": b"\xff\xfe\x00",
    "empty": b"",
    "a list": b"- a\n- b\n",
    "no yaml": b"scheme: [",
    "aliases": b"a: &a [x, x, x]\nb: &b [*a, *a, *a]\nc: [*b, *b, *b]\n",
    "deep": b"a: " + b"[" * 500 + b"]" * 500,
    "wrong kinds": b"scheme: {a: 1}\norganization: 7\nas_of: soon\nseed: x\nsurveys: yes\n",
    "outside": b"scheme: ../../packs\nlabel: x\norganization: {name: A, employees: 3}\nas_of: 2026-01-01\n",
}


def test_a_broken_case_is_uploaded_run_and_told_on_pages_without_a_fault_of_the_server(cast, client):
    one = cast.evaluation("gathering")
    client.force_login(cast.ada)
    add, ask = (reverse("act", args=[f"evaluation.{act}", one.pk]) for act in ("add-evidence", "record-result"))
    told = {}
    for name, text in BROKEN.items():
        one.refresh_from_db()
        added = client.post(add, {"content": zipped({"case.yaml": text}), "revision": one.revision})
        one.refresh_from_db()
        asked = client.post(ask, {"revision": one.revision})
        assert (added.status_code, asked.status_code) == (302, 302), name
        run = runs.carry_out_run(one.runs.get(status="queued"), at=timezone.now())
        page = client.get(reverse("file", args=[one.file_id])).content.decode()
        told[name] = (run.status, "The evidence could not be evaluated" in page, "SM828" in page)

    assert told == dict.fromkeys(BROKEN, ("refused", True, False))


def test_of_many_faults_ten_are_shown_and_the_others_folded(cast, client):
    one = gathering(cast, {"case.yaml": TEXT})
    faults = [{"code": "SM301", "what": f"Fault {number}.", "where": "", "fix": ""} for number in range(13)]
    at = timezone.now()
    EvaluationRun.objects.create(
        evaluation=one, revision=one.revision, asked_by=cast.ada, asked_at=at, ended_at=at, status="refused",
        problems=faults,
    )  # fmt: skip
    client.force_login(cast.ada)

    page = client.get(reverse("file", args=[one.file_id])).content.decode()

    shown, _, folded = page.partition("<summary>3 more</summary>")
    counts = [len(re.findall(r"Fault \d+\.", text)) for text in (shown, folded)]
    assert counts == [10, 3]


def test_it_is_asked_for_once_at_a_time(cast):
    one = gathering(cast, {"case.yaml": TEXT})
    at = timezone.now()
    first = runs.ask_run(one, by=cast.ada, at=at)

    with pytest.raises(SealmarkError, match="SM827"):
        runs.ask_run(one, by=cast.ada, at=at + PATIENCE - timedelta(seconds=1))
    again = runs.ask_run(one, by=cast.ada, at=at + PATIENCE)

    first.refresh_from_db()
    assert (first.status, first.problems[0]["code"], again.status) == ("refused", "SM828", "queued")


def test_a_lost_run_that_comes_back_records_nothing(cast, example):
    one = gathering(cast, example)
    at = timezone.now()
    lost = runs.ask_run(one, by=cast.ada, at=at)
    runs.ask_run(one, by=cast.ada, at=at + PATIENCE)

    assert runs.carry_out_run(lost, at=at).status == "refused"
    assert one.runs.get(status="queued")


def test_evidence_that_came_in_between_asks_for_another_run(cast, example, quick):
    one = gathering(cast, example)
    run = runs.ask_run(one, by=cast.ada, at=timezone.now())
    add_evidence(one, SimpleUploadedFile("late.txt", b"One more thing."), by=cast.ada, at=after(12))

    run = runs.carry_out_run(run, at=timezone.now())

    assert (run.status, [problem["code"] for problem in run.problems]) == ("refused", ["SM801"])


def test_without_a_case_folder_nothing_waits(cast):
    one = cast.evaluation("gathering")

    with pytest.raises(SealmarkError, match="SM825"):
        runs.ask_run(one, by=cast.ada, at=timezone.now())
    assert EvaluationRun.objects.count() == 0


def test_evidence_does_not_bring_the_figures_it_is_judged_by(tmp_path, example):
    for name, content in example.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    own = (tmp_path / "case.yaml").read_text() + "overlay: own.yaml\n"
    (tmp_path / "case.yaml").write_text(own)
    (tmp_path / "own.yaml").write_text("overlay: own\n")

    alone = labelled_case(tmp_path, "evaluation")
    given = labelled_case(tmp_path, "evaluation", figures="overlay: adopted\n")

    assert (alone.file.overlay, alone.file.label) == (None, "evaluation")
    assert (tmp_path / given.file.overlay).read_text() == "overlay: adopted\n"


def test_a_result_by_other_figures_than_those_adopted_cannot_stand(cast):
    cast.edition.overlay = (
        f"overlay: ours\nfor_edition: {cast.edition.edition}\nkind: licence-holder\nsupplied_by: Us\nvalues: {{x: 3}}\n"
    )
    cast.edition.save()
    one = cast.evaluation("gathering")

    with pytest.raises(SealmarkError, match="other figures than those adopted"):
        record_result(one, cast.result(), by=cast.ada, at=after(12))


@pytest.mark.parametrize("label", ["self-assessment", "rehearsal", "example"])
def test_what_is_labelled_otherwise_cannot_stand_as_a_result(cast, sealed, label):
    one = cast.evaluation("gathering")
    body = {key: value for key, value in sealed.items() if key != "digest"}

    with pytest.raises(SealmarkError, match=f"it is labelled {label}"):
        record_result(one, seal({**body, "label": label}), by=cast.ada, at=after(12))


def test_the_page_asks_until_the_result_is_there(cast, client, example, quick):
    one = gathering(cast, example)
    address = reverse("run", args=[one.pk])
    client.force_login(cast.ada)
    client.post(reverse("act", args=["evaluation.record-result", one.pk]), {"revision": one.revision})

    waiting = client.get(address)
    page = client.get(reverse("file", args=[one.file_id])).content.decode()
    call_command("db_worker", batch=True, startup_delay=False, verbosity=0)
    done = client.get(address)

    assert (waiting.status_code, "HX-Refresh" in waiting.headers) == (200, False)
    assert address in page
    assert done.headers["HX-Refresh"] == "true"
    assert reverse("result", args=[one.pk]) in client.get(reverse("file", args=[one.file_id])).content.decode()
