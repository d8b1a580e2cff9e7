"""Fill an empty platform with what the journeys in a browser begin from. Run as a program of its own."""

import datetime as dt

import django
from django.utils import timezone

if __name__ == "__main__":
    django.setup()

    from tests.platform import people

    # The pages act at the present moment: what was before them must not lie in the future or long ago.
    people.START = timezone.now() - dt.timedelta(days=20)
    world = people.World()
    world.certified()
    world.reviewed(world.agreed())
