"""Settings of the body, the outbox, webhooks, and everybody's own settings."""

import datetime as dt

import pytest
from django.core import mail as mailbox
from django.core.mail.backends.locmem import EmailBackend
from django.urls import reverse
from tests.platform.people import after

from sealmark.core.errors import SealmarkError
from sealmark_platform.api.addresses import Caller
from sealmark_platform.api.models import Webhook
from sealmark_platform.casework.actions import application as apply
from sealmark_platform.casework.models import Notice
from sealmark_platform.casework.queries.consistency import disagreements
from sealmark_platform.mail import outgoing, send_mails
from sealmark_platform.parties.actions.bodies import SETTINGS, change_settings
from sealmark_platform.parties.models import Mailbox, Person
from sealmark_platform.parties.queries import body_stamp
from sealmark_platform.records.models import Entry


def kinds(before=0):
    return list(Entry.objects.filter(number__gt=before).order_by("number").values_list("kind", flat=True))


def newest():
    return Entry.objects.order_by("-number").values_list("number", flat=True).first() or 0


# Settings ---------------------------------------------------------------------------------------------------------


def said(body, **more):
    now = {name: getattr(body, name) for name in SETTINGS} | {"reviewer_may_decide": "", "languages": []}
    return {**now, "seen": body_stamp(body), **more}


def test_settings_are_changed_and_recorded(desk, oak):
    before = newest()
    address = reverse("body-settings", args=["oak"])

    desk.post(address, said(oak.body, cooling_off_days=1095, reviewer_may_decide="on", languages=["en", "zh-Hant"]))
    oak.body.refresh_from_db()
    desk.post(address, said(oak.body, reviewer_may_decide="on", languages=["en", "zh-Hant"]))

    assert (oak.body.cooling_off_days, oak.body.reviewer_may_decide, oak.body.languages) == (
        1095,
        True,
        ["en", "zh-Hant"],
    )
    assert kinds(before) == ["body.change-settings"]
    assert "Settings changed" in desk.get(address).content.decode()
    assert disagreements() == ()


def test_two_administrators_at_once(desk, oak):
    late = said(oak.body, votes_needed=3)
    change_settings(oak.body, {"votes_needed": 2}, by=oak.adam, at=after(1))

    answer = desk.post(reverse("body-settings", args=["oak"]), late)

    oak.body.refresh_from_db()
    assert (answer.status_code, oak.body.votes_needed) == (409, 2)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [({"votes_needed": 0}, "SM890"), ({"cooling_off_days": 9_999}, "SM890"), ({"languages": ["xx"]}, "SM890"),
     ({"country": "GBR"}, "SM837")],
)  # fmt: skip
def test_settings_that_are_not_possible_are_refused(oak, wrong, code):
    with pytest.raises(SealmarkError, match=code):
        change_settings(oak.body, wrong, by=oak.adam, at=after(1))


def test_a_body_takes_applications_in_its_languages_alone(client, oak):
    change_settings(oak.body, {"languages": ["ru"]}, by=oak.adam, at=after(1))
    client.force_login(oak.cleo)
    said = {"organization": str(oak.organization.pk), "edition": str(oak.edition.pk)}

    refused = client.post(reverse("apply"), {**said, "language": "en"})
    through_api = client.post("/api/v1/applications", {**said, "language": "en"}, content_type="application/json")
    taken = client.post(reverse("apply"), {**said, "language": "ru"})

    assert (refused.status_code, taken.status_code) == (422, 302)
    assert (through_api.status_code, through_api.json()["code"]) == (422, "SM863")


def test_my_settings_are_kept_and_recorded_once(client, oak):
    before = newest()
    client.force_login(oak.cleo)

    for _again in range(2):
        answer = client.post(reverse("my-settings"), {"language": "ru", "rhythm": "daily"})

    oak.cleo.refresh_from_db()
    assert (answer.status_code, oak.cleo.language, oak.cleo.mailbox.rhythm) == (302, "ru", "daily")
    assert kinds(before) == ["person.change-mailbox"]
    assert 'lang="ru"' in client.get(reverse("my-settings")).content.decode()


# Mails ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def asked(oak):
    """Cleo has one notice, Cora another."""
    file = oak.draft()
    apply.submit_application(file, by=oak.cleo, at=after(1))
    return apply.ask_applicant(file, reason="Sites?", by=oak.cora, at=after(2))


def test_the_outbox_shows_what_waits_and_what_was_sent(desk, oak, asked):
    address = reverse("mails", args=["oak"])
    waiting = [(row["person__name"], row["count"], row["sent_at"]) for row in desk.get(address).context["page"]]
    send_mails(after(3))
    sent = [(row["person__name"], row["sent_at"]) for row in desk.get(address).context["page"]]

    assert waiting == [("Cleo-oak", 1, None), ("Cora-oak", 1, None)]
    assert sent == [("Cleo-oak", after(3)), ("Cora-oak", after(3))]
    assert len(desk.get(address + "?state=waiting").context["page"].object_list) == 0
    assert len(desk.get(address + "?state=sent&q=cleo").context["page"].object_list) == 1


