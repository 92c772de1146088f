"""The transformer from scratch and the pretrained encoders of KerasHub as ONNX graphs."""

import math
from typing import Any, NamedTuple

import keras
import numpy as np
from keras.ops import convert_to_numpy as array
from onnx import TensorProto

from tfcmp.errors import CallError
from tfcmp.inference.graphs.writer import IDS, GraphWriter, pooled
from tfcmp.models.sequence_layers import ENCODER
from tfcmp.models.transformer import position_frequencies
from tfcmp.models.word_tokenizer import PADDING_ID

# What Keras adds to the scores of tokens that are not to be looked at.
HIDDEN_SCORE = -1e9
ONE = np.float32(1)
HELD = (
    "BertBackbone",
    "ElectraBackbone",
    "AlbertBackbone",
    "DistilBertBackbone",
    "RobertaBackbone",
)


class EncoderLayer(NamedTuple):
    """The parts of an encoder layer, as Keras layers.

    Attributes:
        attention: self-attention.
        attention_norm: norm before it or after its residual.
        widen: first dense layer of the feed-forward part.
        narrow: second one.
        feed_forward_norm: norm before it or after its residual.
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
    """States (batch, length, channels) after all layers.

    Args:
        writer: of the graph.
        states: before the first layer.
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


def _encoder_layer(
    writer: GraphWriter, states: str, layer: EncoderLayer, scores: str, is_short: bool
) -> str:
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
    """The first token of (batch, length, channels), as (batch, 1, channels)."""
    zero, one = writer.whole_numbers(0), writer.whole_numbers(1)
    return writer.add("Slice", states, zero, one, one)


def _attention(writer: GraphWriter, queries: str, states: str, attention: Any, scores: str) -> str:
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


def _heads(
    writer: GraphWriter,
    states: str,
    dense: Any,
    heads: int,
    order: tuple[int, ...],
    scale: np.float32 = ONE,
) -> str:
    """States (batch, length, channels) through a dense layer, parted into heads, turned."""
    kernel, bias = array(dense.kernel) * scale, array(dense.bias) * scale
    flat = writer.linear(states, kernel.reshape(len(kernel), -1), bias.ravel())
    parted = writer.add("Reshape", flat, writer.whole_numbers(0, 0, heads, -1))
    return writer.add("Transpose", parted, perm=list(order))


def write_transformer(writer: GraphWriter, core: keras.Model) -> str:
    """The logits of a core made by `build_transformer`."""
    layers = {layer.name: layer for layer in core.layers}
    is_token = writer.is_token(PADDING_ID)
    table = array(layers["token_embedding"].embeddings)
    channels = table.shape[1]
    tokens = writer.add("Gather", writer.constant(table * np.float32(channels**0.5)), IDS)
    states = writer.add("Add", tokens, _sines(writer, channels))
    parts, number = [], 1
    while f"attention_{number}" in layers:
        parts.append(
            EncoderLayer(
                layers[f"attention_{number}"],
                layers[f"attention_norm_{number}"],
                layers[f"widen_{number}"],
                layers[f"narrow_{number}"],
                layers[f"feed_forward_norm_{number}"],
                is_norm_first=True,
                # Keras' "gelu" is the exact one.
                gelu="none",
            )
        )
        number += 1
    states = write_encoder_layers(writer, states, parts, is_token, first_only=False)
    states = normalised(writer, states, layers["final_norm"])
    return _head(writer, states, is_token, layers["pooling"].mode, layers["logits"])


def write_pretrained(writer: GraphWriter, core: keras.Model) -> str:
    """The logits of a core made by `build_pretrained`.

    Raises:
        CallError: an encoder of a family whose graph is not known.
    """
    encoder = core.get_layer(ENCODER)
    family = type(encoder).__name__
    if family not in HELD:
        raise CallError(
            f"{family} has no ONNX graph here; expected an encoder of {', '.join(HELD)}; "
            "use the keras engine, or the format saved_model"
        )
    is_token = writer.is_token(core.get_layer("padding_mask").padding_id)
    states = _embedded(writer, encoder)
    mode = core.get_layer("pooling").mode
    parts = [_hub_layer(layer) for layer in _layers_in_order(encoder)]
    states = write_encoder_layers(writer, states, parts, is_token, first_only=mode == "first")
    return _head(writer, states, is_token, mode, core.get_layer("logits"))


def _embedded(writer: GraphWriter, encoder: Any) -> str:
    """Token, position and segment vectors, normalised, and projected where they are narrower."""
    positions = getattr(encoder, "embeddings", encoder).position_embedding
    table = array(encoder.token_embedding.embeddings)
    rows = array(positions.position_embeddings)
    segments = getattr(encoder, "segment_embedding", None)
    if segments is not None:
        # A text is segment 0 throughout.
        rows = rows + array(segments.embeddings)[0]
    states = writer.add(
        "Add", writer.add("Gather", writer.constant(table), IDS), _positions(writer, rows)
    )
    states = normalised(writer, states, encoder.embeddings_layer_norm)
    projection = getattr(encoder, "embeddings_projection", None)
    if projection is None:
        return states
    return writer.linear(states, array(projection.kernel), array(projection.bias))


def _layers_in_order(encoder: Any) -> list[Any]:
    """The encoder layers, each as often as a text passes through it (ALBERT repeats its own)."""
    if not isinstance(encoder.transformer_layers[0], list):
        return list(encoder.transformer_layers)
    repeats = encoder.num_layers // encoder.num_groups
    return [
        layer for group in encoder.transformer_layers for _ in range(repeats) for layer in group
    ]


def _hub_layer(layer: Any) -> EncoderLayer:
    return EncoderLayer(
        layer._self_attention_layer,
        layer._self_attention_layer_norm,
        layer._feedforward_intermediate_dense,
        layer._feedforward_output_dense,
        layer._feedforward_layer_norm,
        is_norm_first=layer.normalize_first,
        gelu="none" if layer.activation is keras.activations.gelu else "tanh",
    )


def _positions(writer: GraphWriter, rows: np.ndarray) -> str:
    """The first rows of a table of positions, as many as the batch is long."""
    length = writer.add("Shape", IDS, start=1, end=2)
    zero = writer.whole_numbers(0)
    return writer.add("Slice", writer.constant(rows), zero, length, zero)


def _sines(writer: GraphWriter, channels: int) -> str:
    """Sines of all positions of the batch, (length, channels)."""
    nothing, one = (writer.constant(np.array(value, np.int64)) for value in (0, 1))
    length = writer.add("Squeeze", writer.add("Shape", IDS, start=1, end=2))
    positions = writer.add("Cast", writer.add("Range", nothing, length, one), to=TensorProto.FLOAT)
    positions = writer.add("Unsqueeze", positions, writer.whole_numbers(1))
    frequencies = writer.constant(array(position_frequencies(channels)))
    angles = writer.add("Mul", positions, frequencies)
    is_even = writer.constant(np.arange(channels) % 2 == 0)
    return writer.add("Where", is_even, writer.add("Sin", angles), writer.add("Cos", angles))


def _head(writer: GraphWriter, states: str, is_token: str, mode: str, logits: Any) -> str:
    vector = pooled(writer, states, is_token, mode)
    return writer.linear(vector, array(logits.kernel), array(logits.bias))
