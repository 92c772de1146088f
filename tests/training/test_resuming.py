"""The promise a long run stands on: killed anywhere and gone on with, it ends with the same bits."""

import json
import os
import signal
import subprocess
import sys
import time

import keras
import numpy as np
import pyarrow.parquet
import pytest

pytestmark = pytest.mark.slow

SETTINGS = {
    "gru": "--architecture.units 8 --training.optimizer adam",
    "transformer": (
        "--architecture.heads 2 --architecture.feed_forward_size 16 --training.optimizer adamw "
        "--training.schedule cosine --training.warmup_share 0.1"
    ),
}
SHARED = (
    "--deterministic --device cpu --data diagnostic --data.train_size 300 --data.max_length 60 "
    "--architecture.embedding_size 8 --architecture.dropout 0.2 --architecture.word_dropout 0.1 "
    "--training.epochs 2 --training.batch_size 10 --training.learning_rate 0.01"
)
# Lines of metrics.jsonl behind which the process is killed: in the middle of an epoch, at its last
# segment (validation comes next), and in the second epoch. At least one line lies between two, so
# that every process leaves a checkpoint and counts as a session.
KILLS = (2, 4, 7)
TIMES = ("seconds", "examples_per_second", "tokens_per_second")
PATIENCE_SECONDS = 180


@pytest.fixture(scope="module", params=SETTINGS)
def runs(request, tmp_path_factory):
    """Paths of the unbroken run and of one that was killed once at each of `KILLS`."""
    folder = tmp_path_factory.mktemp(request.param)
    options = ["--model", request.param, "--runs", str(folder)]
    options += f"{SETTINGS[request.param]} {SHARED}".split()
    finish(start(folder, *options, "--name", "unbroken"))
    killed = folder / "killed"
    process = start(folder, *options, "--name", "killed")
    for lines in KILLS:
        kill_behind(process, killed / "metrics.jsonl", lines)
        assert not (killed / "result.json").exists()
        process = start(folder, "--resume", str(killed))
    finish(process)
    return folder / "unbroken", killed


def start(folder, *arguments):
    command = [sys.executable, "-m", "tfcmp.fit", "--cache", str(folder / "cache"), *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def finish(process):
    _, told = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 0, told


def kill_behind(process, metrics, lines):
    """Kills the process as soon as the file of metrics holds that many lines."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not (metrics.exists() and metrics.read_bytes().count(b"\n") >= lines):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.0005)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL


def lines_of(path):
    return [json.loads(line) for line in (path / "metrics.jsonl").read_text().splitlines()]


def test_the_weights_are_the_same_bit_for_bit(runs):
    one, other = (keras.saving.load_model(path / "model.keras").get_weights() for path in runs)
    assert len(one) == len(other)
    assert all(map(np.array_equal, one, other))


def test_the_predictions_are_the_same(runs):
    one, other = (pyarrow.parquet.read_table(path / "predictions.parquet") for path in runs)
    assert one.equals(other)


def test_the_metrics_are_the_same_apart_from_times(runs):
    one, other = (
        [{key: value for key, value in line.items() if key not in TIMES} for line in lines_of(path)]
        for path in runs
    )
    assert len(one) == 10
    assert one == other


def test_sessions_are_counted_and_training_seconds_add_up(runs):
    unbroken, killed = (json.loads((path / "timing.json").read_text()) for path in runs)
    assert (unbroken["sessions"], killed["sessions"]) == (1, 1 + len(KILLS))
    segments = sum(line["seconds"] for line in lines_of(runs[1]) if line["event"] == "segment")
    assert killed["seconds"]["training"] == pytest.approx(segments, abs=1e-3)


def test_no_checkpoint_and_no_temporary_file_stays_behind(runs):
    unbroken, killed = ({file.name for file in path.iterdir()} for path in runs)
    assert killed == unbroken
    assert "checkpoint" not in killed
