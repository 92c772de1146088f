"""What a model is measured on, and which end of each axis is the good one."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tfcmp.errors import CallError
from tfcmp.evaluation.intervals import Interval

# Of a model by axis; a number without interval is taken as it is, None was not measured.
Measurements = Mapping[str, Interval | float | None]
Models = Mapping[str, Measurements]


class Axis(NamedTuple):
    """Something that is measured of a model; its unit is in its name or it has none."""

    name: str
    higher_is_better: bool


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
    Axis("parameters", higher_is_better=False),
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
