"""A made-up crowd for pages: many files, certificates and entries of the trail; one file made by the real acts.

Rows come by ``bulk_create``, not by acts; they are consistent, and the chain of the trail holds. Import it only
once Django is set up.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.db import connection
from tests.platform.people import START, World, after

from sealmark.core.canonical import canonical_bytes
from sealmark_platform.casework.actions import decision, evaluation, finding
from sealmark_platform.casework.models import (
    Certificate,
    CertificateEvent,
    CertificationFile,
    Evaluation,
    Finding,
    Notice,
    Participation,
)
from sealmark_platform.parties.models import Organization, Person
from sealmark_platform.records.hashes import chain_hash, leaf_hash
from sealmark_platform.records.models import Entry
from sealmark_platform.register.names import add_names

__all__ = ["add_certificates", "add_entries", "add_files", "add_open_files", "whole_file"]

RUNNING = ("planning", "planned", "gathering", "evaluated", "recommended", "reviewed")
APPLYING = ("draft", "submitted", "asked", "accepted", "offered")
BATCH = 2_000


def whole_file(world: World) -> CertificationFile:
    """Return a file with findings, a decision and a certificate, by the real acts."""
    one = world.gathering()
    for grade, text in (("minor", "Opening hours are not posted."), ("minor", "Calls ring too long.")):
        raised = finding.raise_finding(one, grade, text, by=world.ada, at=after(11))
        finding.answer_finding(
            raised, correction="Done.", cause="Nobody looked.", corrective_action="Somebody looks.", by=world.cleo,
            at=after(12),
        )  # fmt: skip
    finding.raise_finding(one, "strength", "Staff know their customers.", by=world.ada, at=after(11))
    for raised in one.findings.filter(status="answered"):
        finding.accept_answer(raised, by=world.ada, at=after(12))
    evaluation.record_result(one, world.result(), by=world.ada, at=after(12))
    evaluation.recommend(one, reason="Grant.", by=world.ada, at=after(13))
    evaluation.review_evaluation(one, reason="Complete.", by=world.rex, at=after(14))
    decision.decide(one, "grant", reason="Conforms.", by=world.bo, at=after(15))
    return CertificationFile.objects.get(pk=one.file_id)


def _create(rows: Iterable[Any]) -> None:
    for part in _parts(rows):
        type(part[0]).objects.bulk_create(part)


def _parts(rows: Iterable[Any]) -> Iterator[Sequence[Any]]:
    rows = iter(rows)
    while part := list(itertools.islice(rows, BATCH)):
        yield part


def add_files(world: World, code: str, statuses: Sequence[str]) -> list[CertificationFile]:
    """Return files of as many organizations, each in a status."""
    firms = [
        Organization(name=f"Organization {code} {number:06d}", country="DE", city="Leeds", employees=60)
        for number in range(len(statuses))
    ]
    _create(firms)
    files = [
        CertificationFile(
            body=world.body, organization=firm, edition=world.edition, number=f"{code}-{number:06d}", status=status,
            scope="Repairs", opened_at=START,
        )
        for number, (firm, status) in enumerate(zip(firms, statuses, strict=True))
    ]  # fmt: skip
    _create(files)
    return files


def add_open_files(world: World, number: int, today: dt.date) -> list[CertificationFile]:
    """Return open files: every fifth an application, the others with a running evaluation that falls due."""
    files = add_files(
        world, "OPEN", [APPLYING[place // 5 % 5] if place % 5 == 0 else "agreed" for place in range(number)]
    )
    running = [
        Evaluation(
            file=file, number=1, kind="initial", status=RUNNING[place % 6], opened_on=START.date(),
            due_on=today + dt.timedelta(days=place % 400 - 30), days=Decimal(2),
        )
        for place, file in enumerate(file for file in files if file.status == "agreed")
    ]  # fmt: skip
    _create(running)
    crew = [Person(email=f"crew{place}@example.org", name=f"Crew {place}") for place in range(40)]
    _create(crew)
    _create(_seats(running, crew))
    _create(
        Finding(evaluation=one, number=1, grade="minor", statement="x", told_on=START.date(), status="answered")
        for one in running[::4]
    )
    _create(Notice(file=file, person=world.cora, kind="submitted", made_at=START) for file in files)
    return files


def _seats(running: Sequence[Evaluation], crew: Sequence[Person]) -> Iterator[Participation]:
    for place, one in enumerate(running):
        for step, side in enumerate(("evaluation", "review", "decision")):
            person = crew[(place + step) % len(crew)]
            yield Participation(
                evaluation=one, person=person, side=side, is_lead=step == 0, assigned_on=START.date()
            )  # fmt: skip


def add_certificates(world: World, number: int, today: dt.date) -> list[CertificationFile]:
    """Return files with a decided evaluation and a certificate each, with two lines of history."""
    files = add_files(world, "CERT", ["agreed"] * number)
    _create(
        Evaluation(file=file, number=1, kind="initial", status="decided", opened_on=START.date(), grade="three-stars")
        for file in files
    )
    first = today - dt.timedelta(days=400)
    certificates = [
        Certificate(
            file=file, edition=file.edition, number=file.number.replace("CERT", "OAK-C2025"), grade="three-stars",
            scope="Repairs",
            sites=["Shop 1"], first_issued_on=first, valid_from=first,
            valid_until=today + dt.timedelta(days=place % 1_000), status="active",
        )
        for place, file in enumerate(files)
    ]  # fmt: skip
    _create(certificates)
    _create(
        CertificateEvent(certificate=one, on=first, what=what, status="active", grade=one.grade)
        for one in certificates for what in ("issue", "maintain")
    )  # fmt: skip
    add_names(certificates)
    return files


def add_entries(files: Sequence[CertificationFile], number: int) -> None:
    """Add entries to the trail until it has a number of them, in the order of the files; the chain holds."""
    last, chain = Entry.objects.order_by("-number").values_list("number", "chain").first() or (0, "")
    columns = "number, kind, at, actor, tenant, subject, file, event, leaf, chain"
    insert = f"INSERT INTO records_entry ({columns}) VALUES ({', '.join(['%s'] * 10)})"
    each = -(-(number - last) // len(files))
    owners = itertools.chain.from_iterable(itertools.repeat(file, each) for file in files)
    for part in _parts(_entries(owners, range(last + 1, number + 1), chain)):
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.executemany(insert, part)
            cursor.execute("COMMIT")


def _entries(owners: Iterable[CertificationFile], numbers: range, chain: str) -> Iterator[tuple[Any, ...]]:
    at = dt.datetime(2026, 5, 1, 9, tzinfo=dt.UTC)
    for number, file in zip(numbers, owners, strict=False):
        event = {
            "number": number, "kind": "evaluation.add-evidence", "at": at.isoformat(), "actor": "clock",
            "tenant": str(file.body_id), "file": str(file.pk), "subject": f"evaluation:{file.pk}",
            "details": {"status": "gathering", "digest": "sha256:" + "0" * 64},
        }  # fmt: skip
        text = canonical_bytes(event)
        leaf = leaf_hash(text)
        chain = chain_hash(chain, leaf)
        yield (number, event["kind"], "2026-05-01 09:00:00", "clock", event["tenant"], event["subject"], event["file"],
               text.decode(), leaf, chain)  # fmt: skip
