"""Whether an explanation names the words that are known to decide the label."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tfcmp.explanation.reading import Reading
from tfcmp.explanation.words import Span


class Plausibility(NamedTuple):
    """Of one text, 1 where the deciding words come first, 0 on average for a random order.

    Attributes:
        by_score: of the words in the order of their scores.
        by_magnitude: of the same words in the order of the scores' magnitudes.
    """

    by_score: float
    by_magnitude: float


def measure_plausibility(
    reading: Reading, scores: npt.NDArray[np.float64], rationale: Sequence[Span]
) -> Plausibility | None:
    """(AUPRC - random) / (1 - random) of the words that the model read (DeYoung et al. 2020).

    None where all or none of them are deciding words: no order is better than another then.

    Args:
        reading: the text.
        scores: (words,) of its words.
        rationale: places of the deciding words; a word counts where it shares a character.
    """
    read = reading.read
    is_deciding = np.array([overlaps(reading.words[word], rationale) for word in read], bool)
    if is_deciding.all() or not is_deciding.any():
        return None
    by_chance = expected_precision(len(read), int(is_deciding.sum()))
    found = (
        average_precision(is_deciding, ranked) for ranked in (scores[read], np.abs(scores[read]))
    )
    return Plausibility(*((one - by_chance) / (1 - by_chance) for one in found))


def overlaps(word: Span, rationale: Sequence[Span]) -> bool:
    """Whether a word shares a character with one of the places."""
    return any(start < word.end and word.start < end for start, end in rationale)


def average_precision(is_deciding: npt.NDArray[np.bool_], scores: npt.NDArray[np.float64]) -> float:
    """Area under the precision-recall curve as a sum of steps, equal scores being one step.

    sum_n (R_n - R_{n-1}) P_n over the thresholds, as scikit-learn's average_precision_score.
    """
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(is_deciding[order])
    is_last_of_equals = np.append(np.diff(scores[order]) != 0, True)
    found, taken = hits[is_last_of_equals], np.flatnonzero(is_last_of_equals) + 1
    return float(np.sum(np.diff(found, prepend=0) / hits[-1] * found / taken))


def expected_precision(words: int, deciding: int) -> float:
    """Average precision that a random order of `words`, `deciding` of them, has on average.

    The word at place i is a deciding one with probability k / n, and then precision is 1 / i and
    1 / i for each of the i - 1 words before it that is one, with probability (k - 1) / (n - 1).
    """
    if words == 1:
        return float(deciding)
    harmonic = float(np.sum(1 / np.arange(1, words + 1)))
    return (harmonic + (deciding - 1) / (words - 1) * (words - harmonic)) / words
