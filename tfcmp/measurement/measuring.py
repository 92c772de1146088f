"""All cases of a bench, in turn and in fresh processes: what is measured is kept, whatever fails."""

import copy
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from tfcmp.config.fields import Configuration
from tfcmp.errors import TfcmpError
from tfcmp.measurement.arms import InferenceArm, TrainingArm
from tfcmp.measurement.crossings import compare_lengths
from tfcmp.measurement.pooling import pool
from tfcmp.measurement.processes import run_arm
from tfcmp.measurement.record import keep_inference, read_record, write_record
from tfcmp.measurement.scaling import find_scaling
from tfcmp.progress import progress_bar
from tfcmp.runs.files import make_folder

Cells = dict[str, dict[str, Any]]


class Case(NamedTuple):
    """What one process measures.

    Attributes:
        arm: training or answers, and how.
        configuration: of the model.
        folder: of the bench.json that it goes into.
        run: whose model is measured; None where there is no run, or several share the file.
    """

    arm: TrainingArm | InferenceArm
    configuration: Configuration
    folder: Path
    run: Path | None = None

    @property
    def section(self) -> str:
        """The part of bench.json that it belongs to."""
        return "training" if isinstance(self.arm, TrainingArm) else "inference"


class Measured(NamedTuple):
    """What a bench found for one bench.json.

    Attributes:
        new: cells by section, "training" and "inference", and key, of this bench alone.
        record: all that bench.json holds now, by section.
        failures: error by the name of the arm that it ended.
    """

    new: dict[str, Cells]
    record: dict[str, Any]
    failures: dict[str, TfcmpError]


def measure_cases(
    cases: Sequence[Case], cache: Path, trust: bool, command: str, processes: int = 1
) -> dict[Path, Measured]:
    """Runs the cases one after the other, and all of them again for every further process.

    In turn (A B A B), so that what changes with the hour falls on all cases alike. What is done is
    written after each, and one that fails ends no other.

    Args:
        cases: each gets a process per round, or one per worker.
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
    folders = dict.fromkeys(case.folder for case in cases)
    for folder in folders:
        make_folder(folder, "--out")
    earlier = {case.folder: read_record(case.folder, case.run) for case in cases}
    failures: dict[Path, dict[str, TfcmpError]] = {folder: {} for folder in folders}
    samples: dict[tuple[Path, str, str], list[dict[str, Any]]] = {}
    session = f"{datetime.now(UTC).isoformat(timespec='seconds')} {os.getpid()}"
    found: dict[Path, Measured] = {}
    with progress_bar("measuring", len(cases) * processes) as advance:
        for _ in range(processes):
            for case in cases:
                advance(1)
                if case.arm.name in failures[case.folder]:
                    continue
                cells, failure = run_arm(case.arm, case.configuration, cache, trust)
                if failure is not None:
                    failures[case.folder][case.arm.name] = failure
                for key, cell in cells.items():
                    told = {**cell, "command": command, "session": session}
                    samples.setdefault((case.folder, case.section, key), []).append(told)
                found = {
                    folder: _joined(folder, samples, earlier[folder], failures[folder])
                    for folder in folders
                }
                if cells:
                    write_record(case.folder, found[case.folder].record, command, case.run)
    return found


def _joined(
    folder: Path,
    samples: dict[tuple[Path, str, str], list[dict[str, Any]]],
    earlier: dict[str, Any],
    failures: dict[str, TfcmpError],
) -> Measured:
    """The cells so far, pooled over processes, and the record that they make of the earlier one."""
    record = copy.deepcopy(earlier)
    new: dict[str, Cells] = {"training": {}, "inference": {}}
    for (place, section, key), cells in samples.items():
        if place != folder:
            continue
        cell = pool(cells)
        audit = cell.pop("audit", None)
        new[section][key] = cell
        kept = key
        if section == "training":
            record[section][key] = cell
        else:
            kept = keep_inference(record[section], key, cell)
        if audit is not None:
            record["audit"][kept] = audit
    record["scaling"] = find_scaling(record["training"])
    record["crossings"] = compare_lengths(record["training"])
    return Measured(new, record, failures)
