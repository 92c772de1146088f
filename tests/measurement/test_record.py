import json
import shutil

import pytest

from tfcmp.errors import WorkError
from tfcmp.measurement.record import AXES, read_record, write_record
from tfcmp.runs.directory import RunDirectory
from tfcmp.runs.later import BENCH, read_later

SECTIONS = {
    "training": {"a": {"x": 1}},
    "inference": {},
    "scaling": {},
    "audit": {},
    "crossings": {},
}


def engine(value):
    return dict.fromkeys(AXES, value)


@pytest.fixture
def run(tmp_path, finished_run):
    return shutil.copytree(finished_run, tmp_path / "run")


def test_what_is_written_is_read_again(tmp_path):
    write_record(tmp_path, SECTIONS, "command")
    assert read_record(tmp_path) == SECTIONS


def test_where_nothing_was_measured_the_sections_are_empty(tmp_path):
    assert not any(read_record(tmp_path).values())


def test_a_damaged_file_is_an_error(tmp_path):
    file = write_record(tmp_path, SECTIONS, "command")
    file.write_text(file.read_text().replace('"x": 1', '"x": 2'))
    with pytest.raises(WorkError, match="is damaged"):
        read_record(tmp_path)
    for content in ("{", "[1]", "3"):
        file.write_text(content)
        with pytest.raises(WorkError, match="is damaged"):
            read_record(tmp_path)


def test_in_a_run_it_is_a_later_file_like_the_others(run):
    write_record(run, SECTIONS, "command")
    assert read_later(RunDirectory(run), BENCH, "way")["command"] == "command"


def test_what_was_measured_of_a_replaced_model_is_left_behind(run):
    write_record(run, SECTIONS, "command")
    result = json.loads((run / "result.json").read_text())
    result["files"]["model.keras"] = "another"
    (run / "result.json").write_text(json.dumps(result))
    assert not any(read_record(run).values())


def test_the_axes_are_those_of_the_usual_engine(tmp_path):
    engines = {"onnx int8": engine(1), "keras float32": engine(2)}
    file = write_record(tmp_path, {**SECTIONS, "inference": engines}, "command")
    content = json.loads(file.read_text())
    assert {content[axis] for axis in AXES} == {2}
    assert content["axes_of"] == "keras float32"
