"""The operator's commands, mails, checks and log lines."""

import datetime as dt
import json
import logging
import socket
import sys

import pytest
from django.core import mail as mailbox
from django.core.exceptions import ImproperlyConfigured
from django.core.mail.backends.locmem import EmailBackend
from tests.platform.installations import run
from tests.platform.people import after

from sealmark.core.errors import SealmarkError
from sealmark_platform import beginning, checks, environment
from sealmark_platform.casework.actions import application as apply
from sealmark_platform.casework.models import Notice
from sealmark_platform.logs import JsonLines
from sealmark_platform.mail import outgoing, send_mails
from sealmark_platform.parties.models import Body, Person
from sealmark_platform.records.models import Entry

SETUP = (
    "setup", "--code", "oak", "--name", "Oak Certification", "--country", "gb", "--email", "Olga@example.org",
    "--person", "Olga Ops", "--password", "correct horse battery staple",
)  # fmt: skip


def test_an_operator_begins_without_the_demonstration(tmp_path):
    made = run(tmp_path, *SETUP, "--edition", "cse-style/2008")
    again = run(tmp_path, *SETUP, "--edition", "cse-style/2008")
    adopted = run(tmp_path, "adopt", "oak", "gbt27922/2011")
    unknown = run(tmp_path, "adopt", "elm", "gbt27922/2011")
    evaluator = run(tmp_path, "person", "oak", "--email", "ada@example.org", "--name", "Ada", "--function", "evaluator",
                    "--competence", "cse-style", "--password", "correct horse battery staple")  # fmt: skip
    checked = run(tmp_path, "check", "--json")
    demo = run(tmp_path, "demo")

    assert (made.returncode, made.stderr) == (
        0, "Made: Oak Certification, Olga@example.org, cse-style/2008\nNext: sealmark-platform serve\n",
    )  # fmt: skip
    assert (again.returncode, again.stderr[:5]) == (2, "SM837")
    assert adopted.stderr.startswith("Oak Certification certifies by gbt27922/2011 from ")
    assert (unknown.returncode, unknown.stderr.splitlines()[1]) == (2, "  fix: Codes: oak.")
    assert (evaluator.returncode, evaluator.stderr) == (0, "Made: ada@example.org, evaluator\n")
    assert (checked.returncode, json.loads(checked.stdout)) == (0, [])
    assert (demo.returncode, demo.stderr[:5]) == (2, "SM830")


def test_check_says_that_tables_are_missing_and_that_a_demonstration_is_public(tmp_path):
    done = run(tmp_path, "check", "--json", SEALMARK_DEMO="yes", SEALMARK_HOSTS="cert.example", SEALMARK_SECRET_KEY="x")

    told = json.loads(done.stdout)
    assert done.returncode == 1
    assert [one["code"] for one in told] == ["SM840", "SM842", "SM845", "SM846", "SM846", "SM843"]
    assert all(one["fix"] for one in told)


def told(done):
    """Return how a command ended, the code it told, and whether anything else came with it."""
    return done.returncode, done.stderr[:5], "Traceback" in done.stderr


def test_every_command_says_that_nothing_is_set_up_yet(tmp_path):
    asked = ("serve", "records verify", "tick", f"backup {tmp_path / 'b.zip'}")

    answers = [run(tmp_path / "new", *words.split()) for words in asked]

    assert [told(one) for one in answers] == [(2, "SM843", False)] * len(asked)
    assert all(one.stderr.endswith("fix: Nothing is here yet. Run: sealmark-platform setup\n") for one in answers)
    assert not (tmp_path / "b.zip").exists()


