"""Section: which model to take, under the user's own constraints."""

from collections.abc import Mapping, Sequence

import numpy as np

from tfcmp.evaluation.axes import AXES, Measurements, Models, find_axis
from tfcmp.evaluation.intervals import Interval
from tfcmp.evaluation.pareto import UNMEASURED, Decision, Front, Gaps, decide, pareto_front
from tfcmp.reporting.comparisons import Pair, told_by
from tfcmp.reporting.conditions import usual_conditions
from tfcmp.reporting.decisions import (
    INFERENCE,
    INTERPRETABILITY,
    PERFORMANCE,
    SIZE,
    decision_claim,
    decision_table,
    value_on,
)
from tfcmp.reporting.document import Column, Section, Table, make_table
from tfcmp.reporting.entrants import Entrant
from tfcmp.reporting.explained import AXES as EXPLAINED_AXES
from tfcmp.reporting.explained import explained_axes, explanation_notes
from tfcmp.reporting.figures.palette import Styles
from tfcmp.reporting.figures.pareto import draw_pareto
from tfcmp.reporting.gaps import left_out_note, told_gaps, why_left_out
from tfcmp.reporting.inference_times import AXES as INFERENCE_AXES
from tfcmp.reporting.inference_times import joined, usual_axes
from tfcmp.reporting.times import mean_over, timed_runs, training_seconds, value_of

VIEW = {
    PERFORMANCE: "performance",
    INFERENCE: "inference time",
    INTERPRETABILITY: "interpretability",
}
WAYS = {
    INFERENCE: "python -m tfcmp.bench RUN",
    INTERPRETABILITY: "python -m tfcmp.explain RUN --evaluate",
}
NO_MEASUREMENT = "not measured\nin these runs"
LEFT_OUT = "measured,\nbut left out"


def reasoning_section(
    entrants: Sequence[Entrant],
    measured: Mapping[str, Interval],
    pairs: Sequence[Pair],
    requirements: Sequence[str],
    preference: str,
    styles: Styles | None = None,
) -> Section:
    """Pareto view over performance, inference time and interpretability; the decision.

    Raises:
        CallError: a requirement cannot be read, or an axis is unknown.
    """
    models = measurements(entrants, measured)
    axes = [find_axis(name) for name in VIEW]
    apart = told_by(pairs, models)
    front = pareto_front(models, axes, apart)
    left_out = why_left_out(entrants)
    gaps = told_gaps(left_out)
    decision = decide(models, requirements, preference, apart=apart, gaps=gaps)
    # Beside the axes of the front the size, which is always known.
    across = [INFERENCE, INTERPRETABILITY, SIZE]
    empty = {
        name: f"{VIEW[name]}:\n{LEFT_OUT if left_out and name == INFERENCE else NO_MEASUREMENT}"
        for name in front.empty_axes
        if name in VIEW
    }
    claim = decision_claim(decision, models, pairs, requirements, preference)
    return Section(
        "reasoning",
        "What to take",
        (*_notes(front, requirements, preference, left_out), *explanation_notes(entrants)),
        (claim,) if claim else (),
        (draw_pareto(models, across, front.members, empty, styles),),
        (
            decision_table(decision, models, requirements, preference),
            costs_table(decision),
            pareto_table(models, front, gaps),
        ),
    )


def measurements(entrants: Sequence[Entrant], measured: Mapping[str, Interval]) -> Models:
    """Label -> axis -> what was measured."""
    usual = usual_conditions(entrants)
    answering = usual_axes(entrants)
    explained = explained_axes(entrants)
    models: dict[str, Measurements] = {}
    for entrant in entrants:
        of: dict[str, Interval | float | None] = {
            axis.name: joined([run.later.get(axis.name) for run in entrant.runs]) for axis in AXES
        }
        of |= {name: answering[entrant.label].get(name) for name in INFERENCE_AXES}
        of |= {name: explained[entrant.label].get(name) for name in EXPLAINED_AXES}
        for name in ("macro_f1", "nll", "brier", "ece"):
            of[name] = float(np.mean([run.result["test"][name]["value"] for run in entrant.runs]))
        of[PERFORMANCE] = measured[entrant.label]
        of["training_seconds"] = mean_over(timed_runs(entrant, usual), training_seconds)
        of[SIZE] = value_of(entrant.runs[0].result["parameters"].get("total"))
        models[entrant.label] = of
    return models


def costs_table(decision: Decision) -> Table:
    """Where the taken model is worse than the best and than the runner-up."""
    columns = (
        Column("axis", "axis"),
        Column("taken", "of the taken model", "number"),
        Column("other", "of the other", "number"),
        Column("than", "the other"),
        Column("told_apart", "told apart"),
    )
    rows = [
        (cost.axis, cost.taken, cost.other, cost.than, "yes" if cost.is_apart else "no")
        for cost in decision.costs
    ]
    return make_table(
        "costs",
        "What the choice costs",
        columns,
        rows,
        "Axes on which the best model without requirements, or the runner-up, is better than the "
        "taken one; accuracies as shares. Not told apart are values that differ by less than the "
        "data can show, or that have no interval.",
    )


def pareto_table(models: Models, front: Front, gaps: Gaps) -> Table:
    """What was measured of each model, and who beats it."""
    rows = []
    for label, of in models.items():
        status = "on the front" if label in front.members else None
        if label in front.unmeasured:
            missing = [
                f"{axis} {gaps.get(label, {}).get(axis, UNMEASURED)}"
                for axis in front.unmeasured[label]
            ]
            status = f"not compared: {'; '.join(missing)}"
        others = [", ".join(found.get(label, ())) or None for found in (front.beaten, front.near)]
        rows.append((label, *(value_on(of, name) for name in (*VIEW, SIZE)), status, *others))
    columns = (
        Column("model", "model"),
        Column("accuracy", "accuracy", "share"),
        Column("latency_p90_ms", "latency p90, ms", "number"),
        Column("comprehensiveness", "comprehensiveness", "number"),
        Column("parameters", "parameters", "count"),
        Column("status", "status"),
        Column("beaten_by", "beaten by"),
        Column("near", "behind, but not told apart from"),
    )
    return make_table(
        "pareto",
        "Performance, inference time, interpretability",
        columns,
        rows,
        "A model is beaten by one that is no worse on any measured axis of the three, and better on "
        "one by more than the data leave open; a single run stands for itself, not for its model.",
    )


def _notes(
    front: Front, requirements: Sequence[str], preference: str, left_out: Mapping[str, str]
) -> list[str]:
    notes = [
        left_out_note(f"{VIEW[name].capitalize()} ({name})", left_out)
        if left_out and name == INFERENCE
        else f"{VIEW[name].capitalize()} ({name}) was not measured in these runs, so it has no part "
        f"in the comparison; {WAYS[name]} measures it."
        for name in front.empty_axes
    ]
    if len(front.empty_axes) == len(VIEW) - 1:
        notes.append(
            "Only one of the three has values that count: the Pareto view is the order on that axis, and "
            "cannot tell what a choice gives up on the others."
        )
    if not requirements:
        notes.append(
            f"No requirement was given: the decision is the best on {preference}. Give your own, "
            "such as --require 'latency_p90_ms<=20' --prefer accuracy."
        )
    return notes
