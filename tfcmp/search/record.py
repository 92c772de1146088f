"""What is written of a search while it runs: outcomes of trials, and after each search.json and tables."""

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from tfcmp.config.fields import Configuration
from tfcmp.config.file import write_configuration
from tfcmp.errors import WorkError
from tfcmp.evaluation.budget import budget_curve
from tfcmp.evaluation.effects import Alternative, main_effects
from tfcmp.records.search import Search, SearchSession, SessionStart
from tfcmp.runs.directory import RunDirectory
from tfcmp.runs.files import whole_file, write_json
from tfcmp.runs.layout import BEST, BUDGET, EFFECTS, OUTCOME, SEARCH, TRIALS, TRIALS_FOLDER
from tfcmp.search.plan import Plan, Role, read_search_file
from tfcmp.search.settings import with_settings
from tfcmp.search.space import Space

Status = Literal["COMPLETED", "FAILED", "INVALID"]
# Columns of trials.csv before the settings; none has a dot in its name.
COLUMNS = (
    "trial",
    "score",
    "status",
    "seconds",
    "reason",
    "loss",
    "best_epoch",
    "epochs",
    "seed",
    "worker",
)
STEPS = ("training", "validation")
PHASES = ("building", "first_step", *STEPS)


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


def write_tables(
    folder: Path,
    outcomes: Sequence[Outcome],
    configuration: Configuration,
    settings: Sequence[str],
    *,
    is_random: bool,
    alternatives: Sequence[Alternative] = (),
) -> None:
    """Writes all files anew.

    Args:
        folder: of the search.
        outcomes: all trials that have ended.
        configuration: what they have in common.
        settings: names of the searched settings.
        is_random: whether trials were drawn independently, as a budget curve needs it.
        alternatives: of the settings that depend on another one.
    """
    rows = [_row(outcome, settings) for outcome in outcomes]
    _write_csv(folder / TRIALS, [*COLUMNS, *settings], rows)
    best = best_of(list(outcomes))
    if best is None:
        return
    write_configuration(folder / BEST, with_settings(configuration, best.settings))
    _write_csv(
        folder / EFFECTS,
        ["setting", "share", "p", "level", "trials", "failed", "mean"],
        [
            [
                effect.name,
                effect.share,
                effect.p,
                level.label,
                level.trials,
                level.failed,
                level.mean,
            ]
            for effect in main_effects(
                [dict(zip([*COLUMNS, *settings], row, strict=True)) for row in rows],
                settings,
                "score",
                alternatives,
            )
            for level in effect.levels
        ],
    )
    if is_random:
        _write_budget(folder / BUDGET, outcomes)


def alternatives_of(space: Space) -> list[Alternative]:
    """The conditions under which settings have domains of their own."""
    return [
        Alternative(domain.setting, domain.parent, domain.parent_values)
        for domain in space.domains
        if domain.parent
    ]


def _row(outcome: Outcome, settings: Sequence[str]) -> list[Any]:
    return [
        *(getattr(outcome, name) for name in COLUMNS),
        *(outcome.settings.get(name) for name in settings),
    ]


def _write_budget(file: Path, outcomes: Sequence[Outcome]) -> None:
    """Expected best score by number of trials and by seconds; see `budget_curve`."""
    curve = budget_curve(
        [outcome.score for outcome in outcomes], [outcome.seconds for outcome in outcomes]
    )
    assert curve.seconds is not None
    numbers = zip(curve.trials, curve.seconds, curve.expected, strict=True)
    rows = [[int(trials), float(cost), float(best)] for trials, cost, best in numbers]
    _write_csv(file, ["trials", "seconds", "expected"], rows)


def _write_csv(file: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Writes a table; a missing value is an empty cell."""
    with whole_file(file) as part, part.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(columns)
        writer.writerows(rows)


class Record:
    """Keeps the files of a search up to date.

    Args:
        search: its directory, search.json in it.
        plan: what it is.
        role: of this process; a worker writes nothing.
        session: facts of this session: when it started, its command, its first phases in seconds.
        elapsed: seconds since the session began.
    """

    def __init__(
        self,
        search: RunDirectory,
        plan: Plan,
        role: Role,
        session: SessionStart,
        elapsed: Callable[[], float],
    ) -> None:
        self._search = search
        self._plan = plan
        self._role = role
        self._session = session
        self._elapsed = elapsed
        self._known = read_search_file(search)
        self._earlier = self._known.get("sessions", [])

    def outcomes(self) -> list[Outcome]:
        """All trials that have ended."""
        return read_outcomes(self._search.path)

    def seconds_of_trials(self) -> float:
        """Seconds that all of them took together."""
        return sum(outcome.seconds for outcome in self.outcomes())

    def write(self, status: str = "interrupted") -> Search:
        """Writes the tables and search.json.

        Args:
            status: "interrupted" until the search is "complete": a kill leaves no time to say so.

        Returns:
            The content of search.json.
        """
        outcomes = self.outcomes()
        write_tables(
            self._search.path,
            outcomes,
            self._plan.configuration,
            self._plan.settings(),
            is_random=self._plan.tuner == "random",
            alternatives=alternatives_of(self._plan.space),
        )
        session: SearchSession = {**self._session, "seconds": round(self._elapsed(), 2)}
        sessions = [*self._earlier, session]
        counts = Counter(outcome.status for outcome in outcomes)
        best = best_of(outcomes)
        seconds = self._seconds(outcomes, sessions)
        content: Search = {
            **self._known,
            "budget": {"trials": self._plan.budget.trials, "seconds": self._plan.budget.seconds},
            "status": status,
            "trials": {
                "done": len(outcomes),
                "completed": counts["COMPLETED"],
                "failed": counts["FAILED"],
                "invalid": counts["INVALID"],
            },
            "seconds": seconds,
            "share_in_steps": self._share_in_steps(seconds),
            "best": None
            if best is None or best.score is None
            else {"trial": best.trial, "score": best.score, "loss": best.loss},
            "sessions": sessions,
        }
        write_json(self._search.file(SEARCH), content)
        return content

    def _seconds(self, outcomes: list[Outcome], sessions: list[SearchSession]) -> dict[str, float]:
        """Where the time went: the whole, what came before the trials, and the trials by phase."""
        seconds = {
            "total": sum(session["seconds"] for session in sessions),
            "imports": sum(session["imports"] for session in sessions),
            "texts": sum(session["texts"] for session in sessions),
            "trials": sum(outcome.seconds for outcome in outcomes),
        }
        for phase in PHASES:
            seconds[phase] = sum(outcome.phases.get(phase, 0.0) for outcome in outcomes)
        if self._role == "alone":
            named = sum(value for name, value in seconds.items() if name not in ("total", "trials"))
            seconds["other"] = max(0.0, seconds["total"] - named)
        return {name: round(value, 2) for name, value in seconds.items()}

    def _share_in_steps(self, seconds: dict[str, float]) -> float | None:
        """Share of the whole time that went into training and evaluation steps.

        The first step of a model counts as overhead: it is mostly compilation. None for several
        processes, whose trials take place at the same time.
        """
        if self._role != "alone" or not seconds["total"]:
            return None
        return round(sum(seconds[phase] for phase in STEPS) / seconds["total"], 4)
