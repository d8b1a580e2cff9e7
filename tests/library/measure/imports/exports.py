"""Short mappings and moments for tests."""

import datetime as dt

CASES = {
    "layout": "cases",
    "columns": {
        "case": {"from": "id", "type": "text", "required": True},
        "opened": {"from": "day", "type": "date", "required": True},
        "n": {"from": "n", "type": "whole"},
    },
}


def columns(**rules):
    return {"columns": {name: {"from": name, "type": kind} for name, kind in rules.items()}}


def utc(*parts):
    return dt.datetime(*parts, tzinfo=dt.UTC)
