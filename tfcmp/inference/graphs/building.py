"""From a saved model to its ONNX graph."""

import keras
import onnx

from tfcmp.errors import CallError
from tfcmp.inference.graphs.encoders import write_pretrained, write_transformer
from tfcmp.inference.graphs.ngrams import write_bag_of_ngrams
from tfcmp.inference.graphs.recurrent import OPERATORS, write_recurrent
from tfcmp.inference.graphs.writer import GraphWriter
from tfcmp.models.building import core_of

WRITERS = {
    "bag_of_ngrams": write_bag_of_ngrams,
    "transformer": write_transformer,
    "pretrained": write_pretrained,
    **dict.fromkeys(OPERATORS, write_recurrent),
}


def build_graph(model: keras.Model) -> onnx.ModelProto:
    """The graph of a saved model after its tokenizer.

    Args:
        model: raw text (batch,) to probabilities (batch, classes), as a run saves it.

    Returns:
        `token_ids` (batch, length) int32, padded right, to `probabilities` (batch, classes)
        float32. Written from the weights: converting the traced Keras model would make a loop of
        small operators of every recurrent layer.

    Raises:
        CallError: a model whose graph is not known.
    """
    core = core_of(model)
    if core.name not in WRITERS:
        raise CallError(
            f"a model of the kind {core.name} has no ONNX graph here; expected one of "
            f"{', '.join(WRITERS)}; use the keras engine, or the format saved_model"
        )
    writer = GraphWriter()
    return writer.model(WRITERS[core.name](writer, core), model.output.shape[-1])
