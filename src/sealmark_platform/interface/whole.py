"""The interface as a whole: what belongs to certification files, and the desks of bodies."""

from __future__ import annotations

from sealmark_platform.api.interface import BODIES, PARTS, make_interface
from sealmark_platform.interface import assessments, bodies, changes, complaints, days, editions, meetings, own

__all__ = ["interface"]

_DESK = (own, bodies, editions, changes, days, meetings, complaints, assessments)
interface = make_interface(
    (*PARTS, *(part.router for part in _DESK)), {**BODIES, "do_change": changes.CHANGE_BODY}
)  # fmt: skip
