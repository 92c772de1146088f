import json

import pytest

from tfcmp.errors import WorkError
from tfcmp.runs.artifacts import read_later, read_temperature, write_later
from tfcmp.runs.directory import RunDirectory
from tfcmp.runs.files import write_json
from tfcmp.runs.layout import PREDICTIONS, RESULT, TEMPERATURE

WAY = "python -m tfcmp.diagnose RUN --calibrate"


@pytest.fixture
def run(tmp_path):
    directory = RunDirectory(tmp_path)
    write_json(directory.file(RESULT), {"files": {"model.keras": "aa", PREDICTIONS: "bb"}})
    return directory


def test_what_was_written_is_read_back_with_its_origin(run):
    write_later(run, "new.json", {"value": 1.5}, "the command", ["model.keras"])
    assert read_later(run, "new.json", WAY) == {
        "value": 1.5,
        "command": "the command",
        "computed_from": {"model.keras": "aa"},
    }


def test_a_missing_file_names_the_command_that_makes_it(run):
    with pytest.raises(WorkError, match=f"no new.json; make it with: {WAY}"):
        read_later(run, "new.json", WAY)


def test_a_changed_number_is_found_out(run):
    file = write_later(run, "new.json", {"value": 1.5}, "the command", ["model.keras"])
    file.write_text(file.read_text().replace("1.5", "1.6"))
    with pytest.raises(WorkError, match=r"new\.json is damaged"):
        read_later(run, "new.json", WAY)


def test_a_file_computed_from_another_model_is_refused(run):
    write_later(run, "new.json", {"value": 1.5}, "the command", ["model.keras"])
    result = json.loads(run.file(RESULT).read_text())
    result["files"]["model.keras"] = "cc"
    write_json(run.file(RESULT), result)
    with pytest.raises(WorkError, match=r"computed from another model\.keras"):
        read_later(run, "new.json", WAY)


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
