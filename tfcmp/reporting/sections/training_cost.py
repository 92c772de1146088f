"""Section: what the accuracy costs in training time, memory and size, searches included."""

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from tfcmp.evaluation.intervals import Interval, mean_interval
from tfcmp.reporting.analysis.comparability import (
    Conditions,
    modal_conditions,
    other_conditions,
    why_not_timed,
)
from tfcmp.reporting.analysis.gaps import left_out_note, why_left_out
from tfcmp.reporting.analysis.search_costs import SearchCost, initial_seconds, search_costs
from tfcmp.reporting.figures.accuracy import draw_accuracy_against_time
from tfcmp.reporting.figures.palette import Styles
from tfcmp.reporting.load.models import ModelResult
from tfcmp.reporting.load.runs import Run
from tfcmp.reporting.load.searches import Search
from tfcmp.reporting.render.document import Column, Section, Table, make_table
from tfcmp.reporting.sections.inference import usual_axes

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
TRAINING = COLUMNS[:7]


def times_section(
    entrants: Sequence[ModelResult],
    searches: Sequence[Search],
    measured: Mapping[str, Interval],
    styles: Styles | None = None,
) -> Section:
    """Times, sizes and the cost of searches beside the accuracy."""
    usual = modal_conditions(entrants)
    table = times_table(entrants, searches, measured, usual)
    seconds = {row[0]: row[2] for row in table.rows if isinstance(row[2], float)}
    timed = {str(label): value for label, value in seconds.items()}
    figures = (draw_accuracy_against_time(measured, timed, styles),) if timed else ()
    notes = [_told(usual)] if usual else ["No run has times that count."]
    place = [column.name for column in COLUMNS].index("latency_p90_ms")
    if all(row[place] is None for row in table.rows):
        left_out = why_left_out(entrants)
        notes.append(
            left_out_note("Inference latency", left_out)
            if left_out
            else "Inference latency was not measured in these runs: python -m tfcmp.bench RUN does it."
        )
    others = [
        _other_table(number, entrants, measured, conditions)
        for number, conditions in enumerate(other_conditions(entrants, usual), start=2)
    ]
    return Section("times", "Training time and size", tuple(notes), (), figures, (table, *others))


def times_table(
    entrants: Sequence[ModelResult],
    searches: Sequence[Search],
    measured: Mapping[str, Interval],
    usual: Conditions,
) -> Table:
    """A row an entrant; means over the runs whose times count."""
    costs = search_costs(entrants, searches, usual)
    answering = usual_axes(entrants)
    rows = [
        (
            *_training(entrant, measured, usual),
            *_cells_before(entrant, usual, costs[entrant.label]),
            mean_over(timed_runs(entrant, usual), examples_per_second),
            _finite(value_of(answering[entrant.label].get("latency_p90_ms"))),
            later_value(entrant.runs, "peak_memory_mb"),
            entrant.runs[0].result["parameters"].get("total"),
            entrant.runs[0].result["parameters"].get("without_embedding"),
            "; ".join(filter(None, (_left_out(entrant, usual), costs[entrant.label].left_out)))
            or None,
        )
        for entrant in _ranked(entrants, measured)
    ]
    return make_table("times", "Time beside accuracy", COLUMNS, rows, NOTE)


def _other_table(
    number: int,
    entrants: Sequence[ModelResult],
    measured: Mapping[str, Interval],
    conditions: Conditions,
) -> Table:
    """The entrants with runs under conditions that are not those of most."""
    rows = [
        _training(entrant, measured, conditions)
        for entrant in _ranked(entrants, measured)
        if timed_runs(entrant, conditions)
    ]
    return make_table(
        f"times_{number}",
        f"Times under other conditions: {_shown(conditions)}",
        TRAINING,
        rows,
        "Not to be compared with the table before, as the conditions differ.",
    )


def _training(entrant: ModelResult, measured: Mapping[str, Interval], usual: Conditions) -> tuple:
    """The cells of `TRAINING`."""
    runs = timed_runs(entrant, usual)
    return (
        entrant.label,
        measured[entrant.label].value,
        mean_over(runs, training_seconds),
        mean_over(runs, seconds_per_epoch),
        *(mean_over(runs, partial(seconds_to, target=target)) for target in TARGETS),
    )


