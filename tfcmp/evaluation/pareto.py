"""Which models nothing else beats on all axes, and which one to take under given requirements."""

import math
import operator
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tfcmp.errors import CallError
from tfcmp.evaluation.axes import (
    AXES,
    Axis,
    Measurements,
    Models,
    bounds,
    estimate,
    find_axis,
    goodness,
    is_measured,
)

_COMPARISONS = {"<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt}
_REQUIREMENT = re.compile(r"\s*([A-Za-z]\w*)\s*(<=|>=|<|>)\s*(\S+)\s*")


@dataclass(frozen=True)
class Front:
    """The Pareto front, by point estimates.

    Attributes:
        members: models that no other one dominates, in the order given. A dominates B where it is
            at least as good on every axis and better on one.
        dominated: model -> the members that dominate it.
        unmeasured: model -> axes on which it was not measured, which keeps it off the front.
        empty_axes: axes on which no model was measured; they are left out of the comparison.
    """

    members: tuple[str, ...]
    dominated: Mapping[str, tuple[str, ...]]
    unmeasured: Mapping[str, tuple[str, ...]]
    empty_axes: tuple[str, ...]


class Requirement(NamedTuple):
    """A bound on an axis; `text` is as the user wrote it."""

    text: str
    axis: str
    comparison: str
    bound: float

    def holds(self, value: float) -> bool:
        """Whether a measured value keeps the bound."""
        return bool(_COMPARISONS[self.comparison](value, self.bound))


class Cost(NamedTuple):
    """An axis on which the taken model is worse than another one, and both values."""

    axis: str
    than: str
    taken: float
    other: float


@dataclass(frozen=True)
class Decision:
    """The model to take under the requirements.

    Attributes:
        taken: the best on the preferred axis of those that keep all requirements; None if none.
        runner_up: the second best of them; None if there is none.
        near_ties: of those, the ones that the interval does not tell from the taken one: one
            estimate lies within the other's interval.
        excluded: model -> why it could not be taken.
        uncertain: model that keeps the requirements -> those of which its interval holds both sides
            of the bound.
        costs: where the taken model is worse than the best model without requirements, and than
            the runner-up.
    """

    taken: str | None
    runner_up: str | None
    near_ties: tuple[str, ...]
    excluded: Mapping[str, tuple[str, ...]]
    uncertain: Mapping[str, tuple[str, ...]]
    costs: tuple[Cost, ...]


def pareto_front(models: Models, axes: Sequence[Axis]) -> Front:
    """The models that are not dominated on the given axes."""
    used = [axis for axis in axes if any(is_measured(of, axis.name) for of in models.values())]
    unmeasured = {
        name: tuple(axis.name for axis in used if not is_measured(of, axis.name))
        for name, of in models.items()
    }
    # Without any axis there is nothing to be best at.
    complete = [name for name in models if used and not unmeasured[name]]
    goods = {name: [goodness(models[name], axis) for axis in used] for name in complete}
    members = [
        name
        for name in complete
        if not any(_dominates(goods[other], goods[name]) for other in complete)
    ]
    return Front(
        members=tuple(members),
        dominated={
            name: tuple(member for member in members if _dominates(goods[member], goods[name]))
            for name in complete
            if name not in members
        },
        unmeasured={name: missing for name, missing in unmeasured.items() if missing},
        empty_axes=tuple(axis.name for axis in axes if axis not in used),
    )


def decide(
    models: Models, requirements: Sequence[str], preference: str, axes: Sequence[Axis] = AXES
) -> Decision:
    """The best model on the preferred axis among those that keep all requirements.

    Args:
        models: name -> axis -> measurement.
        requirements: such as "latency_p90_ms<=20", in the axis' own unit; a model that was not
            measured there does not keep it.
        preference: name of an axis.
        axes: the axes that may be named.

    Raises:
        CallError: a requirement cannot be read, or an axis is unknown.
    """
    preferred = find_axis(preference, axes)
    wanted = [parse_requirement(text, axes) for text in requirements]
    reasons = {name: _reasons(of, wanted, preference) for name, of in models.items()}
    measured = [name for name in models if is_measured(models[name], preference)]
    ranking = sorted(measured, key=lambda name: goodness(models[name], preferred), reverse=True)
    eligible = [name for name in ranking if not reasons[name]]
    doubts = {name: _doubts(models[name], wanted) for name in eligible}
    return Decision(
        taken=eligible[0] if eligible else None,
        runner_up=eligible[1] if len(eligible) > 1 else None,
        near_ties=tuple(
            name for name in eligible[1:] if _is_near(models[eligible[0]], models[name], preference)
        ),
        excluded={name: why for name, why in reasons.items() if why},
        uncertain={name: doubt for name, doubt in doubts.items() if doubt},
        costs=_costs(models, eligible[0], [ranking[0], *eligible[1:2]], axes) if eligible else (),
    )


def parse_requirement(text: str, axes: Sequence[Axis] = AXES) -> Requirement:
    """Reads a requirement such as "latency_p90_ms<=20"; the comparisons are <=, >=, < and >.

    Raises:
        CallError: it is none, or its axis is unknown.
    """
    found = _REQUIREMENT.fullmatch(text)
    try:
        bound = float(found[3]) if found else math.nan
    except ValueError:
        bound = math.nan
    if found is None or not math.isfinite(bound):
        raise CallError(
            f"--require {text!r}: expected an axis, one of <=, >=, <, > and a number, such as "
            "latency_p90_ms<=20"
        )
    return Requirement(text.strip(), find_axis(found[1], axes).name, found[2], bound)


def _dominates(first: list[float], second: list[float]) -> bool:
    return first != second and all(a >= b for a, b in zip(first, second, strict=True))


def _reasons(of: Measurements, wanted: list[Requirement], preference: str) -> tuple[str, ...]:
    """Why a model cannot be taken; empty if it can."""
    reasons = [] if is_measured(of, preference) else [f"{preference} was not measured"]
    for requirement in wanted:
        if not is_measured(of, requirement.axis):
            reasons.append(f"{requirement.axis} was not measured")
        elif not requirement.holds(estimate(of, requirement.axis)):
            value = estimate(of, requirement.axis)
            reasons.append(f"{requirement.text} does not hold: it is {value:.4g}")
    return tuple(dict.fromkeys(reasons))


def _doubts(of: Measurements, wanted: list[Requirement]) -> tuple[str, ...]:
    """Requirements that hold for the estimate, but not for all of its interval."""
    return tuple(
        requirement.text
        for requirement in wanted
        if not all(requirement.holds(end) for end in bounds(of, requirement.axis))
    )


def _is_near(first: Measurements, second: Measurements, axis: str) -> bool:
    """Whether the estimate of one lies within the interval of the other."""
    for inside, around in ((first, second), (second, first)):
        low, high = bounds(around, axis)
        if low <= estimate(inside, axis) <= high:
            return True
    return False


def _costs(
    models: Models, taken: str, rivals: Sequence[str], axes: Sequence[Axis]
) -> tuple[Cost, ...]:
    """Every axis on which a rival is better than the taken model; NaN is never better."""
    return tuple(
        Cost(
            axis.name, rival, estimate(models[taken], axis.name), estimate(models[rival], axis.name)
        )
        for rival in dict.fromkeys(rivals)
        for axis in axes
        if goodness(models[rival], axis) > goodness(models[taken], axis)
    )
