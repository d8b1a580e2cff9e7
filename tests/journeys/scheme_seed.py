"""Fill an empty platform with a body that certifies by one scheme, and one client who has not applied yet."""

import sys
from pathlib import Path

import django

if __name__ == "__main__":
    django.setup()

    from django.utils import timezone
    from tests.platform import people

    scheme, figures = sys.argv[1:]
    people.START = timezone.now()
    world = people.World(scheme=scheme)
    world.edition.overlay = Path(figures).read_text(encoding="utf-8")
    world.edition.save()
