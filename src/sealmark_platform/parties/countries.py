"""Codes of countries: those for which the reader's language has a name."""

from __future__ import annotations

import functools

from babel import Locale

from sealmark.core.errors import Problem, SealmarkError

__all__ = ["country_code"]

_NO_COUNTRIES = frozenset({"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"})
"""Two letters in the list of names that stand for a part of a country, for several, or for none (CLDR)."""


def country_code(text: str, *, kept: str = "") -> str:
    """Return the code of a country in capitals.

    Args:
        text: As it was written.
        kept: What stands there already: it may stay, whatever it is.

    Raises:
        SealmarkError: SM837 there is no such country.
    """
    code = text.upper()
    if code != kept and code not in _countries():
        fix = "Two letters of ISO 3166-1, such as GB or CN."
        raise SealmarkError(Problem("SM837", f'"{text}" is no country code.', fix=fix))
    return code


@functools.cache
def _countries() -> frozenset[str]:
    named = map(str, Locale("en").territories)
    return frozenset(code for code in named if len(code) == 2 and code.isalpha()) - _NO_COUNTRIES  # noqa: PLR2004
