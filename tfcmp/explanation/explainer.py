"""Explains the answers of a run, text by text."""

import time
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from tfcmp.explanation.gradients import FEWEST_STEPS, MOST_STEPS, TOLERANCE, IntegratedGradients
from tfcmp.explanation.network import Network
from tfcmp.explanation.reading import NO_WORD, Reading, read_text

Method = Literal["ig", "occlusion"]
GRADIENTS: Method = "ig"
OCCLUSION: Method = "occlusion"
METHODS = (GRADIENTS, OCCLUSION)


@dataclass(frozen=True, eq=False)
class Explanation:
    """What the words of a text add to the answer.

    Attributes:
        reading: the text, its words, which of them were read.
        label: the class that is explained: the predicted one unless another was asked for.
        probability: of that class.
        predicted: the most likely class.
        method: "ig" or "occlusion".
        scores: (words,) in units of the logit of `label`: above 0 a word speaks for it, below 0
            against it; NaN for words that the model did not read.
        rest: what tokens that belong to no word add.
        steps: nodes of the integral; None for occlusion.
        completeness_error: see `gradients.completeness_error`; None for occlusion.
        baseline: "mask" or "padding"; None for occlusion.
        seconds: from the text to the scores.
    """

    reading: Reading
    label: str
    probability: float
    predicted: str
    method: str
    scores: npt.NDArray[np.float64]
    rest: float
    steps: int | None
    completeness_error: float | None
    baseline: str | None
    seconds: float

    @property
    def is_complete(self) -> bool:
        """Whether the attributions add up to the change of the logit within 5 %."""
        return self.completeness_error is None or self.completeness_error < TOLERANCE

    def describe(self) -> dict[str, Any]:
        """For JSON. Places are counted in characters (code points)."""
        words = [
            {
                "word": self.reading.text[start:end],
                "start": start,
                "end": end,
                "score": None if np.isnan(score) else float(score),
            }
            for (start, end), score in zip(self.reading.words, self.scores, strict=True)
        ]
        return {
            "text": self.reading.text,
            "label": self.label,
            "probability": self.probability,
            "predicted": self.predicted,
            "method": self.method,
            "target": f"logit of {self.label}",
            "words": words,
            "words_cut": int(np.isnan(self.scores).sum()),
            "rest": self.rest,
            "baseline": self.baseline,
            "steps": self.steps,
            "completeness_error": self.completeness_error,
            "complete": self.is_complete,
            "seconds": round(self.seconds, 4),
        }


class Explainer:
    """Explains texts by one method.

    Args:
        network: of a loaded run.
        method: "ig", "occlusion", or None for the first of the two that the model allows.
        steps: nodes of integrated gradients to begin with.
        most_steps: nodes at most.

    Raises:
        CallError: integrated gradients are asked for and the model has no token embedding.
    """

    def __init__(
        self,
        network: Network,
        method: Method | None = None,
        steps: int = FEWEST_STEPS,
        most_steps: int = MOST_STEPS,
    ) -> None:
        self.network = network
        if method is None:
            method = OCCLUSION if self.network.embedding is None else GRADIENTS
        self.method = method
        self.steps, self.most_steps = steps, most_steps
        self.gradients = IntegratedGradients(self.network) if method == GRADIENTS else None
        # Tracing is work of the first text, not of an explanation.
        self.explain("warm up")

    def explain(self, text: str, label: str | None = None, doubles: bool = True) -> Explanation:
        """The explanation of one text.

        Args:
            text: any text; one without words has an explanation without words.
            label: class to explain; None takes the predicted one.
            doubles: whether more steps are taken where they are too few.

        Raises:
            WorkError: the text cannot be read word by word.
        """
        start = time.perf_counter()
        reading = read_text(self.network.tokenizer, text)
        probabilities = self.network.probabilities([reading.ids])[0]
        classes = self.network.classes
        predicted = int(probabilities.argmax())
        target = predicted if label is None else classes.index(label)
        steps = error = baseline = None
        if self.gradients is None:
            scores, rest = occlude(self.network, reading, target), 0.0
        else:
            most = self.most_steps if doubles else self.steps
            found = self.gradients.attribute(reading, target, self.steps, most)
            steps, error = found.steps, found.completeness_error
            scores = reading.sums(found.token_scores)
            rest = float(found.token_scores[reading.word_of_token == NO_WORD].sum())
            baseline = self.gradients.baseline_name
        return Explanation(
            reading,
            classes[target],
            float(probabilities[target]),
            classes[predicted],
            self.method,
            scores,
            rest,
            steps,
            error,
            baseline,
            time.perf_counter() - start,
        )


def occlude(network: Network, reading: Reading, target: int) -> npt.NDArray[np.float64]:
    """(words,) logit of the text less that of the text without the word; NaN for unread words.

    The tokens of the word are deleted, in the window that the model reads: no text from behind the
    length limit comes in. It asks for no gradient and so works for every model; in a linear one it
    is the exact contribution of all n-grams that the word takes part in, less those that come about
    where its neighbours meet.

    Args:
        network: of the run.
        reading: the text.
        target: the class whose logit is explained.
    """
    scores = np.full(len(reading.words), np.nan)
    rows = [reading.ids, *(reading.without([word]) for word in reading.read)]
    logits = network.logits(rows)[:, target]
    scores[reading.read] = logits[0] - logits[1:]
    return scores
