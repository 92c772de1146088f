import numpy as np
import pytest

from tfcmp.explanation.contrast.measuring import measure_pairs
from tfcmp.explanation.contrast.pairs import Pair

PAIRS = [
    Pair("good one", "bad one", 1, 0),
    Pair("good one", "awful one", 1, 0),
    Pair("good two", "dull two", 1, 0),
    Pair("fine three", "bad three", 1, 0),
]


def says_good_or_bad(texts):
    """Knows "good" and "bad" only, and takes all others for bad but "awful"."""
    of_positive = np.array([1.0 if "good" in text or "awful" in text else 0.0 for text in texts])
    return np.stack([1 - of_positive, of_positive], axis=1)


def test_accuracies_and_consistency_of_a_case_computed_by_hand():
    measured = measure_pairs(PAIRS, says_good_or_bad)
    assert (measured["pairs"], measured["sets"]) == (4, 3)
    # Of three originals "fine three" is wrong; of four contrasts "awful one" is.
    assert measured["original_accuracy"]["value"] == pytest.approx(2 / 3)
    assert measured["contrast_accuracy"]["value"] == pytest.approx(3 / 4)
    # The first set has one wrong contrast, the third a wrong original.
    assert measured["consistency"]["value"] == pytest.approx(1 / 3)
    for name in ("original_accuracy", "contrast_accuracy", "consistency"):
        assert measured[name]["low"] <= measured[name]["value"] <= measured[name]["high"]


def test_every_text_is_answered_once():
    answered = []

    def probabilities(texts):
        answered.extend(texts)
        return says_good_or_bad(texts)

    measure_pairs(PAIRS, probabilities)
    assert len(answered) == len(set(answered)) == 7
