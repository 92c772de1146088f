"""bench.json: what was measured, pooled over processes, merged with what was there, with a checksum."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from tfcmp.errors import WorkError
from tfcmp.evaluation.times import MINIMUM_PROCESSES, process_interval
from tfcmp.records.bench import BenchSections, InferenceCell
from tfcmp.runs.files import digest, make_folder, write_json
from tfcmp.runs.layout import BENCH, MODEL, RESULT
from tfcmp.runs.timing import why_disturbed

# Axes of a report, taken from the engine that answers unless told otherwise.
AXES = (
    "latency_p50_ms",
    "latency_p90_ms",
    "latency_p99_ms",
    "examples_per_second",
    "peak_memory_mb",
)
USUAL_ENGINE = "keras float32"
_ENDS = ("value", "low", "high")
CONFIDENCE = 0.95


def read_record(folder: Path, run: Path | None = None) -> BenchSections:
    """The sections of an earlier bench; empty ones where there was none.

    Measurements of a model that has been replaced since are left behind.

    Raises:
        WorkError: the file is damaged.
    """
    file = folder / BENCH
    if not file.exists():
        return _sections({})
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        stated = content.pop("sha256")
    except (UnicodeDecodeError, json.JSONDecodeError, KeyError, TypeError, AttributeError):
        content, stated = {}, None
    if stated is None or stated != digest(content):
        raise WorkError(f"{file} is damaged: its checksum differs; remove it and measure anew")
    if content["computed_from"] != computed_from(run or folder):
        content = {}
    return _sections(content)


def _sections(content: Mapping[str, Any]) -> BenchSections:
    return {
        "training": content.get("training", {}),
        "inference": content.get("inference", {}),
        "scaling": content.get("scaling", {}),
        "audit": content.get("audit", {}),
        "crossings": content.get("crossings", {}),
    }


def keep_inference(inference: dict[str, InferenceCell], key: str, cell: InferenceCell) -> str:
    """Puts an engine's cell into the section, where it takes the place of an older one; gives its key.

    One of fewer processes, or a shorter sample, does not take the place of a better one: measured
    under the same conditions it adds its curves, which are of the same size either way; under
    others, or while other work ran, it gets a key of its own.
    """
    old = inference.get(key)
    if old is None or _weight(cell) >= _weight(old):
        inference[key] = cell
        return key
    if old["conditions"] != cell["conditions"] or why_disturbed(cell):
        inference[f"{key}, short"] = cell
        return f"{key}, short"
    inference[key] = {
        **old,
        "by_length": {**old["by_length"], **cell["by_length"]},
        "by_batch_size": {**old["by_batch_size"], **cell["by_batch_size"]},
    }
    if cell["by_length"] or cell["by_batch_size"]:
        inference[key]["curves_command"] = cell["command"]
    return key


def _weight(cell: InferenceCell) -> tuple[int, bool]:
    """What a cell can support: more processes first, up to those that a claim needs."""
    return min(cell.get("processes", 1), MINIMUM_PROCESSES), cell["is_full"]


def write_record(
    folder: Path, record: BenchSections, command: str, run: Path | None = None
) -> Path:
    """Writes the record, its axes and checksums.

    Args:
        folder: a complete run, or one of its own.
        record: by section.
        command: the command line of the last bench; each measurement has that of its own.
        run: that was measured, where it is not `folder`.
    """
    make_folder(folder, "--out")
    content = {
        **axes(record["inference"]),
        **_sections(record),
        "command": command,
        "measured": datetime.now(UTC).isoformat(timespec="seconds"),
        "computed_from": computed_from(run or folder),
    }
    write_json(folder / BENCH, {**content, "sha256": digest(content)})
    return folder / BENCH


def axes(inference: Mapping[str, InferenceCell]) -> dict[str, Any]:
    """The axes of the usual engine, or of the only one that was measured."""
    if not inference:
        return {}
    key = USUAL_ENGINE if USUAL_ENGINE in inference else next(iter(inference))
    cell: Mapping[str, Any] = inference[key]
    return {**{axis: cell[axis] for axis in AXES}, "axes_of": key}


def computed_from(folder: Path) -> dict[str, str]:
    """Checksum of the model that was measured; nothing where there is no run."""
    if not (folder / RESULT).exists():
        return {}
    listed = json.loads((folder / RESULT).read_text(encoding="utf-8"))["files"]
    return {MODEL: listed[MODEL]}


def pool(cells: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """One cell from one per process.

    A quantity (an object with value, low and high) becomes the geometric mean of the processes'
    values with a t interval on their logarithms, and keeps the values as `by_process`; with a
    single process it stays what that process measured, whose interval covers the spread inside
    it alone. Of other numbers the median stays, of what disturbed it the worst.

    Args:
        cells: of the same case, measured in one bench, at least one.
    """
    pooled: dict[str, Any] = _pooled(cells)
    pooled["processes"] = len(cells)
    shares = [cell["others_share"] for cell in cells]
    pooled["others_share"] = None if None in shares else max(shares)
    others = [cell.get("other_gpu_processes") for cell in cells]
    pooled["other_gpu_processes"] = max((one for one in others if one is not None), default=None)
    pooled["is_slowed"] = any(cell.get("is_slowed", False) for cell in cells)
    return pooled


def _pooled(values: Sequence[Any]) -> Any:
    first = values[0]
    if all(isinstance(value, dict) for value in values):
        if all(set(_ENDS) <= set(value) for value in values):
            return _quantity(values)
        # A part that one process could not measure is told instead of the others' numbers.
        left_out = [value for value in values if "left_out" in value]
        if left_out:
            return left_out[0]
        return {key: _pooled([value[key] for value in values if key in value]) for key in first}
    is_number = all(isinstance(value, int | float) for value in values)
    if is_number and not any(isinstance(value, bool) for value in values):
        return first if len(set(values)) == 1 else median(values)
    return first


def _quantity(values: Sequence[dict[str, Any]]) -> dict[str, Any]:
    by_process = [value["value"] for value in values]
    if len(values) == 1:
        return {**values[0], "by_process": by_process}
    interval = process_interval(by_process)
    return {
        **interval._asdict(),
        "coverage": CONFIDENCE,
        "measurements": sum(value.get("measurements", 1) for value in values),
        "by_process": by_process,
    }
