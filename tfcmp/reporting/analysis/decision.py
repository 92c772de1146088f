"""What is said of the decision, and the test of a difference that it stands on."""

from collections.abc import Mapping, Sequence

from tfcmp.evaluation.axes import (
    ACCURACY,
    COMPREHENSIVENESS,
    LATENCY,
    PARAMETERS,
    Axis,
    Distinguishable,
    Measurements,
    Models,
    Requirement,
    are_distinguishable,
    bounds,
    difference_interval,
    estimate,
    is_measured,
    parse_requirement,
    shown,
)
from tfcmp.evaluation.decision import Cost, Decision, Rule
from tfcmp.evaluation.intervals import Interval
from tfcmp.evaluation.significance import NOT_RESOLVED, SIGNIFICANCE, SUPPORTED
from tfcmp.reporting.analysis.explanations import EXPLAINED_AXES, Setting, explained_difference
from tfcmp.reporting.analysis.pairwise import Pair, difference_claim
from tfcmp.reporting.load.models import ModelResult
from tfcmp.reporting.load.runs import value_of
from tfcmp.reporting.render.document import NOT_MEASURED, Claim

# Of the axes on which the choice is worse than another, those that its sentence names.
COSTS = {
    ACCURACY: "accuracy",
    LATENCY: "latency",
    "training_seconds": "training time",
    "peak_memory_mb": "memory",
    PARAMETERS: "parameters",
    COMPREHENSIVENESS: "comprehensiveness",
}
RULE = (
    "accuracy by the adjusted p; explanations by a paired test over the same texts; all else by "
    "whether the 95 % interval of the difference holds 0, where both have an interval"
)


def distinguish(
    results: Sequence[ModelResult], pairs: Sequence[Pair], usual: Setting | None, models: Models
) -> Distinguishable:
    """The test of the difference of two models, by label, at 5 %; see `RULE`.

    Args:
        results: all models.
        pairs: all pairs of them.
        usual: the setting in which explanations are compared.
        models: label -> axis -> measurement.
    """
    resolved = {
        frozenset((pair.a.label, pair.b.label)): pair.verdict != NOT_RESOLVED for pair in pairs
    }
    by_label = {one.label: one for one in results}
    explained: dict[tuple[frozenset[str], str], bool] = {}

    def are_explained_differently(both: frozenset[str], axis: Axis) -> bool:
        first, second = sorted(both)
        paired = explained_difference(by_label[first], by_label[second], axis.name, usual)
        if paired is None:
            return are_distinguishable(models[first], models[second], axis)
        return paired.p <= SIGNIFICANCE

    def distinguishable(first: str, second: str, axis: Axis) -> bool:
        both = frozenset((first, second))
        if axis.name == ACCURACY and both in resolved:
            return resolved[both]
        if axis.name in EXPLAINED_AXES and len(both) == 2:
            if (both, axis.name) not in explained:
                explained[both, axis.name] = are_explained_differently(both, axis)
            return explained[both, axis.name]
        return are_distinguishable(models[first], models[second], axis)

    return distinguishable


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
        f"{decision.runner_up}{_cost(decision)}{open_end}{_on(hardware, [rule.preference])}."
    )
    if rule.preference == ACCURACY and pair is not None:
        return difference_claim(pair, sentence)
    verdict = NOT_RESOLVED if decision.runner_up in decision.ties else SUPPORTED
    return _compared(sentence, verdict, models, decision.taken, decision.runner_up, rule.preference)


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
    if axis == ACCURACY:
        return f"{100 * change:+.2f} points of accuracy"
    return f"{axis} {shown(values[0])} instead of {shown(values[1])}"


def _loss(decision: Decision) -> str:
    """Where the runner-up is shown to be worse, with both values."""
    worse: list[Cost] = [
        one for one in decision.gains if one.is_distinguishable and one.axis in COSTS
    ]
    told = [f"{one.axis} {shown(one.other)} instead of {shown(one.taken)}" for one in worse]
    return f", at the cost of {', '.join(told)}" if told else ""


def _cost(decision: Decision) -> str:
    dearer = {cost.axis for cost in decision.costs if cost.is_distinguishable}
    cost = ", ".join(told for axis, told in COSTS.items() if axis in dearer)
    return f", at the cost of {cost}" if cost else ""


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
