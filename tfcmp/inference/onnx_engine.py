"""ONNX Runtime as the engine of a classifier."""

import logging
import tempfile
from collections.abc import Iterator
from pathlib import Path

import keras
import numpy as np
import onnx
import onnxruntime

from tfcmp.errors import CallError
from tfcmp.inference.classifier import Forward
from tfcmp.inference.graphs.building import build_graph
from tfcmp.inference.graphs.writer import IDS

# Measured on MiniLM and gru: larger batches fall out of the processor's caches.
TOKENS_PER_BATCH = 4096
ERRORS_ONLY = 3


def onnx_forward(model: keras.Model, precision: str, threads: int) -> tuple[Forward, int]:
    """Batches of ids to probabilities by ONNX Runtime, and the bytes of the graph.

    Args:
        model: as a run saves it.
        precision: "float32" or "int8".
        threads: of the one pool.

    Raises:
        CallError: the model has no graph, or nothing in it that int8 would speed up.
    """
    graph = onnx_graph(model, precision).SerializeToString()
    return session_forward(graph, threads), len(graph)


def onnx_graph(model: keras.Model, precision: str) -> onnx.ModelProto:
    """The graph of a saved model after its tokenizer, in "float32" or "int8".

    Raises:
        CallError: the model has no graph, or nothing in it that int8 would speed up.
    """
    graph = build_graph(model)
    return quantized(graph) if precision == "int8" else graph


def session_forward(graph: bytes | str, threads: int) -> Forward:
    """Batches of ids to probabilities by a graph, or by the file of one."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = ERRORS_ONLY
    options.intra_op_num_threads = threads
    # Threads that wait in a loop for the next text would take the processors from the tokenizer.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])

    def forward(batches: list[np.ndarray]) -> Iterator[np.ndarray]:
        for batch in batches:
            yield session.run(None, {IDS: batch})[0]

    return forward


def quantized(graph: onnx.ModelProto) -> onnx.ModelProto:
    """The graph with its matrices in int8, a scale for each column; inputs are scaled as they come.

    Embeddings stay as they are: they are read, not multiplied.

    Raises:
        CallError: a model without large matrices.
    """
    from onnxruntime.quantization import quantize_dynamic

    operators = {node.op_type for node in graph.graph.node}
    if operators & {"RNN", "LSTM", "GRU", "TopK"}:
        raise CallError(
            "int8 is for transformers, whose matrices it speeds up; expected --precision float32 "
            "for this model"
        )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "quantized.onnx"
        # It advises to infer shapes first, which matrices with constant weights do not need.
        before = logging.root.manager.disable
        logging.disable(logging.WARNING)
        try:
            quantize_dynamic(graph, file, op_types_to_quantize=["MatMul"], per_channel=True)
        finally:
            logging.disable(before)
        return onnx.load(file)