def _cells_before(entrant: ModelResult, usual: Conditions, cost: SearchCost) -> tuple:
    """Trials of the search, their seconds, those of the runs before, and all with the training."""
    training = mean_over(timed_runs(entrant, usual), training_seconds)
    starts = any(run.timing.get("initial") for run in entrant.runs)
    before = mean_over(timed_runs(entrant, usual), partial(initial_seconds, usual=usual))
    parts = [training, cost.seconds]
    if starts:
        # Without a search the sum is of training and what came before it.
        parts = [training, before, *([cost.seconds] if cost.trials is not None else [])]
    known = [part for part in parts if part is not None]
    whole = sum(known) if len(known) == len(parts) else None
    return cost.trials, cost.seconds, before if starts else None, whole


def timed_runs(entrant: ModelResult, usual: Conditions) -> list[Run]:
    """The runs whose times count."""
    return [run for run in entrant.runs if why_not_timed(run, usual) is None]


def training_seconds(run: Run) -> float:
    """Seconds of training steps."""
    return float(run.timing["seconds"].get("training", math.nan))


def examples_per_second(run: Run) -> float:
    """Median over epochs."""
    return _median(run, "examples_per_second")


def seconds_per_epoch(run: Run) -> float:
    """Median over epochs."""
    return _median(run, "seconds")


def seconds_to(run: Run, target: float) -> float:
    """Training seconds until validation reaches the accuracy; NaN where it never does."""
    passed = 0.0
    for line in run.epochs():
        passed += float(line.get("seconds", math.nan))
        if line.get("validation_accuracy", 0.0) >= target:
            return passed
    return math.nan


def mean_over(runs: Sequence[Run], measure: Callable[[Run], float]) -> float | None:
    """Mean over the runs that have the measure; None where none has."""
    values = [value for value in map(measure, runs) if math.isfinite(value)]
    return float(np.mean(values)) if values else None


def interval_over(runs: Sequence[Run], measure: Callable[[Run], float]) -> Interval | float | None:
    """Mean over the runs with its interval (t over runs); a number alone of a single run."""
    values = np.array([value for value in map(measure, runs) if math.isfinite(value)])
    if len(values) < 2:
        return float(values[0]) if len(values) else None
    return mean_interval(values, np.arange(len(values)), (0.0, math.inf))


def later_value(runs: Sequence[Run], name: str) -> float | None:
    """Mean of what a later command measured, whether a number or one with an interval."""
    return mean_over(runs, lambda run: value_of(run.later.get(name)))


def value_of(measured: Any) -> float:
    """The number; NaN where there is none."""
    if isinstance(measured, Interval):
        return measured.value
    if isinstance(measured, dict):
        measured = measured.get("value")
    return float(measured) if isinstance(measured, int | float) else math.nan


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _ranked(entrants: Sequence[ModelResult], measured: Mapping[str, Interval]) -> list[ModelResult]:
    return sorted(entrants, key=lambda entrant: -measured[entrant.label].value)


def _left_out(entrant: ModelResult, usual: Conditions) -> str | None:
    runs = timed_runs(entrant, usual)
    reasons = [why_not_timed(run, usual) for run in entrant.runs]
    left_out = "; ".join(dict.fromkeys(reason for reason in reasons if reason))
    if runs and left_out:
        left_out = f"{len(entrant.runs) - len(runs)} of {len(entrant.runs)} runs: {left_out}"
    return left_out or None


def _median(run: Run, name: str) -> float:
    values = [float(line[name]) for line in run.epochs() if line.get(name) is not None]
    return float(np.median(values)) if values else math.nan


def _told(usual: Conditions) -> str:
    return (
        f"Times are those of runs on {_shown(usual)}, on the same training texts, while nothing "
        "else ran. Other cells are empty, with the reason."
    )


def _shown(conditions: Conditions) -> str:
    hardware = conditions["hardware"] or conditions["device"]
    return f"{hardware}, {conditions['threads']} threads, {conditions['precision']}"
