import pytest

from tfcmp.errors import WorkError
from tfcmp.inference.temperature import read_temperature
from tfcmp.runs.directory import PREDICTIONS, RESULT, RunDirectory
from tfcmp.runs.files import write_json
from tfcmp.runs.later import TEMPERATURE, write_later


@pytest.fixture
def run(tmp_path):
    directory = RunDirectory(tmp_path)
    write_json(directory.file(RESULT), {"files": {PREDICTIONS: "aa"}})
    return directory


def test_the_fitted_value_is_read(run):
    content = {"temperature": {"value": 1.25, "low": 1.2, "high": 1.3}}
    write_later(run, TEMPERATURE, content, "command", [PREDICTIONS])
    assert read_temperature(run.path) == 1.25


def test_without_one_the_command_that_fits_it_is_named(run):
    told = rf"no temperature\.json; make it with: python -m tfcmp.explain {run.path} --calibrate"
    with pytest.raises(WorkError, match=told):
        read_temperature(run.path)
