"""The part of a classifier between token ids and logits, and its token embedding."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from tfcmp.data.batches import evaluation_order
from tfcmp.explanation.reading import Ids
from tfcmp.inference.classifier import Classifier
from tfcmp.models.building import core_of

TOKEN_EMBEDDING = "token_embedding"
# Padded tokens of a batch. A recurrent network reads a step of all rows at once and wants many
# rows. A transformer's products are large enough with a few rows, and what it keeps for the
# gradient must fit into the processor's caches: with 4,096 it takes half as long again.
TOKENS_OF_RECURRENT = 16_384
TOKENS_OF_OTHERS = 1_024


class Network:
    """Token ids to logits.

    Args:
        classifier: a loaded run.

    Attributes:
        tokenizer: of the run.
        classes: names of the classes.
        core: the functional model of ids to logits.
        embedding: the layer that gives a vector per token; None where there is none, as in a linear
            model of n-grams and in a SavedModel, whose inside cannot be reached.
        tokens_per_batch: padded tokens of a batch.
    """

    def __init__(self, classifier: Classifier) -> None:
        model = classifier.model
        # Other engines hold a graph without gradients; explanations are of the Keras one.
        assert model is not None
        self.tokenizer = model.get_layer("tokenizer")
        self.classes = classifier.classes
        self.core = core_of(model)
        layers = list(self.core._flatten_layers())
        embeddings = [layer for layer in layers if layer.name == TOKEN_EMBEDDING]
        self.embedding = embeddings[0] if len(embeddings) == 1 else None
        is_recurrent = any(isinstance(layer, keras.layers.RNN) for layer in layers)
        self.tokens_per_batch = TOKENS_OF_RECURRENT if is_recurrent else TOKENS_OF_OTHERS
        self._forward = tf.function(
            lambda ids: self.core(ids, training=False),
            input_signature=[tf.TensorSpec([None, None], tf.int32)],
        )

    def logits(self, rows: Sequence[Ids]) -> npt.NDArray[np.float64]:
        """Logits (rows, classes) of a list of texts as ids, each at least one token long."""
        answers = np.empty((len(rows), len(self.classes)))
        lengths = np.array([len(row) for row in rows])
        for places in evaluation_order(lengths, np.arange(len(rows)), self.tokens_per_batch):
            padded = np.full(
                (len(places), lengths[places].max()), self.tokenizer.padding_id, np.int32
            )
            for number, place in enumerate(places):
                padded[number, : lengths[place]] = rows[place]
            answers[places] = self._forward(tf.constant(padded)).numpy()
        return answers

    def probabilities(self, rows: Sequence[Ids]) -> npt.NDArray[np.float64]:
        """Probabilities (rows, classes); arguments as in `logits`."""
        from scipy.special import softmax

        probabilities: npt.NDArray[np.float64] = softmax(self.logits(rows), axis=1)
        return probabilities

    @contextmanager
    def shuffled(self, seed: int) -> Iterator[None]:
        """Inside the block the values of each weight stand in random order, those of none elsewhere.

        The model knows nothing any more, and yet every weight has the size it had.
        """
        draw = np.random.default_rng(seed)
        weights = [weight for weight in self.core.weights if weight.dtype == "float32"]
        kept = [weight.numpy() for weight in weights]
        for weight, value in zip(weights, kept, strict=True):
            weight.assign(draw.permutation(value.ravel()).reshape(value.shape))
        try:
            yield
        finally:
            for weight, value in zip(weights, kept, strict=True):
                weight.assign(value)


@contextmanager
def replaced_output(layer: keras.layers.Layer, output: tf.Tensor) -> Iterator[None]:
    """Inside the block `layer` gives `output`, whatever it is called with.

    So a model can be entered behind its token embedding, also where that layer lies deep inside an
    encoder of KerasHub. Of effect while a function is traced.
    """
    object.__setattr__(layer, "call", lambda *_inputs, **_options: output)
    try:
        yield
    finally:
        object.__delattr__(layer, "call")
