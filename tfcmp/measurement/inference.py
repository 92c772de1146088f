"""Answers of a saved model: single texts as they come, and many at once."""

import itertools
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from tfcmp.config.fields import Configuration
from tfcmp.config.processors import processors
from tfcmp.errors import WorkError
from tfcmp.inference.classifier import TEXTS_A_WINDOW, Classifier
from tfcmp.inference.engines import open_engine
from tfcmp.measurement.arms import InferenceArm
from tfcmp.measurement.memory import forget_peaks, peak_of_gpus, peak_resident
from tfcmp.measurement.sample import Example, sample_examples
from tfcmp.measurement.spread import inverted, quantile
from tfcmp.runs.directory import MODEL, PREDICTIONS, RESULT, RunDirectory
from tfcmp.timing.contention import ContentionMeter, add_load, others_share
from tfcmp.training.hardware import processor_name

WARM_UP_QUERIES = 32
# Less than `predict` answers at once, so that a short sample has a spread.
TEXTS_A_SHORT_WINDOW = 512
# Queries of a point of a curve: fewer than of the figures that are published.
QUERIES_OF_A_CURVE = 100
SHARES = {"p50": 0.5, "p90": 0.9, "p99": 0.99}


def measure_inference(
    arm: InferenceArm, configuration: Configuration, cache: Path, started: float
) -> dict[str, Any]:
    """What one engine answers with: cold start, single stream, offline, curves, memory, labels.

    Args:
        arm: what to measure.
        configuration: of the run, for its texts.
        cache: folder of indexes.
        started: time of day at which this process was started.
    """
    run = RunDirectory(Path(arm.run))
    opening = time.perf_counter()
    classifier = open_engine(run.path, arm.engine, arm.precision, arm.threads)
    classifier.predict(["The first text that is answered."])
    cold = {
        "seconds": time.time() - started,
        "loading_seconds": time.perf_counter() - opening,
    }
    # The model is warm before the texts are read: their index takes memory that is not the engine's.
    examples = sample_examples(configuration, cache, arm.samples)
    texts = [example.text for example in examples]
    forget_peaks()
    load: dict[str, float] = {}
    meter, start = ContentionMeter(), time.perf_counter()
    stream = single_stream(classifier, texts, arm.queries, arm.seconds if arm.is_full else 0.0)
    offline, answers = measure_offline(classifier, texts, arm)
    add_load(load, meter.read())
    share = others_share(load, time.perf_counter() - start)
    milliseconds = stream["milliseconds"]
    return {
        **{f"latency_{name}_ms": milliseconds[name] for name in SHARES},
        "examples_per_second": offline["examples_per_second"],
        "peak_memory_mb": peak_resident(),
        "peak_gpu_memory_mb": peak_of_gpus(),
        "cold_start": cold,
        "single_stream": stream,
        "offline": offline,
        "by_length": curve_by_length(classifier, texts, arm.lengths),
        "by_batch_size": curve_by_batch(classifier, texts, arm.batch_sizes),
        "labels": agreement(examples, answers, run),
        "model_mb": (classifier.graph_bytes or run.file(MODEL).stat().st_size) / 1e6,
        "is_full": arm.is_full,
        "others_share": share,
        "conditions": {
            "engine": arm.engine,
            "device_names": device_names(),
            "precision": arm.precision or "float32",
            "threads": arm.threads or processors(),
            "data": configuration.data.source,
            "max_length": configuration.data.max_length,
        },
    }


def device_names() -> list[str]:
    """What TensorFlow computes on."""
    gpus = tf.config.list_physical_devices("GPU")
    details = [tf.config.experimental.get_device_details(gpu) for gpu in gpus]
    return [found.get("device_name", "GPU") for found in details] or [processor_name()]


def single_stream(
    classifier: Classifier, texts: list[str], queries: int, seconds: float
) -> dict[str, Any]:
    """One text at a time, the next when the last is answered: times from text to probabilities.

    Args:
        classifier: warm or not; some queries before the first timed one make it so.
        texts: asked in turn.
        queries: at least that many.
        seconds: and at least that long.
    """
    tokenising: list[float] = []
    whole: list[float] = []
    turn = _turns(texts)
    for _ in range(WARM_UP_QUERIES):
        classifier.probabilities([next(turn)])
    start = time.perf_counter()
    while len(whole) < queries or time.perf_counter() - start < seconds:
        text = next(turn)
        asked = time.perf_counter()
        ids = classifier.tokenize([text])
        split = time.perf_counter()
        classifier.probabilities_of(ids)
        whole.append(time.perf_counter() - asked)
        tokenising.append(split - asked)
    return {
        "queries": len(whole),
        "seconds": time.perf_counter() - start,
        "milliseconds": _percentiles(whole),
        "tokenising_milliseconds": _percentiles(tokenising),
    }


