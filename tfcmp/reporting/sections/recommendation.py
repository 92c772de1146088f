"""Section: which model to take, under the user's own constraints."""

from collections.abc import Mapping, Sequence

from tfcmp.evaluation.axes import Distinguishable, Models, estimate, find_axis
from tfcmp.evaluation.decision import UNMEASURED, Decision, Front, Gaps, Rule, decide, pareto_front
from tfcmp.evaluation.intervals import Interval
from tfcmp.reporting.analysis.decision import (
    INFERENCE,
    INTERPRETABILITY,
    PERFORMANCE,
    SIZE,
    decision_claim,
    decision_table,
    holds_for,
    value_on,
)
from tfcmp.reporting.analysis.distinguishing import RULE, distinguish
from tfcmp.reporting.analysis.explanations import explanation_gaps, explanation_notes
from tfcmp.reporting.analysis.gaps import left_out_note, told_gaps, why_left_out
from tfcmp.reporting.analysis.measurements import hardware_of_axes, measurements
from tfcmp.reporting.analysis.pairwise import Pair
from tfcmp.reporting.figures.palette import Styles
from tfcmp.reporting.figures.pareto import draw_pareto
from tfcmp.reporting.load.models import ModelResult
from tfcmp.reporting.render.document import Column, Section, Table, make_table
from tfcmp.reporting.sections.inference import latencies_by_engine
from tfcmp.reporting.sections.sensitivity import order_note, sensitivity_table

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
    entrants: Sequence[ModelResult],
    measured: Mapping[str, Interval],
    pairs: Sequence[Pair],
    requirements: Sequence[str],
    rule: Rule,
    styles: Styles | None = None,
) -> Section:
    """The decision, what other limits would change, and the Pareto view over three axes.

    Raises:
        CallError: a requirement cannot be read, or an axis is unknown.
    """
    models = measurements(entrants, measured)
    runs = {entrant.label: len(entrant.runs) for entrant in entrants}

    def test(of: Models) -> Distinguishable:
        return distinguish(entrants, pairs, of)

    front = pareto_front(models, [find_axis(name) for name in VIEW], test(models))
    left_out, explained_in_vain = why_left_out(entrants), explanation_gaps(entrants)
    gaps = {
        label: {**told_gaps(left_out).get(label, {}), **explained_in_vain.get(label, {})}
        for label in models
    }
    decision = decide(models, requirements, rule, distinguishable=test(models), gaps=gaps)
    # Next to the axes of the front the size, which is always known.
    across = [INFERENCE, INTERPRETABILITY, SIZE]
    in_vain = {INFERENCE: bool(left_out), INTERPRETABILITY: bool(explained_in_vain)}
    empty = {
        name: f"{VIEW[name]}:\n{LEFT_OUT if in_vain.get(name) else NO_MEASUREMENT}"
        for name in front.empty_axes
        if name in VIEW
    }
    claim = decision_claim(decision, models, pairs, requirements, rule, hardware_of_axes(entrants))
    engines = latencies_by_engine(entrants)
    notes = [
        *_notes(front, requirements, rule, left_out, explained_in_vain),
        *_notes_on_ties(decision, models, rule),
        *([order] if (order := order_note(engines)) is not None else []),
        *explanation_notes(entrants),
    ]
    return Section(
        "reasoning",
        "What to take",
        tuple(notes),
        (claim,) if claim else (),
        (draw_pareto(models, across, front.members, empty, styles),),
        (
            decision_table(decision, models, requirements, rule, runs),
            costs_table(decision),
            sensitivity_table(models, engines, test, rule.margin, rule.then),
            pareto_table(models, front, gaps, runs),
        ),
    )


def costs_table(decision: Decision) -> Table:
    """Where the chosen model is worse than another one, and where the runner-up is worse than it."""
    columns = (
        Column("axis", "axis"),
        Column("taken", "of the chosen model", "number"),
        Column("other", "of the other", "number"),
        Column("than", "the other"),
        Column("better", "better"),
        Column("distinguishable", "distinguishable"),
    )
    rows = [
        (
            one.axis,
            one.taken,
            one.other,
            one.than,
            better,
            "yes" if one.is_distinguishable else "not shown",
        )
        for better, found in (("the other", decision.costs), ("the chosen model", decision.gains))
        for one in found
    ]
    return make_table(
        "costs",
        "What the choice costs, and what the other would",
        columns,
        rows,
        "Axes on which the best model without requirements, or the runner-up, is better than the "
        "chosen one, and those on which the chosen one is better than the runner-up; accuracies as "
        f"shares. Distinguishable at 5 %: {RULE}.",
    )


def pareto_table(models: Models, front: Front, gaps: Gaps, runs: Mapping[str, int]) -> Table:
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
        values = (value_on(of, name) for name in (*VIEW, SIZE))
        rows.append((label, *values, status, *others, holds_for(runs[label])))
    columns = (
        Column("model", "model"),
        Column("accuracy", "accuracy", "share"),
        Column("latency_p90_ms", "latency p90, ms", "number"),
        Column("comprehensiveness", "comprehensiveness", "number"),
        Column("parameters", "parameters", "count"),
        Column("status", "status"),
        Column("beaten_by", "beaten by"),
        Column("near", "behind, but not distinguishable from"),
        Column("holds_for", "holds for"),
    )
    return make_table(
        "pareto",
        "Performance, inference time, interpretability",
        columns,
        rows,
        "A model is beaten by one that is no worse on any measured axis of the three, and better on "
        "one on which the data distinguish both. Latency and explanations are those of single runs.",
    )


def _notes(
    front: Front,
    requirements: Sequence[str],
    rule: Rule,
    left_out: Mapping[str, str],
    explained_in_vain: Gaps,
) -> list[str]:
    notes = []
    for name in front.empty_axes:
        if left_out and name == INFERENCE:
            notes.append(left_out_note(f"{VIEW[name].capitalize()} ({name})", left_out))
        # Explanations that were left out have notes of their own.
        elif not (explained_in_vain and name == INTERPRETABILITY):
            notes.append(
                f"{VIEW[name].capitalize()} ({name}) was not measured in these runs, so it has no "
                f"part in the comparison; {WAYS[name]} measures it."
            )
    if len(front.empty_axes) == len(VIEW) - 1:
        notes.append(
            "Only one of the three has values that count: the Pareto view is the order on that axis, and "
            "cannot tell what a choice gives up on the others."
        )
    if not requirements:
        notes.append(
            f"No requirement was given: the decision is the best on {rule.preference}. Give your own, "
            "such as --require 'latency_p90_ms<=20' --prefer accuracy."
        )
    return notes


def _notes_on_ties(decision: Decision, models: Models, rule: Rule) -> list[str]:
    """What could not decide a tie for want of values, and which ties are only for want of data."""
    notes = [
        f"{axis} did not decide the tie, as {', '.join(names)} "
        f"{'was' if len(names) == 1 else 'were'} not measured there."
        for axis, names in decision.skipped.items()
    ]
    if rule.preference == PERFORMANCE and decision.best is not None:
        best = estimate(models[decision.best], PERFORMANCE)
        gaps = {name: best - estimate(models[name], PERFORMANCE) for name in decision.ties}
        far = [f"{name} ({100 * gap:.2f})" for name, gap in gaps.items() if gap > rule.margin]
        if far:
            notes.append(
                f"Not distinguishable is not equal: points that {', '.join(far)} lie below "
                f"{decision.best}, more than the margin. They tie because these runs do not resolve "
                "the difference; more seeds would."
            )
    return notes
