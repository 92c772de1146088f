"""Answers of a saved model: what one engine takes for them, in memory, time and accuracy."""

import time
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from tfcmp.config.default_paths import source_name
from tfcmp.config.fields import Configuration
from tfcmp.data.sources.opening import open_source
from tfcmp.data.splits import split_source
from tfcmp.errors import WorkError
from tfcmp.inference.classifier import Classifier
from tfcmp.inference.engines import open_engine, set_keras_threads
from tfcmp.measurement.cases import InferenceCase
from tfcmp.measurement.device import (
    audit_model,
    explain_exhaustion,
    forget_peaks,
    peak_of_gpus,
    peak_resident,
)
from tfcmp.measurement.queries import (
    curve_by_batch,
    curve_by_length,
    measure_offline,
    single_stream,
)
from tfcmp.models.building import core_of
from tfcmp.records.bench import Agreement, Audit, InferenceConditions
from tfcmp.runs.directory import RunDirectory
from tfcmp.runs.layout import MODEL, PREDICTIONS, RESULT
from tfcmp.runs.timing import (
    LoadRecorder,
    frequency_mhz,
    is_slowed,
    other_gpu_processes,
    processors,
)
from tfcmp.training.hardware import choose_device, processor_name

NO_MEMORY = (
    "the device's memory is too small for the model and the batches that predict makes; measure "
    "it with --device cpu"
)


class Example(NamedTuple):
    """A text, its id as predictions.parquet has it, and the number of its class."""

    text: str
    identity: str
    label: int


def sample_examples(configuration: Configuration, cache: Path, count: int) -> list[Example]:
    """At most `count` examples of the test split, the same ones and in the same order every time."""
    data = configuration.data
    source = open_source(data)
    corpus, splits = split_source(source, data, cache)
    rows = np.random.default_rng(0).permutation(splits.test)[:count]
    positions = {int(row): position for position, row in enumerate(rows)}
    identities = corpus.example_ids(rows)
    found: list[Example | None] = [None] * len(rows)
    for row, record in enumerate(source.records()):
        position = positions.get(row)
        if position is not None:
            found[position] = Example(record.text, identities[position], int(corpus.labels[row]))
    return [example for example in found if example is not None]


def settled(case: InferenceCase) -> InferenceCase:
    """Sets TensorFlow up for a case, before its first operation.

    Engines other than Keras compute on the processor, and their tokenizer does too: GPUs are
    hidden from it, and it has as many threads as they.

    Returns:
        The case as its key is to tell it: with a device only where there was another to choose.

    Raises:
        CallError: a GPU is asked for and there is none, or TensorFlow has started already.
        WorkError: the driver shows a GPU that TensorFlow does not use.
    """
    gpus = tf.config.list_physical_devices("GPU")
    is_keras = case.engine == "keras"
    device = choose_device(case.device, len(gpus)) if is_keras else "cpu"
    if device == "cpu":
        tf.config.set_visible_devices([], "GPU")
    if case.threads is not None:
        set_keras_threads(case.threads)
    is_chosen = is_keras and device == "cpu" and bool(gpus)
    return replace(case, device="cpu" if is_chosen else "auto")


