"""Cases of a bench in fresh processes, in turn: what is measured is kept, whatever fails.

Each case has a process of its own: a strategy cannot be left again, and memory is not given back.
Not a pool of them: a pool does not tell by which signal a process died, nor end the others where
one of several workers fails.
"""

import copy
import json
import multiprocessing
import os
import socket
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any, NamedTuple, TypedDict, cast

from tfcmp.command.ending import run_command
from tfcmp.command.quiet import import_tensorflow
from tfcmp.config.cluster import VARIABLE
from tfcmp.config.fields import Configuration
from tfcmp.errors import CallError, TfcmpError, WorkError
from tfcmp.measurement.cases import InferenceCase, TrainingCase
from tfcmp.measurement.comparisons import compare_lengths, find_scaling
from tfcmp.measurement.record import keep_inference, pool, read_record, write_record
from tfcmp.models.saved_model.trust import trusting_saved_models
from tfcmp.progress import progress_bar
from tfcmp.records.bench import BenchSections, InferenceCell, TrainingCell
from tfcmp.runs.files import make_folder, write_json

Cells = dict[str, dict[str, Any]]
LOOPBACK = "127.0.0.1"


class Job(NamedTuple):
    """A case and where it goes.

    Attributes:
        case: training or answers, and how.
        configuration: of the model.
        folder: of the bench.json that it goes into.
        run: whose model is measured; None where there is no run, or several share the file.
    """

    case: TrainingCase | InferenceCase
    configuration: Configuration
    folder: Path
    run: Path | None = None

    @property
    def section(self) -> str:
        """The part of bench.json that it belongs to."""
        return "training" if isinstance(self.case, TrainingCase) else "inference"


class NewCells(TypedDict):
    """Cells of this bench alone, by key."""

    training: dict[str, TrainingCell]
    inference: dict[str, InferenceCell]


class Measured(NamedTuple):
    """What a bench found for one bench.json.

    Attributes:
        new: cells of this bench alone.
        record: all that bench.json holds now, by section.
        failures: error by the name of the case that it ended.
    """

    new: NewCells
    record: BenchSections
    failures: dict[str, TfcmpError]


def measure_jobs(
    jobs: Sequence[Job], cache: Path, trust: bool, command: str, processes: int = 1
) -> dict[Path, Measured]:
    """Runs the jobs one after the other, and all of them again for every further process.

    In turn (A B A B), so that what changes with the hour falls on all cases alike. What is done is
    written after each, and one that fails ends no other.

    Args:
        jobs: each gets a process per round, or one per worker.
        cache: folder of token ids, vocabularies and weights.
        trust: whether SavedModels may be loaded.
        command: that measures all of it again.
        processes: rounds.

    Returns:
        What was found, by folder.

    Raises:
        CallError: a folder cannot be made.
        WorkError: an earlier bench.json is damaged.
    """
    folders = dict.fromkeys(job.folder for job in jobs)
    for folder in folders:
        make_folder(folder, "--out")
    earlier = {job.folder: read_record(job.folder, job.run) for job in jobs}
    failures: dict[Path, dict[str, TfcmpError]] = {folder: {} for folder in folders}
    samples: dict[tuple[Path, str, str], list[dict[str, Any]]] = {}
    session = f"{datetime.now(UTC).isoformat(timespec='seconds')} {os.getpid()}"
    found: dict[Path, Measured] = {}
    with progress_bar("measuring", len(jobs) * processes) as advance:
        for _ in range(processes):
            for job in jobs:
                advance(1)
                if job.case.name in failures[job.folder]:
                    continue
                cells, failure = run_case(job.case, job.configuration, cache, trust)
                if failure is not None:
                    failures[job.folder][job.case.name] = failure
                for key, cell in cells.items():
                    told = {**cell, "command": command, "session": session}
                    samples.setdefault((job.folder, job.section, key), []).append(told)
                found = {
                    folder: _joined(folder, samples, earlier[folder], failures[folder])
                    for folder in folders
                }
                if cells:
                    write_record(job.folder, found[job.folder].record, command, job.run)
    return found


