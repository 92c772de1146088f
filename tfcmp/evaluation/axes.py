"""What a model is measured on, and which end of each axis is the good one."""

import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from tfcmp.errors import CallError
from tfcmp.evaluation.intervals import Interval

# Of a model by axis; a number without interval is taken as it is, None was not measured.
Measurements = Mapping[str, Interval | float | None]
Models = Mapping[str, Measurements]
_COMPARISONS = {"<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt}
_REQUIREMENT = re.compile(r"\s*([A-Za-z]\w*)\s*(<=|>=|<|>)\s*(\S+)\s*")


class Axis(NamedTuple):
    """Something that is measured of a model; its unit is in its name or it has none.

    What is counted is exact: any difference of it is one.
    """

    name: str
    higher_is_better: bool
    is_counted: bool = False


# Whether the data distinguish two models, by name, on an axis.
Distinguishable = Callable[[str, str, Axis], bool]

# Axes that other modules name.
ACCURACY, LATENCY, COMPREHENSIVENESS = "accuracy", "latency_p90_ms", "comprehensiveness"
PARAMETERS = "parameters"

AXES = (
    Axis("accuracy", higher_is_better=True),
    Axis("macro_f1", higher_is_better=True),
    Axis("nll", higher_is_better=False),
    Axis("brier", higher_is_better=False),
    Axis("ece", higher_is_better=False),
    Axis("latency_p50_ms", higher_is_better=False),
    Axis("latency_p90_ms", higher_is_better=False),
    Axis("latency_p99_ms", higher_is_better=False),
    Axis("examples_per_second", higher_is_better=True),
    Axis("training_seconds", higher_is_better=False),
    Axis("parameters", higher_is_better=False, is_counted=True),
    Axis("peak_memory_mb", higher_is_better=False),
    Axis("comprehensiveness", higher_is_better=True),
    Axis("sufficiency", higher_is_better=False),
    Axis("plausibility", higher_is_better=True),
)


def find_axis(name: str, axes: Sequence[Axis] = AXES) -> Axis:
    """The axis of that name.

    Raises:
        CallError: there is none.
    """
    for axis in axes:
        if axis.name == name:
            return axis
    known = ", ".join(axis.name for axis in axes)
    raise CallError(f"{name!r} is no axis of a decision; expected one of {known}")


def estimate(of: Measurements, axis: str) -> float:
    """The measured value; NaN where there is none."""
    measured = of.get(axis)
    if measured is None:
        return math.nan
    return float(measured.value if isinstance(measured, Interval) else measured)


def is_measured(of: Measurements, axis: str) -> bool:
    """Whether there is a value."""
    return not math.isnan(estimate(of, axis))


def shown(value: float) -> str:
    """A value as a sentence tells it: from 1,000 on a whole number, below in four digits."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def bounds(of: Measurements, axis: str) -> tuple[float, float]:
    """Both ends of the interval; of a bare number the number itself."""
    measured = of.get(axis)
    if isinstance(measured, Interval):
        return measured.low, measured.high
    return estimate(of, axis), estimate(of, axis)


def goodness(of: Measurements, axis: Axis) -> float:
    """The estimate, turned so that higher is better; NaN where there is none."""
    value = estimate(of, axis.name)
    return value if axis.higher_is_better else -value


def difference_interval(first: Interval, second: Interval) -> Interval:
    """95 % interval of first - second, from the 95 % intervals of independent estimates.

    With distances l and u from an estimate to the ends of its interval, it reaches from
    d - sqrt(l_1^2 + u_2^2) to d + sqrt(u_1^2 + l_2^2): the method of variance estimates recovery
    (Zou and Donner 2008). For symmetric intervals of a normal distribution it is the usual interval
    of a difference. It also holds, and errs on the wide side, where both estimates rise and fall
    together.
    """
    difference = first.value - second.value
    down = math.hypot(first.value - first.low, second.high - second.value)
    up = math.hypot(first.high - first.value, second.value - second.low)
    return Interval(difference, difference - down, difference + up)


def are_distinguishable(first: Measurements, second: Measurements, axis: Axis) -> bool:
    """Whether the difference of two models on an axis is significant at 5 %.

    By `difference_interval`, whether it holds 0. Whether the intervals overlap is no such test: of
    equal truths one estimate lies outside the other's interval 17 % of the time. Where one of both
    has no interval, nothing distinguishes them, unless the axis is counted.
    """
    if axis.is_counted:
        return estimate(first, axis.name) != estimate(second, axis.name)
    one, other = first.get(axis.name), second.get(axis.name)
    if not isinstance(one, Interval) or not isinstance(other, Interval):
        return False
    difference = difference_interval(one, other)
    return not difference.low <= 0 <= difference.high


def by_differences(models: Models) -> Distinguishable:
    """Distinguishes models by their measurements alone; see `are_distinguishable`."""
    return lambda first, second, axis: are_distinguishable(models[first], models[second], axis)


class Requirement(NamedTuple):
    """A bound on an axis; `text` is as the user wrote it."""

    text: str
    axis: str
    comparison: str
    bound: float

    def holds(self, value: float) -> bool:
        """Whether a measured value keeps the bound."""
        return bool(_COMPARISONS[self.comparison](value, self.bound))


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
