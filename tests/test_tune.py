"""The command as its user meets it."""

import csv
import errno
import json
import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from tfcmp import tune
from tfcmp.command.ending import run_command

SMALL = [
    *("--device", "cpu", "--data", "diagnostic", "--data.train_size", "200"),
    *("--data.max_length", "40", "--training.epochs", "1"),
    *("--architecture.features", "500"),
]
MODEL = ["--model", "bag_of_ngrams", *SMALL]


def call(arguments, monkeypatch, capsys):
    """Exit code, stdout and stderr of the command, run in this process."""
    monkeypatch.setattr(sys, "argv", ["tune.py", *map(str, arguments)])
    with pytest.raises(SystemExit) as end:
        run_command(tune.main)
    told = capsys.readouterr()
    return end.value.code, told.out, told.err


def start(arguments, **environment):
    """The command in a process of its own."""
    line = [sys.executable, "-m", "tfcmp.tune", *map(str, arguments)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(line, env={**os.environ, **environment}, **pipes)


def rows(search):
    with (search / "trials.csv").open(newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--search.trials", "0"], "--search.trials: expected at least 1, got 0"),
        (["--search.seconds", "-3"], "--search.seconds: expected a number above 0"),
        (["--search.tuner", "luck"], "--search.tuner"),
        (["--search.seed", "-1"], "--search.seed: expected 0 to"),
        (["--strategy", "mirrored"], "--strategy mirrored: a search trains its trials on one"),
        (["--search.space", "missing.yaml"], "missing.yaml: no such file"),
        (["--resume", "nowhere"], "contradict each other"),
    ],
)
def test_a_wrong_call_ends_with_code_2_and_one_line(tmp_path, monkeypatch, capsys, arguments, told):
    monkeypatch.setattr(tune, "import_tensorflow", lambda: pytest.fail("went on to search"))
    places = [] if "--resume" in arguments else ["--runs", tmp_path, "--cache", tmp_path]
    code, out, error = call([*MODEL, *places, *arguments], monkeypatch, capsys)
    assert (code, out) == (2, "")
    assert told in error
    assert error.count("\n") == 1


def test_a_setting_is_either_given_or_searched(tmp_path, monkeypatch, capsys):
    (tmp_path / "space.yaml").write_text("training.batch_size: [8, 16]\n")
    given = ["--training.batch_size", "8", "--search.space", tmp_path / "space.yaml"]
    code, _, error = call([*MODEL, "--cache", tmp_path, *given], monkeypatch, capsys)
    assert code == 2
    assert "contradict each other" in error


def test_a_search_writes_its_trials_and_can_be_raised_but_not_changed(
    tmp_path, monkeypatch, capsys, shared_cache
):
    places = ["--runs", tmp_path, "--cache", shared_cache, "--name", "s"]
    search = tmp_path / "s"
    code, out, _ = call([*MODEL, *places, "--search.trials", "2"], monkeypatch, capsys)
    assert code == 0
    assert out.splitlines()[-1] == str(search)
    assert [row["status"] for row in rows(search)] == ["COMPLETED"] * 2
    names = ("best.yaml", "space.yaml", "budget.csv", "effects.csv", "config.yaml")
    assert all((search / name).exists() for name in names)

    resume = ["--resume", search, "--cache", shared_cache]
    code, _, error = call(resume, monkeypatch, capsys)
    assert (code, "is complete" in error) == (1, True)
    (tmp_path / "space.yaml").write_text("training.batch_size: [8]\n")
    changed = [*resume, "--search.space", tmp_path / "space.yaml"]
    code, _, error = call(changed, monkeypatch, capsys)
    assert (code, "is not the space" in error) == (2, True)

    first = rows(search)
    # Part of the default space, said again.
    (tmp_path / "space.yaml").write_text("training.batch_size: [16, 32, 64, 128]\n")
    raised = ["--search.trials", "3", "--search.space", tmp_path / "space.yaml"]
    code, _, error = call([*resume, *raised], monkeypatch, capsys)
    assert code == 0
    assert "trial" in error
    assert rows(search)[:2] == first
    assert len(rows(search)) == 3
    found = json.loads((search / "search.json").read_text())
    assert found["status"] == "complete"
    assert len(found["sessions"]) == 2

    (search / "space.yaml").write_text("training.batch_size: [8]\n")
    code, _, error = call([*resume, "--search.trials", "4"], monkeypatch, capsys)
    assert (code, "is not the space" in error) == (1, True)


