"""Which passwords are taken, and how they are kept."""

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

WIDE = "".join(chr(ord(letter) + 0xFEE0) for letter in "sealmarksealmark")


@pytest.mark.parametrize(
    "password",
    [
        "fourteen chars", "passwordpassword", "password1234567!!", "aaaaaaaaaaaaaaaa", "123456789012345",
        "abcabcabcabcabcabc", "Ada-oak Ada-oak Ada-oak", "ada-oak@example.org", "SealMark SealMark 2026",
        "Body Oak Body Oak 1!", WIDE, "qwertyuiopqwertyuiop", "abcdefghijklmnop",
    ],
)  # fmt: skip
def test_what_somebody_would_guess_is_refused(world, password):
    with pytest.raises(ValidationError):
        validate_password(password, world.ada)


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple", "nine quiet herons wade", "аист несёт зелёную лампу домой",
        "秋風起兮白雲飛草木黃落兮雁南歸", "x7!kQ2#vLp9@zR4m", "pässwörter sind über flüssig", "a" + "quiet heron " * 20,
    ],
)  # fmt: skip
def test_long_ones_in_every_script_are_taken_without_rules_of_composition(world, password):
    validate_password(password, world.ada)


def test_a_password_opens_however_its_letters_were_put_together(world):
    world.ada.set_password("cafe\N{COMBINING ACUTE ACCENT} au lait \N{FULLWIDTH LATIN SMALL LETTER A}")

    assert world.ada.check_password("caf\N{LATIN SMALL LETTER E WITH ACUTE} au lait a")
    assert not world.ada.check_password("cafe au lait a")
    assert not world.ada.check_password(None)


def test_a_password_kept_by_an_earlier_version_still_opens(world):
    old = "cafe\N{COMBINING ACUTE ACCENT} au lait, twice"
    world.ada.password = make_password(old)

    assert world.ada.check_password(old)
    assert not world.ada.check_password("something else altogether")


def test_nobody_without_a_password_has_an_empty_one(world):
    world.ada.set_password(None)

    assert not world.ada.has_usable_password()
    assert not world.ada.check_password("")
