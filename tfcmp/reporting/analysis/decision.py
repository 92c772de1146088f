"""What is said of the decision: the table of who may be taken, and the sentence on it."""

from collections.abc import Mapping, Sequence

from tfcmp.evaluation.axes import (
    Measurements,
    Models,
    difference_interval,
    estimate,
    is_measured,
    parse_requirement,
    shown,
)
from tfcmp.evaluation.decision import Cost, Decision, Rule
from tfcmp.evaluation.intervals import Interval
from tfcmp.evaluation.significance import NOT_RESOLVED, SUPPORTED
from tfcmp.reporting.analysis.distinguishing import RULE
from tfcmp.reporting.analysis.missed_requirements import missed_claim
from tfcmp.reporting.analysis.pairwise import Pair, difference_claim
from tfcmp.reporting.render.document import Claim, Column, Table, make_table
from tfcmp.reporting.sections.training_cost import value_of

PERFORMANCE, INFERENCE, INTERPRETABILITY = "accuracy", "latency_p90_ms", "comprehensiveness"
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


def decision_table(
    decision: Decision,
    models: Models,
    requirements: Sequence[str],
    rule: Rule,
    runs: Mapping[str, int],
) -> Table:
    """Every model: taken, runner-up, as good as the best, or why not.

    Args:
        decision: what it shows.
        models: label -> axis -> measurement.
        requirements: as the user wrote them.
        rule: what is preferred.
        runs: label -> number of runs.
    """
    rows = []
    for label, of in models.items():
        roles, why = [], None
        if label == decision.taken:
            roles.append("take")
            if decision.decided_by:
                why = f"decides the tie: {', '.join(decision.decided_by)}"
        if label == decision.runner_up:
            roles.append("runner-up")
        if label in decision.ties and len(decision.ties) > 1:
            roles.append(f"ties on {rule.preference}")
        if label in decision.excluded:
            roles, why = ["not eligible"], "; ".join(decision.excluded[label])
        doubt = "; ".join(decision.uncertain.get(label, ())) or None
        role = ", ".join(roles) or "eligible"
        rows.append(
            (label, role, value_on(of, rule.preference), why, doubt, holds_for(runs[label]))
        )
    order = {"take": 0, "runner-up": 1}
    rows.sort(key=lambda row: order.get(str(row[1]).split(",")[0], 2))
    columns = (
        Column("model", "model"),
        Column("role", "role"),
        Column("value", rule.preference, "share" if rule.preference == PERFORMANCE else "number"),
        Column("why", "why"),
        Column("uncertain", "requirements that its interval leaves open"),
        Column("holds_for", "holds for"),
    )
    wanted = " and ".join(requirements) or "no requirement"
    return make_table("decision", f"Decision: {wanted}, prefer {rule.preference}", columns, rows)


def holds_for(runs: int) -> str:
    """What a value of so many runs says something of."""
    return "this run only" if runs == 1 else f"the model ({runs} runs)"


def decision_claim(
    decision: Decision,
    models: Models,
    pairs: Sequence[Pair],
    requirements: Sequence[str],
    rule: Rule,
    hardware: Mapping[str, str] | None = None,
) -> Claim | None:
    """That the chosen model is the best of those that may be taken, or that none may be.

    None where there is nothing to choose from: without a rival, or without a requirement to miss.

    Args:
        decision: what it tells.
        models: label -> axis -> measurement.
        pairs: all pairs of them.
        requirements: as the user wrote them.
        rule: what is preferred.
        hardware: of axes that depend on it, what they were measured on.
    """
    if decision.taken is None:
        return missed_claim(models, [parse_requirement(text) for text in requirements])
    if decision.runner_up is None:
        return None
    keeping = f" of the models that keep {' and '.join(requirements)}" if requirements else ""
    pair = next(
        (
            one
            for one in pairs
            if {one.a.label, one.b.label} == {decision.taken, decision.runner_up}
        ),
        None,
    )
    of_runs = "" if pair is None or pair.has_seeds else "Of these runs, "
    hardware = hardware or {}
    if decision.decided_by:
        return _tie_claim(
            decision, models, rule, f"{of_runs}{decision.taken} is taken{keeping}", hardware
        )
    open_end = "" if len(decision.ties) < 2 else "; they tie, and no further axis decides"
    sentence = (
        f"{of_runs}{decision.taken} is the best{keeping} on {rule.preference}, before "
        f"{decision.runner_up}{_price(decision)}{open_end}{_on(hardware, [rule.preference])}."
    )
    if rule.preference == PERFORMANCE and pair is not None:
        return difference_claim(pair, sentence)
    verdict = NOT_RESOLVED if decision.runner_up in decision.ties else SUPPORTED
    return _compared(sentence, verdict, models, decision.taken, decision.runner_up, rule.preference)


