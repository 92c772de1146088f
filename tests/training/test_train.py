"""The whole path, broken off at several places and gone on with, against one unbroken run."""

import json

import keras
import numpy as np
import pyarrow.parquet
import pytest

from tfcmp.runs.directory import RunDirectory, create_run, resume_run
from tfcmp.training.train import train

TRAINING = {"epochs": 2, "optimizer": "adamw", "schedule": "linear", "warmup_share": 0.1}
# Lines of metrics.jsonl at which the run breaks off: in the first epoch, at its end, and between
# the line of an epoch and its checkpoint.
BREAKS = (2, 3, 5)
TIMES = ("seconds", "examples_per_second", "tokens_per_second")


@pytest.fixture(scope="module")
def configuration(tiny_configuration):
    return tiny_configuration("gru", **TRAINING)


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory, configuration, shared_cache):
    run = create_run(tmp_path_factory.mktemp("unbroken"), "gru", "run")
    train(configuration, run, shared_cache)
    run.unlock()
    return run.path


@pytest.fixture(scope="module")
def resumed(tmp_path_factory, configuration, shared_cache):
    run = create_run(tmp_path_factory.mktemp("resumed"), "gru", "run")
    for lines in BREAKS:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(RunDirectory, "append_metrics", stopping_at(lines))
            with pytest.raises(KeyboardInterrupt):
                train(configuration, run, shared_cache)
        run.unlock()
        run = resume_run(run.path)
    train(configuration, run, shared_cache)
    run.unlock()
    return run.path


def stopping_at(lines):
    append = RunDirectory.append_metrics

    def append_and_stop(run, line):
        append(run, line)
        if len(run.file("metrics.jsonl").read_text().splitlines()) == lines:
            raise KeyboardInterrupt

    return append_and_stop


def metrics(path):
    """The lines of metrics.jsonl without their times."""
    lines = [json.loads(line) for line in (path / "metrics.jsonl").read_text().splitlines()]
    return [{key: value for key, value in line.items() if key not in TIMES} for line in lines]


def read(path, name):
    return json.loads((path / name).read_text())


def test_a_resumed_run_ends_with_the_same_weights(unbroken, resumed):
    models = [keras.saving.load_model(path / "model.keras") for path in (unbroken, resumed)]
    for one, other in zip(*(model.get_weights() for model in models), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_resumed_run_ends_with_the_same_predictions(unbroken, resumed):
    tables = [
        pyarrow.parquet.read_table(path / "predictions.parquet") for path in (unbroken, resumed)
    ]
    assert tables[0].equals(tables[1])


def test_a_resumed_run_has_the_same_metrics_apart_from_times(unbroken, resumed):
    assert len(metrics(unbroken)) == 10
    assert metrics(resumed) == metrics(unbroken)


def test_a_resumed_run_has_the_same_result(unbroken, resumed):
    results = [read(path, "result.json") for path in (unbroken, resumed)]
    for result in results:
        result.pop("files")
        result.pop("sha256")
    assert results[0] == results[1]


def test_sessions_are_counted_and_their_times_add_up(unbroken, resumed):
    timing = read(resumed, "timing.json")
    assert read(unbroken, "timing.json")["sessions"] == 1
    assert timing["sessions"] == 1 + len(BREAKS)
    lines = [json.loads(line) for line in (resumed / "metrics.jsonl").read_text().splitlines()]
    segments = sum(line["seconds"] for line in lines if line["event"] == "segment")
    assert timing["seconds"]["training"] == pytest.approx(segments, abs=1e-3)


def test_no_file_of_a_complete_run_changes_when_it_is_used(finished_run):
    import tfcmp

    before = {file.name: file.read_bytes() for file in finished_run.iterdir()}
    tfcmp.load(finished_run).predict(["a text"])
    assert {file.name: file.read_bytes() for file in finished_run.iterdir()} == before
