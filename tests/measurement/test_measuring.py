import json

import pytest

from tfcmp.errors import CallError, WorkError
from tfcmp.measurement import measuring
from tfcmp.measurement.arms import InferenceArm
from tfcmp.measurement.measuring import Case, measure_cases
from tfcmp.measurement.record import AXES

LOST = (WorkError("no room"), CallError("cannot hold it"))


def arm(engine):
    return InferenceArm("run", engine, "float32", None, (), (), 1, 1, 1.0, is_full=False)


def cell():
    return {
        **dict.fromkeys(AXES, 1.0),
        "is_full": False,
        "conditions": {},
        "others_share": 0.0,
        "audit": {"recurrent_layers": {}},
    }


@pytest.fixture
def run_all(monkeypatch, tmp_path, tiny_configuration):
    """The function (arms, errors by engine) -> what was measured; processes are not started."""

    def run(engines, errors, folder=tmp_path / "out", processes=1):
        asked = []

        def run_arm(one, *_rest):
            asked.append(one.engine)
            error = errors.get(one.engine)
            if isinstance(error, RuntimeError):
                raise error
            return ({} if error in LOST else {one.key(): cell()}), error

        monkeypatch.setattr(measuring, "run_arm", run_arm)
        try:
            cases = [Case(arm(engine), tiny_configuration(), folder) for engine in engines]
            found = measure_cases(cases, tmp_path, False, "command", processes)
        except CallError as error:
            return asked, error
        return asked, found[folder]

    return run


def test_an_arm_that_fails_ends_no_other(run_all, tmp_path):
    errors = {"keras": LOST[0], "openvino": LOST[1]}
    asked, found = run_all(["keras", "onnx", "openvino"], errors)
    assert asked == ["keras", "onnx", "openvino"]
    assert list(found.failures.values()) == list(errors.values())
    assert list(found.failures) == ["keras float32", "openvino float32"]
    assert list(found.new["inference"]) == ["onnx float32"]
    content = json.loads((tmp_path / "out" / "bench.json").read_text())
    assert list(content["inference"]) == ["onnx float32"]
    assert content["inference"]["onnx float32"]["command"] == "command"


def test_kernels_stand_beside_the_times_under_the_same_key(run_all):
    _, found = run_all(["keras"], {})
    assert found.record["audit"] == {"keras float32": {"recurrent_layers": {}}}
    assert "audit" not in found.record["inference"]["keras float32"]


def test_a_folder_that_cannot_be_made_is_told_before_the_first_arm(run_all, tmp_path):
    (tmp_path / "file").touch()
    asked, error = run_all(["keras"], {}, tmp_path / "file" / "out")
    assert asked == []
    assert "change --out" in str(error)


def test_a_defect_is_not_hidden(run_all):
    with pytest.raises(RuntimeError, match="a defect"):
        run_all(["keras"], {"keras": RuntimeError("a defect")})


def test_what_an_arm_measured_before_it_failed_is_kept(run_all, tmp_path):
    _, found = run_all(["keras"], {"keras": WorkError("the longest does not fit")})
    assert list(found.failures) == list(found.new["inference"]) == ["keras float32"]
    assert "keras float32" in json.loads((tmp_path / "out" / "bench.json").read_text())["inference"]


def test_processes_are_measured_in_turn_and_pooled(run_all):
    asked, found = run_all(["keras", "onnx"], {}, processes=3)
    assert asked == ["keras", "onnx"] * 3
    cells = found.new["inference"].values()
    assert [cell["processes"] for cell in cells] == [3, 3]
    assert len({cell["session"] for cell in cells}) == 1


def test_an_arm_that_failed_is_not_tried_in_further_rounds(run_all):
    asked, found = run_all(["keras", "onnx"], {"keras": LOST[0]}, processes=2)
    assert asked == ["keras", "onnx", "onnx"]
    assert list(found.new["inference"]) == ["onnx float32"]
