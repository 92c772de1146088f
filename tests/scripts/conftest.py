"""Scripts are no package: their folder is put where Python looks for modules, as running one does."""

import runpy
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

# Files of tests are no modules to import from.
WRITTEN = runpy.run_path(str(ROOT / "tests" / "reporting" / "conftest.py"))
write_run, write_run_directory = WRITTEN["write_run"], WRITTEN["write_run_directory"]
write_search = WRITTEN["write_search"]


@pytest.fixture(scope="session")
def settings_of():
    """The function (model, seed, training, data) -> settings of a run that was written."""
    return WRITTEN["configuration_of"]
