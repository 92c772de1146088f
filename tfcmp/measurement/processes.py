"""Arms as processes: started, waited for, their errors told as ours."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tfcmp.config.cluster import VARIABLE
from tfcmp.config.fields import Configuration
from tfcmp.config.writing import write_configuration
from tfcmp.errors import CallError, TfcmpError, WorkError
from tfcmp.measurement.arms import InferenceArm, TrainingArm, plain_arm
from tfcmp.runs.files import write_json

CHILD = "tfcmp.measurement.child"
LOOPBACK = "127.0.0.1"
SECONDS_BETWEEN_LOOKS = 0.1


def run_arm(
    arm: TrainingArm | InferenceArm, configuration: Configuration, cache: Path, trust: bool
) -> tuple[dict[str, Any], TfcmpError | None]:
    """The cells of an arm by key, measured in a process, or in one per worker.

    Returns:
        What was measured, and the error that ended the rest: a CallError where the arm asks for
        what cannot be had, a WorkError where it failed or its process was killed.
    """
    is_training = isinstance(arm, TrainingArm)
    workers = arm.workers if isinstance(arm, TrainingArm) else 1
    with tempfile.TemporaryDirectory(prefix="tfcmp-bench-") as name:
        folder = Path(name)
        write_configuration(folder / "config.yaml", configuration)
        order = {
            "kind": "training" if is_training else "inference",
            "config": str(folder / "config.yaml"),
            "arm": plain_arm(arm),
            "cache": str(cache),
            "trust": trust,
            "started": time.time(),
        }
        write_json(folder / "order.json", order)
        is_cluster = is_training and configuration.strategy == "multi_worker"
        clusters = cluster_variables(workers) if is_cluster else [{}]
        failure = None
        try:
            _run_all(folder, clusters)
        except TfcmpError as error:
            failure = error
        answer = folder / "answer0.json"
        cells = json.loads(answer.read_text(encoding="utf-8")) if answer.exists() else {}
        return cells, failure


def cluster_variables(workers: int) -> list[dict[str, str]]:
    """TF_CONFIG of each of some workers on this machine."""
    addresses = [f"{LOOPBACK}:{port}" for port in free_ports(workers)]
    tasks = [{"type": "worker", "index": number} for number in range(workers)]
    return [
        {VARIABLE: json.dumps({"cluster": {"worker": addresses}, "task": task})} for task in tasks
    ]


def free_ports(count: int) -> list[int]:
    """Ports of the loopback that nobody listens on."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind((LOOPBACK, 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def _run_all(folder: Path, variables: Sequence[dict[str, str]]) -> None:
    started: list[subprocess.Popen] = []
    try:
        for number, added in enumerate(variables):
            answer = str(folder / f"answer{number}.json")
            with (folder / f"errors{number}").open("wb") as errors:
                started.append(
                    subprocess.Popen(
                        [sys.executable, "-m", CHILD, str(folder / "order.json"), answer],
                        env={**os.environ, **added},
                        stdout=subprocess.DEVNULL,
                        stderr=errors,
                    )
                )
        for number in _ended(started):
            if started[number].returncode != 0:
                told = (folder / f"errors{number}").read_text(encoding="utf-8", errors="replace")
                raise _error(started[number].returncode, told)
    finally:
        for process in started:
            if process.poll() is None:
                process.kill()
                process.wait()


def _ended(started: Sequence[subprocess.Popen]) -> Iterator[int]:
    """Yields the number of each process when it has ended: one that failed is waited for by others."""
    if len(started) == 1:
        started[0].wait()
    waiting = set(range(len(started)))
    while waiting:
        for number in sorted(waiting):
            if started[number].poll() is not None:
                waiting.remove(number)
                yield number
        if waiting:
            time.sleep(SECONDS_BETWEEN_LOOKS)


def _error(code: int, told: str) -> Exception:
    lines = [line for line in told.splitlines() if line.strip()]
    last = lines[-1] if lines else "it said nothing"
    if last.startswith("error: "):
        kind = CallError if code == CallError.exit_code else WorkError
        return kind(last.removeprefix("error: "))
    if code < 0:
        return WorkError(
            f"a measurement was ended by signal {-code}; if the system was short of memory, take a "
            "smaller batch or length"
        )
    return RuntimeError(f"a measurement failed:\n{told}")