def _tie_claim(
    decision: Decision, models: Models, rule: Rule, taking: str, hardware: Mapping[str, str]
) -> Claim:
    """That the chosen model ties on the preferred axis and is better on the one that decides."""
    assert decision.taken is not None
    assert decision.runner_up is not None
    others = [name for name in decision.ties if name != decision.taken]
    deciding = decision.decided_by[0]
    sentence = (
        f"{taking}: on {rule.preference} it ties with {' and '.join(others)}, and it is better on "
        f"{' and '.join(decision.decided_by)}{_on(hardware, decision.decided_by)}. "
        f"{decision.runner_up} would bring {_change(models, decision, rule.preference)}"
        f"{_loss(decision)}."
    )
    is_shown = any(one.axis == deciding and one.is_distinguishable for one in decision.gains)
    return _compared(
        sentence,
        SUPPORTED if is_shown else NOT_RESOLVED,
        models,
        decision.taken,
        decision.runner_up,
        deciding,
    )


def _change(models: Models, decision: Decision, axis: str) -> str:
    """What the runner-up brings on an axis, with its sign."""
    values = [estimate(models[name], axis) for name in (decision.runner_up, decision.taken) if name]
    change = values[0] - values[1]
    if axis == PERFORMANCE:
        return f"{100 * change:+.2f} points of accuracy"
    return f"{axis} {shown(values[0])} instead of {shown(values[1])}"


def _loss(decision: Decision) -> str:
    """Where the runner-up is shown to be worse, with both values."""
    worse: list[Cost] = [
        one for one in decision.gains if one.is_distinguishable and one.axis in PRICES
    ]
    told = [f"{one.axis} {shown(one.other)} instead of {shown(one.taken)}" for one in worse]
    return f", at the cost of {', '.join(told)}" if told else ""


def _price(decision: Decision) -> str:
    dearer = {cost.axis for cost in decision.costs if cost.is_distinguishable}
    price = ", ".join(told for axis, told in PRICES.items() if axis in dearer)
    return f", at the cost of {price}" if price else ""


def _on(hardware: Mapping[str, str], axes: Sequence[str]) -> str:
    """The hardware that the axes were measured on, where they depend on it."""
    told = dict.fromkeys(hardware[axis] for axis in axes if hardware.get(axis))
    return f" ({'; '.join(told)})" if told else ""


def _compared(
    sentence: str, verdict: str, models: Models, first: str, second: str, axis: str
) -> Claim:
    """A claim on the difference of two models on an axis, with its interval where there is one."""
    values = [models[name].get(axis) for name in (first, second)]
    low = high = None
    if isinstance(values[0], Interval) and isinstance(values[1], Interval):
        _, low, high = difference_interval(values[0], values[1])
    taken, other = (value_of(value_on(models[name], axis)) for name in (first, second))
    return Claim(
        sentence,
        verdict,
        "decision",
        taken - other,
        low,
        high,
        unit=axis,
        test=f"distinguished at 5 %: {RULE}",
    )


def value_on(of: Measurements, axis: str) -> float | None:
    """The measured value; None where there is none."""
    measured = of.get(axis)
    if not is_measured(of, axis):
        return None
    return measured.value if isinstance(measured, Interval) else measured
