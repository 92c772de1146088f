"""What is said of the decision: the table of who may be taken, and the sentence on it."""

from collections.abc import Sequence

from tfcmp.evaluation.axes import (
    Measurements,
    Models,
    bounds,
    estimate,
    find_axis,
    is_measured,
    shown,
)
from tfcmp.evaluation.intervals import Interval
from tfcmp.evaluation.pareto import Decision
from tfcmp.evaluation.requirements import Requirement, parse_requirement
from tfcmp.evaluation.verdicts import NOT_RESOLVED, SUPPORTED
from tfcmp.reporting.comparisons import Pair, difference_claim
from tfcmp.reporting.document import NOT_MEASURED, Claim, Column, Table, make_table
from tfcmp.reporting.times import value_of

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
        rows.append((label, role, value_on(of, preference), why, doubt or None))
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


def decision_claim(
    decision: Decision,
    models: Models,
    pairs: Sequence[Pair],
    requirements: Sequence[str],
    preference: str,
) -> Claim | None:
    """That the taken model is the best of those that may be taken, or that none may be.

    None where there is nothing to choose from: without a rival, or without a requirement to miss.
    """
    if decision.taken is None:
        return missed_claim(models, [parse_requirement(text) for text in requirements])
    if decision.runner_up is None:
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
        value_of(value_on(models[name], preference))
        for name in (decision.taken, decision.runner_up)
    )
    return Claim(
        sentence,
        SUPPORTED if is_apart else NOT_RESOLVED,
        "decision",
        taken - other,
        unit=preference,
        test=by if is_apart else "no interval tells them apart",
    )


def missed_claim(models: Models, requirements: Sequence[Requirement]) -> Claim | None:
    """That no model keeps all requirements, and which one comes nearest; None if one does.

    The nearest misses the fewest, and of these by the smallest share of its value or the bound.
    """
    missed = {
        name: [one for one in requirements if not one.holds(estimate(of, one.axis))]
        for name, of in models.items()
    }
    if not all(missed.values()):
        return None
    wanted = " and ".join(one.text for one in requirements)
    measured = [
        name
        for name, of in models.items()
        if all(is_measured(of, one.axis) for one in missed[name])
    ]
    if not measured:
        axes = dict.fromkeys(one.axis for wanting in missed.values() for one in wanting)
        return Claim(
            f"No model is known to meet {wanted}: {', '.join(axes)} has no value that counts.",
            NOT_MEASURED,
            "decision",
            to_measure="why not: the table of the decision",
        )
    nearest = min(measured, key=lambda name: _distance(models[name], missed[name]))
    values = [(one.axis, estimate(models[nearest], one.axis)) for one in missed[nearest]]
    told = shown(values[0][1])
    if len(requirements) > 1:
        told = ", ".join(f"{axis} {shown(value)}" for axis, value in dict(values).items())
    is_sure = all(
        any(not any(map(one.holds, bounds(of, one.axis))) for one in missed[name])
        for name, of in models.items()
        if name in measured
    )
    is_all = len(measured) == len(models)
    sentence = f"No model meets {wanted}; the nearest is {nearest} with {told}."
    return Claim(
        sentence if is_all else f"{sentence[:-1]}; not every model was measured.",
        SUPPORTED if is_sure and is_all else NOT_RESOLVED,
        "decision",
        values[0][1],
        unit=values[0][0],
        test="each model's value and interval against the bounds",
    )


def _distance(of: Measurements, missed: Sequence[Requirement]) -> tuple[int, float]:
    """Number of bounds that are missed, and how far, as a share of the larger of value and bound."""
    both = [(estimate(of, one.axis), one.bound) for one in missed]
    far = sum(abs(value - bound) / (max(abs(value), abs(bound)) or 1.0) for value, bound in both)
    return len(missed), far


def value_on(of: Measurements, axis: str) -> float | None:
    """The measured value; None where there is none."""
    measured = of.get(axis)
    if not is_measured(of, axis):
        return None
    return measured.value if isinstance(measured, Interval) else measured
