"""Which models nothing else beats on all axes, and which one to take under given requirements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tfcmp.evaluation.axes import (
    AXES,
    Apart,
    Axis,
    Measurements,
    Models,
    bounds,
    by_intervals,
    estimate,
    find_axis,
    goodness,
    is_measured,
    shown,
)
from tfcmp.evaluation.requirements import Requirement, parse_requirement

# Model -> axis -> what is said of it where it has no value; elsewhere it was not measured.
Gaps = Mapping[str, Mapping[str, str]]
UNMEASURED = "was not measured"


@dataclass(frozen=True)
class Front:
    """The Pareto front, as far as the data show it.

    A is ahead of B where its estimate is at least as good on every axis and better on one; it beats
    B where the data tell both apart on an axis on which it is better.

    Attributes:
        members: models that no other one beats, in the order given.
        beaten: model -> the members that beat it; where none does, the others that do.
        near: member -> the members that are ahead of it without being told apart from it.
        unmeasured: model -> axes on which it was not measured, which keeps it off the front.
        empty_axes: axes on which no model was measured; they are left out of the comparison.
    """

    members: tuple[str, ...]
    beaten: Mapping[str, tuple[str, ...]]
    near: Mapping[str, tuple[str, ...]]
    unmeasured: Mapping[str, tuple[str, ...]]
    empty_axes: tuple[str, ...]


class Cost(NamedTuple):
    """An axis on which the taken model is worse than another one, and both values.

    `is_apart` tells whether the data tell both apart there.
    """

    axis: str
    than: str
    taken: float
    other: float
    is_apart: bool


@dataclass(frozen=True)
class Decision:
    """The model to take under the requirements.

    Attributes:
        taken: the best on the preferred axis of those that keep all requirements; None if none.
        runner_up: the second best of them; None if there is none.
        near_ties: of those, the ones that the data do not tell from the taken one.
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


def pareto_front(models: Models, axes: Sequence[Axis], apart: Apart | None = None) -> Front:
    """The models that no other one beats on the given axes.

    Args:
        models: name -> axis -> measurement.
        axes: those to compare on.
        apart: whether two models are told apart on an axis; by their intervals if left out.
    """
    told = apart or by_intervals(models)
    used = [axis for axis in axes if any(is_measured(of, axis.name) for of in models.values())]
    unmeasured = {
        name: tuple(axis.name for axis in used if not is_measured(of, axis.name))
        for name, of in models.items()
    }
    # Without any axis there is nothing to be best at.
    complete = [name for name in models if used and not unmeasured[name]]
    goods = {name: [goodness(models[name], axis) for axis in used] for name in complete}
    ahead = {
        name: [other for other in complete if _is_ahead(goods[other], goods[name])]
        for name in complete
    }
    beating = {
        name: [
            other
            for other in ahead[name]
            if any(
                better > worse and told(other, name, axis)
                for better, worse, axis in zip(goods[other], goods[name], used, strict=True)
            )
        ]
        for name in complete
    }
    members = [name for name in complete if not beating[name]]
    return Front(
        members=tuple(members),
        beaten={
            name: tuple([one for one in found if one in members] or found)
            for name, found in beating.items()
            if found
        },
        near={
            name: found
            for name in members
            if (found := tuple(one for one in ahead[name] if one in members))
        },
        unmeasured={name: missing for name, missing in unmeasured.items() if missing},
        empty_axes=tuple(axis.name for axis in axes if axis not in used),
    )


def decide(
    models: Models,
    requirements: Sequence[str],
    preference: str,
    axes: Sequence[Axis] = AXES,
    apart: Apart | None = None,
    gaps: Gaps | None = None,
) -> Decision:
    """The best model on the preferred axis among those that keep all requirements.

    Args:
        models: name -> axis -> measurement.
        requirements: such as "latency_p90_ms<=20", in the axis' own unit; a model that was not
            measured there does not keep it.
        preference: name of an axis.
        axes: the axes that may be named.
        apart: whether two models are told apart on an axis; by their intervals if left out.
        gaps: why values are missing, for the reasons.

    Raises:
        CallError: a requirement cannot be read, or an axis is unknown.
    """
    told = apart or by_intervals(models)
    preferred = find_axis(preference, axes)
    wanted = [parse_requirement(text, axes) for text in requirements]
    reasons = {
        name: _reasons(of, wanted, preference, (gaps or {}).get(name, {}))
        for name, of in models.items()
    }
    measured = [name for name in models if is_measured(models[name], preference)]
    ranking = sorted(measured, key=lambda name: goodness(models[name], preferred), reverse=True)
    eligible = [name for name in ranking if not reasons[name]]
    doubts = {name: _doubts(models[name], wanted) for name in eligible}
    return Decision(
        taken=eligible[0] if eligible else None,
        runner_up=eligible[1] if len(eligible) > 1 else None,
        near_ties=tuple(name for name in eligible[1:] if not told(eligible[0], name, preferred)),
        excluded={name: why for name, why in reasons.items() if why},
        uncertain={name: doubt for name, doubt in doubts.items() if doubt},
        costs=_costs(models, eligible[0], [ranking[0], *eligible[1:2]], axes, told)
        if eligible
        else (),
    )


def _is_ahead(first: list[float], second: list[float]) -> bool:
    return first != second and all(a >= b for a, b in zip(first, second, strict=True))


def _reasons(
    of: Measurements, wanted: list[Requirement], preference: str, gaps: Mapping[str, str]
) -> tuple[str, ...]:
    """Why a model cannot be taken; empty if it can."""
    axes = [preference, *(requirement.axis for requirement in wanted)]
    reasons = [f"{axis} {gaps.get(axis, UNMEASURED)}" for axis in axes if not is_measured(of, axis)]
    for requirement in wanted:
        value = estimate(of, requirement.axis)
        if is_measured(of, requirement.axis) and not requirement.holds(value):
            reasons.append(f"{requirement.text} does not hold: it is {shown(value)}")
    return tuple(dict.fromkeys(reasons))


def _doubts(of: Measurements, wanted: list[Requirement]) -> tuple[str, ...]:
    """Requirements that hold for the estimate, but not for all of its interval."""
    return tuple(
        requirement.text
        for requirement in wanted
        if not all(requirement.holds(end) for end in bounds(of, requirement.axis))
    )


def _costs(
    models: Models, taken: str, rivals: Sequence[str], axes: Sequence[Axis], apart: Apart
) -> tuple[Cost, ...]:
    """Every axis on which a rival is better than the taken model; NaN is never better."""
    return tuple(
        Cost(
            axis.name,
            rival,
            estimate(models[taken], axis.name),
            estimate(models[rival], axis.name),
            apart(taken, rival, axis),
        )
        for rival in dict.fromkeys(rivals)
        for axis in axes
        if goodness(models[rival], axis) > goodness(models[taken], axis)
    )
