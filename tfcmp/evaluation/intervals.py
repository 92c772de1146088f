"""Confidence intervals of means over examples that come in clusters, such as reviews of a movie.

Examples of one cluster resemble each other, so that n of them tell less than n independent ones,
and an interval that overlooks this is too narrow (Dror et al. 2018 on tests whose assumptions the
data break).
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]
Clusters = npt.NDArray[np.integer]

# Below this a standard error is rounding.
_NO_VARIATION = 1e-12


class Interval(NamedTuple):
    """An estimate and its confidence interval."""

    value: float
    low: float
    high: float


def cluster_standard_error(values: Values, clusters: Clusters) -> float:
    """Standard error of a mean, robust to any dependence within clusters.

    With residuals e_i = y_i - mean(y) summed per cluster, S_g = sum_{i in g} e_i, of G clusters:
    sqrt(G/(G - 1) sum_g S_g^2) / n. This is the sandwich estimator of Liang and Zeger 1986 for a
    model of the mean alone, with the usual factor for few clusters; with clusters of one example
    it is s / sqrt(n).

    Args:
        values: (n,) contributions of the examples.
        clusters: (n,) id of each example's cluster, any integers, at least two different ones.
    """
    _, index = np.unique(clusters, return_inverse=True)
    sums = np.bincount(index, weights=values - values.mean())
    count = len(sums)
    return float(np.sqrt(count / (count - 1) * np.square(sums).sum()) / len(values))


def mean_interval(
    values: Values, clusters: Clusters, bounds: tuple[float, float], confidence: float = 0.95
) -> Interval:
    """Interval of a mean: mean +- t(G - 1 degrees of freedom) x cluster-robust standard error.

    Args:
        values: (n,) contributions of the examples, n >= 1.
        clusters: (n,) id of each example's cluster, any integers.
        bounds: lowest and highest possible mean; the interval is clipped to them, and is all
            between them where there is one cluster, which shows nothing of the variation.
        confidence: share of intervals that are to hold the true mean.
    """
    # scipy.stats takes half a second to import.
    from scipy.stats import t

    mean = float(values.mean())
    count = len(np.unique(clusters))
    if count == 1:
        return Interval(mean, *bounds)
    quantile = float(t.ppf((1 + confidence) / 2, count - 1))
    half_width = quantile * cluster_standard_error(values, clusters)
    low, high = bounds
    return Interval(mean, max(low, mean - half_width), min(high, mean + half_width))


def share_interval(values: Values, clusters: Clusters, confidence: float = 0.95) -> Interval:
    """Interval of a share, such as an accuracy, clipped to 0..1.

    It is `mean_interval`, except where clusters do not differ at all (an accuracy of exactly 0 or
    1, equal shares in all clusters, a single cluster). The standard error is 0 there and would
    claim certainty; the interval is then that of Clopper and Pearson 1934 with the number of
    clusters as the number of observations.

    Args:
        values: (n,) zeros and ones, n >= 1.
        clusters: (n,) id of each example's cluster, any integers.
        confidence: share of intervals that are to hold the true share.
    """
    count = len(np.unique(clusters))
    if count > 1 and cluster_standard_error(values, clusters) > _NO_VARIATION:
        return mean_interval(values, clusters, (0.0, 1.0), confidence)
    return _exact_interval(float(values.mean()), count, confidence)


def _exact_interval(share: float, observations: int, confidence: float) -> Interval:
    """Clopper-Pearson interval by quantiles of the beta distribution, also for broken counts."""
    from scipy.stats import beta

    tail = (1 - confidence) / 2
    hits = share * observations
    misses = observations - hits
    low = float(beta.ppf(tail, hits, misses + 1)) if hits > 0 else 0.0
    high = float(beta.ppf(1 - tail, hits + 1, misses)) if misses > 0 else 1.0
    return Interval(share, low, high)
