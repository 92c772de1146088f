"""Whether trials that were drawn at random show an effect at all: permutation tests.

A search has few trials, and a setting with some levels explains a good part of pure noise. Under
"no effect" the scores belong to the settings in any order, so that the p-value needs no further
assumption: (1 + number of shuffles at least as extreme) / (1 + shuffles), Phipson and Smyth 2010.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tfcmp.evaluation.intervals import Values

SHUFFLES = 4_999
_SEED = 0


class Interaction(NamedTuple):
    """How far the effect of one setting depends on another one.

    Attributes:
        share: of the variance of the score that it explains beyond the effects of both alone.
        p: of "the effects add up".
        trials: their number.
    """

    share: float
    p: float
    trials: int


def effect_p(scores: Values, index: npt.NDArray[np.intp]) -> float:
    """p-value of "the level does not matter" by the variance between levels.

    Args:
        scores: (n,) a score per trial.
        index: (n,) number of each trial's level, from 0.
    """
    levels = np.eye(index.max() + 1)[index]
    shuffled = _shuffles(len(scores))
    # The sum of squares between levels, up to a constant that no shuffle changes.
    centred = scores - scores.mean()
    found = np.square(centred[shuffled] @ levels) @ (1 / levels.sum(axis=0))
    return _p(found)


def interaction(first: Values, second: Values, scores: Values) -> Interaction | None:
    """Whether the effects of two numeric settings add up, by their ranks.

    The score is fitted by both ranks and their squares, and then by their product as well. The
    residuals of the first fit are shuffled (Freedman and Lane 1983), and p compares the share of
    the remaining variance that the product explains.

    Args:
        first, second: (n,) values of both settings.
        scores: (n,) a score per trial.

    Returns:
        None where it cannot be told: fewer than two trials more than the fit has terms, scores that
        do not vary, or settings whose product is a sum of the other terms.
    """
    from scipy.stats import rankdata

    ranks = [rankdata(values) - (len(scores) + 1) / 2 for values in (first, second)]
    design = np.stack([np.ones(len(scores)), *ranks, *np.square(ranks)], axis=1)
    project = np.eye(len(scores)) - design @ np.linalg.pinv(design)
    product, residuals = project @ (ranks[0] * ranks[1]), project @ scores
    freedom = len(scores) - np.linalg.matrix_rank(design)
    total = float(np.square(scores - scores.mean()).sum())
    scale = float(np.square(ranks[0] * ranks[1]).sum())
    if freedom < 3 or total <= 1e-12 or np.square(product).sum() <= 1e-9 * max(scale, 1.0):
        return None
    if np.square(residuals).sum() <= 1e-12 * total:
        return None
    drawn = residuals[_shuffles(len(scores))] @ project
    explained = np.square(drawn @ product) / np.square(product).sum()
    share = float(explained[0]) / total
    return Interaction(share, _p(explained / np.square(drawn).sum(axis=1)), len(scores))


def _shuffles(count: int) -> npt.NDArray[np.intp]:
    """(1 + shuffles, count): the order as it is, then random ones of a fixed seed."""
    generator = np.random.default_rng(_SEED)
    orders = np.tile(np.arange(count), (SHUFFLES, 1))
    return np.vstack([np.arange(count), generator.permuted(orders, axis=1)])


def _p(statistics: Values) -> float:
    """Share of the statistics that are at least as large as the first, rounding aside."""
    limit = statistics[0] - 1e-9 * max(1e-12, abs(statistics[0]))
    return float((statistics >= limit).mean())
