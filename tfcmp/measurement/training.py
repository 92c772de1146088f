"""Throughput of training steps: what `fit` runs, timed at several lengths."""

import itertools
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, NamedTuple, cast

import keras
import numpy as np

from tfcmp.config.default_paths import source_name
from tfcmp.config.fields import Configuration, Precision
from tfcmp.data.batches import Batch
from tfcmp.evaluation.times import inverted, quantile
from tfcmp.measurement.cases import REAL, TrainingCase, model_label
from tfcmp.measurement.device import (
    audit_model,
    explain_exhaustion,
    forget_peaks,
    peak_of_gpus,
    peak_resident,
)
from tfcmp.models.building import (
    adapt_core,
    build_core,
    build_tokenizer,
    count_parameters,
    matched,
    ngrams_of,
)
from tfcmp.models.catalogue import find_model
from tfcmp.models.encoder_files import resolve_encoder
from tfcmp.models.word_tokenizer import FIRST_WORD_ID, WordTokenizer
from tfcmp.runs.timing import (
    ContentionMeter,
    Load,
    add_load,
    frequency_mhz,
    is_slowed,
    other_gpu_processes,
    others_share,
    own_seconds,
)
from tfcmp.training.hardware import set_up_hardware
from tfcmp.training.optimizers import build_optimizer, learning_rate_shares
from tfcmp.training.replicas import Replicas, describe_replicas, open_replicas
from tfcmp.training.step import TrainStep, compile_train_step
from tfcmp.training.texts import Texts, prepare_texts

WARM_UP_STEPS = 2
FEWEST_STEPS, MOST_STEPS = 3, 2000
# That many batches, the same ones whenever it is asked.
Source = Callable[[int], Iterator[Batch]]
# Batches of made-up ids that are used in turn.
MADE_UP_BATCHES = 8
ONE_MACHINE = (
    "the workers are processes of one machine and share its processors: they show that the results "
    "are right, not how fast several machines are"
)


class TimedWindow(NamedTuple):
    """Sums over the steps of one timed window; times in seconds."""

    seconds: float
    waiting: float
    steps: int
    examples: int
    tokens: int
    padded_tokens: int


def time_window(step: TrainStep, batches: Iterator[Batch], steps: int) -> TimedWindow:
    """Takes that many steps and waits for the last one to end."""
    waiting, examples, tokens, padded_tokens = 0.0, 0, 0, 0
    outcome = None
    start = asked = time.perf_counter()
    for _ in range(steps):
        batch = next(batches)
        waiting += time.perf_counter() - asked
        outcome = step(batch.ids, batch.labels)
        examples += len(batch.labels)
        tokens += batch.tokens
        padded_tokens += batch.ids.size
        asked = time.perf_counter()
    # Asked for, the number makes Python wait for the device.
    assert outcome is not None
    float(outcome[0])
    return TimedWindow(time.perf_counter() - start, waiting, steps, examples, tokens, padded_tokens)


def measure(
    step: TrainStep, source: Source, case: TrainingCase, replicas: Replicas
) -> dict[str, Any]:
    """One cell: the first step apart, a warm-up, and windows of about the seconds asked for."""
    forget_peaks()
    start = time.perf_counter()
    time_window(step, source(1), 1)
    first = time.perf_counter() - start
    warm = time_window(step, source(WARM_UP_STEPS), WARM_UP_STEPS)
    steps = max(
        FEWEST_STEPS, min(MOST_STEPS, math.ceil(case.seconds * WARM_UP_STEPS / warm.seconds))
    )
    if replicas.workers > 1:
        # All workers take as many, or some would wait for others for ever.
        steps = replicas.sum_over_workers(steps) // replicas.total
    load: dict[str, float] = {}
    clock = frequency_mhz()
    timed_windows = []
    for _ in range(case.repetitions):
        meter, used = ContentionMeter(case.configuration.threads), own_seconds()
        timed_windows.append(time_window(step, source(steps), steps))
        add_load(load, without_siblings(meter.read(), own_seconds() - used, replicas))
    end_clock = frequency_mhz()
    total = TimedWindow(*(sum(column) for column in zip(*timed_windows, strict=True)))
    seconds = quantile([window.seconds / window.steps for window in timed_windows], 0.5)
    return {
        "seconds_per_step": seconds,
        "examples_per_second": inverted(seconds, total.examples / total.steps),
        "tokens_per_second": inverted(seconds, total.tokens / total.steps),
        "waiting_share": total.waiting / total.seconds,
        "padding_share": 1 - total.tokens / total.padded_tokens,
        "first_step_seconds": first,
        "steps_per_repetition": steps,
        "peak_memory_mb": peak_resident(),
        "peak_gpu_memory_mb": peak_of_gpus(),
        "others_share": others_share(load, total.seconds),
        "frequency_mhz": {"start": clock, "end": end_clock},
        "is_slowed": is_slowed(clock, end_clock),
        "other_gpu_processes": other_gpu_processes() if peak_of_gpus() is not None else None,
    }


def without_siblings(load: Load | None, used: float, replicas: Replicas) -> Load | None:
    """The load without the other workers of the same training, which are no others.

    Args:
        load: as this process sees it: all workers of the bench run on this machine.
        used: core-seconds of this process in the same span.
        replicas: all workers have to come here alike, be their load known or not.
    """
    if replicas.workers == 1:
        return load
    # Added up over replicas, of which every worker has as many.
    together = replicas.sum_over_workers(round(1e6 * used)) / 1e6
    of_workers = together * replicas.workers / replicas.total
    return None if load is None else replace(load, others=load.others + used - of_workers)


