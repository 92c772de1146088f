"""Intervals and tests of times that were measured in several fresh processes.

A process is the unit: memory layout, thread placement and clock differ from one process to the
next, so that a thousand repetitions inside one process say how steady that process was, not what
the next one will measure (Kalibera and Jones 2013, "Rigorous benchmarking in reasonable time").
Times are positive and vary by factors, so everything is computed on their logarithms.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from tfcmp.evaluation.intervals import NO_VARIATION, Interval, t_probability, t_quantile
from tfcmp.records.bench import Quantity

# Fewer processes support no claim about times.
MINIMUM_PROCESSES = 5
CONFIDENCE = 0.95
# Lengths at which equality is tested around a crossing.
_GRID = 400

Rates = npt.NDArray[np.float64]


class Ratio(NamedTuple):
    """Ratio of two geometric means, its 95 % interval and the two-sided p-value of "equal"."""

    value: float
    low: float
    high: float
    p: float


def process_interval(values: Sequence[float], confidence: float = CONFIDENCE) -> Interval:
    """Geometric mean of one value per process, with a t interval on the logarithms.

    Args:
        values: (n,) positive, one per process, n >= 2.
        confidence: share of intervals that are to hold the true value.

    Raises:
        ValueError: there are fewer than two values, or one is not positive.
    """
    logs = _logarithms(values)
    mean = float(logs.mean())
    half = float(t_quantile(len(logs) - 1, (1 + confidence) / 2) * _standard_error(logs))
    return Interval(*(float(np.exp(x)) for x in (mean, mean - half, mean + half)))


def ratio_of_times(first: Sequence[float], second: Sequence[float]) -> Ratio:
    """How many times as large the first is, by Welch's t test on the logarithms.

    Args:
        first: (n,) positive, one value per process, n >= 2.
        second: (m,) the same for the other case, measured in turn with the first, m >= 2.
    """
    # scipy.stats.ttest_ind warns of values that hardly differ.
    difference, error, freedom = _welch(_logarithms(first), _logarithms(second))
    if error <= NO_VARIATION:
        ratio = float(np.exp(difference))
        return Ratio(ratio, ratio, ratio, float(abs(difference) <= NO_VARIATION))
    half = float(t_quantile(freedom, 0.975) * error)
    value, low, high = (float(np.exp(difference + shift)) for shift in (0.0, -half, half))
    return Ratio(value, low, high, 2 * float(t_probability(freedom, -abs(difference) / error)))


def _welch(one: Rates, other: Rates) -> tuple[Rates, Rates, Rates]:
    """Difference of the means over the first axis, its standard error and degrees of freedom.

    Welch 1947: variances are not taken to be equal; degrees of freedom after Satterthwaite.
    """
    first, second = one.var(axis=0, ddof=1) / len(one), other.var(axis=0, ddof=1) / len(other)
    parts = first**2 / (len(one) - 1) + second**2 / (len(other) - 1)
    freedom = (first + second) ** 2 / np.maximum(parts, NO_VARIATION**4)
    return one.mean(axis=0) - other.mean(axis=0), np.sqrt(first + second), freedom


def are_comparable(cells: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the cells have enough processes for a test, and were measured in turn in one bench."""
    sessions = {cell.get("session") for cell in cells}
    enough = all(cell.get("processes", 1) >= MINIMUM_PROCESSES for cell in cells)
    return enough and len(sessions) == 1 and None not in sessions


class Crossing(NamedTuple):
    """A length at which two cases are equally fast.

    `low` and `high` bound the lengths at which the difference is not significant at 5 %; None where
    that range reaches the end of what was measured.
    """

    value: float
    low: float | None
    high: float | None


def find_crossings(lengths: Sequence[int], first: Rates, second: Rates) -> list[Crossing]:
    """Every length at which the ratio of two throughputs passes 1.

    Between two measured lengths the logarithm of a throughput is taken to be linear in the
    logarithm of the length. The interval holds all lengths, connected to the crossing, at which
    Welch's t test on the interpolated logarithms of the processes does not reject equality at 5 %:
    the inversion of the test, as in Fieller 1954. A process measures all lengths, so its
    values are interpolated before they are compared: what raises all of them does not narrow
    the interval.

    Args:
        lengths: (k,) ascending, k >= 2.
        first: (n, k) throughputs, one row per process.
        second: (m, k) the same for the other case.
    """
    positions = np.log(np.asarray(lengths, float))
    one, other = np.log(first), np.log(second)
    gaps = one.mean(axis=0) - other.mean(axis=0)
    found = []
    for index in range(len(lengths) - 1):
        here, there = gaps[index], gaps[index + 1]
        if here * there < 0 or (here == 0 and there != 0):
            share = here / (here - there)
            at = positions[index] + share * (positions[index + 1] - positions[index])
            low, high = _not_rejected(positions, one, other, float(at))
            found.append(Crossing(float(np.exp(at)), low, high))
    return found


