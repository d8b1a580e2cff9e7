"""Being told by mail when a certificate changes: asked twice, told once of everything, erased."""

import re

import pytest
from django.core import mail
from django.core.mail.backends import locmem
from django.urls import reverse
from django.utils import timezone
from tests.platform.people import after

from sealmark.core.errors import SealmarkError
from sealmark_platform.casework.actions import certificate as certify
from sealmark_platform.catalogue.queries import loaded
from sealmark_platform.records.models import Commitment, Entry
from sealmark_platform.register.models import Subscription
from sealmark_platform.register.subscriptions import subscribe
from sealmark_platform.register.telling import subscription_address, tell_subscribers

ZOE = "zoe@example.net"


@pytest.fixture
def held(world):
    return world.certified()


def asked(held, email=ZOE, *, at=None, address="192.0.2.1", language="en"):
    subscribe(held, email, language=language, address=address, at=at or timezone.now())
    return Subscription.objects.get(email=email)


def told(held, email=ZOE, **how):
    one = asked(held, email, **how)
    Subscription.objects.filter(pk=one.pk).update(confirmed_at=one.asked_at)
    return one


def suspend(world, held, day=20):
    trigger = loaded(world.edition.edition).procedure.suspension_triggers[0]
    certify.suspend_certificate(held, trigger=trigger, way_back="Answer.", reason="No.", by=world.bo, at=after(day))


def test_from_the_page_of_the_certificate_to_the_mail_of_a_suspension(
    world, held, client, django_capture_on_commit_callbacks
):
    page = client.get(reverse("certificate", args=[held.number])).content.decode()
    form = re.search(r'href="([^"]+subscribe/)"', page)[1]
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(form, {"email": ZOE}).content.decode()
    (question,) = mail.outbox
    link = re.search(r"http\S+(/told/\S+)", question.body)[1]
    looked = client.get(link).content.decode()
    suspend(world, held, 19)
    tell_subscribers(after(19))
    unconfirmed = len(mail.outbox)
    client.post(link, {"do": "confirm"})
    certify.restore_certificate(held, reason="Shown.", by=world.bo, at=after(20))
    counts = tell_subscribers(after(20)), tell_subscribers(after(20))

    assert "Look into your mail" in answer
    assert ("Yes, tell me" in looked, unconfirmed) == (True, 1)
    assert counts == ((1, 0), (0, 0))
    news = mail.outbox[1]
    assert (news.to, news.subject) == ([ZOE], f"Certificate {held.number}: valid")
    assert news.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link in news.extra_headers["List-Unsubscribe"]
    # What happened before they confirmed is no news.
    assert "uspended" not in news.body


def test_everything_since_the_last_mail_stands_in_one(world, held):
    told(held)
    suspend(world, held)
    certify.restore_certificate(held, reason="Shown.", by=world.bo, at=after(21))

    assert tell_subscribers(after(21)) == (1, 0)
    body = mail.outbox[0].body
    assert body.index("22 March 2026") < body.index("23 March 2026")


def test_a_mail_that_fails_waits(world, held, monkeypatch):
    told(held)
    suspend(world, held)

    def fail(self, messages):
        raise OSError

    with monkeypatch.context() as broken:
        broken.setattr(locmem.EmailBackend, "send_messages", fail)
        first = tell_subscribers(after(20))

    assert (first, tell_subscribers(after(20))) == ((0, 1), (1, 0))


@pytest.mark.parametrize("said", [{"do": "end"}, {"List-Unsubscribe": "One-Click"}])
def test_by_the_link_it_ends_and_nothing_stays(held, client, said):
    one = told(held)
    address = subscription_address(one)

    ended = client.post(address, said, follow=True)
    again = client.post(address, said, follow=True)

    assert not Subscription.objects.exists()
    assert ["Your address is erased" in answer.content.decode() for answer in (ended, again)] == [True, True]
    assert ended["Referrer-Policy"] == "no-referrer"


def test_without_the_secret_there_is_nothing(held, client):
    one = told(held)
    address = reverse("subscription", args=[one.pk, "0" * 40])

    assert (client.get(address).status_code, client.post(address, {"do": "end"}).status_code) == (404, 404)
    assert Subscription.objects.exists()


def test_with_the_end_of_the_certificate_the_last_mail_goes_out_and_the_address_is_erased(world, held):
    told(held)
    asked(held, "never@example.net")
    certify.withdraw_certificate(held, reason="Closed.", by=world.bo, at=after(20))

    assert tell_subscribers(timezone.now())[0] >= 1
    assert "withdrawn" in mail.outbox[-1].subject
    assert not Subscription.objects.exists()


def test_what_nobody_confirms_is_erased_after_two_days(held):
    told(held, "kept@example.net", at=after(1))
    asked(held, at=after(1))

    tell_subscribers(after(2))
    soon = Subscription.objects.count()
    tell_subscribers(after(4))

    assert (soon, Subscription.objects.get().email) == (2, "kept@example.net")


def test_whether_somebody_is_told_already_cannot_be_seen(held, client):
    told(held)
    form = reverse("subscribe", args=[held.number])

    answers = {client.post(form, {"email": email}).content for email in (ZOE.upper(), "new@example.net")}

    assert len(answers) == 1
    assert Subscription.objects.count() == 2


def test_who_asks_too_often_waits(held, client):
    form = reverse("subscribe", args=[held.number])

    answers = [client.post(form, {"email": f"a{number}@example.net"}) for number in range(6)]

    assert [one.status_code for one in answers] == [200] * 5 + [429]
    assert "Too many have asked" in answers[5].content.decode()
    assert answers[5]["Retry-After"] == "3600"
    asked(held, "elsewhere@example.net", address="192.0.2.9")


def test_a_machine_a_wrong_address_and_an_ended_certificate_leave_nothing(world, held, client):
    form = reverse("subscribe", args=[held.number])

    machine = client.post(form, {"email": ZOE, "website": "x"})
    wrong = client.post(form, {"email": "nobody"})
    certify.withdraw_certificate(held, reason="Closed.", by=world.bo, at=after(20))
    held.refresh_from_db()
    with pytest.raises(SealmarkError, match="SM879"):
        asked(held)
    ended = client.post(form, {"email": ZOE})

    assert (machine.status_code, wrong.status_code, ended.status_code) == (200, 422, 422)
    assert client.get(reverse("subscribe", args=["OAK-C1999-1"])).status_code == 404
    assert not Subscription.objects.exists()
    assert "subscribe/" not in client.get(reverse("certificate", args=[held.number])).content.decode()


def test_the_trail_knows_nothing_of_it(world, held, client):
    before = Entry.objects.count(), Commitment.objects.count()
    one = told(held)
    client.post(subscription_address(one), {"do": "end"})

    assert (Entry.objects.count(), Commitment.objects.count()) == before


@pytest.mark.parametrize("language", ["ru", "zh-hans", "zh-hant"])
def test_mails_are_in_the_language_of_the_page(world, held, language):
    told(held, language=language)
    suspend(world, held)

    tell_subscribers(after(20))

    assert mail.outbox[0].extra_headers["Content-Language"] == language
