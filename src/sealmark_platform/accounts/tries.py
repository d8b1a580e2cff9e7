"""No more than a hundred failed tries in a row: NIST SP 800-63B-4, section 3.2.2.

The count stands in the database, so that neither a restart nor a second process forgets it. What limits tries per
minute stands in the cache of the process.
"""

from __future__ import annotations

from django.db.models import F

from sealmark_platform.accounts.models import FailedTries
from sealmark_platform.parties.models import Person

__all__ = ["MOST", "count_try", "forget_tries", "is_closed"]

MOST = 100


def is_closed(person: Person) -> bool:
    """Tell whether the password no longer opens the account: only a new one does, or a passkey."""
    return FailedTries.objects.filter(person=person, count__gte=MOST).exists()


def count_try(person: Person) -> bool:
    """Count a failed try; true when it was the last one."""
    FailedTries.objects.get_or_create(person=person)
    FailedTries.objects.filter(person=person).update(count=F("count") + 1)
    return FailedTries.objects.filter(person=person, count=MOST).exists()


def forget_tries(person: Person) -> None:
    """Begin to count anew: somebody signed in, or the password is new."""
    FailedTries.objects.filter(person=person).delete()
