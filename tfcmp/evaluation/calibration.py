"""Whether a classifier is as often right as it says, and the one temperature that mends it.

`labels` is (n,) integers from 0 to classes - 1 and `probabilities` is (n, classes) floats, each row
a distribution, as in `metrics`.

Neither a calibration error nor a temperature is a mean over examples. For their intervals whole
groups (movies) are drawn again, with replacement, and the spread over the draws is the standard
error (Efron 1979). The intervals are estimate +- 1.96 standard errors: a percentile interval of the
ECE would often miss its own estimate, as the ECE of fewer different examples is larger.
"""

import math
from typing import NamedTuple

import numpy as np

from tfcmp.evaluation.intervals import Clusters, Interval, Values
from tfcmp.evaluation.metrics import (
    CALIBRATION_BINS,
    CALIBRATION_EDGES,
    SMALLEST_PROBABILITY,
    Labels,
    Probabilities,
    brier_score,
    calibration_bin,
    correct,
    expected_calibration_error,
    negative_log_likelihood,
)

LOWEST_TEMPERATURE = 0.05
HIGHEST_TEMPERATURE = 20.0
# Bootstrap draws of an interval, their seed, and the normal quantile of 95 %.
DRAWS = 200
_SEED = 0
_QUANTILE = 1.96


class CalibrationBin(NamedTuple):
    """Examples whose confidence lies in (low, high]; the means are None where there are none."""

    low: float
    high: float
    examples: int
    confidence: float | None
    accuracy: float | None


class Calibration(NamedTuple):
    """Reliability diagram and scores; units as in `metrics` (nll in nats, brier from 0 to 2)."""

    bins: tuple[CalibrationBin, ...]
    ece: float
    brier: float
    nll: float


def calibration(labels: Labels, probabilities: Probabilities) -> Calibration:
    """Reliability bins, expected calibration error, Brier score and negative log-likelihood."""
    return Calibration(
        bins=reliability_bins(labels, probabilities),
        ece=expected_calibration_error(labels, probabilities),
        brier=brier_score(labels, probabilities),
        nll=negative_log_likelihood(labels, probabilities),
    )


def reliability_bins(labels: Labels, probabilities: Probabilities) -> tuple[CalibrationBin, ...]:
    """Accuracy against confidence in 15 bins of equal width, the bins of the ECE: Guo et al. 2017.

    The mean over examples of |accuracy - confidence| of their bin is the ECE.
    """
    confidences = probabilities.max(axis=1).astype(np.float64)
    index = calibration_bin(confidences)
    counts = np.bincount(index, minlength=CALIBRATION_BINS)
    confidence_sums = np.bincount(index, weights=confidences, minlength=CALIBRATION_BINS)
    hits = np.bincount(index, weights=correct(labels, probabilities), minlength=CALIBRATION_BINS)
    return tuple(
        CalibrationBin(
            low=float(CALIBRATION_EDGES[number]),
            high=float(CALIBRATION_EDGES[number + 1]),
            examples=int(count),
            confidence=float(confidence_sums[number] / count) if count else None,
            accuracy=float(hits[number] / count) if count else None,
        )
        for number, count in enumerate(counts)
    )


def fit_temperature(labels: Labels, probabilities: Probabilities) -> float:
    """The temperature T from 0.05 to 20 with the lowest negative log-likelihood: Guo et al. 2017.

    Fit it on validation, never on the test split. The logarithm of a probability serves as logit:
    the two differ by a constant a row, which softmax forgets. The likelihood has one minimum in
    log T, as it is convex in 1/T. Where every row is uniform, all T are alike and the answer is 1;
    where every answer is right it is the bound 0.05.

    Returns:
        T; above 1 for a model that is too sure of itself.
    """
    from scipy.optimize import minimize_scalar

    logits = _logits(probabilities)
    of_label = logits[np.arange(len(labels)), labels]

    def loss(log_temperature: float) -> float:
        scale = math.exp(-log_temperature)
        return float((_log_sum_exp(logits * scale) - of_label * scale).mean())

    bounds = (math.log(LOWEST_TEMPERATURE), math.log(HIGHEST_TEMPERATURE))
    found = minimize_scalar(loss, bounds=bounds, method="bounded", options={"xatol": 1e-8})
    # The search never tries a bound itself. Of equal ones the first, T = 1, is taken.
    best = min((0.0, *bounds, float(found.x)), key=loss)
    return math.exp(best)


def is_at_bound(temperature: float) -> bool:
    """Whether it is an end of what is searched.

    Validation does not determine it then: a model without an error there could be ever surer.
    """
    return not 1.001 * LOWEST_TEMPERATURE < temperature < 0.999 * HIGHEST_TEMPERATURE


def at_temperature(probabilities: Probabilities, temperature: float) -> Values:
    """(n, classes) float64: softmax(log p / T); the predicted classes stay as they are.

    Probabilities below `SMALLEST_PROBABILITY` count as that.
    """
    logits = _logits(probabilities) / temperature
    return np.exp(logits - _log_sum_exp(logits)[:, None])


def _logits(probabilities: Probabilities) -> Values:
    """(n, classes): logarithms, 0 at the highest of each row."""
    logits = np.log(np.maximum(probabilities.astype(np.float64), SMALLEST_PROBABILITY))
    return np.asarray(logits - logits.max(axis=1, keepdims=True))


def _log_sum_exp(logits: Values) -> Values:
    """(n,): log sum_k exp(logit_k) of rows whose highest is 0, so that nothing overflows.

    scipy.special.logsumexp gives the same and takes twelve times as long, thousands of times a fit.
    """
    return np.asarray(np.log(np.exp(logits).sum(axis=1)))


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
    bins = calibration_bin(confidences)
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
