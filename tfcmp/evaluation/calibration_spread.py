"""How much a calibration error and a temperature would vary with other groups of examples.

Neither is a mean over examples, so that whole groups (movies) are drawn again, with replacement,
and the spread over the draws is the standard error (Efron 1979). The intervals are estimate +-
1.96 standard errors: a percentile interval of the ECE would often miss its own estimate, as the
ECE of fewer different examples is larger.
"""

import numpy as np

from tfcmp.evaluation.calibration import fit_temperature
from tfcmp.evaluation.intervals import Clusters, Interval, Values
from tfcmp.evaluation.metrics import (
    CALIBRATION_BINS,
    Labels,
    Probabilities,
    correct,
    expected_calibration_error,
)

DRAWS = 200
_SEED = 0
_QUANTILE = 1.96


def ece_interval(labels: Labels, probabilities: Probabilities, groups: Clusters) -> Interval:
    """Expected calibration error (15 bins) with its interval at 95 %, clipped to 0..1.

    Args:
        labels: (n,) integers.
        probabilities: (n, classes).
        groups: (n,) ids of groups; all between 0 and 1 where there is one group.
    """
    value = expected_calibration_error(labels, probabilities)
    members, index = np.unique(groups, return_inverse=True)
    if len(members) == 1:
        return Interval(value, 0.0, 1.0)
    confidences = probabilities.max(axis=1).astype(np.float64)
    edges = np.linspace(0.0, 1.0, CALIBRATION_BINS + 1)
    bins = np.digitize(confidences, edges[1:-1], right=True)
    # (groups, bins) sums of accuracy - confidence: a draw of groups only adds them up.
    gaps = np.bincount(
        index * CALIBRATION_BINS + bins,
        weights=correct(labels, probabilities) - confidences,
        minlength=len(members) * CALIBRATION_BINS,
    ).reshape(len(members), CALIBRATION_BINS)
    sizes = np.bincount(index)
    drawn = np.array(
        [np.abs(counts @ gaps).sum() / (counts @ sizes) for counts in _draws(len(members))]
    )
    half_width = _QUANTILE * float(drawn.std(ddof=1))
    return Interval(value, max(0.0, value - half_width), min(1.0, value + half_width))


def temperature_interval(
    labels: Labels, probabilities: Probabilities, groups: Clusters
) -> Interval:
    """The fitted temperature with its interval at 95 %, symmetric in log T.

    Args: as of `ece_interval`; where there is one group, the interval is the estimate alone.
    """
    value = fit_temperature(labels, probabilities)
    members, index = np.unique(groups, return_inverse=True)
    if len(members) == 1:
        return Interval(value, value, value)
    rows = np.arange(len(labels))
    logarithms = []
    for counts in _draws(len(members)):
        drawn = np.repeat(rows, counts[index])
        logarithms.append(np.log(fit_temperature(labels[drawn], probabilities[drawn])))
    factor = float(np.exp(_QUANTILE * np.std(logarithms, ddof=1)))
    return Interval(value, value / factor, value * factor)


def _draws(groups: int) -> Values:
    """(draws, groups) integers: how often each group is drawn."""
    generator = np.random.default_rng(_SEED)
    return np.stack(
        [
            np.bincount(generator.integers(groups, size=groups), minlength=groups)
            for _ in range(DRAWS)
        ]
    )
