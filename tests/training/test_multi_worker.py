"""Two workers on one machine train as one process does; one that is killed ends the other."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing

import numpy as np
import pytest

from tfcmp.models.building import load_text_classifier

pytestmark = pytest.mark.slow

SETTINGS = (
    "--model gru --device cpu --data diagnostic --data.train_size 300 --data.max_length 40 "
    "--architecture.units 8 --architecture.embedding_size 8 --architecture.dropout 0 "
    "--architecture.embedding_dropout 0 --architecture.word_dropout 0 "
    "--training.epochs 8 --training.patience null --training.batch_size 27"
)
PATIENCE_SECONDS = 240
LINES_BEFORE_THE_KILL = 4


def free_ports(count):
    """Ports of the loopback that nobody listens on."""
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def start_worker(index, ports, arguments, folder):
    """A process of `fit` that is worker `index`; its output goes to files."""
    workers = [f"127.0.0.1:{port}" for port in ports]
    task = {"type": "worker", "index": index}
    cluster = json.dumps({"cluster": {"worker": workers}, "task": task})
    out, err = ((folder / f"worker{index}.{name}").open("w") for name in ("out", "err"))
    with closing(out), closing(err):
        return subprocess.Popen(
            [sys.executable, "-m", "tfcmp.fit", *arguments],
            env={**os.environ, "TF_CONFIG": cluster},
            stdout=out,
            stderr=err,
        )


def lines_of(run):
    metrics = run / "metrics.jsonl"
    return len(metrics.read_text().splitlines()) if metrics.exists() else 0


@pytest.fixture(scope="module")
def places(tmp_path_factory, shared_cache):
    """Folder, and the arguments that all processes share."""
    folder = tmp_path_factory.mktemp("workers")
    shared = [*SETTINGS.split(), "--runs", str(folder), "--cache", str(shared_cache)]
    return folder, shared, str(shared_cache)


@pytest.fixture(scope="module")
def killed(places):
    """Exit code, seconds until the end, and messages of the worker that survives."""
    folder, shared, _ = places
    ports = free_ports(2)
    arguments = [*shared, "--strategy", "multi_worker", "--name", "two"]
    chief, other = (start_worker(index, ports, arguments, folder) for index in (0, 1))
    waited = time.monotonic() + PATIENCE_SECONDS
    while lines_of(folder / "two") < LINES_BEFORE_THE_KILL:
        assert time.monotonic() < waited, (folder / "worker0.err").read_text()
        time.sleep(0.01)
    other.send_signal(signal.SIGKILL)
    start = time.monotonic()
    code = chief.wait(timeout=PATIENCE_SECONDS)
    other.wait()
    return code, time.monotonic() - start, (folder / "worker0.err").read_text()


@pytest.fixture(scope="module")
def resumed(places, killed):
    """Path of the run that both workers went on with, and what the second one printed."""
    folder, _, cache = places
    ports = free_ports(2)
    arguments = ["--resume", str(folder / "two"), "--cache", cache]
    workers = [start_worker(index, ports, arguments, folder) for index in (0, 1)]
    for index, worker in enumerate(workers):
        assert worker.wait(timeout=PATIENCE_SECONDS) == 0, (
            folder / f"worker{index}.err"
        ).read_text()
    return folder / "two", (folder / "worker1.out").read_text()


@pytest.fixture(scope="module")
def alone(places):
    """Path of the run of one process."""
    folder, shared, _ = places
    subprocess.run([sys.executable, "-m", "tfcmp.fit", *shared, "--name", "one"], check=True)
    return folder / "one"


def test_a_killed_worker_ends_the_other_within_a_minute(killed):
    code, seconds, _ = killed
    assert code == 1
    assert seconds < 60


def test_the_survivor_says_in_one_sentence_how_to_go_on(killed, places):
    lines = [line for line in killed[2].splitlines() if not line.startswith("epoch ")]
    error = "\n".join(lines)
    assert "another worker is gone" in error
    assert f"--resume {places[0] / 'two'}" in error
    assert "Traceback" not in error
    assert len(lines) == 1


def test_only_the_first_worker_writes_the_run_directory(resumed, places):
    path, told = resumed
    assert told.splitlines()[-1] == str(path)
    assert sorted(entry.name for entry in places[0].iterdir() if entry.is_dir())[-1] == "two"
    assert json.loads((path / "environment.json").read_text())["workers"] == 2


def test_two_workers_one_killed_and_resumed_end_as_one_process_does(alone, resumed):
    paths = (alone, resumed[0])
    models = [load_text_classifier(path / "model.keras") for path in paths]
    for one, other in zip(*(model.get_weights() for model in models), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4)
    accuracies = [
        json.loads((path / "result.json").read_text())["test"]["accuracy"]["value"]
        for path in paths
    ]
    assert accuracies[0] == pytest.approx(accuracies[1], abs=2e-3)
