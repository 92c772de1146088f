"""The end of a run: the saved model, its predictions, times and result."""

import shutil

import keras
import pyarrow
import pyarrow.parquet

from tfcmp.config.fields import Configuration
from tfcmp.evaluation.summary import summarise
from tfcmp.models.building import (
    build_core,
    build_text_classifier,
    count_parameters,
    match_target,
)
from tfcmp.runs.directory import CHECKPOINT, MODEL, PREDICTIONS, TIMING, RunDirectory
from tfcmp.runs.files import whole_file, write_json
from tfcmp.timing.clock import Clock
from tfcmp.training.checkpoint import Place
from tfcmp.training.evaluation import Answers, evaluate_split
from tfcmp.training.step import compile_forward
from tfcmp.training.texts import Texts

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
    place: Place,
    clock: Clock,
) -> dict:
    """Saves the best weights, answers validation and test, and completes the run.

    Returns:
        The content of result.json.
    """
    # Saved and evaluated in float32, whatever precision it was trained in: the file then answers
    # the same alone and in a batch.
    core = in_float32(configuration, texts, core)
    with clock.phase("saving"), whole_file(run.file(MODEL)) as part:
        build_text_classifier(texts.tokenizer, core).save(part)
    with clock.phase("evaluation"):
        forward = compile_forward(core)
        answers = {name: evaluate_split(forward, texts, name) for name in ("validation", "test")}
    write_predictions(run, texts, answers)
    write_json(run.file(TIMING), describe_times(clock, place))
    result = {
        "model": configuration.model,
        "seed": configuration.seed,
        "data": configuration.data.source,
        "classes": list(texts.corpus.classes),
        **{
            name: summarise(answer.labels, answer.probabilities, texts.splits.groups[answer.rows])
            for name, answer in answers.items()
        },
        "parameters": {
            **count_parameters(core),
            "match_target": match_target(configuration, len(texts.corpus.classes)),
        },
        "epochs": place.epoch,
        "best_epoch": place.best_epoch,
    }
    run.complete(result)
    shutil.rmtree(run.file(CHECKPOINT))
    return run.read_json("result.json")


def in_float32(configuration: Configuration, texts: Texts, core: keras.Model) -> keras.Model:
    """The same model under a float32 policy; the model itself where it has that policy."""
    if keras.config.dtype_policy().name == "float32":
        return core
    keras.config.set_dtype_policy("float32")
    twin = build_core(configuration, texts.vocabulary_size, len(texts.corpus.classes))
    twin.set_weights(core.get_weights())
    return twin


def write_predictions(run: RunDirectory, texts: Texts, answers: dict[str, Answers]) -> None:
    """predictions.parquet: a row per text of validation and test.

    Columns: split, id, label and probabilities; group (texts of one group are not independent, all
    intervals need it) and tokens (before truncation); for the diagnostic corpus phenomenon and
    cue_distance.
    """
    corpus = texts.corpus
    tables = []
    for split, answer in answers.items():
        rows = answer.rows
        columns = {
            "split": [split] * len(rows),
            "id": corpus.example_ids(rows),
            "label": pyarrow.array(answer.labels, pyarrow.int32()),
            "probabilities": pyarrow.array(
                list(answer.probabilities), pyarrow.list_(pyarrow.float32())
            ),
            "group": texts.splits.groups[rows],
            "tokens": texts.store.full_lengths[rows],
        }
        if corpus.phenomenon_names:
            columns["phenomenon"] = [corpus.phenomenon_names[i] for i in corpus.phenomena[rows]]
            columns["cue_distance"] = corpus.cue_distances[rows]
        tables.append(pyarrow.table(columns))
    with whole_file(run.file(PREDICTIONS)) as part:
        pyarrow.parquet.write_table(pyarrow.concat_tables(tables), part)


def describe_times(clock: Clock, place: Place) -> dict:
    """Seconds by phase over all sessions, their sum, and what `training` leaves out."""
    return {
        "seconds": {name: round(value, 4) for name, value in clock.seconds.items()},
        "total_seconds": round(sum(clock.seconds.values()), 4),
        "sessions": place.sessions,
        "training_excludes": list(EXCLUDED_FROM_TRAINING),
    }
