import pytest

from tfcmp.errors import WorkError
from tfcmp.inference.temperature import read_temperature
from tfcmp.runs.artifacts import write_later
from tfcmp.runs.directory import RunDirectory
from tfcmp.runs.files import write_json
from tfcmp.runs.layout import PREDICTIONS, RESULT, TEMPERATURE


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
    told = rf"no temperature\.json; make it with: python -m tfcmp.diagnose {run.path} --calibrate"
    with pytest.raises(WorkError, match=told):
        read_temperature(run.path)


def test_one_that_validation_does_not_determine_is_refused(run):
    content = {"temperature": {"value": 0.05, "low": 0.05, "high": 0.05}, "is_at_bound": True}
    write_later(run, TEMPERATURE, content, "command", [PREDICTIONS])
    told = "validation does not determine the temperature.*leave --calibrated out"
    with pytest.raises(WorkError, match=told):
        read_temperature(run.path)


def test_one_inside_what_was_searched_is_taken(run):
    content = {"temperature": {"value": 1.5, "low": 1.2, "high": 1.8}, "is_at_bound": False}
    write_later(run, TEMPERATURE, content, "command", [PREDICTIONS])
    assert read_temperature(run.path) == 1.5
