"""What the document says of every change is what its form takes, by name, type and need."""

import pytest
from tests.platform.people import SCHEME

from sealmark_platform.interface.changes import CHANGES
from sealmark_platform.interface.typed import schema_name
from sealmark_platform.interface.whole import interface

P = "/api/v1/"
KINDS = {"file": "string", "boolean": "boolean", "integer": "integer", "multiplechoice": "array"}


@pytest.fixture(scope="module")
def document():
    return interface.get_openapi_schema(path_prefix=P)


def schema_of(document, name):
    content = document["paths"][f"{P}bodies/{{code}}/changes/{name}/{{subject}}"]["post"]["requestBody"]["content"]
    reference = content["application/json"]["schema"]["$ref"]
    return document["components"]["schemas"][reference.rpartition("/")[2]]


def test_every_change_has_an_address_and_a_schema_of_its_own(document):
    shared = document["paths"][f"{P}bodies/{{code}}/changes/{{change}}/{{subject}}"]
    ids = [one["operationId"] for item in document["paths"].values() for one in item.values()]

    assert list(shared) == ["get"]
    assert next(one["schema"]["enum"] for one in shared["get"]["parameters"] if one["name"] == "change") == [*CHANGES]
    assert len({schema_name(name) for name in CHANGES}) == len(CHANGES)
    assert len(set(ids)) == len(ids)
    assert [schema_of(document, name)["title"] for name in CHANGES] == [schema_name(name) for name in CHANGES]


def test_the_schema_of_a_change_has_the_fields_its_form_tells(document, oak, program):
    adam = program(oak.adam)
    for name, change in CHANGES.items():
        told = adam.get(f"/bodies/oak/changes/{name}/{oak.subject(change.subject)}").json()
        schema = schema_of(document, name)
        stamped = ["seen"] if told["seen"] else []
        fields = {field["name"]: KINDS.get(field["kind"], "string") for field in told["fields"]}

        assert {key: one["type"] for key, one in schema["properties"].items() if key != "seen"} == fields, name
        assert schema.get("required", []) == stamped + [
            field["name"] for field in told["fields"] if field["is_required"]
        ], name
        assert schema["additionalProperties"] is False
        for field in told["fields"]:
            choices = schema["properties"][field["name"]]
            known = choices.get("enum") or choices.get("items", {}).get("enum")
            assert known in (None, [value for value, _word in field["choices"]]), (name, field["name"])


def test_types_are_those_of_the_fields(document):
    settings = schema_of(document, "body.change-settings")["properties"]
    person = schema_of(document, "person.add")["properties"]

    assert (settings["votes_needed"]["minimum"], settings["votes_needed"]["maximum"]) == (1, 25)
    assert (person["email"]["format"], person["functions"]["minItems"]) == ("email", 1)
    assert schema_of(document, "person.let-go")["properties"]["confirmed"]["const"] is True
    assert schema_of(document, "leave.take")["properties"]["first"]["format"] == "date"
    assert SCHEME not in str(document["components"]["schemas"]["EditionAdopt"])
