"""Section: how accurate each model is, and which differences stand up."""

from collections.abc import Set
from typing import Any

import numpy as np

from tfcmp.evaluation.intervals import Interval, share_interval
from tfcmp.evaluation.metrics import majority_predictions
from tfcmp.evaluation.significance import NOT_RESOLVED
from tfcmp.reporting.analysis.comparison import Comparison
from tfcmp.reporting.analysis.pairwise import Pair, claims_of_pairs
from tfcmp.reporting.figures.accuracy import DifferenceRow, draw_accuracies, draw_differences
from tfcmp.reporting.figures.drawing import shortened
from tfcmp.reporting.load.models import BASELINE, ModelResult
from tfcmp.reporting.load.runs import Run
from tfcmp.reporting.render.document import (
    TEST,
    Cell,
    Column,
    Figure,
    Section,
    Table,
    interval_columns,
    make_table,
)

MAJORITY = "majority class"
GROUP_MAJORITY = "group majority"
# Where a split that tears groups apart has measured it (split.json).
RECORDED = "group_majority"
SAMPLING = "test sampling only"
BOTH = "seeds and test sampling"
# A picture of more rows is not read.
MOST_PAIRS = 28
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
PAIR_COLUMNS = (
    Column("model_a", "a: better on average"),
    Column("model_b", "b: the other"),
    Column("difference", "difference", "points"),
    Column("low", "95 % interval", "points"),
    Column("high", "to", "points"),
    Column("bootstrap_low", "bootstrap interval", "points"),
    Column("bootstrap_high", "to", "points"),
    Column("p", "p", "p"),
    Column("holm_p", "Holm p", "p"),
    Column("smallest_detectable", "smallest detectable", "width"),
    Column("verdict", "a is more accurate"),
    Column("equality", "equal within the margin"),
    Column("equality_p", "Holm p of equality", "p"),
    Column("holds_for", "holds for"),
    Column("time_ratio", "training time, a to b", "number"),
    Column("only_a", "only a right", "count"),
    Column("only_b", "only b right", "count"),
    Column("flip_p", "p by sign flips", "p"),
    Column("seeds", "runs"),
    Column("examples", "test texts", "count"),
    Column(TEST, "test"),
)


def accuracy_section(comparison: Comparison) -> Section:
    """Accuracies, baselines, all pairs; training time next to both."""
    return Section(
        "accuracy",
        "Accuracy",
        _notes(comparison),
        tuple(claims_of_pairs(comparison.pairs, comparison.options.margin)),
        _figures(comparison),
        (accuracy_table(comparison), pairs_table(comparison)),
    )


def accuracy_table(comparison: Comparison) -> Table:
    """One row per model, the most accurate first, and the baselines that read no text."""
    unresolved = {
        frozenset((pair.a.label, pair.b.label))
        for pair in comparison.pairs
        if pair.verdict == NOT_RESOLVED
    }
    rows = [
        _row(
            model,
            comparison.accuracies[model.label],
            _flag(model, comparison, unresolved),
            comparison.training_seconds.get(model.label),
        )
        for model in comparison.ranked
    ]
    note = (
        "Test accuracy. Intervals of one run cover the sampling of test groups only; those of "
        "several seeds cover seeds too; none covers the variation that other training texts would "
        "bring. Training time is empty where it does not count."
    )
    return make_table(
        "accuracy", "Accuracy of each model", COLUMNS, rows + _baselines(comparison), note
    )


def pairs_table(comparison: Comparison) -> Table:
    """One row per pair."""
    margin = comparison.options.margin
    rows = [
        (
            pair.a.label,
            pair.b.label,
            pair.difference.value,
            pair.difference.low,
            pair.difference.high,
            pair.bootstrap.low if pair.bootstrap else None,
            pair.bootstrap.high if pair.bootstrap else None,
            pair.difference.p,
            pair.holm_p,
            pair.smallest_detectable,
            pair.verdict,
            pair.equality,
            pair.equality_p,
            pair.holds_for,
            _time_ratio(comparison, pair),
            pair.difference.only_a,
            pair.difference.only_b,
            pair.difference.flip_p,
            pair.seeds,
            pair.a.correct.shape[1],
            pair.difference.test,
        )
        for pair in comparison.pairs
    ]
    return make_table(
        "pairs",
        "Every pair of models",
        PAIR_COLUMNS,
        rows,
        "Verdicts use p adjusted over all pairs (Holm 1979), those on equality as well: two one-sided "
        f"tests at a margin of {100 * margin:g} points. Intervals are not adjusted. The smallest "
        "detectable difference is found with a probability of 80 % by a study of the same seeds, "
        "groups and number of pairs, if they vary as here. Where a side has a single run, verdicts "
        "hold for these runs only, and no two models are declared equal. Sign flips of whole groups "
        "and the bootstrap over seeds and groups (from 5 seeds on) are second opinions; the counts "
        "of texts that only one model answers right describe, they test nothing.",
    )


