"""Files that others read while they are written: what was seen of a log, tiles, lists."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["write_whole"]


def write_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; readers see the old one until the new one is there.

    Args:
        path: Of the file; its folder is there.
        content: All of it.

    Raises:
        OSError: The folder cannot be written.
    """
    rough = path.with_name(f".{path.name}.{os.getpid()}.part")
    with rough.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    rough.replace(path)
