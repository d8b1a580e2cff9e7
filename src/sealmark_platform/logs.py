"""Log lines as JSON objects, without personal data: no addresses of people, no bodies of requests, no values."""

from __future__ import annotations

import datetime as dt
import json
import logging

__all__ = ["JsonLines"]


class JsonLines(logging.Formatter):
    """Writes a record as one line of JSON.

    The message is kept as its pattern, without the values filled in: those may be
    names or addresses. Of an error the kind and the place are kept, not its text.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        at = dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds")
        told: dict[str, object] = {"at": at, "level": record.levelname, "logger": record.name, "event": str(record.msg)}
        status = getattr(record, "status_code", None)
        if status is not None:
            told["status"] = status
        if record.exc_info and record.exc_info[0] is not None:
            told["error"] = record.exc_info[0].__name__
            told["trace"] = _places(record)
        return json.dumps(told, ensure_ascii=False)


def _places(record: logging.LogRecord) -> list[str]:
    assert record.exc_info is not None
    trace, found = record.exc_info[2], []
    while trace is not None:
        code = trace.tb_frame.f_code
        found.append(f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return found[-12:]
