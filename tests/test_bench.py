import json
import runpy
import shutil
from pathlib import Path

import pytest

from tfcmp import bench
from tfcmp.errors import CallError, WorkError
from tfcmp.measurement import processes
from tfcmp.measurement.processes import Measured

CELLS = Path(__file__).parent / "measurement" / "cells.py"
training_cell = runpy.run_path(str(CELLS))["training_cell"]


@pytest.fixture
def measured(monkeypatch):
    """Jobs that would have been measured; nothing is."""
    jobs = []
    monkeypatch.setattr(bench, "_measure", lambda given, *_rest: jobs.extend(given))
    return jobs


def test_a_model_has_its_training_measured(measured, tmp_path):
    out = str(tmp_path / "out")
    call = ["--model", "gru", "--lengths", "8,16", "--batch-sizes", "4,8", "--out", out]
    bench.main([*call, "--cache", str(tmp_path)])
    assert [job.configuration.training.batch_size for job in measured] == [4, 8]
    assert measured[0].case.lengths == (8, 16)
    assert {str(job.folder) for job in measured} == {out}


def test_a_run_has_its_answers_measured(measured, finished_run, tmp_path):
    bench.main([str(finished_run), "--full", "--cache", str(tmp_path)])
    ((case, _, folder, _),) = measured
    assert (case.engine, case.precision, case.is_full) == ("keras", "float32", True)
    assert (case.queries, case.samples, case.seconds) == (1024, 24_576, 60.0)
    assert folder == finished_run


def test_replicas_are_a_list(measured, tmp_path):
    call = ["--model", "gru", "--lengths", "8", "--strategy", "mirrored", "--replicas", "1,2"]
    bench.main([*call, "--cache", str(tmp_path)])
    assert [job.case.replicas for job in measured] == [1, 2, 1, 2]


def test_models_are_measured_in_turn_and_a_transformer_takes_the_size_of_the_recurrent(
    measured, tmp_path
):
    call = ["--model", "gru", "--against", "lstm,transformer", "--lengths", "8"]
    bench.main([*call, "--cache", str(tmp_path)])
    assert [job.configuration.model for job in measured] == ["gru", "lstm", "transformer"]
    assert measured[2].configuration.architecture.match == "gru"
    assert len({job.folder for job in measured}) == 1


def test_answers_of_several_runs_go_into_each_run(measured, finished_run, tmp_path):
    other = shutil.copytree(finished_run, tmp_path / "other")
    bench.main([str(finished_run), str(other), "--cache", str(tmp_path)])
    assert [job.folder for job in measured] == [finished_run, other]


def test_training_of_several_runs_goes_into_one_folder(measured, finished_run, tmp_path):
    other = shutil.copytree(finished_run, tmp_path / "other")
    runs, out = [str(finished_run), str(other)], str(tmp_path / "out")
    bench.main([*runs, "--what", "training", "--out", out, "--cache", str(tmp_path)])
    assert {str(job.folder) for job in measured} == {out}


@pytest.mark.parametrize(
    ("call", "told"),
    [
        ("--model gru --what inference", "answers are measured of a finished run"),
        ("--model gru --lengths 8,x", "--lengths: expected whole numbers above 0"),
        ("--model gru --lengths 0", "--lengths: expected whole numbers above 0"),
        ("--model gru --replicas 1,2", "--replicas needs --strategy"),
        (
            "--model gru --precisions half",
            "--precisions: expected one of 'float32', 'mixed_bfloat16'",
        ),
        ("--model gru --lengths 8 --processes 0", "--processes: expected at least 1"),
        ("--model gru --lengths 8 --against grub", "grub"),
        ("--model gru --lengths 8 --seconds 0", "--repetitions and --seconds: expected"),
        (
            "--model bag_of_ngrams --lengths 8",
            "--lengths: bag_of_ngrams finds its n-grams in real texts",
        ),
        ("no_run", "no such run directory"),
        ("--lengths 8", "--model is missing"),
    ],
)
def test_wrong_calls_are_reported(call, told, tmp_path):
    with pytest.raises(CallError, match=told):
        bench.main([*call.split(), "--cache", str(tmp_path)])


@pytest.mark.parametrize(
    ("engines", "told"),
    [
        ("torch", "engine 'torch': expected one of keras"),
        ("keras:int8", "the keras engine has float32 and bf16; int8 is of onnx"),
        (",", "--engines: expected names"),
    ],
)
def test_an_unknown_engine_is_reported(engines, told, finished_run, tmp_path):
    with pytest.raises(CallError, match=told):
        bench.main([str(finished_run), "--engines", engines, "--cache", str(tmp_path)])


