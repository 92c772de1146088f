"""A saved model that answers texts, in the process that has loaded it.

A fork of that process has none of the threads that compute, and would wait for them for ever.
"""

import ctypes
import os
import weakref
from collections.abc import Callable, Hashable, Iterable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from tfcmp.data.batches import evaluation_order
from tfcmp.errors import CallError
from tfcmp.inference.answering import Answers, TextClassifier, ranked
from tfcmp.inference.engines import Loading, reload
from tfcmp.inference.texts import checked_texts
from tfcmp.models.building import load_text_classifier
from tfcmp.models.linear import WeightedFeatures
from tfcmp.models.saved_model.encoder import SavedModelEncoder
from tfcmp.models.tokenizer import TextTokenizer, encode_utf8
from tfcmp.runs.directory import open_run
from tfcmp.runs.layout import MODEL, SPLIT

# Of the process in which the first model was loaded; a forked child inherits its parent's.
_loaded_in: list[int] = []
# Objects that hold threads.
_threaded: weakref.WeakSet[Hashable] = weakref.WeakSet()
# Float32 in training too, whatever the policy: rounded, sums of logits would tie.
KEPT = ("tokenizer", "logits", "probabilities")
TOKENS_PER_BATCH = 16_384
# Batches of ids (batch, length) int32, padded right, to their probabilities, in the same order.
Forward = Callable[[list[np.ndarray]], Iterable[np.ndarray]]


def require_own_process() -> None:
    """Returns in the process that has loaded models, or that has loaded none yet.

    Raises:
        CallError: in a process forked from it, for loading and answering alike: TensorFlow, ONNX
            Runtime and OpenVINO compute in threads, which a fork does not take along.
    """
    if not _loaded_in:
        _loaded_in.append(os.getpid())
    elif _loaded_in[0] != os.getpid():
        raise CallError(
            "this process was forked from one that had loaded a model, and the threads that compute "
            "answers do not live on in a fork; start the process by spawn instead "
            '(multiprocessing.get_context("spawn")), or load the model in the child only'
        )


def keep_in_forks(threaded: Hashable) -> None:
    """Lets forked children end: in them `threaded` is not taken down, which would join its threads."""
    _threaded.add(threaded)


def _skip_joining() -> None:
    """In a forked child: nothing that its end takes down waits for threads that it does not have.

    ONNX Runtime joins them with its last session, and again with the library itself
    (microsoft/onnxruntime#31961). No public interface keeps an object or a library from that: a
    handler of atexit neither knows the exit code nor runs after the end of Python.
    """
    if not _threaded:
        return
    for threaded in _threaded:
        # A reference that nothing gives back, not even the end of the interpreter.
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(threaded))
    libc = ctypes.CDLL(None)
    # What is registered last is called first, with the exit code: after Python's own end and before
    # those of the libraries. Of glibc alone; elsewhere the end may still wait.
    if hasattr(libc, "on_exit"):
        libc.on_exit(libc._exit, None)


os.register_at_fork(after_in_child=_skip_joining)


def compute_in_bfloat16(model: keras.Model) -> None:
    """Lets a loaded model compute as in training under `mixed_bfloat16`; to be called before it answers.

    Its weights stay float32, as do those layers that are so in training.

    Raises:
        CallError: none of its layers could: a linear model, or a SavedModel, whose types are its own.
    """
    layers = list(model._flatten_layers(include_self=False))
    fixed = [layer for layer in layers if isinstance(layer, WeightedFeatures | SavedModelEncoder)]
    if fixed:
        raise CallError(
            "precision 'bf16': this model has no layers that compute in bfloat16; expected float32"
        )
    for layer in layers:
        if layer.name not in KEPT:
            layer.dtype_policy = "mixed_bfloat16"


class Classifier(TextClassifier):
    """Answers texts with the model of a run.

    Where `tfcmp.load` made it, it can be pickled and copied: the copy is loaded from the same path.

    Args:
        tokenizer: of the saved model.
        forward: batches of padded ids to probabilities (batch, classes), by some engine.
        classes: names of the classes.
        tokens_per_batch: bound on the padded tokens of a batch; what suits the engine.
        model: raw text (batch,) to probabilities, where Keras itself is the engine.
        graph_bytes: size of the graph of another engine, as its export holds it.
    """

    def __init__(
        self,
        tokenizer: TextTokenizer,
        forward: Forward,
        classes: tuple[str, ...],
        tokens_per_batch: int = TOKENS_PER_BATCH,
        model: keras.Model | None = None,
        graph_bytes: int | None = None,
    ) -> None:
        require_own_process()
        keep_in_forks(self)
        self.tokenizer = tokenizer
        self.classes = classes
        self.tokens_per_batch = tokens_per_batch
        self.model = model
        self.graph_bytes = graph_bytes
        # What `tfcmp.load` was asked for; None where something else made this classifier.
        self.loading: Loading | None = None
        self._forward = forward
        # One graph for all calls: step by step, TensorFlow takes longer to split a text than some
        # models to answer it.
        self._encode = tf.function(
            tokenizer.encode, input_signature=[tf.TensorSpec([None], tf.string)]
        )

    def answer(self, texts: list[str]) -> Answers:
        """Answers with probabilities (texts, classes) float32."""
        probabilities = self.probabilities_of(self.tokenize(texts))
        return Answers(texts, self.classes, ranked(probabilities), probabilities)

    def tokenize(self, texts: Iterable[str]) -> list[np.ndarray]:
        """Ids (length,) int32 of each text, cut to what the model reads, at least one.

        Raises:
            TypeError: `texts` is no series of strings, see `checked_texts`.
        """
        require_own_process()
        strings = list(checked_texts(texts))
        if not strings:
            return []
        ids, _ = self._encode(tf.constant(encode_utf8(strings)))
        return np.split(ids.flat_values.numpy(), ids.row_splits.numpy()[1:-1])

    def probabilities_of(self, ids: list[np.ndarray]) -> np.ndarray:
        """Probabilities (texts, classes) float32 of texts whose ids are known."""
        require_own_process()
        answers = np.empty((len(ids), len(self.classes)), np.float32)
        lengths = np.array([len(row) for row in ids], np.int64)
        order = evaluation_order(lengths, np.arange(len(ids)), self.tokens_per_batch)
        batches = [self._padded([ids[row] for row in rows], lengths[rows]) for rows in order]
        for rows, probabilities in zip(order, self._forward(batches), strict=True):
            answers[rows] = probabilities
        return answers

    def _padded(self, ids: list[np.ndarray], lengths: np.ndarray) -> np.ndarray:
        """Ids of some texts side by side, (texts, longest) int32, padded right."""
        padded = np.full((len(ids), lengths.max()), self.tokenizer.padding_id, np.int32)
        padded[np.arange(lengths.max()) < lengths[:, None]] = np.concatenate(ids)
        return padded

    def __reduce__(self) -> tuple[Any, ...]:
        if self.loading is None:
            raise TypeError(
                "this classifier was not loaded from a run, so there is no place to load a copy from; "
                "pickle and copy what tfcmp.load gives"
            )
        return reload, (self.loading,)


def keras_forward(model: keras.Model) -> Forward:
    """Batches of ids to probabilities by the model's part after its tokenizer."""
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
    require_own_process()
    # The same text alone and in a batch: products rounded to 19 bits would differ by batch shape.
    tf.config.experimental.enable_tensor_float_32_execution(False)
    return load_text_classifier(run.file(MODEL)), tuple(run.read_json(SPLIT)["classes"])


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
