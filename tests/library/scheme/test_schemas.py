import datetime as dt
from decimal import Decimal

import jsonschema
import pytest

from sealmark.core.documents import parse_yaml
from sealmark.scheme.discovery import pack_folders
from sealmark.scheme.loading import FILE_MODELS
from sealmark.scheme.schemas import DIALECT, PACK_FORMATS, schema_of


def plain_json(value):
    if isinstance(value, dict):
        return {key: plain_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain_json(item) for item in value]
    if isinstance(value, dt.date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value


def test_every_file_of_a_pack_has_a_format():
    assert {item.file.removeprefix("editions/*/") for item in PACK_FORMATS.values()} == set(FILE_MODELS)


@pytest.mark.parametrize("name", PACK_FORMATS)
def test_a_schema_is_valid_and_says_what_it_is(name):
    schema = schema_of(PACK_FORMATS[name])

    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == DIALECT
    assert schema["title"] == PACK_FORMATS[name].title
    assert PACK_FORMATS[name].file in schema["description"]


def test_numbers_are_described_as_numbers():
    schema = schema_of(PACK_FORMATS["edition"])

    assert schema["properties"]["confidence"] == {
        "type": "number",
        "description": "Two-sided level of every interval that a measure does not set itself.",
    }


@pytest.mark.parametrize("name", PACK_FORMATS)
def test_the_files_of_all_packs_fit_their_schema(pack, name):
    file_format = PACK_FORMATS[name]
    validator = jsonschema.Draft202012Validator(schema_of(file_format))
    files = [path for folder in (pack, *pack_folders().values()) for path in sorted(folder.glob(file_format.file))]

    wrong = {
        path: error.message
        for path in files
        for error in validator.iter_errors(plain_json(parse_yaml(path.read_bytes(), path.name).content))
    }

    assert files
    assert wrong == {}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("requirement", {"id": "x", "evidence": [{"judgement": "scale"}], "colour": "red"}),
        ("requirement", {"id": "x", "evidence": []}),
        ("requirement", {"id": "x", "points": "eighty", "evidence": [{"judgement": "scale"}]}),
        ("tree", {"roots": [{"id": "a", "roll_up": "median", "children": ["b"]}]}),
        ("sources", {"sources": {"not an id": {"title": "t", "status": "own"}}}),
    ],
)
def test_a_schema_refuses_what_the_reader_refuses(name, content):
    assert not jsonschema.Draft202012Validator(schema_of(PACK_FORMATS[name])).is_valid(content)
