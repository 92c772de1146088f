"""What classifiers of every engine have in common: how texts are asked, and what answers look like."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, Protocol

import numpy as np

from tfcmp.evaluation.calibration import at_temperature
from tfcmp.inference.texts import checked_texts, windows_of


class Prediction(NamedTuple):
    """A text, its most likely label, and the probability of that label."""

    text: str
    label: str
    probability: float


class Answers(NamedTuple):
    """The answers to n texts.

    Attributes:
        texts: as they were asked.
        classes: names of the classes.
        ranking: (n, classes) int64, indices of the classes, the most likely first; of equally
            likely ones the first in `classes`.
        probabilities: (n, classes) float, in the order of `classes`.
    """

    texts: list[str]
    classes: tuple[str, ...]
    ranking: np.ndarray
    probabilities: np.ndarray

    def predictions(self) -> Iterator[Prediction]:
        """One per text, in order."""
        for text, order, row in zip(self.texts, self.ranking, self.probabilities, strict=True):
            yield Prediction(text, self.classes[order[0]], float(row[order[0]]))


class TextClassifier(ABC):
    """Answers texts. What may be given as texts is said in `checked_texts`.

    Attributes:
        classes: names of the classes.
    """

    classes: tuple[str, ...]

    @abstractmethod
    def answer(self, texts: list[str]) -> Answers:
        """The answers to a list of plain strings, all held at once."""

    def predict(self, texts: Iterable[str]) -> list[Prediction]:
        """One prediction per text, in order.

        Raises:
            TypeError: `texts` is no series of strings; says what to write instead.
        """
        return list(self.stream(texts))

    def stream(self, texts: Iterable[str]) -> Iterator[Prediction]:
        """One prediction per text, in order; a window of texts is held at a time.

        Raises:
            TypeError: as in `predict`; for a single text when it is reached.
        """
        windows = windows_of(texts)
        return (found for window in windows for found in self.answer(window).predictions())

    def probabilities(self, texts: Iterable[str]) -> np.ndarray:
        """Probabilities (texts, classes) of the texts, all held at once, in the order of `classes`.

        Raises:
            TypeError: as in `predict`.
        """
        return self.answer(list(checked_texts(texts))).probabilities


def ranked(probabilities: np.ndarray) -> np.ndarray:
    """(n, classes) int64: indices of the classes, the most likely first, ties in their order."""
    return np.argsort(-probabilities, axis=1, kind="stable")


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
