"""A transformer encoder trained from scratch, on the recurrent models' tokens and head."""

import keras
from keras import ops

from tfcmp.models.embedding import embedded_tokens
from tfcmp.models.head import classification_head
from tfcmp.models.sequence_layers import PaddingMask, SequencePooling


@keras.saving.register_keras_serializable("tfcmp")
class PositionEmbedding(keras.layers.Layer):
    """Adds a learned vector per position to (batch, length, channels), length <= max_length."""

    def __init__(self, max_length: int, **options):
        super().__init__(**options)
        self.max_length = max_length

    def build(self, shape):
        """Creates the table (max_length, channels)."""
        self.position_table = self.add_weight(
            shape=(self.max_length, shape[-1]), initializer="uniform", name="position_table"
        )

    def call(self, vectors):
        """Vectors with their position's vector added."""
        return vectors + self.position_table[: ops.shape(vectors)[1]]

    def compute_output_spec(self, vectors):
        """The shape and dtype stay."""
        return keras.KerasTensor(vectors.shape, dtype=self.compute_dtype)

    def get_config(self):
        """The arguments."""
        return {**super().get_config(), "max_length": self.max_length}


def build_transformer(
    vocabulary_size: int,
    classes: int,
    *,
    max_length: int,
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
        max_length: longest text in tokens; a learned position embedding per place.
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
    states = PositionEmbedding(max_length, name="position_embedding")(states)
    for number in range(1, layers + 1):
        states = _encoder_layer(states, mask, heads, feed_forward_size, dropout, number)
    states = keras.layers.LayerNormalization(epsilon=1e-6, name="final_norm")(states)
    vector = SequencePooling(pooling, name="pooling")(states, mask)
    return keras.Model(ids, classification_head(vector, classes, dropout), name="transformer")


def _encoder_layer(states, mask, heads, feed_forward_size, dropout, number):
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
