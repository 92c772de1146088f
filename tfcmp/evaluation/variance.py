"""The parts of the variance of an estimate, from seeds and from groups, and what t makes of them."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from tfcmp.evaluation.intervals import (
    NO_VARIATION,
    Clusters,
    Values,
    cluster_degrees_of_freedom,
    cluster_standard_error,
)

# Of a two-sided 95 % interval of the normal distribution.
_NORMAL_QUANTILE = 1.96
# A number, or an array with one for each of many simulated studies.
Numbers = Any


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
