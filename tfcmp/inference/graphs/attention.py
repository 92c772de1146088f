"""Encoder layers of transformers, in ONNX."""

import math
from typing import NamedTuple

import keras
import numpy as np
from keras.ops import convert_to_numpy as array

from tfcmp.inference.graphs.writer import GraphWriter

# What Keras adds to the scores of places that are not to be looked at.
HIDDEN_SCORE = -1e9


class EncoderLayer(NamedTuple):
    """The parts of an encoder layer, as Keras layers.

    Attributes:
        attention: self-attention.
        attention_norm: norm in front of it or behind its residual.
        widen: first dense layer of the feed-forward part.
        narrow: second one.
        feed_forward_norm: norm in front of it or behind its residual.
        is_norm_first: whether norms stand in front.
        gelu: "tanh" for the approximation, "none" for the exact one.
    """

    attention: keras.layers.MultiHeadAttention
    attention_norm: keras.layers.LayerNormalization
    widen: keras.layers.Dense
    narrow: keras.layers.Dense
    feed_forward_norm: keras.layers.LayerNormalization
    is_norm_first: bool
    gelu: str


def hidden_scores(writer: GraphWriter, is_token: str) -> str:
    """What is added to attention scores (batch, 1, 1, length): 0, or very little at padding."""
    is_open = writer.add("Unsqueeze", is_token, writer.whole_numbers(1, 2))
    zero, hidden = (writer.constant(np.array(value, np.float32)) for value in (0, HIDDEN_SCORE))
    return writer.add("Where", is_open, zero, hidden)


def write_encoder_layers(
    writer: GraphWriter, states: str, layers: list[EncoderLayer], is_token: str, first_only: bool
) -> str:
    """States (batch, length, channels) behind all layers.

    Args:
        writer: of the graph.
        states: in front of the first layer.
        layers: in their order.
        is_token: booleans (batch, length), true where a token stands.
        first_only: only the state of the first token is asked for: the last layer then computes no
            other, and gives (batch, 1, channels).
    """
    scores = hidden_scores(writer, is_token)
    for layer in layers:
        is_short = first_only and layer is layers[-1]
        states = _encoder_layer(writer, states, layer, scores, is_short)
    return states


def _encoder_layer(writer, states, layer: EncoderLayer, scores: str, is_short: bool) -> str:
    normed = normalised(writer, states, layer.attention_norm) if layer.is_norm_first else states
    if is_short:
        states = _first(writer, states)
    queries = _first(writer, normed) if is_short else normed
    attended = _attention(writer, queries, normed, layer.attention, scores)
    states = writer.add("Add", states, attended)
    if not layer.is_norm_first:
        states = normalised(writer, states, layer.attention_norm)
    inner = normalised(writer, states, layer.feed_forward_norm) if layer.is_norm_first else states
    wide = writer.linear(inner, array(layer.widen.kernel), array(layer.widen.bias))
    wide = writer.add("Gelu", wide, approximate=layer.gelu)
    narrow = writer.linear(wide, array(layer.narrow.kernel), array(layer.narrow.bias))
    states = writer.add("Add", states, narrow)
    return states if layer.is_norm_first else normalised(writer, states, layer.feed_forward_norm)


def normalised(writer: GraphWriter, states: str, norm: keras.layers.LayerNormalization) -> str:
    """Layer normalisation over channels."""
    scale, shift = (writer.constant(array(weight)) for weight in (norm.gamma, norm.beta))
    return writer.add(
        "LayerNormalization", states, scale, shift, axis=-1, epsilon=float(norm.epsilon)
    )


def _first(writer: GraphWriter, states: str) -> str:
    """The first place of (batch, length, channels), as (batch, 1, channels)."""
    zero, one = writer.whole_numbers(0), writer.whole_numbers(1)
    return writer.add("Slice", states, zero, one, one)


def _attention(writer, queries: str, states: str, attention, scores: str) -> str:
    """Queries (batch, n, channels) looking at states (batch, length, channels)."""
    heads, width = attention.query_dense.kernel.shape[1:]
    # The root of the width is divided out of the queries' weights: a pass over the scores less.
    scale = np.float32(1 / math.sqrt(width))
    query = _heads(writer, queries, attention.query_dense, heads, (0, 2, 1, 3), scale)
    key = _heads(writer, states, attention.key_dense, heads, (0, 2, 3, 1))
    value = _heads(writer, states, attention.value_dense, heads, (0, 2, 1, 3))
    looked = writer.add("Add", writer.add("MatMul", query, key), scores)
    mixed = writer.add("MatMul", writer.add("Softmax", looked, axis=-1), value)
    joined = writer.add("Transpose", mixed, perm=[0, 2, 1, 3])
    joined = writer.add("Reshape", joined, writer.whole_numbers(0, 0, heads * width))
    output = attention.output_dense
    kernel = array(output.kernel).reshape(heads * width, -1)
    return writer.linear(joined, kernel, array(output.bias))


def _heads(writer, states, dense, heads, order, scale=1) -> str:
    """States (batch, length, channels) through a dense layer, parted into heads, turned."""
    kernel, bias = array(dense.kernel) * scale, array(dense.bias) * scale
    flat = writer.linear(states, kernel.reshape(len(kernel), -1), bias.ravel())
    parted = writer.add("Reshape", flat, writer.whole_numbers(0, 0, heads, -1))
    return writer.add("Transpose", parted, perm=list(order))