def measure_inference(
    case: InferenceCase, configuration: Configuration, cache: Path, started: float
) -> dict[str, Any]:
    """What one engine answers with: cold start, single stream, offline, curves, memory, labels.

    Args:
        case: what to measure, settled.
        configuration: of the run, for its texts.
        cache: folder of indexes.
        started: time of day at which this process was started.

    Raises:
        WorkError: the device's memory is too small, or the run was tested on other texts.
    """
    run = RunDirectory(Path(case.run))
    with explain_exhaustion(NO_MEMORY):
        classifier, cold = open_cold(case, run, started)
        # The model is warm before the texts are read: their index takes memory that is not the
        # engine's.
        examples = sample_examples(configuration, cache, case.samples)
        texts = [example.text for example in examples]
        forget_peaks()
        load, clock = LoadRecorder(case.threads), frequency_mhz()
        least = case.seconds if case.is_full else 0.0
        stream = single_stream(classifier, texts, case.queries, least, load.observe)
        offline, answers = measure_offline(classifier, texts, case, load.observe)
        share, end_clock = load.others_share(), frequency_mhz()
    return {
        "latency_p50_ms": stream["milliseconds"]["p50"],
        "latency_p90_ms": stream["milliseconds"]["p90"],
        "latency_p99_ms": stream["milliseconds"]["p99"],
        "examples_per_second": offline["examples_per_second"],
        "peak_memory_mb": peak_resident(),
        "peak_gpu_memory_mb": peak_of_gpus(),
        "cold_start": cold,
        "single_stream": stream,
        "offline": offline,
        "by_length": curve_by_length(classifier, texts, case.lengths),
        "by_batch_size": curve_by_batch(classifier, texts, case.batch_sizes),
        "labels": agreement(examples, answers, run),
        "model_mb": (classifier.graph_bytes or run.file(MODEL).stat().st_size) / 1e6,
        "is_full": case.is_full,
        "others_share": share,
        "frequency_mhz": {"start": clock, "end": end_clock},
        "is_slowed": is_slowed(clock, end_clock),
        "other_gpu_processes": other_gpu_processes() if peak_of_gpus() is not None else None,
        "conditions": conditions(case, configuration),
        **audit_of(classifier),
    }


def open_cold(
    case: InferenceCase, run: RunDirectory, started: float
) -> tuple[Classifier, dict[str, float]]:
    """The classifier, and the seconds until it has answered its first text."""
    opening = time.perf_counter()
    classifier = open_engine(run.path, case.engine, case.precision, case.threads)
    classifier.predict(["The first text that is answered."])
    return classifier, {
        "seconds": time.time() - started,
        "loading_seconds": time.perf_counter() - opening,
    }


def conditions(case: InferenceCase, configuration: Configuration) -> InferenceConditions:
    """What the times depend on, apart from the model."""
    return {
        "engine": case.engine,
        "device_names": device_names(),
        "precision": case.precision or "float32",
        "threads": case.threads or processors(),
        "data": source_name(configuration.data.source),
        "max_length": configuration.data.max_length,
    }


def device_names() -> list[str]:
    """What the answers are computed on; a GPU that is hidden is not."""
    gpus = tf.config.get_visible_devices("GPU")
    details = [tf.config.experimental.get_device_details(gpu) for gpu in gpus]
    return [found.get("device_name", "GPU") for found in details] or [processor_name()]


def audit_of(classifier: Classifier) -> dict[str, Audit]:
    """The kernels of the model after its tokenizer, as "audit"; nothing under other engines."""
    if classifier.model is None:
        return {}
    return {"audit": audit_model(core_of(classifier.model))}


def agreement(examples: list[Example], answers: np.ndarray, run: RunDirectory) -> Agreement:
    """How many labels are those that the run saved for these texts, and the accuracy.

    `accuracy` is that of the run on its whole test split, and what the answers gain or lose against
    those saved of the same texts: the accuracy of a sample alone would say more of the sample.

    Raises:
        WorkError: the run was tested on other texts.
    """
    import pyarrow.parquet

    answered = examples[: len(answers)]
    labels = answers.argmax(axis=1)
    table = pyarrow.parquet.read_table(run.file(PREDICTIONS)).to_pandas()
    table = table[table["split"] == "test"].set_index("id")["probabilities"]
    if unknown := [example.identity for example in answered if example.identity not in table.index]:
        raise WorkError(
            f"{len(unknown)} of {len(answered)} texts are none that {run.path} was tested on: its "
            "source has changed; bring back the data as they were"
        )
    saved = np.array([np.argmax(table[example.identity]) for example in answered])
    wanted = np.array([example.label for example in answered])
    of_run = run.read_json(RESULT)["test"]["accuracy"]["value"]
    gained = float(np.mean(labels == wanted) - np.mean(saved == wanted))
    return {
        "texts": len(answered),
        "accuracy": of_run + gained,
        "accuracy_of_sample": float(np.mean(labels == wanted)),
        "labels_kept": float(np.mean(saved == labels)),
        "accuracy_of_run": of_run,
    }
