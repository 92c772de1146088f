"""Writes a saved model and its tokenizer in one format, and answers texts with what was written."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from tfcmp.errors import CallError
from tfcmp.inference.classifier import Classifier
from tfcmp.models.normalization import DOTTED, UNICODE_STEP
from tfcmp.models.preset_tokenizer import FOLDING, PresetTokenizer
from tfcmp.models.tokenizer import TextTokenizer, encode_utf8, kept_ends
from tfcmp.models.unicode_table import TABLE_FILE
from tfcmp.models.word_tokenizer import UNKNOWN_ID, WordTokenizer
from tfcmp.runs.files import write_json
from tfcmp.runs.timing import processors

# TensorFlow Serving takes the folder with the highest number.
SERVED = "1"
ONNX_FILE = "model.onnx"
OPENVINO_FILE = "model.xml"
TEXTS_PER_BATCH = 32
# A list of texts to their probabilities (texts, classes) float32.
Answer = Callable[[list[str]], np.ndarray]
SETTINGS = "tokenizer.json"
VOCABULARY = "vocabulary.txt"
# After the steps, each a pattern and what takes its place, or the name of what is done.
THEN_WORDS = (
    "split at blanks; a word's id is its line in vocabulary.txt, from 0; a text without words is one "
    "unknown word; of a longer text those first and last ids are kept that kept_of_longer_texts says"
)
THEN_PIECES = (
    "split by the tokenizer of KerasHub that wraps names, with its settings and the files beside this "
    "one; of a longer text those first and last ids are kept that kept_of_longer_texts says; only "
    "then start_id is put in front and end_id behind"
)


def write_saved_model(
    model: keras.Model, classes: tuple[str, ...], _precision: str, folder: Path
) -> Answer:
    """A SavedModel of raw text, with the signature that TensorFlow Serving calls.

    Its input is `text` (batch,) of strings, its outputs are `label` (batch,) of strings and
    `probabilities` (batch, classes) float32; an empty batch has an empty answer. A second signature,
    `labels`, takes nothing and gives `labels` (classes,), in the order of the probabilities.
    """
    names = tf.constant(classes)

    def answer(text: tf.Tensor) -> dict[str, tf.Tensor]:
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

    from tfcmp.inference.onnx_engine import TOKENS_PER_BATCH, onnx_graph, session_forward

    file = folder / ONNX_FILE
    graph = onnx_graph(model, precision)
    onnx.helper.set_model_props(graph, {"labels": json.dumps(classes, ensure_ascii=False)})
    graph.graph.output[
        0
    ].doc_string = f"(batch, classes) float32, in this order: {', '.join(classes)}"
    onnx.save(graph, file)
    forward = session_forward(str(file), processors())
    tokenizer = model.get_layer("tokenizer")
    return Classifier(tokenizer, forward, classes, TOKENS_PER_BATCH).probabilities


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
    return Classifier(tokenizer, forward, classes, engine.TOKENS_PER_BATCH).probabilities


FORMATS = {"saved_model": write_saved_model, "onnx": write_onnx, "openvino": write_openvino}


def _in_batches(answer: Answer, texts: list[str], classes: int) -> np.ndarray:
    """Answers texts of about the same length together, in the order of the texts."""
    answers = np.empty((len(texts), classes), np.float32)
    order = np.argsort([len(text) for text in texts], kind="stable")
    for start in range(0, len(order), TEXTS_PER_BATCH):
        rows = order[start : start + TEXTS_PER_BATCH]
        answers[rows] = answer([texts[row] for row in rows])
    return answers


def has_files(tokenizer: TextTokenizer) -> bool:
    """Whether the tokenizer is more than a program inside a SavedModel."""
    return isinstance(tokenizer, PresetTokenizer | WordTokenizer)


def write_tokenizer(tokenizer: TextTokenizer, folder: Path) -> None:
    """Writes tokenizer.json, what happens to a text and in which order, and the vocabulary.

    Raises:
        CallError: the tokenizer is a program and has no files.
    """
    folder.mkdir()
    settings = {
        "kind": type(tokenizer).__name__,
        "padding_id": tokenizer.padding_id,
        "vocabulary_size": tokenizer.vocabulary_size,
        "max_length": tokenizer.max_length,
        "truncation": tokenizer.truncation,
        "kept_of_longer_texts": kept_places(tokenizer),
        "patterns": "RE2",
    }
    if isinstance(tokenizer, WordTokenizer):
        words = tokenizer.lookup.get_vocabulary()
        (folder / VOCABULARY).write_text("\n".join(words) + "\n", encoding="utf-8")
        settings |= {
            "splitting": tokenizer.splitting,
            "steps": [*_first_steps(tokenizer, folder), *map(list, tokenizer.rewrites)],
            "then": THEN_WORDS,
            "unknown_id": UNKNOWN_ID,
        }
    elif isinstance(tokenizer, PresetTokenizer):
        wrapped = tokenizer.tokenizer
        wrapped.save_assets(str(folder))
        folding = FOLDING if tokenizer.folds else ()
        settings |= {
            "steps": [list(step) for step in (*tokenizer.rewrites, *folding)],
            "then": THEN_PIECES,
            "wraps": type(wrapped).__name__,
            "start_id": wrapped.start_token_id,
            "end_id": wrapped.end_token_id,
            "settings": wrapped.get_config(),
        }
    else:
        raise CallError(
            "the model's preprocessing is a program in a SavedModel and has no files; export it as "
            "saved_model, which takes raw text"
        )
    write_json(folder / SETTINGS, settings)


def _first_steps(tokenizer: WordTokenizer, folder: Path) -> list[list[str]]:
    """What is done to a text before its words are looked for; its table goes into `folder`."""
    if tokenizer.splitting == 1:
        return [[r"\x00", " "], ["lower case", ""]]
    shutil.copyfile(TABLE_FILE, folder / TABLE_FILE.name)
    return [["unicode_table.npz", UNICODE_STEP], list(DOTTED), ["lower case of ASCII", ""]]


def kept_places(tokenizer: TextTokenizer) -> dict[str, int] | None:
    """How many ids stay of the beginning and of the end of a longer text; None where all do.

    Those before every text and after it are not counted.
    """
    if tokenizer.max_length is None:
        return None
    left = tokenizer.max_length - sum(map(len, tokenizer.framing))
    first, last = kept_ends(left, tokenizer.truncation)
    return {"first": first, "last": last}
