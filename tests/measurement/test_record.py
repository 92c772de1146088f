import json
import shutil

import pytest

from tfcmp.errors import WorkError
from tfcmp.measurement.record import AXES, keep_inference, pool, read_record, write_record
from tfcmp.runs.artifacts import read_later
from tfcmp.runs.directory import RunDirectory
from tfcmp.runs.layout import BENCH

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


def answers(value, *, is_full, threads=2, others=0.0, **curves):
    return {
        **engine(value),
        "is_full": is_full,
        "conditions": {"threads": threads},
        "others_share": others,
        "by_length": {},
        "by_batch_size": {},
        "command": f"command {value}",
        **curves,
    }


def kept(*cells):
    inference = {}
    for cell in cells:
        keep_inference(inference, "keras float32", cell)
    return inference


def test_a_shorter_sample_adds_its_curves_to_a_full_one_and_changes_no_figure():
    full = answers(1, is_full=True, by_length={"32": {"p": 1}, "64": {"p": 1}})
    short = answers(2, is_full=False, by_length={"64": {"p": 2}}, by_batch_size={"8": {"p": 2}})
    (found,) = kept(full, short).values()
    assert {found[axis] for axis in AXES} == {1}
    assert found["is_full"]
    assert found["by_length"] == {"32": {"p": 1}, "64": {"p": 2}}
    assert found["by_batch_size"] == {"8": {"p": 2}}
    assert (found["command"], found["curves_command"]) == ("command 1", "command 2")


@pytest.mark.parametrize("other", [{"threads": 4}, {"others": 0.3}])
def test_a_shorter_sample_under_other_conditions_or_beside_other_work_stands_apart(other):
    full = answers(1, is_full=True)
    found = kept(full, answers(2, is_full=False, **other))
    assert found["keras float32"] == full
    assert found["keras float32, short"]["latency_p90_ms"] == 2


@pytest.mark.parametrize(("first", "second"), [(False, False), (False, True), (True, True)])
def test_otherwise_the_newer_one_takes_the_place(first, second):
    new = answers(2, is_full=second)
    assert kept(answers(1, is_full=first), new) == {"keras float32": new}


def cell(value, **others):
    quantity = {"value": value, "low": value, "high": value, "coverage": 0.97, "measurements": 6}
    return {"rate": quantity, "others_share": 0.0, "peak": value, "name": "gru", **others}


def test_one_process_keeps_what_it_measured():
    found = pool([cell(2.0)])
    assert found["rate"] == {**cell(2.0)["rate"], "by_process": [2.0]}
    assert found["processes"] == 1


def test_the_value_is_the_geometric_mean_of_the_processes():
    found = pool([cell(1.0), cell(4.0), cell(2.0)])
    assert found["rate"]["value"] == pytest.approx(2.0)
    assert found["rate"]["low"] < 1.0 < 4.0 < found["rate"]["high"]
    assert found["rate"]["by_process"] == [1.0, 4.0, 2.0]
    assert found["rate"]["measurements"] == 18
    assert found["processes"] == 3


def test_of_other_numbers_the_median_stays_and_of_words_the_first():
    found = pool([cell(1.0), cell(9.0), cell(2.0)])
    assert (found["peak"], found["name"]) == (2.0, "gru")


def test_the_load_is_that_of_the_busiest_process_and_an_unknown_one_stays_unknown():
    assert pool([cell(1.0), cell(1.0, others_share=0.3)])["others_share"] == 0.3
    assert pool([cell(1.0), cell(1.0, others_share=None)])["others_share"] is None
    assert pool([cell(1.0), cell(1.0, is_slowed=True)])["is_slowed"]
    gpu = pool([cell(1.0, other_gpu_processes=one) for one in (0, 2, 0)])
    assert gpu["other_gpu_processes"] == 2


def test_what_one_process_could_not_measure_is_left_out_of_all():
    curves = [{"8": {"queries": 3}}, {"8": {"left_out": "no memory"}}]
    found = pool([cell(1.0, by_batch_size=curve) for curve in curves])
    assert found["by_batch_size"] == {"8": {"left_out": "no memory"}}
