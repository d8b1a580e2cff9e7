"""Every page answers, in every language, and offers a person what is theirs."""

import pytest
from django.urls import reverse
from tests.platform.people import after

from sealmark_platform.casework.actions import application as apply

LANGUAGES = ("en", "ru", "zh-hans", "zh-hant")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_of_a_file_answer_in_every_language(world, client, language):
    certificate = world.certified()
    client.cookies["language"] = language
    evaluation = certificate.file.evaluations.get()

    public = [client.get(reverse(name)) for name in ("home", "register", "sign-in")]
    public.append(client.get(reverse("certificate", args=[certificate.number])))
    client.force_login(world.cora)
    inside = [client.get(reverse(name)) for name in ("today", "files")]
    inside.append(client.get(reverse("file", args=[certificate.file.pk])))

    assert [answer.status_code for answer in public + inside] == [200] * 7
    assert evaluation.grade == "three-stars"


def test_a_form_does_the_act_and_a_second_post_of_the_same_page_is_told(world, client):
    file = world.draft()
    client.force_login(world.cleo)
    address = reverse("act", args=["application.submit", file.pk])
    shown = client.get(address)
    revision = shown.context["form"].initial["revision"]

    done = client.post(address, {"revision": revision})
    again = client.post(address, {"revision": revision})

    assert (done.status_code, again.status_code) == (302, 403)
    file.refresh_from_db()
    assert file.status == "submitted"


@pytest.mark.parametrize("said", [{"revision": ""}, {}, {"revision": "x"}])
def test_who_does_not_say_what_they_saw_is_told_and_does_nothing(world, client, said):
    file = world.draft()
    client.force_login(world.cleo)

    page = client.post(reverse("act", args=["application.submit", file.pk]), said)

    assert page.status_code == 422
    assert "<li>Look at the page again and repeat your act if it still fits.</li>" in page.content.decode()
    file.refresh_from_db()
    assert file.status == "draft"


def test_a_stranger_learns_nothing_and_an_insider_without_the_function_is_refused(world, elsewhere, client):
    file = world.draft()
    apply.submit_application(file, by=world.cleo, at=after(1))
    addresses = [reverse("file", args=[file.pk]), reverse("act", args=["application.accept", file.pk])]

    client.force_login(elsewhere.cora)
    strangers = [client.get(address).status_code for address in addresses]
    client.force_login(world.cleo)
    insiders = [client.get(address).status_code for address in addresses]

    assert (strangers, insiders) == ([404, 404], [200, 403])
