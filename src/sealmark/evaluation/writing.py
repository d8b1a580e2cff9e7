"""Write results so that earlier ones stay whole: everything beside the target first, then moved into place."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from sealmark.core.errors import Problem, SealmarkError

__all__ = ["write_files"]


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write all files into ``folder``, or none.

    Raises:
        SealmarkError: SM601 the folder cannot be written; what was there is unchanged.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".sealmark-", dir=folder) as place:
            for name, content in files.items():
                target = Path(place) / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
            for name in files:
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                os.replace(Path(place) / name, folder / name)  # noqa: PTH105 - atomic on one file system
    except OSError as error:
        what = f'The folder "{folder}" cannot be written: {error.strerror or error}.'
        raise SealmarkError(Problem("SM601", what, str(folder), "Choose another with --out, or free it.")) from error
