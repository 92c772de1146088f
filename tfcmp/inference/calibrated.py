"""A classifier whose probabilities are softened by the temperature of its run."""

from collections.abc import Iterable, Iterator
from typing import Any, Protocol

import numpy as np

from tfcmp.evaluation.calibration import at_temperature
from tfcmp.inference.classifier import Prediction, windows_of


class Answering(Protocol):
    """What every engine offers: names of the classes, and probabilities (texts, classes)."""

    classes: tuple[str, ...]

    def probabilities(self, texts: list[str]) -> Any:
        """Probabilities of a list of texts."""


class CalibratedClassifier:
    """Answers with the labels of `classifier` and calibrated probabilities p^(1/T) / sum p^(1/T).

    Args:
        classifier: of any engine.
        temperature: T > 0.
    """

    def __init__(self, classifier: Answering, temperature: float) -> None:
        self.classes = classifier.classes
        self._classifier = classifier
        self._temperature = temperature

    def predict(self, texts: Iterable[str]) -> list[Prediction]:
        """One prediction per text, in order."""
        return list(self.stream(texts))

    def stream(self, texts: Iterable[str]) -> Iterator[Prediction]:
        """One prediction per text, in order; a window of texts is held at a time."""
        for window in windows_of(texts):
            raw = np.asarray(self._classifier.probabilities(window))
            calibrated = at_temperature(raw, self._temperature)
            # From the raw ones: rounding may make two probabilities equal, never another label.
            for text, place, row in zip(window, raw.argmax(axis=1), calibrated, strict=True):
                yield Prediction(text, self.classes[place], float(row[place]))

    def probabilities(self, texts: list[str]) -> np.ndarray:
        """Calibrated probabilities (texts, classes) float64 of a list of texts."""
        return at_temperature(np.asarray(self._classifier.probabilities(texts)), self._temperature)
