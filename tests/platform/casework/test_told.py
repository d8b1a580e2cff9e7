"""What the trail keeps of people, and what a client is told and when."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.platform.people import after
from tests.platform.scenes import people

from sealmark.core.errors import SealmarkError
from sealmark_platform.api.tokens import make_token
from sealmark_platform.casework.actions import application as apply
from sealmark_platform.casework.actions import certificate, decision, evaluation
from sealmark_platform.casework.actions.clock import certificate_facts, tick
from sealmark_platform.casework.models import Notice
from sealmark_platform.records.models import Commitment, Entry
from sealmark_platform.records.queries import verify_trail

WHY = "The complaints log of Oak Street is missing."


@pytest.fixture(scope="module")
def layers(layers):
    return {**layers, "cast": (people,)}


@pytest.fixture
def cast(staged, db):
    return staged["cast"]


def page_of(client, who, file):
    client.force_login(who)
    return client.get(reverse("file", args=[file.pk])).content.decode()


def test_the_trail_holds_neither_names_nor_reasons(cast):
    file = cast.application("submitted")

    apply.ask_applicant(file, reason=WHY, by=cast.cora, at=after(2))

    trail = " ".join(Entry.objects.values_list("event", flat=True))
    assert (WHY in trail, cast.cora.name in trail, cast.cleo.name in trail) == (False, False, False)


def test_a_name_is_committed_to_once(cast):
    cast.application("offered")

    names = Commitment.objects.exclude(about="").values_list("about", "value")

    assert sorted(names) == sorted({(str(who.pk), who.name) for who in (cast.cora, cast.cleo)})


def test_erased_texts_leave_the_trail_whole(cast, client):
    file = cast.application("submitted")
    apply.ask_applicant(file, reason=WHY, by=cast.cora, at=after(2))
    before = verify_trail()

    Commitment.objects.all().delete()

    after_erasing = verify_trail()
    assert (after_erasing.faults, after_erasing.root) == ((), before.root)
    assert WHY not in page_of(client, cast.cora, file)


def test_the_applicant_reads_what_is_asked_and_why_it_was_refused(cast, client):
    file = cast.application("submitted")
    file = apply.ask_applicant(file, reason=WHY, by=cast.cora, at=after(2))
    asked = page_of(client, cast.cleo, file)
    file = apply.submit_application(file, by=cast.cleo, at=after(3))

    apply.refuse_application(file, reason="The register is not yours.", by=cast.cora, at=after(4))

    assert WHY in asked
    assert "The register is not yours." in page_of(client, cast.cleo, file)


def test_a_client_reads_result_recommendation_and_review_once_it_is_decided(cast, client):
    one = cast.evaluation("evaluated")
    one = evaluation.recommend(one, reason="Grant it, says the team.", by=cast.ada, at=after(12))
    one = evaluation.review_evaluation(one, reason="Sound, says the review.", by=cast.rex, at=after(13))
    words = ("Grant it, says the team.", "Sound, says the review.", reverse("result", args=[one.pk]))

    before = [word in page_of(client, cast.cleo, one.file) for word in words]
    inside = [word in page_of(client, cast.oda, one.file) for word in words]
    client.force_login(cast.cleo)
    refused = [client.get(reverse(name, args=[one.pk])).status_code for name in ("result", "report")]
    decision.decide(one, "grant", reason="All in order.", by=cast.bo, at=after(14))
    told = [word in page_of(client, cast.cleo, one.file) for word in (*words, "All in order.")]

    assert (before, inside, refused) == ([False] * 3, [True] * 3, [403, 403])
    assert told == [True] * 4


def test_the_interface_tells_a_client_as_little_as_the_pages(cast, client):
    one = cast.evaluation("reviewed")
    _token, secret = make_token(
        cast.cleo, "x", ["read"], expires_on=timezone.now().date() + dt.timedelta(9), at=timezone.now()
    )
    read = lambda path: client.get(f"/api/v1{path}", headers={"Authorization": f"Bearer {secret}"})  # noqa: E731
    keys = ("grade", "is_certifiable", "result_digest")

    row = read("/evaluations").json()["items"][0]
    sheet = read(f"/evaluations/{one.pk}").json()
    result = read(f"/evaluations/{one.pk}/result")
    exported = b"".join(read("/evaluations?format=csv").streaming_content).decode()
    decision.decide(one, "grant", reason="All in order.", by=cast.bo, at=after(14))
    later = read("/evaluations").json()["items"][0]

    assert [row[key] for key in keys] == ["", None, ""]
    assert [sheet[key] for key in (*keys, "recommendation", "review")] == ["", None, "", "", ""]
    assert (result.status_code, result.json()["code"]) == (403, "SM867")
    assert one.result_digest not in exported
    assert [later[key] for key in keys] == [one.grade, True, one.result_digest]


def test_a_condition_is_dated_reminded_of_and_settled(cast):
    asked = [{"text": "Train the staff.", "until": after(90).date().isoformat()}]
    held = cast.certificate(conditions=asked)
    tick(after(80))
    reminded = Notice.objects.filter(kind="due-condition").count()

    settled = certificate.settle_condition(held, 0, reason="The list of the course.", by=cast.bo, at=after(85))

    assert reminded == 1
    assert settled.conditions == [{**asked[0], "met": after(85).date().isoformat()}]
    assert certificate_facts(settled, after(86).date()).conditions_until == ()
    with pytest.raises(SealmarkError, match="SM731"):
        certificate.settle_condition(settled, 0, reason="Again.", by=cast.bo, at=after(86))
    with pytest.raises(SealmarkError, match="SM731"):
        certificate.settle_condition(settled, 1, reason="Which?", by=cast.bo, at=after(86))


@pytest.mark.parametrize("condition", [{"text": "Train.", "until": ""}, {"text": "", "until": "2027-01-01"}, {}])
def test_a_condition_without_text_or_last_day_is_refused(cast, condition):
    one = cast.evaluation("reviewed")

    with pytest.raises(SealmarkError, match="SM804"):
        decision.decide(
            one, "grant-with-conditions", reason="Nearly.", by=cast.bo, at=after(14), conditions=[condition]
        )


def test_who_stepped_aside_is_told_nothing_more(cast):
    one = cast.evaluation("evaluated")
    decision.step_aside(one, reason="My sister works there.", by=cast.rex, at=after(12))

    evaluation.recommend(one, reason="Grant it.", by=cast.ada, at=after(12))

    assert Notice.objects.filter(kind="to-be-reviewed").count() == 0