@pytest.mark.slow
def test_a_killed_search_loses_at_most_the_trial_in_flight(tmp_path, shared_cache):
    places = ["--runs", tmp_path, "--cache", shared_cache, "--name", "s"]
    search = tmp_path / "s"
    process = start([*MODEL, *places, "--search.trials", "8"])
    end = time.monotonic() + 240
    while len(list(search.glob("trials/*/outcome.json"))) < 3 and time.monotonic() < end:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert json.loads((search / "search.json").read_text())["status"] == "interrupted"
    kept = {file: file.read_bytes() for file in search.glob("trials/*/outcome.json")}
    assert len(kept) >= 3
    resumed = start(["--resume", search, "--cache", shared_cache])
    out, error = resumed.communicate(timeout=240)
    assert resumed.returncode == 0, error
    assert out.splitlines()[-1] == str(search)
    assert {file: file.read_bytes() for file in kept} == kept
    assert [row["trial"] for row in rows(search)] == [str(number) for number in range(8)]


@pytest.mark.slow
def test_a_chief_and_a_worker_search_together_on_loopback(tmp_path, shared_cache):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    line = [*MODEL, "--runs", tmp_path, "--cache", shared_cache, "--name", "s"]
    line += ["--search.trials", "4"]
    chief = start(line, KERASTUNER_TUNER_ID="chief", KERASTUNER_ORACLE_PORT=port)
    worker = start(line, KERASTUNER_TUNER_ID="worker1", KERASTUNER_ORACLE_PORT=port)
    try:
        told = [process.communicate(timeout=240) for process in (worker, chief)]
    finally:
        for process in (worker, chief):
            process.kill()
    for process, (out, error) in zip((worker, chief), told, strict=True):
        assert process.returncode == 0, error
        assert out.splitlines()[-1] == str(tmp_path / "s")
    assert [row["status"] for row in rows(tmp_path / "s")] == ["COMPLETED"] * 4
    assert {row["worker"] for row in rows(tmp_path / "s")} == {"worker1"}
    found = json.loads((tmp_path / "s" / "search.json").read_text())
    assert (found["status"], found["share_in_steps"]) == ("complete", None)


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()]
)
def test_a_search_that_ends_before_its_record_leaves_nothing(
    tmp_path, monkeypatch, capsys, shared_cache, error
):
    from tfcmp.search import searching

    def broken(search, plan, environment):
        for name in ("space.yaml", "config.yaml"):
            search.file(name).touch()
        raise error

    monkeypatch.setattr(searching, "write_plan", broken)
    places = ["--runs", tmp_path / "runs", "--cache", shared_cache, "--name", "s"]
    code, _, told = call([*MODEL, *places], monkeypatch, capsys)
    assert code == 1
    assert "--resume" not in told
    assert list((tmp_path / "runs").iterdir()) == []


def test_a_search_starts_where_one_was_killed_before_its_record(
    tmp_path, monkeypatch, capsys, shared_cache
):
    (tmp_path / "s").mkdir()
    for name in (".lock", "space.yaml", "config.yaml"):
        (tmp_path / "s" / name).touch()
    places = ["--runs", tmp_path, "--cache", shared_cache, "--name", "s"]
    code, out, error = call([*MODEL, *places, "--search.trials", "1"], monkeypatch, capsys)
    assert code == 0
    assert "trial" in error
    assert out.splitlines()[-1] == str(tmp_path / "s")
