"""All metrics of one split, with their intervals, ready for JSON."""

import math

import numpy as np

from tfcmp.errors import WorkError
from tfcmp.evaluation.intervals import Clusters, Interval, mean_interval, share_interval
from tfcmp.evaluation.metrics import (
    SMALLEST_PROBABILITY,
    Labels,
    Probabilities,
    brier_per_example,
    correct,
    expected_calibration_error,
    macro_f1,
    majority_share,
    nll_per_example,
)
from tfcmp.records.run import Metric, Metrics

# How the intervals are computed; stands in result.json, as those of another method cannot be
# recomputed.
INTERVAL_METHOD = "CR2, Bell-McCaffrey; accuracy by Wilson"
_HIGHEST_NLL = -math.log(SMALLEST_PROBABILITY)
# Sums of a row as low precision rounds them.
_SUM_TOLERANCE = 0.02


def summarise(labels: Labels, probabilities: Probabilities, groups: Clusters) -> Metrics:
    """Metrics of the examples of one split; 95 % intervals are cluster-robust over the groups.

    Args:
        labels: (n,) integers from 0 to classes - 1.
        probabilities: (n, classes) floats, each row a distribution.
        groups: (n,) integer id of each example's group (its movie, its author); an example that
            stands for itself has an id of its own.

    Returns:
        name -> {"value"} or {"value", "low", "high"}, plain floats.

    Raises:
        ValueError: the shapes do not fit, a label is no class, or there is no example.
        WorkError: the probabilities are none, as those of a diverged model.
    """
    _check_shapes(labels, probabilities, groups)
    _check_distributions(probabilities)
    nll = mean_interval(nll_per_example(labels, probabilities), groups, (0.0, _HIGHEST_NLL))
    brier = mean_interval(brier_per_example(labels, probabilities), groups, (0.0, 2.0))
    return {
        "accuracy": _with_bounds(share_interval(correct(labels, probabilities), groups)),
        "nll": _with_bounds(nll),
        "brier": _with_bounds(brier),
        "ece": {"value": expected_calibration_error(labels, probabilities)},
        "macro_f1": {"value": macro_f1(labels, probabilities)},
        "majority": {"value": majority_share(labels)},
        "examples": {"value": float(len(labels))},
        "groups": {"value": float(len(np.unique(groups)))},
    }


def _with_bounds(interval: Interval) -> Metric:
    return {
        "value": float(interval.value),
        "low": float(interval.low),
        "high": float(interval.high),
    }


def _check_shapes(labels: Labels, probabilities: Probabilities, groups: Clusters) -> None:
    count = len(labels)
    if not count or labels.shape != (count,) or groups.shape != (count,):
        raise ValueError(
            f"Expected labels and groups of one shape (n,), n >= 1; "
            f"got {labels.shape} and {groups.shape}."
        )
    if probabilities.ndim != 2 or len(probabilities) != count:
        raise ValueError(f"Expected probabilities ({count}, classes), got {probabilities.shape}.")
    classes = probabilities.shape[1]
    if labels.min() < 0 or labels.max() >= classes:
        raise ValueError(
            f"Expected labels from 0 to {classes - 1}, got {labels.min()} to {labels.max()}."
        )


def _check_distributions(probabilities: Probabilities) -> None:
    # Written so that a comparison with NaN, which is False, counts as bad.
    sums_to_one = np.abs(probabilities.sum(axis=1, dtype=np.float64) - 1) <= _SUM_TOLERANCE
    good = sums_to_one & (probabilities >= 0).all(axis=1)
    bad = len(good) - int(good.sum())
    if bad:
        raise WorkError(
            f"Expected probabilities that are 0 or more and sum to 1; {bad} of {len(good)} "
            "examples have others (such as NaN). A model that diverged in training gives them: "
            "train it again with a lower learning rate."
        )
