"""Evaluated to keep a certificate: the rules of the procedure are judged, told, and reproduced."""

import json

import pytest
from tests.library.evaluation.small import edition, write_light_case, write_pack

from sealmark.core.canonical import canonical_bytes
from sealmark.evaluation.case import read_case
from sealmark.evaluation.reproduce import reproduce
from sealmark.evaluation.run import evaluate
from sealmark.reports.findings import keeping_items
from sealmark.reports.page import build_page
from sealmark.reports.reading import read_evaluation
from sealmark.reports.voice import Voice


@pytest.fixture(scope="module")
def ground(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keeping")
    return write_pack(folder / "pack"), write_light_case(folder / "case")


def document_of(ground, event):
    pack, case = ground
    found = evaluate(str(pack), read_case(case).of_event(event), draws=20)
    return json.loads(canonical_bytes(found.document))


def told(document):
    voice = Voice(read_evaluation(document), edition(), "en")
    return [(item.text, is_shown) for item, is_shown in keeping_items(voice)]


def test_a_first_evaluation_keeps_nothing(ground):
    document = document_of(ground, "initial")

    assert {"event", "keeping"} & set(document) == set()
    assert told(document) == []


def test_surveillance_asks_for_what_the_certificate_must_show(ground):
    document = document_of(ground, "surveillance")

    assert document["event"] == "surveillance"
    assert [(rule["kind"], rule["about"], rule["share"]) for rule in document["keeping"]] == [
        ("document", "manual", "1"),
    ]
    assert [is_shown for _, is_shown in told(document)] == [True]


def test_recertification_asks_for_what_retention_needs(ground):
    document = document_of(ground, "recertification")

    assert [(rule["kind"], rule["value"], rule["share"]) for rule in document["keeping"]] == [("actions", "0.5", "1")]
    assert len(told(document)) == 1


@pytest.mark.parametrize(("share", "state", "mark"), [
    ("1", "met", "conforms"), ("0.5", "not met", "does-not-conform"), (None, "not determined", "not-determined"),
])  # fmt: skip
def test_the_report_says_for_what_the_certificate_is_kept(ground, share, state, mark):
    document = document_of(ground, "surveillance")
    document["keeping"][0]["share"] = share

    section = next(one for one in build_page(document, edition(), "en").sections if one.id == "keeping")

    (table,) = section.blocks
    assert [(row[1], seen) for row, seen in zip(table.rows, table.states, strict=True)] == [(state, mark)]


def test_the_report_of_a_first_evaluation_has_no_such_section(ground):
    page = build_page(document_of(ground, "initial"), edition(), "en")

    assert "keeping" not in [section.id for section in page.sections]


def test_what_is_not_known_is_neither_shown_nor_not(ground):
    document = document_of(ground, "surveillance")
    document["keeping"][0]["share"] = None

    assert [is_shown for _, is_shown in told(document)] == [None]


@pytest.mark.parametrize("event", ["initial", "surveillance", "recertification"])
def test_it_is_reproduced_for_the_same_event(ground, event):
    pack, case = ground

    assert reproduce(document_of(ground, event), case, str(pack)).differences == ()
