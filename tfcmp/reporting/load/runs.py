"""A run directory, read for a report: configuration, logs, predictions, and what later commands measured."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypedDict, cast

import numpy as np
import numpy.typing as npt
import yaml

from tfcmp.config.default_paths import source_name
from tfcmp.config.fields import DataSettings, TrainingSettings
from tfcmp.errors import WorkError
from tfcmp.evaluation.intervals import Interval
from tfcmp.evaluation.metrics import predicted_classes
from tfcmp.evaluation.stability import TrainingCourse, training_course
from tfcmp.records.bench import Bench
from tfcmp.records.explanation import Explanation
from tfcmp.records.run import Environment, Result, Timing
from tfcmp.runs.artifacts import read_later, read_sealed
from tfcmp.runs.directory import RunDirectory, check_files
from tfcmp.runs.layout import (
    BEHAVIOUR,
    BENCH,
    CONFIG,
    CONTRAST,
    ENVIRONMENT,
    EXPLANATION,
    LISTED,
    METRICS,
    MODEL,
    PREDICTIONS,
    RESULT,
    SPLIT,
    TEMPERATURE,
    TIMING,
)
from tfcmp.runs.timing import is_busy

SPLITS = ("validation", "test")
# The weights say nothing that a report shows, and are the largest file by far.
READ = [name for name in LISTED if name != MODEL]
# Files of later commands, each of which may lack, and the command that makes it again.
ARTIFACTS: dict[str, str] = {
    BENCH: "python -m tfcmp.bench RUN",
    EXPLANATION: "python -m tfcmp.explain RUN --evaluate",
    BEHAVIOUR: "python -m tfcmp.diagnose RUN --behaviour",
    CONTRAST: "python -m tfcmp.diagnose RUN --contrast FILE",
    TEMPERATURE: "python -m tfcmp.diagnose RUN --calibrate",
}
# Those that a report shows.
MEASURED = (BENCH, EXPLANATION, BEHAVIOUR)

# Reads a file of a later command: the folder, the name of the file, the command for the error.
Read = Callable[[RunDirectory, str, str], dict[str, Any]]


class Measured(TypedDict, total=False):
    """What later commands measured of a run, by the name of their file without ".json"."""

    bench: Bench
    explanation: Explanation
    behaviour: dict[str, Any]


@dataclass(frozen=True)
class Answers:
    """A run's predictions for one split, in the order of the example ids.

    Attributes:
        ids: (n,) example ids.
        labels: (n,) integers.
        probabilities: (n, classes) float32.
        groups: (n,) group ids.
        tokens: (n,) lengths before truncation.
        phenomena, cue_distances: (n,), of the diagnostic corpus only.
    """

    ids: npt.NDArray[np.str_]
    labels: npt.NDArray[np.int64]
    probabilities: npt.NDArray[np.float32]
    groups: npt.NDArray[np.int64]
    tokens: npt.NDArray[np.int64]
    phenomena: npt.NDArray[np.str_] | None = None
    cue_distances: npt.NDArray[np.int64] | None = None

    @cached_property
    def predicted(self) -> npt.NDArray[np.intp]:
        """(n,) predicted classes."""
        return predicted_classes(self.probabilities)

    @cached_property
    def correct(self) -> npt.NDArray[np.bool_]:
        """(n,) whether the predicted class is the label."""
        right: npt.NDArray[np.bool_] = self.predicted == self.labels
        return right


@dataclass(frozen=True)
class Run:
    """A complete run.

    Attributes:
        name: of its folder.
        label: what it is called in tables.
        configuration, environment, split, timing, result: content of the files of those names.
        lines: objects of metrics.jsonl.
        answers: of "validation" and "test".
        measured: what later commands measured.
        contention: why its study says that its times do not count; None if it does not.
    """

    name: str
    label: str
    configuration: dict[str, Any]
    environment: Environment
    split: dict[str, Any]
    timing: Timing
    result: Result
    lines: tuple[dict[str, Any], ...]
    answers: dict[str, Answers]
    measured: Measured
    contention: str | None = None

    @property
    def seed(self) -> int:
        """Seed of the run."""
        return int(self.result["seed"])

    @property
    def model(self) -> str:
        """Name of the model in the catalogue."""
        return str(self.result["model"])

    @property
    def later(self) -> dict[str, Any]:
        """Axes that later commands measured, by name."""
        return {**self.measured.get("bench", {}), **self.measured.get("explanation", {})}

    @property
    def is_contended(self) -> bool:
        """Whether its times do not count: other work ran meanwhile, or nobody knows whether."""
        return self.contention is not None or is_busy(self.timing.get("others_share"))

    @cached_property
    def course(self) -> TrainingCourse:
        """Losses and gradient norms of its training, in figures."""
        return training_course(self.lines)

    def epochs(self) -> list[dict[str, Any]]:
        """Lines of finished epochs."""
        return [line for line in self.lines if line.get("event") == "epoch"]


def read_run(path: Path, label: str | None = None, contention: str | None = None) -> Run:
    """The complete run in `path`, its files compared with their checksums.

    Raises:
        WorkError: a file is missing or damaged.
    """
    run = RunDirectory(path)
    check_files(run, READ)
    result = run.read_json(RESULT)
    try:
        return Run(
            name=path.resolve().name,
            label=label or str(result["model"]),
            configuration=read_configuration(path),
            environment=run.read_json(ENVIRONMENT),
            split=run.read_json(SPLIT),
            timing=run.read_json(TIMING),
            result=result,
            lines=tuple(read_lines(path)),
            answers=read_answers(run.file(PREDICTIONS)),
            measured=read_measured(run),
            contention=contention,
        )
    except (KeyError, TypeError) as error:
        raise WorkError(f"{path} is damaged: {RESULT} lacks {error}") from None


def read_configuration(path: Path) -> dict[str, Any]:
    """Content of config.yaml; a file of texts by its name alone.

    Where it lies differs from machine to machine, and split.json says whether the texts are equal.
    A setting that came after the run was made has its default, which is what the run did.

    Raises:
        WorkError: it is damaged.
    """
    try:
        content = yaml.safe_load((path / CONFIG).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        content = None
    if not isinstance(content, dict):
        raise WorkError(f"{path / CONFIG} is damaged: it holds no settings")
    for group, settings in (("data", DataSettings), ("training", TrainingSettings)):
        if isinstance(content.get(group), dict):
            content[group] = {**asdict(settings()), **content[group]}
    data = content.get("data")
    if isinstance(data, dict) and isinstance(data.get("source"), str):
        data["source"] = source_name(data["source"])
    return {"init_from": None, "new_classes": "refuse", **content}


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Objects of metrics.jsonl; none where there is no such file. A line cut short by a kill ends it."""
    file = path / METRICS
    lines: list[dict[str, Any]] = []
    if not file.exists():
        return lines
    for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            lines.append(json.loads(line))
        except json.JSONDecodeError:
            break
    return [line for line in lines if isinstance(line, dict)]


