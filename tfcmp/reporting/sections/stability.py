"""Section: how stable the trainings were."""

from collections.abc import Callable, Sequence

import numpy as np

from tfcmp.evaluation.stability import TrainingCourse, churn
from tfcmp.reporting.analysis.comparison import Comparison
from tfcmp.reporting.analysis.training_issues import collapsed, observed
from tfcmp.reporting.figures.training import draw_gradient_norms, draw_learning_curves
from tfcmp.reporting.load.inputs import FailedRun
from tfcmp.reporting.load.models import ModelResult
from tfcmp.reporting.render.document import Cell, Claim, Column, Section, Table, make_table

COLUMNS = (
    Column("model", "model"),
    Column("seeds", "complete runs", "count"),
    Column("collapsed", "of them no better than the majority", "count"),
    Column("broken_off", "without result", "count"),
    Column("failed_share", "failed", "share"),
    Column("standard_deviation", "sd of test accuracy", "share"),
    Column("churn", "churn between seeds", "share"),
    Column("median_gradient_norm", "gradient norm, median", "number"),
    Column("usual_largest_gradient_norm", "largest of a segment, median", "number"),
    Column("largest_gradient_norm", "largest of all", "number"),
    Column("loss_spikes", "loss spikes", "count"),
    Column("largest_step_loss", "largest loss of a step", "number"),
    Column("best_epoch", "best epoch, mean", "number"),
    Column("epochs", "of", "number"),
)


def stability_section(comparison: Comparison) -> Section:
    """Spread over seeds, failed runs, gradient norms, loss spikes, and what the logs show."""
    models, failed = comparison.models, comparison.inputs.failed_runs
    tables = [stability_table(models, failed)]
    if failed:
        tables.append(failed_table(failed))
    claims: list[Claim] = observed(models, failed)
    notes = (
        "A run failed where it has no result, or where its validation accuracy is at most the "
        "majority's plus 2 points. Churn is the share of test texts that two seeds label "
        "differently. Findings here are counted in the logs of these runs: they describe them.",
    )
    figures = (draw_learning_curves(models, failed), *draw_gradient_norms(models))
    return Section("stability", "Stability", notes, tuple(claims), figures, tuple(tables))


def stability_table(models: Sequence[ModelResult], failed: Sequence[FailedRun]) -> Table:
    """One row per model, and one for every label of which no run has ended."""
    rows = [
        _row(model, sum(run.label == model.runs[0].label for run in failed)) for model in models
    ]
    complete = {model.runs[0].label for model in models}
    for label in dict.fromkeys(run.label for run in failed if run.label not in complete):
        count = sum(run.label == label for run in failed)
        rows.append((label, 0, 0, count, 1.0, *[None] * 9))
    return make_table("stability", "Stability over seeds", COLUMNS, rows)


def failed_table(failed: Sequence[FailedRun]) -> Table:
    """One row per run without result."""
    columns = (
        Column("model", "model"),
        Column("run", "run"),
        Column("seed", "seed", "count"),
        Column("reason", "reason"),
    )
    rows = [(run.label, run.name, run.seed, run.reason) for run in failed]
    return make_table("failed_runs", "Failed runs", columns, rows)


def _row(model: ModelResult, broken_off: int) -> tuple[Cell, ...]:
    courses = [run.course for run in model.runs]
    lost = sum(map(collapsed, model.runs))
    return (
        model.label,
        len(model.runs),
        lost,
        broken_off,
        (lost + broken_off) / (len(model.runs) + broken_off),
        model.spread.standard_deviation,
        churn(model.predicted),
        _of(courses, "median_gradient_norm", np.median),
        _of(courses, "usual_largest_gradient_norm", np.median),
        _of(courses, "largest_gradient_norm", np.max),
        sum(course.loss_spikes for course in courses),
        _of(courses, "largest_step_loss", np.max),
        float(np.mean([run.result["best_epoch"] for run in model.runs])),
        float(np.mean([run.result["epochs"] for run in model.runs])),
    )


def _of(
    courses: Sequence[TrainingCourse], name: str, combine: Callable[[list[float]], float]
) -> float | None:
    values = [getattr(course, name) for course in courses]
    known = [value for value in values if value is not None]
    return float(combine(known)) if known else None
