import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sealmark.attest.multibase import from_base58, from_base64url, to_base58, to_base64url
from sealmark.core.errors import SealmarkError


@settings(max_examples=60)
@given(st.binary(max_size=80))
def test_both_texts_come_back_as_the_same_bytes(content):
    assert from_base58(to_base58(content)) == content
    assert from_base64url(to_base64url(content)) == content


@pytest.mark.parametrize(
    ("content", "text"),
    [(b"", "z"), (b"\0\0", "z11"), (b"hello world", "zStV1DL6CwTryKyV"), (b"\0\0(\x7f\xb4\xcd", "z11233QC4")],
)
def test_base58_writes_what_the_draft_of_multibase_writes(content, text):
    assert to_base58(content) == text


@pytest.mark.parametrize("text", ["", "StV1DL6CwTryKyV", "zStV0DL", "zSt l", "uAAAA", "z" + "2" * 512, None, 5, "zé"])
def test_other_texts_are_no_base58(text):
    with pytest.raises(SealmarkError) as caught:
        from_base58(text)

    assert caught.value.codes == ("SM750",)


@pytest.mark.parametrize("text", ["AAA=", "AB", "A", "A+==", "AA/A", "AA A", "A\n", "Aé", None, "AAF"])
def test_padding_idle_bits_and_other_alphabets_are_no_base64url(text):
    with pytest.raises(SealmarkError) as caught:
        from_base64url(text)

    assert caught.value.codes == ("SM750",)


def test_a_wrong_size_is_told_in_bytes():
    with pytest.raises(SealmarkError, match="32 bytes instead of 5"):
        from_base58("zCn8eVZg", size=32)
    with pytest.raises(SealmarkError, match="4 bytes instead of 3"):
        from_base64url("AAAA", size=4)
