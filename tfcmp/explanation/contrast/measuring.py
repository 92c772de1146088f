"""Accuracy on both sides of contrast pairs, and consistency."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from tfcmp.evaluation.intervals import share_interval
from tfcmp.explanation.answering import Probabilities, answer_all
from tfcmp.explanation.contrast.contamination import movies_of
from tfcmp.explanation.contrast.pairs import Pair


def measure_pairs(pairs: Sequence[Pair], probabilities: Probabilities) -> dict[str, Any]:
    """Accuracy on different originals, on contrasts, and consistency, as plain values.

    A contrast set is an original with all its contrasts; consistency is the share of sets that
    are answered right throughout (Gardner et al. 2020). Intervals at 95 % are cluster-robust over
    movies where they are known, else over sets.

    Args:
        pairs: at least one.
        probabilities: texts to probabilities (texts, classes).
    """
    texts = list(dict.fromkeys(text for pair in pairs for text in (pair.original, pair.contrast)))
    answered = answer_all(texts, probabilities, "contrast pairs").argmax(axis=1)
    answer = dict(zip(texts, answered.tolist(), strict=True))
    originals = list(dict.fromkeys(pair.original for pair in pairs))
    movies = dict(zip(originals, _numbered(movies_of(originals)), strict=True))
    original_right = {pair.original: answer[pair.original] == pair.original_class for pair in pairs}
    contrast_right = [answer[pair.contrast] == pair.contrast_class for pair in pairs]
    consistent = dict(original_right)
    for pair, is_right in zip(pairs, contrast_right, strict=True):
        consistent[pair.original] &= is_right
    of_sets = [movies[text] for text in originals]
    return {
        "pairs": len(pairs),
        "sets": len(originals),
        "original_accuracy": _share([original_right[text] for text in originals], of_sets),
        "contrast_accuracy": _share(contrast_right, [movies[pair.original] for pair in pairs]),
        "consistency": _share([consistent[text] for text in originals], of_sets),
    }


def _share(right: Sequence[bool], clusters: Sequence[int]) -> dict[str, float]:
    return share_interval(np.array(right, np.float64), np.array(clusters))._asdict()


def _numbered(names: Sequence[Any]) -> list[int]:
    numbers: dict[Any, int] = {}
    return [numbers.setdefault(name, len(numbers)) for name in names]
