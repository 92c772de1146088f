"""What became of a trial: outcome.json in its folder, written whole when it ends."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from tfcmp.errors import WorkError
from tfcmp.runs.files import write_json
from tfcmp.runs.layout import OUTCOME, TRIALS_FOLDER

Status = Literal["COMPLETED", "FAILED", "INVALID"]


@dataclass(frozen=True)
class Outcome:
    """A trial that has ended.

    Attributes:
        trial: its number, from 0.
        status: COMPLETED; FAILED: it diverged, ran out of memory or broke; INVALID: its settings
            contradict each other, nothing was trained.
        settings: the searched settings by dotted name.
        seed: of weights, dropout and order of the texts.
        score: validation accuracy of the best epoch, or macro F1 where the selection is by that;
            None unless it completed.
        loss: mean negative log-likelihood of the same epoch.
        best_epoch: number of that epoch, from 1.
        epochs: epochs trained.
        seconds: duration of the trial, whatever it was spent on.
        phases: of these, seconds in building, first_step, training and validation.
        reason: why it has no score.
        worker: name of the process.
    """

    trial: int
    status: Status
    settings: dict[str, Any]
    seed: int
    score: float | None = None
    loss: float | None = None
    best_epoch: int | None = None
    epochs: int = 0
    seconds: float = 0.0
    phases: dict[str, float] = field(default_factory=dict)
    reason: str = ""
    worker: str = ""


def trial_folder(search: Path, trial: int) -> Path:
    """Folder of one trial."""
    return search / TRIALS_FOLDER / f"{trial:04d}"


def write_outcome(search: Path, outcome: Outcome) -> None:
    """Writes outcome.json of its trial."""
    folder = trial_folder(search, outcome.trial)
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / OUTCOME, asdict(outcome))


def read_outcome(search: Path, trial: int) -> Outcome | None:
    """The outcome of a trial; None where it has not ended.

    Raises:
        WorkError: the file is damaged.
    """
    file = trial_folder(search, trial) / OUTCOME
    try:
        return Outcome(**json.loads(file.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (UnicodeDecodeError, json.JSONDecodeError, TypeError):
        raise WorkError(
            f"{file} is damaged; remove its folder, and --resume does the trial again"
        ) from None


def read_outcomes(search: Path) -> list[Outcome]:
    """Outcomes of all trials that have ended, by number."""
    numbers = sorted(int(file.parent.name) for file in search.glob(f"{TRIALS_FOLDER}/*/{OUTCOME}"))
    outcomes = (read_outcome(search, number) for number in numbers)
    return [outcome for outcome in outcomes if outcome is not None]


def best_of(outcomes: list[Outcome]) -> Outcome | None:
    """The trial of the highest score on validation; of several, the one of the lowest loss."""
    scored = [outcome for outcome in outcomes if outcome.score is not None]
    return max(scored, key=lambda outcome: (outcome.score, -(outcome.loss or 0.0)), default=None)