def measure_training(case: TrainingCase, cache: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yields key and cell of each length, the shortest first, as soon as it is measured.

    Memory is not given back between lengths: measured from short to long, the peak is that of the
    length at hand.

    Raises:
        WorkError: the device's memory is too small for a step.
    """
    configuration = case.configuration
    hardware = set_up_hardware(configuration)
    replicas = open_replicas(configuration)
    conditions = {**hardware, **describe_replicas(configuration, replicas)}
    if replicas.workers > 1:
        conditions["replicas_note"] = ONE_MACHINE
    # By the precision that "auto" stands for here, as which it may also be asked for.
    precision = cast("Precision", hardware["precision"])
    named = replace(case, configuration=replace(configuration, precision=precision))
    configuration, core, texts = set_up_model(case, replicas, cache)
    optimizer = build_in(replicas, configuration, core)
    step = compile_train_step(
        core,
        optimizer,
        configuration.training.clip_norm,
        accumulate=configuration.training.accumulate,
        rate_shares=learning_rate_shares(core, configuration.architecture),
        replicas=replicas,
    )
    told = {
        "label": model_label(case.configuration),
        "family": find_model(configuration.model).family,
        "parameters": count_parameters(core),
        "loading": case.loading,
        "conditions": {**conditions, **settings_of(configuration, texts)},
        "audit": audit_model(core),
    }
    lengths: list[int | str] = [*sorted(case.lengths)] or [REAL]
    for length in lengths:
        if texts is not None:
            source, widths = (
                real_batches(texts, configuration),
                padded_lengths(texts, configuration),
            )
        else:
            source, widths = made_up(configuration, int(length)), 1
        with explain_exhaustion(_no_memory(configuration, length)):
            measured = measure(step, source, case, replicas)
        cell = {**told, "length": length, "padded_lengths": widths, **measured}
        yield named.key(length), cell


def settings_of(configuration: Configuration, texts: Texts | None) -> dict[str, Any]:
    """What of the settings the times depend on; of real texts, what decides how long they are."""
    training, data = configuration.training, configuration.data
    told: dict[str, Any] = {
        "batch_size": training.batch_size,
        "optimizer": training.optimizer,
        "accumulate": training.accumulate,
    }
    if texts is None:
        return told
    return {
        **told,
        "data": source_name(data.source),
        "train_size": data.train_size,
        # That of the tokenizer: without a limit of its own a text has that of the encoder.
        "max_length": texts.tokenizer.max_length,
        "truncation": data.truncation,
        "pad_multiple": training.pad_multiple,
    }


def _no_memory(configuration: Configuration, length: int | str) -> str:
    training = configuration.training
    texts = "real texts" if length == REAL else f"texts of {length} tokens"
    limit = "--data.max_length" if length == REAL else "--lengths"
    return (
        f"the device's memory is too small for a step of {training.batch_size} {texts} in "
        f"{training.accumulate} part(s); try smaller --batch-sizes or {limit}, or "
        f"--training.accumulate {2 * training.accumulate}"
    )


def set_up_model(
    case: TrainingCase, replicas: Replicas, cache: Path
) -> tuple[Configuration, keras.Model, Texts | None]:
    """The configuration as it is trained, the model, and the real texts where they are asked for."""
    configuration = case.configuration
    if case.lengths:
        data = replace(configuration.data, max_length=max(case.lengths))
        configuration = replace(configuration, data=data)
    files = resolve_encoder(configuration, cache)
    texts = None if case.lengths else prepare_texts(configuration, cache, files)
    tokenizer = texts.tokenizer if texts else build_tokenizer(configuration, files)
    if texts is None and isinstance(tokenizer, WordTokenizer):
        size = asdict(configuration.architecture)["vocabulary_size"] - FIRST_WORD_ID
        tokenizer.set_vocabulary(f"word{number}" for number in range(size))
    classes = len(texts.corpus.classes) if texts else 2
    configuration, ngrams = matched(configuration, classes), None
    if texts:
        configuration, ngrams = ngrams_of(configuration, classes, texts.adaptation_batches)
    with replicas.strategy.scope():
        core = build_core(configuration, tokenizer, classes, files)
    adapt_core(core, configuration, ngrams)
    replicas.desynchronise_random_states(core)
    return configuration, core, texts


def build_in(
    replicas: Replicas, configuration: Configuration, core: keras.Model
) -> keras.Optimizer:
    """The optimizer, its variables on every replica."""
    with replicas.strategy.scope():
        return build_optimizer(configuration.training, core.trainable_variables)


def made_up(configuration: Configuration, length: int) -> Source:
    """Batches of ids of one length, drawn evenly from the vocabulary; nothing is padded."""
    size = configuration.training.batch_size
    vocabulary = getattr(configuration.architecture, "vocabulary_size", None) or 1000
    draw = np.random.default_rng(0)
    batches = [
        Batch(
            draw.integers(FIRST_WORD_ID, vocabulary, (size, length)).astype(np.int32),
            draw.integers(0, 2, size).astype(np.int32),
            np.arange(size),
            size * length,
        )
        for _ in range(MADE_UP_BATCHES)
    ]
    return lambda steps: itertools.islice(itertools.cycle(batches), steps)


def padded_lengths(texts: Texts, configuration: Configuration) -> int:
    """How many lengths the batches of an epoch are padded to; under XLA each is a compilation."""
    order = texts.training_order(configuration.training.batch_size, configuration.seed, 0)
    lengths, multiple = texts.store.lengths, configuration.training.pad_multiple
    return len({math.ceil(int(lengths[rows].max()) / multiple) for rows in order})


def real_batches(texts: Texts, configuration: Configuration) -> Source:
    """Batches of the real texts as an epoch has them, the same ones for every window."""
    order = texts.training_order(configuration.training.batch_size, configuration.seed, 0)
    return lambda steps: texts.batches(list(itertools.islice(itertools.cycle(order), steps)))
