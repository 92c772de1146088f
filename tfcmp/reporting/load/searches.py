"""The trials of a hyperparameter search, as tfcmp.tune writes them."""

import csv
import json
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tfcmp.errors import WorkError
from tfcmp.evaluation.budget import Course
from tfcmp.evaluation.effects import Alternative
from tfcmp.reporting.load.runs import read_lines
from tfcmp.runs.layout import BUDGET, METRICS, SEARCH, SPACE, TRIALS, TRIALS_FOLDER


@dataclass(frozen=True)
class Search:
    """A search.

    Attributes:
        label: what it is called in tables; the name of its folder, unless another search has it too.
        trials: rows of trials.csv, all values text.
        is_random: whether trials were drawn independently, as a budget curve needs it.
        environment: where it was made, as of a run; empty where it is not known.
        alternatives: of the settings that depend on another one.
        contention: why its study says that its times do not count; None if it does not.
        folder: name of its folder; "" where that is the label.
        courses: of each trial, steps taken and validation accuracy at the end of each epoch; empty
            where its log is not there.
    """

    label: str
    trials: tuple[dict[str, str], ...]
    is_random: bool = True
    environment: dict[str, Any] = field(default_factory=dict)
    alternatives: tuple[Alternative, ...] = ()
    contention: str | None = None
    folder: str = ""
    courses: tuple[Course, ...] = ()

    @property
    def name(self) -> str:
        """What the runs that take its settings are called."""
        return self.folder or self.label

    def settings(self) -> list[str]:
        """Names of the settings that were searched: the dotted columns."""
        return [name for name in (self.trials[0] if self.trials else {}) if "." in name]

    def scores(self) -> list[float | None]:
        """One score per trial; None where it failed."""
        return [as_number(trial.get("score")) for trial in self.trials]

    def seconds(self) -> list[float | None]:
        """Duration of each trial; None where it is not known."""
        return [as_number(trial.get("seconds")) for trial in self.trials]

    def total_seconds(self) -> float:
        """Of all trials whose duration is known."""
        return sum(value or 0.0 for value in self.seconds())


def read_search(path: Path, contention: str | None = None, label: str | None = None) -> Search:
    """The search in `path`.

    Args:
        path: of the search.
        contention: why its study says that its times do not count.
        label: what to call it instead of the name of its folder.

    Raises:
        WorkError: trials.csv, search.json or space.yaml is damaged.
    """
    try:
        with (path / TRIALS).open(encoding="utf-8", newline="") as stream:
            rows = tuple(csv.DictReader(stream))
    except (UnicodeDecodeError, csv.Error):
        raise WorkError(f"{path / TRIALS} is damaged: it holds no table") from None
    if rows and not {"score", "status", "seconds"} <= set(rows[0]):
        raise WorkError(
            f"{path / TRIALS} is damaged: expected the columns score, status and seconds"
        )
    name, record = path.resolve().name, _record(path / SEARCH)
    # Where no trial has a score there is no budget.csv, whatever the tuner was.
    tuner = record.get("tuner")
    is_random = tuner == "random" if tuner is not None else (path / BUDGET).exists()
    return Search(
        label or name,
        rows,
        is_random,
        record["environment"],
        _alternatives(path / SPACE),
        contention,
        name,
        tuple(_course_of(path / TRIALS_FOLDER / _folder_of(row)) for row in rows),
    )


def _record(file: Path) -> dict[str, Any]:
    """Content of search.json; that of an unknown search where there is none."""
    if not file.exists():
        return {"environment": {}}
    try:
        content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        if not isinstance(content["environment"], dict):
            raise TypeError
        return content
    except (ValueError, KeyError, TypeError):
        raise WorkError(f"{file} is damaged: it does not tell where it was made") from None


def _folder_of(row: dict[str, str]) -> str:
    number = row.get("trial") or ""
    return f"{int(number):04}" if number.isdigit() else "unknown"


def _course_of(trial: Path) -> Course:
    """Steps and validation accuracy at the end of each epoch; a damaged line ends it."""
    if not (trial / METRICS).is_file():
        return ()
    before, steps, course = 0, 0, []
    for line in read_lines(trial):
        if line.get("event") == "segment":
            steps = int(line.get("step") or 0)
        elif line.get("event") == "epoch" and "validation_accuracy" in line:
            before, steps = before + steps, 0
            course.append((before, float(line["validation_accuracy"])))
    return tuple(course)


def _alternatives(space: Path) -> tuple[Alternative, ...]:
    """From the entries with `when`; see docs/search.md."""
    if not space.exists():
        return ()
    found = []
    try:
        for name, entry in yaml.safe_load(space.read_text(encoding="utf-8")).items():
            for part in entry if isinstance(entry, list) else [entry]:
                if isinstance(part, dict) and part.get("when"):
                    ((parent, values),) = part["when"].items()
                    found.append(Alternative(str(name), str(parent), tuple(values)))
    except (OSError, ValueError, TypeError, AttributeError, yaml.YAMLError):
        raise WorkError(f"{space} is damaged: expected what a search varies") from None
    return tuple(found)


def as_number(text: str | None) -> float | None:
    """The finite number that a cell holds, if it does."""
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) else None
