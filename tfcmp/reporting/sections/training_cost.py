"""Section: what the accuracy costs in training time, memory and size, searches included."""

import math
from functools import partial

from tfcmp.evaluation.axes import LATENCY
from tfcmp.reporting.analysis.benchmarks import left_out_note
from tfcmp.reporting.analysis.comparison import Comparison
from tfcmp.reporting.analysis.training_times import (
    Conditions,
    SearchCost,
    examples_per_second,
    initial_seconds,
    later_value,
    mean_over,
    other_conditions,
    search_costs,
    seconds_per_epoch,
    seconds_to,
    timed_runs,
    training_seconds,
    why_not_timed,
)
from tfcmp.reporting.figures.accuracy import draw_accuracy_against_time
from tfcmp.reporting.load.models import ModelResult
from tfcmp.reporting.load.runs import value_of
from tfcmp.reporting.render.document import Cell, Column, Figure, Section, Table, make_table

TARGETS = (0.85, 0.88, 0.90)
COLUMNS = (
    Column("model", "model"),
    Column("accuracy", "test accuracy", "share"),
    Column("training_seconds", "training", "seconds"),
    Column("seconds_per_epoch", "per epoch", "seconds"),
    *(
        Column(f"seconds_to_{100 * target:.0f}", f"to {100 * target:.0f} %", "seconds")
        for target in TARGETS
    ),
    Column("search_trials", "search trials", "count"),
    Column("search_seconds", "search", "seconds"),
    Column("initial_seconds", "runs it starts from", "seconds"),
    Column("with_search_seconds", "with all before it", "seconds"),
    Column("examples_per_second", "training, texts/s", "number"),
    Column("latency_p90_ms", "latency p90, ms", "number"),
    Column("peak_memory_mb", "peak memory, MB", "number"),
    Column("parameters", "parameters", "count"),
    Column("parameters_without_embedding", "without embedding", "count"),
    Column("left_out", "why times are left out"),
)
NOTE = (
    "Means over seeds. Training is the steps alone, without the first (compiling) step, validation "
    "and checkpoints. Times to a validation accuracy are counted in whole epochs, over the seeds "
    "that reach it; empty where none does. Search is the sum over all trials, failed ones too, "
    "where it ran on the machine of these runs with nothing else of its study running. A run that starts "
    "from another one (--init_from) cost the training of that one too."
)
TRAINING_COLUMNS = COLUMNS[:7]


def training_cost_section(comparison: Comparison) -> Section:
    """Times, sizes and the cost of searches next to the accuracy."""
    conditions, seconds = comparison.conditions, comparison.training_seconds
    figures: tuple[Figure, ...] = ()
    if seconds:
        figures = (draw_accuracy_against_time(comparison.accuracies, seconds, comparison.styles),)
    notes = [_told(conditions)] if conditions else ["No run has times that count."]
    if all(_latency(comparison, model) is None for model in comparison.models):
        notes.append(
            left_out_note("Inference latency", comparison.untimed)
            if comparison.untimed
            else "Inference latency was not measured in these runs: python -m tfcmp.bench RUN does it."
        )
    others = [
        _other_table(number, comparison, other)
        for number, other in enumerate(other_conditions(comparison.models, conditions), start=2)
    ]
    tables = (times_table(comparison), *others)
    return Section("times", "Training time and size", tuple(notes), (), figures, tables)


def times_table(comparison: Comparison) -> Table:
    """One row per model; means over the runs whose times count."""
    conditions = comparison.conditions
    costs = search_costs(
        comparison.models, comparison.inputs.searches, comparison.search_conditions
    )
    rows = [
        (
            *_training(comparison, model, conditions),
            *_cells_before(model, conditions, costs[model.label]),
            mean_over(timed_runs(model, conditions), examples_per_second),
            _latency(comparison, model),
            later_value(model.runs, "peak_memory_mb"),
            model.runs[0].result["parameters"].get("total"),
            model.runs[0].result["parameters"].get("without_embedding"),
            "; ".join(filter(None, (_left_out(model, conditions), costs[model.label].left_out)))
            or None,
        )
        for model in comparison.ranked
    ]
    return make_table("times", "Time next to accuracy", COLUMNS, rows, NOTE)


def _other_table(number: int, comparison: Comparison, conditions: Conditions) -> Table:
    """The models with runs under conditions that are not those of most."""
    rows = [
        _training(comparison, model, conditions)
        for model in comparison.ranked
        if timed_runs(model, conditions)
    ]
    return make_table(
        f"times_{number}",
        f"Times under other conditions: {_shown(conditions)}",
        TRAINING_COLUMNS,
        rows,
        "Not to be compared with the table before, as the conditions differ.",
    )


def _training(
    comparison: Comparison, model: ModelResult, conditions: Conditions
) -> tuple[Cell, ...]:
    """The cells of `TRAINING_COLUMNS`."""
    runs = timed_runs(model, conditions)
    return (
        model.label,
        comparison.accuracies[model.label].value,
        mean_over(runs, training_seconds),
        mean_over(runs, seconds_per_epoch),
        *(mean_over(runs, partial(seconds_to, target=target)) for target in TARGETS),
    )


def _latency(comparison: Comparison, model: ModelResult) -> float | None:
    value = value_of(comparison.inference_axes[model.label].get(LATENCY))
    return value if math.isfinite(value) else None


def _cells_before(model: ModelResult, usual: Conditions, cost: SearchCost) -> tuple[Cell, ...]:
    """Trials of the search, their seconds, those of the runs before, and all with the training."""
    training = mean_over(timed_runs(model, usual), training_seconds)
    starts = any(run.timing.get("initial") for run in model.runs)
    before = mean_over(timed_runs(model, usual), partial(initial_seconds, usual=usual))
    parts = [training, cost.seconds]
    if starts:
        # Without a search the sum is of training and what came before it.
        parts = [training, before, *([cost.seconds] if cost.trials is not None else [])]
    known = [part for part in parts if part is not None]
    whole = sum(known) if len(known) == len(parts) else None
    return cost.trials, cost.seconds, before if starts else None, whole


def _left_out(model: ModelResult, usual: Conditions) -> str | None:
    runs = timed_runs(model, usual)
    reasons = [why_not_timed(run, usual) for run in model.runs]
    left_out = "; ".join(dict.fromkeys(reason for reason in reasons if reason))
    if runs and left_out:
        left_out = f"{len(model.runs) - len(runs)} of {len(model.runs)} runs: {left_out}"
    return left_out or None


def _told(usual: Conditions) -> str:
    return (
        f"Times are those of runs on {_shown(usual)}, on the same training texts, while nothing "
        "else ran. Other cells are empty, with the reason."
    )


def _shown(conditions: Conditions) -> str:
    hardware = conditions["hardware"] or conditions["device"]
    return f"{hardware}, {conditions['threads']} threads, {conditions['precision']}"