def test_what_is_outside_of_the_installation_is_told_with_its_place(tmp_path):
    run(tmp_path, *SETUP, "--edition", "cse-style/2008", "--edition", "cse-style/2008")
    figures = tmp_path / "figures.yaml"
    figures.write_bytes(b"\xff\xfe")
    secret = ("--password", "correct horse battery staple", "--name", "N", "--email")
    slip = ("--function", "evaluator", "--competence", "cse-stile")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        asked = {
            ("adopt", "oak", "servicemark-style/2019", "--overlay", figures): "SM101",
            ("backup", tmp_path / "nowhere" / "b.zip"): "SM898",
            ("serve", "--port", str(taken.getsockname()[1])): "SM898",
            ("serve", "--port", "99999999"): "SM898",
            ("--data", figures / "in-a-file", "check"): "SM898",
            ("tokens", "make", "--email", "olga@example.org", "--name", "n", "--days", "9" * 12): "SM871",
            ("tokens", "make", "--email", "nobody@example.org", "--name", "n"): "SM895",
            ("createsuperuser", *secret, "Olga@Example.org"): "SM838",
            ("person", "oak", *secret, "n@example.org", *slip): "SM882",
        }

        answers = [run(tmp_path, *words) for words in asked]

    assert [told(one) for one in answers] == [(2, code, False) for code in asked.values()]
    assert told(run(tmp_path, "tick", database="mysql://x/y")) == (2, "SM876", False)
    assert told(run(tmp_path, "tick", database="postgresql://127.0.0.1:1/x")) == (2, "SM844", False)


def test_a_tick_writes_mails_into_the_outbox_and_a_second_one_writes_none(tmp_path):
    from tests.platform.installations import build

    build(tmp_path / "data")
    waiting = json.loads(run(tmp_path / "data", "mails", "--json").stdout)
    first = json.loads(run(tmp_path / "data", "tick", "--as-of", "2026-04-01", "--json").stdout)
    second = json.loads(run(tmp_path / "data", "tick", "--as-of", "2026-04-01", "--json").stdout)

    assert (first["mails"], first["mails_failed"], second["mails"]) == (len(waiting), 0, 0)
    assert len(waiting) == 5
    assert len(list((tmp_path / "data/outbox").iterdir())) == 1


# Mails -----------------------------------------------------------------------------------------------------------


def test_one_mail_per_person_with_all_notices_in_the_language_of_the_person(world):
    Person.objects.filter(pk=world.cleo.pk).update(language="ru")
    file = world.draft()
    apply.submit_application(file, by=world.cleo, at=after(1))
    apply.ask_applicant(file, reason="Sites?", by=world.cora, at=after(2))
    apply.submit_application(file, by=world.cleo, at=after(3))
    apply.ask_applicant(file, reason="Which?", by=world.cora, at=after(4))

    found = [(one.person, len(one.notices)) for one in outgoing()]
    sent = send_mails(after(5))

    assert found == [(world.cleo, 2), (world.cora, 2)]
    assert (sent, send_mails(after(6))) == ((2, 0), (0, 0))
    to_cleo = mailbox.outbox[0]
    assert (to_cleo.to, to_cleo.extra_headers["Content-Language"]) == ([world.cleo.email], "ru")
    assert to_cleo.body.count(f"{file.number}, {world.organization.name}: ") == 2
    assert set(Notice.objects.values_list("sent_at", flat=True)) == {after(5)}


def test_who_has_left_gets_no_mail(world):
    apply.submit_application(world.draft(), by=world.cleo, at=after(1))
    Person.objects.filter(pk=world.cora.pk).update(is_active=False)

    assert send_mails(after(2)) == (0, 0)


def test_a_mail_that_is_refused_waits_and_does_not_stop_the_others(world, monkeypatch):
    file = world.draft()
    apply.submit_application(file, by=world.cleo, at=after(1))
    apply.ask_applicant(file, reason="Sites?", by=world.cora, at=after(2))

    class Choosy(EmailBackend):
        """A server that knows only one of the addresses."""

        def send_messages(self, messages):
            if messages[0].to == [world.cleo.email]:
                raise OSError(550, "no such address")
            return super().send_messages(messages)

    monkeypatch.setattr("sealmark_platform.mail.get_connection", Choosy)
    sent = send_mails(after(3))

    assert sent == (1, 1)
    assert [one.person for one in outgoing()] == [world.cleo]


def test_the_address_of_the_mail_server_becomes_settings(tmp_path):
    written = environment.mail("", tmp_path)
    plain = environment.mail("smtp://localhost:2525?tls=no", tmp_path)
    safe = environment.mail("smtps://post%40oak:p%3Aw@mail.example", tmp_path)

    assert written["EMAIL_FILE_PATH"] == str(tmp_path)
    assert (plain["EMAIL_PORT"], plain["EMAIL_USE_TLS"], plain["EMAIL_USE_SSL"]) == (2525, False, False)
    assert (safe["EMAIL_HOST_USER"], safe["EMAIL_HOST_PASSWORD"], safe["EMAIL_PORT"]) == ("post@oak", "p:w", 465)
    assert environment.mail("smtp://mail.example", tmp_path)["EMAIL_USE_TLS"] is True
    with pytest.raises(ImproperlyConfigured, match="SEALMARK_MAIL"):
        environment.mail("mail.example", tmp_path)


