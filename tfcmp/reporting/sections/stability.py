"""Section: how steady the trainings were."""

from collections.abc import Callable, Sequence

import numpy as np

from tfcmp.evaluation.stability import TrainingCourse, churn, training_course
from tfcmp.reporting.analysis.training_issues import collapsed, observed
from tfcmp.reporting.figures.training import draw_gradient_norms, draw_learning_curves
from tfcmp.reporting.load.inputs import FailedRun
from tfcmp.reporting.load.models import ModelResult
from tfcmp.reporting.render.document import Claim, Column, Section, Table, make_table

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


def steadiness_section(entrants: Sequence[ModelResult], failed: Sequence[FailedRun]) -> Section:
    """Spread over seeds, failed runs, gradient norms, loss spikes, and what the logs show."""
    tables = [steadiness_table(entrants, failed)]
    if failed:
        tables.append(failed_table(failed))
    claims: list[Claim] = observed(entrants, failed)
    notes = (
        "A run failed where it has no result, or where its validation accuracy is at most the "
        "majority's plus 2 points. Churn is the share of test texts that two seeds label "
        "differently. Findings here are counted in the logs of these runs: they describe them.",
    )
    figures = (draw_learning_curves(entrants, failed), *draw_gradient_norms(entrants))
    return Section("stability", "Stability", notes, tuple(claims), figures, tuple(tables))


def steadiness_table(entrants: Sequence[ModelResult], failed: Sequence[FailedRun]) -> Table:
    """A row an entrant, and one for every label of which no run has ended."""
    rows = [
        _row(entrant, sum(run.label == entrant.runs[0].label for run in failed))
        for entrant in entrants
    ]
    complete = {entrant.runs[0].label for entrant in entrants}
    for label in dict.fromkeys(run.label for run in failed if run.label not in complete):
        count = sum(run.label == label for run in failed)
        rows.append((label, 0, 0, count, 1.0, *[None] * 9))
    return make_table("stability", "Stability over seeds", COLUMNS, rows)


def failed_table(failed: Sequence[FailedRun]) -> Table:
    """A row a run without result."""
    columns = (
        Column("model", "model"),
        Column("run", "run"),
        Column("seed", "seed", "count"),
        Column("reason", "reason"),
    )
    rows = [(run.label, run.name, run.seed, run.reason) for run in failed]
    return make_table("failed_runs", "Failed runs", columns, rows)


def _row(entrant: ModelResult, broken_off: int) -> tuple:
    courses = [training_course(run.lines) for run in entrant.runs]
    lost = sum(map(collapsed, entrant.runs))
    scores = entrant.correct.mean(axis=1)
    return (
        entrant.label,
        len(entrant.runs),
        lost,
        broken_off,
        (lost + broken_off) / (len(entrant.runs) + broken_off),
        float(scores.std(ddof=1)) if len(scores) > 1 else None,
        churn(entrant.predicted),
        _of(courses, "median_gradient_norm", np.median),
        _of(courses, "usual_largest_gradient_norm", np.median),
        _of(courses, "largest_gradient_norm", np.max),
        sum(course.loss_spikes for course in courses),
        _of(courses, "largest_step_loss", np.max),
        float(np.mean([run.result["best_epoch"] for run in entrant.runs])),
        float(np.mean([run.result["epochs"] for run in entrant.runs])),
    )


def _of(
    courses: Sequence[TrainingCourse], name: str, combine: Callable[[list[float]], float]
) -> float | None:
    values = [getattr(course, name) for course in courses]
    known = [value for value in values if value is not None]
    return float(combine(known)) if known else None
