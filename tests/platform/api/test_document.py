"""The published document against what is really answered: schemathesis asks, signed in and not."""

import contextlib
import itertools

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.platform.people import after

from sealmark_platform.casework.actions import finding, objection
from sealmark_platform.casework.performing import BY_HAND
from sealmark_platform.interface.changes import CHANGES
from sealmark_platform.interface.whole import interface
from sealmark_platform.parties.models import Competence, Holiday, Leave, Membership, PersonTie, Representation
from sealmark_platform.register.complaints import Told, receive_complaint

CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance,
]  # fmt: skip
SHOWN = 20
"""At least so many addresses of a body answer its administrator with what was asked for."""
SEARCH = settings(
    max_examples=4, deadline=None, database=None, phases=[Phase.generate], derandomize=True,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


@pytest.fixture
def kept_connection():
    """Keep the connection of the test's transaction open between requests, as Django's own client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def _operations():
    document = schemathesis.openapi.from_dict(dict(interface.get_openapi_schema(path_prefix="/api/v1/")))
    return [result.ok() for result in document.get_all_operations()]


def _lived_in(world):
    """Make a draft, a running evaluation with a finding, a certificate and a complaint; return ids by kind."""
    certificate, running = world.certified(), world.gathering()
    found = finding.raise_finding(running, "observation", "The sign is faded.", by=world.ada, at=after(11))
    complaint = objection.file_objection(running.file, "Late answers.", by=world.cleo, at=after(12))
    Membership.objects.create(person=world.cora, body=world.body, function="administrator")
    tie = PersonTie.objects.create(person=world.ada, organization=world.organization, kind="interest")
    day = Holiday.objects.create(body=world.body, on=after(60).date(), name="Fair")
    leave = Leave.objects.create(body=world.body, person=world.ada, first=after(60).date(), last=after(61).date())
    outside = receive_complaint(
        world.body, certificate, Told("Zoe", "zoe@example.net", "Slow.", "en", "-"), at=after(13)
    )
    kept = {
        "body": world.body, "person": world.ada, "competence": Competence.objects.get(person=world.ada), "tie": tie,
        "organization": world.organization, "site": world.organization.sites.first(), "edition": world.edition,
        "representative": Representation.objects.get(person=world.cleo), "holiday": day, "leave": leave,
    }  # fmt: skip
    return {
        **{f"change of {name}": one.pk for name, one in kept.items()}, "people": world.ada.pk,
        "editions": world.edition.pk, "impact": world.edition.pk, "outbox": world.cora.pk,
        "outside-complaints": outside.pk,
        "files": world.draft().pk, "evaluations": running.pk, "certificates": certificate.pk, "findings": found.pk,
        "objections": complaint.pk, "organizations": world.organization.pk, "application": running.file_id,
        "evaluation": running.pk, "finding": found.pk, "certificate": certificate.pk, "objection": complaint.pk,
    }  # fmt: skip


@pytest.mark.parametrize("who", ["cora", "cleo", None])
def test_every_answer_is_documented_and_none_is_a_server_error(world, program, settings, kept_connection, who):
    settings.API_REQUESTS_PER_MINUTE = 1_000_000
    known = _lived_in(world)
    headers = {"Authorization": f"Bearer {program(getattr(world, who)).secret}"} if who else {}
    app, answers = get_wsgi_application(), set()

    def ask(operation, case, act, change):
        places = case.path_parameters or {}
        segments = operation.path.split("/")
        named = {word.strip("{}"): before for before, word in itertools.pairwise(segments)}
        if "act" in places:
            places |= {"act": act, "pk": str(known[act.partition(".")[0]])}
        elif "subject" in places:
            change = change if "change" in places else segments[-2]
            places |= {"subject": str(known[f"change of {CHANGES[change].subject}"])}
            places |= {"change": change} if "change" in places else {}
        places |= {name: str(known[named[name]]) for name in set(places) & {"pk", "person", "successor"}
                   if named[name] in known}  # fmt: skip
        places |= {"code": world.body.code} if "code" in places else {}
        answer = case.call(app=app, headers=headers)
        answers.add((operation.path, answer.status_code))
        case.validate_response(answer, checks=CHECKS)

    for operation in _operations():
        # Each change has an address of its own; that nobody else may make it is tried elsewhere.
        is_change = operation.method == "post" and "/changes/" in operation.path
        if is_change and who != "cora":
            continue
        is_tried = not is_change or "/organization.add/" in operation.path
        for mode in (GenerationMode.POSITIVE, *([GenerationMode.NEGATIVE] if is_tried else [])):
            cases, acts = operation.as_strategy(generation_mode=mode), st.sampled_from(sorted(BY_HAND))
            changes = st.sampled_from(sorted(CHANGES))
            # Where nothing can be wrong there is no wrong request.
            with contextlib.suppress(Unsatisfiable):
                SEARCH(given(st.just(operation), cases, acts, changes)(ask))()

    seen = {status for _path, status in answers}
    shown = {path for path, status in answers if status == 200}
    assert ({200, 404} if who else {200, 401}) <= seen
    of_bodies = len([path for path in shown if "{code}" in path])
    assert of_bodies >= SHOWN if who == "cora" else of_bodies == 0