def _time_ratio(comparison: Comparison, pair: Pair) -> float | None:
    seconds, both = comparison.training_seconds, (pair.a.label, pair.b.label)
    return seconds[both[0]] / seconds[both[1]] if set(both) <= set(seconds) else None


def is_split_by_text(run: Run) -> bool:
    """Whether groups were torn apart by a random split."""
    return bool(run.configuration.get("data", {}).get("grouping") == "none")


def group_majority(run: Run) -> dict[str, Any] | None:
    """Accuracy by split of the predictor that never reads the text, where the run recorded it."""
    recorded = run.split.get("baselines", {}).get(RECORDED)
    return recorded if isinstance(recorded, dict) else None


def _bar(comparison: Comparison) -> str | None:
    """Label of the linear row that every network has to beat."""
    found = [model.label for model in comparison.models if model.is_baseline]
    return max(found, key=lambda label: comparison.accuracies[label].value, default=None)


def _flag(
    model: ModelResult, comparison: Comparison, unresolved: Set[frozenset[str]]
) -> str | None:
    """That a network is below the linear row, and whether the difference is resolved."""
    bar, accuracies = _bar(comparison), comparison.accuracies
    if bar is None or model.is_baseline or accuracies[model.label].value >= accuracies[bar].value:
        return None
    is_open = frozenset((model.label, bar)) in unresolved
    return f"below {BASELINE}{', not resolved' if is_open else ''}"


def _row(
    model: ModelResult, accuracy: Interval, flag: str | None, seconds: float | None
) -> tuple[Cell, ...]:
    spread = model.spread
    scores = {
        "validation": [run.result["validation"]["accuracy"]["value"] for run in model.runs],
        "macro_f1": [run.result["test"]["macro_f1"]["value"] for run in model.runs],
    }
    return (
        model.label,
        spread.seeds,
        accuracy.value,
        accuracy.low,
        accuracy.high,
        spread.standard_deviation,
        spread.lowest,
        spread.highest,
        seconds,
        float(np.mean(scores["validation"])),
        float(np.mean(scores["macro_f1"])),
        flag,
        BOTH if spread.seeds > 1 else SAMPLING,
    )


def _baselines(comparison: Comparison) -> list[tuple[Cell, ...]]:
    """Rows of the predictors that never read a text."""
    run, answers = comparison.models[0].runs[0], comparison.models[0].first
    sizes = list(run.split["splits"]["train"]["class_sizes"].values())
    predicted = majority_predictions(np.repeat(np.arange(len(sizes)), sizes), len(answers.labels))
    hits = (predicted == answers.labels).astype(np.float64)
    of_majority = share_interval(hits, comparison.test_groups)
    told = "never reads the text"
    rows = [(MAJORITY, None, *of_majority, *[None] * 6, told, SAMPLING)]
    for model in comparison.models:
        recorded = group_majority(model.runs[0])
        if is_split_by_text(model.runs[0]) and recorded is not None:
            value, validation = recorded.get("test"), recorded.get("validation")
            empty = [None] * 6
            rows.append((GROUP_MAJORITY, None, value, *empty, validation, None, told, None))
            break
    return rows


def _notes(comparison: Comparison) -> tuple[str, ...]:
    notes = []
    if not any(model.is_baseline for model in comparison.models):
        notes.append(
            f"{BASELINE} is not among these runs: whether a network beats the linear row was not "
            f"measured; python -m tfcmp.fit --model {BASELINE} does it."
        )
    by_text = [run for model in comparison.models for run in model.runs if is_split_by_text(run)]
    if by_text and not any(group_majority(run) for run in by_text):
        notes.append(
            "The validation split tears groups apart (data.grouping none), so validation "
            "accuracies are too high. What the majority of the group alone reaches there was not "
            "measured: these runs did not record it."
        )
    return tuple(notes)


def _figures(comparison: Comparison) -> tuple[Figure, ...]:
    ordered = sorted(comparison.models, key=lambda one: comparison.accuracies[one.label].value)
    by_seed = {model.label: model.correct.mean(axis=1).tolist() for model in ordered}
    intervals = {model.label: comparison.accuracies[model.label] for model in ordered}
    bar = _bar(comparison)
    beaten = (BASELINE, intervals[bar].value) if bar is not None and len(ordered) > 1 else None
    figures = (
        draw_accuracies(intervals, by_seed, comparison.styles, beaten),
        pairs_figure(comparison),
    )
    return tuple(figure for figure in figures if figure is not None)


def pairs_figure(comparison: Comparison) -> Figure | None:
    """All differences with their intervals; of many pairs those with the most accurate one."""
    pairs = comparison.pairs
    if len(pairs) > MOST_PAIRS:
        pairs = tuple(pair for pair in pairs if pair.a is pairs[0].a)
    if not pairs:
        return None
    rows = [
        DifferenceRow(
            f"{shortened(pair.a.label, 20)} - {shortened(pair.b.label, 20)}",
            Interval(pair.difference.value, pair.difference.low, pair.difference.high),
            pair.verdict != NOT_RESOLVED,
        )
        for pair in pairs
    ]
    return draw_differences(rows, comparison.options.margin)