def read_answers(file: Path) -> dict[str, Answers]:
    """Predictions by split.

    Raises:
        WorkError: the file is no Parquet file of predictions.
    """
    import pyarrow
    import pyarrow.parquet

    try:
        table = pyarrow.parquet.read_table(file)
        columns = {name: _column(table[name]) for name in table.column_names}
        lists = table["probabilities"].combine_chunks()
        classes = len(lists[0]) if len(lists) else 1
        flat = lists.flatten().to_numpy(zero_copy_only=False)
        columns["probabilities"] = flat.reshape(-1, classes)
        return {name: _of_split(columns, name) for name in SPLITS}
    except (pyarrow.ArrowException, KeyError, ValueError, OSError) as error:
        reason = " ".join(str(error).split())
        raise WorkError(f"{file} is damaged: expected a table of predictions; {reason}") from None


def _column(column: Any) -> npt.NDArray[Any]:
    values = column.to_numpy() if column.num_chunks else np.empty(0)
    return values.astype(str) if values.dtype == object and _holds_text(values) else values


def _holds_text(values: npt.NDArray[Any]) -> bool:
    return bool(len(values)) and isinstance(values[0], str)


def _of_split(columns: dict[str, npt.NDArray[Any]], name: str) -> Answers:
    rows = np.flatnonzero(columns["split"] == name)
    rows = rows[np.argsort(columns["id"][rows], kind="stable")]
    return Answers(
        ids=columns["id"][rows],
        labels=columns["label"][rows].astype(np.int64),
        probabilities=columns["probabilities"][rows],
        groups=columns["group"][rows],
        tokens=columns["tokens"][rows],
        phenomena=columns["phenomenon"][rows] if "phenomenon" in columns else None,
        cue_distances=columns["cue_distance"][rows] if "cue_distance" in columns else None,
    )


def read_measured(folder: RunDirectory, read: Read = read_later) -> Measured:
    """What later commands measured.

    Args:
        folder: a run, or a folder of what was measured elsewhere.
        read: reads a file and compares its checksums.

    Raises:
        WorkError: a file is damaged, or was made of other files than the run has.
    """
    found = {}
    for name in MEASURED:
        if folder.file(name).exists():
            content = folder.read_json(name)
            # Written by hand, it has numbers only.
            is_sealed = "sha256" in content
            found[name.removesuffix(".json")] = (
                read(folder, name, ARTIFACTS[name]) if is_sealed else content
            )
    return cast("Measured", found)


def read_apart(path: Path) -> Measured:
    """What later commands wrote into a folder of its own (`--out`).

    Raises:
        WorkError: a file is damaged.
    """
    return read_measured(RunDirectory(path), read_sealed)


def has_measured(path: Path) -> bool:
    """Whether a later command wrote there."""
    return any((path / name).exists() for name in MEASURED)


def value_of(measured: Any) -> float:
    """The number that was measured; NaN where there is none."""
    if isinstance(measured, Interval):
        return measured.value
    if isinstance(measured, dict):
        measured = measured.get("value")
    return float(measured) if isinstance(measured, int | float) else math.nan


def ends_of(
    measured: Mapping[str, Any] | None,
) -> tuple[float | None, float | None, float | None]:
    """Value and both ends of the interval of what was measured; None for what it lacks."""
    known = measured or {}
    return known.get("value"), known.get("low"), known.get("high")


def mean_of(found: Sequence[Any]) -> Interval | float | None:
    """Mean of numbers, or of objects with value, low and high with the widest ends; None if none."""
    known = [
        one if isinstance(one, dict) else {"value": one}
        for one in found
        if isinstance(one, dict | int | float)
    ]
    known = [one for one in known if isinstance(one.get("value"), int | float)]
    if not known:
        return None
    mean = float(np.mean([one["value"] for one in known]))
    if not all({"low", "high"} <= set(one) for one in known):
        return mean
    return Interval(mean, min(one["low"] for one in known), max(one["high"] for one in known))
