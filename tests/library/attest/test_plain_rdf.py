"""The quick way to canonical RDF gives the bytes of the general processor, or leaves the document to it."""

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.library.attest.credentials.examples import certificate, person, status_list

from sealmark.attest.contexts import OPEN_BADGES, VC_V2
from sealmark.attest.credentials.composing import certificate_credential, person_credential
from sealmark.attest.plain_rdf import TermScopes, plain_rdf
from sealmark.attest.rdf import canonical_rdf, general_rdf
from sealmark.core.errors import SealmarkError

DOCUMENTS = {
    "certificate": certificate_credential(certificate()),
    "person": person_credential(person()),
    "list": status_list("suspension", 7),
}
ODD = [
    *(
        None,
        True,
        1,
        1.5,
        "",
        "x",
        "Two stars",
        'q"\\\r\n客😀',
        'a\tb\n"\\\x7f\x01é客😀',
        "\ud800",
        [],
        {},
        [[]],
        [None],
        ["x", "y"],
    ),
    *("https://x.org/a b", "https://x.org/é", "name:x", "_:b0", "#x", "urn:x:1", "did:web:x", "Https://X.org/../a"),
    *({"id": "urn:x:1"}, {"type": "Profile"}, {"type": ["Profile", "Achievement"], "name": "x"}, {"@value": "x"}),
    *({"id": "https://x.org/1", "type": "Related", "version": "1"}, {"@set": ["x"]}, {"@id": "urn:x:1"}, {"name": "x"}),
    *({"@context": [VC_V2], "name": "x"}, {"type": "Nothing"}, {"type": "AchievementCredential", "name": "x"}, 10**30),
    *({"type": "GeoCoordinates", "latitude": "1"}, [{"name": "x"}, {"name": "x"}], [{"name": "x"}, {"name": "y"}]),
]
KEYS = [
    "id",
    "type",
    "name",
    "image",
    "address",
    "@type",
    "@id",
    "@graph",
    "unknown",
    "urn:x",
    "proof",
    "hashed",
    "url",
]


@pytest.fixture(scope="module")
def scopes(contexts):
    lists = {(VC_V2, OPEN_BADGES), (VC_V2,)}
    return {addresses: TermScopes([contexts.load(address) for address in addresses]) for addresses in lists}


def places_in(value, path=()):
    """Where an object holds something: the path to the object, and the key."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key != "@context":
                yield (*path, key)
                yield from places_in(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from places_in(inner, (*path, index))


@st.composite
def changed_documents(draw):
    document = copy.deepcopy(DOCUMENTS[draw(st.sampled_from(sorted(DOCUMENTS)))])
    for _ in range(draw(st.integers(1, 3))):
        *path, key = draw(st.sampled_from(list(places_in(document))))
        owner = document
        for step in path:
            owner = owner[step]
        way = draw(st.sampled_from(["replace", "remove", "rename", "add", "repeat"]))
        if way == "replace":
            owner[key] = copy.deepcopy(draw(st.sampled_from(ODD)))
        elif way == "remove":
            del owner[key]
        elif way == "rename":
            owner[draw(st.sampled_from(KEYS))] = owner.pop(key)
        elif way == "add":
            owner[draw(st.sampled_from(KEYS))] = copy.deepcopy(draw(st.sampled_from(ODD)))
        else:
            owner[key] = [copy.deepcopy(owner[key]), copy.deepcopy(owner[key])]
    return document


@given(changed_documents())
@settings(max_examples=250, deadline=None)
def test_both_ways_give_the_same_bytes(scopes, contexts, document):
    quick = plain_rdf(document, scopes[tuple(document["@context"])])

    if quick is None:
        return
    try:
        canonical_rdf(document, contexts)
    except SealmarkError:
        return  # refused before either way begins
    assert quick == general_rdf(document, contexts)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_we_issue_goes_the_quick_way(name, scopes, contexts):
    document = DOCUMENTS[name]

    quick = plain_rdf(document, scopes[tuple(document["@context"])])

    assert quick == general_rdf(document, contexts)
    assert quick == canonical_rdf(document, contexts)


TERM = "https://x.org/term"


@pytest.mark.parametrize(
    "context",
    [
        None,
        {"@context": []},
        {"@context": {"id": "@id", "type": "@type", "name": TERM}},
        {"@context": {"@protected": True, "id": "@id", "name": TERM}},
        {"@context": {"@protected": True, "id": "@id", "type": "@type", "name": TERM, "@vocab": "https://x.org/"}},
        {"@context": {"@protected": True, "id": "@id", "type": "@type", "name": {"@id": TERM, "@container": "@list"}}},
        {"@context": {"@protected": True, "id": "@id", "type": "@type", "name": {"@id": TERM, "@type": "@json"}}},
        {"@context": {"@protected": True, "id": "@id", "type": "@type", "name": {"@id": TERM, "@language": "en"}}},
        {"@context": {"@protected": True, "id": "@id", "type": "@type", "name": "id:term"}},
    ],
)
def test_other_contexts_are_left_to_the_general_processor(context):
    assert plain_rdf({"name": "x"}, TermScopes([context])) is None


def test_a_term_with_two_meanings_is_left_to_the_general_processor():
    first = {"@context": {"@protected": True, "id": "@id", "type": "@type", "name": TERM}}
    second = {"@context": {"@protected": True, "name": TERM + "2"}}

    assert plain_rdf({"name": "x"}, TermScopes([first])) == b'_:c14n0 <https://x.org/term> "x" .\n'
    assert plain_rdf({"name": "x"}, TermScopes([first, second])) is None


@pytest.mark.parametrize("odd", [{"name": "a\tb"}, {"issuer": {"id": "urn:x:1", "name": "x", "@context": [VC_V2]}}])
def test_what_processors_differ_in_is_left_to_the_general_one(odd, scopes):
    assert plain_rdf(DOCUMENTS["list"] | odd, scopes[(VC_V2,)]) is None


def test_what_is_remembered_about_types_is_bounded():
    typed = {"@context": {"@protected": True, "id": "@id", "type": "@type", "name": TERM, "Kind": TERM + "s"}}
    scopes = TermScopes([typed])

    answers = {plain_rdf({"type": ["Kind"] * number, "name": "x"}, scopes) for number in range(1, 260)}

    assert len(answers) == 1
    assert len(scopes._scopes) == 200
