"""Difference of two models of which each was trained with several seeds.

Two things vary: the seed (order of the batches, initial weights, dropout) and the sample of test
groups. An interval that knows one of them only is too narrow.
"""

import numpy as np
import numpy.typing as npt

from tfcmp.evaluation.differences import (
    Difference,
    VariancePart,
    paired_difference,
    sampling_difference,
    sampling_part,
)
from tfcmp.evaluation.intervals import Clusters, Interval, Values, share_interval

BOOTSTRAP_DRAWS = 2_000
# With fewer a percentile interval is too narrow by far (Sellam et al. 2022).
BOOTSTRAP_SEEDS = 5
_BOOTSTRAP_SEED = 0


def seed_difference(
    correct_a: npt.ArrayLike, correct_b: npt.ArrayLike, groups: Clusters
) -> Difference:
    """Difference of two mean accuracies over seeds.

    With s_a^2 the variance of model a's accuracies over its S_a seeds, and SE_g the cluster-robust
    standard error of the mean paired difference of the examples' mean correctness over seeds,

        variance = s_a^2/S_a + s_b^2/S_b + SE_g^2

    The interval is a t quantile with the degrees of freedom of Satterthwaite 1946 over the three
    parts, (sum v_k)^2 / sum(v_k^2/f_k) with f = S_a - 1, S_b - 1 and that of Bell and McCaffrey for
    the groups, and p comes from the same t. But it is never narrower, and p never lower, than with
    the seeds alone (the test of Welch 1947) or the groups alone. Where the few seeds of a model
    happen to lie close together, Satterthwaite's formula trusts the groups, of which there are
    many: its interval is narrower than that of the seeds alone. With 3 seeds of which one model's spread by 4 sampling errors and
    the other's do not, it holds the truth in 92 % of studies (2 seeds: 88 %), and the small p-values
    that Holm's adjustment works with come too often. With this floor it is 94 % or more (simulated;
    see tests/evaluation/test_seed_coverage.py). The noise of single answers between seeds is in the
    first two parts and in the third, which errs on the wide side.

    Where a model has one seed, nothing is known of its spread over seeds: the result then covers
    test sampling only, and its `test` says so.

    Args:
        correct_a: (seeds_a, n) zeros and ones (or booleans), whether model a is right.
        correct_b: (seeds_b, n) the same for model b, in the same order of examples.
        groups: (n,) id of each example's group.

    Raises:
        ValueError: the shapes do not fit.
    """
    first, second = _checked(correct_a, groups), _checked(correct_b, groups)
    seeds = (len(first), len(second))
    if seeds == (1, 1):
        return paired_difference(first[0], second[0], groups)
    contributions = first.mean(axis=0) - second.mean(axis=0)
    count = len(np.unique(groups))
    if min(seeds) == 1 or count == 1:
        reason = "one side a single run" if min(seeds) == 1 else "several seeds"
        return sampling_difference(contributions, groups, f"{reason}: test sampling only")
    return Difference(
        float(contributions.mean()),
        "several seeds: variance over seeds (Welch) plus test sampling (cluster-robust over "
        f"{count:,} groups), t with Satterthwaite degrees of freedom, never narrower than either "
        "part alone",
        seeds=(_seed_part(first), _seed_part(second)),
        sampling=sampling_part(contributions, groups),
    )


def seed_accuracy(correct: npt.ArrayLike, groups: Clusters) -> Interval:
    """Mean accuracy over seeds with the 95 % interval of `seed_difference`, clipped to 0..1.

    Of one seed, or of a single group, it is `share_interval`: test sampling only.

    Args:
        correct: (seeds, n) zeros and ones (or booleans).
        groups: (n,) id of each example's group.
    """
    values = _checked(correct, groups)
    count = len(np.unique(groups))
    sampled = share_interval(values.mean(axis=0), groups)
    if len(values) == 1 or count == 1:
        return sampled
    sampling = sampling_part(values.mean(axis=0), groups)
    whole = Difference(sampled.value, "", seeds=(_seed_part(values),), sampling=sampling)
    # Near 0 and 1 the interval of a share reaches further inwards.
    low, high = min(whole.low, sampled.low), max(whole.high, sampled.high)
    return Interval(sampled.value, max(0.0, low), high)


def multi_bootstrap(
    correct_a: npt.ArrayLike, correct_b: npt.ArrayLike, groups: Clusters
) -> Interval | None:
    """95 % percentile interval over resampled seeds and resampled whole groups.

    The Multi-Bootstrap of Sellam et al. 2022 for seeds that are not paired: a draw takes seeds of
    each model with replacement, and groups, the same ones for both models. It is too narrow with
    few seeds, so there is none below 5 seeds a side. 2,000 draws of a fixed seed. A single group
    gives the interval -1 to 1.

    Args:
        correct_a: (seeds_a, n) zeros and ones (or booleans).
        correct_b: (seeds_b, n) the same for model b.
        groups: (n,) id of each example's group.
    """
    first, second = _checked(correct_a, groups), _checked(correct_b, groups)
    value = float(first.mean() - second.mean())
    if min(len(first), len(second)) < BOOTSTRAP_SEEDS:
        return None
    names, index = np.unique(groups, return_inverse=True)
    if len(names) == 1:
        return Interval(value, -1.0, 1.0)
    sums = [_group_sums(values, index) for values in (first, second)]
    sizes = np.bincount(index).astype(np.float64)
    generator = np.random.default_rng(_BOOTSTRAP_SEED)
    drawn = [_draw(sums, sizes, generator) for _ in range(BOOTSTRAP_DRAWS)]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Interval(value, float(low), float(high))


def _draw(sums: list[Values], sizes: Values, generator: np.random.Generator) -> float:
    """Difference of the accuracies in one resample of groups and seeds."""
    count = len(sizes)
    weights = np.bincount(generator.integers(count, size=count), minlength=count).astype(np.float64)
    means = []
    for of_model in sums:
        seeds = generator.integers(len(of_model), size=len(of_model))
        means.append(float((of_model @ weights)[seeds].mean() / (weights @ sizes)))
    return means[0] - means[1]


def _group_sums(values: Values, index: npt.NDArray[np.intp]) -> Values:
    """(seeds, n) values summed by group, (seeds, groups)."""
    return np.stack([np.bincount(index, weights=row) for row in values])


def _seed_part(values: Values) -> VariancePart:
    """Variance of a model's mean accuracy that comes from its seeds, two or more."""
    accuracies = values.mean(axis=1)
    return VariancePart(float(accuracies.var(ddof=1)) / len(values), len(values) - 1)


def _checked(correct: npt.ArrayLike, groups: Clusters) -> Values:
    values = np.asarray(correct, np.float64)
    if values.ndim != 2 or not values.size or groups.shape != values.shape[1:]:
        raise ValueError(
            "Expected (seeds, n) values and groups (n,), at least one of each; "
            f"got {values.shape} and {groups.shape}."
        )
    return values
