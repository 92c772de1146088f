"""Which model to take under given requirements, and how a tie is decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from tfcmp.evaluation.axes import (
    AXES,
    Axis,
    Distinguishable,
    Measurements,
    Models,
    Requirement,
    bounds,
    by_differences,
    estimate,
    find_axis,
    goodness,
    is_measured,
    parse_requirement,
    shown,
)

# Model -> axis -> what is said of it where it has no value; elsewhere it was not measured.
Gaps = Mapping[str, Mapping[str, str]]
UNMEASURED = "was not measured"
# What decides among models that tie on the preferred axis, in this order.
TIE_BREAKERS = ("latency_p90_ms", "training_seconds", "parameters")


class Cost(NamedTuple):
    """An axis on which one of two models is worse than the other, and both values.

    Attributes:
        axis: its name.
        than: the other model.
        taken, other: values of the chosen model and of the other one.
        is_distinguishable: whether the data distinguish both there.
    """

    axis: str
    than: str
    taken: float
    other: float
    is_distinguishable: bool


@dataclass(frozen=True)
class Decision:
    """The model to take under the requirements.

    Attributes:
        taken: the model to take; None if none keeps all requirements.
        best: the best on the preferred axis of those that keep them.
        ties: all that tie with the best: the data do not distinguish them there, or they lie within
            the margin. The best among them, in the order of the preferred axis.
        decided_by: axes that decided the tie; empty where there was none, or none of them did.
        skipped: axes that could not decide it, and which of the ties were not measured there.
        runner_up: the best of the others on the preferred axis; None if there is none.
        excluded: the other models and why they may not be taken.
        uncertain: models and those requirements that only a part of their interval keeps.
        costs: axes on which the taken one is worse than the best model without requirements, and
            than the runner-up.
        gains: axes on which it is better than the runner-up.
    """

    taken: str | None
    best: str | None = None
    ties: tuple[str, ...] = ()
    decided_by: tuple[str, ...] = ()
    skipped: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    runner_up: str | None = None
    excluded: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    uncertain: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    costs: tuple[Cost, ...] = ()
    gains: tuple[Cost, ...] = ()


class Rule(NamedTuple):
    """What the user prefers.

    Attributes:
        preference: name of the axis to choose by.
        margin: models tie on it that differ by at most this; 0 unless the axis has one.
        then: name of the axis that decides ties before `TIE_BREAKERS`; None for these alone.
    """

    preference: str
    margin: float = 0.0
    then: str | None = None

    def tie_breakers(self) -> tuple[str, ...]:
        """The axes that decide ties, in their order."""
        named = ((self.then,) if self.then else ()) + TIE_BREAKERS
        return tuple(axis for axis in dict.fromkeys(named) if axis != self.preference)


def decide(
    models: Models,
    requirements: Sequence[str],
    rule: Rule,
    axes: Sequence[Axis] = AXES,
    distinguishable: Distinguishable | None = None,
    gaps: Gaps | None = None,
) -> Decision:
    """The best model on the preferred axis among those that keep all requirements.

    Models that tie with it are decided between by the tie breakers: each leaves those that are
    distinguishable from none better on it. An axis on which one of them was not measured decides
    nothing. Where models are left over, the best of them on the preferred axis is taken.

    Args:
        models: name -> axis -> measurement.
        requirements: such as "latency_p90_ms<=20", in the axis' own unit; a model that was not
            measured there does not keep it.
        rule: what is preferred.
        axes: the axes that may be named.
        distinguishable: whether the data distinguish two models on an axis; by the difference of
            their measurements if left out.
        gaps: why values are missing, for the reasons.

    Raises:
        CallError: a requirement cannot be read, or an axis is unknown.
    """
    tested = distinguishable or by_differences(models)
    preferred = find_axis(rule.preference, axes)
    breakers = [find_axis(name, axes) for name in rule.tie_breakers()]
    wanted = [parse_requirement(text, axes) for text in requirements]
    reasons = {
        name: _reasons(of, wanted, rule.preference, (gaps or {}).get(name, {}))
        for name, of in models.items()
    }
    excluded = {name: why for name, why in reasons.items() if why}
    measured = [name for name in models if is_measured(models[name], rule.preference)]
    ranking = sorted(measured, key=lambda name: goodness(models[name], preferred), reverse=True)
    eligible = [name for name in ranking if not reasons[name]]
    if not eligible:
        return Decision(None, excluded=excluded)
    ties = _ties(eligible, models, preferred, rule.margin, tested)
    taken, decided_by, skipped = _break_tie(ties, models, breakers, tested)
    runner_up = next((name for name in eligible if name != taken), None)
    doubts = {name: _doubts(models[name], wanted) for name in eligible}
    rivals = [ranking[0], *([runner_up] if runner_up else [])]
    return Decision(
        taken,
        eligible[0],
        tuple(ties),
        decided_by,
        skipped,
        runner_up,
        excluded,
        {name: doubt for name, doubt in doubts.items() if doubt},
        _costs(models, taken, rivals, axes, tested),
        _gains(models, taken, runner_up, axes, tested) if runner_up else (),
    )


def _ties(
    eligible: Sequence[str], models: Models, axis: Axis, margin: float, tested: Distinguishable
) -> list[str]:
    """The best of the models on an axis, and those that tie with it."""
    best = eligible[0]
    return [
        name
        for name in eligible
        if name == best
        or not tested(best, name, axis)
        or goodness(models[best], axis) - goodness(models[name], axis) <= margin
    ]


def _break_tie(
    ties: Sequence[str], models: Models, breakers: Sequence[Axis], tested: Distinguishable
) -> tuple[str, tuple[str, ...], dict[str, tuple[str, ...]]]:
    """The model to take, the axes that decided it, and those that could not for want of values."""
    left, decided_by, skipped = list(ties), [], {}
    for axis in breakers:
        if len(left) == 1:
            break
        unmeasured = tuple(name for name in left if not is_measured(models[name], axis.name))
        if unmeasured:
            skipped[axis.name] = unmeasured
            continue
        first = max(left, key=lambda name: goodness(models[name], axis))
        kept = [name for name in left if name == first or not tested(first, name, axis)]
        if len(kept) < len(left):
            decided_by.append(axis.name)
        left = kept
    return left[0], tuple(decided_by), skipped


def _gains(
    models: Models, taken: str, other: str, axes: Sequence[Axis], tested: Distinguishable
) -> tuple[Cost, ...]:
    """Every axis on which the chosen model is better than the other one."""
    turned = _costs(models, other, [taken], axes, tested)
    return tuple(
        Cost(one.axis, other, one.other, one.taken, one.is_distinguishable) for one in turned
    )


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
    models: Models,
    taken: str,
    rivals: Sequence[str],
    axes: Sequence[Axis],
    distinguishable: Distinguishable,
) -> tuple[Cost, ...]:
    """Every axis on which a rival is better than the chosen model; NaN is never better."""
    return tuple(
        Cost(
            axis.name,
            rival,
            estimate(models[taken], axis.name),
            estimate(models[rival], axis.name),
            distinguishable(taken, rival, axis),
        )
        for rival in dict.fromkeys(rivals)
        for axis in axes
        if goodness(models[rival], axis) > goodness(models[taken], axis)
    )


@dataclass(frozen=True)
class Front:
    """The Pareto front, as far as the data show it.

    A is ahead of B where its estimate is at least as good on every axis and better on one; it beats
    B where the data distinguish both on an axis on which it is better.

    Attributes:
        members: models that no other one beats, in the order given.
        beaten: model -> the members that beat it; where none does, the others that do.
        near: member -> the members that are ahead of it without being distinguishable from it.
        unmeasured: model -> axes on which it was not measured, which keeps it off the front.
        empty_axes: axes on which no model was measured; they are left out of the comparison.
    """

    members: tuple[str, ...]
    beaten: Mapping[str, tuple[str, ...]]
    near: Mapping[str, tuple[str, ...]]
    unmeasured: Mapping[str, tuple[str, ...]]
    empty_axes: tuple[str, ...]


def pareto_front(
    models: Models, axes: Sequence[Axis], distinguishable: Distinguishable | None = None
) -> Front:
    """The models that no other one beats on the given axes.

    Args:
        models: name -> axis -> measurement.
        axes: those to compare on.
        distinguishable: whether the data distinguish two models on an axis; by the difference of
            their measurements if left out.
    """
    tested = distinguishable or by_differences(models)
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
                better > worse and tested(other, name, axis)
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


def _is_ahead(first: list[float], second: list[float]) -> bool:
    return first != second and all(a >= b for a, b in zip(first, second, strict=True))
