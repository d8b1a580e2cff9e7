"""Beginning a certification body, and its settings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db import transaction

from sealmark.core.canonical import Json
from sealmark_platform.parties.actions.holding import changing, refused
from sealmark_platform.parties.countries import country_code
from sealmark_platform.parties.models import Body, Person
from sealmark_platform.parties.queries import body_stamp
from sealmark_platform.records.actions import append_record

__all__ = ["LANGUAGES", "SETTINGS", "begin_body", "change_settings"]

LANGUAGES = ("en", "ru", "zh-Hans", "zh-Hant")
SETTINGS = (
    "name", "country", "address", "languages", "cooling_off_days", "reviewer_may_decide", "votes_needed",
    "rotation_evaluations",
)  # fmt: skip
"""What an administrator of a body may change; its code begins the numbers of files and stays."""
_MOST_VOTES, _LONGEST_COOLING_OFF = 25, 3_660


@transaction.atomic
def begin_body(code: str, name: str, country: str, *, at: dt.datetime) -> Body:
    """Return a new certification body.

    Raises:
        SealmarkError: SM837 the code is taken or no short word, or there is no such country.
    """
    try:
        validate_slug(code)
    except ValidationError:
        raise refused("SM837", f'"{code}" is no code.', fix="Letters, digits and hyphens.") from None
    country = country_code(country)
    longest = Body._meta.get_field("code").max_length or 0
    if len(code) > longest or Body.objects.filter(code=code.lower()).exists():
        what = f'The code "{code}" is taken, or longer than {longest} characters.'
        raise refused("SM837", what, fix="It begins the numbers of files: choose a short word.")
    body = Body.objects.create(code=code.lower(), name=name.strip(), country=country)
    append_record(
        "body.begin", actor="operator", at=at, tenant=str(body.pk), subject=f"body:{body.pk}",
        details={"code": body.code, "country": country},
    )  # fmt: skip
    return body


def change_settings(
    body: Body, settings: Mapping[str, Any], *, by: Person, at: dt.datetime, seen: str = ""
) -> tuple[str, ...]:
    """Change settings of a body, and return the names of those that differ; without a difference nothing happens.

    Raises:
        SealmarkError: SM837 no such country, SM890 a setting is not possible, SM801 somebody changed it in between.
    """
    wanted = {name: value for name, value in settings.items() if name in SETTINGS}
    wanted["country"] = country_code(wanted.get("country", body.country), kept=body.country)
    _check(wanted, body)
    differing = tuple(name for name in SETTINGS if name in wanted and getattr(body, name) != wanted[name])
    if not differing:
        return ()
    with changing("body.change-settings", body, by=by, at=at, seen=seen, stamp=lambda: body_stamp(body)) as change:
        for name in differing:
            setattr(body, name, wanted[name])
        body.save(update_fields=differing)
        told: dict[str, Json] = {name: wanted[name] for name in differing if name not in {"name", "address"}}
        change.note(f"body:{body.pk}", changed=list(differing), **told)
    return differing


def _check(wanted: Mapping[str, Any], body: Body) -> None:
    votes = wanted.get("votes_needed", body.votes_needed)
    if not 1 <= votes <= _MOST_VOTES:
        raise refused("SM890", f"{votes} votes cannot be needed.", fix=f"Between 1 and {_MOST_VOTES} are possible.")
    days = wanted.get("cooling_off_days", body.cooling_off_days)
    if not 0 <= days <= _LONGEST_COOLING_OFF:
        what = f"A cooling-off period of {days} days is not possible."
        raise refused("SM890", what, fix=f"Between 0 and {_LONGEST_COOLING_OFF} days are possible.")
    strangers = _strangers(wanted.get("languages", body.languages) or ())
    if strangers:
        what = f"The platform does not know the language {', '.join(strangers)}."
        raise refused("SM890", what, fix=f"One of {', '.join(LANGUAGES)}.")


def _strangers(languages: Iterable[str]) -> list[str]:
    return sorted(set(languages) - set(LANGUAGES))
