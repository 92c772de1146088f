import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tfcmp import compare
from tfcmp.errors import CallError, WorkError
from tfcmp.study import children
from tfcmp.study.file import read_study
from tfcmp.study.plan import make_plan

ROOT = Path(__file__).parents[1]
STUDIES = sorted((ROOT / "configs" / "studies").glob("*.yaml"))
TINY = """
# A study of tiny models.
seeds: [1, 2]
settings:
  device: cpu
  data: {source: diagnostic, train_size: 200, max_length: 40}
  training: {epochs: 2, batch_size: 16, learning_rate: 1e-2}
entries:
  - model: bag_of_ngrams
    settings: {architecture.features: 500}
  - model: gru
    settings: {architecture: {units: 4, embedding_size: 6}}
  - label: matched
    model: transformer
    seeds: [1]
    settings: {architecture: {embedding_size: 64, heads: 2, match: simple_rnn}}
report: {prefer: parameters}
"""


@pytest.fixture
def study_file(tmp_path):
    file = tmp_path / "tiny.yaml"
    file.write_text(TINY)
    return file


@pytest.mark.parametrize("file", STUDIES, ids=lambda file: file.stem)
def test_a_shipped_study_opens_with_its_note_and_can_be_planned(file):
    note = file.read_text().split("\nsettings:")[0].split("\nseeds:")[0]
    assert [part for part in ("Purpose:", "Command:", "Cost", "Found") if part not in note] == []
    assert all(line.startswith("#") for line in note.splitlines())
    assert make_plan(read_study(file), str(file)).runs


def test_the_matched_study_compares_equal_recipes_that_are_searched_alike():
    """All that both families have is equal but the learning rate, which is searched for each."""
    file = ROOT / "configs" / "studies" / "matched_parameters.yaml"
    plan = make_plan(read_study(file), str(file))
    of = {run.name: run.configuration for run in plan.runs if run.name.endswith("seed1")}
    searches = {search.label: search.request for search in plan.searches}
    for recurrent in ("lstm", "gru"):
        both = [of[f"{label}-seed1"] for label in (recurrent, f"transformer_as_{recurrent}")]
        assert both[0].data == both[1].data
        assert replace(both[0].training, learning_rate=1.0) == replace(
            both[1].training, learning_rate=1.0
        )
        for name in ("pooling", "word_dropout", "embedding_dropout", "dropout", "embedding_size"):
            assert getattr(both[0].architecture, name) == getattr(both[1].architecture, name)
        assert searches[recurrent] == searches[f"transformer_as_{recurrent}"]
    assert len(searches) == 4


def test_the_plan_is_shown_and_nothing_done(study_file, tmp_path, capsys):
    compare.main(["--config", str(study_file), "--runs", str(tmp_path / "runs"), "--plan"])
    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        "bag_of_ngrams-seed1  to start",
        "gru-seed1            to start",
        "matched-seed1        to start",
        "bag_of_ngrams-seed2  to start",
        "gru-seed2            to start",
        str(tmp_path / "runs" / "tiny"),
    ]
    assert not (tmp_path / "runs").exists()


@pytest.fixture
def sources_of(monkeypatch):
    """The function (arguments) -> where the runs of a call would find their texts."""

    def call(*arguments):
        found = []

        def stop(plan):
            found.extend({run.configuration.data.source for run in plan.runs})
            raise KeyboardInterrupt

        monkeypatch.setattr(compare, "_require_texts", stop)
        with pytest.raises(KeyboardInterrupt):
            compare.main([*map(str, arguments)])
        return found

    return call


