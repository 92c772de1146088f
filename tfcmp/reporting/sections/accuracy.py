"""Section: how accurate each entrant is, and which differences stand up."""

from collections.abc import Mapping, Sequence, Set
from typing import Any

import numpy as np

from tfcmp.evaluation.intervals import Interval, share_interval
from tfcmp.evaluation.metrics import majority_predictions
from tfcmp.evaluation.significance import NOT_RESOLVED
from tfcmp.evaluation.stability import seed_spread
from tfcmp.reporting.analysis.comparability import modal_conditions
from tfcmp.reporting.analysis.pairwise import Pair, claims_of_pairs, pairs_figure
from tfcmp.reporting.figures.accuracy import draw_accuracies
from tfcmp.reporting.figures.palette import Styles
from tfcmp.reporting.load.models import BASELINE, ModelResult, test_groups
from tfcmp.reporting.load.runs import Run
from tfcmp.reporting.render.document import (
    Column,
    Figure,
    Section,
    Table,
    interval_columns,
    make_table,
)
from tfcmp.reporting.sections.pairs import pairs_table
from tfcmp.reporting.sections.training_cost import mean_over, timed_runs, training_seconds

MAJORITY = "majority class"
GROUP_MAJORITY = "group majority"
# Where a split that tears groups apart has measured it (split.json).
RECORDED = "group_majority"
COLUMNS = (
    Column("model", "model"),
    Column("seeds", "seeds", "count"),
    *interval_columns("mean", "mean", "share"),
    Column("standard_deviation", "sd over seeds", "share"),
    Column("lowest", "min", "share"),
    Column("highest", "max", "share"),
    Column("training_seconds", "training", "seconds"),
    Column("validation", "validation", "share"),
    Column("macro_f1", "macro F1", "share"),
    Column("flag", "flag"),
    Column("covers", "the interval covers"),
)
SAMPLING = "test sampling only"
BOTH = "seeds and test sampling"


def accuracy_section(
    entrants: Sequence[ModelResult],
    measured: Mapping[str, Interval],
    pairs: Sequence[Pair],
    margin: float,
    styles: Styles | None = None,
) -> Section:
    """Accuracies, baselines, all pairs; training time beside both."""
    seconds = seconds_that_count(entrants)
    return Section(
        "accuracy",
        "Accuracy",
        _notes(entrants),
        tuple(claims_of_pairs(pairs, margin)),
        _figures(entrants, measured, pairs, margin, styles),
        (accuracy_table(entrants, measured, seconds, pairs), pairs_table(pairs, margin, seconds)),
    )


def seconds_that_count(entrants: Sequence[ModelResult]) -> dict[str, float]:
    """Label -> mean training seconds over the runs under the conditions of most."""
    usual = modal_conditions(entrants)
    means = {
        entrant.label: mean_over(timed_runs(entrant, usual), training_seconds)
        for entrant in entrants
    }
    return {label: mean for label, mean in means.items() if mean is not None}


def accuracy_table(
    entrants: Sequence[ModelResult],
    measured: Mapping[str, Interval],
    seconds: Mapping[str, float],
    pairs: Sequence[Pair] = (),
) -> Table:
    """A row an entrant, the most accurate first, and the baselines that read no text."""
    bar = _bar(entrants, measured)
    open_ones = {
        frozenset((pair.a.label, pair.b.label)) for pair in pairs if pair.verdict == NOT_RESOLVED
    }
    ordered = sorted(entrants, key=lambda entrant: -measured[entrant.label].value)
    rows = [
        _row(
            entrant,
            measured[entrant.label],
            _flag(entrant, measured, bar, open_ones),
            seconds.get(entrant.label),
        )
        for entrant in ordered
    ]
    note = (
        "Test accuracy. Intervals of one run cover the sampling of test groups only; those of "
        "several seeds cover seeds too; none covers the variation that other training texts would "
        "bring. Training time is empty where it does not count."
    )
    return make_table(
        "accuracy", "Accuracy of each model", COLUMNS, rows + _baselines(entrants), note
    )


def is_split_by_text(run: Run) -> bool:
    """Whether groups were torn apart by a random split."""
    return run.configuration.get("data", {}).get("grouping") == "none"


