"""Whole lives of files in processes of their own, on a database of their own: for many at once, and for kill -9.

Run as ``python -m tests.platform.living WHAT ARGUMENT`` with SEALMARK_DATABASE and SEALMARK_DATA set; what it
found goes to standard output as JSON.
"""

import json
import os
import sys
import traceback

PROCESSES, THREADS = 4, 4
"""Sixteen people acting at once."""


def prepare():
    """Make the tables and one body at work, with its people."""
    from django.core.management import call_command
    from tests.platform.people import World

    call_command("migrate", verbosity=0, interactive=False)
    World()


def body():
    """Return the body at work as it was prepared."""
    from tests.platform.people import World

    from sealmark_platform.catalogue.models import AdoptedEdition
    from sealmark_platform.parties.models import Body, Organization, Person

    found = World.__new__(World)
    found.body, found.edition = Body.objects.get(), AdoptedEdition.objects.get()
    found.organization = Organization.objects.get()
    for person in Person.objects.all():
        setattr(found, person.name.partition("-")[0].lower(), person)
    return found


def _in_processes(work, number):
    """Run a function in several processes of several threads, and return the errors of all."""
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connections

    def told(share):
        try:
            work(share)
        except BaseException:  # noqa: BLE001
            return traceback.format_exc()
        finally:
            connections.close_all()
        return None

    connections.close_all()
    pipes = []
    for process in range(PROCESSES):
        reading, writing = os.pipe()
        if os.fork() == 0:
            shares = [range(process * THREADS + thread, number, PROCESSES * THREADS) for thread in range(THREADS)]
            with ThreadPoolExecutor(THREADS) as pool:
                errors = [error for error in pool.map(told, shares) if error]
            with os.fdopen(writing, "w") as stream:
                json.dump(errors, stream)
            os._exit(0)
        os.close(writing)
        pipes.append(reading)
    errors = []
    for reading in pipes:
        with os.fdopen(reading) as stream:
            errors += json.load(stream)
    for _process in range(PROCESSES):
        os.wait()
    return errors


def many(number):
    """Live files from application to certificate with sixteen at once."""
    world = body()
    from sealmark_platform.catalogue.queries import edition_of

    edition_of(world.edition)

    def live(share):
        for _file in share:
            world.certified()

    return report(_in_processes(live, number))


def rivals(rounds):
    """Let sixteen submit the same application at once, and decide the same evaluation, each with what it saw."""
    from sealmark.core.errors import SealmarkError
    from sealmark_platform.casework.actions import application as apply
    from sealmark_platform.casework.actions import decision
    from sealmark_platform.casework.models import CertificationFile, Evaluation

    world, told = body(), []
    from tests.platform.people import after

    for _round in range(rounds):
        draft, reviewed = world.draft(), world.reviewed()

        def race(_share, draft=draft, reviewed=reviewed):
            file, one = CertificationFile.objects.get(pk=draft.pk), Evaluation.objects.get(pk=reviewed.pk)
            tried = (
                lambda: apply.submit_application(file, by=world.cleo, at=after(1), revision=draft.revision),
                lambda: decision.decide(
                    one, "grant", reason="Yes.", by=world.bo, at=after(15), revision=reviewed.revision
                ),
            )
            refused = []
            for act in tried:
                try:
                    act()
                except SealmarkError as error:
                    refused += error.codes
            raise AssertionError(",".join(["refused", *refused]))

        told.append(sorted(_in_processes(race, PROCESSES * THREADS)))
    codes = [[error.strip().rpartition("refused")[2] for error in errors] for errors in told]
    return {**report([]), "codes": codes}


def twice(rounds):
    """Send the same form of an act twice at once, by two browsers of one person; return the answers by act."""
    from concurrent.futures import ThreadPoolExecutor
    from threading import Barrier

    from django.db import connections
    from django.test import Client
    from django.urls import reverse
    from tests.platform.people import after

    from sealmark_platform.casework.actions import finding

    world, told = body(), {}
    reason = {"reason": "As agreed."}
    for _round in range(rounds):
        draft, planned, running = world.draft(), world.agreed(), world.gathering()
        raised = finding.raise_finding(running, "minor", "Late.", by=world.ada, at=after(11))
        reviewed, held = world.reviewed(), world.certified()
        text = {"statement": "The sign is faded."}
        answer = {"correction": "Done.", "cause": "Known.", "corrective_action": "Planned."}
        for act, subject, person, said in (
            ("application.submit", draft, world.cleo, {}),
            ("evaluation.open", planned, world.cora, {"kind": "initial"}),
            ("finding.raise", running, world.ada, {"grade": "observation", **text}),
            ("finding.answer", raised, world.cleo, answer),
            ("evaluation.decide", reviewed, world.bo, {"outcome": "grant", **reason}),
            ("objection.file", held.file, world.cleo, text),
            ("certificate.suspend", held, world.bo, {"trigger": "own-wish", "way_back": "Pay.", **reason}),
        ):
            subject.refresh_from_db()
            gate = Barrier(2)

            def send(_browser, act=act, subject=subject, person=person, said=said, gate=gate):
                try:
                    browser = Client(raise_request_exception=False, HTTP_HOST="localhost")
                    browser.force_login(person)
                    gate.wait(30)
                    form = {**said, "revision": subject.revision, "confirmed": "on"}
                    return browser.post(reverse("act", args=[act, subject.pk]), form).status_code
                finally:
                    connections.close_all()

            with ThreadPoolExecutor(2) as pool:
                told.setdefault(act, []).append(sorted(pool.map(send, range(2))))
    return {**report(), "answers": told}


def killed(rounds):
    """Let a process live files and kill it at a random instant, again and again; look at what it left each time."""
    import random
    import signal
    import time

    from django.db import connections

    from sealmark_platform.catalogue.queries import edition_of
    from sealmark_platform.records.models import Entry

    world, moments, found = body(), random.Random(4), []
    edition_of(world.edition)
    for _round in range(rounds):
        connections.close_all()
        process = os.fork()
        while process == 0:
            world.certified()
        enough = Entry.objects.count() + moments.randint(0, 20)
        while Entry.objects.count() < enough:
            time.sleep(0.005)
        time.sleep(moments.uniform(0, 0.03))
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        found.append(report())
    return found


def report(errors=()):
    """Say what stands in the database."""
    from sealmark_platform.casework.models import Certificate, CertificationFile
    from sealmark_platform.casework.queries.consistency import disagreements, entries_expected
    from sealmark_platform.records.models import Entry
    from sealmark_platform.records.queries import verify_trail

    return {
        "errors": list(errors), "files": CertificationFile.objects.count(), "certificates": Certificate.objects.count(),
        "entries": Entry.objects.count(), "faults": list(verify_trail(entries_expected()).faults),
        "disagreements": list(disagreements()),
    }  # fmt: skip


def main():
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.platform.settings"
    import django

    django.setup()
    what, number = sys.argv[1], int(sys.argv[2])
    if what == "prepare":
        prepare()
        return
    works = {"many": many, "rivals": rivals, "killed": killed, "twice": twice, "report": lambda _number: report()}
    print(json.dumps(works[what](number)))


if __name__ == "__main__":
    main()