def measure_offline(
    classifier: Classifier, texts: list[str], arm: InferenceArm
) -> tuple[dict[str, Any], np.ndarray]:
    """As many texts a second as go, all of them known beforehand; and the answers.

    Windows of texts are timed one by one: their spread gives the interval.
    """
    answers, rates, tokenising, samples, start = [], [], 0.0, 0, time.perf_counter()
    size = TEXTS_A_WINDOW if arm.is_full else TEXTS_A_SHORT_WINDOW
    windows = [texts[place : place + size] for place in range(0, len(texts), size)]
    for number, window in enumerate(itertools.cycle(windows)):
        asked = time.perf_counter()
        ids = classifier.tokenize(window)
        tokenising += time.perf_counter() - asked
        probabilities = classifier.probabilities_of(ids)
        rates.append((time.perf_counter() - asked) / len(window))
        samples += len(window)
        if number < len(windows):
            answers.append(probabilities)
        if samples >= arm.samples or time.perf_counter() - start >= arm.seconds:
            break
    seconds = time.perf_counter() - start
    rate, of_windows = samples / seconds, inverted(quantile(rates, 0.5), 1.0)
    interval = {"low": min(rate, of_windows["low"]), "high": max(rate, of_windows["high"])}
    return {
        "samples": samples,
        "seconds": seconds,
        "examples_per_second": {**of_windows, "value": rate, **interval},
        "tokenising_share": tokenising / seconds,
    }, np.concatenate(answers)


def curve_by_length(
    classifier: Classifier, texts: list[str], lengths: tuple[int, ...]
) -> dict[str, Any]:
    """Single-stream times of texts that are cut to about so many tokens."""
    found: dict[str, Any] = {}
    for length in lengths:
        cut = _cut(classifier, texts, length)
        if not cut:
            found[str(length)] = {"left_out": f"no text of the sample has {length} tokens"}
            continue
        measured = single_stream(classifier, cut, QUERIES_OF_A_CURVE, 0.0)
        tokens = float(np.mean([len(ids) for ids in classifier.tokenize(cut)]))
        found[str(length)] = {"mean_tokens": tokens, **measured}
    return found


def curve_by_batch(
    classifier: Classifier, texts: list[str], sizes: tuple[int, ...]
) -> dict[str, Any]:
    """Times and throughput of queries of several texts."""
    found = {}
    for size in sizes:
        turn = _turns(texts)
        seconds = []
        for number in range(QUERIES_OF_A_CURVE // min(size, 10) + 2):
            query = [next(turn) for _ in range(size)]
            asked = time.perf_counter()
            classifier.probabilities(query)
            if number > 1:
                seconds.append(time.perf_counter() - asked)
        found[str(size)] = {
            "queries": len(seconds),
            "milliseconds": _percentiles(seconds),
            "examples_per_second": inverted(quantile(seconds, 0.5), float(size)),
        }
    return found


def agreement(examples: list[Example], answers: np.ndarray, run: RunDirectory) -> dict[str, Any]:
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


def _percentiles(seconds: list[float]) -> dict[str, Any]:
    milliseconds = [1000 * value for value in seconds]
    return {name: quantile(milliseconds, share) for name, share in SHARES.items()}


def _turns(texts: list[str]) -> Iterator[str]:
    while True:
        yield from texts


def _cut(classifier: Classifier, texts: list[str], length: int) -> list[str]:
    """Texts that are long enough, cut to the words that hold about `length` tokens."""
    found = []
    for text in texts:
        words = text.split()
        # Words have one token or more: so many of them are enough, and then some are too many.
        tokens = len(classifier.tokenize([" ".join(words[:length])])[0])
        if tokens >= length:
            found.append(" ".join(words[: max(1, round(length * length / tokens))]))
        if len(found) == QUERIES_OF_A_CURVE:
            break
    return found
