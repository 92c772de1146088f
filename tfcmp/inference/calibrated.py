"""A classifier whose probabilities are softened by the temperature of its run."""

from typing import Any, Protocol

import numpy as np

from tfcmp.evaluation.calibration import at_temperature
from tfcmp.inference.answering import Answers, TextClassifier, ranked


class Answering(Protocol):
    """What every engine offers: names of the classes, and probabilities (texts, classes)."""

    classes: tuple[str, ...]

    def probabilities(self, texts: list[str]) -> Any:
        """Probabilities of a list of texts."""


class CalibratedClassifier(TextClassifier):
    """Answers with the labels of `classifier` and calibrated probabilities p^(1/T) / sum p^(1/T).

    Args:
        classifier: of any engine.
        temperature: T > 0.
    """

    def __init__(self, classifier: Answering, temperature: float) -> None:
        self.classes = classifier.classes
        self._classifier = classifier
        self._temperature = temperature

    def answer(self, texts: list[str]) -> Answers:
        """Answers with calibrated probabilities (texts, classes) float64."""
        raw = np.asarray(self._classifier.probabilities(texts))
        calibrated = at_temperature(raw, self._temperature)
        # From the raw ones: rounding may make two probabilities equal, never another label.
        return Answers(texts, self.classes, ranked(raw), calibrated)