# Setting up ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "country"), [("o k", "GB"), ("oak", "England"), ("oak", "XX"), ("far-too-long-a-code", "GB")]
)
def test_a_body_needs_a_short_code_and_a_country(db, code, country):
    with pytest.raises(SealmarkError, match="SM837"):
        beginning.begin_body(code, "Oak", country)

    assert Body.objects.count() == 0


def test_a_body_and_a_person_have_names(world):
    with pytest.raises(SealmarkError, match="SM890"):
        beginning.begin_body("elm", " ", "GB")
    with pytest.raises(SealmarkError, match="SM838"):
        beginning.make_person("n@example.org", " ", None, ["evaluator"], world.body)


@pytest.mark.parametrize(
    ("email", "password", "functions"),
    [
        ("no address", "correct horse battery staple", ["coordinator"]),
        ("new@example.org", "short", ["coordinator"]),
        ("new@example.org", "correct horse battery staple", ["emperor"]),
        ("cora-oak@example.org", "correct horse battery staple", ["coordinator"]),
    ],
)
def test_an_account_needs_an_address_of_its_own_a_password_and_known_functions(world, email, password, functions):
    before = Person.objects.count()

    with pytest.raises(SealmarkError, match="SM838"):
        beginning.make_person(email, "New", password, functions, world.body)

    assert Person.objects.count() == before


def test_a_new_evaluator_may_judge_the_schemes_named(world):
    ada = beginning.make_person("n@example.org", "N", None, ["evaluator"], world.body, competences=["cse-style/2008"])

    assert [one.scheme for one in ada.competences.all()] == ["cse-style"]
    assert [one.function for one in ada.memberships.all()] == ["evaluator"]
    assert not ada.has_usable_password()


def test_an_edition_is_adopted_once_and_that_is_on_the_record(world):
    adopted = beginning.adopt_edition(world.body, "cse-style/2008", at=after(0))

    with pytest.raises(SealmarkError, match="SM839"):
        beginning.adopt_edition(world.body, "cse-style/2008", at=after(1))

    entry = Entry.objects.get(kind="edition.adopt")
    assert (entry.tenant, json.loads(entry.event)["details"]["digest"]) == (str(world.body.pk), adopted.digest)


# Checks ----------------------------------------------------------------------------------------------------------


def codes(found):
    return [problem.code for problem in found]


def test_checks_name_what_is_wrong_with_the_settings(settings, tmp_path):
    settings.SECRET_KEY, settings.DATA = "s" * 50, tmp_path
    settings.ALLOWED_HOSTS, settings.DEMO = ["localhost"], True
    good = [code for check in checks.CHECKS for code in codes(check())]

    settings.ALLOWED_HOSTS, settings.ADDRESS, settings.BEHIND_PROXY = ["*"], "https://oak.example/", True
    anybody = [code for check in checks.CHECKS for code in codes(check())]

    assert good == []
    assert anybody == ["SM842", "SM842", "SM846"]


def test_a_clock_before_the_newest_act_is_told(world):
    file = world.draft()
    apply.submit_application(file, by=world.cleo, at=dt.datetime(2999, 1, 1, tzinfo=dt.UTC))

    assert codes(checks.faults_of_installation())[-1] == "SM847"


# Log lines -------------------------------------------------------------------------------------------------------


def test_a_log_line_is_json_without_what_was_filled_in():
    try:
        int("cleo@example.org")
    except ValueError:
        record = logging.LogRecord("sealmark", logging.ERROR, "x", 1, "Failed for %s", ("cleo@example.org",),
                                   sys.exc_info())  # fmt: skip
    record.status_code = 500

    line = JsonLines().format(record)

    told = json.loads(line)
    assert "cleo" not in line
    assert (told["event"], told["error"], told["status"]) == ("Failed for %s", "ValueError", 500)
    assert told["trace"][0].startswith("test_commands.py:")
