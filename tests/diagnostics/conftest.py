import runpy
from pathlib import Path

import pytest

WRITTEN = runpy.run_path(str(Path(__file__).parents[1] / "reporting" / "conftest.py"))


@pytest.fixture
def write_run(tmp_path):
    """The function that writes a run and gives its path, see tests/reporting/conftest.py."""

    def write(model="gru", seed=1, **settings):
        return WRITTEN["make_run_directory"](tmp_path / "runs", model, seed, **settings)

    return write
