"""The end of a run: the saved model, its predictions, times and result."""

import contextlib
import shutil
from typing import TYPE_CHECKING

import keras
import numpy as np
import pyarrow
import pyarrow.parquet
import tensorflow as tf

from tfcmp.config.default_paths import source_name
from tfcmp.config.fields import Configuration
from tfcmp.evaluation.summary import INTERVAL_METHOD, summarise
from tfcmp.models.building import (
    build_core,
    build_text_classifier,
    count_parameters,
    match_target,
    whole_weights,
)
from tfcmp.models.encoder_files import EncoderFiles
from tfcmp.records.run import Parameters, Result, Timing
from tfcmp.runs.directory import RunDirectory
from tfcmp.runs.files import whole_file, write_json
from tfcmp.runs.layout import CHECKPOINT, MODEL, PREDICTIONS, RESULT, TIMING
from tfcmp.runs.timing import Clock, others_share
from tfcmp.training.checkpoint import Place
from tfcmp.training.epochs import Answers, evaluate_split
from tfcmp.training.step import compile_forward
from tfcmp.training.texts import Texts

if TYPE_CHECKING:
    from tfcmp.training.initialisation import Started

ROWS_PER_WRITE = 65_536
EXCLUDED_FROM_TRAINING = (
    "reading, splitting and tokenising the texts, building the model (setup)",
    "the first step of each session, which compiles (first_step)",
    "validation after each epoch (validation)",
    "writing checkpoints (checkpoint)",
    "import of the libraries",
)


def finish_run(
    configuration: Configuration,
    run: RunDirectory,
    texts: Texts,
    core: keras.Model,
    files: EncoderFiles | None,
    place: Place,
    clock: Clock,
    *,
    is_distributed: bool = False,
    initial: "Started | None" = None,
) -> Result:
    """Saves the best weights, answers validation and test, and completes the run.

    Returns:
        The content of result.json.
    """
    parameters: Parameters = {
        **count_parameters(core),
        "match_target": match_target(configuration, len(texts.corpus.classes)),
    }
    # Saved and evaluated in float32, whatever precision it was trained in: the file then answers
    # the same alone and in a batch.
    core = in_float32(configuration, texts, core, files, is_distributed=is_distributed)
    with clock.phase("saving"), whole_file(run.file(MODEL)) as part:
        build_text_classifier(texts.tokenizer, core).save(part)
    with clock.phase("evaluation"):
        forward = compile_forward(core)
        answers = {name: evaluate_split(forward, texts, name) for name in ("validation", "test")}
    write_predictions(run, texts, answers)
    times = describe_times(clock, place)
    if initial:
        times["initial"] = initial.costs
    write_json(run.file(TIMING), times)
    metrics = {
        name: summarise(answer.labels, answer.probabilities, texts.splits.groups[answer.rows])
        for name, answer in answers.items()
    }
    result: Result = {
        "model": configuration.model,
        "seed": configuration.seed,
        "data": source_name(configuration.data.source),
        "classes": list(texts.corpus.classes),
        "validation": metrics["validation"],
        "test": metrics["test"],
        "interval_method": INTERVAL_METHOD,
        "parameters": parameters,
        "epochs": place.epoch,
        "best_epoch": place.best_epoch,
    }
    if initial:
        result["initial"] = initial.told
    run.complete(result)
    shutil.rmtree(run.file(CHECKPOINT))
    return run.read_json(RESULT)


def in_float32(
    configuration: Configuration,
    texts: Texts,
    core: keras.Model,
    files: EncoderFiles | None = None,
    *,
    is_distributed: bool = False,
) -> keras.Model:
    """The same model in float32, with whole weights, on one device; itself where it is that.

    From then on TensorFlow does not round float32 products to 19 bits either, as it may have done
    on a GPU while the model was trained in bfloat16.
    """
    tf.config.experimental.enable_tensor_float_32_execution(False)
    has_updates = getattr(configuration.architecture, "lora_rank", None) is not None
    if keras.config.dtype_policy().name == "float32" and not has_updates and not is_distributed:
        return core
    keras.config.set_dtype_policy("float32")
    classes = len(texts.corpus.classes)
    copy = build_core(configuration, texts.tokenizer, classes, files, is_copy=True)
    copy.set_weights(whole_weights(core))
    return copy


def write_predictions(run: RunDirectory, texts: Texts, answers: dict[str, Answers]) -> None:
    """predictions.parquet: a row per text of validation and test.

    Columns: split, id, label and probabilities; group (texts of one group are not independent, all
    intervals need it) and tokens (before truncation); for the diagnostic corpus phenomenon and
    cue_distance.
    """
    with whole_file(run.file(PREDICTIONS)) as part, contextlib.ExitStack() as stack:
        writer = None
        for split, answer in answers.items():
            # A slice at a time: Python objects for all rows at once would outgrow the arrays.
            for start in range(0, len(answer.rows), ROWS_PER_WRITE):
                table = _prediction_table(
                    texts, split, answer, slice(start, start + ROWS_PER_WRITE)
                )
                if writer is None:
                    writer = stack.enter_context(pyarrow.parquet.ParquetWriter(part, table.schema))
                writer.write_table(table)


def _prediction_table(texts: Texts, split: str, answer: Answers, part: slice) -> pyarrow.Table:
    """Some rows of one split as a table; columns as in `write_predictions`."""
    corpus, rows = texts.corpus, answer.rows[part]
    classes = answer.probabilities.shape[1]
    flat = pyarrow.array(answer.probabilities[part].ravel(), pyarrow.float32())
    offsets = pyarrow.array(np.arange(len(rows) + 1) * classes, pyarrow.int32())
    columns = {
        "split": pyarrow.array([split] * len(rows)),
        "id": pyarrow.array(corpus.example_ids(rows)),
        "label": pyarrow.array(answer.labels[part], pyarrow.int32()),
        "probabilities": pyarrow.ListArray.from_arrays(offsets, flat),
        "group": pyarrow.array(texts.splits.groups[rows]),
        "tokens": pyarrow.array(texts.store.full_lengths[rows]),
    }
    if corpus.phenomenon_names:
        names = [corpus.phenomenon_names[number] for number in corpus.phenomena[rows]]
        columns["phenomenon"] = pyarrow.array(names)
        columns["cue_distance"] = pyarrow.array(corpus.cue_distances[rows])
    return pyarrow.table(columns)


def describe_times(clock: Clock, place: Place) -> Timing:
    """Seconds by phase over all sessions, their sum, and what `training` leaves out.

    `others_share` is the share of the machine's CPU time that other processes took during the
    steps of `training`; null where the system does not tell.
    """
    share = others_share(place.load, clock.seconds.get("training", 0.0))
    return {
        "seconds": {name: round(value, 4) for name, value in clock.seconds.items()},
        "total_seconds": round(sum(clock.seconds.values()), 4),
        "sessions": place.sessions,
        "others_share": None if share is None else round(share, 4),
        "training_excludes": list(EXCLUDED_FROM_TRAINING),
    }
