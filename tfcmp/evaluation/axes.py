"""What a model is measured on, and which end of each axis is the good one."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from tfcmp.errors import CallError
from tfcmp.evaluation.intervals import Interval

# Of a model by axis; a number without interval is taken as it is, None was not measured.
Measurements = Mapping[str, Interval | float | None]
Models = Mapping[str, Measurements]


class Axis(NamedTuple):
    """Something that is measured of a model; its unit is in its name or it has none.

    What is counted is exact: any difference of it is one.
    """

    name: str
    higher_is_better: bool
    is_counted: bool = False


# Whether two models, by name, are told apart by the data on an axis.
Apart = Callable[[str, str, Axis], bool]

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


def are_apart(first: Measurements, second: Measurements, axis: Axis) -> bool:
    """Whether the data tell both apart on an axis.

    Neither estimate lies within the interval of the other. Two measurements without interval are
    not told apart, unless the axis is counted.
    """
    values = estimate(first, axis.name), estimate(second, axis.name)
    if axis.is_counted:
        return values[0] != values[1]
    around = [bounds(of, axis.name) for of in (second, first)]
    has_interval = any(isinstance(of.get(axis.name), Interval) for of in (first, second))
    return has_interval and not any(
        low <= value <= high for value, (low, high) in zip(values, around, strict=True)
    )


def by_intervals(models: Models) -> Apart:
    """Tells models apart by their intervals; see `are_apart`."""
    return lambda first, second, axis: are_apart(models[first], models[second], axis)
