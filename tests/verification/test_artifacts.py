import json

import pytest

from tfcmp.diagnostics.temperature import calibrate
from tfcmp.runs.artifacts import write_later
from tfcmp.runs.directory import RunDirectory
from tfcmp.runs.layout import BEHAVIOUR, MODEL, PREDICTIONS, TEMPERATURE
from tfcmp.verification.findings import differences
from tfcmp.verification.runs import verify_run


def test_a_run_with_its_later_files_as_they_were_written_has_no_difference(write_run):
    path = write_run()
    calibrate(path, "command")
    write_later(RunDirectory(path), BEHAVIOUR, {"capabilities": {}}, "command", [MODEL])
    assert differences(verify_run(path)) == []


@pytest.mark.parametrize("name", [TEMPERATURE, BEHAVIOUR])
def test_a_changed_later_file_is_named(write_run, name):
    path = write_run()
    sources = [PREDICTIONS if name == TEMPERATURE else MODEL]
    file = write_later(RunDirectory(path), name, {"value": 1}, "command", sources)
    file.write_text(file.read_text().replace('"value": 1', '"value": 2'))
    (told,) = differences(verify_run(path))
    assert f"{name} is damaged" in told


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            lambda content: content["temperature"].update(value=3.0),
            "temperature is 3.0, recomputed",
        ),
        (
            lambda content: content["test"]["after"]["nll"].update(value=3.0),
            "test.after.nll is 3.0, recomputed",
        ),
    ],
)
def test_numbers_of_another_computation_are_found_out(write_run, change, told):
    path = write_run()
    content = calibrate(path, "command")
    content = json.loads(json.dumps(content))
    change(content)
    write_later(RunDirectory(path), TEMPERATURE, content, "command", [PREDICTIONS])
    assert any(told in difference for difference in differences(verify_run(path)))
