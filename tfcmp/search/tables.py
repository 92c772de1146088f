"""What a search found, as files: trials.csv, best.yaml, effects.csv and budget.csv."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from tfcmp.config.fields import Configuration
from tfcmp.config.writing import write_configuration
from tfcmp.evaluation.budget import budget_curve
from tfcmp.evaluation.effects import Alternative, main_effects
from tfcmp.runs.files import whole_file
from tfcmp.runs.layout import BEST, BUDGET, EFFECTS, TRIALS
from tfcmp.search.outcome import Outcome, best_of
from tfcmp.search.settings import with_settings
from tfcmp.search.space import Space

# Columns of trials.csv in front of the settings; none has a dot in its name.
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
