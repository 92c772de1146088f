"""Writes a saved model in one format, and answers texts with what was written."""

import json
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from tfcmp.inference.classifier import Classifier
from tfcmp.models.tokenizer import encode_utf8
from tfcmp.runs.timing import processors

# TensorFlow Serving takes the folder with the highest number.
SERVED = "1"
ONNX_FILE = "model.onnx"
OPENVINO_FILE = "model.xml"
TEXTS_A_BATCH = 32
# A list of texts to their probabilities (texts, classes) float32.
Answer = Callable[[list[str]], np.ndarray]


def write_saved_model(
    model: keras.Model, classes: tuple[str, ...], _precision: str, folder: Path
) -> Answer:
    """A SavedModel of raw text, with the signature that TensorFlow Serving calls.

    Its input is `text` (batch,) of strings, its outputs are `label` (batch,) of strings and
    `probabilities` (batch, classes) float32; an empty batch has an empty answer. A second signature,
    `labels`, takes nothing and gives `labels` (classes,), in the order of the probabilities.
    """
    names = tf.constant(classes)

    def answer(text):
        # No model computes on an empty batch: one text stands in, and its answer is cut off.
        size = tf.size(text)
        asked = tf.cond(size > 0, lambda: text, lambda: tf.constant([""]))
        probabilities = model(asked, training=False)[:size]
        label = tf.gather(names, tf.argmax(probabilities, axis=1))
        return {"label": label, "probabilities": probabilities}

    module = tf.Module()
    # Variables and the tokenizer's tables are saved with what holds them.
    module.model = model
    module.answer = tf.function(
        answer, input_signature=[tf.TensorSpec([None], tf.string, name="text")]
    )
    module.labels = tf.function(lambda: {"labels": tf.identity(names)}, input_signature=[])
    signatures = {
        "serving_default": module.answer.get_concrete_function(),
        "labels": module.labels.get_concrete_function(),
    }
    tf.saved_model.save(module, str(folder / SERVED), signatures=signatures)
    served = tf.saved_model.load(str(folder / SERVED)).signatures["serving_default"]
    return lambda texts: _in_batches(
        lambda batch: served(text=tf.constant(encode_utf8(batch)))["probabilities"].numpy(),
        texts,
        len(classes),
    )


def write_onnx(
    model: keras.Model, classes: tuple[str, ...], precision: str, folder: Path
) -> Answer:
    """An ONNX graph of token ids, float32 or int8; `labels` of its metadata is a JSON array.

    Raises:
        CallError: the model has no graph, or none in that precision.
    """
    import onnx

    from tfcmp.inference.onnx_engine import TOKENS_A_BATCH, onnx_graph, session_forward

    file = folder / ONNX_FILE
    graph = onnx_graph(model, precision)
    onnx.helper.set_model_props(graph, {"labels": json.dumps(classes, ensure_ascii=False)})
    graph.graph.output[
        0
    ].doc_string = f"(batch, classes) float32, in this order: {', '.join(classes)}"
    onnx.save(graph, file)
    forward = session_forward(str(file), processors())
    tokenizer = model.get_layer("tokenizer")
    return Classifier(tokenizer, forward, classes, TOKENS_A_BATCH).probabilities


def write_openvino(
    model: keras.Model, classes: tuple[str, ...], precision: str, folder: Path
) -> Answer:
    """A model of OpenVINO of token ids; bf16 is how it is to be run, the file holds float32.

    Its runtime information `tfcmp/labels` is a JSON array of the names of the classes.

    Raises:
        CallError: the model has no graph.
    """
    from tfcmp.inference import openvino_engine as engine

    file = folder / OPENVINO_FILE
    graph = engine.openvino_model(model)
    graph.set_rt_info(json.dumps(classes, ensure_ascii=False), ["tfcmp", "labels"])
    engine.write_openvino(graph, file)
    forward = engine.OpenvinoForward(engine.read_openvino(file), precision, processors())
    tokenizer = model.get_layer("tokenizer")
    return Classifier(tokenizer, forward, classes, engine.TOKENS_A_BATCH).probabilities


FORMATS = {"saved_model": write_saved_model, "onnx": write_onnx, "openvino": write_openvino}


def _in_batches(answer: Answer, texts: list[str], classes: int) -> np.ndarray:
    """Answers texts of about the same length together, in the order of the texts."""
    answers = np.empty((len(texts), classes), np.float32)
    order = np.argsort([len(text) for text in texts], kind="stable")
    for start in range(0, len(order), TEXTS_A_BATCH):
        rows = order[start : start + TEXTS_A_BATCH]
        answers[rows] = answer([texts[row] for row in rows])
    return answers
