import datetime as dt
import json
import os
from decimal import Decimal
from pathlib import Path

import pytest

from sealmark.core.canonical import canonical_bytes, digest_bytes, digest_file, digest_folder, digest_json, to_json

EMPTY = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def vectors() -> Path:
    here = Path(__file__).resolve().parents[3]
    folder = Path(os.environ.get("SEALMARK_VECTORS", here.parent / "shared" / "vectors"))
    if not folder.is_dir():
        pytest.skip("no test vectors: set SEALMARK_VECTORS")
    return folder / "vc-di-eddsa" / "TestVectors"


def test_a_published_document_has_its_published_canonical_form():
    # W3C vc-di-eddsa, suite eddsa-jcs-2022: unsigned credential and its JCS form, compared byte for byte.
    folder = vectors()
    unsigned = json.loads((folder / "unsigned.json").read_text("utf-8"))

    made = canonical_bytes(unsigned)

    assert made == (folder / "eddsa-jcs-2022" / "canonDocJCS.txt").read_bytes()
    assert digest_bytes(made) == "sha256:" + (folder / "eddsa-jcs-2022" / "docHashJCS.txt").read_text("ascii").strip()


def test_keys_are_sorted_by_utf16_and_text_is_kept():
    # RFC 8785, section 3.2.3, sorting example.
    content = {"\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh",
               "1": "One", "\U0001f600": "Emoji: Grinning Face", "\u0080": "Control", "\u00f6": "Latin Small O"}  # fmt: skip

    assert list(json.loads(canonical_bytes(content))) == [
        "\r",
        "1",
        "\u0080",
        "\u00f6",
        "\u20ac",
        "\U0001f600",
        "\ufb33",
    ]


def test_decimals_and_dates_become_text_and_sets_are_sorted():
    value = {"share": Decimal("0.80"), "day": dt.date(2026, 1, 31), "names": {"b", "a"}, "pair": (1, None), 5: True}

    assert to_json(value) == {"share": "0.8", "day": "2026-01-31", "names": ["a", "b"], "pair": [1, None], "5": True}


def test_what_has_no_json_form_is_refused():
    with pytest.raises(TypeError, match=r"^object has no JSON form$"):
        to_json({"x": object()})


def test_digests_of_equal_content_are_equal(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"")

    assert digest_file(path) == digest_bytes(b"") == EMPTY
    assert digest_json({"a": 1, "b": 2}) == digest_json({"b": 2, "a": 1})


def test_a_folder_digest_knows_names_and_content_but_not_line_ends():
    unix = digest_folder({"a": b"1\n2\n", "b": b""})

    assert digest_folder({"b": b"", "a": b"1\r\n2\r\n"}) == unix
    assert digest_folder({"a": b"1\n2\n", "c": b""}) != unix
    assert digest_folder({"a": b"1\n3\n", "b": b""}) != unix
