"""The platform's settings with a clock that a journey can put forward: a file says by how many days."""

import datetime as dt
import os
from pathlib import Path

from django.utils import timezone

from sealmark_platform.settings import *  # noqa: F403

# A journey asks for a result and looks at it; that others do the work in between has tests of its own.
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}

_NOW = timezone.now
_AHEAD = Path(os.environ["SEALMARK_JOURNEY_CLOCK"])


def _now():
    return _NOW() + dt.timedelta(days=int(_AHEAD.read_text()))


timezone.now = _now
