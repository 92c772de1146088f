import json

import numpy as np
import pytest

from tfcmp.errors import WorkError
from tfcmp.reporting.load.runs import read_apart, read_lines, read_measured, read_run
from tfcmp.runs.artifacts import write_later
from tfcmp.runs.directory import RunDirectory


def test_a_run_is_read_with_its_answers_in_the_order_of_the_ids(write_run):
    run = read_run(write_run("gru", 3))
    answers = run.answers["test"]
    assert (run.model, run.seed, len(run.epochs())) == ("gru", 3, 2)
    assert (answers.ids[:-1] < answers.ids[1:]).all()
    assert answers.probabilities.shape == (200, 2)
    assert answers.correct.mean() == run.result["test"]["accuracy"]["value"]


def test_runs_of_the_same_texts_have_the_same_rows(write_run):
    first, second = (read_run(write_run("gru", seed)).answers["test"] for seed in (1, 2))
    assert (first.ids == second.ids).all()
    assert (first.labels == second.labels).all()
    assert not np.allclose(first.probabilities, second.probabilities)


@pytest.mark.parametrize("name", ["predictions.parquet", "metrics.jsonl", "timing.json"])
def test_a_file_that_was_altered_is_refused(write_run, name):
    path = write_run()
    with (path / name).open("ab") as stream:
        stream.write(b" ")
    with pytest.raises(WorkError, match=name):
        read_run(path)


def test_weights_are_not_needed(write_run):
    path = write_run()
    (path / "model.keras").unlink()
    assert read_run(path).model == "gru"


def test_predictions_that_are_no_table_are_told_in_a_sentence(write_run):
    path = write_run()
    result = RunDirectory(path).read_json("result.json")
    (path / "predictions.parquet").write_text("nothing")
    del result["files"]
    RunDirectory(path).complete(result)
    with pytest.raises(WorkError, match="expected a table of predictions"):
        read_run(path)


def test_a_line_cut_short_by_a_kill_ends_the_log(tmp_path):
    (tmp_path / "metrics.jsonl").write_text('{"event": "epoch"}\n{"event": "ep')
    assert read_lines(tmp_path) == [{"event": "epoch"}]


def test_files_of_later_commands_are_read_by_name(write_run):
    run = RunDirectory(write_run())
    write_later(run, "bench.json", {"latency_p90_ms": 4.0}, "bench", ["model.keras"])
    assert read_measured(run)["bench"]["latency_p90_ms"] == 4.0


@pytest.mark.parametrize("name", ["bench", "explanation", "behaviour"])
def test_a_changed_file_is_named(write_run, name):
    run = RunDirectory(write_run())
    file = write_later(run, f"{name}.json", {"value": 4.0}, "again", ["model.keras"])
    file.write_text(file.read_text().replace("4.0", "3.0"))
    with pytest.raises(WorkError, match=f"{name}.json is damaged"):
        read_measured(run)


def test_a_bench_without_a_run_is_read_and_its_damage_found(tmp_path, write_run):
    run = RunDirectory(write_run())
    file = write_later(run, "bench.json", {"training": {}}, "bench", [])
    alone = tmp_path / "bench"
    alone.mkdir()
    (alone / "bench.json").write_text(file.read_text())
    assert read_apart(alone)["bench"]["training"] == {}
    content = json.loads(file.read_text())
    (alone / "bench.json").write_text(json.dumps({**content, "training": {"a": 1}}))
    with pytest.raises(WorkError, match="damaged"):
        read_apart(alone)
