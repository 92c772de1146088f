"""Medians and percentiles with intervals that assume nothing about how times are distributed."""

import math
from collections.abc import Sequence

import numpy as np
from scipy.stats import binom

CONFIDENCE = 0.95


def quantile(values: Sequence[float], share: float, confidence: float = CONFIDENCE) -> dict:
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


def inverted(measured: dict, factor: float) -> dict:
    """`factor` over a quantile: seconds a step to steps a second."""
    return {
        **measured,
        "value": factor / measured["value"],
        "low": factor / measured["high"],
        "high": factor / measured["low"],
    }
