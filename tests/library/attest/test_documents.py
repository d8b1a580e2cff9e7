import json

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from sealmark.attest import Limits, canonical_form, read_json
from sealmark.core.errors import SealmarkError

LARGEST = 2**53 - 1
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-LARGEST, LARGEST) | st.floats(-1e15, 1e15) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def refusal(call, *arguments):
    with pytest.raises(SealmarkError) as caught:
        call(*arguments)
    assert caught.value.codes == ("SM753",)
    return caught.value.problems[0].what


@settings(max_examples=150)
@given(st.dictionaries(st.text(), VALUES, max_size=4))
def test_the_short_way_writes_what_rfc_8785_writes(document):
    assert canonical_form(document) == rfc8785.dumps(document)


def test_names_beyond_the_first_plane_sort_by_utf_16_units():
    document = {"\ufb33": 1, "\U0001f600": 2, "é": 3}

    assert canonical_form(document) == rfc8785.dumps(document) == '{"é":3,"\U0001f600":2,"\ufb33":1}'.encode()


@settings(max_examples=60)
@given(st.dictionaries(st.text(), VALUES, max_size=4))
def test_what_was_written_is_read_back(document):
    assert canonical_form(read_json(canonical_form(document))) == canonical_form(document)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"[]", "The text is not a JSON object."),
        (b"", "The text is not JSON: Expecting value in line 1, column 1."),
        (b'{"a": 1} x', "The text is not JSON: Extra data in line 1, column 10."),
        (b'{"a": 1, "b": {"c": 1, "c": 1}}', "The member 'c' is given twice."),
        (b'{"a": NaN}', "NaN is no JSON number."),
        (b'{"a": -Infinity}', "-Infinity is no JSON number."),
        (b'{"a": 9007199254740992}', "The number 9007199254740992 is beyond 2^53, where readers differ."),
        (b'{"a": 1e999}', "The number 1e999 is beyond what readers agree on."),
        (b'{"a": ' + b"1" * 5000 + b"}", f"The number {'1' * 40} is beyond 2^53, where readers differ."),
        (b'{"a": 0.' + b"1" * 5000 + b"}", f"The number 0.{'1' * 38} is beyond what readers agree on."),
        (b'{"a": "\\ud800"}', "A text holds half of a character."),
        (b'{"a": "\xff"}', "The text is not UTF-8."),
        (b"\xef\xbb\xbf{}", "The text is not JSON: Unexpected UTF-8 BOM (decode using utf-8-sig) in line 1, column 1."),
        (b"[" * 100_000, "Objects lie too deep inside each other."),
        (b'{"a":' * 64 + b"{}" + b"}" * 64, "Objects lie more than 64 deep inside each other."),
        (b" " * (1 << 20) + b"{}", "1,048,578 bytes are more than the 1,048,576 that are read."),
    ],
    ids=range(16),
)
def test_hostile_texts_end_with_a_sentence(content, what):
    assert refusal(read_json, content) == what


def test_limits_are_met_exactly():
    assert read_json(b'{"a":{}}', Limits(size=8, depth=2)) == {"a": {}}
    assert "9 bytes" in refusal(read_json, b'{"a":{} }', Limits(size=8, depth=2))
    assert "2 deep" in refusal(read_json, b'{"a":[{}]}', Limits(size=99, depth=2))


def test_whole_numbers_are_one_value_however_written():
    assert read_json(b'{"a": 80.0, "b": 8e1, "c": -0.0, "d": 0.5, "e": 1e300}') == {
        "a": 80,
        "b": 80,
        "c": 0,
        "d": 0.5,
        "e": 1e300,
    }
    assert json.dumps(read_json(b'{"a": 80.0}')) == '{"a": 80}'


@pytest.mark.parametrize(
    "value", [{"a": float("nan")}, {"a": {1}}, {1: 2}, {"a": 2**53}, {"a": "\ud800"}, {"\ud800": 0.5}]
)
def test_what_has_no_canonical_form_is_refused(value):
    assert refusal(canonical_form, value)
