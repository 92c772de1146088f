"""Whether two explanations of a text rank its words alike."""

import numpy as np
import numpy.typing as npt

FEWEST_WORDS = 3


def rank_correlation(
    first: npt.NDArray[np.float64], second: npt.NDArray[np.float64]
) -> float | None:
    """Spearman's rank correlation of the scores of words that both have; ties get mean ranks.

    None where they share fewer than three words or one of them gives all words the same score.
    """
    from scipy.stats import rankdata

    both = np.isfinite(first) & np.isfinite(second)
    if both.sum() < FEWEST_WORDS:
        return None
    ranks = [rankdata(scores[both]) for scores in (first, second)]
    if any(np.ptp(one) == 0 for one in ranks):
        return None
    return float(np.corrcoef(*ranks)[0, 1])
