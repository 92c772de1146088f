"""OpenVINO as the engine of a classifier."""

import threading
from collections.abc import Iterator
from pathlib import Path

import keras
import numpy as np
import openvino

from tfcmp.errors import CallError
from tfcmp.inference.classifier import Forward
from tfcmp.inference.graphs.building import build_graph
from tfcmp.models.building import core_of

TOKENS_PER_BATCH = 4096
HINTS = {"float32": "f32", "bf16": "bf16"}


def openvino_forward(model: keras.Model, precision: str, threads: int) -> tuple[Forward, int]:
    """Batches of ids to probabilities by OpenVINO, and the bytes of the graph, always in float32.

    Args:
        model: as a run saves it.
        precision: "float32" or "bf16".
        threads: of the one pool.

    Raises:
        CallError: the model has no graph, or none that OpenVINO computes.
    """
    graph = _graph(model)
    return OpenvinoForward(openvino.Core().read_model(graph), precision, threads), len(graph)


def openvino_model(model: keras.Model) -> openvino.Model:
    """A saved model after its tokenizer, as OpenVINO reads its ONNX graph.

    Raises:
        CallError: the model has no graph, or none that OpenVINO computes.
    """
    return openvino.Core().read_model(_graph(model))


def _graph(model: keras.Model) -> bytes:
    # Its processor plugin counts in 32 bits whatever the graph says: keys of n-grams would wrap
    # round, and 6 % of the answers change without a word.
    if core_of(model).name == "bag_of_ngrams":
        raise CallError(
            "bag_of_ngrams needs integers of 64 bits, which OpenVINO does not have; expected the "
            "engine or format onnx, or the engine keras"
        )
    return bytes(build_graph(model).SerializeToString())


def read_openvino(file: Path) -> openvino.Model:
    """The model of an .xml file, its weights in the .bin file next to it."""
    return openvino.Core().read_model(file)


def write_openvino(model: openvino.Model, file: Path) -> None:
    """Writes an .xml file, and the weights, in float32, as .bin next to it."""
    openvino.save_model(model, file, compress_to_fp16=False)


class OpenvinoForward:
    """Answers batches, as many at the same time as there are threads, each on one of them.

    A batch that comes alone gets all threads: one text is then answered soonest. The two ways are
    compiled apart, each when it is first asked for. Calls of several threads are answered in turn:
    a request that computes already refuses another batch.
    """

    def __init__(self, model: openvino.Model, precision: str, threads: int) -> None:
        self._model = model
        self._precision = precision
        self._threads = threads
        self._alone: openvino.InferRequest | None = None
        self._queue: openvino.AsyncInferQueue | None = None
        self._in_turn = threading.Lock()

    def __call__(self, batches: list[np.ndarray]) -> Iterator[np.ndarray]:
        """Probabilities (batch, classes) of each batch, in order."""
        with self._in_turn:
            if len(batches) > 1 and self._threads > 1:
                return iter(self._side_by_side(batches))
            return iter(self._one_by_one(batches))

    def _one_by_one(self, batches: list[np.ndarray]) -> list[np.ndarray]:
        if self._alone is None:
            self._alone = self._compiled(streams=1).create_infer_request()
        return [self._alone.infer([batch])[0] for batch in batches]

    def _side_by_side(self, batches: list[np.ndarray]) -> list[np.ndarray]:
        if self._queue is None:
            compiled = self._compiled(streams=self._threads)
            self._queue = openvino.AsyncInferQueue(compiled, self._threads)
            self._queue.set_callback(_keep)
        answers: list[np.ndarray] = [np.empty(0)] * len(batches)
        for index, batch in enumerate(batches):
            self._queue.start_async([batch], (answers, index))
        self._queue.wait_all()
        return answers

    def _compiled(self, streams: int) -> openvino.CompiledModel:
        settings = {
            # Without a hint OpenVINO takes bfloat16 where the processor has it.
            "INFERENCE_PRECISION_HINT": HINTS[self._precision],
            "INFERENCE_NUM_THREADS": self._threads,
            "NUM_STREAMS": streams,
        }
        return openvino.Core().compile_model(self._model, "CPU", settings)


def _keep(request: openvino.InferRequest, where: tuple[list[np.ndarray], int]) -> None:
    answers, index = where
    # Copied: the request's own memory is for the next batch.
    answers[index] = request.get_output_tensor(0).data.copy()
