"""Section: which model to take, under the user's own constraints."""

from collections.abc import Mapping, Sequence

import numpy as np

from tfcmp.evaluation.axes import AXES, Measurements, Models, find_axis, is_measured
from tfcmp.evaluation.intervals import Interval
from tfcmp.evaluation.pareto import Decision, Front, decide, pareto_front
from tfcmp.evaluation.verdicts import NOT_RESOLVED, SUPPORTED
from tfcmp.reporting.comparisons import Pair, difference_claim, told_by
from tfcmp.reporting.conditions import usual_conditions
from tfcmp.reporting.document import Claim, Column, Section, Table, make_table
from tfcmp.reporting.entrants import Entrant
from tfcmp.reporting.explained import AXES as EXPLAINED_AXES
from tfcmp.reporting.explained import explained_axes, explanation_notes
from tfcmp.reporting.figures.palette import Styles
from tfcmp.reporting.figures.pareto import draw_pareto
from tfcmp.reporting.inference_times import AXES as INFERENCE_AXES
from tfcmp.reporting.inference_times import joined, usual_axes
from tfcmp.reporting.times import mean_over, timed_runs, training_seconds, value_of

PERFORMANCE, INFERENCE, INTERPRETABILITY = "accuracy", "latency_p90_ms", "comprehensiveness"
VIEW = {
    PERFORMANCE: "performance",
    INFERENCE: "inference time",
    INTERPRETABILITY: "interpretability",
}
# Shown beside the three, as it is always known; it has no part in the front.
SIZE = "parameters"
# Of the axes on which the choice is worse than another, those that its sentence names.
PRICES = {
    PERFORMANCE: "accuracy",
    INFERENCE: "latency",
    "training_seconds": "training time",
    "peak_memory_mb": "memory",
    SIZE: "parameters",
    INTERPRETABILITY: "comprehensiveness",
}
WAYS = {
    INFERENCE: "python -m tfcmp.bench RUN",
    INTERPRETABILITY: "python -m tfcmp.explain RUN --evaluate",
}
NO_MEASUREMENT = "not measured\nin these runs"


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
    decision = decide(models, requirements, preference, apart=apart)
    across = [INFERENCE, INTERPRETABILITY, SIZE]
    empty = {name: f"{VIEW[name]}:\n{NO_MEASUREMENT}" for name in front.empty_axes if name in VIEW}
    claim = decision_claim(decision, models, pairs, requirements, preference)
    return Section(
        "reasoning",
        "What to take",
        (*_notes(front, requirements, preference), *explanation_notes(entrants)),
        (claim,) if claim else (),
        (draw_pareto(models, across, front.members, empty, styles),),
        (
            decision_table(decision, models, requirements, preference),
            costs_table(decision),
            pareto_table(models, front),
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


def decision_table(
    decision: Decision, models: Models, requirements: Sequence[str], preference: str
) -> Table:
    """Every model: taken, runner-up, as good as the taken one, or why not."""
    rows = []
    for label, of in models.items():
        if label in decision.excluded:
            role, why = "not eligible", "; ".join(decision.excluded[label])
        elif label == decision.taken:
            role, why = "take", None
        elif label in decision.near_ties:
            role, why = "not told apart from the taken one", None
        else:
            role, why = "eligible", None
        if label == decision.runner_up:
            role = f"runner-up, {role}" if label in decision.near_ties else "runner-up"
        doubt = "; ".join(decision.uncertain.get(label, ()))
        rows.append((label, role, _value(of, preference), why, doubt or None))
    order = {"take": 0, "runner-up": 1}
    rows.sort(key=lambda row: order.get(str(row[1]).split(",")[0], 2))
    columns = (
        Column("model", "model"),
        Column("role", "role"),
        Column("value", preference, "share" if preference == PERFORMANCE else "number"),
        Column("why_not", "why not"),
        Column("uncertain", "requirements that its interval leaves open"),
    )
    wanted = " and ".join(requirements) or "no requirement"
    return make_table("decision", f"Decision: {wanted}, prefer {preference}", columns, rows)


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


def pareto_table(models: Models, front: Front) -> Table:
    """What was measured of each model, and who beats it."""
    rows = []
    for label, of in models.items():
        status = "on the front" if label in front.members else None
        if label in front.unmeasured:
            status = f"not compared: {', '.join(front.unmeasured[label])} not measured"
        others = [", ".join(found.get(label, ())) or None for found in (front.beaten, front.near)]
        rows.append((label, *(_value(of, name) for name in (*VIEW, SIZE)), status, *others))
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


def decision_claim(
    decision: Decision,
    models: Models,
    pairs: Sequence[Pair],
    requirements: Sequence[str],
    preference: str,
) -> Claim | None:
    """That the taken model is the best of those that may be taken; None without a rival."""
    if decision.taken is None or decision.runner_up is None:
        return None
    keeping = f" of the models that keep {' and '.join(requirements)}" if requirements else ""
    dearer = {cost.axis for cost in decision.costs if cost.is_apart}
    price = ", ".join(told for axis, told in PRICES.items() if axis in dearer)
    price = f", at the price of {price}" if price else ""
    sentence = f"{decision.taken} is the best{keeping} on {preference}, before {decision.runner_up}{price}."
    if preference == PERFORMANCE:
        for pair in pairs:
            if {pair.a.label, pair.b.label} == {decision.taken, decision.runner_up}:
                of_runs = "" if pair.has_seeds else "Of these runs, "
                return difference_claim(pair, f"{of_runs}{sentence}")
    is_counted = find_axis(preference).is_counted
    is_apart = decision.runner_up not in decision.near_ties
    by = "counted" if is_counted else "neither estimate lies in the interval of the other"
    taken, other = (
        value_of(_value(models[name], preference)) for name in (decision.taken, decision.runner_up)
    )
    return Claim(
        sentence,
        SUPPORTED if is_apart else NOT_RESOLVED,
        "decision",
        taken - other,
        unit=preference,
        test=by if is_apart else "no interval tells them apart",
    )


def _notes(front: Front, requirements: Sequence[str], preference: str) -> list[str]:
    notes = [
        f"{VIEW[name].capitalize()} ({name}) was not measured in these runs, so it has no part in "
        f"the comparison; {WAYS[name]} measures it."
        for name in front.empty_axes
    ]
    if len(front.empty_axes) == len(VIEW) - 1:
        notes.append(
            "Only one of the three was measured: the Pareto view is the order on that axis, and "
            "cannot tell what a choice gives up on the others."
        )
    if not requirements:
        notes.append(
            f"No requirement was given: the decision is the best on {preference}. Give your own, "
            "such as --require 'latency_p90_ms<=20' --prefer accuracy."
        )
    return notes


def _value(of: Measurements, axis: str) -> float | None:
    measured = of.get(axis)
    if not is_measured(of, axis):
        return None
    return measured.value if isinstance(measured, Interval) else measured
