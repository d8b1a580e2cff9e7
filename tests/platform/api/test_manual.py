"""The manual's table of addresses is the document's."""

import re
from pathlib import Path

from sealmark_platform.interface.whole import interface

MANUAL = Path(__file__).parents[3] / "docs/reference/rest.md"


def test_the_manual_lists_every_address_with_its_filters():
    written = {
        (method, path): re.findall(r"`(\w+)`", filters)
        for method, path, filters in re.findall(r"^\| `(\w+) (\S+)` \|.*\|([^|]*)\|$", MANUAL.read_text(), re.MULTILINE)
    }
    paged = {"limit", "cursor", "format"}

    published = {
        (method.upper(), path.removeprefix("/api/v1")): [
            one["name"] for one in operation.get("parameters", ()) if one["in"] == "query" and one["name"] not in paged
        ]
        for path, item in interface.get_openapi_schema(path_prefix="/api/v1/")["paths"].items()
        for method, operation in item.items()
    }

    assert written == published
