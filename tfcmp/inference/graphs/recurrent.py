"""Recurrent models as ONNX's own RNN, LSTM and GRU operators."""

from typing import Any

import keras
import numpy as np
from keras.ops import convert_to_numpy as array

from tfcmp.inference.graphs.writer import IDS, GraphWriter, pooled
from tfcmp.models.word_tokenizer import PADDING_ID

# Operator of ONNX, its options, and the order of its gates among those of Keras: of LSTM's, ONNX
# has i, o, f, c where Keras has i, f, c, o.
OPERATORS = {
    "simple_rnn": ("RNN", {}, (0,)),
    "lstm": ("LSTM", {}, (0, 3, 1, 2)),
    "gru": ("GRU", {"linear_before_reset": 1}, (0, 1, 2)),
}
DIRECTIONS = ("forward", "backward")


def write_recurrent(writer: GraphWriter, core: keras.Model) -> str:
    """The logits of a core made by `build_recurrent`.

    As in Keras, what the backward direction reads is turned round inside each text, so that no
    operator has to know where a text ends. OpenVINO 2026.4 reads past the end of the shorter texts
    of a batch where an operator is given their lengths, without a word.
    """
    layers = {layer.name: layer for layer in core.layers}
    is_token = writer.is_token(PADDING_ID)
    lengths = writer.lengths(is_token)
    table = writer.constant(array(layers["token_embedding"].embeddings))
    states = writer.add("Gather", table, writer.add("Transpose", IDS, perm=[1, 0]))
    number = 1
    outputs: dict[str, str] = {}
    while cells := _cells(layers, number):
        if outputs:
            states = _side_by_side(writer, outputs, lengths)
        outputs = {
            way: _read(writer, core.name, cell, states, None if way == "forward" else lengths)
            for way, cell in cells.items()
        }
        number += 1
    vectors = [
        pooled(writer, _texts_first(writer, states), is_token, layers[f"{way}_pooling"].mode)
        for way, states in outputs.items()
    ]
    return writer.linear(writer.side_by_side(vectors), *map(array, layers["logits"].weights))


def _cells(layers: dict[str, keras.Layer], number: int) -> dict[str, Any]:
    """The cells of a layer by direction; none after the last layer."""
    names = {way: f"{way}_{number}" for way in DIRECTIONS}
    return {way: layers[name].cell for way, name in names.items() if name in layers}


def _read(writer: GraphWriter, kind: str, cell: Any, states: str, lengths: str | None) -> str:
    """(length, batch, channels) to (length, batch, units), in the order of reading."""
    operator, options, order = OPERATORS[kind]
    if lengths is not None:
        states = _reversed(writer, states, lengths)
    outputs = writer.add(
        operator,
        states,
        writer.constant(_gates(cell.kernel, order)[None]),
        writer.constant(_gates(cell.recurrent_kernel, order)[None]),
        writer.constant(_biases(cell.bias, order)[None]),
        hidden_size=cell.units,
        **options,
    )
    return writer.add("Squeeze", outputs, writer.whole_numbers(1))


def _side_by_side(writer: GraphWriter, outputs: dict[str, str], lengths: str) -> str:
    """Both directions in the order of the text, as the next layer reads them."""
    return writer.side_by_side(
        [
            states if way == "forward" else _reversed(writer, states, lengths)
            for way, states in outputs.items()
        ]
    )


def _reversed(writer: GraphWriter, states: str, lengths: str) -> str:
    """(length, batch, channels) turned round inside each text; padding stays at the end."""
    return writer.add("ReverseSequence", states, lengths, time_axis=0, batch_axis=1)


def _texts_first(writer: GraphWriter, states: str) -> str:
    return writer.add("Transpose", states, perm=[1, 0, 2])


def _gates(kernel: keras.Variable, order: tuple[int, ...]) -> np.ndarray:
    """A kernel (channels, gates * units) of Keras as ONNX has it, (gates * units, channels)."""
    gates = np.split(array(kernel), len(order), axis=1)
    return np.concatenate([gates[gate] for gate in order], axis=1).T


def _biases(bias: keras.Variable, order: tuple[int, ...]) -> np.ndarray:
    """Biases of inputs and of states, one after the other; only Keras' GRU has the second."""
    rows = np.atleast_2d(array(bias))
    gates = np.split(rows, len(order), axis=1)
    both = np.zeros((2, rows.shape[1]), np.float32)
    both[: len(rows)] = np.concatenate([gates[gate] for gate in order], axis=1)
    return both.ravel()
