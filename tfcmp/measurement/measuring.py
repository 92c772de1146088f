"""All arms of a bench, one after the other: what is measured is kept, whatever else fails."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tfcmp.config.fields import Configuration
from tfcmp.errors import TfcmpError
from tfcmp.measurement.arms import InferenceArm, TrainingArm
from tfcmp.measurement.crossings import find_crossings
from tfcmp.measurement.processes import run_arm
from tfcmp.measurement.record import keep_inference, read_record, write_record
from tfcmp.measurement.scaling import find_scaling
from tfcmp.progress import progress_bar
from tfcmp.runs.files import make_folder


class Measured(NamedTuple):
    """What a bench found.

    Attributes:
        new: cells by section, "training" and "inference", and key, of this bench alone.
        record: all that bench.json holds now, by section.
        failures: error by the name of the arm that it ended.
    """

    new: dict[str, dict[str, Any]]
    record: dict[str, Any]
    failures: dict[str, TfcmpError]


def measure_arms(
    arms: Sequence[TrainingArm | InferenceArm],
    configuration: Configuration,
    folder: Path,
    cache: Path,
    trust: bool,
    command: str,
    run: Path | None = None,
) -> Measured:
    """Runs the arms; what is done is written after each, and one that fails ends no other.

    Args:
        arms: each gets a process, or one per worker.
        configuration: of the run whose answers are measured.
        folder: of bench.json.
        cache: folder of token ids, vocabularies and weights.
        trust: whether SavedModels may be loaded.
        command: that measures all of it again.
        run: whose answers are measured, where it is not `folder`.

    Raises:
        CallError: no folder can be made there.
        WorkError: an earlier bench.json is damaged.
    """
    make_folder(folder, "--out")
    found = Measured({"training": {}, "inference": {}}, read_record(folder, run), {})
    with progress_bar("measuring", len(arms)) as advance:
        for arm in arms:
            own = arm.configuration if isinstance(arm, TrainingArm) else configuration
            cells, failure = run_arm(arm, own, cache, trust)
            if failure is not None:
                found.failures[arm.name] = failure
            if cells:
                _keep(found, isinstance(arm, TrainingArm), cells, command)
                write_record(folder, found.record, command, run)
            advance(1)
    return found


def _keep(found: Measured, is_training: bool, cells: dict[str, Any], command: str) -> None:
    """Puts cells where they belong; the arms of training are then set against each other anew."""
    section = "training" if is_training else "inference"
    record = found.record
    for key, cell in cells.items():
        audit = cell.pop("audit", None)
        found.new[section][key] = {**cell, "command": command}
        kept = key
        if is_training:
            record[section][key] = found.new[section][key]
        else:
            kept = keep_inference(record[section], key, found.new[section][key])
        if audit is not None:
            record["audit"][kept] = audit
    record["scaling"] = find_scaling(record["training"])
    record["crossings"] = find_crossings(record["training"])
