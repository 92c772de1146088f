"""Probabilities of many texts, with progress."""

from collections.abc import Callable, Sequence

import numpy as np

from tfcmp.progress import progress_bar

Probabilities = Callable[[list[str]], np.ndarray]

# Answered at once: enough to fill batches of like lengths.
TEXTS_AT_ONCE = 1024


def answer_all(texts: Sequence[str], probabilities: Probabilities, description: str) -> np.ndarray:
    """Probabilities (texts, classes) float64, in the order of the texts.

    Args:
        texts: at least one.
        probabilities: texts to probabilities (texts, classes), as `Classifier.probabilities`.
        description: what is being done, a few words.
    """
    # Of one length together, so that little is padded.
    order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
    answered = []
    with progress_bar(description, len(texts)) as advance:
        for start in range(0, len(order), TEXTS_AT_ONCE):
            window = [texts[place] for place in order[start : start + TEXTS_AT_ONCE]]
            answered.append(np.asarray(probabilities(window), np.float64))
            advance(len(window))
    in_order = np.concatenate(answered)
    restored = np.empty_like(in_order)
    restored[order] = in_order
    return restored