@pytest.mark.parametrize(
    "option",
    ["--precision=mixed_bfloat16", "--precisions=float32", "--repetitions=3", "--seconds=1"],
)
def test_what_is_of_training_is_refused_where_answers_are_measured(option, finished_run, tmp_path):
    told = f"{option.split('=')[0]} is of training.*--engines keras:bf16"
    with pytest.raises(CallError, match=told):
        bench.main([str(finished_run), option, "--cache", str(tmp_path)])


def test_what_is_of_training_is_taken_where_both_are_measured(measured, finished_run, tmp_path):
    call = ["--what", "all", "--seconds", "0.5", "--lengths", "8", "--cache", str(tmp_path)]
    bench.main([str(finished_run), *call])
    training, inference = measured
    assert (training.case.seconds, inference.case.seconds) == (0.5, 10.0)


def test_the_device_is_that_of_the_run_or_of_the_call(measured, finished_run, tmp_path):
    for call in ([], ["--device", "auto"]):
        bench.main([str(finished_run), *call, "--cache", str(tmp_path)])
    # The tiny run was trained on the processor.
    assert [job.case.device for job in measured] == ["cpu", "auto"]


@pytest.fixture
def failing(monkeypatch):
    """The function that sets what the cases give: cells of training, and errors by name."""

    def fail(cells, failures):
        record = {"training": cells, "scaling": {}, "crossings": {}}
        found = Measured({"training": cells, "inference": {}}, record, failures)
        monkeypatch.setattr(
            processes, "measure_jobs", lambda jobs, *_given: {jobs[0].folder: found}
        )

    return fail


def test_what_was_measured_is_shown_before_the_error_of_what_was_not(failing, tmp_path, capsys):
    out = str(tmp_path)
    failures = {"gru, batch 99": WorkError("too large"), "gru, batch 100": WorkError("larger")}
    failing({"gru, batch 4": training_cell("one")}, failures)
    with pytest.raises(WorkError, match="too large"):
        bench.main(["--model", "gru", "--lengths", "8", "--out", out, "--cache", out])
    shown = capsys.readouterr().out
    assert "not measured: gru, batch 99: too large\nnot measured: gru, batch 100: larger" in shown
    assert "gru, batch 4 " in shown
    assert shown.splitlines()[-1] == out


def test_where_nothing_was_measured_there_is_only_the_error(failing, tmp_path, capsys):
    out = str(tmp_path)
    failing({}, {"gru": WorkError("too large")})
    with pytest.raises(WorkError, match="too large"):
        bench.main(["--model", "gru", "--lengths", "8", "--out", out, "--cache", out])
    assert capsys.readouterr().out == ""


@pytest.mark.slow
def test_the_whole_command(finished_run, shared_cache, tmp_path, capsys):
    run = shutil.copytree(finished_run, tmp_path / "run")
    shared = ["--cache", str(shared_cache), "--lengths", "8"]
    bench.main([str(run), *shared])
    bench.main([str(run), "--what", "training", "--seconds", "0.05", *shared])
    out = capsys.readouterr().out
    assert out.splitlines()[-1] == str(run)
    content = json.loads((run / "bench.json").read_text())
    (training,), (inference,) = content["training"].values(), content["inference"].values()
    assert content["latency_p90_ms"] == inference["latency_p90_ms"]
    assert training["command"].endswith("--lengths 8")
    assert training["command"] in out
    assert {*content["training"], *content["inference"]} == set(content["audit"])
    for audit in content["audit"].values():
        assert set(audit["recurrent_layers"]) == {"forward_1", "backward_1"}
    assert (run / "result.json").read_bytes() == (finished_run / "result.json").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("strategy", ["mirrored", "multi_worker"])
def test_replicas_are_measured_and_say_what_they_do_not_show(strategy, tmp_path, capsys):
    call = ["--model", "gru", "--device", "cpu", "--architecture.units", "4", "--lengths", "8"]
    call += ["--seconds", "0.05", "--repetitions", "1", "--out", str(tmp_path / "out")]
    call += ["--strategy", strategy, "--replicas", "1,2", "--cache", str(tmp_path)]
    bench.main(call)
    content = json.loads((tmp_path / "out" / "bench.json").read_text())
    assert len(content["training"]) == 4
    assert {len(found["speed_up"]) for found in content["scaling"].values()} == {2}
    assert "not how fast" in capsys.readouterr().out