def test_a_mail_is_read_in_the_language_of_its_person(desk, oak, asked):
    Person.objects.filter(pk=oak.cleo.pk).update(language="ru")
    send_mails(after(3))

    page = desk.get(reverse("mail", args=["oak", oak.cleo.pk, after(3).isoformat()])).content.decode()

    assert mailbox.outbox[0].subject in page
    assert '<dd lang="ru">' in page
    assert desk.get(reverse("mail", args=["oak", oak.cleo.pk, "2026-01-01T00:00:00+00:00"])).status_code == 404
    assert desk.get(reverse("mail", args=["oak", oak.cleo.pk, "yesterday"])).status_code == 404
    assert desk.get(reverse("mail", args=["oak", oak.cleo.pk, "waiting"])).status_code == 404


class Closed(EmailBackend):
    """A server that takes nothing."""

    def send_messages(self, messages):
        raise OSError(550, f"no such address as {messages[0].to}")


def test_a_refused_mail_is_shown_and_sent_again(desk, oak, asked, monkeypatch):
    address = reverse("mail", args=["oak", oak.cleo.pk, "waiting"])
    with monkeypatch.context() as closed:
        closed.setattr("sealmark_platform.mail.get_connection", Closed)
        send_mails(after(3))
        again = desk.post(address, follow=True).content.decode()
    failed = [row["person__name"] for row in desk.get(reverse("mails", args=["oak"]) + "?state=failed").context["page"]]
    page = desk.get(address).content.decode()
    desk.post(address)

    assert failed == ["Cleo-oak", "Cora-oak"]
    assert "could not be sent" in again
    assert "OSError 550" in page
    assert [one.to for one in mailbox.outbox] == [[oak.cleo.email]]
    assert Mailbox.objects.get(person=oak.cleo).failed_at is None


def test_a_body_sees_only_mails_about_its_own_files(desk, oak, elm, asked):
    apply.submit_application(elm.draft(), by=elm.cleo, at=after(1))

    page = desk.get(reverse("mails", args=["oak"])).content.decode()

    assert "elm" not in page
    assert desk.get(reverse("mail", args=["oak", elm.cora.pk, "waiting"])).status_code == 404


def test_the_outbox_is_downloaded(desk, oak, asked):
    lines = b"".join(desk.get(reverse("mails", args=["oak"]) + "?as=csv").streaming_content).decode().splitlines()
    assert [line.split(",")[:3] for line in lines] == [
        ["recipient", "email", "notices"], ["Cleo-oak", oak.cleo.email, "1"], ["Cora-oak", oak.cora.email, "1"]
    ]  # fmt: skip


def test_who_wants_one_mail_a_day_gets_one_with_everything(oak, asked):
    Mailbox.objects.create(person=oak.cleo, rhythm="daily")
    send_mails(after(3))
    for hour in (1, 2):
        Notice.objects.create(file=asked, person=oak.cleo, kind="decided", made_at=after(3) + dt.timedelta(hours=hour))
        assert send_mails(after(3) + dt.timedelta(hours=hour)) == (0, 0)

    assert [len(one.notices) for one in outgoing()] == [2]
    assert list(outgoing(after(3))) == []
    assert send_mails(after(4)) == (1, 0)
    assert [one.to for one in mailbox.outbox] == [[oak.cleo.email], [oak.cora.email], [oak.cleo.email]]


# Webhooks ---------------------------------------------------------------------------------------------------------


def test_a_webhook_is_made_shown_once_and_ended(desk, oak, monkeypatch):
    monkeypatch.setattr(Caller, "checked", lambda _self, target: target)
    before = newest()
    address = reverse("webhooks", args=["oak"])
    made = desk.post(address, {"address": "https://hear.example/x", "kinds": ["certificate"]})
    hook = Webhook.objects.get()
    one = reverse("webhook", args=["oak", hook.pk])

    assert made.context["secret"].startswith("whs_")
    assert made.context["secret"] not in desk.get(address).content.decode()
    assert (hook.kinds, hook.last_entry, desk.get(one).status_code) == (["certificate"], before + 1, 200)
    desk.post(one)
    desk.post(one)
    hook.refresh_from_db()
    assert hook.ended_at is not None
    assert kinds(before) == ["webhook.make", "webhook.end"]
    assert "hear.example" not in Entry.objects.get(number=before + 1).event


def test_an_internal_address_is_refused(desk, oak):
    answer = desk.post(reverse("webhooks", args=["oak"]), {"address": "https://127.0.0.1/x"})
    assert (answer.status_code, "SM872" in answer.content.decode()) == (422, True)
