"""A saved model that answers texts."""

import warnings
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from tfcmp.data.batches import evaluation_order
from tfcmp.data.tokens import batched_lists
from tfcmp.errors import TfcmpError, WorkError
from tfcmp.inference.precision import compute_in_bfloat16
from tfcmp.models.tokenizer import TextTokenizer, encode_utf8
from tfcmp.runs.directory import MODEL, SPLIT, open_run

# Texts are answered in windows: sorted by length inside one, so that little is padded, and given
# out in their order before the next is read.
TEXTS_A_WINDOW = 2048
TOKENS_A_BATCH = 16_384

# Batches of ids (batch, length) int32, padded right, to their probabilities, in the same order.
Forward = Callable[[list[np.ndarray]], Iterable[np.ndarray]]


class Prediction(NamedTuple):
    """A text, its most likely label, and the probability of that label."""

    text: str
    label: str
    probability: float


class Classifier:
    """Answers texts with the model of a run.

    Args:
        tokenizer: of the saved model.
        forward: batches of padded ids to probabilities (batch, classes), by some engine.
        classes: names of the classes.
        tokens_a_batch: bound on the places of a padded batch; what suits the engine.
        model: raw text (batch,) to probabilities, where Keras itself is the engine.
        graph_bytes: size of the graph of another engine, as its export holds it.
    """

    def __init__(
        self,
        tokenizer: TextTokenizer,
        forward: Forward,
        classes: tuple[str, ...],
        tokens_a_batch: int = TOKENS_A_BATCH,
        model: keras.Model | None = None,
        graph_bytes: int | None = None,
    ) -> None:
        self.tokenizer = tokenizer
        self.classes = classes
        self.tokens_a_batch = tokens_a_batch
        self.model = model
        self.graph_bytes = graph_bytes
        self._forward = forward
        # One graph for all calls: step by step, TensorFlow takes longer to split a text than some
        # models to answer it.
        self._encode = tf.function(
            tokenizer.encode, input_signature=[tf.TensorSpec([None], tf.string)]
        )

    def predict(self, texts: Iterable[str]) -> list[Prediction]:
        """One prediction per text, in order."""
        return list(self.stream(texts))

    def stream(self, texts: Iterable[str]) -> Iterator[Prediction]:
        """One prediction per text, in order; a window of texts is held at a time."""
        for window in windows_of(texts):
            probabilities = self.probabilities(window)
            best = probabilities.argmax(axis=1)
            for text, place, row in zip(window, best, probabilities, strict=True):
                yield Prediction(text, self.classes[place], float(row[place]))

    def probabilities(self, texts: list[str]) -> np.ndarray:
        """Probabilities (texts, classes) float32 of a list of texts, all held at once."""
        return self.probabilities_of(self.tokenize(texts))

    def tokenize(self, texts: list[str]) -> list[np.ndarray]:
        """Ids (length,) int32 of each text, cut to what the model reads, at least one."""
        if not texts:
            return []
        ids, _ = self._encode(tf.constant(encode_utf8(texts)))
        return np.split(ids.flat_values.numpy(), ids.row_splits.numpy()[1:-1])

    def probabilities_of(self, ids: list[np.ndarray]) -> np.ndarray:
        """Probabilities (texts, classes) float32 of texts whose ids are known."""
        answers = np.empty((len(ids), len(self.classes)), np.float32)
        lengths = np.array([len(row) for row in ids], np.int64)
        order = evaluation_order(lengths, np.arange(len(ids)), self.tokens_a_batch)
        batches = [self._padded([ids[row] for row in rows], lengths[rows]) for rows in order]
        for rows, probabilities in zip(order, self._forward(batches), strict=True):
            answers[rows] = probabilities
        return answers

    def _padded(self, ids: list[np.ndarray], lengths: np.ndarray) -> np.ndarray:
        """Ids of some texts side by side, (texts, longest) int32, padded right."""
        padded = np.full((len(ids), lengths.max()), self.tokenizer.padding_id, np.int32)
        padded[np.arange(lengths.max()) < lengths[:, None]] = np.concatenate(ids)
        return padded


def windows_of(texts: Iterable[str]) -> Iterator[list[str]]:
    """The texts in lists, each as long as is answered at once.

    Raises:
        TypeError: it is one text, whose characters would be answered one by one.
    """
    if isinstance(texts, str):
        raise TypeError("expected a list of texts, got one text; write [text]")
    yield from batched_lists(texts, TEXTS_A_WINDOW)


def keras_forward(model: keras.Model) -> Forward:
    """Batches of ids to probabilities by the model's part behind its tokenizer."""
    after_tokens = keras.Model(model.get_layer("tokenizer").output, model.output)
    # One signature for every batch: Keras' own predict builds a data set per call, which costs more
    # than a short text.
    compiled = tf.function(
        lambda ids: after_tokens(ids, training=False),
        input_signature=[tf.TensorSpec([None, None], tf.int32)],
    )
    return lambda batches: (compiled(batch).numpy() for batch in batches)


def load_model(path: Path) -> tuple[keras.Model, tuple[str, ...]]:
    """The saved model of a complete run, and the names of its classes.

    Raises:
        WorkError: the directory is no run, incomplete, damaged, or of a newer version.
    """
    run = open_run(path)
    # The same text alone and in a batch: products rounded to 19 bits would differ by batch shape.
    tf.config.experimental.enable_tensor_float_32_execution(False)
    try:
        with warnings.catch_warnings():
            # Keras' word for an error that it raises behind it.
            warnings.filterwarnings("ignore", "Skipping nested container", UserWarning)
            model = keras.saving.load_model(run.file(MODEL), compile=False, safe_mode=True)
    except TfcmpError:
        raise
    except ValueError as error:
        # The file is the one that the run has written; what Keras does not take was changed since.
        reason = " ".join(str(error).split())[:500]
        raise WorkError(f"{run.file(MODEL)} cannot be loaded: {reason}") from error
    return model, tuple(run.read_json(SPLIT)["classes"])


def load_classifier(path: Path, precision: str = "float32") -> Classifier:
    """The classifier of a complete run, Keras being its engine.

    Args:
        path: the run directory.
        precision: "float32" or "bf16".

    Raises:
        CallError: the model has nothing that computes in bfloat16.
        WorkError: the directory is no run, incomplete, damaged, or of a newer version.
    """
    model, classes = load_model(path)
    if precision == "bf16":
        compute_in_bfloat16(model)
    return keras_classifier(model, classes)


def keras_classifier(model: keras.Model, classes: tuple[str, ...]) -> Classifier:
    """A classifier of raw text (batch,) to probabilities (batch, classes), Keras being its engine."""
    tokenizer = model.get_layer("tokenizer")
    return Classifier(tokenizer, keras_forward(model), classes, model=model)
