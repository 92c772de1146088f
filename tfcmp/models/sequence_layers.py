"""What models are built of: embedding, mask, reversal inside a text, pooling over it, and head."""

from typing import Any

import keras
import tensorflow as tf
from keras import ops

from tfcmp.models.word_tokenizer import PADDING_ID, UNKNOWN_ID

# Name of the layer that holds what was pretrained.
ENCODER = "encoder"


@keras.saving.register_keras_serializable("tfcmp")
class PaddingMask(keras.layers.Layer):
    """Ids (batch, length) to a mask (batch, length) of booleans, true where a token stands."""

    def __init__(self, padding_id: int = PADDING_ID, **options: Any) -> None:
        super().__init__(**options)
        self.padding_id = padding_id

    def call(self, ids: tf.Tensor) -> tf.Tensor:
        """The mask."""
        return ops.not_equal(ids, self.padding_id)

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {**super().get_config(), "padding_id": self.padding_id}


@keras.saving.register_keras_serializable("tfcmp")
class WordDropout(keras.layers.Layer):
    """Replaces a share of the tokens by the unknown word, in training only.

    Whole words are dropped, as in Iyyer et al. 2015 ("Deep unordered composition"), so that the
    classifier cannot lean on a single telling word; padding is left alone.
    """

    def __init__(
        self, rate: float, unknown_id: int, seed: int | None = None, **options: Any
    ) -> None:
        super().__init__(**options)
        self.rate = rate
        self.unknown_id = unknown_id
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, ids: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Ids (batch, length) int32, some of them replaced."""
        if not training or self.rate == 0:
            return ids
        is_dropped = keras.random.uniform(ops.shape(ids), seed=self.seed_generator) < self.rate
        is_dropped = ops.logical_and(is_dropped, ops.not_equal(ids, PADDING_ID))
        return ops.where(is_dropped, ops.full_like(ids, self.unknown_id), ids)

    def get_config(self) -> dict[str, Any]:
        """The arguments; the state of the seed is a variable."""
        return {**super().get_config(), "rate": self.rate, "unknown_id": self.unknown_id}


@keras.saving.register_keras_serializable("tfcmp")
class ReverseWithinLength(keras.layers.Layer):
    """Reverses each sequence up to its own end; the padding stays on the right.

    A backward recurrent layer then reads real tokens first and needs no mask: padding comes after
    everything that counts. Masked recurrent layers cost a selection per step on a CPU, and cuDNN
    refuses masks that are not right-padded.

        [a b c 0 0]      [c b a 0 0]
        [d e 0 0 0]  ->  [e d 0 0 0]
    """

    def call(self, sequence: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
        """Sequence (batch, length, channels) and mask (batch, length), reversed sequence."""
        lengths = tf.reduce_sum(tf.cast(mask, tf.int32), axis=1)
        return tf.reverse_sequence(sequence, lengths, seq_axis=1)

    def compute_output_spec(self, sequence: tf.Tensor, mask: tf.Tensor) -> keras.KerasTensor:
        """The shape and dtype stay."""
        return keras.KerasTensor(sequence.shape, dtype=sequence.dtype)


@keras.saving.register_keras_serializable("tfcmp")
class SequencePooling(keras.layers.Layer):
    """States of all tokens to one vector per text; padding takes no part.

    Args:
        mode: "max", "mean", both side by side ("max+mean"), or the state of one token, the "last"
            or the "first".
    """

    def __init__(self, mode: str, **options: Any) -> None:
        super().__init__(**options)
        self.mode = mode

    def call(self, states: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
        """States (batch, length, channels), mask (batch, length); (batch, channels or twice)."""
        pooled = [POOL[name](states, mask) for name in self.mode.split("+")]
        return pooled[0] if len(pooled) == 1 else ops.concatenate(pooled, axis=-1)

    def compute_output_spec(self, states: tf.Tensor, mask: tf.Tensor) -> keras.KerasTensor:
        """A row of channels per text, one for each of the modes that are put side by side."""
        channels = states.shape[-1] * len(self.mode.split("+"))
        return keras.KerasTensor((states.shape[0], channels), dtype=states.dtype)

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {**super().get_config(), "mode": self.mode}


def pool_max(states: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
    """Largest value of each channel over the tokens of the text."""
    lowest = ops.cast(float("-inf"), states.dtype)
    return ops.max(ops.where(mask[:, :, None], states, lowest), axis=1)


def pool_mean(states: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
    """Mean of each channel over the tokens of the text, summed in float32."""
    weights = ops.cast(mask, "float32")[:, :, None]
    total = ops.sum(ops.cast(states, "float32") * weights, axis=1)
    return ops.cast(total / ops.sum(weights, axis=1), states.dtype)


def pool_last(states: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
    """State of the last token of the text."""
    last = ops.sum(ops.cast(mask, "int32"), axis=1) - 1
    return ops.squeeze(ops.take_along_axis(states, last[:, None, None], axis=1), axis=1)


def pool_first(states: tf.Tensor, _mask: tf.Tensor) -> tf.Tensor:
    """State of the first token, which encoders like BERT put in front of a text for this."""
    return states[:, 0, :]


POOL = {"first": pool_first, "max": pool_max, "mean": pool_mean, "last": pool_last}


def embedded_tokens(
    ids: tf.Tensor, vocabulary_size: int, size: int, word_dropout: float, embedding_dropout: float
) -> tf.Tensor:
    """Ids (batch, length) int32 to vectors (batch, length, size)."""
    if word_dropout:
        ids = WordDropout(word_dropout, UNKNOWN_ID, name="word_dropout")(ids)
    vectors = keras.layers.Embedding(vocabulary_size, size, name="token_embedding")(ids)
    if embedding_dropout:
        vectors = keras.layers.SpatialDropout1D(embedding_dropout, name="embedding_dropout")(
            vectors
        )
    return vectors


def classification_head(vector: tf.Tensor, classes: int, dropout: float) -> tf.Tensor:
    """Vector (batch, channels) to logits (batch, classes), float32 under every precision policy.

    Rank 2 on purpose: with a rank-1 output Keras sums the loss before it divides by the replicas,
    and gradients under a distribution strategy come out too large.
    """
    if dropout:
        vector = keras.layers.Dropout(dropout, name="head_dropout")(vector)
    return keras.layers.Dense(classes, dtype="float32", name="logits")(vector)
