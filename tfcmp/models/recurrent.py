"""Recurrent networks trained from scratch: vanilla RNN, LSTM, GRU."""

import keras

from tfcmp.models.recurrence import GRU, LSTM, SimpleRNN
from tfcmp.models.sequence_layers import (
    PaddingMask,
    ReverseWithinLength,
    SequencePooling,
    classification_head,
    embedded_tokens,
)

CELLS = {"simple_rnn": SimpleRNN, "lstm": LSTM, "gru": GRU}


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
        outputs = _read_each_way(CELLS[cell], states, mask, units, direction, number)
        if number < layers:
            states = _side_by_side(outputs, mask, number)
    vector = _pooled(outputs, mask, pooling)
    return keras.Model(ids, classification_head(vector, classes, dropout), name=cell)


def _read_each_way(
    cell: type[keras.layers.Layer],
    states: keras.KerasTensor,
    mask: keras.KerasTensor,
    units: int,
    direction: str,
    number: int,
) -> dict[str, keras.KerasTensor]:
    """States (batch, length, channels) of one layer by direction, each in its order of reading.

    What the backward layer reads, and gives, is turned round inside each text: padding stays behind
    the tokens, and its last state is the one after the first token.
    """
    outputs = {}
    if direction in ("forward", "both"):
        outputs["forward"] = cell(units, return_sequences=True, name=f"forward_{number}")(states)
    if direction in ("backward", "both"):
        reversed_states = ReverseWithinLength(name=f"reverse_{number}")(states, mask)
        backward = cell(units, return_sequences=True, name=f"backward_{number}")
        outputs["backward"] = backward(reversed_states)
    return outputs


def _side_by_side(
    outputs: dict[str, keras.KerasTensor], mask: keras.KerasTensor, number: int
) -> keras.KerasTensor:
    """States of both directions in the order of the text, as the next layer reads them."""
    if "backward" in outputs:
        restore = ReverseWithinLength(name=f"restore_{number}")
        outputs = {**outputs, "backward": restore(outputs["backward"], mask)}
    return _concatenated(list(outputs.values()), f"directions_{number}")


def _pooled(
    outputs: dict[str, keras.KerasTensor], mask: keras.KerasTensor, pooling: str
) -> keras.KerasTensor:
    """One vector per text. No pooling asks for the order of the text, so none is restored."""
    vectors = [
        SequencePooling(pooling, name=f"{way}_pooling")(states, mask)
        for way, states in outputs.items()
    ]
    return _concatenated(vectors, "pooled_directions")


def _concatenated(parts: list[keras.KerasTensor], name: str) -> keras.KerasTensor:
    return parts[0] if len(parts) == 1 else keras.layers.Concatenate(name=name)(parts)
