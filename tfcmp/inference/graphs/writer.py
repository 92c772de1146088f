"""A graph of ONNX, node by node."""

from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

# The first operator set that has Gelu.
OPERATOR_SET = 20
# What that operator set came with; a newer number would shut out older runtimes.
FORMAT_VERSION = 9
IDS, PROBABILITIES = "token_ids", "probabilities"


class GraphWriter:
    """Collects the nodes and constants of a graph; values are known by their names.

    Its input is `token_ids` (batch, length) int32, padded right.
    """

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []

    def constant(self, value: np.ndarray) -> str:
        """The name of a constant."""
        name = f"constant_{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.asarray(value, order="C"), name))
        return name

    def whole_numbers(self, *values: int) -> str:
        """The name of a constant list of int64."""
        return self.constant(np.array(values, np.int64))

    def add(self, operator: str, *inputs: str, **attributes: Any) -> str:
        """Adds a node with one output and gives that output's name."""
        return self.add_many(operator, 1, *inputs, **attributes)[0]

    def add_many(self, operator: str, outputs: int, *inputs: str, **attributes: Any) -> list[str]:
        """Adds a node with several outputs and gives their names."""
        number = len(self._nodes)
        names = [f"{operator}_{number}_{index}" for index in range(outputs)]
        self._nodes.append(
            helper.make_node(operator, inputs, names, f"{operator}_{number}", **attributes)
        )
        return names

    def linear(self, states: str, kernel: np.ndarray, bias: np.ndarray) -> str:
        """States (..., channels) times a kernel (channels, units), and a bias (units,)."""
        product = self.add("MatMul", states, self.constant(kernel))
        return self.add("Add", product, self.constant(bias))

    def is_token(self, padding_id: int) -> str:
        """Booleans (batch, length), true where a token stands."""
        return self.add(
            "Not", self.add("Equal", IDS, self.constant(np.array(padding_id, np.int32)))
        )

    def lengths(self, is_token: str) -> str:
        """Number of tokens of each text, (batch,) int64."""
        counted = self.add("Cast", is_token, to=TensorProto.INT64)
        return self.add("ReduceSum", counted, self.whole_numbers(1), keepdims=0)

    def side_by_side(self, parts: list[str]) -> str:
        """Parts (..., channels) as one."""
        return parts[0] if len(parts) == 1 else self.add("Concat", *parts, axis=-1)

    def model(self, logits: str, classes: int) -> onnx.ModelProto:
        """The whole graph, checked: `token_ids` to `probabilities` (batch, classes) float32."""
        softmax = helper.make_node("Softmax", [logits], [PROBABILITIES], "softmax", axis=-1)
        graph = helper.make_graph(
            [*self._nodes, softmax],
            "tfcmp",
            [helper.make_tensor_value_info(IDS, TensorProto.INT32, ["batch", "length"])],
            [helper.make_tensor_value_info(PROBABILITIES, TensorProto.FLOAT, ["batch", classes])],
            self._constants,
        )
        model = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", OPERATOR_SET)],
            ir_version=FORMAT_VERSION,
            producer_name="tfcmp",
        )
        onnx.checker.check_model(model)
        return model


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
    index = writer.add("Unsqueeze", last, writer.whole_numbers(1))
    return writer.add("GatherND", states, index, batch_dims=1)


POOL = {"first": _pool_first, "max": _pool_max, "mean": _pool_mean, "last": _pool_last}
