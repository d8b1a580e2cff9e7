"""Files that a test writes and imports."""

import pytest

from sealmark.core.errors import SealmarkError
from sealmark.measure.imports.importing import import_table
from sealmark.measure.imports.mapping import mapping_from


@pytest.fixture
def load(tmp_path):
    """Return a function that writes a file and imports it."""

    def run(content, mapping, name="export.csv", **options):
        file = tmp_path / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return import_table(file, mapping_from(mapping), **options)

    return run


@pytest.fixture
def refuse(load):
    """Return a function that imports a bad file and returns its problems."""

    def run(content, mapping, name="export.csv", **options):
        with pytest.raises(SealmarkError) as caught:
            load(content, mapping, name, **options)
        return caught.value.problems

    return run
