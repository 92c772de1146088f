"""Small networks whose explanations can be worked out by hand."""

import keras
import numpy as np
import pytest
from keras import ops

from tfcmp.explanation.network import Network
from tfcmp.inference.classifier import keras_classifier
from tfcmp.models.building import build_text_classifier
from tfcmp.models.sequence_layers import PaddingMask, SequencePooling

CLASSES = ("neg", "pos")
# A row per id: padding, unknown, word2 to word7; three channels.
VECTORS = np.array(
    [
        [0.5, -0.5, 0.0],
        [0.0, 0.0, 0.0],
        [1.0, 0.0, 2.0],
        [0.0, 3.0, -1.0],
        [2.0, 1.0, 0.0],
        [-1.0, 0.5, 0.5],
        [0.25, 0.75, -2.0],
        [4.0, -1.0, 1.0],
    ],
    np.float32,
)
KERNEL = np.array([[1.0, -1.0], [0.5, 2.0], [-0.5, 1.0]], np.float32)
BIAS = np.array([0.25, -0.25], np.float32)


@keras.saving.register_keras_serializable("tests")
class SquaredSum(keras.layers.Layer):
    """Vectors (batch, length, channels) to the square of the sum over the text, per channel."""

    def call(self, vectors, mask):
        kept = ops.cast(mask, vectors.dtype)[:, :, None]
        return ops.square(ops.sum(vectors * kept, axis=1))


@pytest.fixture
def make_network(word_tokenizer):
    """The function pooling -> a network: vectors, pooled ("mean", "square"), a linear head."""

    def make(pooling="mean"):
        ids = keras.Input((None,), dtype="int32", name="token_ids")
        mask = PaddingMask(name="mask")(ids)
        embedding = keras.layers.Embedding(*VECTORS.shape, name="token_embedding")
        vectors = embedding(ids)
        if pooling == "square":
            pooled = SquaredSum(name="pooling")(vectors, mask)
        else:
            pooled = SequencePooling(pooling, name="pooling")(vectors, mask)
        head = keras.layers.Dense(2, name="logits")
        core = keras.Model(ids, head(pooled), name="tiny")
        embedding.set_weights([VECTORS])
        head.set_weights([KERNEL, BIAS])
        return Network(keras_classifier(build_text_classifier(word_tokenizer(), core), CLASSES))

    return make