def group_majority(run: Run) -> dict[str, Any] | None:
    """Accuracy by split of the predictor that never reads the text, where the run recorded it."""
    recorded = run.split.get("baselines", {}).get(RECORDED)
    return recorded if isinstance(recorded, dict) else None


def _bar(entrants: Sequence[ModelResult], measured: Mapping[str, Interval]) -> str | None:
    """Label of the linear row that every network has to beat."""
    found = [entrant.label for entrant in entrants if entrant.is_baseline]
    return max(found, key=lambda label: measured[label].value, default=None)


def _flag(
    entrant: ModelResult,
    measured: Mapping[str, Interval],
    bar: str | None,
    open_ones: Set[frozenset[str]],
) -> str | None:
    """That a network is below the linear row, and whether the difference is resolved."""
    if bar is None or entrant.is_baseline:
        return None
    if measured[entrant.label].value >= measured[bar].value:
        return None
    is_open = frozenset((entrant.label, bar)) in open_ones
    return f"below {BASELINE}{', not resolved' if is_open else ''}"


def _row(
    entrant: ModelResult, accuracy: Interval, flag: str | None, seconds: float | None
) -> tuple:
    spread = seed_spread([float(row.mean()) for row in entrant.correct])
    means = {
        (split, name): float(np.mean([run.result[split][name]["value"] for run in entrant.runs]))
        for split, name in (("validation", "accuracy"), ("test", "macro_f1"))
    }
    return (
        entrant.label,
        spread.seeds,
        accuracy.value,
        accuracy.low,
        accuracy.high,
        spread.standard_deviation,
        spread.lowest,
        spread.highest,
        seconds,
        means["validation", "accuracy"],
        means["test", "macro_f1"],
        flag,
        BOTH if spread.seeds > 1 else SAMPLING,
    )


def _baselines(entrants: Sequence[ModelResult]) -> list[tuple]:
    """Rows of the predictors that never read a text."""
    run, answers = entrants[0].runs[0], entrants[0].first
    sizes = list(run.split["splits"]["train"]["class_sizes"].values())
    predicted = majority_predictions(np.repeat(np.arange(len(sizes)), sizes), len(answers.labels))
    hits = (predicted == answers.labels).astype(np.float64)
    of_majority = share_interval(hits, test_groups(entrants))
    told = "never reads the text"
    rows = [(MAJORITY, None, *of_majority, *[None] * 6, told, SAMPLING)]
    for entrant in entrants:
        recorded = group_majority(entrant.runs[0])
        if is_split_by_text(entrant.runs[0]) and recorded is not None:
            value, validation = recorded.get("test"), recorded.get("validation")
            empty = [None] * 6
            rows.append((GROUP_MAJORITY, None, value, *empty, validation, None, told, None))
            break
    return rows


def _notes(entrants: Sequence[ModelResult]) -> tuple[str, ...]:
    notes = []
    if not any(entrant.is_baseline for entrant in entrants):
        notes.append(
            f"{BASELINE} is not among these runs: whether a network beats the linear row was not "
            f"measured; python -m tfcmp.fit --model {BASELINE} does it."
        )
    by_text = [run for entrant in entrants for run in entrant.runs if is_split_by_text(run)]
    if by_text and not any(group_majority(run) for run in by_text):
        notes.append(
            "The validation split tears groups apart (data.grouping none), so validation "
            "accuracies are too high. What the majority of the group alone reaches there was not "
            "measured: these runs did not record it."
        )
    return tuple(notes)


def _figures(
    entrants: Sequence[ModelResult],
    measured: Mapping[str, Interval],
    pairs: Sequence[Pair],
    margin: float,
    styles: Styles | None,
) -> tuple[Figure, ...]:
    ordered = sorted(entrants, key=lambda entrant: measured[entrant.label].value)
    by_seed = {entrant.label: entrant.correct.mean(axis=1).tolist() for entrant in ordered}
    intervals = {entrant.label: measured[entrant.label] for entrant in ordered}
    bar = _bar(entrants, measured)
    beaten = (BASELINE, measured[bar].value) if bar is not None and len(entrants) > 1 else None
    differences = pairs_figure(pairs, margin)
    figures = (draw_accuracies(intervals, by_seed, styles, beaten), differences)
    return tuple(figure for figure in figures if figure is not None)
