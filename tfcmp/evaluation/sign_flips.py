"""Sign flips of whole groups: a p-value that assumes no distribution."""

import numpy as np

from tfcmp.evaluation.intervals import NO_VARIATION, Clusters, Values

FLIPS = 10_000
_FLIP_SEED = 0


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
