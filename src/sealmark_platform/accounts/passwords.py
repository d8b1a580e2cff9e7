"""Which passwords are refused: those that somebody would guess (NIST SP 800-63B-4, section 3.1.1.2)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from itertools import pairwise

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from sealmark_platform.parties.models import Body, Person

__all__ = ["GuessablePasswordValidator"]

_OWN_CHARACTERS = 6
_SHORTEST_WORD = 3
_SERVICE = ("sealmark", "password", "certification")


class GuessablePasswordValidator:
    """Refuse passwords made of common ones, of repetition, or of the words that stand around the account."""

    def __init__(self) -> None:
        self.common = CommonPasswordValidator().passwords

    def validate(self, password: str, user: object = None) -> None:
        """Refuse a password of which too little is left without what anybody would try.

        Raises:
            ValidationError: It is easily guessed.
        """
        folded = unicodedata.normalize("NFKC", password).casefold()
        core = _without_repetition(folded)
        stripped = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", core)
        if {folded, core, stripped} & self.common or _is_sequence(folded):
            raise ValidationError(_("This password is easily guessed: it is a common one, drawn out."), "guessable")
        if len(set(_without_words(core, _words(user)))) < _OWN_CHARACTERS:
            raise ValidationError(
                _("This password is easily guessed: too little of it is your own. Take several words that nobody "
                  "connects with you or this place."), "guessable",
            )  # fmt: skip

    def get_help_text(self) -> str:
        """Return what the form says before anything is typed."""
        return _("Several words make a good password. Spaces, pasting and every script are welcome.")


def _without_repetition(text: str) -> str:
    """Return the shortest piece that, repeated, makes the text."""
    length = (text + text).find(text, 1)
    return text[:length]


def _is_sequence(text: str) -> bool:
    steps = {(ord(new) - ord(old)) % 10 for old, new in pairwise(text)}
    return len(steps) <= 1


def _words(user: object) -> Iterable[str]:
    """Return the words of the account, its body and this place, longest first."""
    texts = [*_SERVICE]
    if isinstance(user, Person):
        texts += [user.name, user.email]
        for name, code in Body.objects.filter(memberships__person=user).values_list("name", "code").distinct():
            texts += [name, code]
    found = {word for text in texts for word in re.split(r"[\W_]+", text.casefold()) if len(word) >= _SHORTEST_WORD}
    return sorted(found, key=len, reverse=True)


def _without_words(text: str, words: Iterable[str]) -> str:
    for word in words:
        text = text.replace(word, "")
    return re.sub(r"[\W\d_]+", "", text)
