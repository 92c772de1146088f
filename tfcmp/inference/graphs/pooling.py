"""States of all tokens to one vector per text, in ONNX."""

import numpy as np
from onnx import TensorProto

from tfcmp.inference.graphs.writer import GraphWriter


def pooled(writer: GraphWriter, states: str, is_token: str, mode: str) -> str:
    """As `SequencePooling` does it.

    Args:
        writer: of the graph.
        states: (batch, length, channels).
        is_token: booleans (batch, length), true where a token stands.
        mode: of `SequencePooling`.
    """
    return writer.side_by_side([POOL[name](writer, states, is_token) for name in mode.split("+")])


def _pool_first(writer: GraphWriter, states: str, _is_token: str) -> str:
    return writer.add("Gather", states, writer.constant(np.array(0, np.int64)), axis=1)


def _pool_max(writer: GraphWriter, states: str, is_token: str) -> str:
    is_kept = writer.add("Unsqueeze", is_token, writer.whole_numbers(2))
    kept = writer.add("Where", is_kept, states, writer.constant(np.array(-np.inf, np.float32)))
    return writer.add("ReduceMax", kept, writer.whole_numbers(1), keepdims=0)


def _pool_mean(writer: GraphWriter, states: str, is_token: str) -> str:
    weights = writer.add("Cast", is_token, to=TensorProto.FLOAT)
    weights = writer.add("Unsqueeze", weights, writer.whole_numbers(2))
    axis = writer.whole_numbers(1)
    total = writer.add("ReduceSum", writer.add("Mul", states, weights), axis, keepdims=0)
    return writer.add("Div", total, writer.add("ReduceSum", weights, axis, keepdims=0))


def _pool_last(writer: GraphWriter, states: str, is_token: str) -> str:
    last = writer.add("Sub", writer.lengths(is_token), writer.whole_numbers(1))
    place = writer.add("Unsqueeze", last, writer.whole_numbers(1))
    return writer.add("GatherND", states, place, batch_dims=1)


POOL = {"first": _pool_first, "max": _pool_max, "mean": _pool_mean, "last": _pool_last}
