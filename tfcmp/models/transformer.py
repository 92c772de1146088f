"""A transformer encoder trained from scratch, on the recurrent models' tokens and head."""

import math

import keras
from keras import ops

from tfcmp.errors import CallError
from tfcmp.models.sequence_layers import (
    PaddingMask,
    SequencePooling,
    classification_head,
    embedded_tokens,
)


@keras.saving.register_keras_serializable("tfcmp")
class PositionEncoding(keras.layers.Layer):
    """Scales token vectors and adds sines of their positions (Vaswani et al. 2017, sec. 3.4, 3.5).

    Sines rather than a learned table: they say how far apart two words are from the first step on,
    and know positions that no training text reached.
    """

    def call(self, vectors: keras.KerasTensor) -> keras.KerasTensor:
        """Vectors (batch, length, channels), times the root of channels, plus the encoding."""
        length, channels = ops.shape(vectors)[1], vectors.shape[-1]
        encoding = ops.cast(position_sines(length, channels), vectors.dtype)
        return vectors * channels**0.5 + encoding

    def compute_output_spec(self, vectors: keras.KerasTensor) -> keras.KerasTensor:
        """The shape and dtype stay."""
        return keras.KerasTensor(vectors.shape, dtype=self.compute_dtype)


def position_sines(length: keras.KerasTensor, channels: int) -> keras.KerasTensor:
    """(length, channels) float32: sine and cosine in turn, of falling frequency."""
    frequencies = position_frequencies(channels)
    angles = ops.arange(length, dtype="float32")[:, None] * frequencies[None, :]
    is_even = ops.arange(channels) % 2 == 0
    return ops.where(is_even[None, :], ops.sin(angles), ops.cos(angles))


def position_frequencies(channels: int) -> keras.KerasTensor:
    """(channels,) float32: radians per position, falling; two channels share each."""
    pairs = ops.arange(channels, dtype="float32") // 2
    return ops.exp(-math.log(10_000.0) * 2 * pairs / channels)


def build_transformer(
    vocabulary_size: int,
    classes: int,
    *,
    embedding_size: int,
    layers: int,
    heads: int,
    feed_forward_size: int,
    pooling: str,
    word_dropout: float,
    embedding_dropout: float,
    dropout: float,
) -> keras.Model:
    """A pre-norm encoder (Vaswani et al. 2017; norm first as in Xiong et al. 2020).

    Args:
        vocabulary_size: number of ids, padding and unknown word included.
        classes: number of classes.
        embedding_size: channels of tokens and states.
        layers: encoder layers.
        heads: attention heads; they share the channels evenly.
        feed_forward_size: width of the feed-forward part of a layer.
        pooling: how the states become one vector, see `SequencePooling`.
        word_dropout: share of tokens that are hidden in training.
        embedding_dropout: dropout of embedding channels, the same for all tokens of a text.
        dropout: dropout of every residual branch and before the head.

    Returns:
        A functional model: ids (batch, length) int32 to logits (batch, classes) float32.
    """
    ids = keras.Input((None,), dtype="int32", name="token_ids")
    mask = PaddingMask(name="mask")(ids)
    states = embedded_tokens(ids, vocabulary_size, embedding_size, word_dropout, embedding_dropout)
    states = PositionEncoding(name="position_encoding")(states)
    for number in range(1, layers + 1):
        states = _encoder_layer(states, mask, heads, feed_forward_size, dropout, number)
    states = keras.layers.LayerNormalization(epsilon=1e-6, name="final_norm")(states)
    vector = SequencePooling(pooling, name="pooling")(states, mask)
    return keras.Model(ids, classification_head(vector, classes, dropout), name="transformer")


def _encoder_layer(
    states: keras.KerasTensor,
    mask: keras.KerasTensor,
    heads: int,
    feed_forward_size: int,
    dropout: float,
    number: int,
) -> keras.KerasTensor:
    """States (batch, length, channels) through attention and feed-forward, each with residual."""
    channels = states.shape[-1]
    normed = keras.layers.LayerNormalization(epsilon=1e-6, name=f"attention_norm_{number}")(states)
    attended = keras.layers.MultiHeadAttention(
        heads, channels // heads, name=f"attention_{number}"
    )(normed, normed, attention_mask=mask[:, None, :])
    attended = keras.layers.Dropout(dropout, name=f"attention_dropout_{number}")(attended)
    states = keras.layers.Add(name=f"attention_residual_{number}")([states, attended])
    normed = keras.layers.LayerNormalization(epsilon=1e-6, name=f"feed_forward_norm_{number}")(
        states
    )
    hidden = keras.layers.Dense(feed_forward_size, activation="gelu", name=f"widen_{number}")(
        normed
    )
    output = keras.layers.Dense(channels, name=f"narrow_{number}")(hidden)
    output = keras.layers.Dropout(dropout, name=f"feed_forward_dropout_{number}")(output)
    return keras.layers.Add(name=f"feed_forward_residual_{number}")([states, output])


# A feed-forward part narrower than its states is a bottleneck; wider than eight times, lopsided.
NARROWEST, WIDEST = 1, 8
TOLERANCE = 0.02


def encoder_parameters(
    channels: int, layers: int, feed_forward_size: int, classes: int, pooling: str
) -> int:
    """Parameters of our transformer without its token embedding.

    A layer has four projections (channels by channels, with bias), two norms, and two dense layers;
    a norm and the head come behind the last.
    """
    attention = 4 * (channels * channels + channels)
    feed_forward = 2 * channels * feed_forward_size + feed_forward_size + channels
    norms = 2 * 2 * channels
    pooled = channels * len(pooling.split("+"))
    head = 2 * channels + pooled * classes + classes
    return layers * (attention + feed_forward + norms) + head


def matching_size(target: int, channels: int, classes: int, pooling: str) -> tuple[int, int]:
    """Layers and feed-forward width whose count is nearest to `target`, the fewest layers first.

    Raises:
        CallError: nothing within 2 % of the target has a feed-forward width of 1 to 8 times
            `channels`.
    """
    for layers in range(1, 65):
        without = encoder_parameters(channels, layers, 0, classes, pooling)
        width = round((target - without) / (layers * (2 * channels + 1)))
        reached = encoder_parameters(channels, layers, width, classes, pooling)
        fits = NARROWEST * channels <= width <= WIDEST * channels
        if fits and abs(reached - target) <= TOLERANCE * target:
            return layers, width
    raise CallError(
        f"--architecture.match: no encoder with {channels} channels has {target} parameters within "
        f"{TOLERANCE:.0%}; choose a smaller --architecture.embedding_size"
        if encoder_parameters(channels, 1, channels, classes, pooling) > target
        else f"--architecture.match: no encoder with {channels} channels has {target} parameters "
        f"within {TOLERANCE:.0%}; choose a larger --architecture.embedding_size"
    )
