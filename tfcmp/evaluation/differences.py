"""Difference of the accuracies of two models, and what one run of each can say about it.

Both models answer the same examples, so the difference is paired. Examples of one group (reviews
of a movie) resemble each other, so intervals and p-values treat whole groups as the independent
units: Dror et al. 2018 on tests whose assumptions the data break.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from tfcmp.evaluation.intervals import Clusters, Values, cluster_standard_error

# z(0.975) + z(0.80): what a two-sided test at 5 % finds with a probability of 80 %, in standard
# errors (Card et al. 2020).
DETECTABLE = 2.80
FLIPS = 10_000
_FLIP_SEED = 0
_NORMAL_QUANTILE = 1.96
# Below this a standard error is rounding.
_NO_VARIATION = 1e-12


@dataclass(frozen=True)
class Difference:
    """An estimated difference of two accuracies and how far it can be trusted.

    All but the last four are shares: 0.01 is one point.

    Attributes:
        value: accuracy of a minus accuracy of b.
        low, high: 95 % interval.
        standard_error: of the value.
        smallest_detectable: 2.80 standard errors, the true difference that such a comparison finds
            with a probability of 80 % (Card et al. 2020).
        low_90, high_90: 90 % interval, for claims of equality.
        degrees_of_freedom: of the t quantile of the intervals.
        p: two-sided p-value of "no difference", not yet adjusted for other comparisons.
        test: what was done and what it covers, for a reader.
        only_a, only_b: examples that only a, or only b, answers right: the discordant counts b and
            c of McNemar 1947. Description only, as his test takes examples for independent; None
            where a model has several seeds.
    """

    value: float
    low: float
    high: float
    standard_error: float
    degrees_of_freedom: float
    p: float
    smallest_detectable: float
    low_90: float
    high_90: float
    test: str
    only_a: int | None = None
    only_b: int | None = None


def paired_difference(
    correct_a: npt.ArrayLike, correct_b: npt.ArrayLike, groups: Clusters
) -> Difference:
    """Difference of two accuracies from one run of each model.

    It covers the sampling of test groups only: of another seed of the same models it says nothing.

    Args:
        correct_a: (n,) zeros and ones (or booleans), whether model a is right, n >= 1.
        correct_b: (n,) the same for model b, in the same order of examples.
        groups: (n,) id of each example's group.

    Raises:
        ValueError: the shapes do not fit.
    """
    first, second = np.asarray(correct_a, np.float64), np.asarray(correct_b, np.float64)
    if first.ndim != 1 or not len(first) or not first.shape == second.shape == groups.shape:
        raise ValueError(
            "Expected two arrays and groups of one shape (n,), n >= 1; "
            f"got {first.shape}, {second.shape} and {groups.shape}."
        )
    difference = sampling_difference(
        first - second, groups, test="one run each: test sampling only"
    )
    only_a, only_b = int((first > second).sum()), int((second > first).sum())
    return replace(difference, only_a=only_a, only_b=only_b)


def sampling_difference(contributions: Values, groups: Clusters, test: str) -> Difference:
    """Mean of paired differences, with the uncertainty that comes from the sampling of groups.

    The interval is mean +- t(G - 1) x `cluster_standard_error`; p is that of `sign_flip_p`. A
    single group shows nothing of the variation: its interval is all from -1 to 1, its standard
    error 1, the largest possible, and its p 1.

    Args:
        contributions: (n,) differences from -1 to 1, one an example.
        groups: (n,) id of each example's group.
        test: the sentence of the result, to which the number of groups is added.
    """
    value, count = float(contributions.mean()), len(np.unique(groups))
    if count == 1:
        reason = f"{test}; all examples are of one group, which shows nothing of the variation"
        return Difference(value, -1.0, 1.0, 1.0, 0.0, 1.0, DETECTABLE, -1.0, 1.0, reason)
    test = (
        f"{test}; cluster-robust t interval over {count:,} groups, p from {FLIPS:,} sign flips "
        "of whole groups"
    )
    p = sign_flip_p(contributions, groups)
    error = cluster_standard_error(contributions, groups)
    if error <= _NO_VARIATION:
        return _without_variation(value, count, p, test)
    return t_difference(value, error, count - 1, test, p)


def sampling_error(contributions: Values, groups: Clusters) -> float:
    """Standard error of a mean difference, above 0 also where all groups agree, G >= 2.

    Groups that agree would claim certainty. The share of groups that are unlike the rest is then
    at most u = 1 - 0.025^(1/G), the limit of Clopper and Pearson 1934 for none of G, and u/1.96
    stands for the standard error.
    """
    error = cluster_standard_error(contributions, groups)
    if error > _NO_VARIATION:
        return error
    return _unseen_share(len(np.unique(groups)), 0.95) / _NORMAL_QUANTILE


def t_difference(
    value: float, standard_error: float, freedom: float, test: str, p: float | None = None
) -> Difference:
    """A difference with t intervals, clipped to -1..1, and p from the same t unless it is given."""
    # Those of scipy.stats are slower by far and take half a second to import.
    from scipy.special import stdtr, stdtrit

    half_95 = float(stdtrit(freedom, 0.975)) * standard_error
    half_90 = float(stdtrit(freedom, 0.95)) * standard_error
    if p is None:
        p = 2 * float(stdtr(freedom, -abs(value) / standard_error))
    return Difference(
        value=value,
        low=max(-1.0, value - half_95),
        high=min(1.0, value + half_95),
        standard_error=standard_error,
        degrees_of_freedom=float(freedom),
        p=p,
        smallest_detectable=DETECTABLE * standard_error,
        low_90=max(-1.0, value - half_90),
        high_90=min(1.0, value + half_90),
        test=test,
    )


def sign_flip_p(contributions: Values, groups: Clusters) -> float:
    """Two-sided p-value of "no difference" by flipping the sign of whole groups' differences.

    Without a difference, a group's sum S_g is as likely as -S_g. p = (1 + number of flips with
    |sum_g +-S_g| >= |sum_g S_g|) / (1 + flips): Fisher 1935, with the count that makes a random
    sample of flips exact (Phipson and Smyth 2010). 10,000 flips of a fixed seed.

    Args:
        contributions: (n,) paired differences.
        groups: (n,) id of each example's group.
    """
    _, index = np.unique(groups, return_inverse=True)
    sums = np.abs(np.bincount(index, weights=contributions))
    observed = abs(float(contributions.sum()))
    # Groups of the same |S_g| are exchangeable: of k of them, the number that keeps its sign is
    # binomial. A draw a size of sum instead of a draw a group is the same distribution, and fast.
    sizes, counts = np.unique(sums[sums > _NO_VARIATION].round(12), return_counts=True)
    kept = np.random.default_rng(_FLIP_SEED).binomial(counts, 0.5, size=(FLIPS, len(counts)))
    flipped = np.abs((2 * kept - counts) @ sizes)
    # Sums of the same numbers in another order differ by rounding.
    as_large = int((flipped >= observed - 1e-9 * max(1.0, observed)).sum())
    return (1 + as_large) / (1 + FLIPS)


def _without_variation(value: float, count: int, p: float, test: str) -> Difference:
    """All G groups have the same mean difference: up to a share u of groups may still be others.

    The interval moves the share u (see `sampling_error`) of the groups to -1 and to 1.
    """
    wide, narrow = _unseen_share(count, 0.95), _unseen_share(count, 0.90)
    error = wide / _NORMAL_QUANTILE
    return Difference(
        value=value,
        low=value - wide * (value + 1),
        high=value + wide * (1 - value),
        standard_error=error,
        degrees_of_freedom=float(count - 1),
        p=p,
        smallest_detectable=DETECTABLE * error,
        low_90=value - narrow * (value + 1),
        high_90=value + narrow * (1 - value),
        test=f"{test}; no group differs from another",
    )


def _unseen_share(count: int, confidence: float) -> float:
    """Upper Clopper-Pearson limit of a share of which none of `count` observations was seen."""
    return float(1 - ((1 - confidence) / 2) ** (1 / count))
