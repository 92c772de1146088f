"""Confidence intervals of means over examples that come in clusters, such as reviews of a movie.

Examples of one cluster resemble each other, so that n of them tell less than n independent ones,
and an interval that overlooks this is too narrow (Dror et al. 2018 on tests whose assumptions the
data break). With few clusters, or clusters of unequal size, the usual cluster-robust interval is
too narrow as well. Used here are the bias-reduced standard error (CR2) and the degrees of freedom
of Bell and McCaffrey 2002, as Pustejovsky and Tipton 2018 recommend.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]
Clusters = npt.NDArray[np.integer]
# A number, or an array with one for each of many simulated studies.
Numbers = Any

# Below this a standard error is rounding.
NO_VARIATION = 1e-12


class Interval(NamedTuple):
    """An estimate and its confidence interval."""

    value: float
    low: float
    high: float


def cluster_standard_error(values: Values, clusters: Clusters) -> float:
    """Standard error of a mean, robust to any dependence within clusters (CR2).

    With S_g the sum of the residuals y_i - mean(y) of cluster g, and f_g = n_g / n its share of the
    examples: sqrt(sum_g S_g^2 / (1 - f_g)) / n. This is the estimator of Bell and McCaffrey 2002
    for a model of the mean alone: the block of the hat matrix is H_gg = 11'/n, and
    (I - H_gg)^(-1/2) 1 = (1 - f_g)^(-1/2) 1. It is unbiased where examples are independent. With
    clusters of one example it is s / sqrt(n).

    Args:
        values: (n,) contributions of the examples.
        clusters: (n,) id of each example's cluster, any integers, at least two different ones.
    """
    _, index, sizes = np.unique(clusters, return_inverse=True, return_counts=True)
    sums = np.bincount(index, weights=values - values.mean())
    count = len(values)
    return float(np.sqrt((np.square(sums) / (1 - sizes / count)).sum()) / count)


def cluster_degrees_of_freedom(clusters: Clusters) -> float:
    """Degrees of freedom of `cluster_standard_error`, after Bell and McCaffrey 2002.

    (tr B)^2 / tr(B^2), with B the covariance of the scaled cluster sums where examples are
    independent (Pustejovsky and Tipton 2018, section 2.2). For a mean, with f_g = n_g / n and
    q = sum_g f_g^2 / (1 - f_g), it is

        1 / (sum_g f_g^2 + q^2 - sum_g f_g^4 / (1 - f_g)^2)

    G clusters of one size give G - 1; a few large ones among many small ones give far less.

    Args:
        clusters: (n,) id of each example's cluster, any integers, at least two different ones.
    """
    _, sizes = np.unique(clusters, return_counts=True)
    shares = sizes / sizes.sum()
    scaled = np.square(shares) / (1 - shares)
    inverse = np.square(shares).sum() + scaled.sum() ** 2 - np.square(scaled).sum()
    return float(1 / inverse)


def mean_interval(
    values: Values, clusters: Clusters, bounds: tuple[float, float], confidence: float = 0.95
) -> Interval:
    """Interval of a mean: mean +- t quantile x `cluster_standard_error`.

    The quantile has the degrees of freedom of `cluster_degrees_of_freedom`.

    Args:
        values: (n,) contributions of the examples, n >= 1.
        clusters: (n,) id of each example's cluster, any integers.
        bounds: lowest and highest possible mean; the interval is clipped to them, and is all
            between them where there is one cluster, which shows nothing of the variation.
        confidence: share of intervals that are to hold the true mean.
    """
    mean = float(values.mean())
    if len(np.unique(clusters)) == 1:
        return Interval(mean, *bounds)
    quantile = t_quantile(cluster_degrees_of_freedom(clusters), (1 + confidence) / 2)
    half_width = quantile * cluster_standard_error(values, clusters)
    low, high = bounds
    return Interval(mean, max(low, mean - half_width), min(high, mean + half_width))


def share_interval(values: Values, clusters: Clusters, confidence: float = 0.95) -> Interval:
    """Interval of a share, such as an accuracy.

    Near 0 and 1 an interval that lies evenly around the share is too short on the inner side. This
    one is that of Wilson 1927, p(1 - p)/SE^2 taken for the number of independent examples (n over
    the design effect) and a t quantile with the degrees of freedom of `cluster_degrees_of_freedom`
    for the normal one; see Dean and Pagano 2015 on shares in clustered samples. Its coverage is
    simulated in tests/evaluation/test_interval_coverage.py.

    Where clusters do not differ at all (a share of exactly 0 or 1, equal shares in all clusters, a
    single cluster), the standard error is 0 and would claim certainty; the interval is then that of
    Clopper and Pearson 1934 with 1 / sum_g f_g^2 observations (Kish 1965): the number of clusters,
    where they are of one size.

    Args:
        values: (n,) zeros and ones, or means of them over seeds, n >= 1.
        clusters: (n,) id of each example's cluster, any integers.
        confidence: share of intervals that are to hold the true share.
    """
    share = float(values.mean())
    _, sizes = np.unique(clusters, return_counts=True)
    if len(sizes) > 1:
        error = cluster_standard_error(values, clusters)
        if error > NO_VARIATION:
            examples = share * (1 - share) / error**2
            return _wilson_interval(
                share,
                examples,
                t_quantile(cluster_degrees_of_freedom(clusters), (1 + confidence) / 2),
            )
    observations = 1 / float(np.square(sizes / sizes.sum()).sum())
    return _exact_interval(share, observations, confidence)


def t_quantile(freedom: Numbers, probability: float) -> Numbers:
    """Quantile of Student's t distribution, of each of the degrees of freedom."""
    # Here and below scipy.special: scipy.stats takes a second to import, and its intervals of a
    # share (binomtest) want whole counts.
    from scipy.special import stdtrit

    return stdtrit(freedom, probability)


def t_probability(freedom: Numbers, value: Numbers) -> Numbers:
    """Probability of at most `value` in Student's t distribution."""
    from scipy.special import stdtr

    return stdtr(freedom, value)


def _wilson_interval(share: float, examples: float, quantile: float) -> Interval:
    """The score interval of Wilson 1927 for a number of examples that need not be whole."""
    weight = quantile**2 / examples
    centre = (share + weight / 2) / (1 + weight)
    half_width = np.sqrt(share * (1 - share) * weight + np.square(weight / 2)) / (1 + weight)
    return Interval(
        share, float(max(0.0, centre - half_width)), float(min(1.0, centre + half_width))
    )


def _exact_interval(share: float, observations: float, confidence: float) -> Interval:
    """Clopper-Pearson interval by quantiles of the beta distribution, also for broken counts."""
    from scipy.special import betaincinv

    tail = (1 - confidence) / 2
    hits = share * observations
    misses = observations - hits
    low = float(betaincinv(hits, misses + 1, tail)) if hits > 0 else 0.0
    high = float(betaincinv(hits + 1, misses, 1 - tail)) if misses > 0 else 1.0
    return Interval(share, low, high)


def ratio_contributions(numerators: Values, denominators: Values) -> Values:
    """(n,) contributions whose mean is sum(numerators) / sum(denominators).

    With R the ratio, R + (numerator_i - R denominator_i) / mean(denominators): the linearisation of
    Taylor's expansion, by which intervals and paired tests of means hold for ratios (Cochran 1977,
    section 6.4).

    Args:
        numerators: (n,).
        denominators: (n,), of a sum above 0.
    """
    ratio = numerators.sum() / denominators.sum()
    return np.asarray(ratio + (numerators - ratio * denominators) / np.mean(denominators))
