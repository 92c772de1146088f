import json
import multiprocessing
import os
import signal
import time
from dataclasses import replace

import pytest

from tfcmp.errors import CallError, TfcmpError, WorkError
from tfcmp.measurement import processes
from tfcmp.measurement.cases import InferenceCase, TrainingCase
from tfcmp.measurement.processes import (
    Job,
    Order,
    _ended,
    _error,
    cluster_variables,
    measure_jobs,
    run_case,
    write_cells,
)
from tfcmp.measurement.record import AXES
from tfcmp.runs.files import write_json
from tfcmp.runs.timing import ContentionMeter, busy_seconds


def test_workers_know_each_other_and_their_own_place():
    found = [json.loads(variables["TF_CONFIG"]) for variables in cluster_variables(2)]
    assert [one["task"]["index"] for one in found] == [0, 1]
    addresses = found[0]["cluster"]["worker"]
    assert found[1]["cluster"]["worker"] == addresses
    assert len(set(addresses)) == 2
    assert all(address.startswith("127.0.0.1:") for address in addresses)


@pytest.mark.parametrize(
    ("code", "told", "kind", "message"),
    [
        (2, "error: --x: wrong\n", CallError, "^--x: wrong$"),
        (1, "noise\nerror: no room\n", WorkError, "^no room$"),
        (-9, "", WorkError, "ended by signal 9.*smaller batch"),
        (1, "Traceback\nValueError: a defect", RuntimeError, "a defect"),
    ],
)
def test_the_error_of_a_process_is_told_as_ours(code, told, kind, message):
    with pytest.raises(kind, match=message):
        raise _error(code, told)


def test_the_process_that_ends_first_is_told_first_with_its_code_or_signal():
    context = multiprocessing.get_context("spawn")
    started = [
        context.Process(target=time.sleep, args=(60,)),
        context.Process(target=os._exit, args=(3,)),
        context.Process(target=os.abort),
    ]
    try:
        for process in started:
            process.start()
        ended = _ended(started)
        found = {number: started[number].exitcode for number in (next(ended), next(ended))}
    finally:
        for process in started:
            process.kill()
            process.join()
    assert found == {1: 3, 2: -signal.SIGABRT}


@pytest.fixture
def order(tiny_configuration, tmp_path):
    """Of training of the tiny gru; nothing has been measured."""
    configuration = tiny_configuration("gru")
    files = (tmp_path / "answer0.json", tmp_path / "errors0")
    case = TrainingCase(configuration, (8, 4096), 1, 0.1)
    return Order(case, configuration, tmp_path, False, 0.0, *files, {})


def test_a_cell_is_written_before_the_next_one_is_measured(order, monkeypatch):
    def measure_case(_order):
        yield "short", {"length": 8}
        raise WorkError("no room")

    monkeypatch.setattr(processes, "measure_case", measure_case)
    with pytest.raises(WorkError, match="no room"):
        write_cells(order)
    assert json.loads(order.answer.read_text()) == {"short": {"length": 8}}


@pytest.mark.slow
def test_a_mistake_comes_from_the_process_as_it_would_have_come_from_here(
    tiny_configuration, tmp_path
):
    case = InferenceCase(str(tmp_path), "keras", None, None, (), (), 1, 1, 1.0, is_full=False)
    cells, failure = run_case(case, tiny_configuration(), tmp_path, trust=False)
    assert cells == {}
    assert isinstance(failure, TfcmpError)


@pytest.mark.slow
@pytest.mark.skipif(busy_seconds() is None, reason="the system does not count")
def test_two_workers_are_no_other_work_to_each_other(tiny_configuration, tmp_path):
    configuration = replace(tiny_configuration("gru"), strategy="multi_worker")
    case = TrainingCase(configuration, (64,), 4, 0.5, workers=2, loading="global")
    meter = ContentionMeter()
    cells, failure = run_case(case, configuration, tmp_path, trust=False)
    assert failure is None
    (cell,) = cells.values()
    # To this process both workers are its own.
    around = meter.read()
    beside = around.others / around.capacity
    if beside > 0.05:
        pytest.skip(f"other work took {beside:.0%} of the machine beside the test")
    assert cell["others_share"] < 0.1


def test_what_was_measured_before_a_case_failed_comes_with_the_error(
    tiny_configuration, tmp_path, monkeypatch
):
    def run_all(orders):
        write_json(orders[0].answer, {"short": {"length": 8}})
        raise WorkError("no room")

    monkeypatch.setattr(processes, "_run_all", run_all)
    configuration = tiny_configuration("gru")
    case = TrainingCase(configuration, (8, 4096), 1, 0.1)
    cells, failure = run_case(case, configuration, tmp_path, trust=False)
    assert cells == {"short": {"length": 8}}
    assert str(failure) == "no room"


LOST = (WorkError("no room"), CallError("cannot hold it"))


def case_of(engine):
    return InferenceCase("run", engine, "float32", None, (), (), 1, 1, 1.0, is_full=False)


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
    """The function (cases, errors by engine) -> what was measured; processes are not started."""

    def run(engines, errors, folder=tmp_path / "out", rounds=1):
        asked = []

        def run_case(one, *_rest):
            asked.append(one.engine)
            error = errors.get(one.engine)
            if isinstance(error, RuntimeError):
                raise error
            return ({} if error in LOST else {one.key(): cell()}), error

        monkeypatch.setattr(processes, "run_case", run_case)
        try:
            jobs = [Job(case_of(engine), tiny_configuration(), folder) for engine in engines]
            found = measure_jobs(jobs, tmp_path, False, "command", rounds)
        except CallError as error:
            return asked, error
        return asked, found[folder]

    return run


def test_a_case_that_fails_ends_no_other(run_all, tmp_path):
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


def test_what_a_case_measured_before_it_failed_is_kept(run_all, tmp_path):
    _, found = run_all(["keras"], {"keras": WorkError("the longest does not fit")})
    assert list(found.failures) == list(found.new["inference"]) == ["keras float32"]
    assert "keras float32" in json.loads((tmp_path / "out" / "bench.json").read_text())["inference"]


def test_processes_are_measured_in_turn_and_pooled(run_all):
    asked, found = run_all(["keras", "onnx"], {}, rounds=3)
    assert asked == ["keras", "onnx"] * 3
    cells = found.new["inference"].values()
    assert [cell["processes"] for cell in cells] == [3, 3]
    assert len({cell["session"] for cell in cells}) == 1


def test_a_case_that_failed_is_not_tried_in_further_rounds(run_all):
    asked, found = run_all(["keras", "onnx"], {"keras": LOST[0]}, rounds=2)
    assert asked == ["keras", "onnx", "onnx"]
    assert list(found.new["inference"]) == ["onnx float32"]
