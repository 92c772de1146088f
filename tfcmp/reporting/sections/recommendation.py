"""Section: which model to take, under the user's own constraints, and under others."""

from tfcmp.evaluation.axes import (
    ACCURACY,
    COMPREHENSIVENESS,
    LATENCY,
    PARAMETERS,
    Distinguishable,
    Models,
    estimate,
    find_axis,
    is_measured,
)
from tfcmp.evaluation.decision import UNMEASURED, Decision, Front, Gaps, Rule, decide, pareto_front
from tfcmp.reporting.analysis.benchmarks import Engines, left_out_note, told_gaps
from tfcmp.reporting.analysis.comparison import Comparison
from tfcmp.reporting.analysis.decision import RULE, decision_claim, distinguish, value_on
from tfcmp.reporting.analysis.explanations import explanation_gaps, explanation_notes
from tfcmp.reporting.figures.pareto import draw_pareto
from tfcmp.reporting.load.models import ModelResult
from tfcmp.reporting.render.document import Column, Figure, Section, Table, make_table

VIEW = {
    ACCURACY: "performance",
    LATENCY: "inference time",
    COMPREHENSIVENESS: "interpretability",
}
WAYS = {
    LATENCY: "python -m tfcmp.bench RUN",
    COMPREHENSIVENESS: "python -m tfcmp.explain RUN --evaluate",
}
NO_MEASUREMENT = "not measured\nin these runs"
LEFT_OUT = "measured,\nbut left out"
# Milliseconds, by the p90 of the latency; None is no limit.
BUDGETS = (1, 2, 5, 10, 20, 50, None)
PREFERENCES = (ACCURACY, LATENCY, COMPREHENSIVENESS)
NONE_MEETS = "no model"
UNKNOWN = "not measured"


def recommendation_section(comparison: Comparison) -> Section:
    """The decision, what other limits would change, and the Pareto view over three axes.

    Raises:
        CallError: a requirement cannot be read, or an axis is unknown.
    """
    measured, options, rule = comparison.measurements, comparison.options, comparison.options.rule()
    distinguishable = _test(comparison, measured)
    front = pareto_front(measured, [find_axis(name) for name in VIEW], distinguishable)
    unexplained = explanation_gaps(
        comparison.models, comparison.explanation_setting, comparison.explained_axes
    )
    untimed = told_gaps(comparison.untimed)
    gaps = {label: {**untimed.get(label, {}), **unexplained.get(label, {})} for label in measured}
    decision = decide(
        measured, options.requirements, rule, distinguishable=distinguishable, gaps=gaps
    )
    claim = decision_claim(
        decision,
        measured,
        comparison.pairs,
        options.requirements,
        rule,
        comparison.hardware_of_axes,
    )
    order = order_note(comparison.latencies_by_engine)
    notes = [
        *_notes(front, comparison, unexplained),
        *_notes_on_ties(decision, measured, rule),
        *([order] if order is not None else []),
        *explanation_notes(comparison.models, comparison.explanation_setting),
    ]
    return Section(
        "reasoning",
        "What to take",
        tuple(notes),
        (claim,) if claim else (),
        (_pareto_figure(front, comparison, unexplained),),
        (
            decision_table(decision, comparison),
            costs_table(decision),
            sensitivity_table(comparison),
            pareto_table(front, comparison, gaps),
        ),
    )


def _test(comparison: Comparison, measured: Models) -> Distinguishable:
    """The test that distinguishes models of these measurements."""
    usual = comparison.explanation_setting
    return distinguish(comparison.models, comparison.pairs, usual, measured)


def _pareto_figure(front: Front, comparison: Comparison, unexplained: Gaps) -> Figure:
    # Next to the axes of the front the size, which is always known.
    across = [LATENCY, COMPREHENSIVENESS, PARAMETERS]
    is_excluded = {LATENCY: bool(comparison.untimed), COMPREHENSIVENESS: bool(unexplained)}
    empty = {
        name: f"{VIEW[name]}:\n{LEFT_OUT if is_excluded.get(name) else NO_MEASUREMENT}"
        for name in front.empty_axes
        if name in VIEW
    }
    return draw_pareto(comparison.measurements, across, front.members, empty, comparison.styles)


def decision_table(decision: Decision, comparison: Comparison) -> Table:
    """Every model: taken, runner-up, as good as the best, or why not."""
    preference, requirements = comparison.options.preference, comparison.options.requirements
    rows = []
    for model in comparison.models:
        label = model.label
        roles, why = [], None
        if label == decision.taken:
            roles.append("take")
            if decision.decided_by:
                why = f"decides the tie: {', '.join(decision.decided_by)}"
        if label == decision.runner_up:
            roles.append("runner-up")
        if label in decision.ties and len(decision.ties) > 1:
            roles.append(f"ties on {preference}")
        if label in decision.excluded:
            roles, why = ["not eligible"], "; ".join(decision.excluded[label])
        doubt = "; ".join(decision.uncertain.get(label, ())) or None
        role = ", ".join(roles) or "eligible"
        rows.append(
            (
                label,
                role,
                value_on(comparison.measurements[label], preference),
                why,
                doubt,
                _holds_for(model),
            )
        )
    order = {"take": 0, "runner-up": 1}
    rows.sort(key=lambda row: order.get(str(row[1]).split(",")[0], 2))
    columns = (
        Column("model", "model"),
        Column("role", "role"),
        Column("value", preference, "share" if preference == ACCURACY else "number"),
        Column("why", "why"),
        Column("uncertain", "requirements that its interval leaves open"),
        Column("holds_for", "holds for"),
    )
    wanted = " and ".join(requirements) or "no requirement"
    return make_table("decision", f"Decision: {wanted}, prefer {preference}", columns, rows)


