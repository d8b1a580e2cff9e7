"""How somebody wants their mail."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from sealmark_platform.parties.models import Mailbox, Person
from sealmark_platform.records.actions import append_record

__all__ = ["change_mailbox"]


@transaction.atomic
def change_mailbox(person: Person, *, language: str, rhythm: str, at: dt.datetime) -> None:
    """Keep a person's own choice of language and rhythm; without a difference nothing happens."""
    box, _ = Mailbox.objects.select_for_update().get_or_create(person=person)
    if (box.rhythm, person.language) == (rhythm, language):
        return
    box.rhythm, person.language = rhythm, language
    box.save(update_fields=["rhythm"])
    person.save(update_fields=["language"])
    append_record(
        "person.change-mailbox", actor=str(person.pk), at=at, subject=f"person:{person.pk}",
        details={"language": language, "rhythm": rhythm},
    )  # fmt: skip
