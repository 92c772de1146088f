import json

import pytest

from tfcmp.errors import WorkError
from tfcmp.runs.artifacts import read_later, write_later
from tfcmp.runs.directory import RunDirectory
from tfcmp.runs.files import write_json
from tfcmp.runs.layout import RESULT

WAY = "python -m tfcmp.diagnose RUN --calibrate"


@pytest.fixture
def run(tmp_path):
    directory = RunDirectory(tmp_path)
    write_json(
        directory.file(RESULT), {"files": {"model.keras": "aa", "predictions.parquet": "bb"}}
    )
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
