"""Recurrent networks trained from scratch: vanilla RNN, LSTM, GRU."""

import keras

from tfcmp.models.embedding import embedded_tokens
from tfcmp.models.head import classification_head
from tfcmp.models.sequence_layers import PaddingMask, ReverseWithinLength, SequencePooling

CELLS = {
    "simple_rnn": keras.layers.SimpleRNN,
    "lstm": keras.layers.LSTM,
    "gru": keras.layers.GRU,
}


def build_recurrent(
    cell: str,
    vocabulary_size: int,
    classes: int,
    *,
    embedding_size: int,
    units: int,
    layers: int,
    direction: str,
    pooling: str,
    word_dropout: float,
    embedding_dropout: float,
    dropout: float,
) -> keras.Model:
    """A recurrent classifier of token ids.

    Args:
        cell: "simple_rnn", "lstm" or "gru".
        vocabulary_size: number of ids, padding and unknown word included.
        classes: number of classes.
        embedding_size: channels of a token's vector.
        units: units of a layer, in each direction.
        layers: recurrent layers on top of each other.
        direction: "forward", "backward" or "both".
        pooling: how the states become one vector, see `SequencePooling`.
        word_dropout: share of tokens that are hidden in training.
        embedding_dropout: dropout of embedding channels, the same for all tokens of a text.
        dropout: dropout before each further layer and before the head.

    Returns:
        A functional model: ids (batch, length) int32 to logits (batch, classes) float32.
    """
    ids = keras.Input((None,), dtype="int32", name="token_ids")
    mask = PaddingMask(name="mask")(ids)
    states = embedded_tokens(ids, vocabulary_size, embedding_size, word_dropout, embedding_dropout)
    for number in range(1, layers + 1):
        if number > 1:
            states = keras.layers.Dropout(dropout, name=f"dropout_{number}")(states)
        states = _recurrent_layer(CELLS[cell], states, mask, units, direction, number)
    # The last state of a backward layer, which read from the end, is the one at the first token.
    if pooling == "last":
        vector = _last_states(states, mask, units, direction)
    else:
        vector = SequencePooling(pooling, name="pooling")(states, mask)
    logits = classification_head(vector, classes, dropout)
    return keras.Model(ids, logits, name=cell)


def _recurrent_layer(cell, states, mask, units, direction, number):
    """States (batch, length, channels) through one layer; the directions are put side by side."""
    outputs = []
    if direction in ("forward", "both"):
        forward = cell(units, return_sequences=True, name=f"forward_{number}")
        outputs.append(forward(states))
    if direction in ("backward", "both"):
        backward = cell(units, return_sequences=True, name=f"backward_{number}")
        reversed_states = ReverseWithinLength(name=f"reverse_{number}")(states, mask)
        outputs.append(
            ReverseWithinLength(name=f"restore_{number}")(backward(reversed_states), mask)
        )
    if len(outputs) == 1:
        return outputs[0]
    return keras.layers.Concatenate(name=f"directions_{number}")(outputs)


def _last_states(states, mask, units, direction):
    """What each direction knows after its last step: (batch, units) or (batch, 2 * units)."""
    if direction == "backward":
        return states[:, 0]
    last = SequencePooling("last", name="pooling")(states, mask)
    if direction == "forward":
        return last
    return keras.layers.Concatenate(name="last_states")([last[:, :units], states[:, 0, units:]])
