"""The published document against what is really answered: schemathesis asks, signed in and not."""

import contextlib

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

from sealmark_platform.api.interface import interface
from sealmark_platform.casework.actions import finding, objection
from sealmark_platform.casework.performing import BY_HAND

CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance,
]  # fmt: skip
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
    return {
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

    def ask(operation, case, act):
        if "act" in (case.path_parameters or {}):
            case.path_parameters |= {"act": act, "pk": str(known[act.partition(".")[0]])}
        elif "pk" in (case.path_parameters or {}) and operation.path.split("/")[3] in known:
            case.path_parameters["pk"] = str(known[operation.path.split("/")[3]])
        answer = case.call(app=app, headers=headers)
        answers.add(answer.status_code)
        case.validate_response(answer, checks=CHECKS)

    for operation in _operations():
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            cases, acts = operation.as_strategy(generation_mode=mode), st.sampled_from(sorted(BY_HAND))
            # Where nothing can be wrong there is no wrong request.
            with contextlib.suppress(Unsatisfiable):
                SEARCH(given(st.just(operation), cases, acts)(ask))()

    assert ({200, 404} if who else {200, 401}) <= answers
