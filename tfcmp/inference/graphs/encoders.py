"""The transformer from scratch and the pretrained encoders of KerasHub as ONNX graphs."""

import keras
import numpy as np
from keras.ops import convert_to_numpy as array
from onnx import TensorProto

from tfcmp.errors import CallError
from tfcmp.inference.graphs.attention import (
    EncoderLayer,
    normalised,
    write_encoder_layers,
)
from tfcmp.inference.graphs.pooling import pooled
from tfcmp.inference.graphs.writer import IDS, GraphWriter
from tfcmp.models.sequence_layers import ENCODER
from tfcmp.models.transformer import position_frequencies
from tfcmp.models.word_tokenizer import PADDING_ID

HELD = (
    "BertBackbone",
    "ElectraBackbone",
    "AlbertBackbone",
    "DistilBertBackbone",
    "RobertaBackbone",
)


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


def _embedded(writer: GraphWriter, encoder) -> str:
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


def _layers_in_order(encoder) -> list:
    """The encoder layers, each as often as a text passes through it (ALBERT repeats its own)."""
    if not isinstance(encoder.transformer_layers[0], list):
        return encoder.transformer_layers
    repeats = encoder.num_layers // encoder.num_groups
    return [
        layer for group in encoder.transformer_layers for _ in range(repeats) for layer in group
    ]


def _hub_layer(layer) -> EncoderLayer:
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
    places = writer.add("Cast", writer.add("Range", nothing, length, one), to=TensorProto.FLOAT)
    places = writer.add("Unsqueeze", places, writer.whole_numbers(1))
    frequencies = writer.constant(array(position_frequencies(channels)))
    angles = writer.add("Mul", places, frequencies)
    is_even = writer.constant(np.arange(channels) % 2 == 0)
    return writer.add("Where", is_even, writer.add("Sin", angles), writer.add("Cos", angles))


def _head(writer: GraphWriter, states: str, is_token: str, mode: str, logits) -> str:
    vector = pooled(writer, states, is_token, mode)
    return writer.linear(vector, array(logits.kernel), array(logits.bias))