def _joined(
    folder: Path,
    samples: dict[tuple[Path, str, str], list[dict[str, Any]]],
    earlier: BenchSections,
    failures: dict[str, TfcmpError],
) -> Measured:
    """The cells so far, pooled over processes, and the record that they make of the earlier one."""
    record = copy.deepcopy(earlier)
    new: NewCells = {"training": {}, "inference": {}}
    for (of_folder, section, key), cells in samples.items():
        if of_folder != folder:
            continue
        cell = pool(cells)
        audit = cell.pop("audit", None)
        kept = key
        if section == "training":
            new["training"][key] = record["training"][key] = cast("TrainingCell", cell)
        else:
            new["inference"][key] = cast("InferenceCell", cell)
            kept = keep_inference(record["inference"], key, new["inference"][key])
        if audit is not None:
            record["audit"][kept] = audit
    record["scaling"] = find_scaling(record["training"])
    record["crossings"] = compare_lengths(record["training"])
    return Measured(new, record, failures)


@dataclass(frozen=True)
class Order:
    """What a process is to measure.

    Attributes:
        case, configuration: of the job.
        cache: folder of token ids, vocabularies and weights.
        trust: whether SavedModels may be loaded.
        started: time of day at which the process was started.
        answer: the file that takes cells by key.
        errors: the file that takes what the process writes to stderr.
        environment: variables that are set before TensorFlow is imported.
    """

    case: TrainingCase | InferenceCase
    configuration: Configuration
    cache: Path
    trust: bool
    started: float
    answer: Path
    errors: Path
    environment: dict[str, str]


def run_case(
    case: TrainingCase | InferenceCase, configuration: Configuration, cache: Path, trust: bool
) -> tuple[Cells, TfcmpError | None]:
    """The cells of a case by key, measured in a process, or in one per worker.

    Returns:
        What was measured, and the error that ended the rest: a CallError where the case asks for
        what cannot be had, a WorkError where it failed or its process was killed.
    """
    variables: list[dict[str, str]] = [{}]
    if isinstance(case, TrainingCase) and configuration.strategy == "multi_worker":
        variables = cluster_variables(case.workers)
    with tempfile.TemporaryDirectory(prefix="tfcmp-bench-") as name:
        folder, started = Path(name), time.time()
        orders = [
            Order(
                case,
                configuration,
                cache,
                trust,
                started,
                folder / f"answer{number}.json",
                folder / f"errors{number}",
                environment,
            )
            for number, environment in enumerate(variables)
        ]
        failure = None
        try:
            _run_all(orders)
        except TfcmpError as error:
            failure = error
        answer = orders[0].answer
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


def _run_all(orders: Sequence[Order]) -> None:
    """Runs each order in a process; the first that fails ends the others, which wait for it."""
    # Spawned: TensorFlow does not survive a fork.
    context = multiprocessing.get_context("spawn")
    started = [context.Process(target=_answer_order, args=(order,)) for order in orders]
    try:
        for process in started:
            process.start()
        for number in _ended(started):
            code = started[number].exitcode
            if code:
                told = orders[number].errors.read_text(encoding="utf-8", errors="replace")
                raise _error(code, told)
    finally:
        for process in started:
            if process.is_alive():
                process.kill()
                process.join()


def _ended(started: Sequence[SpawnProcess]) -> Iterator[int]:
    """Yields the number of each process when it has ended."""
    waiting = {process.sentinel: number for number, process in enumerate(started)}
    while waiting:
        for sentinel in wait(list(waiting)):
            assert isinstance(sentinel, int)
            number = waiting.pop(sentinel)
            started[number].join()
            yield number


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


def _answer_order(order: Order) -> None:
    """The whole life of a process that measures."""
    with order.errors.open("wb") as errors, Path(os.devnull).open("wb") as nowhere:
        # The descriptors themselves: native code writes to them too.
        os.dup2(nowhere.fileno(), 1)
        os.dup2(errors.fileno(), 2)
    os.environ.update(order.environment)
    run_command(lambda _arguments: write_cells(order))


def write_cells(order: Order) -> None:
    """Measures what the order says and writes each cell into its file."""
    import_tensorflow()
    with trusting_saved_models(order.trust):
        cells: Cells = {}
        for key, cell in measure_case(order):
            cells[key] = cell
            # At once: the memory may not be enough for the next one.
            write_json(order.answer, cells)


def measure_case(order: Order) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yields key and cell of what the order says."""
    if isinstance(order.case, TrainingCase):
        from tfcmp.measurement.training import measure_training

        yield from measure_training(order.case, order.cache)
        return
    from tfcmp.measurement.inference import measure_inference, settled

    case = settled(order.case)
    yield case.key(), measure_inference(case, order.configuration, order.cache, order.started)
