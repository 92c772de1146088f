"""Difference of the accuracies of two models, and what one run of each can say about it.

Both models answer the same examples, so the difference is paired. Examples of one group (reviews
of a movie) resemble each other, so intervals and p-values treat whole groups as the independent
units: Dror et al. 2018 on tests whose assumptions the data break.

Interval and p-value are of one and the same t distribution, so that they agree on whether there is
a difference, also where seeds vary and where the test is one of equality. The p-value of sign flips
of whole groups needs no distribution; it is given as a second number for single runs.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tfcmp.evaluation.intervals import (
    NO_VARIATION,
    Clusters,
    Numbers,
    Values,
    cluster_degrees_of_freedom,
    cluster_standard_error,
    t_probability,
    t_quantile,
)

# Of a two-sided 95 % interval of the normal distribution.
_NORMAL_QUANTILE = 1.96
FLIPS = 10_000
_FLIP_SEED = 0


class VariancePart(NamedTuple):
    """A part of the variance of an estimate and the degrees of freedom it was estimated with."""

    variance: Numbers
    freedom: float


def sampling_part(contributions: Values, groups: Clusters) -> VariancePart:
    """Variance of a mean difference by the sampling of groups, above 0 also where all agree, G >= 2.

    Groups that agree would claim certainty. The share of groups that are unlike the rest is then
    at most u = 1 - 0.025^(1/G), the limit of Clopper and Pearson 1934 for none of G, and u/1.96
    stands for the standard error.
    """
    error = cluster_standard_error(contributions, groups)
    if error <= NO_VARIATION:
        error = unseen_share(len(np.unique(groups)), 0.95) / _NORMAL_QUANTILE
    return VariancePart(error**2, cluster_degrees_of_freedom(groups))


def t_spreads(
    seeds: Sequence[VariancePart], sampling: VariancePart
) -> list[tuple[Numbers, Numbers]]:
    """Standard error and degrees of freedom of every t distribution that an estimate is judged by.

    That of all parts together, with the degrees of freedom of Satterthwaite 1946, (sum v_k)^2 /
    sum(v_k^2 / f_k), and those of the seeds and of the groups alone: the widest counts; see
    `seeds.seed_difference`. Variances may be arrays of one shape, as of many simulated studies.
    """
    together = _satterthwaite([*seeds, sampling])
    if not seeds:
        return [together]
    alone = [_satterthwaite([sampling])]
    # Seeds that agree have no interval of their own.
    if np.any(sum(part.variance for part in seeds) > 0):
        alone.append(_satterthwaite(seeds))
    return [together, *alone]


def _satterthwaite(parts: Sequence[VariancePart]) -> tuple[Numbers, Numbers]:
    total = sum(part.variance for part in parts)
    # Shares: the squares of tiny variances would round to 0.
    freedom = 1 / sum(np.square(part.variance / total) / part.freedom for part in parts)
    return np.sqrt(total), freedom


def unseen_share(count: int, confidence: float) -> float:
    """Upper Clopper-Pearson limit of a share of which none of `count` observations was seen."""
    return float(1 - ((1 - confidence) / 2) ** (1 / count))


@dataclass(frozen=True)
class Difference:
    """An estimated difference of two accuracies and how far it can be trusted.

    Attributes:
        value: accuracy of a minus accuracy of b, as a share: 0.01 is one point.
        test: what was done and what it covers, for a reader.
        seeds: of each model with several seeds the variance that comes from them.
        sampling: the variance that comes from the sampling of groups; None where there is a single
            group, which shows nothing of it.
        unanimous_groups: number of groups, where none differs from another; else None.
        flip_p: of one run on a side or on both: the p-value by sign flips; see `sign_flip_p`.
        only_a, only_b: examples that only a, or only b, answers right: the discordant counts b and
            c of McNemar 1947. Description only, as his test takes examples for independent; None
            where a model has several seeds.
    """

    value: float
    test: str
    seeds: tuple[VariancePart, ...] = ()
    sampling: VariancePart | None = None
    unanimous_groups: int | None = None
    flip_p: float | None = None
    only_a: int | None = None
    only_b: int | None = None

    @property
    def parts(self) -> tuple[VariancePart, ...]:
        """All parts of the variance; none where nothing is known of it."""
        return (*self.seeds, self.sampling) if self.sampling is not None else ()

    @property
    def standard_error(self) -> float:
        """Of the value; 1, the largest possible, where nothing is known of it."""
        if self.sampling is None:
            return 1.0
        return float(np.sqrt(sum(part.variance for part in self.parts)))

    @property
    def degrees_of_freedom(self) -> float:
        """Of the t distribution that gives the 95 % interval; 0 where there is none."""
        if self.sampling is None:
            return 0.0
        spreads = t_spreads(self.seeds, self.sampling)
        return float(max(spreads, key=lambda spread: t_quantile(spread[1], 0.975) * spread[0])[1])

    @property
    def p(self) -> float:
        """Two-sided p-value of "no difference", not adjusted for other comparisons."""
        return self.beyond_p(0.0)

    @property
    def low(self) -> float:
        """Lower end of the 95 % interval."""
        return self.interval(0.95)[0]

    @property
    def high(self) -> float:
        """Upper end of the 95 % interval."""
        return self.interval(0.95)[1]

    def interval(self, confidence: float) -> tuple[float, float]:
        """The confidence interval, clipped to -1..1."""
        if self.sampling is None:
            return -1.0, 1.0
        if self.unanimous_groups is not None:
            unseen = unseen_share(self.unanimous_groups, confidence)
            return (
                self.value - unseen * (self.value + 1),
                self.value + unseen * (1 - self.value),
            )
        half_width = max(
            float(t_quantile(freedom, (1 + confidence) / 2)) * error
            for error, freedom in t_spreads(self.seeds, self.sampling)
        )
        return max(-1.0, self.value - half_width), min(1.0, self.value + half_width)

    def beyond_p(self, margin: float) -> float:
        """Two-sided p-value of "the difference is at most `margin` either way".

        It is at most 0.05 where the 95 % interval lies wholly outside -margin..margin.
        """
        if abs(self.value) <= margin:
            return 1.0
        return min(1.0, 2 * self._tail(margin))

    def within_p(self, margin: float) -> float:
        """p-value of "the difference is at least `margin`", by two one-sided tests.

        The larger of both (TOST: Schuirmann 1987). It is at most 0.05 where the 90 % interval lies
        inside -margin..margin.
        """
        if abs(self.value) >= margin:
            return 1.0
        return min(1.0, self._tail(margin))

    def _tail(self, truth: float) -> float:
        """Probability of an estimate at least as far from `truth` >= 0, on the side where it is."""

        if self.sampling is None:
            return 1.0
        estimate = abs(self.value)
        if self.unanimous_groups is not None:
            largest = estimate + 1 if truth < estimate else 1 - estimate
            return float((1 - min(1.0, abs(estimate - truth) / largest)) ** self.unanimous_groups)
        return max(
            float(t_probability(freedom, -abs(estimate - truth) / error))
            for error, freedom in t_spreads(self.seeds, self.sampling)
        )


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

    Interval and p are of t with the standard error (CR2) and the degrees of freedom of Bell and
    McCaffrey 2002 in `intervals`. A single group shows nothing of the variation: its interval is all
    from -1 to 1 and its p 1.

    Where no group differs from another, up to a share u of the groups may still be others, with u
    the limit of Clopper and Pearson 1934 for none of G: the interval moves the share u of them to
    -1 and to 1, and p is where it touches 0.

    Args:
        contributions: (n,) differences from -1 to 1, one per example.
        groups: (n,) id of each example's group.
        test: the sentence of the result, to which the number of groups is added.
    """
    value, count = float(contributions.mean()), len(np.unique(groups))
    if count == 1:
        reason = f"{test}; all examples are of one group, which shows nothing of the variation"
        return Difference(value, reason)
    sampling = sampling_part(contributions, groups)
    is_unanimous = cluster_standard_error(contributions, groups) <= NO_VARIATION
    method = (
        "no group differs from another"
        if is_unanimous
        else f"cluster-robust t (CR2, {_shown_freedom(sampling.freedom)} degrees of freedom)"
    )
    return Difference(
        value,
        f"{test}; {method} over {count:,} groups",
        sampling=sampling,
        unanimous_groups=count if is_unanimous else None,
        flip_p=sign_flip_p(contributions, groups),
    )


def _shown_freedom(freedom: float) -> str:
    """Degrees of freedom as a sentence tells them."""
    return f"{freedom:,.0f}" if freedom >= 100 else f"{freedom:.1f}"


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
    # binomial. A draw per size of sum in place of one per group has the same distribution, and is fast.
    sizes, counts = np.unique(sums[sums > NO_VARIATION].round(12), return_counts=True)
    kept = np.random.default_rng(_FLIP_SEED).binomial(counts, 0.5, size=(FLIPS, len(counts)))
    flipped = np.abs((2 * kept - counts) @ sizes)
    # Sums of the same numbers in another order differ by rounding.
    as_large = int((flipped >= observed - 1e-9 * max(1.0, observed)).sum())
    return (1 + as_large) / (1 + FLIPS)
