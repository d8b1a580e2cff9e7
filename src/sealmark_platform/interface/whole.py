"""The interface as a whole: what belongs to certification files, and the desks of bodies."""

from __future__ import annotations

from functools import partial

from sealmark_platform.api.interface import BODIES, PARTS, make_interface
from sealmark_platform.interface import (
    assessments,
    bodies,
    calendars,
    changes,
    complaints,
    days,
    editions,
    meetings,
    outside,
    own,
)
from sealmark_platform.interface.typed import spread

__all__ = ["interface"]

_DESK = (own, bodies, editions, changes, days, calendars, meetings, complaints, assessments, outside)
interface = make_interface(
    (*PARTS, *(part.router for part in _DESK)),
    BODIES,
    finish=partial(spread, operation_id="do_change", changes=changes.CHANGES),
)