def _holds_for(model: ModelResult) -> str:
    """What a value of so many runs says something of."""
    return "this run only" if len(model.runs) == 1 else f"the model ({len(model.runs)} runs)"


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


def sensitivity_table(comparison: Comparison) -> Table:
    """One row for each engine and latency budget, one column for each preference."""
    rows = []
    rules = [comparison.options.rule(preference) for preference in PREFERENCES]
    for engine, by_label in comparison.latencies_by_engine.items():
        measured = {
            label: {**comparison.measurements[label], **by_label[label]} for label in by_label
        }
        distinguishable = _test(comparison, measured)
        left_out = [label for label in comparison.measurements if label not in by_label]
        for budget in BUDGETS:
            wanted = [f"{LATENCY}<={budget}"] if budget is not None else []
            cells = [
                _cell(
                    decide(measured, wanted, rule, distinguishable=distinguishable),
                    measured,
                    rule.preference,
                )
                for rule in rules
            ]
            limit = f"{budget} ms" if budget is not None else "no limit"
            rows.append((engine, limit, *cells, ", ".join(left_out) or None))
    columns = (
        Column("engine", "engine"),
        Column("budget", "latency p90 up to"),
        *(Column(f"by_{name}", f"by {name}") for name in PREFERENCES),
        Column("left_out", "not measured with it"),
    )
    return make_table(
        "sensitivity",
        "What to take under other limits, preferences and engines",
        columns,
        rows,
        "The model that the rules above take, by engine: its latency counts against the limit. In "
        "brackets the models that tie with the best on the preferred axis. Accuracies are those of "
        "the runs.",
    )


def _cell(decision: Decision, models: Models, preference: str) -> str:
    if decision.taken is None:
        is_known = any(is_measured(of, preference) for of in models.values())
        return NONE_MEETS if is_known else UNKNOWN
    others = [name for name in decision.ties if name != decision.taken]
    return f"{decision.taken} ({', '.join(others)})" if others else decision.taken


def order_note(engines: Engines) -> str | None:
    """How engines order the models that all of them ran by latency; None for fewer than two."""
    shared = set.intersection(*map(set, engines.values())) if engines else set()
    if len(engines) < 2 or len(shared) < 2:
        return None
    orders: dict[tuple[str, ...], list[str]] = {}
    for engine, by_label in engines.items():
        timed = [label for label in by_label if label in shared]
        if all(is_measured(by_label[label], LATENCY) for label in timed):
            order = sorted(timed, key=lambda label: estimate(by_label[label], LATENCY))
            orders.setdefault(tuple(order), []).append(engine)
    if len(orders) < 2:
        return f"All engines that were measured order the models alike by {LATENCY}."
    told = "; ".join(f"{', '.join(names)}: {', '.join(order)}" for order, names in orders.items())
    return (
        f"The order of latencies depends on the engine. From fast to slow by {LATENCY}, as "
        f"measured, neighbours not always distinguishable: {told}."
    )


def pareto_table(front: Front, comparison: Comparison, gaps: Gaps) -> Table:
    """What was measured of each model, and who beats it."""
    rows = []
    for model in comparison.models:
        label, of = model.label, comparison.measurements[model.label]
        status = "on the front" if label in front.members else None
        if label in front.unmeasured:
            missing = [
                f"{axis} {gaps.get(label, {}).get(axis, UNMEASURED)}"
                for axis in front.unmeasured[label]
            ]
            status = f"not compared: {'; '.join(missing)}"
        others = [", ".join(found.get(label, ())) or None for found in (front.beaten, front.near)]
        values = (value_on(of, name) for name in (*VIEW, PARAMETERS))
        rows.append((label, *values, status, *others, _holds_for(model)))
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


def _notes(front: Front, comparison: Comparison, unexplained: Gaps) -> list[str]:
    notes = []
    for name in front.empty_axes:
        if comparison.untimed and name == LATENCY:
            notes.append(left_out_note(f"{VIEW[name].capitalize()} ({name})", comparison.untimed))
        # Explanations that were left out have notes of their own.
        elif not (unexplained and name == COMPREHENSIVENESS):
            notes.append(
                f"{VIEW[name].capitalize()} ({name}) was not measured in these runs, so it has no "
                f"part in the comparison; {WAYS[name]} measures it."
            )
    if len(front.empty_axes) == len(VIEW) - 1:
        notes.append(
            "Only one of the three has values that count: the Pareto view is the order on that axis, and "
            "cannot tell what a choice gives up on the others."
        )
    if not comparison.options.requirements:
        notes.append(
            f"No requirement was given: the decision is the best on {comparison.options.preference}. Give your own, "
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
    if rule.preference == ACCURACY and decision.best is not None:
        best = estimate(models[decision.best], ACCURACY)
        gaps = {name: best - estimate(models[name], ACCURACY) for name in decision.ties}
        far = [f"{name} ({100 * gap:.2f})" for name, gap in gaps.items() if gap > rule.margin]
        if far:
            notes.append(
                f"Not distinguishable is not equal: points that {', '.join(far)} lie below "
                f"{decision.best}, more than the margin. They tie because these runs do not resolve "
                "the difference; more seeds would."
            )
    return notes
