"""A saved model that answers texts."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from tfcmp.data.batches import evaluation_order
from tfcmp.data.tokens import batched_lists
from tfcmp.models.tokenizer import encode_utf8
from tfcmp.runs.directory import MODEL, SPLIT, open_run

# Texts are answered in windows: sorted by length inside one, so that little is padded, and given
# out in their order before the next is read.
TEXTS_A_WINDOW = 2048
TOKENS_A_BATCH = 16_384


class Prediction(NamedTuple):
    """A text, its most likely label, and the probability of that label."""

    text: str
    label: str
    probability: float


class Classifier:
    """Answers texts with the model of a run.

    Args:
        model: raw text (batch,) to probabilities (batch, classes), as a run saves it.
        classes: names of the classes.
    """

    def __init__(self, model: keras.Model, classes: tuple[str, ...]) -> None:
        self.model = model
        self.classes = classes
        self._tokenizer = model.get_layer("tokenizer")
        self._after_tokens = keras.Model(self._tokenizer.output, model.output)
        # One signature for every batch: Keras' own predict builds a data set per call, which costs
        # more than a short text.
        self._forward = tf.function(
            lambda ids: self._after_tokens(ids, training=False),
            input_signature=[tf.TensorSpec([None, None], tf.int32)],
        )

    def predict(self, texts: Iterable[str]) -> list[Prediction]:
        """One prediction per text, in order."""
        return list(self.stream(texts))

    def stream(self, texts: Iterable[str]) -> Iterator[Prediction]:
        """One prediction per text, in order; a window of texts is held at a time."""
        if isinstance(texts, str):
            raise TypeError("expected a list of texts, got one text; write [text]")
        for window in batched_lists(texts, TEXTS_A_WINDOW):
            probabilities = self.probabilities(window)
            best = probabilities.argmax(axis=1)
            for text, place, row in zip(window, best, probabilities, strict=True):
                yield Prediction(text, self.classes[place], float(row[place]))

    def probabilities(self, texts: list[str]) -> np.ndarray:
        """Probabilities (texts, classes) float32 of a list of texts, all held at once."""
        answers = np.empty((len(texts), len(self.classes)), np.float32)
        if not texts:
            return answers
        ids, _ = self._tokenizer.encode(tf.constant(encode_utf8(texts)))
        lengths = ids.row_lengths().numpy()
        for rows in evaluation_order(lengths, np.arange(len(texts)), TOKENS_A_BATCH):
            padded = tf.gather(ids, rows).to_tensor(self._tokenizer.padding_id)
            answers[rows] = self._forward(padded).numpy()
        return answers


def load_classifier(path: Path) -> Classifier:
    """The classifier of a complete run.

    Raises:
        WorkError: the directory is no run, incomplete, damaged, or of a newer version.
    """
    run = open_run(path)
    # The same text alone and in a batch: products rounded to 19 bits would differ by batch shape.
    tf.config.experimental.enable_tensor_float_32_execution(False)
    model = keras.saving.load_model(run.file(MODEL), compile=False, safe_mode=True)
    return Classifier(model, tuple(run.read_json(SPLIT)["classes"]))
