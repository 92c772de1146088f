"""The classification head."""

import keras


def classification_head(vector, classes: int, dropout: float):
    """Vector (batch, channels) to logits (batch, classes), float32 under every precision policy.

    Rank 2 on purpose: with a rank-1 output Keras sums the loss before it divides by the replicas,
    and gradients under a distribution strategy come out too large.
    """
    if dropout:
        vector = keras.layers.Dropout(dropout, name="head_dropout")(vector)
    return keras.layers.Dense(classes, dtype="float32", name="logits")(vector)
