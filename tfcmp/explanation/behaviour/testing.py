"""All behaviour tests of one run."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from tfcmp.explanation.answering import Probabilities, answer_all
from tfcmp.explanation.behaviour.cases import CAPABILITIES, Capability, Case, generate
from tfcmp.explanation.behaviour.measuring import TOLERANCE, Sides, measure, shares_of_positive

TestSet = list[tuple[Capability, list[Case]]]


def make_test_set(size: int, seed: int) -> TestSet:
    """The cases of all capabilities.

    Args:
        size: cases a capability.
        seed: seed of the draws.

    Raises:
        CallError: the grammar has not so many cases.
    """
    return [(capability, generate(capability, size, seed)) for capability in CAPABILITIES]


def run_tests(
    test_set: TestSet, probabilities: Probabilities, classes: Sequence[str], sides: Sides
) -> dict[str, Any]:
    """Answers the cases and gives the failure rates by capability.

    Args:
        test_set: as `make_test_set` gives it.
        probabilities: texts to probabilities (texts, classes), as `Classifier.probabilities`.
        classes: names of the classes, in the order of the probabilities.
        sides: the two of them that stand for bad and good.

    Returns:
        plain values, ready for JSON.
    """
    texts = [text for _, cases in test_set for case in cases for text in case.texts]
    # A text that stands in two cases is answered once.
    different = list(dict.fromkeys(texts))
    answered = answer_all(different, probabilities, "behaviour tests")
    shares_of_texts = shares_of_positive(answered, classes, sides)
    share_of = dict(zip(different, shares_of_texts.tolist(), strict=True))
    measured = {}
    for capability, cases in test_set:
        shares = np.array([[share_of[text] for text in case.texts] for case in cases])
        measured[capability.name] = measure(capability, cases, shares)
    return {
        "tolerance": TOLERANCE,
        "classes": sides._asdict(),
        "capabilities": measured,
    }