def test_a_study_goes_on_from_another_folder_with_the_same_texts(tmp_path, monkeypatch, sources_of):
    texts = "seeds: [1]\nsettings: {data.source: a.csv}\nentries: [{model: gru}]\n"
    (tmp_path / "here" / "there").mkdir(parents=True)
    study = tmp_path / "here" / "there" / "study"
    (study / "runs").mkdir(parents=True)
    (study / "study.yaml").write_text(texts)
    monkeypatch.chdir(tmp_path)
    # A study of an earlier version does not say where its file begins.
    (tmp_path / "here" / "a.csv").touch()
    assert sources_of("--resume", study) == [str(tmp_path / "here" / "a.csv")]
    (study / "study.json").write_text('{"source": "/elsewhere/a.csv"}')
    assert sources_of("--resume", study) == ["/elsewhere/a.csv"]
    assert sources_of("--resume", study, "--data", "b.csv") == [str(tmp_path / "b.csv")]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "--config is missing"),
        (["--config", "{file}", "--data", "b.csv"], "--resume"),
        (["--config", "{file}", "--jobs", "0"], "--jobs 0: expected at least 1"),
        (["--config", "{file}", "--name", "a/b"], "--name 'a/b': expected a folder name"),
        (["--config", "{file}", "--prefer", "speed"], "speed"),
        (["--config", "{file}", "--require", "fast"], "--require 'fast'"),
        (["--config", "{file}", "--margin", "200"], "--margin 200: expected points above 0"),
        (["--config", "{file}", "--margin", "0"], "--margin 0: expected points above 0"),
        (["--resume", "{file}"], "expected the directory of a study"),
        (["--resume", ".", "--config", "{file}"], "leave --config and --name out"),
        (["--config", "nowhere.yaml"], "nowhere.yaml: no such file"),
    ],
)
def test_a_wrong_call_is_reported(study_file, arguments, message):
    with pytest.raises(CallError) as told:
        compare.main([argument.format(file=study_file) for argument in arguments])
    assert message in str(told.value)


def test_missing_texts_are_reported_before_anything_runs(study_file, tmp_path):
    study_file.write_text(TINY.replace("diagnostic", str(tmp_path / "none.csv")))
    with pytest.raises((CallError, WorkError), match=r"none\.csv"):
        compare.main(["--config", str(study_file), "--runs", str(tmp_path / "runs")])
    assert not (tmp_path / "runs").exists()


def test_failures_are_reported_at_the_end(study_file, tmp_path, monkeypatch, capsys):
    class Failing:
        def __init__(self, command, log):
            log.write_text("error: no memory left\n")

        def poll(self):
            return 1

    monkeypatch.setattr(children, "ChildProcess", Failing)
    with pytest.raises(WorkError, match=r"5 of 5 failed; .*\n  bag_of_ngrams-seed1: no memory"):
        compare.main(["--config", str(study_file), "--runs", str(tmp_path / "runs")])
    told = capsys.readouterr()
    assert told.out.splitlines()[-1] == str(tmp_path / "runs" / "tiny")
    assert told.out.splitlines()[0] == "bag_of_ngrams-seed1: failed, no memory left"


def started(study_file, runs, cache):
    line = [sys.executable, "-m", "tfcmp.compare", "--config", str(study_file)]
    return subprocess.Popen(
        [*line, "--runs", str(runs), "--cache", str(cache)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def wait_for(condition):
    end = time.monotonic() + 300
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.slow
def test_a_study_that_is_killed_goes_on_and_ends_with_its_report(
    study_file, tmp_path, shared_cache
):
    runs, study = tmp_path / "runs", tmp_path / "runs" / "tiny"
    first, second = study / "runs" / "bag_of_ngrams-seed1", study / "runs" / "gru-seed1"
    # Killed while the second run trains, between two of its checkpoints.
    with started(study_file, runs, shared_cache) as process:
        wait_for(lambda: (second / "checkpoint" / "state.safetensors").exists())
        process.kill()
    # Its child is gone with it, or the run would be in use.
    kept = (first / "result.json").stat().st_mtime_ns
    time.sleep(1)
    assert not (second / "result.json").exists()

    # Stopped by a scheduler in the third.
    third = study / "runs" / "matched-seed1"
    with started(study_file, runs, shared_cache) as process:
        wait_for(lambda: (third / "config.yaml").exists())
        process.send_signal(signal.SIGTERM)
        told = process.communicate()[1]
        assert process.returncode == 128 + signal.SIGTERM
    assert f"stopped; go on with python -m tfcmp.compare --resume {study}" in told

    with started(study_file, runs, shared_cache) as process:
        output, told = process.communicate()
    assert (process.returncode, told) == (0, "")
    assert output.splitlines()[-2:] == [str(study / "report" / "report.html"), str(study)]
    assert (study / "study.yaml").read_text() == TINY
    assert (first / "result.json").stat().st_mtime_ns == kept
    assert json.loads((second / "timing.json").read_text())["sessions"] == 2
    assert json.loads((study / "study.json").read_text())["failures"] == {}
    report_options = json.loads((study / "report" / "report.json").read_text())
    assert "parameters" in json.dumps(report_options)

    # Everything is done: nothing is done again, and a changed study is refused.
    compare.main(["--resume", str(study), "--plan"])
    study_file.write_text(TINY.replace("epochs: 2", "epochs: 1"))
    with pytest.raises(CallError, match=r"other settings \(training.epochs 1, there 2\)"):
        compare.main(["--config", str(study_file), "--runs", str(runs)])
