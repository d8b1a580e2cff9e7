"""Publishing right after an act: what goes wrong here is told to the log of the platform, and done by the next tick."""

from __future__ import annotations

import datetime as dt
import logging
import uuid

from sealmark.core.errors import SealmarkError
from sealmark_platform.attestation.models import SigningKey
from sealmark_platform.attestation.publishing import publish_all
from sealmark_platform.casework.models import Certificate
from sealmark_platform.records.publishing import publish_log

__all__ = ["publish_after"]

_logger = logging.getLogger(__name__)


def publish_after(*, key: uuid.UUID, at: dt.datetime, **_: object) -> None:
    """Publish a certificate, its status and the log."""
    found = Certificate.objects.filter(pk=key).select_related("file")
    if not SigningKey.objects.filter(body__files__certificate=key, retired_at=None).exists():
        return
    try:
        done = publish_all(found, at)
        problems = list(done.problems)
        publish_log(at)
    except SealmarkError as error:
        problems = list(error.problems)
    except OSError:
        _logger.exception("A certificate was not published; the next tick tries again.")
        return
    for problem in problems:
        _logger.error("A certificate was not published: %s", problem)