def _not_rejected(
    positions: Rates, one: Rates, other: Rates, at: float
) -> tuple[float | None, float | None]:
    """The connected range around `at` in which equality is not rejected, as lengths."""
    grid = np.unique(np.append(np.linspace(positions[0], positions[-1], _GRID), at))
    is_open = ~_is_rejected(
        _interpolated(positions, one, grid), _interpolated(positions, other, grid)
    )
    centre = int(np.searchsorted(grid, at))
    # At the crossing itself the difference is 0 up to rounding.
    is_open[centre] = True
    low = high = centre
    while low > 0 and is_open[low - 1]:
        low -= 1
    while high < len(grid) - 1 and is_open[high + 1]:
        high += 1
    ends = (None if low == 0 else grid[low], None if high == len(grid) - 1 else grid[high])
    bounds = [None if end is None else float(np.exp(end)) for end in ends]
    return bounds[0], bounds[1]


def _is_rejected(one: Rates, other: Rates) -> npt.NDArray[np.bool_]:
    """Whether equality is rejected in each column, (n, points) against (m, points)."""
    difference, error, freedom = _welch(one, other)
    # Without any variation, any difference is one.
    limit = np.where(error > NO_VARIATION, t_quantile(np.maximum(freedom, 1), 0.975) * error, 0)
    return np.abs(difference) > np.maximum(limit, NO_VARIATION)


def _interpolated(positions: Rates, logs: Rates, grid: Rates) -> Rates:
    """Each process's curve at the points of the grid, (n, points)."""
    return np.array([np.interp(grid, positions, row) for row in logs])


def _logarithms(values: Sequence[float]) -> Rates:
    array = np.asarray(values, np.float64)
    if array.ndim != 1 or len(array) < 2 or not (array > 0).all():
        raise ValueError(f"Expected two or more positive values, one per process; got {values}.")
    return np.log(array)


def _standard_error(logs: Rates) -> float:
    return float(logs.std(ddof=1) / np.sqrt(len(logs)))


def quantile(values: Sequence[float], share: float, confidence: float = CONFIDENCE) -> Quantity:
    """A quantile and its interval between two of the values.

    How many of n values lie below the true quantile is binomial, whatever their distribution: the
    interval is between the ranks that this number stays between (David & Nagaraja 2003, "Order
    Statistics", section 7.1). Few values give less than the confidence that was asked for; what
    they give is `coverage`.

    Args:
        values: independent measurements, at least one.
        share: 0.5 for the median, 0.9 for the 90th percentile.
        confidence: wanted probability that the interval holds the true quantile.

    Returns:
        value, low, high, coverage, and the number of values as `measurements`.
    """
    from scipy.stats import binom

    ordered = np.sort(np.asarray(values, float))
    count = len(ordered)
    rest = (1 - confidence) / 2
    low = max(1, int(binom.ppf(rest, count, share)))
    high = min(count, int(binom.ppf(1 - rest, count, share)) + 1)
    # Between the ranks low and high: at least low values lie below, and fewer than high.
    coverage = float(binom.cdf(high - 1, count, share) - binom.cdf(low - 1, count, share))
    rank = max(1, math.ceil(share * count - 1e-9))
    value = float(np.median(ordered)) if share == 0.5 else float(ordered[rank - 1])
    return {
        "value": value,
        "low": float(ordered[low - 1]),
        "high": float(ordered[high - 1]),
        "coverage": round(coverage, 4),
        "measurements": count,
    }


def inverted(measured: Quantity, factor: float) -> Quantity:
    """`factor` over a quantile: seconds per step to steps per second."""
    return {
        **measured,
        "value": factor / measured["value"],
        "low": factor / measured["high"],
        "high": factor / measured["low"],
    }
