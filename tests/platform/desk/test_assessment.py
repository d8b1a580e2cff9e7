"""Self-assessment: the same engine, apart from every file, labelled, erasable, for the organization alone."""

import io
import json
import tempfile
import zipfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from tests.platform.people import SCHEME, after, person

from sealmark.core.canonical import digest_json
from sealmark.core.errors import SealmarkError
from sealmark_platform.casework.kept_runs import PATIENCE
from sealmark_platform.casework.models import CertificationFile, Evaluation
from sealmark_platform.casework.queries.consistency import disagreements
from sealmark_platform.catalogue.queries import loaded
from sealmark_platform.client_portal import assessment
from sealmark_platform.client_portal.models import SelfAssessment
from sealmark_platform.parties.models import Representation
from sealmark_platform.records.models import Entry
from sealmark_platform.work import work

LABEL = "not a certification result"
OTHER = """\
scheme: cse-style/2008
label: example
organization: {name: Elsewhere, employees: 8}
as_of: 2026-09-30
period: {start: 2026-01-01, end: 2026-08-31}
seed: 3
judgements: [judgements.csv]
"""


@pytest.fixture(scope="module")
def folder(example_case):
    """A case folder as an archive; it calls itself an evaluation."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(example_case.rglob("*")):
            archive.write(path, path.relative_to(example_case))
    return content.getvalue()


def upload(content, name="our case.zip"):
    return SimpleUploadedFile(name, content, content_type="application/zip")


def posted(world, **more):
    return {"organization": world.organization.pk, "edition": world.edition.pk, "source": "own", **more}


def test_a_folder_is_evaluated_and_says_everywhere_that_it_is_no_certification(world, client, folder, quick):
    client.force_login(world.cleo)

    answer = client.post(reverse("self-assessments"), posted(world, content=upload(folder)))
    waiting = SelfAssessment.objects.get().status
    work(once=True)
    made = SelfAssessment.objects.get()
    page = client.get(reverse("self-assessment", args=[made.pk])).content.decode()
    report = client.get(reverse("self-assessment-report", args=[made.pk]))
    record = json.loads(client.get(reverse("self-assessment-record", args=[made.pk])).content)

    assert (answer.status_code, answer.url) == (302, reverse("self-assessment", args=[made.pk]))
    assert waiting == "waiting"
    assert (made.status, made.name, made.is_example) == ("done", "our case.zip", False)
    assert LABEL in page
    assert "Self-assessment. The organization judged itself; this is not a certificate." in report.content.decode()
    assert report["Content-Security-Policy"].startswith("sandbox")
    assert record["label"] == made.result["label"] == "self-assessment"
    assert record["digest"] == digest_json({key: value for key, value in record.items() if key != "digest"})


def test_the_result_is_that_of_the_library(world, folder, quick):
    made = assessment.begin_assessment(world.organization, world.edition, upload(folder), by=world.cleo, at=after(0))
    done = assessment.evaluate(made, at=after(0))

    from sealmark.evaluation import run

    with tempfile.TemporaryDirectory() as place:
        with zipfile.ZipFile(io.BytesIO(folder)) as archive:
            archive.extractall(place)
        direct = run.evaluate(loaded(SCHEME), Path(place)).document
    assert done.result["ladders"] == direct["ladders"]
    assert done.result["findings"] == direct["findings"]


def test_no_file_of_certification_is_touched_and_the_trail_belongs_to_no_body(world, folder, quick):
    made = assessment.begin_assessment(world.organization, world.edition, upload(folder), by=world.cleo, at=after(0))
    assessment.evaluate(made, at=after(0))
    assessment.evaluate(made, at=after(0))
    assessment.erase_assessment(SelfAssessment.objects.get(), by=world.cleo, at=after(1))

    kept = Entry.objects.order_by("number").values_list("kind", "tenant", "file")
    assert list(kept) == [
        (f"self-assessment.{verb}", "", "") for verb in ("begin", "record-result", "erase")
    ]  # fmt: skip
    assert not any(world.organization.name in event for event in Entry.objects.values_list("event", flat=True))
    assert (CertificationFile.objects.count(), Evaluation.objects.count()) == (0, 0)
    assert disagreements() == ()


def test_the_example_can_be_looked_at_without_a_folder(world, client, quick):
    client.force_login(world.cleo)

    client.post(reverse("self-assessments"), posted(world, source="example"))
    work(once=True)

    made = SelfAssessment.objects.get()
    page = client.get(reverse("self-assessment", args=[made.pk])).content.decode()
    assert (made.is_example, made.status, made.result["made_up"]) == (True, "done", True)
    assert LABEL in page
    assert "The evidence of this example is made up." in page


def test_a_folder_that_cannot_be_evaluated_is_kept_with_everything_that_refuses_it(world, client):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("case.yaml", f"scheme: {SCHEME}\n")
    client.force_login(world.cleo)

    answer = client.post(reverse("self-assessments"), posted(world, content=upload(content.getvalue())))
    work(once=True)

    made = SelfAssessment.objects.get()
    page = client.get(reverse("self-assessment", args=[made.pk])).content.decode()
    assert answer.status_code == 302
    assert (made.status, made.result) == ("refused", None)
    assert made.problems
    assert made.problems[0]["code"] in page
    missing = [
        client.get(reverse(f"self-assessment-{name}", args=[made.pk])).status_code for name in ("report", "record")
    ]
    assert missing == [404, 404]


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"%PDF-1.7 x", "SM824"), (b"", None), (b"MZ nothing", "SM821"), (None, None)],
)  # fmt: skip
def test_what_is_no_case_folder_is_refused_before_anything_is_kept(world, client, content, code):
    client.force_login(world.cleo)
    more = {} if content is None else {"content": upload(content)}

    answer = client.post(reverse("self-assessments"), posted(world, **more))

    assert answer.status_code == 422
    assert code is None or code in answer.content.decode()
    assert not SelfAssessment.objects.exists()


def test_a_case_of_another_scheme_is_told_by_one_sentence(world):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("case.yaml", OTHER)
        archive.writestr("judgements.csv", "requirement,score\n1.1.1,3\n")
    made = assessment.begin_assessment(
        world.organization, world.edition, upload(content.getvalue()), by=world.cleo, at=after(0)
    )

    assessment.evaluate(made, at=after(0))

    made.refresh_from_db()
    assert [(one["code"], one["where"]) for one in made.problems] == [("SM899", "case.yaml")]


def test_an_unpacked_bomb_ends_as_refused(world):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("../case.yaml", "scheme: x")
    made = assessment.begin_assessment(
        world.organization, world.edition, upload(content.getvalue()), by=world.cleo, at=after(0)
    )

    done = assessment.evaluate(made, at=after(0))

    assert (done.status, [one["code"] for one in done.problems]) == ("refused", ["SM823"])


def test_nobody_but_the_organizations_own_people_finds_it(world, elsewhere, client, quick):
    made = assessment.begin_assessment(world.organization, world.edition, None, by=world.cleo, at=after(0))
    assessment.evaluate(made, at=after(0))
    addresses = [reverse("self-assessment", args=[made.pk])]
    addresses += [reverse(f"self-assessment-{name}", args=[made.pk]) for name in ("report", "record", "erase")]

    for who in (world.cora, world.ada, world.bo, world.dov, elsewhere.cora, elsewhere.cleo):
        client.force_login(who)
        assert [client.get(address).status_code for address in addresses] == [404] * 4
        assert client.post(addresses[3]).status_code == 404
        assert str(made.pk) not in client.get(reverse("self-assessments")).content.decode()
    client.logout()
    assert [client.get(address).status_code for address in addresses] == [302] * 4
    colleague = person("Cole")
    Representation.objects.create(person=colleague, organization=world.organization)
    client.force_login(colleague)
    assert [client.get(address).status_code for address in addresses] == [200] * 4
    assert SelfAssessment.objects.count() == 1


def test_nobody_makes_one_for_an_organization_they_do_not_speak_for(world, elsewhere, client):
    client.force_login(elsewhere.cleo)

    answer = client.post(reverse("self-assessments"), posted(world, source="example"))
    with pytest.raises(SealmarkError, match="SM851"):
        assessment.begin_assessment(world.organization, world.edition, None, by=elsewhere.cleo, at=after(0))

    assert answer.status_code == 422
    assert not SelfAssessment.objects.exists()


def test_erasing_asks_first_and_takes_the_file_along(world, client, folder, quick, django_capture_on_commit_callbacks):
    client.force_login(world.cleo)
    client.post(reverse("self-assessments"), posted(world, content=upload(folder)))
    made = SelfAssessment.objects.get()
    address, path = reverse("self-assessment-erase", args=[made.pk]), Path(made.content.path)

    asked = client.get(address)
    there = path.exists()
    with django_capture_on_commit_callbacks(execute=True):
        done = client.post(address)

    assert (asked.status_code, there, done.status_code) == (200, True, 302)
    assert not SelfAssessment.objects.exists()
    assert not path.exists()


def test_so_many_are_kept_and_no_more(world, monkeypatch):
    monkeypatch.setattr(assessment, "KEPT_AT_MOST", 1)
    assessment.begin_assessment(world.organization, world.edition, None, by=world.cleo, at=after(0))

    with pytest.raises(SealmarkError, match="SM853"):
        assessment.begin_assessment(world.organization, world.edition, None, by=world.cleo, at=after(0))


def test_a_scheme_without_an_example_says_so(world):
    world.edition.edition = "no-such/2026"

    with pytest.raises(SealmarkError, match="SM852"):
        assessment.begin_assessment(world.organization, world.edition, None, by=world.cleo, at=after(0))


def test_the_database_keeps_no_result_without_the_label(world, sealed):
    made = assessment.begin_assessment(world.organization, world.edition, None, by=world.cleo, at=after(0))

    with pytest.raises(IntegrityError), transaction.atomic():
        SelfAssessment.objects.filter(pk=made.pk).update(result={**sealed, "label": "evaluation"})


def test_one_that_waits_says_so(world, client):
    made = assessment.begin_assessment(world.organization, world.edition, None, by=world.cleo, at=timezone.now())
    client.force_login(world.cleo)

    page = client.get(reverse("self-assessment", args=[made.pk])).content.decode()

    assert "It is being evaluated" in page
    assert "waits" in client.get(reverse("self-assessments")).content.decode()


def test_one_that_waits_too_long_was_lost_and_one_that_was_erased_is_not_evaluated(world, client):
    made = assessment.begin_assessment(
        world.organization, world.edition, None, by=world.cleo, at=timezone.now() - PATIENCE * 2
    )
    client.force_login(world.cleo)

    page = client.get(reverse("self-assessment", args=[made.pk])).content.decode()
    assessment.erase_assessment(made, by=world.cleo, at=timezone.now())
    work(once=True)

    assert "The evaluation was lost" in page
    assert not SelfAssessment.objects.exists()
    assert not Entry.objects.filter(kind="self-assessment.record-result").exists()


def test_an_evaluation_that_breaks_is_told_and_not_left_waiting(world, monkeypatch):
    made = assessment.begin_assessment(world.organization, world.edition, None, by=world.cleo, at=after(0))
    monkeypatch.setattr(assessment, "_evaluated", broken)

    with pytest.raises(ZeroDivisionError):
        assessment.evaluate(made, at=after(0))

    made.refresh_from_db()
    assert (made.status, made.problems[0]["code"]) == ("refused", "SM828")


def broken(_assessment):
    raise ZeroDivisionError
