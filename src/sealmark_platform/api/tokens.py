"""Making, knowing and revoking tokens."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
import uuid
from collections.abc import Collection

from django.db.models import Q

from sealmark_platform.api.models import Token
from sealmark_platform.api.problems import refuse
from sealmark_platform.parties.models import Person

__all__ = ["LONGEST_DAYS", "SCOPES", "known_token", "make_token", "revoke_token"]

SCOPES = ("read", "act", "register")
"""read: see what the person sees; act: do what the person may do; register: the public register alone."""
LONGEST_DAYS = 366
_USED_EVERY = dt.timedelta(minutes=5)


def _digest(secret: str) -> str:
    # The secret has 256 random bits: a slow hash would protect nothing more.
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def make_token(
    person: Person, name: str, scopes: Collection[str], *, expires_on: dt.date, at: dt.datetime
) -> tuple[Token, str]:
    """Return a new token and its secret, which nobody can read again.

    Raises:
        SealmarkError: SM871 no or unknown scopes, or it would expire before tomorrow or after more than a year.
    """
    unknown = sorted(set(scopes) - {*SCOPES})
    if unknown or not scopes:
        what = f'There is no scope "{unknown[0]}".' if unknown else "A token needs at least one scope."
        raise refuse("SM871", what, fix=f"Choose among {', '.join(SCOPES)}.", where="scopes")
    if not 0 < (expires_on - at.date()).days <= LONGEST_DAYS:
        fix = f"Choose a day within {LONGEST_DAYS} days."
        raise refuse("SM871", f"A token cannot expire on {expires_on}.", fix=fix, where="expires_on")
    secret = f"smk_{secrets.token_urlsafe(32)}"
    ordered = [scope for scope in SCOPES if scope in scopes]
    token = Token.objects.create(
        person=person, name=name.strip()[:100], digest=_digest(secret), begins=secret[:10], scopes=ordered,
        made_at=at, expires_on=expires_on,
    )  # fmt: skip
    return token, secret


def known_token(secret: str, at: dt.datetime) -> Token | None:
    """Return the token of a secret, if it may be used now, and note its use."""
    valid = Token.objects.filter(digest=_digest(secret), revoked_at=None, expires_on__gte=at.date())
    token = valid.filter(person__is_active=True).select_related("person").first()
    if token is not None and (token.used_at is None or token.used_at < at - _USED_EVERY):
        # One write in five minutes is enough to see which tokens are still in use.
        Token.objects.filter(pk=token.pk).update(used_at=at)
    return token


def revoke_token(person: Person, pk: uuid.UUID, at: dt.datetime) -> bool:
    """Make a token of a person worthless; False: they have no such token."""
    return bool(Token.objects.filter(Q(revoked_at=None), person=person, pk=pk).update(revoked_at=at))
